//! Stacks of a suite whose costs are known exactly. What needs valgrind or perf is skipped, with the reason printed,
//! where it is missing.
#![allow(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

mod known_costs;

use std::{collections::BTreeSet, fs};

use known_costs::{has_valgrind, time};
use perfkit::{
    explain::stacks::{Source, Stacks, StacksError, collect},
    format::Benchmark,
    instrument::{self, Copies, Dialect},
    measure::{Planned, RowKind},
};

/// Operations of a counted run.
const OPERATIONS: u64 = 100;

fn planned(id: &str) -> Planned {
    Planned {
        benchmark: Benchmark::new(id),
        time: time().clone(),
        allocs: None,
        dialect: Dialect::HARNESS,
        counted_operations: Some(OPERATIONS),
        contended: false,
        modes: Vec::new(),
        latency_rate: 0,
        kind: RowKind::Operation,
        instruments: BTreeSet::new(),
    }
}

fn stacks(row: &Planned, source: Source, bytes: bool) -> Result<Stacks, StacksError> {
    let scratch = tempfile::tempdir().unwrap();
    let stacks = collect(row, source, bytes, scratch.path());
    let left: Vec<_> =
        fs::read_dir(scratch.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| name == "criterion"), "scratch files were left: {left:?}");
    stacks
}

#[test]
fn stacks_add_up_to_what_counting_counts_in_whole_and_by_function() {
    if !has_valgrind() {
        return;
    }
    for id in ["known/sum/64", "known/growth", "known/kernel", "known/locked", "known/syscall"] {
        let scratch = tempfile::tempdir().unwrap();
        let counts = instrument::count_with(time(), id, OPERATIONS, Copies::Skip, scratch.path()).unwrap();
        let stacks = stacks(&planned(id), Source::Count, false).unwrap();
        assert!((stacks.total() - counts.ir).abs() < 1e-6, "{id}: {} is not {}", stacks.total(), counts.ir);
        let mut own: Vec<f64> = stacks.own().into_values().filter(|own| own.abs() > 1e-9).collect();
        let mut counted: Vec<f64> = counts.functions.into_values().filter(|own| own.abs() > 1e-9).collect();
        own.sort_by(f64::total_cmp);
        counted.sort_by(f64::total_cmp);
        assert_eq!(own, counted, "{id}");
    }
}

#[test]
#[cfg(target_arch = "x86_64")]
fn a_kernel_whose_symbol_has_no_size_stands_under_its_name() {
    if !has_valgrind() {
        return;
    }
    let stacks = stacks(&planned("known/kernel"), Source::Count, false).unwrap();
    let top = stacks.top(1);
    assert_eq!(top[0].0, "known_costs_countdown_avx2");
    assert!(top[0].1 >= 2000.0, "{top:?}");
}

#[test]
fn allocations_weigh_their_number_or_their_bytes_and_growth_counts_as_a_block() {
    if !has_valgrind() {
        return;
    }
    let row = planned("known/growth");
    assert_eq!(stacks(&row, Source::Allocs, false).unwrap().total(), 2.0);
    // A block of 100 bytes, then the whole new size of 300.
    assert_eq!(stacks(&row, Source::Allocs, true).unwrap().total(), 400.0);
}

#[test]
fn what_an_instrument_cannot_see_is_said() {
    let mut row = planned("known/contended");
    row.counted_operations = None;
    let error = stacks(&row, Source::Allocs, false).unwrap_err();
    assert!(error.to_string().contains("not written against perfkit-harness"), "{error}");
    row.benchmark.threads = 2;
    let error = stacks(&row, Source::Count, false).unwrap_err();
    assert!(error.to_string().contains("2 threads"), "{error}");
    row.kind = RowKind::Binary;
    assert!(stacks(&row, Source::Perf, false).unwrap_err().to_string().contains("has no stacks"));
}

#[test]
#[cfg(feature = "flame")]
fn samples_of_the_machine_itself_lie_below_criterion() {
    use perfkit::instrument::InstrumentError;

    let stacks = match stacks(&planned("known/sum/4096"), Source::Perf, false) {
        Err(StacksError::Instrument {
            source: error @ (InstrumentError::ToolMissing { .. } | InstrumentError::ToolForbidden { .. }),
            ..
        }) => {
            eprintln!("skipped: {error}");
            return;
        }
        stacks => stacks.unwrap(),
    };
    assert!(stacks.samples().unwrap() > 100, "{:?}", stacks.samples());
    let outside: f64 =
        stacks.iter().filter(|(frames, _)| frames[0].starts_with("[outside")).map(|(_, weight)| weight).sum();
    assert!(outside < stacks.total() / 2.0, "{outside} of {} ns", stacks.total());
    // What only handles its types, as dropping them does, is not Criterion's.
    let criterions: Vec<&String> = stacks
        .iter()
        .flat_map(|(frames, _)| frames)
        .filter(|frame| frame.trim_start_matches('<').starts_with("criterion::"))
        .collect();
    assert!(criterions.is_empty(), "{criterions:?}");
}
