//! Where numbers come from, as the line that stands under a table or a comment.

use crate::{
    format::{Baseline, Mode, Run},
    render::{
        header::{isa, machine, valgrind},
        lines::escape,
    },
    workspace::revision::short,
};

/// What its parts are joined with.
pub const SEPARATOR: &str = " · ";

/// Which machine with which instruction sets, when, which sources, how many rounds, and by which tools.
pub fn parts(run: &Run) -> Vec<String> {
    let day = run.provenance.started.split('T').next().unwrap_or_default();
    let rustc = run.toolchain.rustc.lines().next().unwrap_or_default();
    let mut parts = vec![
        format!("{} ({}, {})", run.host.profile, machine(run), isa(run)),
        sources(run),
        day.to_owned(),
        rounds(run),
        format!("{rustc}, {}", run.toolchain.target),
        valgrind(run),
    ];
    if !run.toolchain.variant.is_empty() {
        parts.push(format!("build of suite {}", run.toolchain.variant));
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// Which baseline, accepted when and from what, of which revision, by which tools.
pub fn baseline_parts(baseline: &Baseline) -> Vec<String> {
    let acceptance = &baseline.acceptance;
    let day = acceptance.date.split('T').next().unwrap_or_default();
    let mut parts = vec![
        format!("baseline {} ({})", baseline.name, baseline.isa),
        format!("accepted {day}"),
        match short(&acceptance.revision) {
            "" => "no revision".to_owned(),
            revision => format!("revision {revision}"),
        },
        acceptance.source.clone(),
    ];
    parts.extend(baseline.key.as_ref().map(|key| {
        let rustc = key.rustc.lines().next().unwrap_or_default();
        format!("{rustc}, {}{SEPARATOR}valgrind {}", key.target, key.valgrind)
    }));
    let invalidated = baseline.benchmarks.iter().filter(|row| row.invalidated.is_some()).count();
    if invalidated > 0 {
        let plural = if invalidated == 1 { "" } else { "s" };
        parts.push(format!("{invalidated} row{plural} invalidated and left out"));
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// The line of a table that is made of a run; `what` names its metrics.
pub fn line(run: &Run, what: &str) -> String {
    let parts = parts(run).into_iter().chain([what.to_owned()]);
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(SEPARATOR)
}

/// A line in small print.
pub fn markdown(line: &str) -> String {
    format!("<sub>{}</sub>", escape(line))
}

/// `revision 1f0c2ab with uncommitted changes`.
fn sources(run: &Run) -> String {
    match (short(&run.provenance.revision), run.provenance.dirty) {
        ("", _) => "no revision".to_owned(),
        (revision, false) => format!("revision {revision}"),
        (revision, true) => format!("revision {revision} with uncommitted changes"),
    }
}

/// `5 rounds`, and whatever makes them worth less.
fn rounds(run: &Run) -> String {
    let rounds = run.provenance.rounds;
    let plural = if rounds == 1 { "" } else { "s" };
    let quick = if run.provenance.mode == Mode::Quick { " (quick)" } else { "" };
    let partial = if run.provenance.partial { " (partial: interrupted)" } else { "" };
    match rounds {
        // Counts are made in none.
        0 => format!("{quick}{partial}").trim_start().to_owned(),
        _ => format!("{rounds} round{plural}{quick}{partial}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{Host, Provenance, Toolchain};

    fn run(isa: &str) -> Run {
        let document = serde_json::json!({
            "schema": "perfkit.run/1", "perfkit": "0", "id": "0a1b2c", "environment": {}, "benchmarks": [],
            "host": Host {
                profile: "here".to_owned(), isa: isa.to_owned(), isa_counted: "x86_64-avx2".to_owned(),
                fingerprint: Default::default(), info: Default::default(),
            },
            "toolchain": Toolchain {
                rustc: "rustc 1.95.0".to_owned(), target: "x86_64".to_owned(), variant: "no_avx512".to_owned(),
                valgrind: Some("3.25.1".to_owned()), ..Toolchain::default()
            },
            "provenance": Provenance::default(),
        });
        serde_json::from_value(document).unwrap()
    }

    #[test]
    fn a_line_under_counts_names_the_instruction_set_and_the_tool_that_counted() {
        let line = line(&run("x86_64-avx512"), "ir, statistic exact");
        for part in [
            "x86_64-avx512 (counted: x86_64-avx2)",
            "valgrind 3.25.1",
            "build of suite no_avx512",
            "ir, statistic exact",
        ] {
            assert!(line.contains(part), "{part} is not in {line}");
        }
        let mut uncounted = run("x86_64-avx2");
        uncounted.toolchain.valgrind = None;
        assert!(parts(&uncounted).contains(&"no valgrind".to_owned()));
    }
}
