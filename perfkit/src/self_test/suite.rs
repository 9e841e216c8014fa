//! The workloads: one kernel, the same kernel again, and the kernel with one defect each.
//!
//! Names are equally long, so that the arms of a comparison have equally long argument lists, and the kernel is one
//! function, so that its slower copy differs in the number of steps and in nothing else.

use std::{
    hint::black_box,
    sync::atomic::{AtomicU64, Ordering},
};

use perfkit_harness::{Meter, ensure, suite};

/// Steps of the kernel: some microseconds.
const STEPS: u64 = 2000;

/// Steps of the kernel that is 5 % slower.
const SLOWER_STEPS: u64 = 2100;

/// Steps of the kernel with 1 % more instructions.
const MORE_STEPS: u64 = 2020;

/// Bytes of the payload that is copied once too often.
const PAYLOAD_BYTES: usize = 1024;

suite!(pub SUITE:
    "self-test/base" => base;
    "self-test/same" => base;
    "self-test/slow" => slow;
    "self-test/more" => more;
    "self-test/heap" => heap;
    "self-test/lock" => lock;
    "self-test/call" => call;
    "self-test/copy" => copy;
);

fn base(meter: &mut impl Meter, _: u64) {
    kernel(meter, STEPS);
}

fn slow(meter: &mut impl Meter, _: u64) {
    kernel(meter, SLOWER_STEPS);
}

fn more(meter: &mut impl Meter, _: u64) {
    kernel(meter, MORE_STEPS);
}

#[inline(never)]
fn kernel(meter: &mut impl Meter, steps: u64) {
    with_defect(meter, steps, || ());
}

/// One allocation more.
fn heap(meter: &mut impl Meter, _: u64) {
    with_defect(meter, STEPS, || drop(black_box(Box::new(7u64))));
}

/// One locked read-modify-write more.
fn lock(meter: &mut impl Meter, _: u64) {
    let counter = AtomicU64::new(0);
    with_defect(meter, STEPS, || {
        black_box(counter.fetch_add(1, Ordering::SeqCst));
    });
}

/// One system call more.
fn call(meter: &mut impl Meter, _: u64) {
    with_defect(meter, STEPS, || {
        black_box(std::process::id());
    });
}

/// One copy of a payload more.
fn copy(meter: &mut impl Meter, _: u64) {
    let source = vec![7u8; PAYLOAD_BYTES];
    let mut target = vec![0u8; PAYLOAD_BYTES];
    with_defect(meter, STEPS, move || black_box(&mut target[..]).copy_from_slice(black_box(&source[..])));
}

/// The kernel with something beside it.
fn with_defect(meter: &mut impl Meter, steps: u64, mut defect: impl FnMut()) {
    let expected = (0..steps).fold(SEED, |state, _| step(state));
    meter.measure(
        || {
            defect();
            chain(black_box(steps))
        },
        |found| ensure!(*found == expected, "the chain of {steps} steps ends at {found}, not {expected}"),
    );
}

const SEED: u64 = 0x243F_6A88_85A3_08D3;

/// Each step needs the one before it, so that time is proportional to the number of steps.
#[inline(never)]
fn chain(steps: u64) -> u64 {
    let mut state = SEED;
    for _ in 0..steps {
        state = step(state);
    }
    state
}

/// A shift between multiplications: the compiler cannot fold two steps into one.
fn step(state: u64) -> u64 {
    (state ^ (state >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9)
}
