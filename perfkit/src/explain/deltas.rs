//! What changed between two sets of stacks, frame by frame: own weight and weight with everything called.
//!
//! Differential flamegraphs colour leaves and cannot show what has vanished; this table names every frame that moved.
//! Linear in the frames of all stacks, but for sorting.

use std::collections::BTreeSet;

use serde::Serialize;

use super::stacks::Stacks;

/// A frame on both sides.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FrameDelta {
    /// The function.
    pub frame: String,
    /// Own weight before.
    pub own_before: f64,
    /// Own weight after.
    pub own_after: f64,
    /// Weight with everything called, before.
    pub inclusive_before: f64,
    /// The same, after.
    pub inclusive_after: f64,
}

impl FrameDelta {
    /// How own weight changed.
    pub fn own(&self) -> f64 {
        self.own_after - self.own_before
    }

    /// How weight with everything called changed.
    pub fn inclusive(&self) -> f64 {
        self.inclusive_after - self.inclusive_before
    }
}

/// A count per operation that moved by less stays what it was; gates round to a tenth.
const LEAST_COUNT: f64 = 0.05;

/// Standard errors of a sampled share that a difference must exceed to be more than chance.
const SAMPLED_ERRORS: f64 = 3.0;

/// Whether what moved can be told: of counts always, of samples where both sides say how many they are.
pub fn can_tell(before: &Stacks, after: &Stacks) -> bool {
    !after.weight().is_sampled() || [before, after].iter().all(|side| side.samples().unwrap_or(0) > 0)
}

/// The frames that moved, largest inclusive change first. Sampled frames whose change may be chance are left out.
pub fn frame_deltas(before: &Stacks, after: &Stacks) -> Vec<FrameDelta> {
    let (own_before, own_after) = (before.own(), after.own());
    let (inclusive_before, inclusive_after) = (before.inclusive(), after.inclusive());
    let of = |side: &std::collections::BTreeMap<&str, f64>, frame| side.get(frame).copied().unwrap_or(0.0);
    let frames: BTreeSet<&str> = inclusive_before.keys().chain(inclusive_after.keys()).copied().collect();
    let mut deltas: Vec<FrameDelta> = frames
        .into_iter()
        .map(|frame| FrameDelta {
            own_before: of(&own_before, frame),
            own_after: of(&own_after, frame),
            inclusive_before: of(&inclusive_before, frame),
            inclusive_after: of(&inclusive_after, frame),
            frame: frame.to_owned(),
        })
        .filter(|delta| has_moved(delta, before, after))
        .collect();
    deltas.sort_by(|a, b| {
        let by_change = b.inclusive().abs().total_cmp(&a.inclusive().abs());
        by_change.then_with(|| b.own().abs().total_cmp(&a.own().abs())).then_with(|| a.frame.cmp(&b.frame))
    });
    deltas
}

/// The rows that tell most: the largest changes with everything called, whose first are the callers of all that moved,
/// and the largest own changes, which are where it moved. In the order of `deltas`; up to twice `limit`.
pub fn telling(deltas: &[FrameDelta], limit: usize) -> Vec<&FrameDelta> {
    let mut by_own: Vec<usize> = (0..deltas.len()).collect();
    by_own.sort_by(|a, b| deltas[*b].own().abs().total_cmp(&deltas[*a].own().abs()));
    let chosen: BTreeSet<usize> = by_own.into_iter().take(limit).chain(0..deltas.len().min(limit)).collect();
    chosen.into_iter().map(|index| &deltas[index]).collect()
}

fn has_moved(delta: &FrameDelta, before: &Stacks, after: &Stacks) -> bool {
    let (own, inclusive) = (delta.own().abs(), delta.inclusive().abs());
    if !after.weight().is_sampled() {
        return own >= LEAST_COUNT || inclusive >= LEAST_COUNT;
    }
    let chance = |was: f64, is: f64| SAMPLED_ERRORS * (variance(was, before) + variance(is, after)).sqrt();
    own > chance(delta.own_before, delta.own_after)
        || inclusive > chance(delta.inclusive_before, delta.inclusive_after)
}

/// The variance of a weight that is a share of independent samples (binomial, with one sample as the least doubt).
fn variance(weight: f64, side: &Stacks) -> f64 {
    let (total, samples) = (side.total(), side.samples().unwrap_or(0) as f64);
    if total <= 0.0 || samples < 1.0 {
        return f64::INFINITY;
    }
    let least = (1.0 / samples).min(0.5);
    let share = (weight / total).clamp(least, 1.0 - least);
    total * total * share * (1.0 - share) / samples
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::stacks::{Weight, parse_folded};

    fn stacks(text: &str) -> Stacks {
        parse_folded(text, Weight::Instructions).unwrap()
    }

    #[test]
    fn the_parent_of_two_grown_children_has_grown_by_both() {
        let before = stacks("run;parse 10\nrun;copy 20\nrun 5\n");
        let after = stacks("run;parse 30\nrun;copy 21\nrun 5\n");
        let deltas = frame_deltas(&before, &after);
        let names: Vec<&str> = deltas.iter().map(|delta| delta.frame.as_str()).collect();
        assert_eq!(names, ["run", "parse", "copy"]);
        assert_eq!((deltas[0].inclusive(), deltas[0].own()), (21.0, 0.0));
        assert_eq!((deltas[1].inclusive_before, deltas[1].inclusive_after), (10.0, 30.0));
    }

    #[test]
    fn what_has_vanished_and_what_is_new_are_both_there() {
        let deltas = frame_deltas(&stacks("a;old 4\n"), &stacks("a;new 4\n"));
        let names: Vec<&str> = deltas.iter().map(|delta| delta.frame.as_str()).collect();
        assert_eq!(names, ["new", "old"]);
        assert_eq!(deltas[1].own(), -4.0);
    }

    #[test]
    fn equal_sides_have_no_deltas() {
        let same = stacks("a;b 1\na;c 2.5\n");
        assert!(frame_deltas(&same, &same).is_empty());
        assert!(frame_deltas(&same, &stacks("a;b 1\na;c 2.54\n")).is_empty());
    }

    #[test]
    fn a_leaf_that_grew_is_told_however_many_callers_stand_above_it() {
        let deltas = frame_deltas(&stacks("a;b;c;d;e;leaf 1\n"), &stacks("a;b;c;d;e;leaf 9\ne;f 0.1\n"));
        let told: Vec<&str> = telling(&deltas, 1).into_iter().map(|delta| delta.frame.as_str()).collect();
        assert!(told.contains(&"leaf") && told.len() <= 2, "{told:?}");
    }

    #[test]
    fn a_sampled_difference_counts_beyond_chance_only() {
        let sampled = |text: &str| {
            let mut side = parse_folded(text, Weight::Nanoseconds).unwrap();
            side.set_samples(1000);
            side.shares()
        };
        let before = sampled("a 500\nb 500\n");
        assert!(frame_deltas(&before, &sampled("a 520\nb 480\n")).is_empty());
        assert_eq!(frame_deltas(&before, &sampled("a 600\nb 400\n")).len(), 2);
    }

    #[test]
    fn samples_of_unknown_number_tell_nothing() {
        let unknown = parse_folded("a 100\n", Weight::Nanoseconds).unwrap().shares();
        let mut known = parse_folded("b 100\n", Weight::Nanoseconds).unwrap();
        known.set_samples(1000);
        let known = known.shares();
        assert!(!can_tell(&unknown, &known) && !can_tell(&known, &unknown) && can_tell(&known, &known));
        let counted = stacks("a 100\n");
        assert!(can_tell(&counted, &counted));
    }
}
