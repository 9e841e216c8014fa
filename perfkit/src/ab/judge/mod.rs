//! The verdict: a pure function of recorded rounds and a rule.
//!
//! **What is judged.** Kernels by the thread's CPU time, since a busy neighbour moves wall time by half and CPU time by
//! a thousandth: the ratio of the 20th percentiles of the rounds' minima. Contended work, and rounds without CPU time,
//! by wall time; contended work by the ratio of the medians of the rounds' medians. Its interval is the percentile
//! bootstrap over rounds, both sides of a round together.
//!
//! **What it says.** Worse (better) if the whole interval lies beyond the gate and both p values below agree; unchanged
//! if the whole interval lies within; else *cannot tell*, with the reason. The gate is what the rule declares: the noise
//! of the rounds at hand never widens it.
//!
//! **Two looks.** After n rounds, and only if they do not tell, once more after 4n: declared before anything is
//! measured. Rounds between and beyond are not looked at, so that stopping early by chance is no third look.
//!
//! **False alarms.** The same program on both sides must end as worse or better in at most 1 of 100 comparisons, also
//! where the gate is as small as the noise or zero. Two sides and two looks share that by Bonferroni: [`TAIL`] = 0.25 %
//! each. A percentile interval with such tails does not keep it alone: of 20 values the 20th percentile lies between
//! the fourth and the fifth, and resampling cannot go below the first. Two more conditions do:
//!
//! * *Randomisation*: exchange the sides within rounds; at most [`TAIL`] of the exchanges may give a ratio this far
//!   beyond the gate. Under "the same program twice" this is exact whatever the noise, so the 1 % holds by construction.
//!   Its finest p is 2^-n, too coarse for hundreds of benchmarks.
//! * *Among many*: the distance of the logarithm of the ratio from the gate's, in bootstrap standard errors, held against
//!   Student's t with n - 1 degrees of freedom. This t test is approximate, but its tail has no finest step. It is
//!   corrected by [`holm`] over all benchmarks judged together and doubled for the two looks, so that the 1 % is kept
//!   for the whole family. One benchmark alone needs no such correction: its p value is told and decides nothing.
//!
//! **Guards** (`guards`) turn a verdict into *cannot tell* and never into another.
//!
//! Cost: 4000 resamples of each clock and at most 4096 exchanges a look, some 5 ms of an optimised build.

mod estimate;
mod guards;

pub(super) use estimate::Sides;
use estimate::estimate;

use super::{
    judgement::{Basis, Change, Estimate, Judgement, Reason},
    rule::Rule,
};
use crate::{
    format::Rounds,
    statistics::{holm, mann_whitney, random::SplitMix64, randomisation},
};

/// The chance of a false alarm on one side at one look.
pub const TAIL: f64 = 0.0025;

/// The looks that share the chance of a false alarm.
const LOOKS: f64 = 2.0;

/// The confidence level of a look's interval.
pub const LEVEL: f64 = 1.0 - 2.0 * TAIL;

/// One benchmark's verdict.
pub fn judge(rounds: &Rounds, rule: &Rule) -> Judgement {
    let first = examine(rounds, rule, 1);
    settle_family(vec![first], &[(rounds, *rule)]).remove(0)
}

/// The verdicts of benchmarks that are judged together: one false alarm among all of them counts as one.
pub fn judge_all(family: &[(&Rounds, Rule)]) -> Vec<Judgement> {
    settle_family(family.iter().map(|(rounds, rule)| examine(rounds, rule, 1)).collect(), family)
}

/// Settle the first looks, then extend those that do not tell and have the rounds.
fn settle_family(mut judgements: Vec<Judgement>, family: &[(&Rounds, Rule)]) -> Vec<Judgement> {
    settle(&mut judgements, family, 1);
    for (judgement, (rounds, rule)) in judgements.iter_mut().zip(family) {
        let undecided = judgement.look == 1 && judgement.verdict == Change::CannotTell;
        if undecided && rounds.rounds.len() >= rule.last_look() {
            *judgement = examine(rounds, rule, 2);
        }
    }
    settle(&mut judgements, family, 2);
    judgements
}

/// Correct the p values of one look over the family and say what is not certain. Those that another look decided count
/// as members with p = 1: Holm's procedure then rejects no more than with their own, so the level holds.
fn settle(judgements: &mut [Judgement], family: &[(&Rounds, Rule)], look: u8) {
    let of_look = |p: fn(&Judgement) -> f64| {
        let members = judgements.iter();
        holm(
            &members
                .map(|judgement| if judgement.look == look { p(judgement) } else { 1.0 })
                .collect::<Vec<_>>(),
        )
    };
    let (worse, better) = (of_look(|judgement| judgement.p_worse), of_look(|judgement| judgement.p_better));
    let benchmarks = judgements.len();
    for (index, (judgement, (_, rule))) in judgements.iter_mut().zip(family).enumerate() {
        if judgement.look != look {
            continue;
        }
        let adjusted = match judgement.verdict {
            Change::Worse => worse[index],
            Change::Better => better[index],
            _ => worse[index].min(better[index]),
        };
        judgement.p_adjusted = (LOOKS * adjusted).min(1.0);
        let claims = matches!(judgement.verdict, Change::Worse | Change::Better);
        if claims && benchmarks > 1 && judgement.p_adjusted > LOOKS * TAIL {
            judgement.verdict = Change::CannotTell;
            judgement.reasons.push(Reason::NotCertain { p_adjusted: judgement.p_adjusted, benchmarks });
        }
        let may_extend = look == 1 && judgement.verdict == Change::CannotTell;
        judgement.wanted_rounds = may_extend.then(|| rule.last_look());
    }
}

/// One look at one benchmark, before the correction over the family.
fn examine(rounds: &Rounds, rule: &Rule, look: u8) -> Judgement {
    let (wanted, recorded) =
        (if look == 1 { rule.first_look() } else { rule.last_look() }, rounds.rounds.len());
    let seen = &rounds.rounds[..recorded.min(wanted)];
    let mut judgement = blank(&rounds.id, rule, seen.len());
    let sides = match Sides::of(seen, rounds.contended) {
        Ok(sides) => sides,
        Err(reason) => {
            judgement.reasons.push(reason);
            return judgement;
        }
    };
    (judgement.basis, judgement.statistic) = (sides.basis, sides.statistic().to_owned());
    judgement.waited = guards::waited_share(seen);
    if recorded < wanted {
        judgement.reasons.push(Reason::TooFewRounds { recorded, wanted });
        judgement.wanted_rounds = Some(wanted);
    } else {
        judgement.look = look;
    }
    let Some(judged) = estimate(&sides.judged, sides.quantile, &rounds.id) else { return judgement };
    let wall = sides.wall.as_ref().and_then(|wall| estimate(wall, sides.quantile, &rounds.id));
    judgement.judged = Some(judged.shown);
    judgement.wall = wall.map(|wall| wall.shown);
    judgement.paired_ratio = Some(guards::paired_ratio(&sides.judged));
    let (a, b): (Vec<f64>, Vec<f64>) = sides.judged.iter().copied().unzip();
    judgement.rank_p = mann_whitney(&a, &b).map(|test| test.p_two_sided);
    if judgement.look == 0 {
        return judgement;
    }
    let degrees = (seen.len() - 1) as f64;
    judgement.p_worse = judged.upper_tail(rule.worse_above(), degrees);
    judgement.p_better = judged.lower_tail(rule.better_below(), degrees);
    judgement.verdict = beside_the_gate(&judged.shown, rule);
    match judgement.verdict {
        Change::CannotTell => {
            judgement.reasons.push(Reason::Straddles { interval: judged.shown.interval });
        }
        claim => judgement.reasons.extend(exchangeable(&sides, claim, rule, &rounds.id)),
    }
    guards::apply(&mut judgement, rule);
    judgement
}

/// A judgement that says nothing yet.
fn blank(id: &str, rule: &Rule, rounds: usize) -> Judgement {
    Judgement {
        id: id.to_owned(),
        verdict: Change::CannotTell,
        max_worsening: rule.max_worsening(),
        better: rule.better(),
        basis: Basis::WallTime,
        statistic: String::new(),
        judged: None,
        wall: None,
        paired_ratio: None,
        waited: None,
        rounds,
        look: 0,
        p_worse: 1.0,
        p_better: 1.0,
        p_adjusted: 1.0,
        rank_p: None,
        reasons: Vec::new(),
        notes: Vec::new(),
        wanted_rounds: None,
    }
}

/// Where the interval lies.
fn beside_the_gate(judged: &Estimate, rule: &Rule) -> Change {
    let interval = judged.interval;
    if interval.low > rule.worse_above() {
        Change::Worse
    } else if interval.high < rule.better_below() {
        Change::Better
    } else if interval.low >= rule.better_below() && interval.high <= rule.worse_above() {
        Change::Unchanged
    } else {
        Change::CannotTell
    }
}

/// The reason against a claim that exchanges within rounds match too often. The new side is brought to the gate first:
/// what is asked is whether it lies beyond it.
fn exchangeable(sides: &Sides, claim: Change, rule: &Rule, id: &str) -> Option<Reason> {
    let (limit, upwards) = match claim {
        Change::Worse => (rule.worse_above(), true),
        Change::Better => (rule.better_below(), false),
        Change::Unchanged | Change::CannotTell => return None,
    };
    let pairs: Vec<(f64, f64)> = sides.judged.iter().map(|&(a, b)| (a, b / limit)).collect();
    let found =
        randomisation(&pairs, &mut SplitMix64::named(id), |a, b| estimate::log_ratio(a, b, sides.quantile));
    let p = if upwards { found.at_least } else { found.at_most };
    (p > TAIL).then_some(Reason::Exchangeable { p })
}
