//! `perfkit self-test`: planted defects on this machine, and the same program twice.

use std::time::Duration;

use clap::Args;
use serde_json::json;

use super::{Exit, Failure, Global, Output, OutputFormat};
use crate::{
    format::document::document_text,
    host,
    measure::progress::Progress,
    render::{Emphasis, Lines, Terminal},
    self_test::{Answer, Answered, Executables, Judges, answers, collect, executables::ExecutablesError},
    session::{self, SessionError},
};

/// Arguments of `perfkit self-test`.
#[derive(Debug, Args)]
pub struct SelfTestArgs {
    #[command(flatten)]
    output: Output,
    /// At most so long per comparison of times; half of it where the first look tells
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
}

pub(super) fn execute(_global: &Global, args: &SelfTestArgs) -> Result<Exit, Failure> {
    session::keep_what_was_measured_on_interrupt();
    let executables = Executables::beside_this()?;
    let io = |source| SessionError::Io { what: "making a scratch folder".to_owned(), source };
    let scratch = tempfile::tempdir().map_err(io)?;
    let probe = host::EnvironmentProbe::start();
    let evidence = collect(&executables, Duration::from_secs(args.seconds), scratch.path(), &Progress::new());
    let environment = probe.finish();
    let answered = answers(&evidence, &Judges::default());
    match args.output.format {
        OutputFormat::Json => {
            let document = json!({
                "schema": "perfkit.self-test/1",
                "perfkit": env!("CARGO_PKG_VERSION"),
                "host": host::fingerprint(),
                "environment": environment,
                "answers": answered,
            });
            print!("{}", document_text(&document).map_err(|error| Failure::new(Exit::ToolFailed, error))?);
        }
        OutputFormat::Markdown => print!("{}", lines(&answered).markdown()),
        OutputFormat::Text => print!("{}", lines(&answered).text(&Terminal::stdout())),
    }
    Ok(exit(&answered))
}

/// A line per question, and a last one that sums up.
fn lines(answered: &[Answered]) -> Lines {
    let mut lines = Lines::default();
    for one in answered {
        let text = format!("{} {}  {}  ({})", one.answer.glyph(), one.answer.word(), one.what, one.detail);
        lines.push(emphasis(one.answer), text);
    }
    lines.push(Emphasis::Plain, summary(answered));
    lines
}

fn summary(answered: &[Answered]) -> &'static str {
    match exit(answered) {
        Exit::Held => "This perfkit finds what is planted on this machine, and nothing where nothing is.",
        Exit::GateFailed => "Do not trust this perfkit on this machine.",
        Exit::ToolFailed => "An instrument failed; perfkit doctor says what this machine lacks.",
        _ => {
            "What could be tried held; the rest is not proven here. perfkit doctor says what this machine lacks."
        }
    }
}

fn emphasis(answer: Answer) -> Emphasis {
    match answer {
        Answer::Found | Answer::Silent => Emphasis::Good,
        Answer::NotFound | Answer::Alarm | Answer::Failed => Emphasis::Bad,
        Answer::CannotTell | Answer::Skipped => Emphasis::Caution,
    }
}

/// The worst answer decides; what was skipped or cannot be told is no proof.
fn exit(answered: &[Answered]) -> Exit {
    let any = |wanted: &[Answer]| answered.iter().any(|one| wanted.contains(&one.answer));
    match () {
        () if any(&[Answer::NotFound, Answer::Alarm]) => Exit::GateFailed,
        () if any(&[Answer::Failed]) => Exit::ToolFailed,
        () if any(&[Answer::CannotTell, Answer::Skipped]) => Exit::Inconclusive,
        () => Exit::Held,
    }
}

impl From<ExecutablesError> for Failure {
    fn from(error: ExecutablesError) -> Self {
        Self::new(Exit::ToolFailed, error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(answers: &[Answer]) -> Vec<Answered> {
        let one = |answer: &Answer| Answered {
            id: "x".to_owned(),
            what: "y".to_owned(),
            answer: *answer,
            detail: "z".to_owned(),
        };
        answers.iter().map(one).collect()
    }

    #[test]
    fn the_worst_answer_decides() {
        let code = |answers: &[Answer]| exit(&answered(answers)) as u8;
        assert_eq!(code(&[Answer::Found, Answer::Silent]), 0);
        assert_eq!(code(&[Answer::Found, Answer::Skipped]), 3);
        assert_eq!(code(&[Answer::CannotTell, Answer::Found]), 3);
        assert_eq!(code(&[Answer::Failed, Answer::Skipped]), 5);
        assert_eq!(code(&[Answer::Failed, Answer::NotFound]), 1);
        assert_eq!(code(&[Answer::Alarm, Answer::Found]), 1);
    }

    #[test]
    fn a_line_has_glyph_word_question_and_numbers() {
        let text = lines(&answered(&[Answer::NotFound])).text(&Terminal::PLAIN);
        assert!(text.starts_with("✗ NOT FOUND  y  (z)\nDo not trust"), "{text}");
    }
}
