//! What stands around a run's table: the machine and the sources above it, the counts and the problems below.

use super::{Emphasis, Lines, Terminal, units};
use crate::{
    format::{Baseline, BaselineKind, Mode, Outcome, Problem, ProblemKind, Run},
    workspace::revision::short,
};

/// A share of stolen CPU time from which on it is worth saying.
const STEAL_SHOWN: f64 = 0.01;

/// The lines above the table. `baseline` is the profile that timed rows are held against.
pub fn header(run: &Run, baseline: Option<&Baseline>) -> Lines {
    let mut lines = Lines::default();
    lines.push(Emphasis::Plain, identity(run, baseline));
    if let Some(baseline) = baseline.filter(|baseline| is_informational(run, baseline)) {
        let machine = machine(run);
        let why = match () {
            () if !baseline.rules.matches(&run.host.fingerprint) => {
                format!("this machine is {machine}, not {}", baseline.name)
            }
            () if baseline.kind == BaselineKind::Reference => {
                format!("the figures of {} are published ones", baseline.name)
            }
            () => format!("this run is of {}, {} of {}", run.host.isa, baseline.name, baseline.isa),
        };
        lines.push(Emphasis::Caution, format!("informational: {why}; timed rows are shown, not judged"));
    }
    if let Some(steal) = run.environment.steal.filter(|steal| *steal >= STEAL_SHOWN) {
        let share = units::percent(steal);
        let share = share.trim_start_matches('+');
        lines.push(
            Emphasis::Caution,
            format!("noisy: the hypervisor took away {share} of the CPU time while this was measured"),
        );
    }
    if run.provenance.partial {
        lines.push(Emphasis::Caution, "partial: interrupted; what is shown is whole, the rest is absent");
    }
    lines
}

/// The lines below the table: how many of what, then each problem.
pub fn footer(run: &Run, baseline: Option<&Baseline>) -> Lines {
    let mut lines = Lines::default();
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    let mut counts = vec![format!("{} benchmark{}", run.benchmarks.len(), plural(run.benchmarks.len()))];
    counts.extend(OUTCOMES.iter().filter_map(|outcome| {
        let count = run.verdicts.iter().filter(|verdict| verdict.outcome == *outcome).count();
        (count > 0).then(|| format!("{count} {} {}", outcome.glyph(), outcome.word()))
    }));
    if let Some(reference) = baseline.filter(|baseline| baseline.kind == BaselineKind::Reference) {
        let absent = reference.benchmarks.iter().filter(|row| run.benchmark(&row.id).is_none()).count();
        if absent > 0 {
            counts.push(format!("{absent} ids of {} not measured here", reference.name));
        }
    }
    if !run.problems.is_empty() {
        counts.push(format!("{} problem{}", run.problems.len(), plural(run.problems.len())));
    }
    lines.push(Emphasis::Plain, counts.join(", "));
    for problem in &run.problems {
        lines.push(problem_emphasis(problem.kind), problem_line(problem));
    }
    lines
}

/// The whole of it for a terminal: header, table, footer.
pub fn run_text(run: &Run, baseline: Option<&Baseline>, terminal: &Terminal) -> String {
    let table = super::run_table(run, baseline).text(terminal);
    format!("{}{table}{}", header(run, baseline).text(terminal), footer(run, baseline).text(terminal))
}

/// The whole of it as Markdown: header, table, footer.
pub fn run_markdown(run: &Run, baseline: Option<&Baseline>) -> String {
    let table = super::run_table(run, baseline).markdown();
    format!("{}\n{table}\n{}", header(run, baseline).markdown(), footer(run, baseline).markdown())
}

/// Whether timed rows are only shown: published figures, or another machine's or instruction set's.
pub fn is_informational(run: &Run, baseline: &Baseline) -> bool {
    baseline.kind == BaselineKind::Reference || !baseline.describes(&run.host.fingerprint, &run.host.isa)
}

/// The machine's brand, or its profile where it has none.
pub fn machine(run: &Run) -> &str {
    let brand = run.host.fingerprint.brand.trim();
    if brand.is_empty() { &run.host.profile } else { brand }
}

/// The instruction set of native runs, and that of counted ones where it is another: `x86_64-avx512 (counted: x86_64-avx2)`.
pub fn isa(run: &Run) -> String {
    if run.host.isa == run.host.isa_counted {
        run.host.isa.clone()
    } else {
        format!("{} (counted: {})", run.host.isa, run.host.isa_counted)
    }
}

/// `valgrind 3.25.1`, or that there is none.
pub fn valgrind(run: &Run) -> String {
    run.toolchain
        .valgrind
        .as_ref()
        .map_or_else(|| "no valgrind".to_owned(), |version| format!("valgrind {version}"))
}

/// The outcomes that the footer counts, in the order that matters.
const OUTCOMES: [Outcome; 12] = [
    Outcome::Failed,
    Outcome::Wrong,
    Outcome::Missing,
    Outcome::Suspect,
    Outcome::Inconclusive,
    Outcome::Warned,
    Outcome::Waived,
    Outcome::Improved,
    Outcome::Held,
    Outcome::New,
    Outcome::Skipped,
    Outcome::Informational,
];

/// `host i9-14900K (reference: …)  isa x86_64-avx512 (counted: x86_64-avx2)  revision 1f0c2ab dirty  rounds 5`.
fn identity(run: &Run, baseline: Option<&Baseline>) -> String {
    let host = match baseline {
        None => run.host.profile.clone(),
        Some(baseline) if baseline.kind == BaselineKind::Reference => {
            format!("{} (reference: {})", baseline.name, baseline.acceptance.source)
        }
        Some(baseline) => baseline.name.clone(),
    };
    let isa = format!("isa {}", isa(run));
    let mut parts = vec![format!("host {host}"), isa, format!("revision {}", revision(run))];
    if run.provenance.rounds > 0 {
        parts.push(format!("rounds {}", run.provenance.rounds));
    }
    if run.provenance.mode == Mode::Quick {
        parts.push("quick".to_owned());
    }
    parts.join("  ")
}

fn revision(run: &Run) -> String {
    let name = match short(&run.provenance.revision) {
        "" => "none",
        name => name,
    };
    if run.provenance.dirty { format!("{name} dirty") } else { name.to_owned() }
}

fn problem_emphasis(kind: ProblemKind) -> Emphasis {
    if kind == ProblemKind::Skipped { Emphasis::Dim } else { Emphasis::Bad }
}

fn problem_line(problem: &Problem) -> String {
    let word = match problem.kind {
        ProblemKind::Skipped => "- skipped",
        ProblemKind::WrongAnswer => "✗ WRONG ANSWER",
        ProblemKind::BuildFailed => "✗ BUILD FAILED",
        ProblemKind::ToolFailed => "✗ TOOL FAILED",
    };
    format!("{word} {}: {}", problem.subject, shortened(&problem.message))
}

/// The most characters of a problem's message; the run document holds all of it.
const MESSAGE_SHOWN: usize = 400;

/// Tools say last what went wrong, so a long message keeps its start and its end.
fn shortened(message: &str) -> String {
    let characters: Vec<char> = message.chars().collect();
    if characters.len() <= MESSAGE_SHOWN {
        return message.to_owned();
    }
    let head: String = characters[..MESSAGE_SHOWN / 4].iter().collect();
    let tail: String = characters[characters.len() - MESSAGE_SHOWN * 3 / 4..].iter().collect();
    format!("{head} … {tail}")
}
