//! `perfkit fit`: fixed cost and cost per byte or element.

mod show;

use std::path::{Path, PathBuf};

use clap::Args;

use super::{Exit, Failure, Global, Output, OutputFormat, stdout::print_whole};
use crate::{
    explain::{
        cost_change::ModelChange,
        cost_model::{self, CostModel, LeftOut, Series, Unfit, grouped, is_cost},
        cost_plot::cost_plot,
    },
    format::{
        Class,
        config::Patterns,
        document::{document_text, write_whole},
        metric_info,
    },
    plot::{self, SERIES_LIMIT, Shape},
    store::{Measured, Store},
};

/// The timed metrics fitted where none is named, the first one that a series has.
const TIMES: [&str; 3] = ["cpu_time_ns", "time_ns", "criterion_ns"];

/// Arguments of `perfkit fit`.
#[derive(Debug, Args)]
pub struct FitArgs {
    #[command(flatten)]
    output: Output,
    /// Ids under these prefixes or matching these patterns; `*` stays within a path component
    #[arg(required = true, value_name = "GLOB")]
    globs: Vec<String>,
    /// Fit this metric (repeatable); time and instructions when absent
    #[arg(long = "metric", value_name = "NAME")]
    metrics: Vec<String>,
    /// The run: `latest`, a run's id, a file, or a baseline's name
    #[arg(long, default_value = "latest")]
    run: String,
    /// The largest size of the lower regime, used where one line does not fit
    #[arg(long, value_name = "SIZE", default_value_t = cost_model::SPLIT)]
    split: u64,
    /// Put this run's or baseline's models beside
    #[arg(long, value_name = "RUN")]
    against: Option<String>,
    /// Draw the models; with several metrics the metric's name is added to the file's
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// The same as pixels
    #[arg(long, value_name = "FILE")]
    png: Option<PathBuf>,
}

/// The models of one side.
struct Fitted {
    /// What the run or baseline is called.
    title: String,
    models: Vec<CostModel>,
    unfit: Vec<WithoutModel>,
    /// Benchmarks that were asked for and belong to no series.
    left_out: Vec<(String, LeftOut)>,
}

/// A series without a model of one metric.
struct WithoutModel {
    series: String,
    package: String,
    metric: String,
    why: Unfit,
}

/// The other side.
struct Other {
    fitted: Fitted,
    /// What to know before trusting the comparison.
    caution: Option<String>,
}

/// Everything that is shown.
struct Found {
    fitted: Fitted,
    before: Option<Other>,
    changes: Vec<ModelChange>,
    pictures: Vec<PathBuf>,
}

pub(super) fn execute(global: &Global, args: &FitArgs) -> Result<Exit, Failure> {
    if let Some(metric) = args.metrics.iter().find(|metric| !is_cost(metric)) {
        let unfit = Unfit::NotACost { metric: metric.clone() };
        return Err(Failure::new(Exit::Usage, unfit));
    }
    let workspace = global.workspace()?;
    let store = Store::open(&workspace)?;
    let run = store.find(&args.run, &workspace.baselines())?;
    let fitted = fit_all(&run, args)?;
    if fitted.models.is_empty() {
        return Err(Failure::new(Exit::ToolFailed, show::nothing_fitted(&fitted)));
    }
    let before = match &args.against {
        Some(name) => {
            let other = store.find(name, &workspace.baselines())?;
            let caution = check_comparable(&run, &other, &fitted.models)?;
            Some(Other { fitted: fit_all(&other, args)?, caution })
        }
        None => None,
    };
    let before_models = before.as_ref().map_or(&[][..], |other| &other.fitted.models);
    let changes: Vec<ModelChange> = fitted
        .models
        .iter()
        .filter_map(|model| Some(ModelChange::between(counterpart(model, before_models)?, model)))
        .collect();
    let pictures = draw(args, &fitted.models, before_models)?;
    let found = Found { fitted, before, changes, pictures };
    let text = match args.output.format {
        OutputFormat::Json => {
            document_text(&show::document(&found)).map_err(|error| Failure::new(Exit::ToolFailed, error))?
        }
        format => show::shown(&found, format == OutputFormat::Markdown),
    };
    print_whole(&text)?;
    Ok(Exit::Held)
}

fn fit_all(measured: &Measured, args: &FitArgs) -> Result<Fitted, Failure> {
    let patterns = Patterns::new(&args.globs).map_err(|why| Failure::new(Exit::Usage, why))?;
    let asked: Vec<_> = measured.benchmarks().iter().filter(|row| patterns.matches(&row.id)).collect();
    if asked.is_empty() {
        let message =
            format!("{} holds no benchmark that matches {}", measured.title(), args.globs.join(" "));
        return Err(Failure::new(Exit::ToolFailed, message));
    }
    let found = grouped(asked);
    let mut fitted = Fitted {
        title: measured.title(),
        models: Vec::new(),
        unfit: Vec::new(),
        left_out: found.left_out.iter().map(|(row, why)| (row.id.clone(), *why)).collect(),
    };
    for series in &found.series {
        for metric in metrics(series, &args.metrics) {
            match cost_model::fit(series, &metric, measured.samples(), args.split) {
                Ok(model) => fitted.models.push(model),
                Err(why) => fitted.unfit.push(WithoutModel {
                    series: series.name.clone(),
                    package: series.package.clone(),
                    metric,
                    why,
                }),
            }
        }
    }
    Ok(fitted)
}

/// What was asked for, else the best time and the instructions that the series has.
fn metrics(series: &Series<'_>, asked: &[String]) -> Vec<String> {
    if !asked.is_empty() {
        return asked.to_vec();
    }
    let has = |metric: &str| series.rows.iter().any(|(_, row)| row.metrics.contains_key(metric));
    let time = TIMES.into_iter().find(|metric| has(metric));
    time.into_iter().chain(Some("ir").filter(|metric| has(metric))).map(str::to_owned).collect()
}

/// Times of two machines are no comparison; counts of two builds are one with a caution.
fn check_comparable(
    run: &Measured,
    other: &Measured,
    models: &[CostModel],
) -> Result<Option<String>, Failure> {
    let of_class = |wanted: Class| {
        models.iter().any(|model| metric_info(&model.metric).is_some_and(|info| info.class == wanted))
    };
    let apart = other.other_machine(run).or_else(|| other.other_variant(run));
    if let Some(why) = apart.filter(|_| of_class(Class::Timed)) {
        let message = format!("{why}: their times are not compared; `--metric ir` compares counts");
        return Err(Failure::new(Exit::Refused, message));
    }
    let difference = other.other_counting(run).filter(|_| of_class(Class::Counted));
    Ok(difference.map(|difference| format!("counts are not of one build: {difference}")))
}

fn counterpart<'a>(model: &CostModel, others: &'a [CostModel]) -> Option<&'a CostModel> {
    others.iter().find(|other| {
        (&other.series, &other.package, &other.metric) == (&model.series, &model.package, &model.metric)
    })
}

/// One picture a metric.
fn draw(args: &FitArgs, models: &[CostModel], before: &[CostModel]) -> Result<Vec<PathBuf>, Failure> {
    let mut written = Vec::new();
    let mut metrics: Vec<&str> = models.iter().map(|model| model.metric.as_str()).collect();
    metrics.sort_unstable();
    metrics.dedup();
    for metric in &metrics {
        let mut curves: Vec<(String, &CostModel)> = Vec::new();
        for model in models.iter().filter(|model| model.metric == *metric) {
            if let Some(other) = counterpart(model, before) {
                curves.push((format!("before, {}", other.series), other));
                curves.push((format!("after, {}", model.series), model));
            } else {
                curves.push((model.series.clone(), model));
            }
        }
        if (args.svg.is_some() || args.png.is_some()) && curves.len() > SERIES_LIMIT {
            let count = curves.len();
            let message = format!(
                "a picture shows {SERIES_LIMIT} models of a metric, {count} match; narrow the pattern"
            );
            return Err(Failure::new(Exit::Usage, message));
        }
        let mut names: Vec<&str> = curves.iter().map(|(_, model)| model.series.as_str()).collect();
        names.dedup();
        let title = format!("{}: cost over size", names.join(", "));
        let Some(picture) = cost_plot(&title, &curves) else { continue };
        let failed = |error| Failure::new(Exit::ToolFailed, error);
        let several = metrics.len() > 1;
        if let Some(path) = args.svg.as_deref().map(|path| with_metric(path, metric, several)) {
            write_whole(
                &path,
                plot::svg(&picture.clone().into(), &Shape::page()).map_err(failed)?.as_bytes(),
            )?;
            written.push(path);
        }
        if let Some(path) = args.png.as_deref().map(|path| with_metric(path, metric, several)) {
            write_whole(&path, &plot::png(&picture.into(), &Shape::page()).map_err(failed)?)?;
            written.push(path);
        }
    }
    Ok(written)
}

fn with_metric(path: &Path, metric: &str, several: bool) -> PathBuf {
    if !several {
        return path.to_owned();
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().map(|extension| format!(".{}", extension.to_string_lossy()));
    path.with_file_name(format!("{stem}-{metric}{}", extension.unwrap_or_default()))
}
