//! Stacks of one planned benchmark, by whichever instrument is asked for; what cannot be told is said.

use std::path::Path;

use clap::ValueEnum;
use thiserror::Error;

use super::{Stacks, Weight, allocations, callgrind};
use crate::{
    instrument::InstrumentError,
    measure::{Plan, Planned, RowKind},
};

/// What makes the stacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Source {
    /// Instructions, by callgrind
    Count,
    /// Allocations, by dhat
    Allocs,
    /// CPU time, sampled by perf
    Perf,
}

impl Source {
    /// What its stacks of a benchmark weigh.
    pub fn weight(self, row: &Planned, bytes: bool) -> Weight {
        match self {
            Self::Count if row.counted_operations.is_some() => Weight::Instructions,
            Self::Count => Weight::FirstCall,
            Self::Allocs if bytes => Weight::Bytes,
            Self::Allocs => Weight::Blocks,
            Self::Perf => Weight::Nanoseconds,
        }
    }
}

/// Why there are no stacks.
#[derive(Debug, Error)]
pub enum StacksError {
    /// The instrument failed.
    #[error("{id}: {source}")]
    Instrument {
        /// The benchmark.
        id: String,
        /// How.
        source: InstrumentError,
    },
    /// This instrument cannot see that benchmark.
    #[error("{id}: {why}")]
    NotTold {
        /// The benchmark.
        id: String,
        /// Why, and what can.
        why: String,
    },
    /// There is no place to work in.
    #[error("making a scratch folder: {0}")]
    Scratch(#[source] std::io::Error),
    /// perfkit was built without what collapses perf's output.
    #[error(
        "this perfkit was built without the feature `flame`, which brings inferno; build it with --features flame"
    )]
    WithoutInferno,
}

/// Collect the stacks of one benchmark. Allocations are weighed by their `bytes` instead of their number. `scratch` is a
/// folder that belongs to this call alone; nothing is left in it.
pub fn collect(row: &Planned, source: Source, bytes: bool, scratch: &Path) -> Result<Stacks, StacksError> {
    let id = row.benchmark.id.as_str();
    let not_told = |why: String| StacksError::NotTold { id: id.to_owned(), why };
    if row.kind != RowKind::Operation {
        return Err(not_told("it is no operation that runs again and again, so it has no stacks".to_owned()));
    }
    let stacks = match (source, row.counted_operations) {
        (Source::Count | Source::Allocs, None) if row.benchmark.threads > 1 => {
            let threads = row.benchmark.threads;
            return Err(not_told(format!(
                "it works with {threads} threads and counting sees one; --instrument perf samples all of them"
            )));
        }
        (Source::Count, Some(operations)) => callgrind::region(&row.time, id, operations, scratch),
        (Source::Count, None) => callgrind::first_call(&row.time, id, row.dialect, scratch),
        (Source::Allocs, Some(operations)) => {
            allocations::region(&row.time, id, operations, source.weight(row, bytes), scratch)
        }
        (Source::Allocs, None) => {
            return Err(not_told(
                "its bench is not written against perfkit-harness, so dhat cannot tell its operation's allocations \
                 from Criterion's; --instrument count and --instrument perf can see it"
                    .to_owned(),
            ));
        }
        (Source::Perf, _) => sampled(row, id, scratch)?,
    };
    stacks.map_err(|source| StacksError::Instrument { id: id.to_owned(), source })
}

/// The stacks of one of a plan's benchmarks, as they can be compared.
pub fn collect_from(plan: &Plan, id: &str, source: Source) -> Result<Stacks, StacksError> {
    let row = plan.rows.iter().find(|row| row.benchmark.id == id);
    let row = row.ok_or_else(|| StacksError::NotTold {
        id: id.to_owned(),
        why: "it is on one side only".to_owned(),
    })?;
    let scratch = tempfile::tempdir().map_err(StacksError::Scratch)?;
    Ok(comparable(&collect(row, source, false, scratch.path())?))
}

/// Both sides as they can be compared: samples as shares, places in files without their lines.
pub fn comparable(stacks: &Stacks) -> Stacks {
    match stacks.weight() {
        Weight::Instructions | Weight::FirstCall | Weight::Share => stacks.clone(),
        Weight::Blocks | Weight::Bytes => stacks.renamed(allocations::without_line),
        Weight::Nanoseconds => stacks.shares(),
    }
}

#[cfg(feature = "flame")]
fn sampled(row: &Planned, id: &str, scratch: &Path) -> Result<Result<Stacks, InstrumentError>, StacksError> {
    Ok(super::perf::sample(&row.time, id, row.dialect, scratch))
}

#[cfg(not(feature = "flame"))]
fn sampled(
    _row: &Planned,
    _id: &str,
    _scratch: &Path,
) -> Result<Result<Stacks, InstrumentError>, StacksError> {
    Err(StacksError::WithoutInferno)
}
