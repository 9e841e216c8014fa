//! Workloads whose costs are known exactly, for checking the instruments against.

use std::{
    hint::black_box,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use perfkit_harness::{Meter, ensure, suite};

suite!(pub SUITE:
    "known/sum" / size in [64, 4096] => sum, bytes(size), floor("known/copy", 1000);
    "known/locked" => locked, revision(3), scales(), latency(10_000);
    "known/swap" => swap;
    "known/mutex" => mutex;
    "known/syscall" => syscall;
    "known/clock" => clock;
    "known/copy" / size in [1000, 100_000] => copy, bytes(size);
    "known/move" / size in [1000] => move_within, bytes(size);
    "known/inline_copy" => inline_copy, bytes(32);
    "known/string_copy" / size in [1000] => string_copy, bytes(size);
    "known/growth" => growth;
    "known/reallocation" => reallocation, counted_operations(10);
    "known/kernel" => kernel;
    "known/batched" => batched, counted_operations(10), scales(), latency(1000);
    "known/wrong" => wrong, scales(), latency(1000);
    "known/thread" => thread, counted_operations(2);
    "known/contended" => locked, threads(2);
    "known/shared" => shared, scales();
    "known/not_shared" => not_shared, scales();
    "known/stall" => stall, latency(1000);
    "known/overload" => overload, latency(10_000);
    "known/sleep" => sleep, scales();
    "known/sleep_batched" => sleep_batched, scales();
    "known/start" => startup(start);
    "known/start_thread" => startup(start_thread);
    "known/start_wrong" => startup(start_wrong);
    "known/struct" => struct_bytes([u64; 3]), revision(2);
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

/// One locked exchange, which on x86 carries no lock prefix.
fn swap(meter: &mut impl Meter, _: u64) {
    let value = AtomicU64::new(7);
    meter.measure(
        || black_box(&value).swap(7, Ordering::AcqRel),
        |before| ensure!(*before == 7, "the value was {before}"),
    );
}

/// Two locked operations: one takes the lock, one gives it back.
fn mutex(meter: &mut impl Meter, _: u64) {
    let counter = Mutex::new(1u64);
    meter.measure(
        || {
            counter.lock().map_or(0, |mut counter| {
                *counter += 1;
                *counter
            })
        },
        |count| ensure!(*count > 1, "the counter shows {count}"),
    );
}

/// One system call.
fn syscall(meter: &mut impl Meter, _: u64) {
    let id = std::process::id();
    meter.measure(std::process::id, |found| ensure!(*found == id, "process {found} is not {id}"));
}

/// One clock read.
fn clock(meter: &mut impl Meter, _: u64) {
    let start = Instant::now();
    meter.measure(Instant::now, |now| ensure!(*now >= start, "the clock went back"));
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

/// `size` bytes copied to where some of them are.
fn move_within(meter: &mut impl Meter, size: u64) {
    let mut bytes = vec![7u8; size as usize + 8];
    meter.measure(
        || {
            black_box(&mut bytes[..]).copy_within(..size as usize, 8);
            bytes[8]
        },
        |first| ensure!(*first == 7, "{first} was moved instead of 7"),
    );
}

/// 32 bytes copied by instructions in line: no routine is called, so nobody sees a copy.
fn inline_copy(meter: &mut impl Meter, _: u64) {
    let source = [7u8; 32];
    let mut target = [0u8; 32];
    meter.measure(
        || {
            *black_box(&mut target) = *black_box(&source);
            target[0]
        },
        |first| ensure!(*first == 7, "{first} was copied instead of 7"),
    );
}

/// `size` bytes copied by a string instruction in line, which nobody sees either; elsewhere than on x86 by a routine.
fn string_copy(meter: &mut impl Meter, size: u64) {
    let source = vec![7u8; size as usize];
    let mut target = vec![0u8; size as usize];
    meter.measure(
        || {
            string_copy::copy(black_box(&source[..]), black_box(&mut target[..]));
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

/// One reallocation to 300 bytes and no allocation: the block is made outside the region.
fn reallocation(meter: &mut impl Meter, _: u64) {
    meter.measure_batched(
        || Vec::<u8>::with_capacity(black_box(100)),
        |mut bytes| {
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

/// All threads set their own bit in one mask.
fn shared(meter: &mut impl Meter, _: u64) {
    let mask = meter.shared(|| AtomicU64::new(0));
    set_bits(meter, &mask);
}

/// Every thread has a mask of its own, and its check finds out.
fn not_shared(meter: &mut impl Meter, _: u64) {
    set_bits(meter, &AtomicU64::new(0));
}

/// After measuring, the first thread's bit is in the mask of all threads that share it.
fn set_bits(meter: &mut impl Meter, mask: &AtomicU64) {
    let own = 1 << meter.thread();
    let mut checks = 0;
    meter.measure(
        || mask.fetch_or(own, Ordering::Relaxed),
        |_| {
            checks += 1;
            let mask = mask.load(Ordering::Relaxed);
            ensure!(checks == 1 || mask & 1 == 1, "the first thread's bit is not in {mask:b}")
        },
    );
}

/// Every hundredth operation takes 20 ms, the others nothing.
fn stall(meter: &mut impl Meter, _: u64) {
    let mut turn = 0u64;
    meter.measure(
        || {
            turn += 1;
            if turn.is_multiple_of(100) {
                std::thread::sleep(Duration::from_millis(20));
            }
            turn
        },
        |turn| ensure!(*turn > 0, "no turn was taken"),
    );
}

/// Slower than its schedule.
fn overload(meter: &mut impl Meter, size: u64) {
    sleep(meter, size);
}

/// A millisecond or more, never less.
fn sleep(meter: &mut impl Meter, _: u64) {
    meter.measure(|| std::thread::sleep(Duration::from_millis(1)), |()| Ok(()));
}

/// The same, with a set-up beside it.
fn sleep_batched(meter: &mut impl Meter, _: u64) {
    meter.measure_batched(|| Duration::from_millis(1), std::thread::sleep, |()| Ok(()));
}

/// Ready after one locked operation and one system call.
fn start() -> Result<AtomicU64, String> {
    let counter = AtomicU64::new(1);
    black_box(&counter).fetch_add(u64::from(std::process::id()), Ordering::SeqCst);
    Ok(counter)
}

/// Ready when a thread is.
fn start_thread() -> Result<u64, String> {
    std::thread::spawn(|| 1).join().map_err(|_| "the thread panicked".to_owned())
}

/// Never ready.
fn start_wrong() -> Result<(), String> {
    Err("the port is taken".to_owned())
}

#[cfg(target_arch = "x86_64")]
mod string_copy {
    pub fn copy(source: &[u8], target: &mut [u8]) {
        assert!(source.len() <= target.len());
        // SAFETY: as many bytes as the source has are read from it and written to the target, which has room for them;
        // the direction flag is clear, as it is whenever compiled code runs.
        unsafe {
            std::arch::asm!(
                "rep movsb",
                inout("rcx") source.len() => _,
                inout("rsi") source.as_ptr() => _,
                inout("rdi") target.as_mut_ptr() => _,
                options(nostack, preserves_flags),
            );
        }
    }
}

#[cfg(not(target_arch = "x86_64"))]
mod string_copy {
    pub fn copy(source: &[u8], target: &mut [u8]) {
        target[..source.len()].copy_from_slice(source);
    }
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
