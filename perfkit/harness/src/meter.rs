//! The one interface a workload is written against.

use std::sync::Arc;

/// What a check says of an operation's result: `Err` names what was wrong and what would be right.
pub type Answer = Result<(), String>;

/// An instrument. Every implementation runs `check` on what the measured closure itself returned, once before and
/// once after it measures; a wrong answer ends the process with
/// [`WRONG_ANSWER_EXIT_CODE`](crate::WRONG_ANSWER_EXIT_CODE) and is never reported as a time or a count.
pub trait Meter {
    /// Measure `op`. Its result is dropped inside the measured region.
    fn measure<O>(&mut self, op: impl FnMut() -> O, check: impl FnMut(&O) -> Answer);

    /// Measure `op` on a fresh input each time. Inputs are made outside the measured region; `op`'s result is
    /// dropped inside it.
    fn measure_batched<I, O>(
        &mut self,
        setup: impl FnMut() -> I,
        op: impl FnMut(I) -> O,
        check: impl FnMut(&O) -> Answer,
    );

    /// Something that all threads of the scaling instrument work on: the first thread makes it, the others get the same
    /// one. On every other instrument it is simply made. What a workload makes without asking here is each thread's own.
    ///
    /// Ask before measuring, and borrow from the `Arc` once, so that nothing of it is in the measured closure:
    ///
    /// ```
    /// use std::sync::Mutex;
    /// use perfkit_harness::{Meter, ensure, suite};
    ///
    /// /// Take an entry from one table that all threads use.
    /// fn look_up(meter: &mut impl Meter, entries: u64) {
    ///     let table = meter.shared(|| Mutex::new((0..entries).collect::<Vec<u64>>()));
    ///     let table = &*table;
    ///     let mine = meter.thread() as u64 % entries; // threads start at different places
    ///     meter.measure(
    ///         || table.lock().map_or(0, |table| table[mine as usize]),
    ///         |found| ensure!(*found == mine, "entry {mine} is {found}"),
    ///     );
    /// }
    ///
    /// suite!(pub SUITE: "table/look_up" / entries in [64] => look_up, scales(););
    /// assert!(SUITE[0].scales);
    /// ```
    fn shared<S: Send + Sync + 'static>(&mut self, make: impl FnOnce() -> S) -> Arc<S> {
        Arc::new(make())
    }

    /// Which of the scaling instrument's threads this is, from 0; always 0 on the other instruments.
    fn thread(&self) -> usize {
        0
    }

    /// Say how many elements one operation really produced, before measuring: `perfkit lint` holds it against the
    /// `elements` that the suite declares. Free on every instrument.
    fn produced(&mut self, elements: u64) {
        let _ = elements;
    }

    /// Hand over the routing or hash key of every input that the workload cycles through, before measuring:
    /// `perfkit lint` counts the distinct ones. Free on every instrument.
    fn input_keys(&mut self, keys: impl IntoIterator<Item = u64>) {
        let _ = keys;
    }
}

/// `Ok(())` where the condition holds, else an `Err` with the formatted message.
#[macro_export]
macro_rules! ensure {
    ($condition:expr, $($message:tt)+) => {
        if $condition { ::core::result::Result::Ok(()) } else { ::core::result::Result::Err(::std::format!($($message)+)) }
    };
}
