//! Runs that could not be put where they belong: kept beside, read like all others, and sent with the next save.

use std::fs;

use super::{Folder, Place, RunName, StoreError, find::read_run, naming::RUNS, put};

/// What is waiting for its store.
#[derive(Debug, Clone)]
pub struct Pending(pub Folder);

impl Pending {
    /// The runs that wait, oldest first.
    pub fn names(&self) -> Result<Vec<RunName>, StoreError> {
        let mut names: Vec<RunName> =
            self.0.keys(RUNS)?.iter().filter_map(|key| RunName::of_key(key)).collect();
        names.sort();
        Ok(names)
    }

    /// Send what waits; the number sent. A run leaves only once the store has it; the first that cannot be sent ends it.
    pub fn send(&self, place: &Place) -> Result<usize, StoreError> {
        let mut sent = 0;
        for name in self.names()? {
            let keys = [name.sidecar_key(), name.run_key()];
            let mut arrived = true;
            for key in &keys {
                if let Some(bytes) = self.0.read(key)? {
                    arrived = arrived && place.put(key, &bytes)?;
                }
            }
            if !arrived {
                // Another run has its name there: it is stored under a longer id, as it would have been at once.
                let [sidecar, run] = keys.each_ref().map(|key| self.0.path(key));
                let (run, samples) = read_run(&run, &sidecar)?;
                put(place, &run, &samples)?;
            }
            for key in keys.iter().rev() {
                // What stays although it has arrived is sent again, to no effect.
                let _ = fs::remove_file(self.0.path(key));
            }
            sent += 1;
        }
        Ok(sent)
    }
}
