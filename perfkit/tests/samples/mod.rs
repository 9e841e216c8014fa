//! Documents made from the Rust types, for the tests of renderers and schemas.

#![allow(dead_code, reason = "each test file uses some of them")]

use std::collections::BTreeMap;

use perfkit::format::{
    Acceptance, Baseline, BaselineKind, Benchmark, CountedKey, EnvironmentGuard, Fingerprint, Host,
    HostRules, Invalidation, Metric, Mode, Outcome, Problem, ProblemKind, Provenance, Run, Selected,
    Toolchain, Verdict, Witness, baseline::BASELINE_SCHEMA, config::Instrument, metric_info, run::RUN_SCHEMA,
};

/// A metric with the unit, direction and class of its name.
pub fn metric(name: &str, value: f64, statistic: &str) -> Metric {
    let info = metric_info(name).unwrap_or_else(|| panic!("no metric is called {name}"));
    Metric::new(info, value, statistic, "sample")
}

/// A row with the metrics given.
pub fn row(id: &str, metrics: &[(&str, f64, &str)]) -> Benchmark {
    let mut row = Benchmark::new(id);
    row.metrics = metrics
        .iter()
        .map(|(name, value, statistic)| ((*name).to_owned(), metric(name, *value, statistic)))
        .collect();
    row
}

/// The run as this machine's, by its profile's name: `latest` means no other.
pub fn of_this_host(mut run: Run) -> Run {
    run.host.profile = perfkit::host::slug(&perfkit::host::fingerprint());
    run
}

/// A run with every field filled: three measured rows, a problem of each kind, a verdict of each outcome.
pub fn run() -> Run {
    let mut encrypt = row(
        "net_encryption/encrypt/64",
        &[
            ("criterion_ns", 105.2, "criterion"),
            ("ir", 1431.0, "exact"),
            ("allocs_per_op", 1.0, "exact"),
            ("locked_ops", 2.0, "exact"),
            ("bytes_copied", 64.0, "exact"),
        ],
    );
    let time = metric("time_ns", 104.4, "p20_min").with_interval(104.0, 105.0, 0.95).with_n(5);
    encrypt.metrics.insert("time_ns".to_owned(), time);
    encrypt.package = "bench-mesh".to_owned();
    encrypt.target = "mesh".to_owned();
    encrypt.size = 64;
    encrypt.bytes = 64;
    encrypt.floor = Some("net_encryption/raw_ring/64".to_owned());
    encrypt.witness =
        Witness { native: Some("seal_avx512".to_owned()), counted: Some("seal_avx2".to_owned()) };
    let raw = row(
        "net_encryption/raw_ring/64",
        &[("time_ns", 58.0, "p20_min"), ("criterion_ns", 58.5, "criterion"), ("ir", 900.0, "exact")],
    );
    let cold = row("foreign/cold", &[("ir", 123_456.0, "first_call"), ("time_ns", 12_345_678.0, "p20_min")]);
    Run {
        schema: RUN_SCHEMA.to_owned(),
        perfkit: "0.1.0".to_owned(),
        id: "0a1b2c".to_owned(),
        host: host(),
        toolchain: toolchain(),
        provenance: Provenance {
            revision: "1f0c2ab9d3e84c55aa01".to_owned(),
            dirty: true,
            started: "2026-03-05T10:11:12Z".to_owned(),
            lock_digest: "00ff".to_owned(),
            command: vec!["run".to_owned(), "--suite".to_owned(), "headline".to_owned()],
            mode: Mode::Full,
            partial: false,
            rounds: 5,
            selection: Selected { suites: vec!["headline".to_owned()], ..Selected::default() },
        },
        environment: EnvironmentGuard {
            load_before: Some(0.1),
            load_after: Some(1.2),
            steal: Some(0.041),
            governor: None,
            extra: BTreeMap::new(),
        },
        benchmarks: vec![encrypt, raw, cold],
        problems: vec![
            Problem {
                instrument: Some(Instrument::Scaling),
                ..problem("scaling/8", ProblemKind::Skipped, "needs 8 cores, this machine has 2")
            },
            problem("bench-bus", ProblemKind::BuildFailed, "error[E0308]: mismatched types\n --> src/lib.rs"),
            problem("wire/decode", ProblemKind::WrongAnswer, "the sum was 3, not 4"),
            problem("wire/encode", ProblemKind::ToolFailed, "valgrind ended with signal 4"),
        ],
        verdicts: verdicts(),
        counted_against: None,
        extra: BTreeMap::new(),
    }
}

/// One verdict of each outcome and more of those that are summed up.
pub fn verdicts() -> Vec<Verdict> {
    let relative = "at most +0.5 % or +2 instructions/op";
    let mut held = verdict("net_encryption/raw_ring/64", "ir", Outcome::Held, (900.0, 899.0), relative);
    held.note.clear();
    let mut skipped =
        verdict("scaling/8", "scaling_efficiency_8", Outcome::Skipped, (0.0, 0.0), "at least 0.7");
    (skipped.value, skipped.reference, skipped.note) = (None, None, "needs 8 cores".to_owned());
    let mut new = verdict("foreign/cold", "ir", Outcome::New, (123_456.0, 0.0), relative);
    (new.reference, new.note) = (None, "not in the baseline yet".to_owned());
    let mut wrong = verdict("wire/decode", "", Outcome::Wrong, (0.0, 0.0), "every answer is checked");
    (wrong.value, wrong.reference, wrong.note) = (None, None, "the sum was 3, not 4".to_owned());
    vec![
        held,
        verdict("net_encryption/encrypt/64", "locked_ops", Outcome::Held, (2.0, 2.0), "exact"),
        skipped,
        new,
        verdict(
            "net_encryption/encrypt/64",
            "time_ns",
            Outcome::Informational,
            (104.4, 222.0),
            "at most +11.1 %",
        ),
        verdict("net_encryption/encrypt/64", "ir", Outcome::Failed, (1431.0, 1412.0), relative),
        verdict("net_encryption/encrypt/64", "allocs_per_op", Outcome::Failed, (1.0, 0.0), "exact"),
        verdict("net_encryption/encrypt/64", "bytes_copied", Outcome::Held, (64.0, 264.0), "at most 264"),
        verdict(
            "net_encryption/encrypt/64",
            "locked_ops",
            Outcome::Failed,
            (2.0, 1.0),
            "at most 2 × net_encryption/raw_ring/64",
        ),
        wrong,
        verdict("wire/encode", "ir", Outcome::Improved, (80.0, 100.0), relative),
    ]
}

fn verdict(id: &str, metric: &str, outcome: Outcome, values: (f64, f64), rule: &str) -> Verdict {
    Verdict {
        id: id.to_owned(),
        metric: metric.to_owned(),
        outcome,
        value: Some(values.0),
        reference: Some(values.1),
        unit: metric_info(metric).map(|info| info.unit.to_owned()).unwrap_or_default(),
        rule: rule.to_owned(),
        note: String::new(),
    }
}

fn problem(subject: &str, kind: ProblemKind, message: &str) -> Problem {
    Problem { subject: subject.to_owned(), kind, instrument: None, message: message.to_owned() }
}

fn host() -> Host {
    Host {
        profile: "server-cpu".to_owned(),
        isa: "x86_64-avx512".to_owned(),
        isa_counted: "x86_64-avx2".to_owned(),
        fingerprint: Fingerprint {
            arch: "x86_64".to_owned(),
            vendor: "GenuineIntel".to_owned(),
            brand: "Server CPU @ 2.1 GHz".to_owned(),
            family: 6,
            model: 143,
            stepping: 8,
            cores: 2,
            threads_per_core: 2,
            virtualised: true,
            os: "linux".to_owned(),
        },
        info: BTreeMap::from([("memory".to_owned(), "8 GiB".to_owned())]),
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

/// A reference profile with published figures, two of them for ids that the sample run lacks.
pub fn reference() -> Baseline {
    Baseline {
        schema: BASELINE_SCHEMA.to_owned(),
        name: "i9-14900K".to_owned(),
        kind: BaselineKind::Reference,
        isa: "x86_64-avx2".to_owned(),
        rules: HostRules { brand_contains: Some("i9-14900K".to_owned()), ..HostRules::default() },
        key: None,
        variant: String::new(),
        acceptance: acceptance("published results of Net v0.27.3"),
        benchmarks: vec![
            row("net_encryption/encrypt/64", &[("criterion_ns", 222.0, "criterion")]),
            row("bus/ingest", &[("criterion_ns", 46.4, "criterion")]),
            row("bus/poll", &[("criterion_ns", 12.5, "criterion")]),
        ],
        extra: BTreeMap::new(),
    }
}

/// A timed baseline of the sample machine itself, with an invalidated row.
pub fn timed() -> Baseline {
    let mut baseline = reference();
    baseline.name = "server-cpu".to_owned();
    baseline.kind = BaselineKind::Timed;
    baseline.isa = host().isa;
    baseline.rules = HostRules::of(&host().fingerprint);
    let mut cold = row("foreign/cold", &[("time_ns", 12_000_000.0, "p20_min")]);
    cold.invalidated =
        Some(Invalidation { reason: "measured the set-up".to_owned(), since: "1f0c2ab".to_owned() });
    let raw = row("net_encryption/raw_ring/64", &[("time_ns", 57.9, "p20_min")]);
    baseline.benchmarks = vec![raw, cold];
    baseline.acceptance = acceptance("run 0a1b2c");
    baseline
}

/// A counted baseline with its key.
pub fn counted() -> Baseline {
    let mut baseline = timed();
    baseline.name = "counted-x86_64-avx2".to_owned();
    baseline.kind = BaselineKind::Counted;
    baseline.isa = host().isa_counted;
    baseline.rules = HostRules::default();
    baseline.key = CountedKey::of(&toolchain());
    baseline.benchmarks = vec![row("net_encryption/encrypt/64", &[("ir", 1412.0, "exact")])];
    baseline
}

fn acceptance(source: &str) -> Acceptance {
    Acceptance {
        revision: "1f0c2ab".to_owned(),
        source: source.to_owned(),
        date: "2026-03-05".to_owned(),
        author: "A. Author".to_owned(),
        reason: "first figures".to_owned(),
    }
}
