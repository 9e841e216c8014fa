//! Budgets of allocations against a run: every limit on every benchmark that it selects gets a verdict.
//!
//! A budget that holds for nothing is a mistake in the file, and a benchmark whose allocations nobody counts is not
//! within its budget: it cannot be told.

use std::collections::BTreeMap;

use super::tolerance::{EXACT_STEP, rounded};
use crate::format::{
    Benchmark, Outcome, Verdict,
    budget::{Budget, Budgets},
};

/// A benchmark whose allocations are not counted, and why.
pub type Untold = BTreeMap<String, String>;

/// What binary fractions take off a limit such as 0.3, in steps.
const HAIR: f64 = 1e-6;

/// Hold the rows against the budgets. `whole` says that everything was asked for, so that a budget that selects nothing
/// is an error; it names the budgets.
pub fn judge_budgets(
    budgets: &Budgets,
    rows: &[Benchmark],
    untold: &Untold,
    whole: bool,
) -> Result<Vec<Verdict>, String> {
    let mut verdicts = Vec::new();
    let mut idle = Vec::new();
    for budget in &budgets.budgets {
        let before = verdicts.len();
        for row in rows.iter().filter(|row| budget.selects(&row.id)) {
            verdicts.extend(budget.limits().map(|(metric, limit)| judge(budget, row, metric, limit)));
        }
        for (id, why) in untold.iter().filter(|(id, _)| budget.selects(id)) {
            verdicts.push(Verdict::bare(id, "", Outcome::Inconclusive, &rule(budget), why));
        }
        if verdicts.len() == before {
            idle.push(budget.name());
        }
    }
    match (whole, idle.len() == budgets.budgets.len()) {
        (true, _) if !idle.is_empty() => {
            Err(format!("budgets that select no benchmark: {}", idle.join("; ")))
        }
        (_, true) => Err("no budget selects anything of what was asked for".to_owned()),
        _ => Ok(verdicts),
    }
}

fn judge(budget: &Budget, row: &Benchmark, name: &str, limit: f64) -> Verdict {
    let Some(metric) = row.metrics.get(name) else {
        return Verdict::bare(&row.id, name, Outcome::Inconclusive, &rule(budget), "it was not counted");
    };
    // Counts per operation carry a start-up fraction below a twentieth; the peak is one number.
    let over = match name {
        "peak_bytes" => metric.value > limit,
        _ => rounded(metric.value) > (limit / EXACT_STEP + HAIR).floor() as i64,
    };
    Verdict {
        id: row.id.clone(),
        metric: name.to_owned(),
        outcome: if over { Outcome::Failed } else { Outcome::Held },
        value: Some(metric.value),
        reference: Some(limit),
        unit: metric.unit.clone(),
        rule: rule(budget),
        note: if over { budget.reason.clone() } else { String::new() },
    }
}

fn rule(budget: &Budget) -> String {
    format!("budget {}", budget.name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{Metric, metric_info};

    fn row(id: &str, allocs: f64, peak: f64) -> Benchmark {
        let mut row = Benchmark::new(id);
        for (name, value) in [("allocs_per_op", allocs), ("peak_bytes", peak)] {
            let metric = Metric::new(metric_info(name).unwrap(), value, "exact", "allocator");
            row.metrics.insert(name.to_owned(), metric);
        }
        row
    }

    fn budgets(text: &str) -> Budgets {
        Budgets::parse(&format!("schema = \"perfkit.budget/1\"\n{text}")).unwrap()
    }

    fn outcomes(budgets: &Budgets, rows: &[Benchmark]) -> Vec<(String, Outcome)> {
        let verdicts = judge_budgets(budgets, rows, &Untold::new(), true).unwrap();
        verdicts.into_iter().map(|verdict| (verdict.metric, verdict.outcome)).collect()
    }

    #[test]
    fn a_limit_is_kept_up_to_its_last_unit() {
        let two = budgets("[[budget]]\nselect = \"a\"\nallocs_per_op = 2\npeak_bytes = 100\n");
        let held = |allocs, peak| {
            outcomes(&two, &[row("a", allocs, peak)])
                .into_iter()
                .map(|(_, outcome)| outcome)
                .collect::<Vec<_>>()
        };
        assert_eq!(held(2.0, 100.0), [Outcome::Held, Outcome::Held]);
        assert_eq!(held(2.04, 100.0), [Outcome::Held, Outcome::Held]);
        assert_eq!(held(2.1, 101.0), [Outcome::Failed, Outcome::Failed]);
    }

    #[test]
    fn a_limit_of_a_tenth_is_a_tenth() {
        let tenth = budgets("[[budget]]\nselect = \"a\"\nallocs_per_op = 0.3\n");
        assert_eq!(outcomes(&tenth, &[row("a", 0.3, 0.0)])[0].1, Outcome::Held);
        assert_eq!(outcomes(&tenth, &[row("a", 0.4, 0.0)])[0].1, Outcome::Failed);
    }

    #[test]
    fn a_budget_that_selects_nothing_is_an_error_only_where_everything_was_asked_for() {
        let two = budgets(
            "[[budget]]\nselect = \"a\"\npeak_bytes = 1\n[[budget]]\nselect = \"b\"\npeak_bytes = 1\n",
        );
        let error = judge_budgets(&two, &[row("a", 0.0, 0.0)], &Untold::new(), true).unwrap_err();
        assert!(error.ends_with("no benchmark: b"), "{error}");
        assert!(judge_budgets(&two, &[row("a", 0.0, 0.0)], &Untold::new(), false).is_ok());
        assert!(judge_budgets(&two, &[row("c", 0.0, 0.0)], &Untold::new(), false).is_err());
    }

    #[test]
    fn what_nobody_counts_is_not_within_its_budget() {
        let one = budgets("[[budget]]\nselect = \"**\"\nalloc_bytes_per_op = 1\nallocs_per_op = 1\n");
        let untold = Untold::from([("foreign/x".to_owned(), "not the harness".to_owned())]);
        let verdicts = judge_budgets(&one, &[row("a", 0.0, 0.0)], &untold, true).unwrap();
        let found: Vec<Outcome> = verdicts.iter().map(|verdict| verdict.outcome).collect();
        assert_eq!(found, [Outcome::Held, Outcome::Inconclusive, Outcome::Inconclusive]);
        assert_eq!(verdicts[2].note, "not the harness");
    }
}
