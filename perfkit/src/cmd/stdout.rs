//! Long texts on standard output: a reader that has seen enough (`| head`) is no failure.

use std::io::{self, ErrorKind, Write as _};

use super::{Exit, Failure};

/// Print all of `text`, or as much as the reader takes.
pub(super) fn print_whole(text: &str) -> Result<(), Failure> {
    let mut output = io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new(Exit::ToolFailed, format!("standard output: {error}")))
        }
        _ => Ok(()),
    }
}
