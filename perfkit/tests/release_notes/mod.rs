//! Recipes, runs and sources of release documents, for the tests of what is made of them.
#![allow(dead_code, reason = "each test file uses what it needs")]

use std::collections::BTreeMap;

use perfkit::{
    format::{
        Baseline, Calibration, Run, RunInvalidation, invalidation::INVALIDATION_SCHEMA, recipe::Recipe,
    },
    history::Ledger,
    report::{
        ReportError,
        release::{Document, Sources, release, render_markdown},
    },
    store::{Measured, RunName},
};

use crate::samples;

pub const RECIPE: &str = r#"
schema = "perfkit.recipe/1"
title = "Release 0.1"
introduction = "What changed."

[[table]]
title = "Packet build"
text = "One event in a packet."
metric = "time_ns"
before = "aead/chacha/{size}"
after = "aead/ring/{size}"
sizes = [64, 1024, 65536, 1048576]

[[table]]
title = "Pool"
metric = "allocs_per_op"
before = "pool/boxed/{size}"
after = "pool/inline/{size}"
sizes = [1, 10, 100]
row_heading = "Packets"

[[table]]
title = "Lookup"
metric = "ir"
before = "lookup/old"
after = "lookup/new"
"#;

/// A whole release note: several metrics, floors, rows of their own, a cost model, text between and a picture.
pub const NOTE: &str = r#"
schema = "perfkit.recipe/1"
title = "Release 0.2"

[[table]]
title = "Packet build"
metrics = ["time_ns", "ir"]
before = "aead/chacha/{size}"
after = "aead/ring/{size}"
sizes = [64, 256, 1024, 4096]
floor = true

[[table]]
title = "The model behind it"
kind = "cost_model"
metric = "time_ns"
before = "aead/chacha"
after = "aead/ring"
below = "A packet of no payload costs the fixed cost."

[[table]]
title = "In words"
kind = "text"
text = "The builder grew, and was boxed."

[[table]]
title = "Boxing the key"
metric = "time_ns"
row_heading = "Operation"
headings = ["Before (post-swap)", "After (boxed)"]
rows = [
    { label = "get/return", before = "pool/inline", after = "pool/boxed" },
    { label = "get/return, contended", before = "pool/contended_inline", after = "pool/contended" },
]

[[table]]
title = "Allocations"
kind = "allocations"
before = "pool/inline"
after = "pool/boxed"

[[plot]]
title = "Cost over payload"
kind = "cost_model"
metric = "time_ns"
ids = ["aead/chacha", "aead/ring"]
under = "The model behind it"
"#;

/// Tables across two runs.
pub const ACROSS: &str = r#"
schema = "perfkit.recipe/1"
title = "Release 0.3"

[[table]]
title = "Packet build"
metric = "time_ns"
after = "aead/ring/{size}"
sizes = [64, 1024]

[[table]]
title = "Instructions of the renamed"
metric = "ir"
before = "lookup/old"
after = "lookup/new"
across = true
"#;

pub fn run() -> Run {
    let times =
        [(64, 1139.0, 222.0), (1024, 1585.0, 1570.0), (65_536, 12_345.0, 1234.5), (1 << 20, 1.0e7, 1.2e7)];
    let mut rows: Vec<_> = times
        .iter()
        .flat_map(|(size, before, after)| {
            [("chacha", *before), ("ring", *after)].map(|(name, value)| {
                samples::row(&format!("aead/{name}/{size}"), &[("time_ns", value, "p20_min")])
            })
        })
        .collect();
    for (size, before, after) in [(1, 0.0, 0.0), (10, 0.0, 3.0), (100, 4.0, 1.0)] {
        rows.push(samples::row(&format!("pool/boxed/{size}"), &[("allocs_per_op", before, "exact")]));
        rows.push(samples::row(&format!("pool/inline/{size}"), &[("allocs_per_op", after, "exact")]));
    }
    rows.push(samples::row("lookup/old", &[("ir", 412.0, "exact")]));
    rows.push(samples::row("lookup/new", &[("ir", 97.0, "exact")]));
    Run { benchmarks: rows, ..samples::run() }
}

/// The numbers of the founding release notes, and what a note needs beside them.
pub fn noted() -> Run {
    let mut rows = Vec::new();
    let times = [(64, 1139.0, 222.0), (256, 1205.0, 288.0), (1024, 1585.0, 544.0), (4096, 3111.0, 1538.0)];
    for (size, before, after) in times {
        for (name, time) in [("chacha", before), ("ring", after)] {
            let metrics = [("time_ns", time, "p20_min"), ("ir", time * 6.21, "exact")];
            let mut row = samples::row(&format!("aead/{name}/{size}"), &metrics);
            (row.size, row.bytes) = (size, size);
            row.floor = (name == "ring").then(|| format!("raw/ring/{size}"));
            rows.push(row);
        }
        rows.push(samples::row(&format!("raw/ring/{size}"), &[("time_ns", after * 0.8, "p20_min")]));
    }
    for (id, time, allocations) in [
        ("pool/inline", 88.0, 1.0),
        ("pool/boxed", 38.0, 1.0),
        ("pool/contended_inline", 820.0, 0.0),
        ("pool/contended", 901.0, 0.0),
    ] {
        let metrics = [
            ("time_ns", time, "p20_min"),
            ("allocs_per_op", allocations, "exact"),
            ("alloc_bytes_per_op", allocations * time * 2.0, "exact"),
        ];
        rows.push(samples::row(id, &metrics));
    }
    let mut run = Run { benchmarks: rows, ..samples::run() };
    run.provenance.dirty = false;
    run
}

/// Sources with nothing but a run.
pub struct Given {
    pub after: Measured,
    pub before: Option<Measured>,
    pub reference: Option<Baseline>,
    pub calibration: Option<Calibration>,
}

impl Given {
    pub fn run(run: Run) -> Self {
        Self { after: measured(run), before: None, reference: None, calibration: None }
    }

    pub fn before(self, run: Run) -> Self {
        Self { before: Some(measured(run)), ..self }
    }

    pub fn release(&self, recipe: &str) -> Result<Document, ReportError> {
        let sources = Sources {
            after: &self.after,
            before: self.before.as_ref(),
            reference: self.reference.as_ref(),
            calibration: self.calibration.as_ref(),
        };
        release(&Recipe::parse(recipe).unwrap(), &sources)
    }

    pub fn text(&self, recipe: &str) -> String {
        render_markdown(&self.release(recipe).unwrap(), Some(&|name: &str| format!("release-{name}")))
    }
}

pub fn measured(run: Run) -> Measured {
    Measured::Run(Box::new(run), Box::default())
}

/// The run with these rows taken back, as the ledger of its store marks it.
pub fn taken_back(mut run: Run, select: &[&str]) -> Run {
    let invalidation = invalidation(&run, select);
    Ledger::new(&[invalidation], &[], std::path::Path::new(".")).mark(&mut run);
    run
}

pub fn invalidation(run: &Run, select: &[&str]) -> RunInvalidation {
    RunInvalidation {
        schema: INVALIDATION_SCHEMA.to_owned(),
        run: RunName::of(run).stem().to_owned(),
        select: select.iter().map(|pattern| (*pattern).to_owned()).collect(),
        reason: "measured one shard".to_owned(),
        author: "A. Author".to_owned(),
        date: "2026-03-06".to_owned(),
        extra: BTreeMap::new(),
    }
}
