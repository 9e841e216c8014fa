//! The statistics behind verdicts, fits and series: small, pure, seeded, each with its source.

mod least_squares;
mod quantile;
pub mod random;

pub use least_squares::{CostLine, LineError, fit_costs};
pub use quantile::quantile;
