//! Pictures of a document: laid out by recipe, written beside it.

use serde::Serialize;

use super::{
    ReportError, Section, models,
    sources::{Found, Sources},
};
use crate::{
    explain::{cost_model::SPLIT, cost_plot::cost_plot},
    format::recipe::{PlotKind, PlotRecipe, Recipe},
    plot::{DistributionPlot, Plot, ScalingCurve, ScalingPlot, ScalingPoint, Shape, svg},
    report::scaling::scalings,
    store::{Measured, file_name},
};

/// A picture with its file's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Picture {
    /// What it shows.
    pub title: String,
    /// The end of its file's name, after the document's.
    pub name: String,
    /// The picture itself.
    pub svg: String,
}

/// Draw the recipe's pictures and put each under its table, or behind the last one.
pub(super) fn place(
    sections: &mut Vec<Section>,
    recipe: &Recipe,
    sources: &Sources<'_>,
) -> Result<(), ReportError> {
    let mut behind = Section::new("", "", "");
    for plot in &recipe.plots {
        let picture = Picture {
            title: plot.title.clone(),
            name: format!("{}.svg", slug(&plot.title)),
            svg: svg(&draw(plot, sources)?, &Shape::page())?,
        };
        let under = sections.iter_mut().find(|section| Some(&section.title) == plot.under.as_ref());
        let under = under.unwrap_or(&mut behind);
        if plot.kind == PlotKind::CostModel {
            under.note_all(plot.ids.iter().flat_map(|series| models::taken_back(sources.after, series)));
        }
        under.pictures.push(picture);
    }
    if !behind.pictures.is_empty() {
        sections.push(behind);
    }
    Ok(())
}

fn draw(recipe: &PlotRecipe, sources: &Sources<'_>) -> Result<Plot, ReportError> {
    let nothing = |why: String| ReportError::NoPicture { title: recipe.title.clone(), why };
    match recipe.kind {
        PlotKind::CostModel => {
            let metric = recipe.metric.as_deref().unwrap_or("cpu_time_ns");
            let wanted = models::Wanted {
                place: format!("plot {:?}", recipe.title),
                metric,
                split: recipe.split.unwrap_or(SPLIT),
            };
            let fit = |name: &String| wanted.fit(&wanted.series(sources.after, name)?, sources.after);
            let models = recipe.ids.iter().map(fit).collect::<Result<Vec<_>, _>>()?;
            let labelled: Vec<_> = recipe.ids.iter().cloned().zip(&models).collect();
            let plot = cost_plot(&recipe.title, &labelled);
            let plot = plot.filter(|plot| plot.curves.len() == models.len());
            plot.map(Plot::from)
                .ok_or_else(|| nothing("the series count different things as their size".to_owned()))
        }
        PlotKind::Scaling => scaling(recipe, sources, &nothing),
        PlotKind::Distribution => distribution(recipe, sources, &nothing),
    }
}

fn scaling(
    recipe: &PlotRecipe,
    sources: &Sources<'_>,
    nothing: &dyn Fn(String) -> ReportError,
) -> Result<Plot, ReportError> {
    let all = scalings(sources.run()?);
    let mut curves = Vec::new();
    for id in &recipe.ids {
        let live = matches!(Sources::find(sources.after, id), Found::Live(_));
        let found = all.iter().find(|scaling| scaling.id == *id && live && scaling.rows.len() > 1);
        let found =
            found.ok_or_else(|| nothing(format!("{id} has no throughput at two numbers of threads")))?;
        let point = |row: &crate::report::scaling::ScalingRow| ScalingPoint {
            threads: row.threads,
            throughput: crate::plot::Bar::of(&row.throughput),
        };
        curves.push(ScalingCurve { name: id.clone(), points: found.rows.iter().map(point).collect() });
    }
    Ok(ScalingPlot { title: recipe.title.clone(), unit: "1/s".to_owned(), curves }.into())
}

fn distribution(
    recipe: &PlotRecipe,
    sources: &Sources<'_>,
    nothing: &dyn Fn(String) -> ReportError,
) -> Result<Plot, ReportError> {
    let id = recipe.ids.first().cloned().unwrap_or_default();
    let (Measured::Run(_, samples), Found::Live(row)) = (sources.after, Sources::find(sources.after, &id))
    else {
        return Err(nothing(format!("{id} is not there or no longer counts")));
    };
    let rounds = samples.time.get(&id).ok_or_else(|| nothing(format!("no samples of {id} are stored")))?;
    let each = |round: &Vec<(f64, f64)>| round.iter().map(|(iterations, total)| total / iterations).collect();
    Ok(DistributionPlot {
        title: recipe.title.clone(),
        quantity: "time".to_owned(),
        unit: "ns".to_owned(),
        rounds: rounds.iter().map(each).collect(),
        value: row.metrics.get("time_ns").map(|metric| (metric.statistic.clone(), metric.value)),
    }
    .into())
}

/// A title made fit for a file's name: `Raw seal: time` is `raw-seal-time`.
fn slug(title: &str) -> String {
    let words = title.to_lowercase();
    let words: Vec<&str> =
        words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    file_name(&words.join("-"))
}
