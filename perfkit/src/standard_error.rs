//! Standard error: what is said beside the output is for whoever listens, and nobody has to.
//!
//! The standard `eprintln!` panics where it cannot write, so that `perfkit run 2>&1 | head -1` would lose the run that it
//! stores last. The crate's own, which stands in its place, goes on instead.

use std::{
    fmt,
    io::{self, Write as _},
};

/// What `eprint!` and `eprintln!` of this crate do.
pub(crate) fn say(text: fmt::Arguments<'_>) {
    // Where even this cannot be written there is no place left to say so.
    let _ = io::stderr().lock().write_fmt(text);
}
