//! Gates: what must hold for the ids that a pattern selects. A gate that is read makes sense: its keys belong to its kind.

use serde::Deserialize;

use super::Patterns;
use crate::format::{metric::METRICS, metric_info};

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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawGate {
    select: Patterns,
    #[serde(default)]
    exclude: Patterns,
    metric: String,
    kind: String,
    #[serde(default)]
    level: Level,
    #[serde(default)]
    requires: Requires,
    max_worsening: Option<f64>,
    slack: Option<f64>,
    max: Option<f64>,
    min: Option<f64>,
    against: Option<String>,
    max_ratio: Option<f64>,
    with: Option<String>,
    max_difference: Option<f64>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Requires {
    cores: Option<u32>,
    isa: Option<String>,
}

impl TryFrom<RawGate> for Gate {
    type Error = String;

    fn try_from(raw: RawGate) -> Result<Self, String> {
        if raw.metric != "counted" && metric_info(&raw.metric).is_none() {
            return Err(format!(
                "gate on unknown metric {:?}: it is none of {}, counted",
                raw.metric,
                METRICS.iter().map(|info| info.name).collect::<Vec<_>>().join(", ")
            ));
        }
        let kind = raw.rule()?;
        Ok(Self {
            select: raw.select,
            exclude: raw.exclude,
            metric: raw.metric,
            kind,
            level: raw.level,
            requires_cores: raw.requires.cores,
            requires_isa: raw.requires.isa,
        })
    }
}

impl RawGate {
    /// The typed rule; a key that belongs to another kind is an error.
    fn rule(&self) -> Result<GateKind, String> {
        let present = [
            ("max_worsening", self.max_worsening.is_some()),
            ("slack", self.slack.is_some()),
            ("max", self.max.is_some()),
            ("min", self.min.is_some()),
            ("against", self.against.is_some()),
            ("max_ratio", self.max_ratio.is_some()),
            ("with", self.with.is_some()),
            ("max_difference", self.max_difference.is_some()),
        ];
        let only = |allowed: &[&str]| match present.iter().find(|(key, set)| *set && !allowed.contains(key)) {
            Some((key, _)) => Err(format!(
                "key `{key}` does not belong to a gate of kind {:?}, which takes {allowed:?}",
                self.kind
            )),
            None => Ok(()),
        };
        let wants = |key: &str| format!("a gate of kind {:?} needs `{key}`", self.kind);
        match self.kind.as_str() {
            "relative" => {
                only(&["max_worsening", "slack"])?;
                Ok(GateKind::Relative { max_worsening: self.max_worsening, slack: self.slack })
            }
            "absolute" => {
                only(&["max", "min"])?;
                if self.max.is_none() && self.min.is_none() {
                    return Err(wants("max` or `min"));
                }
                Ok(GateKind::Absolute { max: self.max, min: self.min })
            }
            "ratio" => {
                only(&["against", "max_ratio"])?;
                Ok(GateKind::Ratio {
                    against: self.against.clone().ok_or_else(|| wants("against"))?,
                    max_ratio: self.max_ratio.ok_or_else(|| wants("max_ratio"))?,
                })
            }
            "agreement" => {
                only(&["with", "max_difference", "slack"])?;
                let with = self.with.clone().ok_or_else(|| wants("with"))?;
                if metric_info(&with).is_none() {
                    return Err(format!("gate of kind \"agreement\" with unknown metric {with:?}"));
                }
                Ok(GateKind::Agreement {
                    with,
                    max_difference: self.max_difference.ok_or_else(|| wants("max_difference"))?,
                    slack: self.slack.unwrap_or(0.0),
                })
            }
            other => Err(format!(
                "unknown gate kind {other:?}: it is one of \"relative\", \"absolute\", \"ratio\", \"agreement\""
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::format::Config;

    fn parse(gate: &str) -> Result<Config, String> {
        Config::parse(&format!("schema = \"perfkit.config/1\"\n[[gate]]\n{gate}"))
    }

    #[test]
    fn a_key_of_another_kind_is_refused() {
        let error = parse("select = \"*\"\nmetric = \"ir\"\nkind = \"ratio\"\nmax = 3\n").unwrap_err();
        assert!(error.contains("`max` does not belong to a gate of kind \"ratio\""), "{error}");
    }

    #[test]
    fn an_unknown_metric_lists_the_known_ones() {
        let error = parse("select = \"*\"\nmetric = \"cycles\"\nkind = \"relative\"\n").unwrap_err();
        assert!(error.contains("\"cycles\"") && error.contains("locked_ops"), "{error}");
    }
}
