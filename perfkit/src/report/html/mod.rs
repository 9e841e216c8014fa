//! One self-contained page of everything stored: an overview of each host, and a section for each benchmark with its
//! metrics, their history, the latest samples and what explains them.
//!
//! Nothing is loaded from anywhere, which the page's own policy enforces, and nothing needs a script: that only adds
//! sorting and filtering to the overview. Every name is escaped, flamegraphs are pictures that cannot run anything.
//! A thousand benchmarks of fifty runs make a page below 20 MB. The same store gives the same bytes.

mod anchor;
mod benchmark;
mod cells;
mod flamegraphs;
mod history;
mod model;
mod order;
mod overview;
mod read;
mod svg;
mod trend;

use std::collections::{BTreeMap, BTreeSet};

use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

pub use flamegraphs::{FlameGraphs, PictureFolder};
pub use history::{Histories, HistoryError, HostHistory, Reading, read_histories};

use super::compare::{Before, Comparison, compare_run};
use crate::{
    explain::cost_model::CostModel,
    format::{Baseline, Run},
    store::Samples,
};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// One host with what its newest run is held against.
pub struct HostPage {
    /// What it measured.
    pub history: HostHistory,
    /// The newest run against the one before it.
    pub since_previous: Option<Comparison>,
    /// The newest run's verdicts, and the baselines that fit it.
    pub against_baseline: Comparison,
    /// The baselines that fit.
    pub baselines: Vec<Baseline>,
    /// What its series cost, by the name of the series.
    pub models: BTreeMap<String, Vec<CostModel>>,
}

impl HostPage {
    /// Compare the newest run with `baselines` and with the run before it.
    pub fn new(history: HostHistory, baselines: Vec<Baseline>) -> Self {
        let latest = &history.latest;
        // What the gates say stands beside the baseline; here only the numbers speak.
        let ungated = Run { verdicts: Vec::new(), ..latest.clone() };
        let since_previous = history.previous.as_ref().map(|(run, samples)| {
            compare_run(&Before::run(run, samples, latest), &ungated, &history.samples)
        });
        let against_baseline = compare_run(&Before::fitting(&baselines, latest), latest, &Samples::default());
        let models = model::fitted(&history);
        Self { since_previous, against_baseline, baselines, models, history }
    }
}

/// The page.
pub fn render_page(hosts: &[HostPage], unreadable: &[String], flamegraphs: &FlameGraphs) -> String {
    let ids: BTreeSet<&str> =
        hosts.iter().flat_map(|host| host.history.benchmarks.keys()).map(String::as_str).collect();
    let mut ids: Vec<&str> = ids.into_iter().collect();
    ids.sort_by(|a, b| order::natural(a, b));
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy" content=(policy());
                title { "perfkit report" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#benchmarks" { "Skip to the benchmarks" }
                header #top { (heading(hosts, ids.len())) }
                main {
                    @if !unreadable.is_empty() { (left_out(unreadable)) }
                    @for host in hosts { (overview::overview(host)) }
                    section #benchmarks aria-label="Benchmarks" {
                        h2 { "Benchmarks" }
                        @for id in &ids { (benchmark::section(id, hosts, flamegraphs)) }
                    }
                }
                footer { "Made by perfkit " (env!("CARGO_PKG_VERSION")) " with " code { "perfkit report html" } "." }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string()
}

/// Nothing from elsewhere: the style stands in the page, pictures are data, and only this one script runs.
fn policy() -> String {
    let digest = cells::base64(&Sha256::digest(SCRIPT.as_bytes()));
    format!(
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; \
         base-uri 'none'; form-action 'none'"
    )
}

fn heading(hosts: &[HostPage], benchmarks: usize) -> Markup {
    let runs: usize = hosts.iter().map(|host| host.history.runs.len()).sum();
    html! {
        h1 { "Performance report" }
        p.lead {
            (cells::counted(benchmarks, "benchmark")) " · " (cells::counted(runs, "run")) " · "
            (cells::counted(hosts.len(), "host"))
        }
        @if hosts.len() > 1 {
            nav aria-label="Hosts" {
                @for host in hosts {
                    a href=(format!("#{}", overview::host_anchor(host))) { (host.history.title) } " "
                }
            }
        }
    }
}

fn left_out(unreadable: &[String]) -> Markup {
    html! {
        section.notice {
            p { "! " (cells::counted(unreadable.len(), "stored file")) " could not be read and " @if unreadable.len() == 1 { "is" } @else { "are" } " left out:" }
            ul { @for why in unreadable { li { (why) } } }
        }
    }
}
