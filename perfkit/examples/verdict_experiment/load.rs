//! Load of our own making: processes that never rest.

use std::{
    hint::black_box,
    io::Read,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
};

use perfkit::host;

use crate::{Condition, ExperimentError};

/// The load of a condition; it ends with this value.
pub struct Load(Vec<Child>);

impl Load {
    /// Start it: as many busy processes as there are cores.
    pub fn start(condition: Condition) -> Result<Self, ExperimentError> {
        let mut load = Self(Vec::new());
        let hogs = if condition == Condition::Loaded { host::fingerprint().cores } else { 0 };
        for _ in 0..hogs {
            let io = |source| ExperimentError::Io { what: "starting a busy process".to_owned(), source };
            let this = std::env::current_exe().map_err(io)?;
            // It ends when its standard input does, so it does not outlive us however we end.
            let hog = Command::new(this).arg("hog").stdin(Stdio::piped()).stdout(Stdio::null()).spawn();
            load.0.push(hog.map_err(io)?);
        }
        Ok(load)
    }

    /// Whether it still is what it was: one that ended took its condition along.
    pub fn lasts(&mut self) -> Result<(), ExperimentError> {
        match self.0.iter_mut().any(|hog| !matches!(hog.try_wait(), Ok(None))) {
            true => Err(ExperimentError::Refused("a busy process ended too early".to_owned())),
            false => Ok(()),
        }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        for hog in &mut self.0 {
            // It may have ended by itself, which is as good.
            let _ = hog.kill();
            let _ = hog.wait();
        }
    }
}

/// Keep one CPU busy until standard input ends.
pub fn spin() {
    static OVER: AtomicBool = AtomicBool::new(false);
    std::thread::spawn(|| {
        // Whatever ends the reading ends the work.
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        OVER.store(true, Ordering::Relaxed);
    });
    let mut state = 1u64;
    while !OVER.load(Ordering::Relaxed) {
        for _ in 0..100_000 {
            state = black_box(state.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(1));
        }
    }
}
