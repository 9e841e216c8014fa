//! H11: counts that differ from process to process, or code in the measured region that seeds a hasher by chance or by address.

use super::Found;
use crate::lint::{Evidence, Subject};

/// Parts of the names of functions that draw a seed, from the system or from an address.
const SEEDERS: [&str; 8] = [
    "hashmap_random_keys",
    "std::hash::random::RandomState::new",
    "std::sys::random",
    "ahash::random_state",
    "foldhash::seed",
    "foldhash::fast::RandomState",
    "foldhash::quality::RandomState",
    "getrandom",
];

/// Two processes of one exact workload count the same, to the instruction; the resolution of a tenth is slack enough.
const SAME: f64 = 0.1;

pub fn check(evidence: &Evidence) -> Vec<Found> {
    evidence.subjects.iter().filter_map(|subject| differs(subject).or_else(|| seeds(subject))).collect()
}

fn differs(subject: &Subject) -> Option<Found> {
    let (first, second) = (subject.exact("ir")?, subject.recount?);
    ((first - second).abs() > SAME).then(|| {
        let evidence = format!("{first:.2} instructions/op in one process, {second:.2} in the next");
        (subject.benchmark.id.clone(), evidence, true)
    })
}

fn seeds(subject: &Subject) -> Option<Found> {
    let seeder = subject.functions.keys().find(|name| SEEDERS.iter().any(|part| name.contains(part)))?;
    Some((subject.benchmark.id.clone(), format!("it runs {seeder}"), true))
}
