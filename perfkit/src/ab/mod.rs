//! Two arms, measured in turns: what `perfkit ab`, `perfkit calibrate` and the confirmation of a gate's suspicion share.
//!
//! Rounds are recorded ([`crate::format::Rounds`]); the verdict is a pure function of them.

pub mod arms;
pub mod identical;
mod run;

pub use run::{Contestant, LONGEST_ROUND, Pairing, Recorded, SHORTEST_ROUND, Schedule, run};
