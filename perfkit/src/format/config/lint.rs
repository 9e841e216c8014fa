//! Findings of `perfkit lint` that are meant.

use serde::Deserialize;

use super::Patterns;

/// Leave for one rule of `perfkit lint`, with the reason. An allowance that nothing needs is an error.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LintAllowance {
    /// The rule: `H1` to `H12`.
    #[serde(rename = "allow")]
    pub rule: String,
    /// The benchmarks, series or executables that it covers.
    pub select: Patterns,
    /// Why the finding is meant.
    pub reason: String,
}

impl LintAllowance {
    pub(super) fn check(&self) -> Result<(), String> {
        let number = self.rule.strip_prefix('H').and_then(|number| number.parse::<u32>().ok());
        if !number.is_some_and(|number| (1..=12).contains(&number)) {
            return Err(format!("lint: allow = {:?} is no rule; they are H1 to H12", self.rule));
        }
        if self.reason.trim().is_empty() {
            return Err(format!("lint: the allowance of {} needs a reason", self.rule));
        }
        Ok(())
    }
}
