//! The statistics behind verdicts, fits and series: small, pure, seeded, each with its source.

pub mod bootstrap;
pub mod change_points;
mod holm;
pub mod incomplete_beta;
mod least_squares;
mod quantile;
pub mod random;
pub mod student_t;

pub use bootstrap::bootstrap;
pub use holm::holm;
pub use least_squares::{CostLine, LineError, fit_costs};
pub use quantile::{quantile, quantile_in_place};
