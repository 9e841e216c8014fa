//! An allocator that counts: every thread, every call, in a process of its own where time is not measured.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static REALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicU64 = AtomicU64::new(0);
static LIVE_BYTES: AtomicU64 = AtomicU64::new(0);
static PEAK_BYTES: AtomicU64 = AtomicU64::new(0);

/// What the allocator has seen. Growth counts as one reallocation of the whole new size.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AllocationCounts {
    /// Calls that made a new block.
    pub allocations: u64,
    /// Calls that resized a block.
    pub reallocations: u64,
    /// Bytes asked for, by both.
    pub bytes: u64,
    /// Bytes live now.
    pub live_bytes: u64,
    /// The most bytes live at once since the peak was last reset.
    pub peak_bytes: u64,
}

impl AllocationCounts {
    /// The difference from an earlier reading; `peak_bytes` is the peak above the earlier live bytes.
    pub fn since(&self, earlier: &Self) -> Self {
        Self {
            allocations: self.allocations - earlier.allocations,
            reallocations: self.reallocations - earlier.reallocations,
            bytes: self.bytes - earlier.bytes,
            live_bytes: self.live_bytes.saturating_sub(earlier.live_bytes),
            peak_bytes: self.peak_bytes.saturating_sub(earlier.live_bytes),
        }
    }
}

/// The system allocator, counting. Install it with `#[global_allocator]`, as
/// [`allocs_main!`](crate::allocs_main) does.
#[derive(Debug, Default)]
pub struct CountingAllocator;

impl CountingAllocator {
    /// What all threads have done so far.
    pub fn read() -> AllocationCounts {
        AllocationCounts {
            allocations: ALLOCATIONS.load(Relaxed),
            reallocations: REALLOCATIONS.load(Relaxed),
            bytes: BYTES.load(Relaxed),
            live_bytes: LIVE_BYTES.load(Relaxed),
            peak_bytes: PEAK_BYTES.load(Relaxed),
        }
    }

    /// Start the peak anew from what is live now.
    pub fn reset_peak() {
        PEAK_BYTES.store(LIVE_BYTES.load(Relaxed), Relaxed);
    }
}

fn grew(bytes: usize) {
    BYTES.fetch_add(bytes as u64, Relaxed);
    let live = LIVE_BYTES.fetch_add(bytes as u64, Relaxed) + bytes as u64;
    PEAK_BYTES.fetch_max(live, Relaxed);
}

fn shrank(bytes: usize) {
    LIVE_BYTES.fetch_sub(bytes as u64, Relaxed);
}

// SAFETY: every call is handed to the system allocator unchanged; counting touches only atomics.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        grew(layout.size());
        // SAFETY: the caller keeps `GlobalAlloc::alloc`'s contract, which is the system allocator's too.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        grew(layout.size());
        // SAFETY: as for `alloc`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        shrank(layout.size());
        // SAFETY: the block came from the system allocator with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        REALLOCATIONS.fetch_add(1, Relaxed);
        shrank(layout.size());
        grew(new_size);
        // SAFETY: the block came from the system allocator with this layout, and the size is the caller's.
        unsafe { System.realloc(pointer, layout, new_size) }
    }
}
