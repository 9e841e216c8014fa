//! When rounds alone prove that a limit is broken. Medians of contended work cannot be confirmed by a comparison of two
//! builds: the limit is a number. They are sure where every round lies beyond it, and enough of them do.

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
