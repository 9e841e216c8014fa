//! A replay window that several receive threads share: one lock acquisition per admitted packet.
//!
//! Where one worker owns the session, use [`ReplayWindow`]: it needs no lock at all.
use crate::{AdmitError, Admitted, ReplayWindow};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// [`ReplayWindow`] behind a lock.
#[derive(Debug, Default)]
pub struct SharedReplayWindow(Mutex<ReplayWindow>);

impl SharedReplayWindow {
    /// Nothing seen.
    pub const fn new() -> Self {
        Self(Mutex::new(ReplayWindow::new()))
    }

    /// As [`ReplayWindow::admit`]; test and mark are one step under one lock. Only after the packet was opened.
    #[inline]
    pub fn admit(&self, counter: u64) -> Result<Admitted, AdmitError> {
        self.lock().admit(counter)
    }

    /// As [`ReplayWindow::is_plausible`].
    pub fn is_plausible(&self, counter: u64) -> bool {
        self.lock().is_plausible(counter)
    }

    /// As [`ReplayWindow::next_expected`].
    pub fn next_expected(&self) -> u64 {
        self.lock().next_expected()
    }

    #[inline]
    fn lock(&self) -> MutexGuard<'_, ReplayWindow> {
        // The window is whole after every step, so a panic elsewhere while locked has not broken it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
