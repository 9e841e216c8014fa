//! The time instrument: Criterion, with the thread's CPU time recorded beside wall time.
//!
//! A neighbour that takes the core moves wall time and leaves CPU time alone, so a judge wants both. The CPU clock
//! is read outside the two wall-clock reads of a sample, so it does not lengthen what Criterion sees.

use std::{
    cell::RefCell,
    hint::black_box,
    time::{Duration, Instant},
};

use criterion::measurement::{Measurement, ValueFormatter, WallTime};

use crate::{Answer, Meter, cli::wrong_answer};

thread_local! {
    /// Every sample taken so far in this process, warm-up included: wall and CPU nanoseconds.
    static SAMPLES: RefCell<Vec<(u64, u64)>> = const { RefCell::new(Vec::new()) };
}

/// Inputs that are made before the clock starts. A fixed number: batches that grow with a sample's iterations, as
/// `SmallInput` has them, give later samples inputs that no longer lie in the cache, and the slope between samples is
/// what Criterion estimates. 64 operations keep the two clock reads around them
/// a small part of what is timed.
const INPUTS_AT_A_TIME: criterion::BatchSize = criterion::BatchSize::NumIterations(64);

/// A [`Meter`] that hands the loop to Criterion.
pub struct Time<'a, 'b>(&'a mut criterion::Bencher<'b, CpuAndWall>);

impl<'a, 'b> Time<'a, 'b> {
    /// A meter around Criterion's bencher.
    pub fn new(bencher: &'a mut criterion::Bencher<'b, CpuAndWall>) -> Self {
        Self(bencher)
    }
}

impl Meter for Time<'_, '_> {
    fn measure<O>(&mut self, mut op: impl FnMut() -> O, mut check: impl FnMut(&O) -> Answer) {
        require(check(&op()));
        self.0.iter(&mut op);
        require(check(&op()));
    }

    fn measure_batched<I, O>(
        &mut self,
        mut setup: impl FnMut() -> I,
        mut op: impl FnMut(I) -> O,
        mut check: impl FnMut(&O) -> Answer,
    ) {
        require(check(&op(setup())));
        // Criterion keeps outputs until the clock has stopped; dropping them belongs to the operation.
        self.0.iter_batched(&mut setup, |input| drop(black_box(op(input))), INPUTS_AT_A_TIME);
        require(check(&op(setup())));
    }
}

fn require(answer: Answer) {
    if let Err(why) = answer {
        wrong_answer(&why);
    }
}

/// A Criterion measurement: wall time as usual, with the calling thread's CPU time kept aside.
#[derive(Debug, Clone, Copy, Default)]
pub struct CpuAndWall;

impl CpuAndWall {
    /// The samples of this process so far, oldest first: wall and CPU nanoseconds.
    pub(crate) fn samples() -> Vec<(u64, u64)> {
        SAMPLES.with_borrow(Clone::clone)
    }
}

impl Measurement for CpuAndWall {
    type Intermediate = (Duration, Instant);
    type Value = Duration;

    fn start(&self) -> Self::Intermediate {
        let cpu = thread_cpu_time();
        (cpu, Instant::now())
    }

    fn end(&self, (cpu, wall): Self::Intermediate) -> Duration {
        let wall = wall.elapsed();
        let cpu = thread_cpu_time().saturating_sub(cpu);
        SAMPLES.with_borrow_mut(|samples| samples.push((nanoseconds(wall), nanoseconds(cpu))));
        wall
    }

    fn add(&self, left: &Duration, right: &Duration) -> Duration {
        *left + *right
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        value.as_nanos() as f64
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        WallTime.formatter()
    }
}

pub(crate) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// CPU time of the calling thread; zero where the platform has no such clock.
pub(crate) fn thread_cpu_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid, exclusive timespec for the length of the call.
    let outcome = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    if outcome != 0 {
        return Duration::ZERO;
    }
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}
