//! The cost vector on workloads that cost exactly one of each thing: each entry is seen where it is, and only there.
//! What the counters do not see is shown too, so that nobody reads a zero as proof.
#![allow(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

mod known_costs;

use known_costs::{allocs, has_valgrind, time};
use perfkit::instrument::{self, Counts};

fn count(id: &str, operations: u64) -> Counts {
    let scratch = tempfile::tempdir().unwrap();
    instrument::count(time(), id, operations, scratch.path()).unwrap()
}

/// Locked operations, system calls and bytes copied, per operation.
fn vector(id: &str) -> (f64, f64, f64) {
    let counts = count(id, 100);
    (counts.locked_ops, counts.syscalls, counts.bytes_copied.unwrap())
}

#[test]
fn one_locked_operation_is_one() {
    if has_valgrind() {
        assert_eq!(vector("known/locked"), (1.0, 0.0, 0.0));
    }
}

#[test]
#[cfg(target_arch = "x86_64")]
fn an_exchange_without_lock_prefix_is_a_locked_operation() {
    if has_valgrind() {
        assert_eq!(vector("known/swap"), (1.0, 0.0, 0.0));
        assert_eq!(vector("known/mutex"), (2.0, 0.0, 0.0), "one takes the lock, one gives it back");
    }
}

#[test]
fn one_system_call_is_one() {
    if has_valgrind() {
        assert_eq!(vector("known/syscall"), (0.0, 1.0, 0.0));
    }
}

/// Natively the kernel's page answers without a call; valgrind takes that page away.
#[test]
fn one_clock_read_is_one_system_call() {
    if has_valgrind() {
        assert_eq!(vector("known/clock"), (0.0, 1.0, 0.0));
    }
}

#[test]
fn bytes_copied_by_a_routine_are_counted_to_the_byte() {
    if has_valgrind() {
        assert_eq!(vector("known/copy/1000"), (0.0, 0.0, 1000.0));
        assert_eq!(count("known/copy/100000", 10).bytes_copied, Some(100_000.0), "large ones too");
        assert_eq!(vector("known/move/1000"), (0.0, 0.0, 1000.0), "within one buffer too");
    }
}

#[test]
#[cfg(target_arch = "x86_64")]
fn bytes_copied_in_line_are_not_seen() {
    if has_valgrind() {
        assert_eq!(vector("known/inline_copy"), (0.0, 0.0, 0.0));
        let string = count("known/string_copy/1000", 100);
        assert_eq!(string.bytes_copied, Some(0.0));
        // Each byte of a string instruction counts as one instruction, which is how such a copy shows.
        assert!(string.ir >= 1000.0 && string.ir < 1100.0, "{}", string.ir);
    }
}

#[test]
fn allocations_are_exact() {
    let costs = instrument::allocations(allocs(), "known/growth", 10).unwrap();
    assert_eq!((costs.allocs_per_op, costs.reallocs_per_op, costs.alloc_bytes_per_op), (1.0, 1.0, 400.0));
    assert_eq!(costs.peak_bytes, 300.0);
    let none = instrument::allocations(allocs(), "known/sum/64", 10).unwrap();
    assert_eq!((none.allocs_per_op, none.alloc_bytes_per_op, none.peak_bytes), (0.0, 0.0, 0.0));
}

#[test]
fn a_reallocation_is_no_allocation_and_has_its_whole_new_size() {
    let costs = instrument::allocations(allocs(), "known/reallocation", 10).unwrap();
    assert_eq!((costs.allocs_per_op, costs.reallocs_per_op, costs.alloc_bytes_per_op), (0.0, 1.0, 300.0));
}

#[test]
fn what_is_made_outside_the_region_is_not_counted() {
    let costs = instrument::allocations(allocs(), "known/batched", 10).unwrap();
    assert_eq!((costs.allocs_per_op, costs.reallocs_per_op, costs.alloc_bytes_per_op), (0.0, 0.0, 0.0));
}

#[test]
fn instructions_per_operation_do_not_depend_on_how_many_are_counted() {
    if has_valgrind() {
        assert_eq!(count("known/sum/64", 100).ir, count("known/sum/64", 30).ir);
    }
}
