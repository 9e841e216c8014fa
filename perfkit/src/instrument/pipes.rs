//! What a process prints, within limits.
//!
//! Each pipe is read on a thread of its own, so that the process never blocks on a full one. What was read can be taken
//! while a pipe is open: somebody else may hold it for ever.

use std::{
    io::{ErrorKind, Read},
    process::Child,
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    thread,
    time::Duration,
};

/// The most standard output kept, which is a list of benchmarks or summaries of them; more is an error.
pub(super) const STDOUT_LIMIT_BYTES: usize = 64 * 1024 * 1024;

/// How much of what a failed process printed an error shows.
pub(super) const ERROR_TAIL_BYTES: usize = 4 * 1024;

/// Both outputs of a process.
pub(super) struct Pipes {
    stdout: Shared,
    stderr: Shared,
    /// Nothing is sent: the channel ends when both pipes have been read to their ends.
    closing: mpsc::Receiver<()>,
    open: bool,
}

/// What was read of one output.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Captured {
    pub bytes: Vec<u8>,
    pub overflowed: bool,
}

/// `None` once it was taken.
type Shared = Arc<Mutex<Option<Captured>>>;

impl Pipes {
    /// Read what the process prints from now on.
    pub fn of(process: &mut Child) -> Self {
        let (open, closing) = mpsc::channel();
        Self {
            stdout: capture(process.stdout.take(), Keep::Start(STDOUT_LIMIT_BYTES), open.clone()),
            stderr: capture(process.stderr.take(), Keep::End(ERROR_TAIL_BYTES), open),
            closing,
            open: true,
        }
    }

    /// Whether somebody can still write into one of them, as of the last wait.
    pub fn are_open(&self) -> bool {
        self.open
    }

    /// Wait until both are closed, for so long at most.
    pub fn wait(&mut self, at_most: Duration) {
        if self.open {
            self.open = self.closing.recv_timeout(at_most) != Err(mpsc::RecvTimeoutError::Disconnected);
        }
    }

    /// Standard output and standard error as far as they were read.
    pub fn take(self) -> (Captured, Captured) {
        let take = |shared: &Shared| lock(shared).take().unwrap_or_default();
        (take(&self.stdout), take(&self.stderr))
    }
}

/// Which part of an output that is too long.
#[derive(Debug, Clone, Copy)]
enum Keep {
    Start(usize),
    End(usize),
}

impl Captured {
    fn add(&mut self, read: &[u8], keep: Keep) {
        self.bytes.extend_from_slice(read);
        match keep {
            Keep::Start(limit) if self.bytes.len() > limit => {
                self.bytes.truncate(limit);
                self.overflowed = true;
            }
            Keep::End(limit) if self.bytes.len() > limit => {
                self.bytes.drain(..self.bytes.len() - limit);
            }
            _ => {}
        }
    }
}

/// Read to the end, or until what was read is taken; `open` is dropped then.
fn capture(stream: Option<impl Read + Send + 'static>, keep: Keep, open: mpsc::Sender<()>) -> Shared {
    let shared: Shared = Arc::new(Mutex::new(Some(Captured::default())));
    if let Some(mut stream) = stream {
        let captured = Arc::clone(&shared);
        thread::spawn(move || {
            let mut chunk = [0u8; 16 * 1024];
            loop {
                match stream.read(&mut chunk) {
                    Ok(read @ 1..) => match lock(&captured).as_mut() {
                        Some(captured) => captured.add(&chunk[..read], keep),
                        None => break,
                    },
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    // A pipe that breaks ends the text early; the exit status still tells.
                    Ok(0) | Err(_) => break,
                }
            }
            drop(open);
        });
    }
    shared
}

/// What was read is whole even if a thread failed while it held it.
fn lock(shared: &Shared) -> MutexGuard<'_, Option<Captured>> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_output_that_is_too_long_the_start_or_the_end_is_kept() {
        let captured = |keep| {
            let mut captured = Captured::default();
            ["ab", "cd", "ef"].iter().for_each(|read| captured.add(read.as_bytes(), keep));
            captured
        };
        assert_eq!(captured(Keep::Start(3)), Captured { bytes: b"abc".to_vec(), overflowed: true });
        assert_eq!(captured(Keep::End(3)), Captured { bytes: b"def".to_vec(), overflowed: false });
        assert_eq!(captured(Keep::Start(6)), Captured { bytes: b"abcdef".to_vec(), overflowed: false });
    }
}
