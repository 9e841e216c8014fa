//! The `blake3` crate alone: what hashing an object cannot be faster than.
use crate::hashing::{is_digest, object};
use perfkit_harness::Meter;
use std::hint::black_box;

pub(crate) fn whole(meter: &mut impl Meter, size: u64) {
    let object = object(size);
    meter.measure(|| blake3::hash(black_box(&object)), |hash| is_digest(hash.as_bytes(), &object));
}
