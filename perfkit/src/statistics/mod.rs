//! The statistics behind verdicts, fits and series: small, pure, seeded, each with its source.

mod quantile;
pub mod random;

pub use quantile::quantile;
