//! Where an axis has ticks, and what stands at them. The words that carry a unit are those of the tables.

use crate::render::units;

/// A place on an axis with its label.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    pub(super) value: f64,
    pub(super) label: String,
}

/// Decades up to which 2 and 5 have ticks beside 1.
const FINE_DECADES: f64 = 2.3;

/// Ticks at round values from `low` to `high`, about `wanted` of them, all in one unit.
pub(super) fn linear(low: f64, high: f64, wanted: usize, unit: &str) -> Vec<Tick> {
    let (divisor, shown) = units::choose(&[low, high], unit);
    let span = (high - low) / divisor;
    let mut step = round_step(span / wanted.max(1) as f64);
    // One tick gives no scale.
    if within(low / divisor, high / divisor, step) < 2 {
        step = round_step(step * 0.4);
    }
    if !step.is_finite() || step <= 0.0 {
        return Vec::new();
    }
    let decimals = (-step.log10().floor()).clamp(0.0, 9.0) as usize;
    let (first, last) =
        ((low / divisor / step - 1e-9).ceil() as i64, (high / divisor / step + 1e-9).floor() as i64);
    // A step is at least a share of the span, so the count is bounded by what was wanted, unless numbers ran out.
    let last = last.min(first.saturating_add(2 * wanted as i64 + 2));
    let tick = |index: i64| {
        let value = index as f64 * step;
        Tick { value: value * divisor, label: with_unit(&format!("{value:.decimals$}"), shown) }
    };
    (first..=last).map(tick).collect()
}

/// Ticks at 1, 2 and 5 times powers of ten, or at powers of ten alone where the span is wide.
pub(super) fn logarithmic(low: f64, high: f64, unit: &str) -> Vec<Tick> {
    // The decades of positive numbers.
    let decade = |value: f64| value.log10().clamp(-308.0, 308.0);
    let (first, last) = (decade(low).floor() as i32, decade(high).ceil() as i32);
    let factors: &[f64] = if decade(high) - decade(low) <= FINE_DECADES { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let mut ticks = Vec::new();
    for decade in first..=last {
        for factor in factors {
            let value = factor * 10f64.powi(decade);
            if (low..=high).contains(&value) {
                ticks.push(Tick { value, label: at(value, unit) });
            }
        }
    }
    ticks
}

/// How many multiples of a step lie between two numbers.
fn within(low: f64, high: f64, step: f64) -> i64 {
    ((high / step).floor() - (low / step).ceil()) as i64 + 1
}

/// One value as a label.
pub(super) fn at(value: f64, unit: &str) -> String {
    let (divisor, shown) = units::choose(&[value], unit);
    with_unit(&number(value / divisor), shown)
}

/// Whether labels of this unit carry it; otherwise the axis' name must.
pub(super) fn labels_carry(unit: &str) -> bool {
    match unit {
        "B/op" => true,
        "" | "ratio" | "threads" | "elements" => false,
        unit => !unit.ends_with("/op"),
    }
}

fn with_unit(number: &str, unit: &str) -> String {
    let number = number.replace('-', "\u{2212}");
    if labels_carry(unit) { format!("{number} {unit}") } else { number }
}

/// The shortest number that is right to four digits.
fn number(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let digits = 3 - value.abs().log10().floor() as i32;
    let text = format!("{value:.*}", digits.clamp(0, 9) as usize);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// The smallest of 1, 2, 5 times a power of ten that is no less than `least`.
fn round_step(least: f64) -> f64 {
    let decade = 10f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .map(|factor| factor * decade)
        .into_iter()
        .find(|step| *step >= least * (1.0 - 1e-9))
        .unwrap_or(least)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(ticks: &[Tick]) -> Vec<&str> {
        ticks.iter().map(|tick| tick.label.as_str()).collect()
    }

    #[test]
    fn linear_ticks_are_round_and_share_a_unit() {
        assert_eq!(labels(&linear(0.0, 1600.0, 4, "ns")), ["0 ns", "500 ns", "1000 ns", "1500 ns"]);
        assert_eq!(labels(&linear(221.9, 222.5, 4, "ns")), ["222.0 ns", "222.2 ns", "222.4 ns"]);
        assert_eq!(labels(&linear(0.0, 30_000.0, 3, "ns")), ["0 µs", "10 µs", "20 µs", "30 µs"]);
        assert_eq!(labels(&linear(-6.0, 6.0, 4, "%")), ["−5 %", "0 %", "5 %"]);
        assert_eq!(labels(&linear(0.0, 1200.0, 2, "instructions/op")), ["0", "1000"]);
        assert_eq!(labels(&linear(-49.0, 49.0, 3, "%")), ["−40 %", "−20 %", "0 %", "20 %", "40 %"]);
    }

    #[test]
    fn logarithmic_ticks_thin_out_over_wide_spans() {
        assert_eq!(labels(&logarithmic(150.0, 2500.0, "ns")), ["200 ns", "500 ns", "1000 ns", "2000 ns"]);
        assert_eq!(
            labels(&logarithmic(90.0, 2e6, "ns")),
            ["100 ns", "1000 ns", "10 µs", "100 µs", "1000 µs"]
        );
    }

    #[test]
    fn spans_without_extent_or_beyond_numbers_end() {
        assert_eq!(linear(1.0, 1.0, 4, "ns"), []);
        assert_eq!(linear(0.0, f64::INFINITY, 4, "ns"), []);
        assert!(linear(1e300, 1e300 * 1.000_001, 4, "x").len() < 12);
        assert!(linear(1e16, 1e16 + 2.0, 4, "instructions/op").len() < 12);
    }
}
