//! Where numbers come from, as the line that stands under a table.

use crate::{
    format::{Baseline, Mode, Run},
    render::{header::machine, lines::escape},
    workspace::revision::short,
};

/// Which machine, when, which sources, how many rounds, what was measured, and by which compiler.
pub fn line(run: &Run, what: &str) -> String {
    let provenance = &run.provenance;
    let day = provenance.started.split('T').next().unwrap_or_default();
    let host = format!("{} ({}, {})", run.host.profile, machine(run), run.host.isa);
    let parts = [host, day.to_owned(), sources(run), rounds(run), what.to_owned(), toolchain(run)];
    format!("<sub>{}</sub>", parts.map(|part| escape(&part)).join(" · "))
}

/// Which baseline, of which revision, accepted when.
pub fn baseline_line(baseline: &Baseline) -> String {
    let acceptance = &baseline.acceptance;
    let day = acceptance.date.split('T').next().unwrap_or_default();
    let revision = match short(&acceptance.revision) {
        "" => "no revision".to_owned(),
        revision => format!("revision {revision}"),
    };
    let parts = [
        format!("baseline {}", baseline.name),
        format!("accepted {day}"),
        revision,
        acceptance.source.clone(),
    ];
    format!("<sub>{}</sub>", parts.map(|part| escape(&part)).join(" · "))
}

/// `revision 1f0c2ab with uncommitted changes`.
fn sources(run: &Run) -> String {
    match (short(&run.provenance.revision), run.provenance.dirty) {
        ("", _) => "sources outside a repository".to_owned(),
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
    format!("{rounds} round{plural}{quick}{partial}")
}

fn toolchain(run: &Run) -> String {
    let rustc = run.toolchain.rustc.lines().next().unwrap_or_default();
    format!("{rustc}, {}", run.toolchain.target)
}
