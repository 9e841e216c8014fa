//! At which sizes a benchmark got worse, and what that says: a cost per call, a cost per byte, or both.
//!
//! The sizes are the benchmarks whose ids differ in their size only. Counts are exact, so where all sizes are worse the
//! amounts tell the two kinds of cost apart: a cost per call is the same at every size, a cost per byte grows with it.

use crate::{
    format::{Benchmark, Better, Metric},
    gate::tolerance::Tolerance,
};

/// One size on both sides.
#[derive(Debug, Clone, PartialEq)]
pub struct Bin {
    /// The parameter: bytes or elements.
    pub size: u64,
    /// The metric before.
    pub before: f64,
    /// The metric after.
    pub after: f64,
    /// Whether it is worse by more than the metric's tolerance.
    pub worse: bool,
}

impl Bin {
    /// How much it changed.
    pub fn change(&self) -> f64 {
        self.after - self.before
    }
}

/// What the sizes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    /// There is one size only, or none.
    OneSize,
    /// The small sizes only, or all by the same amount: what is done once a call.
    PerCall,
    /// The large sizes only, or all in proportion: what is done for every byte or element.
    PerUnit,
    /// All sizes, by a part that stays and a part that grows.
    Both,
    /// Neither the small nor the large ones.
    Mixed,
}

/// The sizes of one benchmark's family, ascending, and what they say.
#[derive(Debug, Clone, PartialEq)]
pub struct Sizes {
    /// The sizes that are on both sides.
    pub bins: Vec<Bin>,
    /// What they say.
    pub pattern: Pattern,
    /// Whether sizes are bytes.
    pub in_bytes: bool,
}

/// A part of the change below this share of it, at the size where it weighs most, is not there.
const NEGLIGIBLE: f64 = 0.1;

/// Look at all sizes of `failed`'s family by one metric.
pub fn sizes(failed: &Benchmark, metric: &str, before: &[Benchmark], after: &[Benchmark]) -> Sizes {
    let family = family(failed);
    let mut bins: Vec<Bin> = after
        .iter()
        .filter(|row| row.id == failed.id || family.is_some() && self::family(row) == family)
        .filter_map(|row| bin(row, metric, before.iter().find(|old| old.id == row.id)?))
        .collect();
    bins.sort_by_key(|bin| bin.size);
    Sizes { pattern: pattern(&bins), bins, in_bytes: failed.bytes > 0 }
}

/// What benchmarks of different sizes share: where they are built and their id up to the size.
fn family(row: &Benchmark) -> Option<(&str, &str, &str)> {
    let (name, parameter) = row.id.rsplit_once('/')?;
    let is_sized = row.size > 0 && parameter.parse() == Ok(row.size);
    is_sized.then_some((row.package.as_str(), row.target.as_str(), name))
}

/// The family in words; a benchmark without a size is its own.
pub(super) fn family_name(row: &Benchmark) -> String {
    family(row)
        .map_or_else(|| row.id.clone(), |(package, target, name)| format!("{package}::{target} {name}"))
}

fn bin(now: &Benchmark, name: &str, then: &Benchmark) -> Option<Bin> {
    let (new, old): (&Metric, &Metric) = (now.metrics.get(name)?, then.metrics.get(name)?);
    if now.revision != then.revision || !new.comparable(old) || new.better == Better::More {
        return None;
    }
    let worse = Tolerance::of(name, new).exceeded(new.value, old.value);
    Some(Bin { size: now.size, before: old.value, after: new.value, worse })
}

fn pattern(bins: &[Bin]) -> Pattern {
    let [smallest, .., largest] = bins else { return Pattern::OneSize };
    // Where the flag changes between neighbours; in a clean split it changes once.
    let turns = bins.windows(2).filter(|pair| pair[0].worse != pair[1].worse).count();
    match (smallest.worse, largest.worse, turns) {
        (true, true, 0) => by_amount(smallest, largest),
        (true, false, 1) => Pattern::PerCall,
        (false, true, 1) => Pattern::PerUnit,
        _ => Pattern::Mixed,
    }
}

/// The change as a line through its ends: fixed part and part per unit.
fn by_amount(smallest: &Bin, largest: &Bin) -> Pattern {
    let span = (largest.size - smallest.size) as f64;
    if span <= 0.0 {
        return Pattern::OneSize;
    }
    let per_unit = (largest.change() - smallest.change()) / span;
    let fixed = smallest.change() - per_unit * smallest.size as f64;
    let grows = per_unit * largest.size as f64 > NEGLIGIBLE * largest.change();
    let stays = fixed > NEGLIGIBLE * smallest.change();
    match (stays, grows) {
        (true, false) => Pattern::PerCall,
        (false, true) => Pattern::PerUnit,
        _ => Pattern::Both,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::metric_info;

    fn rows(values: &[(u64, f64)]) -> Vec<Benchmark> {
        let row = |&(size, value): &(u64, f64)| {
            let mut row = Benchmark::new(&format!("seal/{size}"));
            row.size = size;
            row.bytes = size;
            row.metrics.insert(
                "ir".to_owned(),
                Metric::new(metric_info("ir").unwrap(), value, "exact", "callgrind"),
            );
            row
        };
        values.iter().map(row).collect()
    }

    fn found(before: &[(u64, f64)], after: &[(u64, f64)]) -> Pattern {
        let (before, after) = (rows(before), rows(after));
        sizes(&after[0], "ir", &before, &after).pattern
    }

    const BEFORE: [(u64, f64); 3] = [(64, 1000.0), (1024, 5000.0), (65_536, 200_000.0)];

    #[test]
    fn worse_at_small_sizes_only_is_a_cost_per_call() {
        assert_eq!(found(&BEFORE, &[(64, 1100.0), (1024, 5010.0), (65_536, 200_100.0)]), Pattern::PerCall);
    }

    #[test]
    fn worse_at_large_sizes_only_is_a_cost_per_byte() {
        assert_eq!(found(&BEFORE, &[(64, 1002.0), (1024, 5100.0), (65_536, 210_000.0)]), Pattern::PerUnit);
    }

    #[test]
    fn worse_everywhere_by_the_same_amount_is_a_cost_per_call() {
        assert_eq!(found(&BEFORE, &[(64, 3000.0), (1024, 7000.0), (65_536, 202_010.0)]), Pattern::PerCall);
    }

    #[test]
    fn worse_everywhere_in_proportion_is_a_cost_per_byte() {
        assert_eq!(found(&BEFORE, &[(64, 1064.0), (1024, 6024.0), (65_536, 265_536.0)]), Pattern::PerUnit);
    }

    #[test]
    fn worse_everywhere_by_a_part_that_stays_and_one_that_grows_is_both() {
        assert_eq!(found(&BEFORE, &[(64, 1564.0), (1024, 6524.0), (65_536, 266_036.0)]), Pattern::Both);
    }

    #[test]
    fn worse_in_the_middle_only_is_neither() {
        assert_eq!(found(&BEFORE, &[(64, 1000.0), (1024, 6000.0), (65_536, 200_000.0)]), Pattern::Mixed);
    }

    #[test]
    fn one_size_says_nothing() {
        assert_eq!(found(&[(64, 1.0)], &[(64, 100.0)]), Pattern::OneSize);
        assert_eq!(found(&[(64, 1.0)], &BEFORE), Pattern::OneSize);
    }

    #[test]
    fn another_benchmark_with_a_number_at_its_end_is_no_sibling() {
        let mut after = rows(&[(64, 100.0), (1024, 100.0)]);
        after[1].id = "open/1024".to_owned();
        let before = after.clone();
        assert_eq!(sizes(&after[0], "ir", &before, &after).bins.len(), 1);
        let mut year = Benchmark::new("seal/2024");
        year.size = 7;
        assert_eq!(family(&year), None);
    }
}
