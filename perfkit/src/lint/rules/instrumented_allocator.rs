//! H10: an allocator that counts or profiles, linked into the executable that is timed.

use super::Found;
use crate::lint::Evidence;

pub fn check(evidence: &Evidence) -> Vec<Found> {
    let found = evidence.executables.iter().filter_map(|executable| {
        let symbol = executable.instrumented_allocator.as_ref()?;
        Some((executable.name.clone(), format!("it holds {symbol}"), true))
    });
    found.collect()
}
