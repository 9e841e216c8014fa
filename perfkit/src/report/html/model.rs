//! What a series costs: a fixed part and a part per byte, shown with its smallest size and linked from the others.

use std::collections::BTreeMap;

use maud::{Markup, PreEscaped, html};

use super::{HostPage, cells, history::HostHistory};
use crate::{
    explain::cost_model::{CostModel, Estimate, Line, Point, SPLIT, fit, series},
    plot::{Bar, CostCurve, CostModelPlot, CostPoint, CostSegment, Paper, Shape, svg},
    render::units,
};

/// What models are fitted to: the leading time, and the exact count beside it.
const METRICS: [&str; 3] = ["cpu_time_ns", "time_ns", "ir"];

/// The models of every series of the newest run that has sizes enough.
pub fn fitted(history: &HostHistory) -> BTreeMap<String, Vec<CostModel>> {
    let mut models: BTreeMap<String, Vec<CostModel>> = BTreeMap::new();
    for series in series(&history.latest.benchmarks) {
        let has = |metric: &str| series.rows.iter().any(|(_, row)| row.metrics.contains_key(metric));
        let asked = METRICS.iter().filter(|metric| **metric != "time_ns" || !has("cpu_time_ns"));
        for metric in asked.filter(|metric| has(metric)) {
            // A series of too few sizes has no model, which is nothing to report.
            if let Ok(model) = fit(&series, metric, &history.samples, SPLIT) {
                models.entry(series.name.clone()).or_default().push(model);
            }
        }
    }
    models
}

/// The models of the series that `id` belongs to, or where they stand.
pub fn models(id: &str, host: &HostPage) -> Markup {
    let Some((name, _)) = id.rsplit_once('/') else { return html! {} };
    let models = host.models.get(name).map_or(&[][..], Vec::as_slice);
    let Some(first) = models.first() else { return html! {} };
    if !first.points.iter().any(|point| point.id == id) {
        return html! {};
    }
    match first.points.first() {
        Some(point) if point.id != id => {
            html! { p { "Cost model of the series: see " (cells::link(&host.history, &point.id)) } }
        }
        _ => html! {
            h4 { "Cost model of " (name) }
            div.charts { @for model in models { (shown(model)) } }
        },
    }
}

fn shown(model: &CostModel) -> Markup {
    let size = model.size_unit.each();
    html! {
        figure {
            figcaption { (cells::heading(&model.metric)) ", " (model.points.len()) " sizes" }
            div.scroll tabindex="0" role="region" aria-label={ "Cost model of " (model.series) } { table {
                thead { tr {
                    th scope="col" { "Sizes" } th.n scope="col" { "Fixed" } th.n scope="col" { "Per " (size) }
                    th.n scope="col" { "Half fixed at" } th.n scope="col" { "Residual" }
                } }
                tbody { @for line in model.lines() { (row(model, line)) } }
            } }
            // A picture that cannot be drawn is no reason to leave the figures out.
            @if let Ok(picture) = svg(&plot(model).into(), &Shape::compact().on(Paper::Adaptive)) {
                div.model { (PreEscaped(picture)) }
            }
            @if let Some(why) = &model.without_intervals { p.dim { "No intervals: " (why) "." } }
            @for warning in model.warnings() { p.notice { "! " (warning) } }
        }
    }
}

fn plot(model: &CostModel) -> CostModelPlot {
    let point = |point: &Point| CostPoint {
        size: point.size as f64,
        cost: Bar { value: point.cost, interval: point.ci.map(|ci| (ci.low, ci.high)) },
    };
    let segment = |line: &&Line| CostSegment {
        from: line.from as f64,
        to: line.to as f64,
        fixed: line.fixed.value,
        per_unit: line.per_unit.value,
    };
    CostModelPlot {
        title: format!("{} of {} over sizes", cells::heading(&model.metric), model.series),
        quantity: cells::heading(&model.metric).to_owned(),
        unit: model.unit.clone(),
        size: "size".to_owned(),
        size_unit: model.size_unit.of_sizes().to_owned(),
        curves: vec![CostCurve {
            name: model.series.clone(),
            points: model.points.iter().map(point).collect(),
            lines: model.lines().iter().map(segment).collect(),
        }],
    }
}

fn row(model: &CostModel, line: &Line) -> Markup {
    let each = format!("{}/{}", model.unit.trim_end_matches("/op"), model.size_unit.each());
    let sizes = model.size_unit.of_sizes();
    html! {
        tr {
            th scope="row" { (line.from) " to " (line.to) " " (sizes) }
            td.n { (units::quantity(line.fixed.value, &model.unit)) (interval(&line.fixed, |value| units::quantity(value, &model.unit))) }
            td.n { (digits(line.per_unit.value)) " " (each) (interval(&line.per_unit, digits)) }
            td.n { @if let Some(half) = line.half_cost_size { (format!("{half:.0} {sizes}")) } }
            td.n { (format!("{:.1} %", line.worst_residual * 100.0)) }
        }
    }
}

fn interval(estimate: &Estimate, show: impl Fn(f64) -> String) -> Markup {
    html! {
        @if let Some(ci) = estimate.ci { br; small { (show(ci.low)) " to " (show(ci.high)) } }
    }
}

/// Three significant digits of a small number.
fn digits(value: f64) -> String {
    let decimals = (2 - value.abs().max(1e-9).log10().floor() as i32).clamp(0, 9) as usize;
    format!("{value:.decimals$}")
}
