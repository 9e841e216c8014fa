//! perfkit judged on the machine it stands on: planted defects must be found, the same program twice must be silent.
//!
//! A suite of its own ([`suite`], in the executables `perfkit-self-test` and `perfkit-self-test-allocs`) is measured by
//! the instruments and judged by the judges that every other command uses. Measuring ([`evidence`]) and answering
//! ([`answer`]) are apart, so that a test can hand over a judge with a defect and see the self-test fail.

pub mod answer;
pub mod evidence;
pub mod executables;
pub mod planted;
pub mod suite;

pub use answer::{Answer, Answered, Judges, answers};
pub use evidence::{Evidence, collect};
pub use executables::Executables;
pub use planted::{Planted, Shows};
