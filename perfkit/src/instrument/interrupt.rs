//! The user's interrupt: what is under way ends, and what was measured is kept.
//!
//! A terminal's interrupt does not reach the processes that are measured, because each leads a group of its own; so
//! whoever starts one listens, and passes it on. The first interrupt of a command that keeps what it measured stops its
//! instruments. The second, and the first of any other command, ends all groups and this process.

use std::sync::{
    Once,
    atomic::{AtomicBool, Ordering},
};

use super::process_group;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Whether the command keeps what it measured.
static KEEPS: AtomicBool = AtomicBool::new(false);

/// As shells have it for a process that an interrupt ended.
const EXIT_CODE: i32 = 130;

/// Ask all instruments to stop; processes under way are ended. True if that was asked before.
pub fn interrupt() -> bool {
    INTERRUPTED.swap(true, Ordering::Relaxed)
}

/// Whether the instruments were asked to stop.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// Take the interrupt from the terminal: the first stops measuring and keeps what there is, the second ends at once.
pub fn keep_what_was_measured_on_interrupt() {
    KEEPS.store(true, Ordering::Relaxed);
    listen();
}

/// From now on no interrupt ends this process and leaves behind what it started.
pub(super) fn listen() {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| {
        // A handler that cannot be set leaves the default one, which ends the process.
        let _ = ctrlc::set_handler(|| {
            if !KEEPS.load(Ordering::Relaxed) || interrupt() {
                process_group::end_all_and_exit(EXIT_CODE);
            }
        });
    });
}
