//! When rounds alone prove that a limit is broken. Medians of contended work cannot be confirmed by a comparison of two
//! builds: the limit is a number. They are sure where every round lies beyond it, enough of them do, and the machine was
//! not too busy to tell: threads that waited for a core were slow for want of it.

use serde_json::Value;

use crate::format::{Metric, Outcome};

/// If the true median met the limit, each round would lie beyond it with a chance of a half; all of five by 3 %.
const SURE_ROUNDS: u64 = 5;

/// Which side of a limit breaks it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Above,
    Below,
}

/// Held, failed where all rounds say so, else suspect, with the reason.
pub(super) fn judge_limit(metric: &Metric, rounds: u64, limit: f64, breaks: Side) -> (Outcome, String) {
    let beyond = |value: f64| match breaks {
        Side::Above => value > limit,
        Side::Below => value < limit,
    };
    if !beyond(metric.value) {
        return (Outcome::Held, String::new());
    }
    let nearest = metric.ci.map(|ends| if breaks == Side::Above { ends.low } else { ends.high });
    match nearest {
        Some(nearest) if rounds >= SURE_ROUNDS && beyond(nearest) => {
            (Outcome::Failed, format!("all {rounds} rounds lie beyond it"))
        }
        Some(_) if rounds >= SURE_ROUNDS => {
            (Outcome::Suspect, format!("not all of {rounds} rounds lie beyond it"))
        }
        _ => (Outcome::Suspect, format!("it takes {SURE_ROUNDS} rounds to be sure, this is {rounds}")),
    }
}

/// What is beyond a limit on a machine on which the work waited for a core for more than `most` of the time cannot be
/// told. `None` where it did not wait so long, or where the kernel does not tell.
pub(super) fn too_busy(metric: &Metric, most: f64) -> Option<String> {
    let waited = metric.extra.get("waited").and_then(Value::as_f64).filter(|waited| *waited > most)?;
    Some(format!("the machine was busy: the work waited for a core for {:.1} % of the time", waited * 100.0))
}
