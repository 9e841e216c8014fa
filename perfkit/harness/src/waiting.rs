//! How long a thread was runnable and had no core, by the scheduler's own account: what a busy machine adds to a time, and
//! contention for a lock does not.

use std::{fs, time::Duration};

/// The calling thread's wait so far; `None` where the kernel does not tell. A file is read, so ask outside of what is
/// timed.
pub(crate) fn of_this_thread() -> Option<Duration> {
    run_delay(&fs::read_to_string("/proc/thread-self/schedstat").ok()?).map(Duration::from_nanos)
}

/// `time on a CPU, time waiting for one, time slices`, in nanoseconds.
pub(crate) fn run_delay(schedstat: &str) -> Option<u64> {
    schedstat.split_whitespace().nth(1)?.parse().ok()
}
