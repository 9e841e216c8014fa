//! Other people's results as baselines.

pub mod bmf;

pub use bmf::{ImportError, ImportOptions, import_bmf};
