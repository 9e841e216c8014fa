//! `perfkit.toml`: the suites, gates and waivers of one workspace. Unknown keys are errors.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use serde::Deserialize;
use thiserror::Error;

use super::metric_info;

/// The schema of configuration files.
pub const CONFIG_SCHEMA: &str = "perfkit.config/1";
/// The file's name, at the workspace root.
pub const CONFIG_FILE: &str = "perfkit.toml";

/// Why the configuration cannot be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the file system said.
        source: std::io::Error,
    },
    /// Not TOML, an unknown key, a wrong type, or a rule that makes no sense.
    #[error("{path}: {message}")]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Line, key and what would be right.
        message: String,
    },
}

/// A whole `perfkit.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// [`CONFIG_SCHEMA`].
    #[serde(default)]
    pub schema: String,
    /// The folder of baseline files, relative to the workspace root.
    #[serde(default = "default_baselines")]
    pub baselines: PathBuf,
    /// The folder of stored runs, relative to the workspace root.
    #[serde(default = "default_store")]
    pub store: PathBuf,
    /// Named sets of benchmarks.
    #[serde(default, rename = "suite")]
    pub suites: Vec<Suite>,
    /// What must hold.
    #[serde(default, rename = "gate")]
    pub gates: Vec<Gate>,
    /// What may break for now.
    #[serde(default, rename = "waiver")]
    pub waivers: Vec<Waiver>,
}

/// The kinds of measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Instrument {
    /// Criterion in fresh processes.
    Time,
    /// callgrind and dhat: instructions, locked operations, system calls, bytes copied.
    Count,
    /// The counting allocator.
    Allocs,
    /// iai-callgrind's own count of the headline ids, as a check on ours.
    CrossCheck,
}

impl Instrument {
    /// All of them, in the order they run.
    pub const ALL: [Self; 4] = [Self::Count, Self::Allocs, Self::CrossCheck, Self::Time];
}

/// A named set of ids with its instruments and build settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    /// What `--suite` takes.
    pub name: String,
    /// One line for people.
    #[serde(default)]
    pub description: String,
    /// Ids that belong to it.
    pub select: Patterns,
    /// Ids that do not, although selected.
    #[serde(default)]
    pub exclude: Patterns,
    /// The instruments that apply; all when absent.
    #[serde(default)]
    pub instruments: Option<Vec<Instrument>>,
    /// Cargo features of an ISA profile (`blake3/no_avx512`), built in a target directory of its own.
    #[serde(default)]
    pub features: Vec<String>,
    /// Environment of its builds and runs, with a target directory of its own.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
}

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
                super::metric::METRICS.iter().map(|info| info.name).collect::<Vec<_>>().join(", ")
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

/// Leave to break a gate for a while.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// Names the waiver in reports.
    pub id: String,
    /// Ids that it covers.
    pub select: Patterns,
    /// The metric that it covers.
    pub metric: String,
    /// The largest worsening that it covers, as a fraction.
    pub max_worsening: f64,
    /// Why.
    pub reason: String,
    /// Upstream crate and version that the lock file must show: `blake3@1.8.7`.
    pub cause: String,
    /// Who looks after it.
    pub owner: String,
    /// `YYYY-MM-DD`.
    pub created: String,
    /// `YYYY-MM-DD`; from this day on it is an error.
    pub expires: String,
}

impl Waiver {
    /// Dates are compared as text, so they must be dates.
    fn check(&self) -> Result<(), String> {
        for (key, date) in [("created", &self.created), ("expires", &self.expires)] {
            let is_date = date.len() == "YYYY-MM-DD".len() && date.parse::<jiff::civil::Date>().is_ok();
            if !is_date {
                return Err(format!(
                    "waiver {:?}: `{key}` is {date:?}, wanted a date as YYYY-MM-DD",
                    self.id
                ));
            }
        }
        if metric_info(&self.metric).is_none() {
            return Err(format!("waiver {:?}: no metric is called {:?}", self.id, self.metric));
        }
        Ok(())
    }
}

/// Glob patterns over ids: `*` stays within a path component, `**` does not, and a plain prefix such as
/// `net_encryption` selects everything below it.
#[derive(Debug, Clone, Default)]
pub struct Patterns {
    texts: Vec<String>,
    set: GlobSet,
}

impl Patterns {
    /// Compile patterns; the error names the pattern that is not one.
    pub fn new(texts: &[String]) -> Result<Self, String> {
        let mut builder = GlobSetBuilder::new();
        for text in texts {
            builder.add(pattern(text)?);
            // One glob more per text keeps `unmatched` a matter of index arithmetic.
            let is_plain = !text.contains(['*', '?', '[', '{']);
            builder.add(pattern(&if is_plain { format!("{text}/**") } else { text.clone() })?);
        }
        let set = builder.build().map_err(|error| error.to_string())?;
        Ok(Self { texts: texts.to_vec(), set })
    }

    /// Whether any pattern matches.
    pub fn matches(&self, id: &str) -> bool {
        self.set.is_match(id)
    }

    /// Whether there is no pattern at all.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// As written.
    pub fn texts(&self) -> &[String] {
        &self.texts
    }

    /// The patterns that match none of `ids`.
    pub fn unmatched(&self, ids: &[&str]) -> Vec<&str> {
        let matched: BTreeSet<usize> =
            ids.iter().flat_map(|id| self.set.matches(id)).map(|index| index / 2).collect();
        let unmatched = self.texts.iter().enumerate().filter(|(index, _)| !matched.contains(index));
        unmatched.map(|(_, text)| text.as_str()).collect()
    }
}

fn pattern(text: &str) -> Result<Glob, String> {
    let built = GlobBuilder::new(text).literal_separator(true).build();
    built.map_err(|error| format!("{text:?} is not a pattern: {error}"))
}

impl<'de> Deserialize<'de> for Patterns {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum OneOrMany {
            One(String),
            Many(Vec<String>),
        }
        let texts = match OneOrMany::deserialize(deserializer)? {
            OneOrMany::One(text) => vec![text],
            OneOrMany::Many(texts) => texts,
        };
        Self::new(&texts).map_err(serde::de::Error::custom)
    }
}

impl Config {
    /// Read `perfkit.toml` at the workspace root; `None` where there is none.
    pub fn load(root: &Path) -> Result<Option<Self>, ConfigError> {
        let path = root.join(CONFIG_FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(ConfigError::Io { path, source }),
        };
        Self::parse(&text).map(Some).map_err(|message| ConfigError::Invalid { path, message })
    }

    /// Read a configuration from text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let config: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        if config.schema != CONFIG_SCHEMA {
            return Err(format!(
                "schema is {:?}; this version reads schema = \"{CONFIG_SCHEMA}\"",
                config.schema
            ));
        }
        for waiver in &config.waivers {
            waiver.check()?;
        }
        Ok(config)
    }

    /// What holds where there is no file: no suites, no gates.
    pub fn absent() -> Self {
        Self { baselines: default_baselines(), store: default_store(), ..Self::default() }
    }

    /// The suite of this name, or an error that lists the names.
    pub fn suite(&self, name: &str) -> Result<&Suite, String> {
        self.suites.iter().find(|suite| suite.name == name).ok_or_else(|| {
            let names: Vec<&str> = self.suites.iter().map(|suite| suite.name.as_str()).collect();
            format!("no suite is called {name:?}; {CONFIG_FILE} has {names:?}")
        })
    }
}

fn default_baselines() -> PathBuf {
    PathBuf::from("baselines")
}

fn default_store() -> PathBuf {
    PathBuf::from(".perfkit")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(gate: &str) -> Result<Config, String> {
        Config::parse(&format!("schema = \"perfkit.config/1\"\n[[gate]]\n{gate}"))
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line() {
        let error = Config::parse("schema = \"perfkit.config/1\"\nbaseline = \"x\"\n").unwrap_err();
        assert!(error.contains("line 2") && error.contains("unknown field `baseline`"), "{error}");
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

    #[test]
    fn a_star_stays_within_a_component() {
        let patterns = Patterns::new(&["net_encryption/*".to_owned()]).unwrap();
        assert!(!patterns.matches("net_encryption/encrypt/64"));
        let patterns = Patterns::new(&["net_encryption/**".to_owned()]).unwrap();
        assert!(patterns.matches("net_encryption/encrypt/64"));
    }

    #[test]
    fn patterns_that_match_nothing_are_named() {
        let patterns = Patterns::new(&["a/*".to_owned(), "b/*".to_owned()]).unwrap();
        assert_eq!(patterns.unmatched(&["a/1"]), ["b/*"]);
    }

    #[test]
    fn a_plain_prefix_selects_everything_below_it() {
        let patterns = Patterns::new(&["net_aad".to_owned()]).unwrap();
        assert!(patterns.matches("net_aad/generate") && patterns.matches("net_aad"));
        assert!(!patterns.matches("net_aad2/generate"));
    }
}
