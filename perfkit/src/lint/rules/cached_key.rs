//! H4: one cloned input whose hash or route is cached measures the cache. A row that declares itself `keyed` must hand over
//! its keys, and they must be many.

use super::Found;
use crate::lint::{Evidence, Subject};

/// Enough that neither a branch predictor nor a small cache knows them all by heart.
const FEWEST_KEYS: u64 = 256;

pub fn check(evidence: &Evidence) -> Vec<Found> {
    evidence.subjects.iter().filter_map(too_few).collect()
}

fn too_few(subject: &Subject) -> Option<Found> {
    let evidence = match (subject.keyed, subject.distinct_keys) {
        (_, Some(keys)) if keys < FEWEST_KEYS => {
            format!("{keys} distinct keys among its inputs, wanted at least {FEWEST_KEYS}")
        }
        (true, None) => "declared keyed, and it hands no keys to Meter::input_keys".to_owned(),
        _ => return None,
    };
    Some((subject.benchmark.id.clone(), evidence, true))
}
