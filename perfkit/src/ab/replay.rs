//! How often the verdict is right: comparisons drawn from a corpus of recorded rounds, and beside it, on the same rounds,
//! what a plain threshold on sequential runs says.
//!
//! A trial is a *contiguous* stretch of rounds at a place drawn by a seeded generator, as in the moving block bootstrap
//! (Künsch, "The Jackknife and the Bootstrap for General Stationary Observations", 1989). A live comparison sees neighbouring
//! rounds: a burst of noise hits many of them, a calm minute none. Rounds drawn singly would mix both in every trial and
//! make it look as easy as the average. The price is that trials overlap: a corpus holds [`Rates::stretches`] separate
//! ones, and an interval of a rate is made from those.

use serde::Serialize;

use super::{judge::judge, judgement::Change, rule::Rule};
use crate::{
    format::{Arm, Interval, Round, Rounds},
    statistics::{proportion::clopper_pearson, quantile, random::SplitMix64},
};

/// The confidence level of a rate's interval.
const RATE_LEVEL: f64 = 0.95;

/// What is true of the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Truth {
    /// The same program twice.
    Same,
    /// The new side is slower by more than the gate.
    Slower,
}

/// How often each verdict came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Rates {
    /// Comparisons made.
    pub trials: u64,
    /// Separate stretches of the corpus that they come from; the trials themselves where each was measured anew.
    pub stretches: u64,
    /// Worse.
    pub worse: u64,
    /// Better.
    pub better: u64,
    /// Unchanged.
    pub unchanged: u64,
    /// Cannot tell.
    pub cannot_tell: u64,
}

impl Rates {
    /// Count a verdict.
    pub fn count(&mut self, verdict: Change) {
        self.trials += 1;
        match verdict {
            Change::Worse => self.worse += 1,
            Change::Better => self.better += 1,
            Change::Unchanged => self.unchanged += 1,
            Change::CannotTell => self.cannot_tell += 1,
        }
    }

    /// Verdicts that say changed of the same program, or better of a slower one.
    pub fn wrong(&self, truth: Truth) -> u64 {
        match truth {
            Truth::Same => self.worse + self.better,
            Truth::Slower => self.better,
        }
    }

    /// A number of trials as a share of all.
    pub fn share(&self, hits: u64) -> f64 {
        if self.trials == 0 { 0.0 } else { hits as f64 / self.trials as f64 }
    }

    /// An interval of that share, as if only the separate stretches had been tried.
    pub fn interval(&self, hits: u64) -> Interval {
        let separate = self.stretches.min(self.trials);
        let hits = (self.share(hits) * separate as f64).round() as u64;
        clopper_pearson(hits, separate, RATE_LEVEL)
    }
}

/// Replay the verdict on `trials` stretches; `None` if the corpus is shorter than the rule's last look. The same
/// program's sides change places in half of the trials.
pub fn replay(corpus: &Rounds, rule: &Rule, truth: Truth, trials: u64) -> Option<Rates> {
    let length = rule.last_look();
    let mut random = SplitMix64::named(&corpus.id);
    let mut rates = Rates { stretches: stretches(corpus, length)?, ..Rates::default() };
    for _ in 0..trials {
        let mut drawn =
            Rounds { rounds: stretch(corpus, length, &mut random).to_vec(), ..corpus.clone_head() };
        if truth == Truth::Same && random.below(2) == 1 {
            drawn.rounds.iter_mut().for_each(exchange);
        }
        rates.count(judge(&drawn, rule).verdict);
    }
    Some(rates)
}

/// The same for the way that many tools go: all rounds of the old side, then all of the new side, and a threshold on the
/// ratio of the medians of wall time. Each side gets as many rounds as the rule's first look.
pub fn replay_sequential(
    corpus: &Rounds,
    rule: &Rule,
    threshold: f64,
    truth: Truth,
    trials: u64,
) -> Option<Rates> {
    let each = rule.first_look();
    let mut random = SplitMix64::named(&corpus.id);
    let mut rates = Rates { stretches: stretches(corpus, 2 * each)?, ..Rates::default() };
    for _ in 0..trials {
        let (earlier, later) = stretch(corpus, 2 * each, &mut random).split_at(each);
        let exchanged = truth == Truth::Same && random.below(2) == 1;
        let (old, new): (Side, Side) = if exchanged {
            (|round| round.b.wall_ns_median, |round| round.a.wall_ns_median)
        } else {
            (|round| round.a.wall_ns_median, |round| round.b.wall_ns_median)
        };
        let median =
            |rounds: &[Round], side: Side| quantile(&rounds.iter().map(side).collect::<Vec<_>>(), 0.5);
        let ratio = median(later, new) / median(earlier, old);
        rates.count(match () {
            () if ratio > 1.0 + threshold => Change::Worse,
            () if ratio < 1.0 / (1.0 + threshold) => Change::Better,
            () => Change::Unchanged,
        });
    }
    Some(rates)
}

/// What one side measured in a round.
type Side = fn(&Round) -> f64;

/// How many separate stretches of this length there are; `None` if not even one.
fn stretches(corpus: &Rounds, length: usize) -> Option<u64> {
    let whole = corpus.rounds.len() / length.max(1);
    (whole > 0).then_some(whole as u64)
}

fn stretch<'a>(corpus: &'a Rounds, length: usize, random: &mut SplitMix64) -> &'a [Round] {
    let start = random.below(corpus.rounds.len() - length + 1);
    &corpus.rounds[start..start + length]
}

fn exchange(round: &mut Round) {
    std::mem::swap(&mut round.a, &mut round.b);
    round.first = match round.first {
        Arm::A => Arm::B,
        Arm::B => Arm::A,
    };
}

impl Rounds {
    /// Everything but the rounds.
    fn clone_head(&self) -> Self {
        Self {
            schema: self.schema.clone(),
            id: self.id.clone(),
            contended: self.contended,
            rounds: Vec::new(),
            extra: self.extra.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_depends_on_the_truth() {
        let mut rates = Rates { stretches: 100, ..Rates::default() };
        for verdict in [Change::Worse, Change::Better, Change::Better, Change::Unchanged, Change::CannotTell]
        {
            rates.count(verdict);
        }
        assert_eq!((rates.wrong(Truth::Same), rates.wrong(Truth::Slower), rates.trials), (3, 2, 5));
        assert_eq!(rates.share(rates.better), 0.4);
    }

    #[test]
    fn overlapping_trials_are_no_more_certain_than_their_separate_stretches() {
        let overlapping = Rates { trials: 1000, stretches: 60, worse: 950, better: 50, ..Rates::default() };
        let separate = Rates { trials: 1000, stretches: 1000, ..overlapping };
        assert!(overlapping.interval(950).low < separate.interval(950).low);
        assert_eq!(overlapping.interval(950), clopper_pearson(57, 60, 0.95));
        // Trials that were never made are no stretches either.
        assert_eq!(Rates { trials: 0, stretches: 60, ..Rates::default() }.interval(0).high, 1.0);
    }
}
