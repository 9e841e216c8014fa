//! What an index takes from a run document: read straight into narrow types, several times as fast as whole ones.

use std::{borrow::Cow, collections::BTreeMap, fs, path::Path};

use serde::Deserialize;

use super::segment::{IndexedRun, ToolchainKey};
use crate::format::{Class, DocumentError, Mode, Run, document::parse_document, run::RUN_SCHEMA};

/// The name under which a toolchain key holds the suite that shaped the build.
pub const VARIANT: &str = "suite with a build of its own";

/// A run as the index needs it.
pub struct Extracted {
    /// The run.
    pub run: IndexedRun,
    /// What its times depend on.
    pub timed: ToolchainKey,
    /// What its counts depend on.
    pub counted: ToolchainKey,
    /// Its metrics.
    pub metrics: Vec<ExtractedMetric>,
    /// The host profile.
    pub profile: String,
    /// Whether it took one short round.
    pub quick: bool,
    /// Whether it was interrupted.
    pub partial: bool,
}

/// One metric of one benchmark.
pub struct ExtractedMetric {
    /// The benchmark.
    pub id: String,
    /// The declared revision of the benchmark.
    pub benchmark_revision: u32,
    /// The metric.
    pub name: String,
    /// Counted or timed.
    pub class: Class,
    /// How the value was made.
    pub statistic: String,
    /// The unit.
    pub unit: String,
    /// The value.
    pub value: f64,
    /// Its interval.
    pub interval: Option<(f64, f64)>,
}

/// Read a stored run.
pub fn extract(path: &Path, stem: &str) -> Result<Extracted, DocumentError> {
    let text =
        fs::read_to_string(path).map_err(|source| DocumentError::Io { path: path.to_owned(), source })?;
    let document: Document<'_> = match serde_json::from_str(&text) {
        Ok(document) => document,
        // The reader of whole documents says in its words what is wrong.
        Err(source) => {
            parse_document::<Run>(&text, path, RUN_SCHEMA)?;
            return Err(DocumentError::Misfit { path: path.to_owned(), expected: RUN_SCHEMA, source });
        }
    };
    if document.schema != RUN_SCHEMA {
        let found = document.schema.into_owned();
        return Err(DocumentError::WrongSchema { path: path.to_owned(), found, expected: RUN_SCHEMA });
    }
    Ok(document.extracted(stem))
}

#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    schema: Cow<'a, str>,
    id: String,
    host: Host,
    toolchain: Toolchain,
    provenance: Provenance,
    #[serde(borrow)]
    benchmarks: Vec<Row<'a>>,
}

#[derive(Deserialize)]
struct Host {
    profile: String,
    isa: String,
    isa_counted: String,
}

#[derive(Deserialize)]
struct Toolchain {
    rustc: String,
    target: String,
    valgrind: Option<String>,
    libc: String,
    build_profile: BTreeMap<String, String>,
    #[serde(default)]
    rustflags: String,
    #[serde(default)]
    variant: String,
}

#[derive(Deserialize)]
struct Provenance {
    revision: String,
    dirty: bool,
    started: String,
    mode: Mode,
    #[serde(default)]
    partial: bool,
}

#[derive(Deserialize)]
struct Row<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(default = "first_revision")]
    revision: u32,
    #[serde(borrow)]
    metrics: BTreeMap<Cow<'a, str>, Metric<'a>>,
}

#[derive(Deserialize)]
struct Metric<'a> {
    value: f64,
    #[serde(borrow)]
    unit: Cow<'a, str>,
    class: Class,
    #[serde(borrow)]
    statistic: Cow<'a, str>,
    ci: Option<Interval>,
}

#[derive(Deserialize)]
struct Interval {
    low: f64,
    high: f64,
}

fn first_revision() -> u32 {
    1
}

impl Document<'_> {
    fn extracted(self, stem: &str) -> Extracted {
        let provenance = self.provenance;
        let common = |isa: &str| {
            let tools = &self.toolchain;
            let profile: Vec<String> =
                tools.build_profile.iter().map(|(name, value)| format!("{name}={value}")).collect();
            vec![
                ("rustc".to_owned(), tools.rustc.clone()),
                ("target".to_owned(), tools.target.clone()),
                ("libc".to_owned(), tools.libc.clone()),
                ("build profile".to_owned(), profile.join(" ")),
                ("RUSTFLAGS".to_owned(), tools.rustflags.clone()),
                (VARIANT.to_owned(), tools.variant.clone()),
                ("isa".to_owned(), isa.to_owned()),
            ]
        };
        let mut counted = common(&self.host.isa_counted);
        counted.push(("valgrind".to_owned(), self.toolchain.valgrind.clone().unwrap_or_default()));
        let rows = self.benchmarks.into_iter();
        let metrics = rows.flat_map(|row| {
            let id = row.id.into_owned();
            row.metrics.into_iter().map(move |(name, metric)| ExtractedMetric {
                id: id.clone(),
                benchmark_revision: row.revision,
                name: name.into_owned(),
                class: metric.class,
                statistic: metric.statistic.into_owned(),
                unit: metric.unit.into_owned(),
                value: metric.value,
                interval: metric.ci.map(|ci| (ci.low, ci.high)),
            })
        });
        Extracted {
            metrics: metrics.collect(),
            timed: ToolchainKey(common(&self.host.isa)),
            counted: ToolchainKey(counted),
            profile: self.host.profile,
            quick: provenance.mode == Mode::Quick,
            partial: provenance.partial,
            run: IndexedRun {
                stem: stem.to_owned(),
                id: self.id,
                revision: provenance.revision,
                started: provenance.started,
                dirty: provenance.dirty,
                hasty: provenance.mode == Mode::Quick || provenance.partial,
            },
        }
    }
}
