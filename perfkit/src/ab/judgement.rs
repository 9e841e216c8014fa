//! What a verdict says, and what it was made from.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    format::{Arm, Better, Interval},
    render::units::percent,
};

/// What became of a benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Worse by more than the gate, and certain.
    Worse,
    /// The rounds do not tell; [`Judgement::reasons`] says why.
    CannotTell,
    /// Better by more than the gate, and certain.
    Better,
    /// Certainly neither worse nor better by more than the gate.
    Unchanged,
}

impl Change {
    /// The word shown beside the glyph.
    pub fn word(self) -> &'static str {
        match self {
            Self::Worse => "WORSE",
            Self::Better => "better",
            Self::Unchanged => "unchanged",
            Self::CannotTell => "cannot tell",
        }
    }

    /// The glyph shown before the word.
    pub fn glyph(self) -> char {
        match self {
            Self::Worse => '✗',
            Self::Better => '↑',
            Self::Unchanged => '✓',
            Self::CannotTell => '?',
        }
    }
}

/// Which clock was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// CPU time of the working thread.
    CpuTime,
    /// Wall time: contended work, or no CPU time recorded.
    WallTime,
}

impl fmt::Display for Basis {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::CpuTime => "CPU time",
            Self::WallTime => "wall time",
        })
    }
}

/// A ratio of times, new over old, with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The old side, in nanoseconds per operation.
    pub a_ns: f64,
    /// The new side.
    pub b_ns: f64,
    /// `b_ns / a_ns`.
    pub ratio: f64,
    /// Of the ratio.
    pub interval: Interval,
    /// The larger of both sides' spreads over rounds: the range of the middle three fifths over the median.
    pub spread: f64,
}

/// A verdict and what it was made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// The benchmark.
    pub id: String,
    /// The verdict.
    pub verdict: Change,
    /// The gate: the metric may worsen by this fraction.
    pub max_worsening: f64,
    /// The metric's direction; ratios are of times whatever it is.
    pub better: Better,
    /// Which clock was judged.
    pub basis: Basis,
    /// `p20_min` (the 20th percentile of the rounds' minima) or `median` (the median of the rounds' medians).
    pub statistic: String,
    /// What was judged; absent where there are too few rounds for an interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged: Option<Estimate>,
    /// Wall time beside CPU time, made in the same way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wall: Option<Estimate>,
    /// The median over rounds of new over old.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paired_ratio: Option<f64>,
    /// The share of rounds in which the scheduler let the work wait for long; absent where the kernel does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waited: Option<f64>,
    /// Rounds looked at.
    pub rounds: usize,
    /// 1 or 2, the extension; 0 before the first look.
    pub look: u8,
    /// How likely a statistic this large is if the benchmark is not worse by more than the gate (one-sided).
    pub p_worse: f64,
    /// The same for better.
    pub p_better: f64,
    /// The p value of the verdict's own side after correction for both looks and all benchmarks judged together.
    pub p_adjusted: f64,
    /// The two-sided p value of Mann and Whitney's test on both sides' rounds, for those who are used to it: it decides
    /// nothing, for it says nothing of how large a change is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank_p: Option<f64>,
    /// Why the rounds do not tell. Empty exactly where they do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// What else a reader should know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// How many rounds in all may be looked at next; absent where the verdict is final.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted_rounds: Option<usize>,
}

/// Why rounds do not tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Reason {
    /// The first look is not there yet.
    TooFewRounds {
        /// Rounds recorded.
        recorded: usize,
        /// Rounds of the first look.
        wanted: usize,
    },
    /// A round holds what no measurement is.
    Unusable {
        /// Which round, from 1.
        round: usize,
        /// Which side.
        arm: Arm,
        /// What is there.
        value: f64,
    },
    /// The interval lies neither within the gate nor beyond it.
    Straddles {
        /// The interval of the ratio.
        interval: Interval,
    },
    /// Beyond the gate, but among so many benchmarks chance does as much too often, by a t test with the bootstrap's
    /// standard error.
    NotCertain {
        /// Corrected for both looks and all benchmarks.
        p_adjusted: f64,
        /// Benchmarks judged together.
        benchmarks: usize,
    },
    /// Beyond the gate, but exchanging the sides within rounds gives as much too often.
    Exchangeable {
        /// The share of exchanges.
        p: f64,
    },
    /// The rounds differ too much from each other for an interval this wide.
    Spread {
        /// The spread.
        spread: f64,
    },
    /// Wall time was judged while the work waited for a core.
    Waited {
        /// The share of rounds.
        share: f64,
    },
    /// The ratio of the sides and the median ratio within rounds have opposite signs: more than one mode.
    PairedDisagrees {
        /// The median ratio within rounds.
        paired_ratio: f64,
    },
    /// CPU and wall time changed in opposite directions, both beyond the gate.
    WallDisagrees {
        /// The ratio of wall times.
        ratio: f64,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFewRounds { recorded, wanted } => {
                write!(formatter, "{recorded} rounds, wanted {wanted}")
            }
            Self::Unusable { round, arm, value } => {
                write!(formatter, "round {round} has {value} ns on side {arm}, wanted a positive time")
            }
            Self::Straddles { interval } => write!(
                formatter,
                "the interval from {} to {} lies neither within the gate nor beyond it",
                percent(interval.low - 1.0),
                percent(interval.high - 1.0)
            ),
            Self::NotCertain { p_adjusted, benchmarks } => write!(
                formatter,
                "beyond the gate, but among {benchmarks} benchmarks chance alone does it with p = {p_adjusted:.2e}"
            ),
            Self::Exchangeable { p } => write!(
                formatter,
                "beyond the gate, but {} of all exchanges of the sides within rounds give as much",
                share_of(*p)
            ),
            Self::Spread { spread } => {
                write!(formatter, "the rounds of one side spread over {} of their median", share_of(*spread))
            }
            Self::Waited { share } => {
                write!(formatter, "in {} of the rounds the work waited for a core", share_of(*share))
            }
            Self::PairedDisagrees { paired_ratio } => write!(
                formatter,
                "the median of the ratios within rounds, {}, has the opposite sign: more than one mode",
                percent(paired_ratio - 1.0)
            ),
            Self::WallDisagrees { ratio } => {
                write!(formatter, "wall time changed by {}, the other way", percent(ratio - 1.0))
            }
        }
    }
}

/// A share as an unsigned percentage.
pub(super) fn share_of(fraction: f64) -> String {
    format!("{:.1} %", fraction * 100.0)
}

impl fmt::Display for Arm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::A => "A",
            Self::B => "B",
        })
    }
}
