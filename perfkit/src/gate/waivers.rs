//! Waivers: dated leave to break a gate. One that has expired, that nothing needs, or whose cause the lock file does
//! not show is itself an error.

use std::{collections::BTreeSet, fs, path::Path};

use super::Case;
use crate::{
    compare::is_counted,
    format::{Better, Outcome, Verdict, Waiver, metric_info},
};

/// The packages of a lock file, as `name@version`.
#[derive(Debug, Clone, Default)]
pub struct LockedPackages(BTreeSet<String>);

impl LockedPackages {
    /// Read `Cargo.lock` at `root`; no file, no packages.
    pub fn load(root: &Path) -> Self {
        Self::parse(&fs::read_to_string(root.join("Cargo.lock")).unwrap_or_default())
    }

    /// Read a lock file's text.
    pub fn parse(text: &str) -> Self {
        let table: toml::Table = text.parse().unwrap_or_default();
        let packages = table.get("package").and_then(toml::Value::as_array).cloned().unwrap_or_default();
        let named = packages.iter().filter_map(|package| {
            Some(format!("{}@{}", package.get("name")?.as_str()?, package.get("version")?.as_str()?))
        });
        Self(named.collect())
    }

    /// Packages here that `other` does not have in this version.
    pub fn not_in(&self, other: &Self) -> Vec<String> {
        self.0.difference(&other.0).cloned().collect()
    }

    /// Whether the lock file holds `name@version`.
    pub fn has(&self, package: &str) -> bool {
        self.0.contains(package)
    }
}

/// What is wrong with a waiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaiverProblem {
    /// The waiver.
    pub id: String,
    /// What is wrong and what to do.
    pub message: String,
    /// The verdicts, by their places, that fail and that it would cover if it were in force.
    pub lapsed: Vec<usize>,
}

/// Turn covered failures into waived ones; return what is wrong with the waivers themselves.
pub fn apply(case: &Case<'_>, verdicts: &mut [Verdict]) -> Vec<WaiverProblem> {
    let mut problems = Vec::new();
    for waiver in &case.config.waivers {
        let invalid = if case.today >= waiver.expires.as_str() {
            Some(format!("expired on {}; mend the regression or renew it with a reason", waiver.expires))
        } else if !case.lock.has(&waiver.cause) {
            Some(format!("names {} as its cause, which Cargo.lock does not hold", waiver.cause))
        } else {
            None
        };
        let places = verdicts.iter().enumerate().filter(|(_, verdict)| covers(waiver, verdict));
        let covered: Vec<usize> = places.map(|(place, _)| place).collect();
        if let Some(message) = invalid {
            problems.push(WaiverProblem { id: waiver.id.clone(), message, lapsed: covered });
            continue;
        }
        for place in covered {
            let verdict = &mut verdicts[place];
            verdict.outcome = Outcome::Waived;
            verdict.note = format!("waived by {} until {}: {}", waiver.owner, waiver.expires, waiver.reason);
        }
        if is_unneeded(case, waiver, verdicts) {
            let message = "covers nothing that fails; remove it".to_owned();
            problems.push(WaiverProblem { id: waiver.id.clone(), message, lapsed: Vec::new() });
        }
    }
    problems
}

/// Whether everything that the waiver names is held without it. A time may fail again at another hour, a revision counted
/// just now may hold what is waived, and what was not judged says nothing.
fn is_unneeded(case: &Case<'_>, waiver: &Waiver, verdicts: &[Verdict]) -> bool {
    let is_named = |verdict: &&Verdict| verdict.metric == waiver.metric && waiver.select.matches(&verdict.id);
    let mut named = verdicts.iter().filter(is_named).peekable();
    case.whole
        && !case.references.counted_now
        && is_counted(&waiver.metric)
        && named.peek().is_some()
        && named.all(|verdict| matches!(verdict.outcome, Outcome::Held | Outcome::Improved))
}

fn covers(waiver: &Waiver, verdict: &Verdict) -> bool {
    let beyond = matches!(verdict.outcome, Outcome::Failed | Outcome::Suspect);
    if !beyond || verdict.metric != waiver.metric || !waiver.select.matches(&verdict.id) {
        return false;
    }
    let (Some(value), Some(reference)) = (verdict.value, verdict.reference) else { return false };
    if (value - reference).abs() <= waiver.slack {
        return true;
    }
    let more_is_better = metric_info(&verdict.metric).is_some_and(|info| info.better == Better::More);
    let (worse, better) = if more_is_better { (reference, value) } else { (value, reference) };
    // Two instruments that disagree may do so in either direction.
    better > 0.0 && (worse / better - 1.0).abs() <= waiver.max_worsening
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_file_names_packages_with_versions() {
        let lock = LockedPackages::parse("[[package]]\nname = \"blake3\"\nversion = \"1.8.7\"\n");
        assert!(lock.has("blake3@1.8.7"));
        assert!(!lock.has("blake3@1.8.6"));
    }
}
