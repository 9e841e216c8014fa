//! Write a workload once; measure its time, its cost vector and its allocations.
//!
//! A workload is an ordinary function, generic over a [`Meter`]. Each instrument monomorphises its own loop, so
//! nothing indirect sits in the measured region. A [`suite!`] names the workloads in a plain table, and two
//! one-line bench targets turn the table into the executables that perfkit drives:
//!
//! ```
//! use perfkit_harness::{Meter, ensure, suite};
//!
//! /// Sum `size` bytes.
//! fn sum(meter: &mut impl Meter, size: u64) {
//!     let bytes = vec![1u8; size as usize];
//!     meter.measure(
//!         || bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>(),
//!         |total| ensure!(*total == size, "the sum of {size} ones is {total}"),
//!     );
//! }
//!
//! suite!(pub SUITE:
//!     "sum/bytes" / size in [64, 4096] => sum, bytes(size);
//! );
//! assert_eq!(SUITE[1].id, "sum/bytes/4096");
//! ```
//!
//! * `benches/time.rs`: `perfkit_harness::time_main!(my_benches::SUITE);` is Criterion under `cargo bench`, and under
//!   `--perfkit-count ID N` runs exactly `N` operations inside [`perfkit_region`], for callgrind and dhat.
//! * `benches/allocs.rs`: `perfkit_harness::allocs_main!(my_benches::SUITE);` installs the
//!   [`CountingAllocator`] and answers the same arguments with allocation counts.
//!
//! Both targets need `harness = false`.
//!
//! A row can say more of itself: [`scales`](Workload::scales) has it run on several threads at once, which share what
//! the workload asks [`Meter::shared`] for; [`latency`](Workload::latency) has it run on a fixed schedule. Rows of
//! [`suite!`] that are no operations are the size of a type, `struct_bytes(Type)`, and a process that starts,
//! `startup(function)`.

mod allocator;
mod cli;
mod count;
mod latency;
mod meter;
mod round;
mod scaling;
mod startup;
mod suite;
mod time;
mod waiting;

pub use allocator::{AllocationCounts, CountingAllocator};
pub use cli::{Probe, WRONG_ANSWER_EXIT_CODE, run, run_operations};
pub use count::{Count, perfkit_region};
pub use latency::Latency;
pub use meter::{Answer, Meter};
pub use round::Round;
pub use scaling::Scaling;
pub use startup::Startup;
pub use suite::{Floor, Kind, Workload};
pub use time::{CpuAndWall, Time};

#[doc(hidden)]
pub use criterion::Bencher;
