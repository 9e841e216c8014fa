//! The one interface a workload is written against.

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
}

/// `Ok(())` where the condition holds, else an `Err` with the formatted message.
#[macro_export]
macro_rules! ensure {
    ($condition:expr, $($message:tt)+) => {
        if $condition { ::core::result::Result::Ok(()) } else { ::core::result::Result::Err(::std::format!($($message)+)) }
    };
}
