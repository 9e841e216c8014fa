//! Measuring: from a request to a run document. [`plan`](plan()) asks the workspace what there is, [`execute`] drives
//! the instruments over it.

mod cross_checks;
mod execute;
mod kept;
mod listing;
pub(crate) mod near_names;
mod plan;
pub mod progress;
mod request;
mod revision;
mod rounds;
mod runner_suites;
mod timed;

pub use execute::{FULL_ROUNDS, Measurement, execute};
pub use kept::Kept;
pub(crate) use plan::problem;
pub use plan::{BuildPlace, Plan, PlanError, Planned, RowKind, plan};
pub use request::{Request, Selection};
pub use revision::{RevisionError, plan_revision};
pub use runner_suites::RunnerSuite;
