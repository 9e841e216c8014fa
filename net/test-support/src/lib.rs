//! What the tests of several crates have in common. It depends on none of them, and nothing but tests depends on it.

pub mod counting_allocator;
pub mod fuzz;
pub mod suite;
