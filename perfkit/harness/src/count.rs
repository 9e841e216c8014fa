//! The counting instruments: exactly `n` operations inside one frame that callgrind and dhat can name.

use std::{collections::HashSet, hint::black_box};

use crate::{
    Answer, Meter,
    allocator::AllocationCounts,
    cli::{Probe, require, wrong_answer},
};

/// Distinct keys are counted up to here; nobody asks for more.
const DISTINCT_KEYS_LIMIT: usize = 1 << 20;

/// A [`Meter`] that runs exactly `n` operations inside [`perfkit_region`].
pub struct Count {
    operations: u64,
    probe: Probe,
    counts: Option<AllocationCounts>,
    declared: Declared,
}

/// What a workload says of itself while it runs.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Declared {
    /// Elements that one operation produced.
    pub produced: Option<u64>,
    /// Distinct keys among the inputs.
    pub distinct_keys: Option<u64>,
}

impl Count {
    pub(crate) fn new(operations: u64, probe: Probe) -> Self {
        Self { operations, probe, counts: None, declared: Declared::default() }
    }

    /// What the probe saw across the region; `None` if the workload never measured.
    pub(crate) fn counts(&self) -> Option<AllocationCounts> {
        self.counts
    }

    /// What the workload said of itself.
    pub(crate) fn declared(&self) -> Declared {
        self.declared
    }

    fn region(&mut self, mut body: impl FnMut()) {
        (self.probe.reset_peak)();
        let before = (self.probe.read)();
        perfkit_region(&mut body);
        let after = (self.probe.read)();
        if self.counts.replace(after.since(&before)).is_some() {
            wrong_answer("the workload measured twice; a workload measures once");
        }
    }
}

impl Meter for Count {
    fn measure<O>(&mut self, mut op: impl FnMut() -> O, mut check: impl FnMut(&O) -> Answer) {
        require(check(&op()));
        let operations = self.operations;
        self.region(|| {
            for _ in 0..operations {
                black_box(op());
            }
        });
        require(check(&op()));
    }

    fn measure_batched<I, O>(
        &mut self,
        mut setup: impl FnMut() -> I,
        mut op: impl FnMut(I) -> O,
        mut check: impl FnMut(&O) -> Answer,
    ) {
        require(check(&op(setup())));
        let mut inputs: Vec<I> = (0..self.operations).map(|_| setup()).collect();
        self.region(|| {
            for input in inputs.drain(..) {
                black_box(op(input));
            }
        });
        require(check(&op(setup())));
    }

    fn produced(&mut self, elements: u64) {
        self.declared.produced = Some(elements);
    }

    fn input_keys(&mut self, keys: impl IntoIterator<Item = u64>) {
        let distinct: HashSet<u64> = keys.into_iter().take(DISTINCT_KEYS_LIMIT).collect();
        self.declared.distinct_keys = Some(distinct.len() as u64);
    }
}

/// The measured region: the frame whose entry and exit switch callgrind's collection on and off.
#[inline(never)]
pub fn perfkit_region(body: &mut dyn FnMut()) {
    body();
    black_box(()); // keeps a real frame: a tail call would vanish from the stacks
}
