//! Runs as a workspace would leave them over months: sizes in series, a noisy clock, exact counts that move in steps,
//! a few benchmarks that come late, go early or change their meaning. Seeded: the same shape gives the same bytes.
//!
//! Files are written plainly, without the store's renaming and syncing: nobody else uses the folder.

#![allow(dead_code, reason = "tests use parts of it")]

use std::{collections::BTreeMap, fs, io, path::Path};

use perfkit::{
    format::{
        Benchmark, EnvironmentGuard, Fingerprint, Host, Metric, Outcome, Provenance, Run, Toolchain, Verdict,
        Witness, document::document_text, metric_info, run::RUN_SCHEMA,
    },
    statistics::{quantile, random::SplitMix64},
    store::{RunName, SAMPLES_SCHEMA, Samples},
};

/// How much of everything.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// Benchmarks in each run.
    pub benchmarks: usize,
    /// Runs of the one host.
    pub runs: usize,
    /// Metrics of each benchmark, at most ten.
    pub metrics: usize,
    /// The newest runs that have a sidecar of samples.
    pub sidecars: usize,
    /// Two seeds, two stores.
    pub seed: u64,
}

impl Default for Shape {
    fn default() -> Self {
        Self { benchmarks: 40, runs: 50, metrics: 10, sidecars: 2, seed: 1 }
    }
}

/// The metrics, the most telling first.
const METRICS: [&str; 10] = [
    "cpu_time_ns",
    "ir",
    "allocs_per_op",
    "time_ns",
    "throughput_Bps",
    "bytes_copied",
    "locked_ops",
    "criterion_ns",
    "alloc_bytes_per_op",
    "syscalls",
];

const GROUPS: [&str; 8] = [
    "packet_build",
    "packet_open",
    "packet_forward",
    "header_codec",
    "replay_window",
    "bus_ingest",
    "redex_append",
    "capability_match",
];
const FUNCTIONS: [&str; 4] = ["encode", "decode", "seal_in_place", "lookup"];
const SIZES: [u64; 5] = [64, 256, 1024, 4096, 65_536];

const ROUNDS: usize = 5;
const SAMPLES_PER_ROUND: usize = 20;

/// Write the store.
pub fn write_store(folder: &Path, shape: &Shape) -> io::Result<()> {
    for index in 0..shape.runs {
        let run = run(shape, index);
        let name = RunName::of(&run);
        let path = folder.join(name.run_key());
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        if index + shape.sidecars >= shape.runs {
            let samples = samples(shape, &run);
            fs::write(folder.join(name.sidecar_key()), document_text(&samples).map_err(io::Error::other)?)?;
        }
        fs::write(path, document_text(&run).map_err(io::Error::other)?)?;
    }
    Ok(())
}

/// The run of this index, 0 being the oldest.
pub fn run(shape: &Shape, index: usize) -> Run {
    let revision = format!("{:016x}{:024x}", SplitMix64::new(shape.seed ^ index as u64).next_u64(), index);
    let benchmarks: Vec<Benchmark> =
        (0..shape.benchmarks).filter_map(|number| benchmark(shape, number, index)).collect();
    let verdicts = verdicts(&benchmarks, shape, index);
    Run {
        schema: RUN_SCHEMA.to_owned(),
        perfkit: "0.1.0".to_owned(),
        id: format!("{index:06x}"),
        host: host(),
        toolchain: toolchain(),
        provenance: Provenance {
            revision,
            started: timestamp(index),
            lock_digest: "00ff".to_owned(),
            command: vec!["gate".to_owned()],
            rounds: ROUNDS as u32,
            ..Provenance::default()
        },
        environment: EnvironmentGuard {
            load_before: Some(0.1),
            load_after: Some(1.1),
            steal: Some(0.001),
            ..EnvironmentGuard::default()
        },
        benchmarks,
        problems: Vec::new(),
        verdicts,
        counted_against: None,
        extra: BTreeMap::new(),
    }
}

/// Noon of a day, so many days after the start; leap years as in this century.
fn timestamp(days: usize) -> String {
    let (mut year, mut month, mut day) = (2026, 1, 5 + days);
    let length = |year: usize, month: usize| match month {
        2 if year.is_multiple_of(4) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    while day > length(year, month) {
        day -= length(year, month);
        month += 1;
        if month > 12 {
            (year, month) = (year + 1, 1);
        }
    }
    format!("{year:04}-{month:02}-{day:02}T12:00:00Z")
}

/// `group/function/size`; every series has all sizes.
pub fn id(number: usize) -> String {
    let size = SIZES[number % SIZES.len()];
    let series = number / SIZES.len();
    let (group, function) =
        (GROUPS[series % GROUPS.len()], FUNCTIONS[series / GROUPS.len() % FUNCTIONS.len()]);
    match series / (GROUPS.len() * FUNCTIONS.len()) {
        0 => format!("{group}/{function}/{size}"),
        more => format!("{group}/{function}_{more}/{size}"),
    }
}

/// The benchmark as run `index` found it; `None` where it is not there yet, or no longer.
fn benchmark(shape: &Shape, number: usize, index: usize) -> Option<Benchmark> {
    let id = id(number);
    let series = SplitMix64::named(id.rsplit_once('/').map_or("", |(series, _)| series)).next_u64();
    let last = shape.runs.saturating_sub(1);
    if (number % 97 == 13 && index < shape.runs / 2) || (number % 89 == 31 && index == last) {
        return None;
    }
    let size = SIZES[number % SIZES.len()];
    let mut row = Benchmark::new(&id);
    row.package = "bench-mesh".to_owned();
    row.target = "time".to_owned();
    (row.size, row.bytes) = (size, size);
    row.revision = if number % 53 == 17 && index >= shape.runs / 3 { 2 } else { 1 };
    if number % 2 == 1 && number > SIZES.len() {
        row.floor = Some(self::id(number - SIZES.len()));
    }
    row.witness = Witness { native: Some("seal_avx512".to_owned()), counted: Some("seal_avx2".to_owned()) };

    let (fixed, per_byte) = (150.0 + (series % 400) as f64, 0.05 + (series >> 9 & 255) as f64 / 800.0);
    let ir = (fixed * 6.0 + per_byte * size as f64 * 9.0)
        * step(series, shape.runs, index)
        * last_step(number, index, last);
    let mut noise = SplitMix64::new(SplitMix64::named(&id).next_u64() ^ shape.seed ^ (index as u64) << 20);
    let cpu = ir / 6.0 * (1.0 + 0.012 * gauss(&mut noise).abs());
    let allocations =
        (series >> 20 & 3) as f64 * if last_step(number, index, last) > 1.0 { 2.0 } else { 1.0 };
    let value = |name: &str| match name {
        "cpu_time_ns" => cpu,
        "time_ns" => cpu * 1.004,
        "criterion_ns" => cpu * 1.03,
        "throughput_Bps" => size as f64 / cpu * 1e9,
        "ir" => ir.round(),
        "allocs_per_op" => allocations,
        "alloc_bytes_per_op" => allocations * 96.0,
        "bytes_copied" => size as f64 + 80.0,
        "locked_ops" => (series >> 24 & 3) as f64,
        _ => 0.0,
    };
    for name in METRICS.iter().take(shape.metrics) {
        let Some(info) = metric_info(name) else { continue };
        let timed = info.class == perfkit::format::Class::Timed;
        let statistic = match *name {
            "criterion_ns" => "criterion",
            _ if timed => "p20_min",
            _ => "exact",
        };
        let mut metric =
            Metric::new(info, value(name), statistic, if timed { "criterion" } else { "callgrind" });
        if timed {
            metric = metric.with_interval(value(name) * 0.99, value(name) * 1.02, 0.95).with_n(ROUNDS as u64);
        }
        row.metrics.insert((*name).to_owned(), metric);
    }
    Some(row)
}

/// One series in three has a lasting change somewhere in its history.
fn step(series: u64, runs: usize, index: usize) -> f64 {
    let at = (series >> 32) as usize % runs.max(1);
    match series % 6 {
        0 if index >= at => 1.12,
        1 if index >= at => 0.81,
        _ => 1.0,
    }
}

/// A few benchmarks change in the newest run, so that there is something to report.
fn last_step(number: usize, index: usize, last: usize) -> f64 {
    match number % 23 {
        7 if index == last => 1.15,
        11 if index == last => 0.7,
        _ => 1.0,
    }
}

/// Roughly normal: the sum of twelve uniform numbers.
fn gauss(random: &mut SplitMix64) -> f64 {
    (0..12).map(|_| random.below(1 << 20) as f64 / f64::from(1 << 20)).sum::<f64>() - 6.0
}

/// What a gate on instructions would say of the newest run.
fn verdicts(rows: &[Benchmark], shape: &Shape, index: usize) -> Vec<Verdict> {
    let last = shape.runs.saturating_sub(1);
    let judged = rows.iter().filter_map(|row| {
        let value = row.metrics.get("ir")?.value;
        let number = (0..shape.benchmarks).find(|number| id(*number) == row.id)?;
        let outcome = match last_step(number, index, last) {
            step if step > 1.0 => Outcome::Failed,
            step if step < 1.0 => Outcome::Improved,
            _ => Outcome::Held,
        };
        Some(Verdict {
            id: row.id.clone(),
            metric: "ir".to_owned(),
            outcome,
            value: Some(value),
            reference: Some((value / last_step(number, index, last)).round()),
            unit: "instructions/op".to_owned(),
            rule: "at most +0.5 % or +2 instructions/op".to_owned(),
            note: String::new(),
        })
    });
    if index == last { judged.collect() } else { Vec::new() }
}

fn samples(shape: &Shape, run: &Run) -> Samples {
    let mut samples = Samples { schema: SAMPLES_SCHEMA.to_owned(), ..Samples::default() };
    for row in &run.benchmarks {
        let time = row.metrics.get("cpu_time_ns").map_or(100.0, |metric| metric.value);
        let mut noise = SplitMix64::new(SplitMix64::named(&row.id).next_u64() ^ shape.seed);
        let mut round = || -> Vec<(f64, f64)> {
            let iterations = 1000.0;
            let slow = if noise.below(4) == 0 { 1.04 } else { 1.0 };
            (0..SAMPLES_PER_ROUND)
                .map(|_| {
                    (iterations, (iterations * time * slow * (1.0 + 0.01 * gauss(&mut noise).abs())).round())
                })
                .collect()
        };
        let rounds: Vec<Vec<(f64, f64)>> = (0..ROUNDS).map(|_| round()).collect();
        let least = |round: &Vec<(f64, f64)>| {
            round.iter().map(|(iterations, ns)| ns / iterations).fold(f64::INFINITY, f64::min)
        };
        let minima: Vec<f64> = rounds.iter().map(least).collect();
        // The run's figure is the 20th percentile of exactly these.
        let scale = time / quantile(&minima, 0.2);
        let minima: Vec<f64> = minima.iter().map(|minimum| minimum * scale).collect();
        samples.rounds.insert(row.id.clone(), [("cpu_time_ns".to_owned(), minima)].into());
        samples.time.insert(row.id.clone(), rounds);
        let ir = row.metrics.get("ir").map_or(1000.0, |metric| metric.value);
        let shares =
            [("mesh::seal::build_packet", 0.4), ("ring_core::chacha20_poly1305_seal", 0.35), ("memcpy", 0.1)];
        let functions = shares.map(|(name, share)| (name.to_owned(), (ir * share).round()));
        samples.functions.insert(row.id.clone(), functions.into());
    }
    samples
}

fn host() -> Host {
    Host {
        profile: "server-8c".to_owned(),
        isa: "x86_64-avx512".to_owned(),
        isa_counted: "x86_64-avx2".to_owned(),
        fingerprint: Fingerprint {
            arch: "x86_64".to_owned(),
            vendor: "GenuineIntel".to_owned(),
            brand: "Server CPU @ 2.1 GHz".to_owned(),
            family: 6,
            model: 143,
            stepping: 8,
            cores: 8,
            threads_per_core: 2,
            virtualised: true,
            os: "linux".to_owned(),
        },
        info: BTreeMap::from([("memory".to_owned(), "32 GiB".to_owned())]),
    }
}

fn toolchain() -> Toolchain {
    Toolchain {
        rustc: "rustc 1.95.0 (59807616e 2026-04-14)".to_owned(),
        target: "x86_64-unknown-linux-gnu".to_owned(),
        valgrind: Some("3.25.1".to_owned()),
        libc: "glibc 2.41 1234abcd".to_owned(),
        build_profile: BTreeMap::from([("opt-level".to_owned(), "3".to_owned())]),
        rustflags: String::new(),
        variant: String::new(),
    }
}
