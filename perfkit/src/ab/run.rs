//! Interleaved rounds: for each benchmark one fresh process of either arm, one after the other, and the next round the
//! other way round.
//!
//! A round over all benchmarks is finished before the next begins, so that a noisy minute costs every benchmark a round
//! or two and none all of its rounds. The cost is two processes of the round's length per benchmark and round.

use std::{collections::BTreeMap, path::Path, time::Duration};

use serde_json::json;

use super::rule::EXTENSION;
use crate::{
    format::{Arm, ArmRound, Round, Rounds, rounds::ROUNDS_SCHEMA},
    instrument::{self, Executable, InstrumentError, RoundBy, ab_round},
    measure::progress::Progress,
};

/// One side of a comparison.
#[derive(Debug, Clone)]
pub struct Contestant {
    /// What is run.
    pub executable: Executable,
    /// The benchmark as this executable calls it.
    pub id: String,
    /// How it takes its rounds.
    pub by: RoundBy,
}

/// Two sides to be measured in turns.
#[derive(Debug, Clone)]
pub struct Pairing {
    /// The name of the comparison: usually the benchmark's id.
    pub id: String,
    /// The old side.
    pub a: Contestant,
    /// The new side.
    pub b: Contestant,
    /// Threads that work at once; more than one are left unpinned.
    pub threads: u32,
    /// Whether the work blocks or contends.
    pub contended: bool,
}

/// How many rounds, and how long.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Schedule {
    /// Rounds before the first look.
    pub rounds: u32,
    /// Whether more rounds may follow where the first look cannot tell, up to [`EXTENSION`] times as many in all:
    /// declared beforehand.
    pub extension: bool,
    /// The length of one arm's round.
    pub length: Duration,
    /// The CPU that single-threaded work is pinned to.
    pub cpu: Option<usize>,
}

/// The shortest round: twenty samples of a millisecond.
pub const SHORTEST_ROUND: Duration = Duration::from_millis(20);
/// The longest round: more rounds say more than longer ones.
pub const LONGEST_ROUND: Duration = Duration::from_secs(10);

/// [`EXTENSION`] in the type of a number of rounds.
const EXTENDED: u32 = EXTENSION as u32;

impl Schedule {
    /// `rounds` and an extension that together take about `budget` per benchmark, on an idle CPU of this machine.
    pub fn within(budget: Duration, rounds: u32) -> Self {
        let arms = 2 * EXTENDED * rounds.max(1);
        let length = (budget / arms).clamp(SHORTEST_ROUND, LONGEST_ROUND);
        Self { rounds: rounds.max(1), extension: true, length, cpu: instrument::choose_cpu() }
    }
}

/// What a comparison left.
#[derive(Debug)]
pub struct Recorded {
    /// The rounds that both arms finished.
    pub rounds: Rounds,
    /// Why one arm gave up.
    pub failure: Option<(Arm, InstrumentError)>,
}

impl Recorded {
    /// Whether there is something to judge: a side that gave up leaves no times, whatever it had finished before.
    pub fn tells(&self) -> bool {
        self.failure.is_none() && !self.rounds.rounds.is_empty()
    }
}

/// Measure all pairings. After the declared rounds, those that `needs_more` names are extended; it sees all of them, in
/// the order of the pairings, because benchmarks are judged together. Stops where the user asks to
/// ([`instrument::interrupted`]); whole rounds are kept. `scratch` belongs to this call alone.
pub fn run(
    pairings: &[Pairing],
    schedule: &Schedule,
    needs_more: &dyn Fn(&[Recorded]) -> Vec<bool>,
    scratch: &Path,
    progress: &Progress,
) -> Vec<Recorded> {
    let mut recorded: Vec<Recorded> =
        pairings.iter().map(|pairing| Recorded::new(pairing, schedule.pin(pairing))).collect();
    let everything: Vec<usize> = (0..pairings.len()).collect();
    rounds(pairings, &everything, 0..schedule.rounds, schedule, &mut recorded, scratch, progress);
    if schedule.extension && !instrument::interrupted() {
        let needing = needs_more(&recorded);
        let open = |index: &usize| {
            let has_failed = recorded.get(*index).is_none_or(|found| found.failure.is_some());
            !has_failed && needing.get(*index) == Some(&true)
        };
        let open: Vec<usize> = everything.into_iter().filter(open).collect();
        let extension = schedule.rounds..EXTENDED.saturating_mul(schedule.rounds);
        rounds(pairings, &open, extension, schedule, &mut recorded, scratch, progress);
    }
    progress.finish();
    recorded
}

fn rounds(
    pairings: &[Pairing],
    indices: &[usize],
    numbers: std::ops::Range<u32>,
    schedule: &Schedule,
    recorded: &mut [Recorded],
    scratch: &Path,
    progress: &Progress,
) {
    progress.expect((indices.len() * numbers.len()) as u64);
    let last = numbers.end;
    for number in numbers {
        for (place, index) in indices.iter().enumerate() {
            let (Some(pairing), Some(found)) = (pairings.get(*index), recorded.get_mut(*index)) else {
                continue;
            };
            if instrument::interrupted() {
                return;
            }
            if found.failure.is_none() {
                progress.say(&format!("comparing {} (round {} of {last})", pairing.id, number + 1));
                let first = if (number as usize + place).is_multiple_of(2) { Arm::A } else { Arm::B };
                match one_round(pairing, first, schedule, scratch) {
                    Ok(round) => found.rounds.rounds.push(round),
                    Err((_, InstrumentError::Interrupted)) => return,
                    Err(failure) => found.failure = Some(failure),
                }
            }
            progress.step();
        }
    }
}

fn one_round(
    pairing: &Pairing,
    first: Arm,
    schedule: &Schedule,
    scratch: &Path,
) -> Result<Round, (Arm, InstrumentError)> {
    let measure = |arm: Arm| -> Result<ArmRound, (Arm, InstrumentError)> {
        let side = match arm {
            Arm::A => &pairing.a,
            Arm::B => &pairing.b,
        };
        let cpu = schedule.pin(pairing);
        ab_round(&side.executable, &side.id, side.by, schedule.length, cpu, scratch)
            .map_err(|error| (arm, error))
    };
    Ok(match first {
        Arm::A => {
            let a = measure(Arm::A)?;
            Round { first, a, b: measure(Arm::B)? }
        }
        Arm::B => {
            let b = measure(Arm::B)?;
            Round { first, a: measure(Arm::A)?, b }
        }
    })
}

impl Schedule {
    fn pin(&self, pairing: &Pairing) -> Option<usize> {
        self.cpu.filter(|_| pairing.threads == 1)
    }
}

impl Recorded {
    fn new(pairing: &Pairing, cpu: Option<usize>) -> Self {
        let rounds = Rounds {
            schema: ROUNDS_SCHEMA.to_owned(),
            id: pairing.id.clone(),
            contended: pairing.contended,
            rounds: Vec::new(),
            extra: cpu.map(|cpu| ("cpu".to_owned(), json!(cpu))).into_iter().collect::<BTreeMap<_, _>>(),
        };
        Self { rounds, failure: None }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::{fs, process::Command};

    use super::*;

    /// An arm that prints a round and notes that it ran.
    fn contestant(folder: &Path, name: &str, script: &str) -> Contestant {
        let path = folder.join(name);
        // Written by another process: a fork of a neighbouring test must not hold it open while it is run.
        let text = format!("#!/bin/sh\necho {name} >> order\n{script}\n");
        let write = ["-c", "printf %s \"$0\" > \"$1\" && chmod +x \"$1\""];
        assert!(Command::new("sh").args(write).arg(&text).arg(&path).status().unwrap().success());
        let executable = Executable {
            package: "p".to_owned(),
            target: name.to_owned(),
            path,
            package_root: folder.to_owned(),
            environment: BTreeMap::new(),
        };
        Contestant { executable, id: "x/y".to_owned(), by: RoundBy::Harness }
    }

    const GOOD: &str = r#"echo '{"id":"x/y","samples":[[1,100,90]],"wall_ns":100,"waited_ns":0}'"#;

    fn compare(a: &str, b: &str, needs_more: bool) -> (Recorded, String) {
        let folder = tempfile::tempdir().unwrap();
        let pairing = Pairing {
            id: "x/y".to_owned(),
            a: contestant(folder.path(), "a", a),
            b: contestant(folder.path(), "b", b),
            threads: 1,
            contended: false,
        };
        let schedule = Schedule { rounds: 2, extension: true, length: SHORTEST_ROUND, cpu: None };
        let mut found =
            run(&[pairing], &schedule, &|all| vec![needs_more; all.len()], folder.path(), &Progress::new());
        let order = fs::read_to_string(folder.path().join("order")).unwrap().replace('\n', "");
        (found.remove(0), order)
    }

    #[test]
    fn the_arms_take_turns_at_being_first() {
        let (found, order) = compare(GOOD, GOOD, false);
        assert_eq!(order, "abba");
        assert_eq!(found.rounds.rounds.iter().map(|round| round.first).collect::<Vec<_>>(), [Arm::A, Arm::B]);
    }

    #[test]
    fn the_declared_extension_happens_once_and_only_if_asked_for() {
        let (found, order) = compare(GOOD, GOOD, true);
        assert_eq!((found.rounds.rounds.len(), order.as_str()), (8, "abbaabbaabbaabba"));
    }

    #[test]
    fn an_arm_that_fails_is_named_and_not_asked_again() {
        let (found, order) = compare(GOOD, "echo 'perfkit: wrong answer from x/y: 3' >&2; exit 86", true);
        let (arm, error) = found.failure.unwrap();
        assert_eq!((arm, error.to_string().as_str()), (Arm::B, "wrong answer: x/y: 3"));
        assert_eq!((found.rounds.rounds.len(), order.as_str()), (0, "ab"));
    }

    #[test]
    fn a_budget_is_shared_by_both_arms_and_the_extension() {
        let schedule = Schedule::within(Duration::from_secs(48), 12);
        assert_eq!((schedule.rounds, schedule.length), (12, Duration::from_millis(500)));
        assert_eq!(Schedule::within(Duration::ZERO, 0).length, SHORTEST_ROUND);
    }
}
