//! Workloads whose costs are known exactly, for checking the instruments against.

use std::{
    hint::black_box,
    sync::atomic::{AtomicU64, Ordering},
};

use perfkit_harness::{Meter, ensure, suite};

suite!(pub SUITE:
    "known/sum" / size in [64, 4096] => sum, bytes(size), floor("known/copy", 1000);
    "known/locked" => locked, revision(3);
    "known/syscall" => syscall;
    "known/copy" / size in [1000] => copy, bytes(size);
    "known/growth" => growth;
    "known/kernel" => kernel;
    "known/batched" => batched, counted_operations(10);
    "known/wrong" => wrong;
    "known/thread" => thread, counted_operations(2);
    "known/contended" => locked, threads(2);
);

/// Some instructions a byte, nothing else.
fn sum(meter: &mut impl Meter, size: u64) {
    let bytes = vec![1u8; size as usize];
    meter.measure(
        || black_box(&bytes).iter().map(|byte| u64::from(*byte)).sum::<u64>(),
        |total| ensure!(*total == size, "the sum of {size} ones is {total}"),
    );
}

/// One locked read-modify-write.
fn locked(meter: &mut impl Meter, _: u64) {
    let counter = AtomicU64::new(1);
    meter.measure(
        || counter.fetch_add(1, Ordering::SeqCst),
        |before| ensure!(*before > 0, "the counter started at one and shows {before}"),
    );
}

/// One system call.
fn syscall(meter: &mut impl Meter, _: u64) {
    let id = std::process::id();
    meter.measure(std::process::id, |found| ensure!(*found == id, "process {found} is not {id}"));
}

/// `size` bytes copied.
fn copy(meter: &mut impl Meter, size: u64) {
    let source = vec![7u8; size as usize];
    let mut target = vec![0u8; size as usize];
    meter.measure(
        || {
            black_box(&mut target[..]).copy_from_slice(black_box(&source[..]));
            target[0]
        },
        |first| ensure!(*first == 7, "{first} was copied instead of 7"),
    );
}

/// One allocation of 100 bytes that grows once to 300.
fn growth(meter: &mut impl Meter, _: u64) {
    meter.measure(
        || {
            let mut bytes: Vec<u8> = Vec::with_capacity(black_box(100));
            black_box(&mut bytes).reserve_exact(300);
            bytes
        },
        |bytes| ensure!(bytes.capacity() == 300, "room for {} bytes instead of 300", bytes.capacity()),
    );
}

/// Nearly all of its instructions in a hand-written kernel without symbol type or size, as cryptographic ones are.
fn kernel(meter: &mut impl Meter, _: u64) {
    meter.measure(kernel::run, |left| ensure!(*left == 0, "{left} turns are left"));
}

/// The box is made outside the region and freed inside.
fn batched(meter: &mut impl Meter, _: u64) {
    meter.measure_batched(
        || Box::new(5u8),
        |boxed| *boxed,
        |value| ensure!(*value == 5, "the box held {value}"),
    );
}

/// Its check never holds.
fn wrong(meter: &mut impl Meter, _: u64) {
    meter.measure(|| 3, |three| ensure!(*three == 4, "wanted 4, got {three}"));
}

/// Makes a thread in the region, whose work the counters would miss.
fn thread(meter: &mut impl Meter, _: u64) {
    meter.measure(
        || std::thread::spawn(|| 1).join().unwrap_or(0),
        |one| ensure!(*one == 1, "the thread gave {one}"),
    );
}

#[cfg(target_arch = "x86_64")]
mod kernel {
    std::arch::global_asm!(
        ".text",
        "known_costs_countdown_avx2:",
        "mov rax, 1000",
        "2: dec rax",
        "jnz 2b",
        "ret",
    );

    unsafe extern "C" {
        #[link_name = "known_costs_countdown_avx2"]
        fn countdown() -> u64;
    }

    pub fn run() -> u64 {
        // SAFETY: the kernel touches only its return register and the flags.
        unsafe { countdown() }
    }
}

#[cfg(not(target_arch = "x86_64"))]
mod kernel {
    pub fn run() -> u64 {
        (0..1000).rfold(1000, |_, left| std::hint::black_box(left))
    }
}
