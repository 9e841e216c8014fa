//! Verdicts: what a gate or a comparison says of one metric of one benchmark.

use serde::{Deserialize, Serialize};

/// One judgement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The benchmark.
    pub id: String,
    /// The metric.
    pub metric: String,
    /// What was found.
    pub outcome: Outcome,
    /// The value measured now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// The value held against: baseline, floor or limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<f64>,
    /// The unit of both.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// The rule in words, such as `relative: at most +0.5 % or +2`.
    pub rule: String,
    /// Why, where the numbers alone do not say it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// The kinds of outcome. Only `failed`, `wrong` and `missing` change an exit code, and `suspect` and
/// `inconclusive` where a gate asks for proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Beyond the gate, and certain.
    Failed,
    /// The answer was wrong: no number counts.
    Wrong,
    /// Accepted earlier, selected now, not there.
    Missing,
    /// Timed and beyond the gate, not yet confirmed.
    Suspect,
    /// Cannot be told from this data.
    Inconclusive,
    /// Beyond the gate of level `warn`.
    Warned,
    /// Beyond the gate and covered by a waiver in force.
    Waived,
    /// Better than the baseline by more than the gate: the baseline is stale.
    Improved,
    /// Within the gate.
    Held,
    /// Not in the baseline yet.
    New,
    /// Not measured here, with the reason.
    Skipped,
    /// Compared for information only (foreign host or reference profile).
    Informational,
}

impl Outcome {
    /// The word shown beside the glyph.
    pub fn word(self) -> &'static str {
        match self {
            Self::Failed => "FAILED",
            Self::Wrong => "WRONG",
            Self::Missing => "MISSING",
            Self::Suspect => "suspect",
            Self::Inconclusive => "cannot tell",
            Self::Warned => "warning",
            Self::Waived => "waived",
            Self::Improved => "improved",
            Self::Held => "held",
            Self::New => "new",
            Self::Skipped => "skipped",
            Self::Informational => "info",
        }
    }

    /// The glyph shown before the word; colour only repeats it.
    pub fn glyph(self) -> char {
        match self {
            Self::Failed | Self::Wrong => '✗',
            Self::Missing => '∅',
            Self::Suspect | Self::Inconclusive => '?',
            Self::Warned => '!',
            Self::Waived => 'w',
            Self::Improved => '↑',
            Self::Held => '✓',
            Self::New => '+',
            Self::Skipped => '-',
            Self::Informational => '·',
        }
    }
}
