//! The noise floors of one host: how far a benchmark differs from itself there.

use std::{collections::BTreeMap, path::Path};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{DocumentError, EnvironmentGuard, Fingerprint, read_document};

/// The schema of calibrations.
pub const CALIBRATION_SCHEMA: &str = "perfkit.calibration/1";

/// A gate is at least so many noise floors wide.
pub const FLOORS_PER_GATE: f64 = 2.0;

/// Noise floors by benchmark, with the story of their measurement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// [`CALIBRATION_SCHEMA`].
    pub schema: String,
    /// The host profile.
    pub host: String,
    /// The machine.
    pub fingerprint: Fingerprint,
    /// Rounds of a confirmation: floors are of ratios over so many.
    pub confirmation_rounds: usize,
    /// The quantile of `|ratio - 1|` that a floor is.
    pub quantile: f64,
    /// The benchmarks, by id.
    pub benchmarks: Vec<Calibrated>,
    /// Fields of later minor versions.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

/// One benchmark's floors, and when and how they were measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibrated {
    /// The benchmark.
    pub id: String,
    /// Its declared revision; another one has no floor yet.
    pub revision: u32,
    /// `cpu_time_ns` and `time_ns`, as fractions.
    pub floors: BTreeMap<String, f64>,
    /// Rounds behind the floors.
    pub rounds: usize,
    /// Milliseconds of one side's round.
    pub round_milliseconds: u64,
    /// When, UTC.
    pub measured: String,
    /// The commit that was measured; empty outside a repository.
    pub commit: String,
    /// Whether the sources differed from the commit.
    pub dirty: bool,
    /// `rustc -vV`.
    pub rustc: String,
    /// How quiet the machine was.
    pub environment: EnvironmentGuard,
}

impl Calibration {
    /// The file of a host's calibration.
    pub fn path(baselines: &Path, host: &str) -> std::path::PathBuf {
        baselines.join("calibration").join(format!("{}.json", crate::store::file_name(host)))
    }

    /// Read a host's calibration; `None` where there is none.
    pub fn find(baselines: &Path, host: &str) -> Result<Option<Self>, DocumentError> {
        let path = Self::path(baselines, host);
        if path.is_file() { read_document(&path, CALIBRATION_SCHEMA).map(Some) } else { Ok(None) }
    }

    /// The floor of a benchmark's metric. Rates have the floor of the time that they are made of.
    pub fn floor(&self, id: &str, revision: u32, metric: &str) -> Option<f64> {
        let of_time = matches!(metric, "throughput_Bps" | "ops_ps" | "criterion_ns");
        let metric = if of_time { "time_ns" } else { metric };
        let row = self.benchmarks.iter().find(|row| row.id == id && row.revision == revision)?;
        row.floors.get(metric).copied().filter(|floor| floor.is_finite() && *floor >= 0.0)
    }

    /// The gate that holds here: the declared one, or twice the floor where that is more.
    pub fn effective_gate(&self, id: &str, revision: u32, metric: &str, declared: f64) -> f64 {
        self.floor(id, revision, metric).map_or(declared, |floor| declared.max(FLOORS_PER_GATE * floor))
    }
}

/// Whether a gate means what it declares on a host with this floor.
pub fn is_gateable(floor: f64, gate: f64) -> bool {
    floor <= gate / FLOORS_PER_GATE
}
