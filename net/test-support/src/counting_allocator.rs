//! An allocator that counts the calling thread's allocations and their bytes, to hold code to its promise of none, or
//! of not more than its input asks for.
//!
//! Only what names it as its `#[global_allocator]` counts; elsewhere nothing is ever counted, so that a test of an
//! allocation that must be seen belongs beside those of allocations that must not be there.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
    static BYTES: Cell<u64> = const { Cell::new(0) };
}

/// The system allocator, counted.
pub struct CountingAllocator;

// SAFETY: every call goes to the system allocator unchanged; counting touches no memory but a thread-local cell.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller's promises about `layout` are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: `pointer` came from `System` with this `layout`, for `alloc` got it there.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        count(new_size);
        // SAFETY: as for `dealloc`; `new_size` is the caller's promise.
        unsafe { System.realloc(pointer, layout, new_size) }
    }
}

fn count(size: usize) {
    let _ = ALLOCATIONS.try_with(|allocations| allocations.set(allocations.get() + 1));
    let _ = BYTES.try_with(|bytes| bytes.set(bytes.get() + size as u64));
}

/// Allocations of this thread while `work` runs, and what it returns.
pub fn allocations<T>(work: impl FnOnce() -> T) -> (u64, T) {
    let before = ALLOCATIONS.get();
    let result = work();
    (ALLOCATIONS.get() - before, result)
}

/// Bytes that this thread asks for while `work` runs, freed or not (one that grows asks for its new size), and what
/// `work` returns.
pub fn allocated_bytes<T>(work: impl FnOnce() -> T) -> (u64, T) {
    let before = BYTES.get();
    let result = work();
    (BYTES.get() - before, result)
}
