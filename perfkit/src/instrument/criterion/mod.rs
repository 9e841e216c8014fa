//! Driving Criterion executables of any version: what they hold, how one benchmark is picked, what they leave behind.

mod arguments;
mod list;
pub mod output;

pub use arguments::Dialect;
pub use list::criterion_list;
