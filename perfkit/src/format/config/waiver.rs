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
    /// Whether it makes sense. Dates are compared as text, so they must be dates.
    pub(super) fn check(&self) -> Result<(), String> {
        self.check_limits().map_err(|why| format!("waiver {:?}: {why}", self.id))?;
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
        if self.created >= self.expires {
            let (created, expires) = (&self.created, &self.expires);
            return Err(format!(
                "waiver {:?}: given on {created} until {expires}; a waiver expires after it was given",
                self.id
            ));
        }
        Ok(())
    }

    /// Leave without an end, or without anybody who gave it, is no waiver.
    fn check_limits(&self) -> Result<(), String> {
        for (key, limit) in [("max_worsening", self.max_worsening), ("slack", self.slack)] {
            if !limit.is_finite() || limit < 0.0 {
                return Err(format!("`{key}` is {limit}, wanted a number from 0 up"));
            }
        }
        if self.max_worsening == 0.0 && self.slack == 0.0 {
            return Err(
                "`max_worsening` is a fraction above zero, 0.05 for five per cent, or `slack` is above zero"
                    .to_owned(),
            );
        }
        if self.select.is_empty() {
            return Err("`select` is empty, so it covers nothing".to_owned());
        }
        if self.reason.trim().is_empty() || self.owner.trim().is_empty() {
            return Err("a waiver has a reason and an owner, in words".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::format::Config;

    #[test]
    fn a_waiver_by_hand_is_held_to_what_the_command_asks() {
        let waiver = "[[waiver]]\nid = \"w\"\nselect = \"a\"\nmetric = \"ir\"\nmax_worsening = 0.1\nreason = \"r\"\n\
                      cause = \"c@1.0.0\"\nowner = \"o\"\ncreated = \"2026-03-01\"\nexpires = \"2026-06-01\"\n";
        let parse = |from: &str, to: &str| {
            assert!(waiver.contains(from), "{from}");
            Config::parse(&format!("schema = \"perfkit.config/1\"\n{}", waiver.replace(from, to)))
        };
        let cases = [
            ("max_worsening = 0.1", "max_worsening = inf", "`max_worsening` is inf"),
            ("max_worsening = 0.1", "max_worsening = nan", "`max_worsening` is NaN"),
            ("max_worsening = 0.1", "max_worsening = 0.0", "fraction above zero"),
            ("max_worsening = 0.1", "max_worsening = 0.1\nslack = -1", "`slack` is -1"),
            ("reason = \"r\"", "reason = \" \"", "a reason and an owner"),
            ("owner = \"o\"", "owner = \"\"", "a reason and an owner"),
            ("expires = \"2026-06-01\"", "expires = \"2026-03-01\"", "expires after it was given"),
            ("select = \"a\"", "select = []", "covers nothing"),
        ];
        for (from, to, wanted) in cases {
            let said = parse(from, to).unwrap_err();
            assert!(said.contains(wanted) && said.contains("\"w\""), "{to}: {said}");
        }
        assert!(parse("max_worsening = 0.1", "max_worsening = 0.0\nslack = 1").is_ok());
    }
}
