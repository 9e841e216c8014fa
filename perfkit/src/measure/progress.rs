//! Progress on a terminal, silence in a pipe: a bar with the current benchmark and the time left, on standard error.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar, or nothing.
#[derive(Debug, Clone)]
pub struct Progress(ProgressBar);

impl Progress {
    /// Shown only where standard error is a terminal.
    pub fn new() -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{bar:24} {pos}/{len}  {eta} left  {wide_msg}") {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// More steps to come.
    pub fn expect(&self, steps: u64) {
        self.begin_again();
        self.0.inc_length(steps);
    }

    /// What is going on.
    pub fn say(&self, what: &str) {
        self.begin_again();
        self.0.set_message(what.to_owned());
        self.0.tick();
    }

    /// A finished bar starts anew with what comes next.
    fn begin_again(&self) {
        if self.0.is_finished() {
            self.0.set_length(0);
            self.0.reset();
        }
    }

    /// One step is done.
    pub fn step(&self) {
        self.0.inc(1);
    }

    /// Clear the bar.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}
