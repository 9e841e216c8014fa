//! Two runs and what is said of them, for the tests of comparisons.
#![allow(dead_code, reason = "each test file uses what it needs")]

use perfkit::{
    format::{Benchmark, Run},
    report::compare::{Before, Comparison, compare_run, render_comment},
    store::Samples,
};

use crate::samples;

pub const MARKER: &str = "perfkit:compare";

/// A quiet, clean run of the whole workspace.
pub fn quiet(id: &str, rows: Vec<Benchmark>) -> Run {
    let mut run = samples::run();
    run.id = id.to_owned();
    (run.verdicts, run.problems) = (Vec::new(), Vec::new());
    run.provenance.dirty = false;
    run.provenance.selection = Default::default();
    run.environment.steal = None;
    run.benchmarks = rows;
    run
}

pub fn compared(before: &Run, after: &Run) -> Comparison {
    compare_run(&Before::run(before, &Samples::default(), after), after, &Samples::default())
}

pub fn comment(comparison: &Comparison) -> String {
    render_comment(comparison, MARKER, 50)
}

pub fn before() -> Run {
    quiet(
        "aaaaaa",
        vec![
            samples::row(
                "seal/64",
                &[
                    ("ir", 1412.0, "exact"),
                    ("allocs_per_op", 0.0, "exact"),
                    ("cpu_time_ns", 200.0, "p20_min"),
                    ("time_ns", 201.0, "p20_min"),
                    ("throughput_Bps", 318e6, "p20_min"),
                ],
            ),
            samples::row("seal/1024", &[("ir", 9000.0, "exact"), ("cpu_time_ns", 1500.0, "p20_min")]),
            samples::row("open/64", &[("ir", 800.0, "exact"), ("cpu_time_ns", 20_000.0, "p20_min")]),
            samples::row("gone/1", &[("ir", 10.0, "exact"), ("cpu_time_ns", 5.0, "p20_min")]),
            samples::row("redefined/1", &[("ir", 10.0, "exact")]),
            samples::row("uncounted/1", &[("ir", 10.0, "exact"), ("cpu_time_ns", 5.0, "p20_min")]),
        ],
    )
}

pub fn after() -> Run {
    let mut redefined = samples::row("redefined/1", &[("ir", 99.0, "exact")]);
    redefined.revision = 2;
    quiet(
        "bbbbbb",
        vec![
            samples::row(
                "seal/64",
                &[
                    ("ir", 1431.0, "exact"),
                    ("allocs_per_op", 3.0, "exact"),
                    ("cpu_time_ns", 240.0, "p20_min"),
                    ("time_ns", 243.0, "p20_min"),
                    ("throughput_Bps", 263e6, "p20_min"),
                ],
            ),
            samples::row("seal/1024", &[("ir", 9010.0, "exact"), ("cpu_time_ns", 1520.0, "p20_min")]),
            samples::row("open/64", &[("ir", 700.0, "exact"), ("cpu_time_ns", 15_000.0, "p20_min")]),
            samples::row("fresh/1", &[("ir", 12.0, "exact"), ("cpu_time_ns", 5.0, "p20_min")]),
            redefined,
            samples::row("uncounted/1", &[("cpu_time_ns", 5.0, "p20_min")]),
        ],
    )
}

pub fn functions(id: &str, functions: &[(&str, f64)]) -> Samples {
    let mut samples = Samples::default();
    let costs = functions.iter().map(|(name, cost)| ((*name).to_owned(), *cost)).collect();
    samples.functions.insert(id.to_owned(), costs);
    samples
}
