//! One round of an interleaved comparison: a short warm-up, then some samples of wall and CPU time, and no analysis.
//!
//! A comparison runs many fresh processes in turns, so a round spends its time on samples alone. Every sample is long
//! beside the reading of its clocks (the CPU clock is a system call of about 300 ns), and there are enough of them that
//! the least is free of interruptions. Set-up is not part of a sample but is part of the round: where it is dear, samples
//! are shorter. The scheduler's own account of how long the thread was kept waiting stands beside them.

use std::{
    collections::BTreeMap,
    fs,
    hint::black_box,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    Answer, Meter,
    cli::{require, wrong_answer},
    time::{Clocks, nanoseconds},
    waiting::run_delay,
};

/// Samples that share the time of a round.
const SAMPLES: u32 = 20;

/// Samples taken of an operation that is longer than the whole round.
const LEAST_SAMPLES: usize = 3;

/// Warming up takes this part of the round.
const WARM_UP_PART: u32 = 8;

/// A sample is at least this long where its set-up allows it, so that its clocks cost less than a thousandth of it.
const LEAST_SAMPLE: Duration = Duration::from_millis(1);

/// A round whose set-up is dear, or on a machine that gives the thread little time, ends after so many times its length.
const LENGTH_LIMIT: u32 = 4;

/// Inputs made before the clocks start, as the time instrument has them: few enough to stay in the cache.
const INPUTS_AT_A_TIME: u64 = 64;

/// A [`Meter`] that takes the samples of one round.
pub struct Round {
    length: Duration,
    threads: u32,
    taken: Option<Taken>,
}

/// What a round found.
struct Taken {
    samples: Vec<Sample>,
    waiting: Option<Duration>,
    wall: Duration,
}

/// Some operations in a row.
#[derive(Debug, Clone, Copy, Default)]
struct Sample {
    operations: u64,
    wall: Duration,
    cpu: Duration,
}

impl Round {
    /// A round of about this length.
    pub(crate) fn new(length: Duration, threads: u32) -> Self {
        Self { length, threads, taken: None }
    }

    /// The samples as JSON; `None` if the workload never measured.
    ///
    /// `samples` are operations, wall and CPU nanoseconds of each; CPU nanoseconds are `null` where several threads
    /// work, because the clock sees one of them.
    pub(crate) fn document(&self, id: &str) -> Option<Value> {
        let taken = self.taken.as_ref()?;
        let counts_cpu = self.threads == 1 && taken.samples.iter().any(|sample| !sample.cpu.is_zero());
        let sample = |sample: &Sample| {
            let cpu = counts_cpu.then(|| nanoseconds(sample.cpu));
            json!([sample.operations, nanoseconds(sample.wall), cpu])
        };
        Some(json!({
            "id": id,
            "samples": taken.samples.iter().map(sample).collect::<Vec<_>>(),
            "wall_ns": nanoseconds(taken.wall),
            "waited_ns": taken.waiting.map(|waiting| nanoseconds(waiting / self.threads.max(1))),
        }))
    }

    /// Warm up, choose the length of a sample, and take them. `take` runs so many operations.
    fn take(&mut self, mut take: impl FnMut(u64) -> Sample) {
        let pace = warm_up(self.length / WARM_UP_PART, &mut take);
        let operations = pace.operations_per_sample(self.length);
        let wanted = (self.length.as_secs_f64() / (pace.each * operations as f64)) as usize;
        let wanted = wanted.clamp(LEAST_SAMPLES, SAMPLES as usize);

        let mut samples = Vec::with_capacity(wanted);
        let waiting = waiting_by_thread();
        let started = Instant::now();
        while samples.len() < wanted {
            samples.push(take(operations));
            if samples.len() >= LEAST_SAMPLES && started.elapsed() > LENGTH_LIMIT * self.length {
                break;
            }
        }
        let wall = started.elapsed();
        let waiting = waiting.zip(waiting_by_thread()).map(|(before, after)| waited(&before, &after));
        if self.taken.replace(Taken { samples, waiting, wall }).is_some() {
            wrong_answer("the workload measured twice; a workload measures once");
        }
    }
}

impl Meter for Round {
    fn measure<O>(&mut self, mut op: impl FnMut() -> O, mut check: impl FnMut(&O) -> Answer) {
        require(check(&op()));
        self.take(|operations| {
            timed(operations, || {
                for _ in 0..operations {
                    black_box(op());
                }
            })
        });
        require(check(&op()));
    }

    fn measure_batched<I, O>(
        &mut self,
        mut setup: impl FnMut() -> I,
        mut op: impl FnMut(I) -> O,
        mut check: impl FnMut(&O) -> Answer,
    ) {
        require(check(&op(setup())));
        let clocks = Clocks::cost();
        let mut inputs: Vec<I> = Vec::with_capacity(INPUTS_AT_A_TIME as usize);
        self.take(|operations| {
            let mut sum = Sample::default();
            while sum.operations < operations {
                let batch = INPUTS_AT_A_TIME.min(operations - sum.operations);
                inputs.extend((0..batch).map(|_| setup()));
                let part = timed(batch, || {
                    for input in inputs.drain(..) {
                        black_box(op(input));
                    }
                });
                sum.operations += batch;
                // A batch can be as short as the readings around it.
                sum.wall += part.wall.saturating_sub(clocks.wall);
                sum.cpu += part.cpu.saturating_sub(clocks.cpu);
            }
            sum
        });
        require(check(&op(setup())));
    }
}

fn timed(operations: u64, body: impl FnOnce()) -> Sample {
    let clocks = Clocks::start();
    body();
    let elapsed = clocks.stop();
    Sample { operations, wall: elapsed.wall, cpu: elapsed.cpu }
}

/// The least seconds that an operation took, so that an interruption does not make the samples short.
#[derive(Debug, Clone, Copy)]
struct Pace {
    /// By itself, as samples have it.
    each: f64,
    /// With its set-up and the clocks around it.
    whole: f64,
}

impl Pace {
    /// An operation that the compiler removed, or that is shorter than the clocks around it, must not make a sample
    /// endless.
    const LEAST_SECONDS: f64 = 1e-10;

    /// As many operations as fill a sample, and no more than all samples can have within the round's limit.
    fn operations_per_sample(self, length: Duration) -> u64 {
        let wanted = (length / SAMPLES).max(LEAST_SAMPLE).as_secs_f64() / self.each;
        let possible = (length * LENGTH_LIMIT / SAMPLES).as_secs_f64() / self.whole;
        // A conversion of floats to integers stays within the integer's range.
        (wanted.min(possible) as u64).max(1)
    }
}

/// Twice as many operations each time until the time is over.
fn warm_up(length: Duration, take: &mut impl FnMut(u64) -> Sample) -> Pace {
    let started = Instant::now();
    let mut operations = 1u64;
    let mut pace = Pace { each: f64::INFINITY, whole: f64::INFINITY };
    loop {
        let before = Instant::now();
        let each = take(operations).wall.as_secs_f64() / operations as f64;
        let whole = before.elapsed().as_secs_f64() / operations as f64;
        pace.each = pace.each.min(each.max(Pace::LEAST_SECONDS));
        pace.whole = pace.whole.min(whole.max(Pace::LEAST_SECONDS));
        if started.elapsed() >= length || operations > u64::from(u32::MAX) {
            return pace;
        }
        operations *= 2;
    }
}

/// How long each thread of this process has been runnable without a core; `None` where the kernel does not tell.
fn waiting_by_thread() -> Option<BTreeMap<String, u64>> {
    let tasks = fs::read_dir("/proc/self/task").ok()?;
    let waiting = tasks.filter_map(Result::ok).filter_map(|task| {
        let text = fs::read_to_string(task.path().join("schedstat")).ok()?;
        Some((task.file_name().to_string_lossy().into_owned(), run_delay(&text)?))
    });
    let waiting: BTreeMap<String, u64> = waiting.collect();
    (!waiting.is_empty()).then_some(waiting)
}

fn waited(before: &BTreeMap<String, u64>, after: &BTreeMap<String, u64>) -> Duration {
    let each = after.iter().map(|(thread, ns)| ns.saturating_sub(before.get(thread).copied().unwrap_or(0)));
    Duration::from_nanos(each.sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(round: &Round) -> Vec<(u64, u64)> {
        let document = round.document("a/b").unwrap();
        let samples = document["samples"].as_array().unwrap();
        samples.iter().map(|sample| (sample[0].as_u64().unwrap(), sample[1].as_u64().unwrap())).collect()
    }

    #[test]
    fn a_round_takes_its_samples_and_checks_before_and_after() {
        let (mut operations, mut checks) = (0u64, 0);
        let mut round = Round::new(Duration::from_millis(30), 1);
        round.measure(
            || {
                operations += 1;
                black_box(operations)
            },
            |_| {
                checks += 1;
                Ok(())
            },
        );
        let samples = samples(&round);
        assert!((LEAST_SAMPLES..=SAMPLES as usize).contains(&samples.len()), "{}", samples.len());
        assert!(samples.iter().all(|(operations, wall)| *operations > 0 && *wall > 0));
        assert_eq!(checks, 2);
        assert!(operations > samples.iter().map(|(operations, _)| operations).sum::<u64>());
    }

    #[test]
    fn an_operation_longer_than_the_round_is_sampled_a_few_times() {
        let mut operations = 0u64;
        let mut round = Round::new(Duration::from_millis(1), 1);
        round.measure(
            || {
                operations += 1;
                std::thread::sleep(Duration::from_millis(3));
            },
            |()| Ok(()),
        );
        assert_eq!(samples(&round).len(), LEAST_SAMPLES);
        assert!(operations < 10, "{operations}");
    }

    /// A sleep is never shorter than asked for, so its operations bound those of a sample.
    #[test]
    fn a_set_up_that_is_dear_beside_its_operation_does_not_make_the_round_endless() {
        let mut made = 0u64;
        let mut round = Round::new(Duration::from_millis(20), 1);
        round.measure_batched(
            || {
                made += 1;
                std::thread::sleep(Duration::from_millis(1));
            },
            black_box,
            |()| Ok(()),
        );
        let samples = samples(&round);
        // A fifth of the round's length holds four set-ups, warming up a handful.
        assert!(samples.iter().all(|(operations, _)| *operations <= 4), "{samples:?}");
        assert!(made <= 100, "{made} set-ups");
    }

    #[test]
    fn a_sample_has_what_fills_it_unless_the_round_would_go_beyond_its_limit() {
        let second = Duration::from_secs(1);
        let pace = |each, whole| Pace { each, whole };
        assert_eq!(pace(0.5e-3, 0.5e-3).operations_per_sample(second), 100);
        // A set-up of 100 µs: twenty samples of 2000 take the four lengths that a round may.
        assert_eq!(pace(5e-8, 1e-4).operations_per_sample(second), 2_000);
        // An operation below the clocks' own cost.
        assert!(pace(Pace::LEAST_SECONDS, 1e-6).operations_per_sample(second) <= 200_001);
        assert_eq!(pace(2.0, 2.0).operations_per_sample(second), 1);
    }

    #[test]
    fn every_operation_of_a_sample_is_in_its_time_and_in_its_number() {
        let mut done = 0u64;
        let mut round = Round::new(Duration::from_millis(100), 1);
        round.measure(
            || {
                done += 1;
                std::thread::sleep(Duration::from_millis(1));
            },
            |()| Ok(()),
        );
        let samples = samples(&round);
        assert!(samples.iter().all(|(operations, wall)| *wall >= operations * 1_000_000), "{samples:?}");
        // Two were checked; warming up took 1, 2, 4, … of the others.
        let warming_up = done - 2 - samples.iter().map(|(operations, _)| operations).sum::<u64>();
        assert!((warming_up + 1).is_power_of_two(), "{warming_up} of {done} are in no sample");
    }

    #[test]
    fn inputs_are_made_for_every_operation_and_used_once() {
        let (mut made, mut used) = (0u64, 0u64);
        let mut round = Round::new(Duration::from_millis(10), 1);
        round.measure_batched(
            || {
                made += 1;
                made
            },
            |input| {
                used += 1;
                input
            },
            |_| Ok(()),
        );
        assert_eq!(made, used);
        assert!(samples(&round).iter().all(|(operations, _)| *operations > 0));
    }

    #[test]
    fn several_threads_have_no_cpu_time() {
        let mut round = Round::new(Duration::from_millis(5), 2);
        round.measure(|| black_box(1), |_| Ok(()));
        let document = round.document("a/b").unwrap();
        assert!(document["samples"][0][2].is_null());
    }

    #[test]
    fn the_wait_is_the_second_number() {
        assert_eq!(run_delay("123 456 7\n"), Some(456));
        assert_eq!(run_delay(""), None);
    }

    #[test]
    fn a_thread_that_came_later_counts_from_its_start() {
        let before = BTreeMap::from([("1".to_owned(), 10)]);
        let after = BTreeMap::from([("1".to_owned(), 15), ("2".to_owned(), 3)]);
        assert_eq!(waited(&before, &after), Duration::from_nanos(8));
    }
}
