//! The time instrument: Criterion, with the thread's CPU time recorded beside wall time.
//!
//! A neighbour that takes the core moves wall time and leaves CPU time alone, so a judge wants both. The CPU clock
//! is read outside the two wall-clock reads of a sample, so it does not lengthen what Criterion sees. What its own
//! readings cost, a system call of some hundred nanoseconds, is taken off the CPU time: a batch of short operations is
//! not much longer.

use std::{
    cell::RefCell,
    hint::black_box,
    sync::OnceLock,
    time::{Duration, Instant},
};

use criterion::measurement::{Measurement, ValueFormatter, WallTime};

use crate::{Answer, Meter, cli::require};

thread_local! {
    /// Every sample taken so far in this process, warm-up included: wall and CPU nanoseconds. `None` where nobody
    /// reads them.
    static SAMPLES: RefCell<Option<Vec<(u64, u64)>>> = const { RefCell::new(None) };
}

/// Many more samples than one benchmark takes in a round; 64 MiB of them.
const SAMPLES_LIMIT: usize = 1 << 22;

/// Empty readings of the clocks, the least of which is their own cost.
const CLOCK_READINGS: u32 = 64;

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

/// A Criterion measurement: wall time as usual, with the calling thread's CPU time kept aside.
#[derive(Debug, Clone, Copy, Default)]
pub struct CpuAndWall;

impl CpuAndWall {
    /// Keep the samples that this thread takes from now on.
    pub(crate) fn keep_samples() {
        // Read now, and not behind the first sample.
        Clocks::cost();
        SAMPLES.set(Some(Vec::new()));
    }

    /// The samples kept, oldest first: wall and CPU nanoseconds. `None` where there were too many.
    pub(crate) fn samples() -> Option<Vec<(u64, u64)>> {
        SAMPLES.with_borrow(Clone::clone)
    }
}

impl Measurement for CpuAndWall {
    type Intermediate = Clocks;
    type Value = Duration;

    fn start(&self) -> Clocks {
        Clocks::start()
    }

    fn end(&self, clocks: Clocks) -> Duration {
        let elapsed = clocks.stop();
        SAMPLES.with_borrow_mut(|samples| keep(samples, elapsed, SAMPLES_LIMIT));
        elapsed.wall
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

/// A record that reaches the limit is given up: without its end it would be taken for that of other samples.
fn keep(samples: &mut Option<Vec<(u64, u64)>>, elapsed: Elapsed, limit: usize) {
    let Some(kept) = samples else { return };
    if kept.len() < limit {
        let cpu = elapsed.cpu.saturating_sub(Clocks::cost().cpu);
        kept.push((nanoseconds(elapsed.wall), nanoseconds(cpu)));
    } else {
        *samples = None;
    }
}

/// The calling thread's clocks, running. The wall clock is read inside the two readings of the CPU clock, which is the
/// slower one.
#[derive(Debug, Clone, Copy)]
pub struct Clocks {
    cpu: Duration,
    wall: Instant,
}

/// What the clocks showed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Elapsed {
    pub wall: Duration,
    pub cpu: Duration,
}

impl Clocks {
    pub(crate) fn start() -> Self {
        let cpu = thread_cpu_time();
        Self { cpu, wall: Instant::now() }
    }

    pub(crate) fn stop(self) -> Elapsed {
        let wall = self.wall.elapsed();
        Elapsed { wall, cpu: thread_cpu_time().saturating_sub(self.cpu) }
    }

    /// What the clocks show around nothing, read once a process.
    pub(crate) fn cost() -> Elapsed {
        static COST: OnceLock<Elapsed> = OnceLock::new();
        *COST.get_or_init(|| {
            let readings = (0..CLOCK_READINGS).map(|_| {
                let clocks = Self::start();
                black_box(());
                clocks.stop()
            });
            readings.fold(Elapsed { wall: Duration::MAX, cpu: Duration::MAX }, |least, reading| Elapsed {
                wall: least.wall.min(reading.wall),
                cpu: least.cpu.min(reading.cpu),
            })
        })
    }
}

pub(crate) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// CPU time of the calling thread; zero where the platform has no such clock.
fn thread_cpu_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid, exclusive timespec for the length of the call.
    let outcome = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    if outcome != 0 {
        return Duration::ZERO;
    }
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Enough that one of them is not interrupted.
    const SAMPLES_OF_NOTHING: usize = 200;

    #[test]
    fn the_clocks_own_cost_is_not_in_the_cpu_time() {
        CpuAndWall::keep_samples();
        for _ in 0..SAMPLES_OF_NOTHING {
            CpuAndWall.end(CpuAndWall.start());
        }
        let samples = CpuAndWall::samples().unwrap();
        assert_eq!(samples.len(), SAMPLES_OF_NOTHING);
        let least = samples.iter().map(|(_, cpu)| *cpu).min().unwrap();
        let cost = nanoseconds(Clocks::cost().cpu);
        // Where the platform has no such clock, both are nothing.
        assert!(least <= cost / 2, "nothing took {least} ns, the clocks cost {cost} ns");
    }

    #[test]
    fn samples_are_kept_for_who_asked_and_a_record_that_would_lack_its_end_is_none() {
        CpuAndWall.end(CpuAndWall.start());
        assert_eq!(CpuAndWall::samples(), None);
        let sample = Elapsed { wall: Duration::from_nanos(7), cpu: Duration::ZERO };
        let mut kept = Some(Vec::new());
        (0..3).for_each(|_| keep(&mut kept, sample, 3));
        assert_eq!(kept, Some(vec![(7, 0); 3]));
        keep(&mut kept, sample, 3);
        assert_eq!(kept, None);
        keep(&mut kept, sample, 3);
        assert_eq!(kept, None, "it does not begin anew");
    }
}
