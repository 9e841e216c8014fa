//! What counts as a change in a series, and which series are searched at all: counts, and the low quantile of times
//! from full runs. Half of what a gate allows, so that two small steps are seen before a gate breaks.

use crate::{
    format::{Class, Config, GateKind, Metric, metric_info},
    gate::tolerance::{EXACT_STEP, Tolerance},
    statistics::change_points::Sensitivity,
};

/// The statistic of times that one run may stand for; medians and single estimates move with the machine.
const EVIDENCE: &str = "p20_min";
/// Timed points on either side: two bad runs in a row happen.
const FEWEST_TIMED: usize = 3;

/// How the series of a metric is searched; `None` where its values prove nothing.
pub fn sensitivity(id: &str, metric: &str, statistic: &str, config: &Config) -> Option<Sensitivity> {
    let info = metric_info(metric)?;
    if info.class == Class::Timed && statistic != EVIDENCE {
        return None;
    }
    let fewest = if info.class == Class::Counted { 1 } else { FEWEST_TIMED };
    let own = Tolerance::of(metric, &Metric::new(info, 0.0, statistic, ""));
    Some(match gated(id, metric, info.class, config).unwrap_or(own) {
        Tolerance::Exact => Sensitivity { fraction: 0.0, absolute: EXACT_STEP / 2.0, fewest },
        Tolerance::Within { fraction, slack } => {
            Sensitivity { fraction: fraction / 2.0, absolute: slack / 2.0, fewest }
        }
    })
}

/// What the first relative gate on this metric of this benchmark states, where it states anything.
fn gated(id: &str, metric: &str, class: Class, config: &Config) -> Option<Tolerance> {
    config.gates.iter().find_map(|gate| {
        let judges = gate.metric == metric || class == Class::Counted && gate.metric == "counted";
        if !judges || !gate.select.matches(id) || gate.exclude.matches(id) {
            return None;
        }
        match gate.kind {
            GateKind::Relative { max_worsening: None, slack: None } => None,
            GateKind::Relative { max_worsening, slack } => Some(Tolerance::Within {
                fraction: max_worsening.unwrap_or(0.0),
                slack: slack.unwrap_or(0.0),
            }),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_half_of_what_the_gate_allows() {
        let config = Config::parse(
            "schema = \"perfkit.config/1\"\n[[gate]]\nselect = \"a\"\nmetric = \"counted\"\nkind = \"relative\"\n\
             max_worsening = 0.04\n",
        )
        .unwrap();
        let found = |id, metric, statistic| sensitivity(id, metric, statistic, &config);
        assert_eq!(found("a", "ir", "exact"), Some(Sensitivity { fraction: 0.02, absolute: 0.0, fewest: 1 }));
        assert_eq!(
            found("b", "ir", "exact"),
            Some(Sensitivity { fraction: 0.0025, absolute: 1.0, fewest: 1 })
        );
        assert_eq!(
            found("b", "time_ns", "p20_min"),
            Some(Sensitivity { fraction: 0.05, absolute: 0.0, fewest: FEWEST_TIMED })
        );
        assert_eq!(found("b", "time_ns", "median"), None);
        assert_eq!(found("b", "cycles", "exact"), None);
    }
}
