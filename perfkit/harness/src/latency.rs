//! The latency instrument: operations on a fixed schedule, each timed from the moment at which it was *meant* to start.
//!
//! A closed loop waits for a slow operation before it starts the next one, and so never sees what callers that do not
//! wait would see: coordinated omission (Tene, "How not to measure latency"). Here the schedule does not wait. An
//! operation that starts late because the one before it was slow has that delay in its latency.
//!
//! Two clock reads an operation; waiting is spinning, so that waking up is not part of what is timed, but for gaps of
//! milliseconds, most of which are slept.

use std::{
    hint::{black_box, spin_loop},
    thread,
    time::{Duration, Instant},
};

use hdrhistogram::Histogram;
use serde_json::{Value, json};

use crate::{
    Answer, Meter, Workload,
    cli::{at_work, find, number, require, usage, wrong_answer},
    waiting,
};

/// Latencies that the histogram tells apart: 1 ns to 60 s at [`SIGNIFICANT_DIGITS`]; longer ones count as 60 s.
const LONGEST_NS: u64 = 60_000_000_000;
const SIGNIFICANT_DIGITS: u8 = 3;
/// Two clock reads and a histogram's update leave no room for more operations per second.
const RATE_LIMIT: u64 = 5_000_000;
/// The longest schedule.
const SECONDS_LIMIT: f64 = 600.0;
/// The share of the schedule that is run once before, unrecorded.
const WARM_UP_SHARE: u64 = 10;
/// An operation that starts later than this has missed its place in the schedule.
const LATE: Duration = Duration::from_micros(1);
/// Operations that did not start within so many times the schedule's length never will.
const PATIENCE: u32 = 2;
/// Gaps above this are slept, up to [`SPIN`] before their end.
const SLEEP_ABOVE: Duration = Duration::from_millis(2);
const SPIN: Duration = Duration::from_millis(1);

/// Answer `--perfkit-latency ID RATE SECONDS` with one JSON object.
pub(crate) fn answer(suite: &'static [Workload], id: &str, rate: &str, seconds: &str) {
    let workload = find(suite, id);
    let rate = number("operations per second", rate, RATE_LIMIT);
    let seconds = match seconds.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds <= SECONDS_LIMIT => seconds,
        _ => usage(&format!("{seconds:?} is no length of a schedule: wanted up to {SECONDS_LIMIT} seconds")),
    };
    let operations = ((rate as f64 * seconds) as u64).max(1);
    at_work(workload.id);
    let Ok(histogram) = Histogram::new_with_bounds(1, LONGEST_NS, SIGNIFICANT_DIGITS) else {
        usage("the histogram's bounds are wrong");
    };
    let mut meter = Latency { schedule: Schedule { rate, operations }, histogram, outcome: None };
    (workload.latency)(&mut meter, workload.size);
    let Some(outcome) = meter.outcome else { wrong_answer("the workload never measured") };
    println!("{}", document(workload.id, &meter.schedule, &meter.histogram, &outcome));
}

fn document(id: &str, schedule: &Schedule, histogram: &Histogram<u64>, outcome: &Outcome) -> Value {
    let counts: Vec<(u64, u64)> = histogram
        .iter_recorded()
        .map(|step| (step.value_iterated_to(), step.count_since_last_iteration()))
        .collect();
    json!({
        "id": id,
        "rate": schedule.rate,
        "scheduled": schedule.operations,
        "late": outcome.late,
        "unstarted": outcome.unstarted,
        "waited": outcome.waited,
        "histogram": counts,
    })
}

/// When operations are meant to start.
#[derive(Debug, Clone, Copy)]
struct Schedule {
    /// Operations per second.
    rate: u64,
    /// How many.
    operations: u64,
}

impl Schedule {
    /// The intended start of one operation after the schedule's own. Exact, so that a long schedule does not drift.
    fn start(&self, operation: u64) -> Duration {
        const NANOSECONDS: u64 = 1_000_000_000;
        let seconds = operation / self.rate;
        let nanoseconds = operation % self.rate * NANOSECONDS / self.rate;
        Duration::new(seconds, u32::try_from(nanoseconds).unwrap_or(0))
    }
}

/// What became of a schedule, beside the latencies.
#[derive(Debug, Clone, Copy, Default)]
struct Outcome {
    /// Operations that started more than [`LATE`] after their intended start.
    late: u64,
    /// Operations that never started; they stand in the histogram with the time for which they waited.
    unstarted: u64,
    /// The share of the time in which the thread was runnable and had no core; `None` where the kernel does not tell.
    waited: Option<f64>,
}

/// A [`Meter`] that starts operations on a fixed schedule.
pub struct Latency {
    schedule: Schedule,
    histogram: Histogram<u64>,
    outcome: Option<Outcome>,
}

impl Latency {
    /// `prepare` runs in the gap before an operation, `op` is timed.
    fn run<I>(&mut self, mut prepare: impl FnMut() -> I, mut op: impl FnMut(I)) {
        if self.outcome.is_some() {
            wrong_answer("the workload measured twice; a workload measures once");
        }
        let warm_up = Schedule { operations: self.schedule.operations / WARM_UP_SHARE, ..self.schedule };
        follow(&warm_up, &mut prepare, &mut op, |_| {});
        let histogram = &mut self.histogram;
        let (started, waited) = (Instant::now(), waiting::of_this_thread());
        let mut outcome = follow(&self.schedule, &mut prepare, &mut op, |latency| {
            let nanoseconds = u64::try_from(latency.as_nanos()).unwrap_or(LONGEST_NS);
            histogram.saturating_record(nanoseconds.max(1));
        });
        let elapsed = started.elapsed();
        outcome.waited = waiting::of_this_thread()
            .zip(waited)
            .map(|(after, before)| after.saturating_sub(before).as_secs_f64() / elapsed.as_secs_f64());
        self.outcome = Some(outcome);
    }
}

fn follow<I>(
    schedule: &Schedule,
    prepare: &mut impl FnMut() -> I,
    op: &mut impl FnMut(I),
    mut record: impl FnMut(Duration),
) -> Outcome {
    let mut outcome = Outcome::default();
    let limit = schedule.start(schedule.operations) * PATIENCE;
    let origin = Instant::now() + SPIN;
    for operation in 0..schedule.operations {
        let input = prepare();
        let intended = origin + schedule.start(operation);
        let started = wait_until(intended);
        if started.duration_since(origin) > limit {
            for unstarted in operation..schedule.operations {
                record(started.saturating_duration_since(origin + schedule.start(unstarted)));
            }
            outcome.unstarted = schedule.operations - operation;
            outcome.late += outcome.unstarted;
            break;
        }
        if started - intended > LATE {
            outcome.late += 1;
        }
        op(input);
        record(intended.elapsed());
    }
    outcome
}

/// The moment at which waiting ended; at once where `moment` has passed.
fn wait_until(moment: Instant) -> Instant {
    loop {
        let now = Instant::now();
        match moment.checked_duration_since(now) {
            None | Some(Duration::ZERO) => return now,
            Some(left) if left > SLEEP_ABOVE => thread::sleep(left - SPIN),
            Some(_) => spin_loop(),
        }
    }
}

impl Meter for Latency {
    fn measure<O>(&mut self, mut op: impl FnMut() -> O, mut check: impl FnMut(&O) -> Answer) {
        require(check(&op()));
        self.run(|| (), |()| drop(black_box(op())));
        require(check(&op()));
    }

    /// Inputs are made in the gaps of the schedule. A set-up that is longer than the gap makes its operation late.
    fn measure_batched<I, O>(
        &mut self,
        mut setup: impl FnMut() -> I,
        mut op: impl FnMut(I) -> O,
        mut check: impl FnMut(&O) -> Answer,
    ) {
        require(check(&op(setup())));
        self.run(&mut setup, |input| drop(black_box(op(input))));
        require(check(&op(setup())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_does_not_drift() {
        let schedule = Schedule { rate: 3, operations: 10 };
        assert_eq!(schedule.start(1), Duration::from_nanos(333_333_333));
        assert_eq!(schedule.start(3_000_000), Duration::from_secs(1_000_000));
    }

    #[test]
    fn a_stall_is_in_the_latency_of_all_that_were_meant_to_start_meanwhile() {
        let schedule = Schedule { rate: 1000, operations: 40 };
        let mut turns = 0;
        let mut latencies = Vec::new();
        let stall = |()| {
            turns += 1;
            if turns == 5 {
                thread::sleep(Duration::from_millis(10));
            }
        };
        let mut stall = stall;
        let outcome = follow(&schedule, &mut || (), &mut stall, |latency| latencies.push(latency));
        assert_eq!(latencies.len(), 40);
        // The fifth, and those meant to start one to nine milliseconds after it: each waited for the rest of the stall.
        for (waited, latency) in latencies[4..14].iter().enumerate() {
            let least = Duration::from_millis(10 - waited as u64);
            assert!(*latency >= least, "{waited}: {latency:?}");
        }
        assert!(outcome.late >= 9, "{outcome:?}");
        assert_eq!(outcome.unstarted, 0);
    }

    #[test]
    fn what_never_starts_is_not_left_out() {
        let schedule = Schedule { rate: 1000, operations: 20 };
        let mut latencies = Vec::new();
        let slow = &mut |()| thread::sleep(Duration::from_millis(15));
        let outcome = follow(&schedule, &mut || (), slow, |latency| latencies.push(latency));
        assert_eq!(latencies.len(), 20);
        assert!(outcome.unstarted > 0 && outcome.late > outcome.unstarted, "{outcome:?}");
        assert!(latencies.iter().skip(1).all(|latency| *latency > Duration::from_millis(15)));
    }
}
