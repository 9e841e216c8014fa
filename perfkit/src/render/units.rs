//! Numbers with their units, at three to four significant digits.
//!
//! Times stay in nanoseconds below 10 µs, so that rows of a table compare at a glance; bytes scale by 1024, rates by
//! 1000, counts not at all. Percentages and deltas carry the minus sign U+2212.

/// The minus sign of typeset numbers.
const MINUS: char = '\u{2212}';

/// A base unit's larger sisters: below `limit` (in base units) a value is divided by `divisor`.
struct Scale {
    limit: f64,
    divisor: f64,
    unit: &'static str,
}

const fn scale(limit: f64, divisor: f64, unit: &'static str) -> Scale {
    Scale { limit, divisor, unit }
}

const TIME: &[Scale] =
    &[scale(1e4, 1.0, "ns"), scale(1e7, 1e3, "µs"), scale(1e10, 1e6, "ms"), scale(f64::INFINITY, 1e9, "s")];
const KIB: f64 = 1024.0;
const BYTES: &[Scale] = &[
    scale(10.0 * KIB, 1.0, "B"),
    scale(10.0 * KIB * KIB, KIB, "KiB"),
    scale(10.0 * KIB * KIB * KIB, KIB * KIB, "MiB"),
    scale(f64::INFINITY, KIB * KIB * KIB, "GiB"),
];
const BYTES_PER_OPERATION: &[Scale] = &[
    scale(10.0 * KIB, 1.0, "B/op"),
    scale(10.0 * KIB * KIB, KIB, "KiB/op"),
    scale(10.0 * KIB * KIB * KIB, KIB * KIB, "MiB/op"),
    scale(f64::INFINITY, KIB * KIB * KIB, "GiB/op"),
];
const BYTE_RATE: &[Scale] = &[
    scale(10.0 * KIB, 1.0, "B/s"),
    scale(10.0 * KIB * KIB, KIB, "KiB/s"),
    scale(10.0 * KIB * KIB * KIB, KIB * KIB, "MiB/s"),
    scale(f64::INFINITY, KIB * KIB * KIB, "GiB/s"),
];
const RATE: &[Scale] = &[
    scale(1e4, 1.0, "/s"),
    scale(1e6, 1e3, "k/s"),
    scale(1e9, 1e6, "M/s"),
    scale(f64::INFINITY, 1e9, "G/s"),
];

/// One value with its unit: `222 ns`, `12.3 µs`, `1431 instructions/op`.
pub fn quantity(value: f64, unit: &str) -> String {
    shared(&[value], unit).pop().unwrap_or_default()
}

/// Several values with one unit, chosen by the largest of them, so that they compare at a glance.
pub fn shared(values: &[f64], unit: &str) -> Vec<String> {
    let (divisor, shown) = choose(values, unit);
    values.iter().map(|value| format!("{} {shown}", number(value / divisor, shown))).collect()
}

/// `from -> to` with the unit once, or a single value where there is only one: `1412 -> 1431 instructions/op`.
pub fn change(from: Option<f64>, to: Option<f64>, unit: &str) -> String {
    let values: Vec<f64> = from.into_iter().chain(to).collect();
    let (divisor, shown) = choose(&values, unit);
    let numbers: Vec<String> = values.iter().map(|value| number(value / divisor, shown)).collect();
    if numbers.is_empty() { String::new() } else { format!("{} {shown}", numbers.join(" -> ")) }
}

/// An input size: `64 B`, `1 KiB`, `1000 B`. Exact, since it names a benchmark.
pub fn size(bytes: u64) -> String {
    for (shift, unit) in [(30, "GiB"), (20, "MiB"), (10, "KiB")] {
        if bytes != 0 && bytes.trailing_zeros() >= shift {
            return format!("{} {unit}", bytes >> shift);
        }
    }
    format!("{bytes} B")
}

/// A fraction as a signed percentage with a typeset minus: `+1.3 %`, `−81.3 %`, `0 %`.
pub fn percent(fraction: f64) -> String {
    signed(fraction * 100.0, MINUS, "%")
}

/// A signed difference with its unit: `+3 allocations/op`.
pub fn difference(value: f64, unit: &str) -> String {
    signed(value, MINUS, unit)
}

/// The half-width of an interval as a share of the value: `± 0.4 %`.
pub fn spread(fraction: f64) -> String {
    format!("± {} %", percentage_digits(fraction.abs() * 100.0))
}

/// A value in exactly this unit at three significant digits, also where the unit has larger sisters: `0.329 ns/B`.
pub fn figure(value: f64, unit: &str) -> String {
    typeset(&format!("{} {unit}", significant(value)))
}

/// With a typeset minus in front of a number below zero.
pub fn typeset(number: &str) -> String {
    match number.strip_prefix('-') {
        Some(magnitude) => format!("{MINUS}{magnitude}"),
        None => number.to_owned(),
    }
}

/// Three significant digits below 1000, whole numbers above; counts are exact, with at most one decimal. `unit` is
/// the one that the value is shown in.
fn number(value: f64, unit: &str) -> String {
    let counted =
        matches!(unit, "B" | "B/op" | "instructions") || (unit.ends_with("/op") && !unit.contains("iB"));
    if counted { count(value) } else { significant(value) }
}

/// A count per operation. A tenth is the resolution that the gates use.
pub fn count(value: f64) -> String {
    let tenths = (value * 10.0).round() / 10.0;
    let text = if tenths.fract() == 0.0 { format!("{tenths:.0}") } else { format!("{tenths:.1}") };
    if text == "-0" { "0".to_owned() } else { text }
}

fn significant(value: f64) -> String {
    let magnitude = value.abs();
    // Each limit is where rounding would add a digit.
    let decimals = match magnitude {
        0.0 => return "0".to_owned(),
        m if m < 0.000_999_5 => return format!("{value:.2e}"),
        m if m < 0.009_995 => 5,
        m if m < 0.099_95 => 4,
        m if m < 0.999_5 => 3,
        m if m < 9.995 => 2,
        m if m < 99.95 => 1,
        _ => 0,
    };
    format!("{value:.decimals$}")
}

fn signed(value: f64, minus: char, unit: &str) -> String {
    let digits = if unit == "%" { percentage_digits(value.abs()) } else { count(value.abs()) };
    if digits.chars().all(|c| matches!(c, '0' | '.')) {
        return format!("0 {unit}");
    }
    let sign = if value < 0.0 { minus } else { '+' };
    format!("{sign}{digits} {unit}")
}

fn percentage_digits(magnitude: f64) -> String {
    if magnitude < 99.95 { format!("{magnitude:.1}") } else { format!("{magnitude:.0}") }
}

/// What to divide by, and the unit to show then, so that the largest of the values reads well.
pub(crate) fn choose<'a>(values: &[f64], unit: &'a str) -> (f64, &'a str) {
    let largest = values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let scales = match unit {
        "ns" => TIME,
        "B" => BYTES,
        "B/op" => BYTES_PER_OPERATION,
        "B/s" => BYTE_RATE,
        "1/s" => RATE,
        other => return (1.0, other),
    };
    let chosen = scales.iter().find(|scale| largest < scale.limit);
    chosen.map_or((1.0, unit), |scale| (scale.divisor, scale.unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_stay_in_nanoseconds_below_ten_microseconds() {
        assert_eq!(quantity(1.98, "ns"), "1.98 ns");
        assert_eq!(quantity(0.566, "ns"), "0.566 ns");
        assert_eq!(quantity(9999.0, "ns"), "9999 ns");
        assert_eq!(quantity(12_345.0, "ns"), "12.3 µs");
        assert_eq!(quantity(2_562_100.0, "ns"), "2562 µs");
        assert_eq!(quantity(25_621_000.0, "ns"), "25.6 ms");
        assert_eq!(quantity(25_621_000_000.0, "ns"), "25.6 s");
    }

    #[test]
    fn rounding_never_adds_a_digit() {
        assert_eq!(quantity(9.996, "ns"), "10.0 ns");
        assert_eq!(quantity(99.96, "ns"), "100 ns");
        assert_eq!(quantity(0.9996, "ns"), "1.00 ns");
    }

    #[test]
    fn bytes_scale_by_1024_and_rates_by_1000() {
        assert_eq!(quantity(64.0, "B"), "64 B");
        assert_eq!(quantity(65_536.0, "B/op"), "64.0 KiB/op");
        assert_eq!(quantity(1_048_576.0, "B"), "1024 KiB");
        assert_eq!(quantity(6_310_000.0, "1/s"), "6.31 M/s");
        assert_eq!(quantity(2.0 * 1024.0 * 1024.0 * 1024.0, "B/s"), "2048 MiB/s");
    }

    #[test]
    fn counts_are_exact_to_a_tenth() {
        assert_eq!(quantity(1431.0, "instructions/op"), "1431 instructions/op");
        assert_eq!(quantity(1_234_567.04, "instructions/op"), "1234567 instructions/op");
        assert_eq!(quantity(0.5, "allocations/op"), "0.5 allocations/op");
        assert_eq!(quantity(-0.0, "allocations/op"), "0 allocations/op");
    }

    #[test]
    fn a_row_shares_the_unit_of_its_largest_value() {
        assert_eq!(shared(&[1139.0, 222.0], "ns"), ["1139 ns", "222 ns"]);
        assert_eq!(shared(&[12_000.0, 1200.0], "ns"), ["12.0 µs", "1.20 µs"]);
        assert_eq!(change(Some(1412.0), Some(1431.0), "instructions/op"), "1412 -> 1431 instructions/op");
        assert_eq!(change(None, Some(3.0), "calls/op"), "3 calls/op");
        assert_eq!(change(None, None, "calls/op"), "");
    }

    #[test]
    fn sizes_are_exact() {
        let shown: Vec<String> = [0, 64, 1000, 1024, 1536, 65_536, 1 << 20, 1 << 30].map(size).into();
        assert_eq!(shown, ["0 B", "64 B", "1000 B", "1 KiB", "1536 B", "64 KiB", "1 MiB", "1 GiB"]);
    }

    #[test]
    fn percentages_carry_a_typeset_minus_and_no_signed_zero() {
        assert_eq!(percent(0.0125), "+1.2 %");
        assert_eq!(percent(-0.8134), "\u{2212}81.3 %");
        assert_eq!(percent(-0.000_01), "0 %");
        assert_eq!(percent(12.5), "+1250 %");
        assert_eq!(difference(-3.0, "allocations/op"), "\u{2212}3 allocations/op");
    }
}
