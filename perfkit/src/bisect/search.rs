//! The search itself, without git and without measuring: what is known, what to ask next, what follows.

use crate::gate::tolerance::Tolerance;

/// What a revision answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The metric's value.
    Value(f64),
    /// It cannot be told here, and why: it does not build, lacks the benchmark, or counts something else.
    Skipped(String),
}

/// A revision that was asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The commit.
    pub revision: String,
    /// What it answered.
    pub answer: Answer,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Ask this revision.
    Ask(String),
    /// The metric moved at `bad`, or at one of the skipped revisions that could not be told apart from it.
    Found,
}

/// What is known so far.
#[derive(Debug, Clone)]
pub struct Search {
    /// The value that counts as unmoved.
    good_value: f64,
    /// The value at the end.
    bad_value: f64,
    tolerance: Tolerance,
    /// Revisions known not to have moved, the first given one first.
    pub goods: Vec<String>,
    /// The earliest revision known to have moved.
    pub bad: String,
    /// Everything asked, in order; the two ends first.
    pub asked: Vec<Asked>,
}

impl Search {
    /// A search between two revisions with these values; `None` if the metric has not moved beyond `tolerance`.
    pub fn new(good: (&str, f64), bad: (&str, f64), tolerance: Tolerance) -> Option<Self> {
        let asked = |(revision, value): (&str, f64)| Asked {
            revision: revision.to_owned(),
            answer: Answer::Value(value),
        };
        moved(good.1, bad.1, tolerance).then(|| Self {
            good_value: good.1,
            bad_value: bad.1,
            tolerance,
            goods: vec![good.0.to_owned()],
            bad: bad.0.to_owned(),
            asked: vec![asked(good), asked(bad)],
        })
    }

    /// The next step, given what lies between `goods` and `bad`, `bad` among it, the best to ask first.
    pub fn step(&self, candidates: &[String]) -> Step {
        let open = candidates.iter().find(|revision| {
            **revision != self.bad && !self.asked.iter().any(|asked| asked.revision == **revision)
        });
        open.map_or(Step::Found, |revision| Step::Ask(revision.clone()))
    }

    /// Take an answer. A value counts as moved if it is beyond the tolerance in the direction of the end's.
    pub fn take(&mut self, revision: &str, answer: Answer) {
        match answer {
            Answer::Value(value) if self.has_moved(value) => self.bad = revision.to_owned(),
            Answer::Value(_) => self.goods.push(revision.to_owned()),
            Answer::Skipped(_) => {}
        }
        self.asked.push(Asked { revision: revision.to_owned(), answer });
    }

    fn has_moved(&self, value: f64) -> bool {
        if self.bad_value > self.good_value {
            self.tolerance.exceeded(value, self.good_value)
        } else {
            self.tolerance.exceeded(self.good_value, value)
        }
    }

    /// The value at the earliest revision that moved.
    pub fn bad_found(&self) -> f64 {
        let value = self.asked.iter().rev().find_map(|asked| match asked.answer {
            Answer::Value(value) if asked.revision == self.bad => Some(value),
            _ => None,
        });
        value.unwrap_or(self.bad_value)
    }

    /// Skipped revisions among `candidates`, which might be the one as well.
    pub fn undecided(&self, candidates: &[String]) -> Vec<String> {
        candidates.iter().filter(|revision| **revision != self.bad).cloned().collect()
    }

    /// Values that are neither that of the start nor that of the found revision: the series moved more than once, and
    /// what was found is one of the moves.
    pub fn moved_more_than_once(&self) -> Vec<&Asked> {
        let found = self.bad_found();
        let strange = self.asked.iter().filter(|asked| match asked.answer {
            Answer::Value(value) => {
                moved(self.good_value, value, self.tolerance) && moved(found, value, self.tolerance)
            }
            Answer::Skipped(_) => false,
        });
        strange.collect()
    }
}

/// Whether the two differ by more than the tolerance, in either direction.
fn moved(before: f64, after: f64, tolerance: Tolerance) -> bool {
    tolerance.exceeded(after, before) || tolerance.exceeded(before, after)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOLERANCE: Tolerance = Tolerance::Within { fraction: 0.005, slack: 2.0 };

    /// Search a straight history of values; `None` does not build. The place found, the undecided, and how many asked.
    fn search(values: &[Option<f64>]) -> (usize, Vec<usize>, usize, usize) {
        let last = values.len() - 1;
        let ends = (values[0].unwrap(), values[last].unwrap());
        let mut search = Search::new(("0", ends.0), (&last.to_string(), ends.1), TOLERANCE).unwrap();
        loop {
            let number = |revision: &String| revision.parse::<usize>().unwrap();
            let low = search.goods.iter().map(number).max().unwrap();
            let high = number(&search.bad);
            let middle = (low + high) / 2;
            let mut candidates: Vec<usize> = (low + 1..=high).collect();
            candidates.sort_by_key(|at| at.abs_diff(middle));
            let candidates: Vec<String> = candidates.iter().map(usize::to_string).collect();
            match search.step(&candidates) {
                Step::Found => {
                    let mut undecided: Vec<usize> =
                        search.undecided(&candidates).iter().map(number).collect();
                    undecided.sort_unstable();
                    let more = search.moved_more_than_once().len();
                    return (high, undecided, search.asked.len(), more);
                }
                Step::Ask(revision) => {
                    let answer = match values[number(&revision)] {
                        Some(value) => Answer::Value(value),
                        None => Answer::Skipped("does not build".to_owned()),
                    };
                    search.take(&revision, answer);
                }
            }
        }
    }

    #[test]
    fn every_step_is_found_and_asked_for_no_more_than_its_logarithm() {
        for at in 1..64 {
            let values: Vec<Option<f64>> =
                (0..64).map(|n| Some(if n < at { 1000.0 } else { 1100.0 })).collect();
            let (found, undecided, asked, more) = search(&values);
            assert_eq!((found, undecided, more), (at, vec![], 0));
            assert!(asked <= 2 + 6, "{asked}");
        }
    }

    #[test]
    fn an_improvement_is_found_as_well() {
        let values: Vec<Option<f64>> = (0..9).map(|n| Some(if n < 5 { 1000.0 } else { 900.0 })).collect();
        assert_eq!(search(&values).0, 5);
    }

    #[test]
    fn what_does_not_build_is_stepped_over_and_named_where_it_might_be_the_one() {
        let values = [Some(1.0), Some(1.0), None, None, Some(9.0), Some(9.0)];
        let (found, undecided, ..) = search(&values);
        assert_eq!((found, undecided), (4, vec![2, 3]));
        let values = [Some(1.0), None, Some(1.0), None, Some(1.0), Some(9.0), None, Some(9.0)];
        let (found, undecided, ..) = search(&values);
        assert_eq!((found, undecided), (5, vec![]));
    }

    #[test]
    fn a_series_that_moved_twice_is_said_to_have() {
        let values: Vec<Option<f64>> =
            [10.0, 10.0, 10.0, 10.0, 20.0, 20.0, 40.0, 40.0, 40.0].into_iter().map(Some).collect();
        let (found, _, _, more) = search(&values);
        assert_eq!(found, 4);
        assert!(more > 0);
    }

    #[test]
    fn what_has_not_moved_beyond_the_tolerance_is_not_searched() {
        assert!(Search::new(("a", 1000.0), ("b", 1004.0), TOLERANCE).is_none());
        assert!(Search::new(("a", 1000.0), ("b", 996.0), TOLERANCE).is_none());
    }
}
