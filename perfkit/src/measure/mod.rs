//! Measuring: from a request to a run document. [`plan`](plan()) asks the workspace what there is, [`execute`] drives
//! the instruments over it.

mod execute;
mod plan;
pub mod progress;

pub use execute::{FULL_ROUNDS, Measurement, execute};
pub use plan::{BuildPlace, Plan, PlanError, Planned, Request, Selection, plan};
