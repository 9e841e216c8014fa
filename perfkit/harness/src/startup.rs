//! The start-up instrument: one fresh process from its start to ready, once.
//!
//! perfkit starts many of them and takes a low quantile. The process says how long it took from `main` to ready, and
//! when on the machine's monotonic clock it was ready, so that whoever started it can add what came before `main`:
//! making the process, loading, relocating.

use std::{hint::black_box, time::Instant};

use serde_json::json;

use crate::{
    Workload,
    cli::{at_work, find, usage, wrong_answer},
    perfkit_region,
    suite::Kind,
};

/// Measures one start.
pub struct Startup {
    main: Instant,
    document: Option<serde_json::Value>,
}

impl Startup {
    /// Run `start` to its end, which is the moment of being ready. What it returns lives until the moment was taken.
    pub fn measure<R>(&mut self, start: impl FnOnce() -> Result<R, String>) {
        let mut start = Some(start);
        let mut ready = None;
        perfkit_region(&mut || ready = start.take().map(|start| black_box(start())));
        let main_to_ready = self.main.elapsed();
        let at = monotonic_nanoseconds();
        match ready {
            Some(Ok(_)) => {}
            Some(Err(why)) => wrong_answer(&why),
            None => wrong_answer("the start did not run"),
        }
        let nanoseconds = u64::try_from(main_to_ready.as_nanos()).unwrap_or(u64::MAX);
        self.document = Some(json!({ "main_to_ready_ns": nanoseconds, "ready_at_ns": at }));
    }
}

/// Answer `--perfkit-startup ID` with one JSON object. `main` is when `main` began.
pub(crate) fn answer(suite: &'static [Workload], id: &str, main: Instant) {
    let workload = find(suite, id);
    let Kind::Startup(start) = workload.kind else {
        usage(&format!("{id} is not a start-up; declare one in the suite with `startup(function)`"));
    };
    println!("{}", once(workload.id, start, main));
}

/// Start once.
pub(crate) fn once(id: &'static str, start: fn(&mut Startup), main: Instant) -> serde_json::Value {
    at_work(id);
    let mut startup = Startup { main, document: None };
    start(&mut startup);
    let mut document = startup.document.unwrap_or_else(|| wrong_answer("the start was never measured"));
    document["id"] = json!(id);
    document
}

/// The clock that all processes of the machine share; 0 where there is none.
fn monotonic_nanoseconds() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid, exclusive timespec for the length of the call.
    let outcome = unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut time) };
    if outcome != 0 {
        return 0;
    }
    time.tv_sec.unsigned_abs() * 1_000_000_000 + time.tv_nsec.unsigned_abs()
}
