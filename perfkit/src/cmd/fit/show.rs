//! What `perfkit fit` prints: models and changes, and below them everything that has none, with the reason.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Fitted, Found, Other, WithoutModel, counterpart};
use crate::{
    explain::cost_model::{CostModel, LeftOut},
    render::{Emphasis, Lines, Terminal, cost_models},
};

/// The schema of the JSON document.
const FIT_SCHEMA: &str = "perfkit.fit/1";

/// Series without a model that are listed; the JSON has all.
const UNFIT_SHOWN: usize = 20;

/// Everything in numbers.
pub(super) fn document(found: &Found) -> Value {
    let other = found.before.as_ref();
    json!({
        "schema": FIT_SCHEMA, "run": found.fitted.title, "models": found.fitted.models,
        "unfit": unfit(&found.fitted), "left_out": left_out(&found.fitted),
        "against": other.map(|other| &other.fitted.title), "caution": other.and_then(|other| other.caution.as_ref()),
        "before": other.map(|other| other.fitted.models.as_slice()).unwrap_or_default(),
        "before_unfit": other.map(|other| unfit(&other.fitted)).unwrap_or_default(),
        "changes": found.changes,
    })
}

/// Tables and notes.
pub(super) fn shown(found: &Found, markdown: bool) -> String {
    let terminal = Terminal::stdout();
    let models = &found.fitted.models;
    let mut head = Lines::default();
    let against = found.before.as_ref().map(|other| format!(", against {}", other.fitted.title));
    let against = against.unwrap_or_default();
    head.push(Emphasis::Plain, format!("cost models of {}{against}", found.fitted.title));
    if let Some(caution) = found.before.as_ref().and_then(|other| other.caution.as_ref()) {
        head.push(Emphasis::Caution, format!("! {caution}"));
    }
    let mut tables = vec![cost_models::model_table(models)];
    let mut notes = cost_models::model_notes(models);
    if let Some(other) = &found.before {
        tables.push(cost_models::change_table(&found.changes, models));
        note_changes(&mut notes, found, other);
    }
    note_unfit(&mut notes, &found.fitted);
    for path in &found.pictures {
        notes.push(Emphasis::Plain, format!("{} written", path.display()));
    }
    let mut text = if markdown { head.markdown() } else { head.text(&terminal) };
    for table in tables.iter().filter(|table| !table.rows.is_empty()) {
        text += "\n";
        text += &if markdown { table.markdown() } else { table.text(&terminal) };
    }
    if !notes.is_empty() {
        text += "\n";
        text += &if markdown { notes.markdown() } else { notes.text(&terminal) };
    }
    text
}

/// Why there is nothing to show.
pub(super) fn nothing_fitted(fitted: &Fitted) -> String {
    let mut message = format!("{} has no series that a model can be fitted to", fitted.title);
    for WithoutModel { series, metric, why, .. } in fitted.unfit.iter().take(UNFIT_SHOWN) {
        message += &format!("\n  {series} ({metric}): {why}");
    }
    for words in left_out_words(fitted) {
        message += &format!("\n  {words}");
    }
    message
}

fn unfit(fitted: &Fitted) -> Vec<Value> {
    let row = |row: &WithoutModel| {
        let why = row.why.to_string();
        json!({"series": row.series, "package": row.package, "metric": row.metric, "why": why})
    };
    fitted.unfit.iter().map(row).collect()
}

fn left_out(fitted: &Fitted) -> Vec<Value> {
    fitted.left_out.iter().map(|(id, why)| json!({"id": id, "why": why})).collect()
}

/// Models that were not compared, and why: each side may have some that the other has not.
fn note_changes(notes: &mut Lines, found: &Found, other: &Other) {
    for change in &found.changes {
        if let Some(why) = &change.left_out {
            let text = format!("? {} ({}): not compared: {why}", change.series, change.metric);
            notes.push(Emphasis::Caution, text);
        }
    }
    let (models, others) = (&found.fitted.models, &other.fitted.models);
    for model in models.iter().filter(|model| counterpart(model, others).is_none()) {
        let why = why_none(model, &other.fitted);
        let text = format!("+ {} ({}): not on the other side: {why}", model.series, model.metric);
        notes.push(Emphasis::Dim, text);
    }
    for model in others.iter().filter(|model| counterpart(model, models).is_none()) {
        let why = why_none(model, &found.fitted);
        let title = &other.fitted.title;
        let text = format!("∅ {} ({}): only {title} has a model: {why}", model.series, model.metric);
        notes.push(Emphasis::Caution, text);
    }
}

/// Why a side has no counterpart of the other side's model.
fn why_none(model: &CostModel, side: &Fitted) -> String {
    let same = |row: &&WithoutModel| {
        (&row.series, &row.package, &row.metric) == (&model.series, &model.package, &model.metric)
    };
    let unfit = side.unfit.iter().find(same);
    unfit.map_or_else(|| "no such series or metric".to_owned(), |row| row.why.to_string())
}

fn note_unfit(notes: &mut Lines, fitted: &Fitted) {
    for WithoutModel { series, metric, why, .. } in fitted.unfit.iter().take(UNFIT_SHOWN) {
        notes.push(Emphasis::Dim, format!("- not fitted: {series} ({metric}): {why}"));
    }
    if fitted.unfit.len() > UNFIT_SHOWN {
        notes.push(Emphasis::Dim, format!("- not fitted: {} more", fitted.unfit.len() - UNFIT_SHOWN));
    }
    for words in left_out_words(fitted) {
        notes.push(Emphasis::Dim, format!("- {words}"));
    }
}

/// A line for each reason.
fn left_out_words(fitted: &Fitted) -> Vec<String> {
    let mut counts: BTreeMap<LeftOut, usize> = BTreeMap::new();
    for (_, why) in &fitted.left_out {
        *counts.entry(*why).or_default() += 1;
    }
    counts.into_iter().map(|(why, count)| why.words(count)).collect()
}
