//! Series of stored runs: an index that can be rebuilt, and the change points in each series.

pub mod document;
pub mod index;
pub mod ledger;
pub mod sensitivity;
pub mod view;

pub use ledger::Ledger;
pub use sensitivity::sensitivity;
pub use view::{HostHistory, Series, Stretch, Wanted};
