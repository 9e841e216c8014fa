//! At which sizes a benchmark got worse, and what that says: a cost per call, a cost per byte, or both.
//!
//! The sizes are those of the series that cost models are fitted to. Counts are exact, so where all sizes are worse the
//! amounts tell the two kinds of cost apart: a cost per call is the same at every size, a cost per byte grows with it.

use crate::{
    explain::cost_model::{SizeUnit, series, series_name},
    format::{Benchmark, Better, Metric},
    gate::tolerance::Tolerance,
};

/// One size on both sides.
#[derive(Debug, Clone, PartialEq)]
pub struct Bin {
    /// The size, in the series' unit.
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

/// The sizes of one benchmark's series, ascending, and what they say.
#[derive(Debug, Clone, PartialEq)]
pub struct Sizes {
    /// The sizes that are on both sides.
    pub bins: Vec<Bin>,
    /// What they say.
    pub pattern: Pattern,
    /// What a size counts.
    pub unit: SizeUnit,
}

/// A part of the change below this share of it, at the size where it weighs most, is not there.
const NEGLIGIBLE: f64 = 0.1;

/// Look at all sizes of `failed`'s series by one metric. Linear in the rows of the run.
pub fn sizes(failed: &Benchmark, metric: &str, before: &[Benchmark], after: &[Benchmark]) -> Sizes {
    let is_of = |rows: &[(u64, &Benchmark)]| rows.iter().any(|(_, row)| row.id == failed.id);
    let (unit, rows) = match series(after).into_iter().find(|series| is_of(&series.rows)) {
        Some(series) => (series.unit, series.rows),
        None => (SizeUnit::Parameter, vec![(failed.size, failed)]),
    };
    let of = |(size, row): &(u64, &Benchmark)| {
        bin(*size, row, metric, before.iter().find(|old| old.id == row.id)?)
    };
    let bins: Vec<Bin> = rows.iter().filter_map(of).collect();
    Sizes { pattern: pattern(&bins), bins, unit }
}

/// What benchmarks of different sizes share, in words; a benchmark without a size is its own.
pub(super) fn family_name(row: &Benchmark) -> String {
    series_name(row).map_or_else(|| row.id.clone(), |name| format!("{} {name}", row.package))
}

fn bin(size: u64, now: &Benchmark, name: &str, then: &Benchmark) -> Option<Bin> {
    let (new, old): (&Metric, &Metric) = (now.metrics.get(name)?, then.metrics.get(name)?);
    if now.revision != then.revision || !new.comparable(old) || new.better == Better::More {
        return None;
    }
    let worse = Tolerance::of(name, new).exceeded(new.value, old.value);
    Some(Bin { size, before: old.value, after: new.value, worse })
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
        assert_eq!(family_name(&year), "seal/2024");
    }

    #[test]
    fn sizes_are_what_an_operation_processes_as_in_a_cost_model() {
        let batches = |per_byte: f64| {
            let mut rows =
                rows(&[1, 10, 50, 100].map(|events| (events, 500.0 + per_byte * 64.0 * events as f64)));
            rows.iter_mut().for_each(|row| row.bytes = 64 * row.size);
            rows
        };
        let found = sizes(&batches(2.0)[1], "ir", &batches(1.0), &batches(2.0));
        let sizes: Vec<u64> = found.bins.iter().map(|bin| bin.size).collect();
        assert_eq!((sizes, found.unit), (vec![64, 640, 3200, 6400], SizeUnit::Bytes));
        assert_eq!(found.pattern, Pattern::PerUnit);
    }
}
