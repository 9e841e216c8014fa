//! Types that other services share: capabilities and mailbox messages. Syntax alone; what they mean is not decided here.
mod capability;
pub mod mailbox;

pub use capability::{Capability, Caveat, CaveatKind, Method};
