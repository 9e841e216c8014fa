//! Two arms, measured in turns: what `perfkit ab`, `perfkit calibrate` and the confirmation of a gate's suspicion share.
//!
//! Rounds are recorded ([`crate::format::Rounds`]); the verdict is a pure function of them.

pub mod arms;
pub mod comparison;
pub mod floor;
pub mod identical;
pub mod judge;
pub mod judgement;
pub mod record;
pub mod replay;
pub mod rule;
mod run;

pub use judge::{judge, judge_all};
pub use judgement::{Basis, Change, Estimate, Judgement, Reason};
pub use replay::{Rates, Truth, replay, replay_sequential};
pub use rule::{Rule, RuleError};
pub use run::{Contestant, LONGEST_ROUND, Pairing, Recorded, SHORTEST_ROUND, Schedule, run};
