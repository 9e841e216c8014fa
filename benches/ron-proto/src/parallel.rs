//! Round trips of 16 chunks on several threads. Threads are made inside the operation, some 10 to 50 us each; each has a
//! buffer of its own and shares nothing.
//!
//! For the share of the ideal rate look at the scaling instrument's rows of `ron_manifest_roundtrip`, whose threads stay.
use crate::manifest::input;
use perfkit_harness::{Meter, ensure};
use ron_proto::ObjectManifestV2;
use std::{hint::black_box, thread};

/// Round trips of each thread: some milliseconds.
pub(crate) const ROUND_TRIPS: u64 = 10_000;

pub(crate) fn roundtrips(meter: &mut impl Meter, threads: u64) {
    let input = input(16);
    let work = || {
        let mut buffer = Vec::new();
        let right = (0..ROUND_TRIPS).filter(|_| {
            buffer.clear();
            let written = black_box(&input.manifest).encode_into(&mut buffer);
            written.is_ok() && ObjectManifestV2::decode(black_box(&buffer)) == Ok(input.manifest)
        });
        right.count() as u64
    };
    meter.measure(
        || {
            thread::scope(|scope| {
                let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
                // A thread that panicked gives 0, which the check does not accept.
                workers.into_iter().map(|worker| worker.join().unwrap_or(0)).sum::<u64>()
            })
        },
        |right| {
            let all = threads * ROUND_TRIPS;
            ensure!(*right == all, "{right} of {all} round trips came back")
        },
    );
}
