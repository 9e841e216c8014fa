//! H12: `target-cpu=native`. On a CPU with AVX-512 such code ends in an illegal instruction under valgrind; elsewhere its counts belong
//! to one machine.

use super::Found;
use crate::lint::Evidence;

pub fn check(evidence: &Evidence) -> Vec<Found> {
    let flags = &evidence.build.rustflags;
    let native = flags.contains("target-cpu=native");
    let found = native.then(|| ("RUSTFLAGS".to_owned(), format!("the flags in effect are {flags:?}"), true));
    found.into_iter().collect()
}
