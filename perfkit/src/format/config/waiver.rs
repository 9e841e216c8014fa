//! Waivers: dated, owned leave to break a gate.

use serde::Deserialize;

use super::Patterns;
use crate::format::metric_info;

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
    /// The largest worsening that it covers, as a fraction of what is held against.
    pub max_worsening: f64,
    /// The largest worsening that it covers, absolute; the larger of both counts. Where what is held against is zero
    /// there are no fractions.
    #[serde(default)]
    pub slack: f64,
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
    pub(super) fn check(&self) -> Result<(), String> {
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
