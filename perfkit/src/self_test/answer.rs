//! From what was measured to one answer a defect: a pure function, given the judges.

use serde::Serialize;

use super::{
    Evidence, Planted, Shows,
    planted::{BASE, PLANTED, SAME},
};
use crate::{
    ab::{self, Change, Judgement, Rule},
    compare::{self, State},
    format::{Benchmark, Rounds},
    instrument::InstrumentError,
    render::units,
};

/// What became of one question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// The planted defect was found.
    Found,
    /// The planted defect was not found.
    NotFound,
    /// The same program twice raised no alarm.
    Silent,
    /// The same program twice raised an alarm.
    Alarm,
    /// The machine was too noisy to tell.
    CannotTell,
    /// The machine lacks the instrument.
    Skipped,
    /// An instrument failed.
    Failed,
}

impl Answer {
    /// The word shown beside the glyph.
    pub fn word(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::NotFound => "NOT FOUND",
            Self::Silent => "silent",
            Self::Alarm => "ALARM",
            Self::CannotTell => "cannot tell",
            Self::Skipped => "skipped",
            Self::Failed => "FAILED",
        }
    }

    /// The glyph shown before the word.
    pub fn glyph(self) -> char {
        match self {
            Self::Found | Self::Silent => '✓',
            Self::NotFound | Self::Alarm | Self::Failed => '✗',
            Self::CannotTell => '?',
            Self::Skipped => '-',
        }
    }
}

/// A question and its answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answered {
    /// The benchmark that was held against the base.
    pub id: String,
    /// What was planted, or that nothing was.
    pub what: String,
    /// What became of it.
    pub answer: Answer,
    /// The numbers behind it, or why there are none.
    pub detail: String,
}

/// Who judges. The self-test is itself tested with judges that have defects.
#[derive(Clone, Copy)]
pub struct Judges {
    /// Of recorded rounds.
    pub timed: fn(&[(&Rounds, Rule)]) -> Vec<Judgement>,
    /// Of cost vectors, old and new.
    pub counted: fn(&[Benchmark], &[Benchmark]) -> Vec<compare::Change>,
}

impl Default for Judges {
    /// The judges that every command uses.
    fn default() -> Self {
        Self { timed: ab::judge_all, counted: compare::compare }
    }
}

/// One answer for each of: the same program's times, the same program's counts, every planted defect.
pub fn answers(evidence: &Evidence, judges: &Judges) -> Vec<Answered> {
    let timed = judged_times(evidence, judges);
    let mut answers = vec![
        of_times(SAME, "the same program twice, times", &timed, evidence),
        counts_of_the_same(evidence, judges),
    ];
    answers.extend(PLANTED.iter().map(|defect| match defect.shows {
        Shows::InTime => of_times(defect.id, defect.what, &timed, evidence),
        Shows::InCount(metric) => counted(defect, metric, evidence, judges),
    }));
    answers
}

fn judged_times(evidence: &Evidence, judges: &Judges) -> Vec<Judgement> {
    let recorded = evidence.rounds.values().filter_map(|rounds| rounds.as_ref().ok());
    let family: Vec<(&Rounds, Rule)> = recorded.map(|rounds| (rounds, Rule::default())).collect();
    (judges.timed)(&family)
}

fn of_times(id: &str, what: &str, timed: &[Judgement], evidence: &Evidence) -> Answered {
    let answered = |answer, detail| Answered { id: id.to_owned(), what: what.to_owned(), answer, detail };
    let judgement = timed.iter().find(|judgement| judgement.id == id);
    let (answer, detail) = match (judgement, evidence.rounds.get(id)) {
        (Some(judgement), _) => {
            let answer = match (judgement.verdict, id == SAME) {
                (Change::CannotTell, _) => Answer::CannotTell,
                (Change::Unchanged, true) => Answer::Silent,
                (Change::Worse | Change::Better, true) => Answer::Alarm,
                (Change::Worse, false) => Answer::Found,
                (Change::Better | Change::Unchanged, false) => Answer::NotFound,
            };
            (answer, in_words(judgement))
        }
        (None, Some(Err(error))) => without(error),
        // A judge that leaves a benchmark out has not found its defect.
        (None, Some(Ok(_))) => (Answer::NotFound, "the judge said nothing".to_owned()),
        (None, None) => (Answer::Failed, "was not measured".to_owned()),
    };
    answered(answer, detail)
}

/// `+5.0 % CPU time, from +4.9 % to +5.2 % (12 rounds)`, and why it does not tell.
fn in_words(judgement: &Judgement) -> String {
    let numbers = judgement.judged.map(|judged| {
        format!(
            "{} {}, from {} to {} ({} rounds)",
            units::percent(judged.ratio - 1.0),
            judgement.basis,
            units::percent(judged.interval.low - 1.0),
            units::percent(judged.interval.high - 1.0),
            judgement.rounds
        )
    });
    let reasons = judgement.reasons.iter().map(ToString::to_string);
    numbers.into_iter().chain(reasons).collect::<Vec<_>>().join("; ")
}

fn counts_of_the_same(evidence: &Evidence, judges: &Judges) -> Answered {
    let (answer, detail) = match rows(SAME, evidence) {
        Err(error) => without(error),
        Ok(None) => (Answer::Failed, "was not measured".to_owned()),
        Ok(Some((base, same))) => {
            let metrics = same.metrics.len();
            let changes = (judges.counted)(&[base], &[same]);
            let moved = changes.iter().find(|change| change.state != State::Same);
            match moved {
                Some(change) => (Answer::Alarm, change_in_words(change)),
                None => (Answer::Silent, format!("none of {metrics} counted metrics moved")),
            }
        }
    };
    Answered { id: SAME.to_owned(), what: "the same program twice, counts".to_owned(), answer, detail }
}

fn counted(defect: &Planted, metric: &str, evidence: &Evidence, judges: &Judges) -> Answered {
    let (answer, detail) = match rows(defect.id, evidence) {
        Err(error) => without(error),
        Ok(None) => (Answer::Failed, "was not measured".to_owned()),
        Ok(Some((base, other)))
            if base.metrics.contains_key(metric) && other.metrics.contains_key(metric) =>
        {
            let changes = (judges.counted)(&[base], &[other]);
            match changes.iter().find(|change| change.metric == metric) {
                Some(change) if change.state == State::Worse => (Answer::Found, change_in_words(change)),
                Some(change) => (Answer::NotFound, change_in_words(change)),
                None => (Answer::NotFound, "the judge said nothing".to_owned()),
            }
        }
        Ok(Some(_)) => (Answer::Skipped, format!("{metric} needs valgrind, which is not installed")),
    };
    Answered { id: defect.id.to_owned(), what: defect.what.to_owned(), answer, detail }
}

/// The base and another workload as two states of one benchmark.
fn rows<'a>(id: &str, evidence: &'a Evidence) -> Result<Option<(Benchmark, Benchmark)>, &'a InstrumentError> {
    let row = |id: &str| evidence.counts.get(id).map(Result::as_ref).transpose();
    let (Some(base), Some(other)) = (row(BASE)?, row(id)?) else { return Ok(None) };
    Ok(Some((Benchmark { id: id.to_owned(), ..base.clone() }, other.clone())))
}

fn change_in_words(change: &compare::Change) -> String {
    format!("{} {}", change.metric, units::change(change.before, change.after, &change.unit))
}

fn without(error: &InstrumentError) -> (Answer, String) {
    let answer = match error {
        InstrumentError::ToolMissing { .. } => Answer::Skipped,
        _ => Answer::Failed,
    };
    (answer, error.to_string())
}
