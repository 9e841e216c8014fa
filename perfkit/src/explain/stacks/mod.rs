//! Folded stacks: a cost by the chain of calls that spent it. Flamegraphs, deltas of frames and triage are made from it.
//!
//! Frames stand from the root to the leaf, weights are in the unit that the stacks carry. Whatever the instrument, the
//! part outside the measured operation is cut before stacks are made, so that roots compare between revisions.

mod allocations;
mod callgrind;
mod collect;
mod folded;
mod names;
#[cfg(feature = "flame")]
mod perf;

use std::collections::{BTreeMap, BTreeSet};

pub use collect::{Source, StacksError, collect, collect_from, comparable};
pub use folded::{FoldedOrigin, folded, folded_origin, folded_pair, parse_folded};
pub use names::frame_name;

/// What a weight counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Instructions per operation, exact.
    Instructions,
    /// Instructions of one cold call with its harness.
    FirstCall,
    /// Blocks allocated per operation; growth counts as a block.
    Blocks,
    /// Bytes allocated per operation.
    Bytes,
    /// Sampled CPU time.
    Nanoseconds,
    /// Sampled CPU time in per cent of the whole: comparable between runs of unequal length.
    Share,
}

impl Weight {
    /// The unit of numbers.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Instructions => "instructions/op",
            Self::FirstCall => "instructions",
            Self::Blocks => "blocks/op",
            Self::Bytes => "B/op",
            Self::Nanoseconds => "ns",
            Self::Share => "%",
        }
    }

    /// What has this unit.
    pub fn of_unit(unit: &str) -> Option<Self> {
        let all =
            [Self::Instructions, Self::FirstCall, Self::Blocks, Self::Bytes, Self::Nanoseconds, Self::Share];
        all.into_iter().find(|weight| weight.unit() == unit)
    }

    /// What a picture of it shows.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Instructions => "instructions per operation, exact (callgrind)",
            Self::FirstCall => "instructions of one cold call with its harness (callgrind)",
            Self::Blocks => "blocks allocated per operation, growth counts as a block (dhat)",
            Self::Bytes => "bytes allocated per operation (dhat)",
            Self::Nanoseconds => "CPU time, sampled (perf cpu-clock)",
            Self::Share => "share of CPU time, sampled (perf cpu-clock)",
        }
    }

    /// Whether the numbers are samples, so that small differences are chance.
    pub fn is_sampled(self) -> bool {
        matches!(self, Self::Nanoseconds | Self::Share)
    }
}

/// Weights by stack.
#[derive(Debug, Clone, PartialEq)]
pub struct Stacks {
    weight: Weight,
    rows: BTreeMap<Vec<String>, f64>,
    /// How many samples stand behind sampled weights.
    samples: Option<u64>,
}

impl Stacks {
    /// No stacks yet.
    pub fn new(weight: Weight) -> Self {
        Self { weight, rows: BTreeMap::new(), samples: None }
    }

    /// What the weights count.
    pub fn weight(&self) -> Weight {
        self.weight
    }

    /// How many samples stand behind them; `None` for counted stacks.
    pub fn samples(&self) -> Option<u64> {
        self.samples
    }

    /// Say how many samples stand behind the weights.
    pub fn set_samples(&mut self, samples: u64) {
        self.samples = Some(samples);
    }

    /// Add to one stack, root first. A stack without frames or weight is nothing.
    pub fn add(&mut self, frames: Vec<String>, weight: f64) {
        if !frames.is_empty() && weight != 0.0 {
            *self.rows.entry(frames).or_insert(0.0) += weight;
        }
    }

    /// Add all of another's stacks.
    pub fn merge(&mut self, other: &Self) {
        for (frames, weight) in other.iter() {
            self.add(frames.to_vec(), weight);
        }
        self.samples = match (self.samples, other.samples) {
            (Some(mine), Some(theirs)) => Some(mine + theirs),
            (mine, theirs) => mine.or(theirs),
        };
    }

    /// Every stack, in the order of its frames.
    pub fn iter(&self) -> impl Iterator<Item = (&[String], f64)> {
        self.rows.iter().map(|(frames, weight)| (frames.as_slice(), *weight))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The sum of all weights.
    pub fn total(&self) -> f64 {
        self.rows.values().sum()
    }

    /// Leaf first: who calls the costly functions.
    pub fn inverted(&self) -> Self {
        let reversed = |frames: &Vec<String>| frames.iter().rev().cloned().collect();
        self.with_frames(reversed)
    }

    /// The same weights under other names; stacks that become equal are added up.
    pub fn renamed(&self, rename: impl Fn(&str) -> String) -> Self {
        self.with_frames(|frames| frames.iter().map(|frame| rename(frame)).collect())
    }

    /// As shares of the whole, so that samples of unequal length compare.
    pub fn shares(&self) -> Self {
        let total = self.total();
        let mut shares = Self { weight: Weight::Share, rows: BTreeMap::new(), samples: self.samples };
        for (frames, weight) in self.iter().filter(|_| total > 0.0) {
            shares.add(frames.to_vec(), 100.0 * weight / total);
        }
        shares
    }

    /// Weight of each frame where it is the leaf.
    pub fn own(&self) -> BTreeMap<&str, f64> {
        let mut own = BTreeMap::new();
        for (frames, weight) in self.iter() {
            if let Some(leaf) = frames.last() {
                *own.entry(leaf.as_str()).or_insert(0.0) += weight;
            }
        }
        own
    }

    /// Weight of each frame with everything that it calls. A frame that stands in a stack twice counts once.
    pub fn inclusive(&self) -> BTreeMap<&str, f64> {
        let mut inclusive = BTreeMap::new();
        for (frames, weight) in self.iter() {
            let once: BTreeSet<&str> = frames.iter().map(String::as_str).collect();
            for frame in once {
                *inclusive.entry(frame).or_insert(0.0) += weight;
            }
        }
        inclusive
    }

    /// The frames with the largest own weight: name, own, inclusive.
    pub fn top(&self, limit: usize) -> Vec<(&str, f64, f64)> {
        let inclusive = self.inclusive();
        let mut top: Vec<(&str, f64, f64)> = self
            .own()
            .into_iter()
            .map(|(frame, own)| (frame, own, inclusive.get(frame).copied().unwrap_or(own)))
            .collect();
        top.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        top.truncate(limit);
        top
    }

    fn with_frames(&self, change: impl Fn(&Vec<String>) -> Vec<String>) -> Self {
        let mut changed = Self { weight: self.weight, rows: BTreeMap::new(), samples: self.samples };
        for (frames, weight) in &self.rows {
            changed.add(change(frames), *weight);
        }
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stacks(rows: &[(&str, f64)]) -> Stacks {
        let mut stacks = Stacks::new(Weight::Instructions);
        for (frames, weight) in rows {
            stacks.add(frames.split(';').map(str::to_owned).collect(), *weight);
        }
        stacks
    }

    #[test]
    fn a_frame_that_recurses_counts_once() {
        let recursive = stacks(&[("walk;visit;walk", 5.0), ("walk;visit", 2.0)]);
        assert_eq!(recursive.inclusive(), BTreeMap::from([("walk", 7.0), ("visit", 7.0)]));
        assert_eq!(recursive.own(), BTreeMap::from([("walk", 5.0), ("visit", 2.0)]));
    }

    #[test]
    fn turning_round_twice_changes_nothing() {
        let some = stacks(&[("a;b", 1.0), ("a;c", 2.5)]);
        assert_eq!(some.inverted().inverted(), some);
        assert_eq!(some.inverted(), stacks(&[("b;a", 1.0), ("c;a", 2.5)]));
    }

    #[test]
    fn merging_adds_equal_stacks() {
        let mut some = stacks(&[("a;b", 1.0)]);
        some.merge(&stacks(&[("a;b", 2.0), ("c", 4.0)]));
        assert_eq!(some, stacks(&[("a;b", 3.0), ("c", 4.0)]));
        assert!((some.total() - 7.0).abs() < 1e-12);
    }

    #[test]
    fn the_largest_own_weight_is_the_top() {
        let some = stacks(&[("a;b", 1.0), ("a;c", 2.0), ("a", 0.5)]);
        assert_eq!(some.top(2), [("c", 2.0, 2.0), ("b", 1.0, 1.0)]);
        assert_eq!(some.top(9)[2], ("a", 0.5, 3.5));
    }

    #[test]
    fn shares_of_unequal_lengths_compare() {
        let mut short = Stacks::new(Weight::Nanoseconds);
        short.add(vec!["a".to_owned()], 30.0);
        short.add(vec!["b".to_owned()], 10.0);
        let mut long = short.clone();
        long.merge(&short);
        assert_eq!(short.shares(), long.shares());
        assert!((short.shares().own()["a"] - 75.0).abs() < 1e-9);
    }
}
