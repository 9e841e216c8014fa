//! Where each version of the summary schema keeps its numbers.
//!
//! | schema | written by | a metric of Callgrind |
//! |---|---|---|
//! | 1, 2 | iai-callgrind 0.7 to 0.13 | `callgrind_summary.summaries[].events.Ir.new`, one entry a process |
//! | 3 | iai-callgrind 0.14 | `callgrind_summary.callgrind_run.total.summary.Ir.metrics` |
//! | 4, 5, 6 | iai-callgrind 0.15 and 0.16, gungraun to 0.19 | `profiles[].summaries.total.summary.Callgrind.Ir.metrics` |
//! | 7 | gungraun from 0.20 | `profiles[].data.total.metrics.Ir.values.new` |
//!
//! `metrics` is `{"Left": new}` or `{"Both": [new, old]}`; from schema 5 on a number is `{"Int": 5}` or
//! `{"Float": 0.5}`, and in schema 7 a plain one again. The published schemas are in the `schemas` folder of the runner
//! crates.

use serde_json::Value;

/// The schema versions that are read.
const VERSIONS: [&str; 7] = ["1", "2", "3", "4", "5", "6", "7"];

/// Limits quoted of one bench; a suite with more is told by the first ones.
const BROKEN_LIMITS_QUOTED: usize = 8;

/// One arrangement of a summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// Schemas 1 and 2.
    Events,
    /// Schema 3.
    CallgrindRun,
    /// Schemas 4 to 6.
    Profiles,
    /// Schema 7.
    Data,
}

impl Layout {
    /// The layout that the document's version names.
    pub fn of(document: &Value) -> Result<Self, String> {
        let version = match document.get("version") {
            Some(Value::String(version)) => version.clone(),
            Some(Value::Number(version)) => version.to_string(),
            _ => return Err("version is missing".to_owned()),
        };
        let layout = match version.as_str() {
            "1" | "2" => Self::Events,
            "3" => Self::CallgrindRun,
            "4" | "5" | "6" => Self::Profiles,
            "7" => Self::Data,
            _ => return Err(format!("version {version} is not one of {VERSIONS:?}")),
        };
        let (key, there) = match layout {
            Self::Events | Self::CallgrindRun => ("callgrind_summary", document.get("callgrind_summary")),
            Self::Profiles | Self::Data => {
                ("profiles", document.get("profiles").filter(|list| list.is_array()))
            }
        };
        if there.is_none() { Err(format!("{key} is missing")) } else { Ok(layout) }
    }

    /// The new value of a metric of Callgrind.
    pub fn metric(self, document: &Value, name: &str) -> Option<f64> {
        match self {
            Self::Events => {
                let processes = document.pointer("/callgrind_summary/summaries")?.as_array()?;
                let counts = processes.iter().filter_map(|process| {
                    process.pointer(&format!("/events/{name}/new")).and_then(Value::as_f64)
                });
                let counts: Vec<f64> = counts.collect();
                (!counts.is_empty()).then(|| counts.iter().sum())
            }
            Self::CallgrindRun => {
                let total = document.pointer("/callgrind_summary/callgrind_run/total/summary")?;
                new_value(total.get(name)?.get("metrics")?)
            }
            Self::Profiles => {
                let total = callgrind(document)?.pointer("/summaries/total/summary/Callgrind")?;
                new_value(total.get(name)?.get("metrics")?)
            }
            Self::Data => {
                let metrics = callgrind(document)?.pointer("/data/total/metrics")?;
                number(metrics.get(name)?.pointer("/values/new")?)
            }
        }
    }

    /// The suite's own limits that this run broke; schemas 1 to 3 have limits on changes only, and a run whose output
    /// folder is new has nothing to change from.
    pub fn broken_limits(self, document: &Value) -> Vec<String> {
        let place = match self {
            Self::Events | Self::CallgrindRun => return Vec::new(),
            Self::Profiles => "/summaries/total/regressions",
            Self::Data => "/data/total/regressions",
        };
        let profiles = document.get("profiles").and_then(Value::as_array);
        let lists = profiles.into_iter().flatten().filter_map(|profile| profile.pointer(place)?.as_array());
        let limits = lists.flatten().filter_map(Value::as_object).flatten();
        limits.map(in_words).take(BROKEN_LIMITS_QUOTED).collect()
    }
}

/// The profile of Callgrind, whose name later schemas spell in lower case.
fn callgrind(document: &Value) -> Option<&Value> {
    let named = |profile: &&Value| {
        profile.get("tool").and_then(Value::as_str).is_some_and(|name| name.eq_ignore_ascii_case("Callgrind"))
    };
    document.get("profiles")?.as_array()?.iter().find(named)
}

/// `{"Left": new}` or `{"Both": [new, old]}`.
fn new_value(metrics: &Value) -> Option<f64> {
    number(metrics.get("Left").or_else(|| metrics.get("Both")?.get(0))?)
}

/// `5`, `{"Int": 5}` or `{"Float": 0.5}`.
fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.get("Int").or_else(|| value.get("Float"))?.as_f64())
}

/// `"Hard": {"metric": {"Callgrind": "Ir"}, "new": 5, "limit": 4}` as a sentence.
fn in_words((kind, limit): (&String, &Value)) -> String {
    let metric = match limit.get("metric") {
        Some(Value::Object(by_tool)) => by_tool.values().next().and_then(Value::as_str),
        Some(name) => name.as_str(),
        None => None,
    };
    let figure =
        |key| limit.get(key).and_then(number).map_or_else(|| "?".to_owned(), |value| value.to_string());
    let kind = kind.to_lowercase();
    format!(
        "{} is {}, beyond its {kind} limit {}",
        metric.unwrap_or("a metric"),
        figure("new"),
        figure("limit")
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_schema_gives_the_same_instructions() {
        let metrics = json!({"Ir": {"metrics": {"Both": [7, 6]}}});
        let wrapped = json!({"Ir": {"metrics": {"Left": {"Int": 7}}}});
        let profile = |summary: &Value| json!([{"tool": "Callgrind", "summaries": {"total": {"summary": {"Callgrind": summary}}}}]);
        let documents = [
            json!({"version": "1", "callgrind_summary": {"summaries": [{"events": {"Ir": {"new": 7, "old": null}}}]}}),
            json!({"version": "2", "callgrind_summary": {"summaries": [{"events": {"Ir": {"new": 3}}}, {"events": {"Ir": {"new": 4}}}]}}),
            json!({"version": "3", "callgrind_summary": {"callgrind_run": {"total": {"summary": metrics}}}}),
            json!({"version": "4", "profiles": profile(&metrics)}),
            json!({"version": "5", "profiles": profile(&wrapped)}),
            json!({"version": "6", "profiles": profile(&wrapped)}),
            json!({"version": 7, "profiles": [{"tool": "callgrind", "data": {"total": {"metrics": {"Ir": {"values": {"new": 7}}}}}}]}),
        ];
        for document in documents {
            let layout = Layout::of(&document).unwrap();
            assert_eq!(layout.metric(&document, "Ir"), Some(7.0), "{document}");
        }
    }

    #[test]
    fn an_old_value_alone_is_no_value() {
        assert_eq!(new_value(&json!({"Right": 5})), None);
    }

    #[test]
    fn a_broken_limit_is_told_with_its_figures() {
        let hard = json!([{"Hard": {"metric": {"Callgrind": "Ir"}, "new": {"Int": 5}, "diff": {"Int": 1}, "limit": {"Int": 4}}}]);
        let document = json!({"version": "6", "profiles": [{"tool": "Callgrind", "summaries": {"total": {"regressions": hard}}}]});
        let limits = Layout::of(&document).unwrap().broken_limits(&document);
        assert_eq!(limits, ["Ir is 5, beyond its hard limit 4"]);
    }

    #[test]
    fn versions_and_shapes_that_are_not_known_are_named() {
        assert!(Layout::of(&json!({"version": "8"})).unwrap_err().contains("version 8"));
        assert_eq!(Layout::of(&json!({"version": "3"})).unwrap_err(), "callgrind_summary is missing");
        assert_eq!(Layout::of(&json!({"version": "6", "profiles": 5})).unwrap_err(), "profiles is missing");
    }
}
