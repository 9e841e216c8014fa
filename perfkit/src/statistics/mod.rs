//! The statistics behind verdicts, fits and series: small, pure, seeded, each with its source.

pub mod bootstrap;
pub mod change_points;
mod holm;
pub mod incomplete_beta;
mod least_squares;
mod mann_whitney;
pub mod normal;
pub mod proportion;
mod quantile;
pub mod random;
mod randomisation;
pub mod student_t;

pub use bootstrap::bootstrap;
pub use holm::holm;
pub use least_squares::{CostLine, LineError, fit_costs};
pub use mann_whitney::{MannWhitney, mann_whitney};
pub use quantile::{LOW_QUANTILE, MEDIAN, RankedSample, quantile, quantile_in_place};
pub use randomisation::{Randomisation, randomisation};
