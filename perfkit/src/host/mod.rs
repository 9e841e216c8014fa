//! The machine: what it is, which instruction set runs natively and under valgrind, what builds and counts on it,
//! and how quiet it is. Everything is read in perfkit's own process: valgrind shows its clients a fixed fake CPU.

pub mod fingerprint;
pub mod guard;
pub mod isa;
pub mod toolchain;

pub use fingerprint::{fingerprint, host_info, slug};
pub use guard::EnvironmentProbe;
pub use toolchain::{toolchain, toolchain_with};
