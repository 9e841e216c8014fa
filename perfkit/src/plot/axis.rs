//! An axis: from numbers to shares of its length, with its ticks.

use super::ticks::{self, Tick};
use crate::render::units;

/// The largest value over the smallest from which on an axis is logarithmic.
const LOGARITHMIC_FROM: f64 = 12.0;

/// Empty space beyond the outermost values, as a share of the axis.
const PADDING: f64 = 0.04;

/// Numbers along a side of a panel.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    logarithmic: bool,
    pub(super) ticks: Vec<Tick>,
}

impl Axis {
    /// An axis that holds all values; logarithmic where they span much and none is zero or less. `None` without values.
    pub(super) fn measured(values: impl Iterator<Item = f64>, unit: &str, ticks: usize) -> Option<Self> {
        let (low, high) = ends(values)?;
        if low > 0.0 && high / low >= LOGARITHMIC_FROM {
            let (low, high) = padded_logarithmic(low, high);
            return Some(Self { low, high, logarithmic: true, ticks: ticks::logarithmic(low, high, unit) });
        }
        // Values that all are the same still need a height to stand at.
        let span = if high > low { high - low } else { high.abs().max(1.0) * 0.1 };
        Some(Self::linear(low - span * PADDING, high + span * PADDING, unit, ticks))
    }

    /// An axis from zero up to the largest value.
    pub(super) fn from_zero(values: impl Iterator<Item = f64>, unit: &str, ticks: usize) -> Option<Self> {
        let (_, high) = ends(values)?;
        let high = if high > 0.0 { high * (1.0 + PADDING) } else { 1.0 };
        Some(Self::linear(0.0, high, unit, ticks))
    }

    /// Exactly from `low` to `high`.
    pub(super) fn linear(low: f64, high: f64, unit: &str, ticks: usize) -> Self {
        Self { low, high, logarithmic: false, ticks: ticks::linear(low, high, ticks, unit) }
    }

    /// An axis of sizes with a tick at each of them; logarithmic where they span much. Size 0 makes it linear.
    pub(super) fn sizes(sizes: impl Iterator<Item = f64> + Clone, unit: &str) -> Option<Self> {
        let (low, high) = ends(sizes.clone())?;
        Self::of_sizes(sizes, unit, low > 0.0 && high / low >= LOGARITHMIC_FROM / 2.0)
    }

    /// A linear axis with a tick at each size.
    pub(super) fn linear_sizes(sizes: impl Iterator<Item = f64> + Clone, unit: &str) -> Option<Self> {
        Self::of_sizes(sizes, unit, false)
    }

    fn of_sizes(sizes: impl Iterator<Item = f64> + Clone, unit: &str, logarithmic: bool) -> Option<Self> {
        let (low, high) = ends(sizes.clone())?;
        let mut ticks: Vec<Tick> =
            sizes.map(|value| Tick { value, label: size_label(value, unit) }).collect();
        ticks.sort_by(|one, other| one.value.total_cmp(&other.value));
        ticks.dedup_by(|one, other| one.value == other.value);
        let span = if high > low { high - low } else { high.abs().max(1.0) };
        let (low, high) = if logarithmic {
            padded_logarithmic(low, high)
        } else {
            (low - span * PADDING, high + span * PADDING)
        };
        Some(Self { low, high, logarithmic, ticks })
    }

    /// The value's place on the axis, 0 at its start and 1 at its end. Values beyond the ends stand at the ends.
    pub(super) fn share(&self, value: f64) -> f64 {
        let share = if self.logarithmic {
            (value.max(f64::MIN_POSITIVE).ln() - self.low.ln()) / (self.high.ln() - self.low.ln())
        } else {
            (value - self.low) / (self.high - self.low)
        };
        if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 }
    }

    /// Whether the value lies on the axis.
    pub(super) fn holds(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// `count` values from `low` to `high`, evenly along the axis.
    pub(super) fn between(&self, low: f64, high: f64, count: usize) -> Vec<f64> {
        let last = count.saturating_sub(1).max(1) as f64;
        let value = |index: usize| {
            let share = index as f64 / last;
            if self.logarithmic { low * (high / low).powf(share) } else { low + (high - low) * share }
        };
        (0..count).map(value).collect()
    }

    /// Whether equal ratios are equally far apart, rather than equal differences.
    pub(super) fn is_logarithmic(&self) -> bool {
        self.logarithmic
    }
}

fn ends(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let finite = values.filter(|value| value.is_finite());
    finite.fold(None, |ends: Option<(f64, f64)>, value| {
        Some(ends.map_or((value, value), |(low, high)| (low.min(value), high.max(value))))
    })
}

fn padded_logarithmic(low: f64, high: f64) -> (f64, f64) {
    let padding = ((high.ln() - low.ln()) * PADDING).exp();
    // Within what numbers can hold.
    ((low / padding).max(f64::MIN_POSITIVE), (high * padding).min(f64::MAX))
}

fn size_label(size: f64, unit: &str) -> String {
    if unit == "B" && size >= 0.0 && size.fract() == 0.0 && size < u64::MAX as f64 {
        units::size(size as u64)
    } else {
        ticks::at(size, unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_is_logarithmic_where_the_span_asks_for_it() {
        let narrow = Axis::measured([222.0, 1538.0].into_iter(), "ns", 4).unwrap();
        let wide = Axis::measured([222.0, 15_380.0].into_iter(), "ns", 4).unwrap();
        let zero = Axis::measured([0.0, 15_380.0].into_iter(), "ns", 4).unwrap();
        assert_eq!([&narrow, &wide, &zero].map(Axis::is_logarithmic), [false, true, false]);
        assert!((wide.share((222.0f64 * 15_380.0).sqrt()) - 0.5).abs() < 1e-9);
    }

    #[test]
    fn one_value_or_none_is_no_trouble() {
        let axis = Axis::measured([5.0, 5.0, f64::NAN].into_iter(), "ns", 4).unwrap();
        assert_eq!(axis.share(5.0), 0.5);
        assert_eq!(Axis::measured([f64::NAN].into_iter(), "ns", 4), None);
        assert_eq!(Axis::from_zero([0.0].into_iter(), "ns", 4).unwrap().share(0.0), 0.0);
    }

    #[test]
    fn sizes_are_named_exactly() {
        let axis = Axis::sizes([64.0, 4096.0, 256.0, 64.0].into_iter(), "B").unwrap();
        let labels: Vec<&str> = axis.ticks.iter().map(|tick| tick.label.as_str()).collect();
        assert_eq!((labels, axis.logarithmic), (vec!["64 B", "256 B", "4 KiB"], true));
    }
}
