//! What speaks against a verdict although its interval is clear. A guard makes *cannot tell* of a verdict, never
//! another verdict.

use crate::{
    ab::{
        judgement::{Basis, Change, Estimate, Judgement, Reason, share_of},
        rule::Rule,
    },
    format::{Interval, Round},
    render::units::percent,
    statistics::quantile,
};

/// The share of a round's time from which on the work waited for long. A quiet machine shows less than a hundredth.
const LONG_WAIT: f64 = 0.10;

/// The share of rounds with long waits from which on wall time is not judged, and CPU time gets a note.
const TOO_MANY_WAITS: f64 = 0.5;

/// The spread over rounds from which on an interval has to be tight.
const WIDE_SPREAD: f64 = 0.25;

/// An interval is tight if it reaches no further than the gate, or than this share of the change.
const TIGHT: f64 = 0.25;

/// Turn the verdict into *cannot tell* where a guard speaks against it.
pub(super) fn apply(judgement: &mut Judgement, rule: &Rule) {
    let Some(judged) = judgement.judged else { return };
    let mut reasons = std::mem::take(&mut judgement.reasons);
    reasons.extend(spread(judgement, &judged, rule));
    reasons.extend(paired(judgement, &judged, rule));
    match judgement.basis {
        Basis::WallTime => reasons.extend(waited(judgement)),
        Basis::CpuTime => {
            reasons.extend(wall(judgement, rule));
            note_wall(judgement, rule);
        }
    }
    if !reasons.is_empty() {
        judgement.verdict = Change::CannotTell;
    }
    judgement.reasons = reasons;
}

/// The share of rounds in which either side waited for long; `None` where no round tells.
pub(super) fn waited_share(rounds: &[Round]) -> Option<f64> {
    let waits: Vec<f64> = rounds
        .iter()
        .filter_map(|round| match (round.a.waited, round.b.waited) {
            (None, None) => None,
            (a, b) => Some(a.unwrap_or(0.0).max(b.unwrap_or(0.0))),
        })
        .collect();
    let long = waits.iter().filter(|wait| **wait > LONG_WAIT).count();
    (!waits.is_empty()).then(|| long as f64 / waits.len() as f64)
}

/// The median over rounds of new over old.
pub(super) fn paired_ratio(pairs: &[(f64, f64)]) -> f64 {
    quantile(&pairs.iter().map(|(a, b)| b / a).collect::<Vec<_>>(), 0.5)
}

/// Rounds that differ much from each other are trusted only where the interval is tight all the same. Only the side that
/// faces the gate has to be: how much worse than worse it might be changes nothing.
fn spread(judgement: &Judgement, judged: &Estimate, rule: &Rule) -> Option<Reason> {
    let towards_the_gate = match judgement.verdict {
        Change::Worse => judged.ratio / judged.interval.low,
        Change::Better => judged.interval.high / judged.ratio,
        Change::Unchanged | Change::CannotTell => {
            (judged.interval.high / judged.ratio).max(judged.ratio / judged.interval.low)
        }
    };
    let tight = towards_the_gate.ln() <= rule.worse_above().ln().max(TIGHT * judged.ratio.ln().abs());
    (judged.spread > WIDE_SPREAD && !tight).then_some(Reason::Spread { spread: judged.spread })
}

fn waited(judgement: &Judgement) -> Option<Reason> {
    let share = judgement.waited.filter(|share| *share > TOO_MANY_WAITS)?;
    Some(Reason::Waited { share })
}

fn paired(judgement: &Judgement, judged: &Estimate, rule: &Rule) -> Option<Reason> {
    let paired_ratio = judgement.paired_ratio?;
    let opposite = (judged.ratio > 1.0) != (paired_ratio > 1.0);
    let apart = (judged.ratio / paired_ratio).ln().abs() > rule.worse_above().ln() / 2.0;
    (opposite && apart).then_some(Reason::PairedDisagrees { paired_ratio })
}

fn wall(judgement: &Judgement, rule: &Rule) -> Option<Reason> {
    let wall = judgement.wall?;
    let opposite = match judgement.verdict {
        Change::Worse => is_better(&wall.interval, rule),
        Change::Better => is_worse(&wall.interval, rule),
        Change::Unchanged | Change::CannotTell => false,
    };
    opposite.then_some(Reason::WallDisagrees { ratio: wall.ratio })
}

/// Work that began to sleep or to block costs no CPU time: say that wall time has more to tell.
fn note_wall(judgement: &mut Judgement, rule: &Rule) {
    let Some(wall) = judgement.wall else { return };
    let beyond = is_worse(&wall.interval, rule) || is_better(&wall.interval, rule);
    if judgement.verdict == Change::Unchanged && beyond {
        judgement.notes.push(format!(
            "wall time changed by {}, CPU time did not: work that waits or blocks is judged by wall time if it is \
             declared contended",
            percent(wall.ratio - 1.0)
        ));
    }
    if let Some(Reason::Waited { share }) = waited(judgement) {
        judgement.notes.push(format!(
            "in {} of the rounds the work waited for a core; CPU time leaves that out",
            share_of(share)
        ));
    }
}

fn is_worse(interval: &Interval, rule: &Rule) -> bool {
    interval.low > rule.worse_above()
}

fn is_better(interval: &Interval, rule: &Rule) -> bool {
    interval.high < rule.better_below()
}
