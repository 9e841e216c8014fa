//! H12: `target-cpu=native`. On a CPU with AVX-512 such code ends in an illegal instruction under valgrind; elsewhere its counts belong
//! to one machine.

use super::Found;
use crate::lint::Evidence;

pub fn check(evidence: &Evidence) -> Vec<Found> {
    let flags = &evidence.build.rustflags;
    // Of several the last one counts.
    let cpu = flags.rsplit_once("target-cpu=").and_then(|(_, rest)| rest.split_whitespace().next());
    let native = cpu == Some("native");
    let found = native.then(|| ("RUSTFLAGS".to_owned(), format!("the flags in effect are {flags:?}"), true));
    found.into_iter().collect()
}
