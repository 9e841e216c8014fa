//! Bench hygiene: benchmarks that cannot measure what they claim.
//!
//! [`evidence`] gathers what the rules need, from the suite table, the counts, the executables and git; each rule of
//! [`rules`] is a pure function of it. A finding names its numbers and its remedy. A finding that is meant is declared
//! in `perfkit.toml` with a reason; a declaration that nothing needs is itself an error.

mod allocators;
mod changed_sources;
pub mod evidence;
pub mod gather;
pub mod rules;
mod timing;

use serde::Serialize;

use crate::format::config::{Level, LintAllowance};

pub use evidence::{Evidence, Subject};
pub use rules::{LooksAt, RULES, Rule};

/// What a rule has found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// The rule: `H1` to `H12`.
    pub rule: &'static str,
    /// The benchmark, executable or workspace that it concerns.
    pub subject: String,
    /// What was seen, in numbers where there are any.
    pub evidence: String,
    /// What to do.
    pub remedy: String,
    /// Whether it fails the command.
    pub level: FindingLevel,
}

/// What a finding means for the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FindingLevel {
    /// Exit code 1.
    Denied,
    /// Shown.
    Warned,
    /// Meant, with the reason that `perfkit.toml` gives.
    Allowed,
}

/// What a whole examination gave.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Examination {
    /// Every finding, by rule and subject.
    pub findings: Vec<Finding>,
    /// Allowances of `perfkit.toml` that nothing needs.
    pub unneeded_allowances: Vec<String>,
}

impl Examination {
    /// Whether anything is to fail.
    pub fn is_denied(&self) -> bool {
        self.findings.iter().any(|finding| finding.level == FindingLevel::Denied)
    }
}

/// Apply every rule. `level` says what a rule's findings mean; `examined` whether everything that a rule looks at was
/// there, so that an allowance of it without a finding is unneeded.
pub fn examine(
    evidence: &Evidence,
    allowances: &[LintAllowance],
    level: impl Fn(&Rule) -> Level,
    examined: impl Fn(&Rule) -> bool,
) -> Examination {
    let mut findings = Vec::new();
    let mut needed = vec![false; allowances.len()];
    for rule in &RULES {
        for (subject, evidence, certain) in (rule.check)(evidence) {
            let allowance = allowances
                .iter()
                .position(|allowance| allowance.rule == rule.id && allowance.select.matches(&subject));
            let (level, remedy) = match allowance {
                Some(index) => {
                    needed[index] = true;
                    (FindingLevel::Allowed, format!("allowed: {}", allowances[index].reason))
                }
                None if level(rule) == Level::Fail && certain => {
                    (FindingLevel::Denied, rule.remedy.to_owned())
                }
                None => (FindingLevel::Warned, rule.remedy.to_owned()),
            };
            findings.push(Finding { rule: rule.id, subject, evidence, remedy, level });
        }
    }
    let is_examined = |id: &str| RULES.iter().any(|rule| rule.id == id && examined(rule));
    let unneeded =
        allowances.iter().zip(needed).filter(|(allowance, needed)| !needed && is_examined(&allowance.rule));
    let unneeded_allowances = unneeded
        .map(|(allowance, _)| format!("{} for {}", allowance.rule, allowance.select.texts().join(", ")))
        .collect();
    Examination { findings, unneeded_allowances }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::config::Config;

    fn unneeded(rule: &str, examined: impl Fn(&Rule) -> bool) -> usize {
        let allowance = format!("[[lint]]\nallow = \"{rule}\"\nselect = \"**\"\nreason = \"meant\"\n");
        let config = Config::parse(&format!("schema = \"perfkit.config/1\"\n{allowance}")).unwrap();
        let found = examine(&Evidence::default(), &config.lint_allowances, |rule| rule.level, examined);
        found.unneeded_allowances.len()
    }

    #[test]
    fn only_an_allowance_of_a_rule_that_was_examined_can_be_unneeded() {
        let build_only = |rule: &Rule| rule.looks_at == LooksAt::Build;
        assert_eq!(unneeded("H12", build_only), 1);
        assert_eq!(unneeded("H1", build_only), 0);
        assert_eq!(unneeded("H8", |rule| rule.looks_at != LooksAt::Order), 0);
        assert_eq!(unneeded("H8", |_| true), 1);
    }
}
