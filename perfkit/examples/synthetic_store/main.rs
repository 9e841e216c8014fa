//! Fill a folder with a store of made-up runs, to see reports and histories at sizes that no machine has measured yet:
//!
//! `cargo run --release -p perfkit --example synthetic_store -- FOLDER [BENCHMARKS] [RUNS] [METRICS]`

mod generate;

use std::{path::Path, process::ExitCode};

use generate::{Shape, write_store};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |index: usize, otherwise: usize| {
        arguments.get(index).map_or(Some(otherwise), |text| text.parse().ok())
    };
    let shape = Shape::default();
    let numbers = (number(1, shape.benchmarks), number(2, shape.runs), number(3, shape.metrics));
    let (Some(folder), (Some(benchmarks), Some(runs), Some(metrics))) = (arguments.first(), numbers) else {
        eprintln!("usage: synthetic_store FOLDER [BENCHMARKS] [RUNS] [METRICS]");
        return ExitCode::from(2);
    };
    let shape = Shape { benchmarks, runs, metrics, ..shape };
    match write_store(Path::new(folder), &shape) {
        Ok(()) => {
            println!("{runs} runs of {benchmarks} benchmarks with {metrics} metrics each in {folder}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{folder}: {error}");
            ExitCode::from(5)
        }
    }
}
