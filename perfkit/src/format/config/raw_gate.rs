//! The keys of a `[[gate]]` as they are written, made into a rule. A key that belongs to another kind is an error, and
//! so is one that is missing.

use serde::Deserialize;

use super::{Gate, GateKind, Level, Patterns};
use crate::format::{
    Better,
    metric::{METRICS, SCALING_THREADS, is_cost},
    metric_info,
};

/// The latency instrument's metrics.
const PERCENTILES: [&str; 3] = ["p50_ns", "p99_ns", "p999_ns"];

/// What stands for a scaling gate's metric at any number of threads.
const EFFICIENCY: &str = "scaling_efficiency_N";

/// A gate's table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawGate {
    select: Patterns,
    #[serde(default)]
    exclude: Patterns,
    metric: Option<String>,
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
    min_efficiency: Option<f64>,
    threads: Option<Vec<u32>>,
    max_fixed: Option<f64>,
    max_per_unit: Option<f64>,
    max_misfit: Option<f64>,
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
        let kind = raw.rule()?;
        let metric = raw.metric()?;
        raw.check_limits(&metric)?;
        Ok(Self {
            metric,
            select: raw.select,
            exclude: raw.exclude,
            kind,
            level: raw.level,
            requires_cores: raw.requires.cores,
            requires_isa: raw.requires.isa,
        })
    }
}

impl RawGate {
    /// The metric, which a scaling gate need not name.
    fn metric(&self) -> Result<String, String> {
        let named = match (self.kind.as_str(), self.metric.as_deref()) {
            ("scaling", None | Some(EFFICIENCY)) => EFFICIENCY,
            ("scaling", Some(other)) => {
                return Err(format!("a gate of kind \"scaling\" judges {EFFICIENCY}, not {other:?}"));
            }
            ("percentile", Some(other)) if !PERCENTILES.contains(&other) => {
                let all = PERCENTILES.join(", ");
                return Err(format!("a gate of kind \"percentile\" judges one of {all}, not {other:?}"));
            }
            ("cost_model", Some("counted")) => {
                return Err(
                    "a gate of kind \"cost_model\" judges one metric, not all counted ones".to_owned()
                );
            }
            ("cost_model", Some(named)) if metric_info(named).is_some() && !is_cost(named) => {
                return Err(no_cost(named));
            }
            (_, Some(named)) => named,
            (_, None) => return Err(self.wants("metric")),
        };
        if named != "counted" && metric_info(named).is_none() {
            return Err(format!(
                "gate on unknown metric {named:?}: it is none of {}, counted",
                METRICS.iter().map(|info| info.name).collect::<Vec<_>>().join(", ")
            ));
        }
        Ok(named.to_owned())
    }

    /// The typed rule.
    fn rule(&self) -> Result<GateKind, String> {
        match self.kind.as_str() {
            "relative" => {
                self.takes_only(&["max_worsening", "slack"])?;
                Ok(GateKind::Relative { max_worsening: self.max_worsening, slack: self.slack })
            }
            "absolute" => {
                self.takes_only(&["max", "min"])?;
                if self.max.is_none() && self.min.is_none() {
                    return Err(self.wants("max` or `min"));
                }
                Ok(GateKind::Absolute { max: self.max, min: self.min })
            }
            "ratio" => {
                self.takes_only(&["against", "max_ratio"])?;
                Ok(GateKind::Ratio {
                    against: self.against.clone().ok_or_else(|| self.wants("against"))?,
                    max_ratio: self.max_ratio.ok_or_else(|| self.wants("max_ratio"))?,
                })
            }
            "agreement" => self.agreement(),
            "scaling" => self.scaling(),
            "percentile" => {
                self.takes_only(&["max", "max_worsening"])?;
                if self.max.is_none() && self.max_worsening.is_none() {
                    return Err(self.wants("max` or `max_worsening"));
                }
                Ok(GateKind::Percentile { max: self.max, max_worsening: self.max_worsening })
            }
            "cost_model" => {
                self.takes_only(&["max_fixed", "max_per_unit", "max_misfit"])?;
                let (max_fixed, max_per_unit, max_misfit) =
                    (self.max_fixed, self.max_per_unit, self.max_misfit);
                if max_fixed.is_none() && max_per_unit.is_none() && max_misfit.is_none() {
                    return Err(self.wants("max_fixed`, `max_per_unit` or `max_misfit"));
                }
                Ok(GateKind::CostModel { max_fixed, max_per_unit, max_misfit })
            }
            other => Err(format!(
                "unknown gate kind {other:?}: it is one of \"relative\", \"absolute\", \"ratio\", \
                 \"agreement\", \"scaling\", \"percentile\", \"cost_model\""
            )),
        }
    }

    fn agreement(&self) -> Result<GateKind, String> {
        self.takes_only(&["with", "max_difference", "slack"])?;
        let with = self.with.clone().ok_or_else(|| self.wants("with"))?;
        if metric_info(&with).is_none() {
            return Err(format!("gate of kind \"agreement\" with unknown metric {with:?}"));
        }
        Ok(GateKind::Agreement {
            with,
            max_difference: self.max_difference.ok_or_else(|| self.wants("max_difference"))?,
            slack: self.slack.unwrap_or(0.0),
        })
    }

    fn scaling(&self) -> Result<GateKind, String> {
        self.takes_only(&["min_efficiency", "threads"])?;
        let min_efficiency = self.min_efficiency.ok_or_else(|| self.wants("min_efficiency"))?;
        let several: Vec<u32> = SCALING_THREADS.into_iter().filter(|threads| *threads > 1).collect();
        let threads = self.threads.clone().unwrap_or_else(|| several.clone());
        if let Some(other) = threads.iter().find(|threads| !several.contains(threads)) {
            return Err(format!("`threads` has {other}, and scaling is measured at {several:?} threads"));
        }
        if threads.is_empty() {
            return Err(format!("`threads` is empty; scaling is measured at {several:?} threads"));
        }
        Ok(GateKind::Scaling { min_efficiency, threads })
    }

    /// A limit that nothing can break, and a gate that selects nothing, check nothing.
    fn check_limits(&self, metric: &str) -> Result<(), String> {
        if self.select.is_empty() {
            return Err("a gate's `select` is empty, so it selects nothing".to_owned());
        }
        let upper = [
            ("max_worsening", self.max_worsening),
            ("slack", self.slack),
            ("max", self.max),
            ("max_ratio", self.max_ratio),
            ("max_difference", self.max_difference),
            ("max_fixed", self.max_fixed),
            ("max_per_unit", self.max_per_unit),
            ("max_misfit", self.max_misfit),
        ];
        for (key, limit) in upper.into_iter().filter_map(|(key, limit)| Some((key, limit?))) {
            if !limit.is_finite() || limit < 0.0 {
                return Err(format!("`{key}` is {limit}, wanted a number from 0 up"));
            }
        }
        let lower = [("min", self.min), ("min_efficiency", self.min_efficiency)];
        for (key, limit) in lower.into_iter().filter_map(|(key, limit)| Some((key, limit?))) {
            if !limit.is_finite() || limit <= 0.0 {
                return Err(format!("`{key}` is {limit}, wanted a number above 0: nothing is below that"));
            }
        }
        let is_rate = metric_info(metric).is_some_and(|info| info.better == Better::More);
        if self.kind == "relative" && self.slack.is_some() && is_rate {
            return Err(format!(
                "`slack` has no meaning for {metric}, of which more is better: it is judged as the time of one \
                 operation; use `max_worsening`"
            ));
        }
        Ok(())
    }

    /// A key that belongs to another kind is an error.
    fn takes_only(&self, allowed: &[&str]) -> Result<(), String> {
        let present = [
            ("max_worsening", self.max_worsening.is_some()),
            ("slack", self.slack.is_some()),
            ("max", self.max.is_some()),
            ("min", self.min.is_some()),
            ("against", self.against.is_some()),
            ("max_ratio", self.max_ratio.is_some()),
            ("with", self.with.is_some()),
            ("max_difference", self.max_difference.is_some()),
            ("min_efficiency", self.min_efficiency.is_some()),
            ("threads", self.threads.is_some()),
            ("max_fixed", self.max_fixed.is_some()),
            ("max_per_unit", self.max_per_unit.is_some()),
            ("max_misfit", self.max_misfit.is_some()),
        ];
        match present.iter().find(|(key, set)| *set && !allowed.contains(key)) {
            Some((key, _)) => Err(format!(
                "key `{key}` does not belong to a gate of kind {:?}, which takes {allowed:?}",
                self.kind
            )),
            None => Ok(()),
        }
    }

    fn wants(&self, key: &str) -> String {
        format!("a gate of kind {:?} needs `{key}`", self.kind)
    }
}

/// What judges a metric that is no cost of an operation.
fn no_cost(metric: &str) -> String {
    let info = metric_info(metric);
    let right = match info.map(|info| (info.name, info.better)) {
        Some((EFFICIENCY, _)) => "kind \"scaling\" with `min_efficiency`",
        Some((_, Better::More)) => "kind \"absolute\" with `min`",
        _ => "kind \"absolute\" with `max`",
    };
    format!(
        "a gate of kind \"cost_model\" judges what an operation costs (time_ns, cpu_time_ns, ir, …), and {metric} is no such \
         cost; {right} judges it"
    )
}

#[cfg(test)]
mod tests {
    use crate::format::{Config, GateKind};

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

    #[test]
    fn a_gate_of_each_kind_needs_its_own_keys() {
        let complaint = |gate: &str| parse(&format!("select = \"*\"\n{gate}")).unwrap_err();
        let cases = [
            ("kind = \"relative\"", "needs `metric`"),
            ("kind = \"scaling\"", "needs `min_efficiency`"),
            ("kind = \"scaling\"\nmin_efficiency = 0.8\nthreads = [3]", "`threads` has 3"),
            ("kind = \"scaling\"\nmin_efficiency = 0.8\nthreads = []", "`threads` is empty"),
            ("kind = \"scaling\"\nmin_efficiency = 0.8\nmetric = \"ir\"", "not \"ir\""),
            ("kind = \"percentile\"\nmetric = \"time_ns\"\nmax = 9", "one of p50_ns, p99_ns, p999_ns"),
            ("kind = \"percentile\"\nmetric = \"p99_ns\"", "needs `max` or `max_worsening`"),
            ("kind = \"cost_model\"\nmetric = \"ir\"", "needs `max_fixed`, `max_per_unit` or `max_misfit`"),
            ("kind = \"cost_model\"\nmetric = \"counted\"\nmax_fixed = 1", "judges one metric"),
        ];
        for (gate, wanted) in cases {
            let said = complaint(gate);
            assert!(said.contains(wanted), "{gate}: {said}");
        }
    }

    #[test]
    fn a_cost_model_of_what_is_no_cost_is_refused_with_the_kind_that_judges_it() {
        let judged = |metric: &str| {
            let rule = "kind = \"cost_model\"\nmax_fixed = 1\n";
            parse(&format!("select = \"*\"\nmetric = \"{metric}\"\n{rule}"))
        };
        for (metric, right) in [
            ("scaling_efficiency_8", "\"scaling\" with `min_efficiency`"),
            ("throughput_Bps", "\"absolute\" with `min`"),
            ("binary_bytes", "\"absolute\" with `max`"),
        ] {
            let error = judged(metric).unwrap_err();
            assert!(error.contains(metric) && error.contains(right), "{error}");
        }
        for cost in ["ir", "cpu_time_ns", "bytes_copied"] {
            assert!(judged(cost).is_ok(), "{cost}");
        }
    }

    #[test]
    fn a_limit_that_nothing_can_break_is_refused() {
        let complaint = |gate: &str| parse(&format!("select = \"*\"\n{gate}")).unwrap_err();
        let relative = "metric = \"ir\"\nkind = \"relative\"\n";
        let ratio = "metric = \"ir\"\nkind = \"ratio\"\nagainst = \"floor\"\n";
        let cases = [
            (format!("{relative}max_worsening = inf"), "`max_worsening` is inf"),
            (format!("{relative}slack = -1"), "`slack` is -1"),
            ("metric = \"ir\"\nkind = \"absolute\"\nmax = nan".to_owned(), "`max` is NaN"),
            ("metric = \"ops_ps\"\nkind = \"absolute\"\nmin = 0".to_owned(), "`min` is 0"),
            (format!("{ratio}max_ratio = inf"), "`max_ratio` is inf"),
            ("kind = \"scaling\"\nmin_efficiency = nan".to_owned(), "`min_efficiency` is NaN"),
            ("metric = \"ir\"\nkind = \"cost_model\"\nmax_misfit = nan".to_owned(), "`max_misfit` is NaN"),
        ];
        for (gate, wanted) in cases {
            let said = complaint(&gate);
            assert!(said.contains(wanted), "{gate}: {said}");
        }
        let nothing = parse("select = []\nmetric = \"ir\"\nkind = \"relative\"\n").unwrap_err();
        assert!(nothing.contains("selects nothing"), "{nothing}");
        assert!(parse("select = \"*\"\nmetric = \"ir\"\nkind = \"absolute\"\nmax = 0\n").is_ok());
    }

    #[test]
    fn a_slack_on_a_rate_is_refused() {
        let rate = |rule: &str| {
            parse(&format!("select = \"*\"\nmetric = \"throughput_Bps\"\nkind = \"relative\"\n{rule}\n"))
        };
        assert!(rate("slack = 5").unwrap_err().contains("use `max_worsening`"));
        assert!(rate("max_worsening = 0.05").is_ok());
    }

    #[test]
    fn a_scaling_gate_names_neither_metric_nor_threads_unless_it_wants_to() {
        let config = parse("select = \"*\"\nkind = \"scaling\"\nmin_efficiency = 0.8\n").unwrap();
        assert_eq!(config.gates[0].kind, GateKind::Scaling { min_efficiency: 0.8, threads: vec![2, 4, 8] });
        assert_eq!(config.gates[0].metric, "scaling_efficiency_N");
    }
}
