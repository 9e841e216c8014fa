//! The documents perfkit reads and writes, as types: `FORMAT.md` in words, `schemas/` in JSON Schema.
//!
//! Every document names its `schema` and major version. Another major version is refused; fields that this version
//! does not know are kept and written back. Objects are written with sorted keys and base units, so that a
//! reviewer's diff shows what changed and nothing else.

pub mod ab;
pub mod baseline;
pub mod benchmark;
pub mod bmf;
pub mod budget;
pub mod calibration;
pub mod config;
pub mod corpus;
pub mod document;
pub mod host;
pub mod invalidation;
pub mod metric;
pub mod recipe;
pub mod rounds;
pub mod run;
pub mod store_location;
pub mod trials;
pub mod verdict;

pub use ab::{AbReport, Compared, Finding, Side};
pub use baseline::{Acceptance, Baseline, BaselineKind, CountedKey};
pub use benchmark::{Benchmark, Invalidation, Witness};
pub use calibration::{Calibrated, Calibration};
pub use config::{Binary, Config, Gate, GateKind, Level, Suite, Waiver};
pub use corpus::Corpus;
pub use document::{DocumentError, read_document, write_document};
pub use host::{EnvironmentGuard, Fingerprint, Host, HostRules};
pub use invalidation::RunInvalidation;
pub use metric::{Better, Class, Interval, Kept, Metric, MetricInfo, metric_info};
pub use rounds::{Arm, ArmRound, Round, Rounds};
pub use run::{CountedAgainst, Mode, Problem, ProblemKind, Provenance, Run, Selected, Toolchain};
pub use store_location::StoreLocation;
pub use verdict::{Outcome, Verdict};
