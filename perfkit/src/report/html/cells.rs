//! What the overview and the sections share: numbers, changes and verdicts as HTML.

use maud::{Markup, html};

use super::{
    anchor::anchor,
    history::{BenchmarkHistory, HostHistory},
    trend::Trend,
};
use crate::{
    compare::{State, state},
    format::{Benchmark, Metric, Outcome, Verdict, metric_info},
    render::{Emphasis, units, verdicts::emphasis},
};

/// The time that stands for a benchmark, the first present one.
const TIMES: [&str; 7] =
    ["cpu_time_ns", "time_ns", "criterion_ns", "p50_ns", "startup_ns", "ops_ps", "throughput_Bps"];

/// The metric that stands for a benchmark's time.
pub fn time(row: &Benchmark) -> Option<(&'static str, &Metric)> {
    TIMES.iter().find_map(|name| row.metrics.get(*name).map(|metric| (*name, metric)))
}

/// A metric's head in tables.
pub fn heading(name: &str) -> &str {
    match metric_info(name) {
        // Its heading is the same for any number of threads.
        Some(info) if info.name != name => name,
        Some(info) => info.heading,
        None => name,
    }
}

/// A name that breaks after its slashes, where it must break.
pub fn name(id: &str) -> Markup {
    html! {
        @for (index, part) in id.split('/').enumerate() {
            @if index > 0 { "/" wbr; }
            (part)
        }
    }
}

/// A link to a benchmark's section; the name alone where it was never measured and so has none.
pub fn link(history: &HostHistory, id: &str) -> Markup {
    html! {
        @if history.benchmarks.contains_key(id) {
            a href=(format!("#{}", anchor("b", id))) { (name(id)) }
        } @else { (name(id)) }
    }
}

/// `1 run`, `2 runs`.
pub fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// A change in per cent, or in the unit where there was nothing before; coloured where it is beyond the metric's own
/// tolerance.
pub fn change(before: f64, metric: &Metric, name: &str) -> Markup {
    let difference = metric.value - before;
    let text = match () {
        () if difference == 0.0 => "=".to_owned(),
        () if before == 0.0 => units::difference(difference, &metric.unit),
        () => units::percent(difference / before),
    };
    let old = Metric { value: before, ..metric.clone() };
    let class = match state(name, &old, metric) {
        State::Worse => "worse",
        State::Better => "better",
        _ => "same",
    };
    html! { span class=(class) { (text) } }
}

/// `± 0.4 %`.
pub fn spread(metric: &Metric) -> Option<String> {
    let interval = metric.ci.filter(|_| metric.value > 0.0)?;
    Some(units::spread((interval.high - interval.low) / 2.0 / metric.value))
}

/// A verdict's glyph and word.
pub fn outcome(outcome: Outcome) -> Markup {
    html! { span class={ "tag " (tone(outcome)) } { (outcome.glyph()) " " (outcome.word()) } }
}

/// The gravest of a benchmark's verdicts.
pub fn gravest<'a>(verdicts: impl Iterator<Item = &'a Verdict>) -> Option<&'a Verdict> {
    verdicts.min_by_key(|verdict| verdict.outcome)
}

/// How many times its physical limit, where one run measured both.
pub fn times_floor(benchmark: &BenchmarkHistory, floor: &BenchmarkHistory, name: &str) -> Option<f64> {
    let run = |of: &BenchmarkHistory| Some(of.trends.get(name)?.newest()?.run);
    (run(benchmark)? == run(floor)?).then(|| benchmark.row.times_floor(&floor.row, name))?
}

/// The run that a figure comes from, in brackets, where that is not the latest one.
pub fn earlier_run(trend: Option<&Trend>, history: &HostHistory) -> Markup {
    let run = trend.and_then(Trend::newest).map(|point| point.run).filter(|run| *run != history.last);
    html! {
        @if let Some(head) = run.and_then(|run| history.runs.get(run)) {
            " " small { "(run " (head.run.id) ")" }
        }
    }
}

/// A class of the style sheet.
pub fn tone(outcome: Outcome) -> &'static str {
    match emphasis(outcome) {
        Emphasis::Bad => "bad",
        Emphasis::Caution => "caution",
        Emphasis::Good => "good",
        Emphasis::Plain | Emphasis::Dim => "dim",
    }
}

/// RFC 4648, with padding.
pub fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let group = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let index = (group >> (18 - 6 * digit) & 63) as usize;
            text.push(if digit <= chunk.len() { char::from(DIGITS[index]) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_rfc() {
        let shown = ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map(|text| base64(text.as_bytes()));
        assert_eq!(shown, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]);
    }
}
