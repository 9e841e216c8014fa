//! Gates: what must hold for the ids that a pattern selects. A gate that is read makes sense: its keys belong to its kind.

use serde::Deserialize;

use super::{Patterns, raw_gate::RawGate};

/// Something that must hold for the selected ids.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "RawGate")]
pub struct Gate {
    /// Ids that it judges.
    pub select: Patterns,
    /// Ids that it does not judge, although selected.
    pub exclude: Patterns,
    /// A metric's name, or `counted` for every exact metric.
    pub metric: String,
    /// The rule.
    pub kind: GateKind,
    /// Whether breaking it fails the build.
    pub level: Level,
    /// Fewer cores than this: skipped, not passed.
    pub requires_cores: Option<u32>,
    /// Another instruction set than this: skipped, not passed.
    pub requires_isa: Option<String>,
}

impl Gate {
    /// Whether it judges this benchmark.
    pub fn selects(&self, id: &str) -> bool {
        self.select.matches(id) && !self.exclude.matches(id)
    }
}

/// Rules of gates.
#[derive(Debug, Clone, PartialEq)]
pub enum GateKind {
    /// Against the baseline. Absent limits are the metric's own.
    Relative {
        /// The most it may worsen, as a fraction.
        max_worsening: Option<f64>,
        /// The most it may worsen, absolute and per operation; the larger of both counts.
        slack: Option<f64>,
    },
    /// Against a number.
    Absolute {
        /// At most.
        max: Option<f64>,
        /// At least.
        min: Option<f64>,
    },
    /// Against another benchmark of the same run.
    Ratio {
        /// `floor`, or an id in which `{size}` stands for this benchmark's size.
        against: String,
        /// At most this many times the other.
        max_ratio: f64,
    },
    /// Two instruments' numbers of the same thing.
    Agreement {
        /// The other metric of the same benchmark.
        with: String,
        /// The largest difference, as a fraction of the other.
        max_difference: f64,
        /// The largest difference, absolute; it is added to the fraction.
        slack: f64,
    },
    /// The rate of several threads against as many times the rate of one.
    Scaling {
        /// At least this share of the ideal.
        min_efficiency: f64,
        /// At each of these numbers of threads.
        threads: Vec<u32>,
    },
    /// A latency percentile.
    Percentile {
        /// At most, in nanoseconds.
        max: Option<f64>,
        /// The most it may worsen against the baseline, as a fraction.
        max_worsening: Option<f64>,
    },
    /// A line through the costs of one workload over its sizes.
    CostModel {
        /// The most that an operation may cost before its first byte or element.
        max_fixed: Option<f64>,
        /// The most that each byte or element may add.
        max_per_unit: Option<f64>,
        /// The largest share of a cost that the line may leave unexplained.
        max_misfit: Option<f64>,
    },
}

/// What breaking a gate means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Exit code 1.
    #[default]
    Fail,
    /// Shown.
    Warn,
}
