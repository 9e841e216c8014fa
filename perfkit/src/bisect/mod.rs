//! The first revision at which a counted metric moved. Counts are exact, so each revision is asked once, and the answer
//! needs no statistics; git decides which revision to ask next, so merges are searched as `git bisect` does.

pub mod cache;
mod search;

pub use search::{Answer, Asked, Search, Step};
