//! Standard output of the commands: a reader that has seen enough (`| head`) is no failure.
//!
//! The standard `print!` panics where it cannot write, so that a run would be measured and never stored. The commands'
//! own, which stands in its place, goes on instead: what is left to do is done, and the exit code says how that went.
//! Where it is not the reader that fails, [`failure`] says so in the end.

use std::{
    fmt,
    io::{self, ErrorKind, Write as _},
    sync::OnceLock,
};

use super::{Exit, Failure};

/// The first failure of [`print`].
static FAILURE: OnceLock<String> = OnceLock::new();

/// What `print!` and `println!` of this module's children do.
pub(super) fn print(text: fmt::Arguments) {
    if let Err(error) = write(text) {
        // Of several the first is told.
        let _ = FAILURE.set(format!("standard output: {error}"));
    }
}

/// Why something could not be printed although somebody reads.
pub(super) fn failure() -> Option<&'static str> {
    FAILURE.get().map(String::as_str)
}

/// Print all of `text`, or as much as the reader takes.
pub(super) fn print_whole(text: &str) -> Result<(), Failure> {
    write(format_args!("{text}"))
        .map_err(|error| Failure::new(Exit::ToolFailed, format!("standard output: {error}")))
}

fn write(text: fmt::Arguments) -> io::Result<()> {
    let mut output = io::stdout().lock();
    match output.write_fmt(text).and_then(|()| output.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome,
    }
}
