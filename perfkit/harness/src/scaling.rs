//! The scaling instrument: the same operation on several threads at once, for as long as the caller says.
//!
//! Every thread calls the workload function for itself, so whatever the function makes is the thread's own; what all
//! threads work on is what the function asks [`Meter::shared`] for. The threads meet at a barrier, warm up together,
//! and count their operations over the same window. The rate is the sum of the threads' own rates, so a thread that
//! saw the end of the window a little late adds nothing false.
//!
//! A turn of the loop reads one shared flag that nobody writes meanwhile: a load and a branch beside the operation.

use std::{
    any::Any,
    hint::black_box,
    panic::{AssertUnwindSafe, catch_unwind},
    process::exit,
    sync::{
        Arc, Barrier, Mutex, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::{
    Answer, Meter, Workload,
    cli::{at_work, find, number, require, usage, wrong_answer},
    waiting,
};

/// More threads than any machine that this will meet has cores.
const THREAD_LIMIT: u64 = 1024;
/// The longest window; longer ones say less than more of them do.
const WINDOW_LIMIT_MILLISECONDS: u64 = 60_000;
/// The warm-up, as a share of the window.
const WARM_UP_SHARE: u32 = 4;
/// Inputs that are made before the clock starts, in [`Meter::measure_batched`].
const INPUTS_AT_A_TIME: usize = 64;
/// The exit code of a process in which a thread panicked.
const PANIC_EXIT_CODE: i32 = 101;

/// Answer `--perfkit-scaling ID THREADS MILLISECONDS` with one JSON object.
pub(crate) fn answer(suite: &'static [Workload], id: &str, threads: &str, milliseconds: &str) {
    let workload = find(suite, id);
    if !workload.scales {
        usage(&format!("{id} does not say that it scales; declare it in the suite with `scales()`"));
    }
    let threads = number("threads", threads, THREAD_LIMIT);
    let window = Duration::from_millis(number("milliseconds", milliseconds, WINDOW_LIMIT_MILLISECONDS));
    let threads = usize::try_from(threads).unwrap_or(1);
    let runs = run(workload, threads, window);
    println!(
        "{}",
        json!({
            "id": workload.id,
            "threads": threads,
            "ops_ps": rate(&runs),
            "waited": waited(&runs),
        })
    );
}

/// What one thread did inside the window.
#[derive(Debug, Clone, Copy)]
struct ThreadRun {
    operations: u64,
    /// The time that the operations took; set-up between them left out.
    elapsed: Duration,
    /// The whole window, and how much of it the thread was runnable without a core.
    window: Duration,
    waited: Option<Duration>,
}

/// Operations per second of all threads together; 0 where one of them ended none in the window: its own rate is not
/// known, and that of the others is no rate of all.
fn rate(runs: &[ThreadRun]) -> f64 {
    if runs.iter().any(|run| run.operations == 0) {
        return 0.0;
    }
    runs.iter().map(|run| run.operations as f64 / run.elapsed.as_secs_f64()).sum()
}

/// The share of the window in which the threads were runnable and had no core; `None` where the kernel does not tell.
fn waited(runs: &[ThreadRun]) -> Option<f64> {
    let waited: Duration = runs.iter().map(|run| run.waited).sum::<Option<Duration>>()?;
    let window: Duration = runs.iter().map(|run| run.window).sum();
    Some(waited.as_secs_f64() / window.as_secs_f64())
}

fn run(workload: &'static Workload, threads: usize, window: Duration) -> Vec<ThreadRun> {
    let stage = Arc::new(Stage {
        start: Barrier::new(threads + 1),
        phase: AtomicU8::new(WARM_UP),
        shared: Mutex::new(Vec::new()),
    });
    let threads: Vec<_> = (0..threads)
        .map(|thread| {
            let stage = Arc::clone(&stage);
            thread::spawn(move || one_thread(workload, stage, thread))
        })
        .collect();
    stage.start.wait();
    thread::sleep(window / WARM_UP_SHARE);
    stage.phase.store(MEASURE, Ordering::Relaxed);
    thread::sleep(window);
    stage.phase.store(STOP, Ordering::Relaxed);
    // A thread that does not return a run has ended the process.
    threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
}

/// A thread that cannot go on ends the process: the others wait for it at the barrier.
fn one_thread(workload: &'static Workload, stage: Arc<Stage>, thread: usize) -> ThreadRun {
    at_work(workload.id);
    let mut meter = Scaling { stage, thread, asked: 0, run: None };
    let outcome = catch_unwind(AssertUnwindSafe(|| (workload.scaling)(&mut meter, workload.size)));
    match (outcome, meter.run) {
        (Ok(()), Some(run)) => run,
        (Ok(()), None) => wrong_answer("the workload never measured"),
        // The panic has printed its message.
        (Err(_), _) => exit(PANIC_EXIT_CODE),
    }
}

const WARM_UP: u8 = 0;
const MEASURE: u8 = 1;
const STOP: u8 = 2;

/// What the threads have in common.
struct Stage {
    start: Barrier,
    phase: AtomicU8,
    /// What [`Meter::shared`] made, in the order in which it was asked for.
    shared: Mutex<Vec<Arc<dyn Any + Send + Sync>>>,
}

/// A [`Meter`] of one thread among several.
pub struct Scaling {
    stage: Arc<Stage>,
    thread: usize,
    /// How many shared things this thread has asked for.
    asked: usize,
    run: Option<ThreadRun>,
}

impl Scaling {
    fn is_in(&self, phase: u8) -> bool {
        self.stage.phase.load(Ordering::Relaxed) == phase
    }

    /// `turn` does some operations and says how many and in what time; `None` where that is all of the time.
    fn window(&mut self, mut turn: impl FnMut() -> (u64, Option<Duration>)) {
        if self.run.is_some() {
            wrong_answer("the workload measured twice; a workload measures once");
        }
        self.stage.start.wait();
        while self.is_in(WARM_UP) {
            turn();
        }
        let waited_before = waiting::of_this_thread();
        let started = Instant::now();
        let mut operations = 0;
        let mut inside: Option<Duration> = None;
        while self.is_in(MEASURE) {
            let (more, elapsed) = turn();
            operations += more;
            if let Some(elapsed) = elapsed {
                inside = Some(inside.unwrap_or_default() + elapsed);
            }
        }
        let window = started.elapsed();
        let waited =
            waiting::of_this_thread().zip(waited_before).map(|(after, before)| after.saturating_sub(before));
        self.run = Some(ThreadRun { operations, elapsed: inside.unwrap_or(window), window, waited });
    }
}

impl Meter for Scaling {
    fn measure<O>(&mut self, mut op: impl FnMut() -> O, mut check: impl FnMut(&O) -> Answer) {
        require(check(&op()));
        self.window(|| {
            black_box(op());
            (1, None)
        });
        require(check(&op()));
    }

    /// Set-up happens between the batches, while the other threads work: the contention that is seen is less than in
    /// a loop without set-up.
    fn measure_batched<I, O>(
        &mut self,
        mut setup: impl FnMut() -> I,
        mut op: impl FnMut(I) -> O,
        mut check: impl FnMut(&O) -> Answer,
    ) {
        require(check(&op(setup())));
        let mut inputs = Vec::with_capacity(INPUTS_AT_A_TIME);
        self.window(|| {
            inputs.extend((0..INPUTS_AT_A_TIME).map(|_| setup()));
            let started = Instant::now();
            for input in inputs.drain(..) {
                black_box(op(input));
            }
            (INPUTS_AT_A_TIME as u64, Some(started.elapsed()))
        });
        require(check(&op(setup())));
    }

    fn shared<S: Send + Sync + 'static>(&mut self, make: impl FnOnce() -> S) -> Arc<S> {
        // The list is whole even if a `make` panicked: nothing is pushed before it returns.
        let mut shared = self.stage.shared.lock().unwrap_or_else(PoisonError::into_inner);
        if shared.len() == self.asked {
            shared.push(Arc::new(make()));
        }
        let found = shared.get(self.asked).cloned();
        drop(shared);
        self.asked += 1;
        match found.map(Arc::downcast::<S>) {
            Some(Ok(shared)) => shared,
            _ => wrong_answer(
                "the threads ask for different shared things; ask for the same ones in the same order",
            ),
        }
    }

    fn thread(&self) -> usize {
        self.thread
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A thread that is alone on the stage and moves the phases itself: one turn to warm up, then so many in the window.
    fn turns(turns: u32, operations: u64, elapsed: Option<Duration>) -> ThreadRun {
        let stage = Arc::new(Stage {
            start: Barrier::new(1),
            phase: AtomicU8::new(WARM_UP),
            shared: Mutex::new(Vec::new()),
        });
        let mut meter = Scaling { stage: Arc::clone(&stage), thread: 0, asked: 0, run: None };
        let mut done = 0;
        meter.window(|| {
            let phase = if done < turns { MEASURE } else { STOP };
            stage.phase.store(phase, Ordering::Relaxed);
            done += 1;
            (operations, elapsed)
        });
        meter.run.unwrap()
    }

    #[test]
    fn a_thread_counts_what_it_did_in_the_window_in_the_time_that_it_took() {
        let run = turns(3, 64, Some(Duration::from_millis(64)));
        assert_eq!((run.operations, run.elapsed), (3 * 64, Duration::from_millis(3 * 64)));
        let without_set_up = turns(5, 1, None);
        assert_eq!((without_set_up.operations, without_set_up.elapsed), (5, without_set_up.window));
    }

    #[test]
    fn the_rate_of_several_threads_is_the_sum_of_their_rates() {
        let run = turns(2, 100, Some(Duration::from_millis(100)));
        let slow = turns(2, 100, Some(Duration::from_millis(200)));
        assert!((rate(&[run]) - 1000.0).abs() < 1e-9);
        assert!((rate(&[run, run, slow]) - 2500.0).abs() < 1e-9);
    }

    #[test]
    fn a_thread_that_ended_nothing_leaves_no_rate() {
        let run = turns(2, 100, Some(Duration::from_millis(100)));
        let stuck = turns(0, 100, Some(Duration::from_millis(100)));
        assert_eq!(stuck.operations, 0);
        assert_eq!(rate(&[run, stuck]), 0.0);
    }
}
