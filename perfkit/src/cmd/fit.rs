//! `perfkit fit`: fixed cost and cost per byte or element.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::{Exit, Failure, Global, Output, OutputFormat};
use crate::{
    explain::{
        cost_change::ModelChange,
        cost_model::{self, CostModel, Series, Unfit, is_cost, series},
        cost_plot::cost_plot,
    },
    format::{
        Class,
        config::Patterns,
        document::{document_text, write_whole},
        metric_info,
    },
    plot::{self, SERIES_LIMIT, Shape},
    render::{Emphasis, Lines, Table, Terminal, cost_models},
    store::{Measured, Store},
};

/// The schema of the JSON document.
const FIT_SCHEMA: &str = "perfkit.fit/1";

/// The timed metrics fitted where none is named, the first one that a series has.
const TIMES: [&str; 3] = ["cpu_time_ns", "time_ns", "criterion_ns"];

/// Series without a model that are listed; the JSON has all.
const UNFIT_SHOWN: usize = 20;

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
    models: Vec<CostModel>,
    unfit: Vec<(String, String, Unfit)>,
    /// Benchmarks that were asked for and have no size.
    unsized_rows: usize,
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
        return Err(Failure::new(Exit::ToolFailed, nothing_fitted(&fitted, &run)));
    }
    let before = match &args.against {
        Some(name) => {
            let other = store.find(name, &workspace.baselines())?;
            let caution = check_comparable(&run, &other, &fitted.models)?;
            Some((fit_all(&other, args)?, other.title(), caution))
        }
        None => None,
    };
    let before_models = before.as_ref().map_or(&[][..], |(fitted, ..)| &fitted.models);
    let changes: Vec<ModelChange> = fitted
        .models
        .iter()
        .filter_map(|model| Some(ModelChange::between(counterpart(model, before_models)?, model)))
        .collect();
    let pictures = draw(args, &fitted.models, before_models)?;
    match args.output.format {
        OutputFormat::Json => {
            let unfit: Vec<_> = fitted
                .unfit
                .iter()
                .map(|(series, metric, why)| json!({"series": series, "metric": metric, "why": why.to_string()}))
                .collect();
            let document = json!({
                "schema": FIT_SCHEMA, "run": run.title(), "models": fitted.models, "unfit": unfit,
                "against": before.as_ref().map(|(_, title, _)| title), "before": before_models, "changes": changes,
            });
            print!("{}", document_text(&document).map_err(|error| Failure::new(Exit::ToolFailed, error))?);
        }
        format => {
            let mut lines = Lines::default();
            let against =
                before.as_ref().map(|(_, title, _)| format!(", against {title}")).unwrap_or_default();
            lines.push(Emphasis::Plain, format!("cost models of {}{against}", run.title()));
            if let Some((.., Some(caution))) = &before {
                lines.push(Emphasis::Caution, format!("! counts are not of one build: {caution}"));
            }
            let mut tables = vec![cost_models::model_table(&fitted.models)];
            if before.is_some() {
                tables.push(cost_models::change_table(&changes, &fitted.models));
            }
            let mut notes = cost_models::model_notes(&fitted.models);
            note_changes(&mut notes, &fitted.models, &changes, before.is_some());
            note_unfit(&mut notes, &fitted);
            pictures
                .iter()
                .for_each(|path| notes.push(Emphasis::Plain, format!("{} written", path.display())));
            print(&lines, &tables, &notes, format);
        }
    }
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
    let found = series(asked.iter().copied());
    let mut fitted = Fitted {
        models: Vec::new(),
        unfit: Vec::new(),
        unsized_rows: asked.len().saturating_sub(found.iter().map(|series| series.rows.len()).sum()),
    };
    for series in &found {
        for metric in metrics(series, &args.metrics) {
            match cost_model::fit(series, &metric, measured.samples(), args.split) {
                Ok(model) => fitted.models.push(model),
                Err(why) => fitted.unfit.push((series.name.clone(), metric, why)),
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
    if let Some(why) = other.other_machine(run).filter(|_| of_class(Class::Timed)) {
        let message = format!("{why}: their times are not compared; `--metric ir` compares counts");
        return Err(Failure::new(Exit::Refused, message));
    }
    Ok(other.other_counting(run).filter(|_| of_class(Class::Counted)))
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

fn note_changes(notes: &mut Lines, models: &[CostModel], changes: &[ModelChange], compared: bool) {
    for change in changes {
        if let Some(why) = &change.left_out {
            notes.push(
                Emphasis::Caution,
                format!("? {} ({}): not compared: {why}", change.series, change.metric),
            );
        }
    }
    if compared {
        let has = |model: &CostModel| {
            changes.iter().any(|change| change.series == model.series && change.metric == model.metric)
        };
        for model in models.iter().filter(|model| !has(model)) {
            let text = format!("+ {} ({}): the other side has no such model", model.series, model.metric);
            notes.push(Emphasis::Dim, text);
        }
    }
}

fn note_unfit(notes: &mut Lines, fitted: &Fitted) {
    for (series, metric, why) in fitted.unfit.iter().take(UNFIT_SHOWN) {
        notes.push(Emphasis::Dim, format!("- not fitted: {series} ({metric}): {why}"));
    }
    if fitted.unfit.len() > UNFIT_SHOWN {
        notes.push(Emphasis::Dim, format!("- not fitted: {} more", fitted.unfit.len() - UNFIT_SHOWN));
    }
    if fitted.unsized_rows > 0 {
        notes.push(Emphasis::Dim, format!("- {}", without_size(fitted.unsized_rows)));
    }
}

fn nothing_fitted(fitted: &Fitted, run: &Measured) -> String {
    let mut message = format!("{} has no series that a model can be fitted to", run.title());
    for (series, metric, why) in fitted.unfit.iter().take(UNFIT_SHOWN) {
        message += &format!("\n  {series} ({metric}): {why}");
    }
    if fitted.unsized_rows > 0 {
        message += &format!("\n  {}", without_size(fitted.unsized_rows));
    }
    message
}

fn without_size(count: usize) -> String {
    if count == 1 { "1 benchmark has no size".to_owned() } else { format!("{count} benchmarks have no size") }
}

fn print(lines: &Lines, tables: &[Table], notes: &Lines, format: OutputFormat) {
    let terminal = Terminal::stdout();
    let markdown = format == OutputFormat::Markdown;
    print!("{}", if markdown { lines.markdown() } else { lines.text(&terminal) });
    for table in tables.iter().filter(|table| !table.rows.is_empty()) {
        print!("\n{}", if markdown { table.markdown() } else { table.text(&terminal) });
    }
    if !notes.is_empty() {
        print!("\n{}", if markdown { notes.markdown() } else { notes.text(&terminal) });
    }
}
