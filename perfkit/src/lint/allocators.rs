//! Symbols of allocators that count or profile.
//!
//! Functions are inlined away under fat LTO and statics are not, so an allocator that counts in statics is known by
//! those. One that keeps its counts in the `#[global_allocator]` itself (`cap::Cap`) is known only where a function of
//! it is left.

/// Paths that only such allocators have.
const INSTRUMENTED: [&str; 9] = [
    "perfkit_harness::allocator::ALLOCATIONS",
    "perfkit_harness::allocator::CountingAllocator",
    "dhat::",
    "stats_alloc::",
    "allocation_counter::",
    "tracking_allocator::",
    "cap::Cap<",
    "divan::alloc::AllocProfiler",
    "peak_alloc::",
];

/// Whether a demangled symbol belongs to one of them.
pub fn is_instrumented(symbol: &str) -> bool {
    INSTRUMENTED.iter().any(|path| names(symbol, path))
}

/// Whether `path` stands in a symbol from its first component on: `escap::Cap<` does not name `cap::Cap<`.
fn names(symbol: &str, path: &str) -> bool {
    let begins = |at: usize| {
        let before = symbol[..at].chars().next_back();
        before.is_none_or(|before| matches!(before, '<' | ' ' | '&' | '('))
    };
    symbol.match_indices(path).any(|(at, _)| begins(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_of_a_counting_allocator_under_fat_lto_is_known() {
        let left = [
            "perfkit_harness::allocator::ALLOCATIONS",
            "perfkit_harness::allocator::ALLOCATIONS.0",
            "dhat::TRI_GLOBALS",
            "stats_alloc::INSTRUMENTED_SYSTEM",
        ];
        assert!(left.into_iter().all(is_instrumented));
    }

    #[test]
    fn functions_are_known_in_both_manglings() {
        let functions = [
            "<perfkit_harness::allocator::CountingAllocator as core::alloc::global::GlobalAlloc>::alloc",
            "<cap::Cap<std::alloc::System> as core::alloc::global::GlobalAlloc>::realloc",
            "<cap::Cap<H> as core::alloc::global::GlobalAlloc>::realloc",
            "core::ptr::drop_in_place::<dhat::Profiler>",
            "<&dhat::HeapStats as core::fmt::Debug>::fmt",
            "core::mem::drop::<(dhat::Profiler, u8)>",
        ];
        assert!(functions.into_iter().all(is_instrumented));
    }

    #[test]
    fn crates_of_similar_names_and_the_harness_itself_are_innocent() {
        let innocent = [
            "perfkit_harness::allocator::AllocationCounts::since",
            "<perfkit_harness::allocator::AllocationCounts as core::default::Default>::default",
            "escap::Cap<u8>::new",
            "pcap::Capture<T>::next_packet",
            "cap::Capability::all",
            "redhat::release",
            "mine::peak_alloc::Peak::new",
        ];
        assert!(!innocent.into_iter().any(is_instrumented));
    }
}
