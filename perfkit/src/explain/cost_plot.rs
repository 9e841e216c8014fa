//! A picture of cost models.

use super::cost_model::{CostModel, Line};
use crate::{
    format::metric_info,
    plot::{Bar, CostCurve, CostModelPlot, CostPoint, CostSegment},
    render::cost_models,
};

/// Models of one metric in one picture, each with a label of its own. The first decides metric and sizes; models of
/// another metric or another kind of size are left out.
pub fn cost_plot(title: &str, models: &[(String, &CostModel)]) -> Option<CostModelPlot> {
    let (_, first) = models.first()?;
    let alike = |model: &CostModel| model.metric == first.metric && model.size_unit == first.size_unit;
    let heading = metric_info(&first.metric).map_or(first.metric.as_str(), |info| info.heading);
    let size = match first.size_unit.of_sizes() {
        "B" => "bytes of an operation",
        "elements" => "elements of an operation",
        _ => "size",
    };
    Some(CostModelPlot {
        title: title.to_owned(),
        quantity: heading.to_owned(),
        unit: first.unit.clone(),
        size: size.to_owned(),
        size_unit: first.size_unit.of_sizes().to_owned(),
        curves: models
            .iter()
            .filter(|(_, model)| alike(model))
            .map(|(label, model)| curve(label, model))
            .collect(),
    })
}

fn curve(label: &str, model: &CostModel) -> CostCurve {
    let words = model
        .lines()
        .iter()
        .map(|line| cost_models::formula(model, line))
        .collect::<Vec<_>>()
        .join(", then ");
    CostCurve {
        name: format!("{label}: {words}"),
        points: model
            .points
            .iter()
            .map(|point| CostPoint {
                size: point.size as f64,
                cost: Bar { value: point.cost, interval: point.ci.map(|ci| (ci.low, ci.high)) },
            })
            .collect(),
        lines: model.lines().into_iter().map(segment).collect(),
    }
}

fn segment(line: &Line) -> CostSegment {
    CostSegment {
        from: line.from as f64,
        to: line.to as f64,
        fixed: line.fixed.value,
        per_unit: line.per_unit.value,
    }
}
