//! What a series costs: a fixed part and a part per byte, shown with its smallest size and linked from the others.

use std::collections::BTreeMap;

use maud::{Markup, PreEscaped, html};

use super::{HostPage, cells, history::HostHistory};
use crate::{
    explain::{
        cost_model::{CostModel, SPLIT, fit, series},
        cost_plot::cost_plot,
    },
    plot::{Paper, Shape, svg},
    render::cost_models::parts,
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
    let title = format!("{} of {} over sizes", cells::heading(&model.metric), model.series);
    let plot = cost_plot(&title, &[(model.series.clone(), model)]);
    html! {
        figure {
            figcaption { (cells::heading(&model.metric)) ", " (model.points.len()) " sizes" }
            div.scroll tabindex="0" role="region" aria-label={ "Cost model of " (model.series) } { table {
                thead { tr { th scope="col" { "Part" } th.n scope="col" { "Value" } } }
                tbody {
                    @for (part, value) in model.lines().into_iter().flat_map(|line| parts(model, line)).filter(|(_, value)| !value.is_empty()) {
                        tr { th scope="row" { (part) } td.n { (value) } }
                    }
                }
            } }
            // A picture that cannot be drawn is no reason to leave the figures out.
            @if let Some(Ok(picture)) = plot.map(|plot| svg(&plot.into(), &Shape::compact().on(Paper::Adaptive))) {
                div.model { (PreEscaped(picture)) }
            }
            @if let Some(why) = &model.without_intervals { p.dim { "No intervals: " (why) "." } }
            @for warning in model.warnings() { p.notice { "! " (warning) } }
        }
    }
}
