//! The executables' command line: perfkit's own arguments, and Criterion's for everything else.
//!
//! | arguments | answer on standard output |
//! |---|---|
//! | `--perfkit-list` | one JSON object a line: the rows of the suite and this executable's role |
//! | `--perfkit-count ID N` | one JSON object: `N` operations were run inside the region, and the allocations seen |
//! | `--perfkit-round ID MILLISECONDS` | one JSON object: the samples of one round of about that length |
//! | `--perfkit-scaling ID THREADS MILLISECONDS` | one JSON object: operations per second of all threads together |
//! | `--perfkit-latency ID RATE SECONDS` | one JSON object: latencies on a schedule of `RATE` operations a second |
//! | `--perfkit-startup ID` | one JSON object: when this process was ready |
//! | `--perfkit-verify` | one JSON object: every row ran and checked its answer |
//! | anything else | Criterion |
//!
//! With `PERFKIT_CPU_TIMES=PATH` in the environment, Criterion runs leave wall and CPU nanoseconds of every sample
//! in that file as JSON.

use std::{
    cell::Cell,
    path::Path,
    process::exit,
    time::{Duration, Instant},
};

use criterion::{BenchmarkId, Criterion, Throughput};
use serde_json::json;

use crate::{
    AllocationCounts, Answer, Count, CountingAllocator, CpuAndWall, Kind, Round, Workload, count::Declared,
    latency, scaling, startup,
};

/// The exit code of a process whose workload gave a wrong answer.
pub const WRONG_ANSWER_EXIT_CODE: i32 = 86;

/// The exit code for arguments that name nothing in the suite.
const USAGE_EXIT_CODE: i32 = 2;

thread_local! {
    /// The id at work, for the message of a wrong answer.
    static CURRENT_ID: Cell<&'static str> = const { Cell::new("") };
}

/// How an executable reads its allocator.
#[derive(Clone, Copy)]
pub struct Probe {
    /// `time` or `allocs`: which bench target this executable is.
    pub role: &'static str,
    /// What has been allocated so far.
    pub read: fn() -> AllocationCounts,
    /// Start the peak anew.
    pub reset_peak: fn(),
}

impl Probe {
    /// The time executable: nothing counts allocations.
    pub const TIME: Self = Self { role: "time", read: AllocationCounts::default, reset_peak: || {} };
    /// The allocation executable, under the [`CountingAllocator`].
    pub const ALLOCS: Self =
        Self { role: "allocs", read: CountingAllocator::read, reset_peak: CountingAllocator::reset_peak };
}

/// A bench target's `main` for time and counts.
#[macro_export]
macro_rules! time_main {
    ($suite:path) => {
        fn main() {
            $crate::run($suite, $crate::Probe::TIME);
        }
    };
}

/// A bench target's `main` for allocations; installs the [`CountingAllocator`].
#[macro_export]
macro_rules! allocs_main {
    ($suite:path) => {
        #[global_allocator]
        static ALLOCATOR: $crate::CountingAllocator = $crate::CountingAllocator;

        fn main() {
            $crate::run($suite, $crate::Probe::ALLOCS);
        }
    };
}

/// Answer the command line from a suite.
pub fn run(suite: &'static [Workload], probe: Probe) {
    let main = Instant::now();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["--perfkit-list", ..] => list(suite, probe),
        ["--perfkit-count", id, operations, ..] => count(suite, probe, id, operations),
        ["--perfkit-round", id, milliseconds, ..] if probe.role == "time" => round(suite, id, milliseconds),
        ["--perfkit-scaling", id, threads, milliseconds, ..] if probe.role == "time" => {
            scaling::answer(suite, id, threads, milliseconds);
        }
        ["--perfkit-latency", id, rate, seconds, ..] if probe.role == "time" => {
            latency::answer(suite, id, rate, seconds);
        }
        ["--perfkit-startup", id, ..] if probe.role == "time" => startup::answer(suite, id, main),
        ["--perfkit-verify", ..] => verify(suite, probe, main),
        _ if probe.role == "allocs" => {
            eprintln!("this executable counts allocations: give it --perfkit-list or --perfkit-count ID N");
        }
        _ => criterion(suite),
    }
}

fn list(suite: &[Workload], probe: Probe) {
    for workload in suite {
        println!(
            "{}",
            json!({
                "id": workload.id,
                "role": probe.role,
                "size": workload.size,
                "bytes": workload.bytes,
                "elements": workload.elements,
                "revision": workload.revision,
                "floor": workload.floor.map(|floor| floor.id()),
                "threads": workload.threads,
                "contended": workload.contended,
                "counted_operations": workload.counted_operations,
                "allocation_free": workload.allocation_free,
                "keyed": workload.keyed,
                "modes": modes(workload, probe),
                "latency_rate": workload.latency_rate,
                "struct_bytes": match workload.kind {
                    Kind::StructBytes(bytes) => Some(bytes),
                    _ => None,
                },
            })
        );
    }
}

/// What this executable can be asked to do with a workload: the words behind `--perfkit-`.
fn modes(workload: &Workload, probe: Probe) -> Vec<&'static str> {
    let is_time = probe.role == "time";
    let modes = [
        ("count", workload.counted()),
        ("round", is_time && workload.is_operation()),
        ("scaling", is_time && workload.scales),
        ("latency", is_time && workload.latency_rate > 0),
        ("startup", is_time && matches!(workload.kind, Kind::Startup(_))),
        ("size", is_time && matches!(workload.kind, Kind::StructBytes(_))),
    ];
    modes.into_iter().filter(|(_, possible)| *possible).map(|(mode, _)| mode).collect()
}

pub(crate) fn find<'a>(suite: &'a [Workload], id: &str) -> &'a Workload {
    let found = suite.iter().find(|workload| workload.id == id);
    found.unwrap_or_else(|| usage(&format!("no workload is called {id:?}; --perfkit-list names them")))
}

fn find_operation<'a>(suite: &'a [Workload], id: &str) -> &'a Workload {
    let workload = find(suite, id);
    if !workload.is_operation() {
        usage(&format!("{id} is no operation; --perfkit-list names what it can be asked"));
    }
    workload
}

fn count(suite: &[Workload], probe: Probe, id: &str, operations: &str) {
    let workload = find_operation(suite, id);
    let Ok(operations) = operations.parse::<u64>() else {
        usage(&format!("{operations:?} is not a number of operations"));
    };
    if !workload.counted() {
        usage(&format!("{id} runs {} threads; counting sees one thread only", workload.threads));
    }
    let (counts, declared) = counted(workload, operations, probe);
    println!(
        "{}",
        json!({
            "id": workload.id,
            "operations": operations,
            "allocations": counts.allocations,
            "reallocations": counts.reallocations,
            "bytes": counts.bytes,
            "peak_bytes": counts.peak_bytes,
            "produced": declared.produced,
            "distinct_keys": declared.distinct_keys,
        })
    );
}

/// The longest round: longer ones say less in the same time than more of them.
const ROUND_LIMIT_MILLISECONDS: u64 = 60_000;

fn round(suite: &[Workload], id: &str, milliseconds: &str) {
    let workload = find_operation(suite, id);
    let length = match milliseconds.parse::<u64>() {
        Ok(length @ 1..=ROUND_LIMIT_MILLISECONDS) => Duration::from_millis(length),
        _ => usage(&format!(
            "{milliseconds:?} is no length of a round: wanted 1 to {ROUND_LIMIT_MILLISECONDS} milliseconds"
        )),
    };
    at_work(workload.id);
    let mut meter = Round::new(length, workload.threads);
    (workload.round)(&mut meter, workload.size);
    match meter.document(workload.id) {
        Some(document) => println!("{document}"),
        None => wrong_answer("the workload never measured"),
    }
}

/// Run `operations` operations of one workload, checked as ever, for a counter that is not perfkit's own, such as an
/// iai-callgrind bench. The difference of two such benches, with N and 2N operations, is the cost of N.
///
/// # Panics
///
/// If no workload of the suite has this id.
pub fn run_operations(suite: &'static [Workload], id: &str, operations: u64) {
    let Some(workload) = suite.iter().find(|workload| workload.id == id) else {
        panic!("no workload is called {id:?}");
    };
    counted(workload, operations, Probe::TIME);
}

fn verify(suite: &[Workload], probe: Probe, main: Instant) {
    let mut verified = 0u64;
    for workload in suite {
        match workload.kind {
            Kind::Operation if workload.counted() => {
                counted(workload, 1, probe);
            }
            Kind::Startup(start) => {
                startup::once(workload.id, start, main);
            }
            Kind::Operation | Kind::StructBytes(_) => continue,
        }
        verified += 1;
    }
    println!("{}", json!({ "verified": verified }));
}

fn counted(workload: &Workload, operations: u64, probe: Probe) -> (AllocationCounts, Declared) {
    at_work(workload.id);
    let mut meter = Count::new(operations, probe);
    (workload.count)(&mut meter, workload.size);
    match meter.counts() {
        Some(counts) => (counts, meter.declared()),
        None => wrong_answer("the workload never measured"),
    }
}

fn criterion(suite: &'static [Workload]) {
    let cpu_times = std::env::var_os("PERFKIT_CPU_TIMES");
    if cpu_times.is_some() {
        CpuAndWall::keep_samples();
    }
    let mut criterion = Criterion::default().with_measurement(CpuAndWall).configure_from_args();
    for workload in suite.iter().filter(|workload| workload.is_operation()) {
        let (group_name, function) = workload.id.split_once('/').unwrap_or((workload.id, ""));
        let mut group = criterion.benchmark_group(group_name);
        group.throughput(match workload.bytes {
            0 => Throughput::Elements(workload.elements),
            bytes => Throughput::Bytes(bytes),
        });
        let id = match function.rsplit_once('/') {
            Some((function, parameter)) => BenchmarkId::new(function, parameter),
            None => BenchmarkId::from_parameter(function),
        };
        group.bench_function(id, |bencher| {
            at_work(workload.id);
            (workload.time)(bencher, workload.size);
        });
        group.finish();
    }
    criterion.final_summary();
    if let Some(path) = cpu_times {
        leave_cpu_times(Path::new(&path));
    }
}

/// Write every sample's wall and CPU nanoseconds.
fn leave_cpu_times(path: &Path) {
    let Some(samples) = CpuAndWall::samples() else {
        eprintln!("perfkit: more samples were taken than are kept, so there are no CPU times");
        return;
    };
    let document = json!({ "wall_and_cpu_ns": samples });
    if let Err(error) = std::fs::write(path, document.to_string()) {
        eprintln!("perfkit: cannot leave CPU times in {}: {error}", path.display());
        exit(1);
    }
}

/// Note which workload this thread is at.
pub(crate) fn at_work(id: &'static str) {
    CURRENT_ID.set(id);
}

/// A whole number from 1 to `limit`.
pub(crate) fn number(what: &str, text: &str, limit: u64) -> u64 {
    match text.parse::<u64>() {
        Ok(number) if (1..=limit).contains(&number) => number,
        _ => usage(&format!("{text:?} is no number of {what}: wanted 1 to {limit}")),
    }
}

/// End the process unless the answer was right.
pub(crate) fn require(answer: Answer) {
    if let Err(why) = answer {
        wrong_answer(&why);
    }
}

/// End the process: its answer was wrong, so nothing it measured means anything.
pub(crate) fn wrong_answer(why: &str) -> ! {
    eprintln!("perfkit: wrong answer from {}: {why}", CURRENT_ID.get());
    exit(WRONG_ANSWER_EXIT_CODE);
}

pub(crate) fn usage(message: &str) -> ! {
    eprintln!("perfkit: {message}");
    exit(USAGE_EXIT_CODE);
}
