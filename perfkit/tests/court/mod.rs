//! A hand-made run with what it is held against, for tests of gates.

#![allow(dead_code, reason = "each test file uses some of it")]

use std::collections::BTreeMap;

use perfkit::{
    format::{
        Acceptance, Baseline, BaselineKind, Benchmark, Calibration, Config, EnvironmentGuard, Fingerprint,
        Host, HostRules, Metric, Outcome, Problem, ProblemKind, Provenance, Run, Toolchain, Verdict,
        baseline::BASELINE_SCHEMA, config::Instrument, metric_info, run::RUN_SCHEMA,
    },
    gate::{
        Case, Judgement, LockedPackages, References, judge,
        suspicion::{Suspicion, suspicions},
    },
};

/// A row with these metrics, all `exact` or `p20_min`.
pub fn row(id: &str, metrics: &[(&str, f64)]) -> Benchmark {
    let mut row = Benchmark::new(id);
    for (name, value) in metrics {
        let statistic = if name.ends_with("_ns") || name.ends_with("ps") { "p20_min" } else { "exact" };
        row.metrics.insert(
            (*name).to_owned(),
            Metric::new(
                metric_info(name).unwrap_or_else(|| panic!("no metric is called {name}")),
                *value,
                statistic,
                "test",
            ),
        );
    }
    row
}

pub fn run(benchmarks: Vec<Benchmark>) -> Run {
    Run {
        schema: RUN_SCHEMA.to_owned(),
        perfkit: "0".to_owned(),
        id: "abc".to_owned(),
        host: Host {
            profile: "here".to_owned(),
            isa: "x86_64-avx2".to_owned(),
            isa_counted: "x86_64-avx2".to_owned(),
            fingerprint: Fingerprint { cores: 2, ..Fingerprint::default() },
            info: BTreeMap::new(),
        },
        toolchain: Toolchain::default(),
        provenance: Provenance::default(),
        environment: EnvironmentGuard::default(),
        benchmarks,
        problems: Vec::new(),
        verdicts: Vec::new(),
        counted_against: None,
        extra: BTreeMap::new(),
    }
}

pub fn timed_baseline(kind: BaselineKind, benchmarks: Vec<Benchmark>) -> Baseline {
    Baseline {
        schema: BASELINE_SCHEMA.to_owned(),
        name: "here".to_owned(),
        kind,
        isa: "x86_64-avx2".to_owned(),
        rules: HostRules::default(),
        key: None,
        variant: String::new(),
        acceptance: Acceptance {
            revision: String::new(),
            source: String::new(),
            date: String::new(),
            author: String::new(),
            reason: String::new(),
        },
        benchmarks,
        extra: BTreeMap::new(),
    }
}

/// What an instrument says where it has no number.
pub fn problem(subject: &str, kind: ProblemKind, instrument: Option<Instrument>) -> Problem {
    Problem { subject: subject.to_owned(), kind, instrument, message: "it says why".to_owned() }
}

pub struct Court<'a> {
    pub config: &'a str,
    pub run: Run,
    pub counted: Option<Vec<Benchmark>>,
    pub timed: Option<Baseline>,
    pub host_matches: bool,
    pub calibration: Option<Calibration>,
    pub whole: bool,
    /// Whether what was asked for fills a metric of a benchmark.
    pub measured: fn(Option<&str>, &str) -> bool,
    /// Whether `counted` is a revision counted in the same run, and what could not be counted of it.
    pub counted_now: bool,
    pub lost: Vec<Problem>,
    pub today: &'a str,
    pub lock: &'a str,
}

impl<'a> Court<'a> {
    pub fn new(config: &'a str, now: Vec<Benchmark>, counted: Vec<Benchmark>) -> Self {
        Self {
            config,
            run: run(now),
            counted: Some(counted),
            timed: None,
            host_matches: true,
            calibration: None,
            whole: true,
            measured: |_, _| true,
            counted_now: false,
            lost: Vec::new(),
            today: "2026-06-01",
            lock: "",
        }
    }

    pub fn judge(&self) -> Judgement {
        self.with_case(judge)
    }

    pub fn suspicions(&self) -> Vec<Suspicion> {
        self.with_case(|case| suspicions(case, &judge(case).verdicts))
    }

    fn with_case<T>(&self, of: impl FnOnce(&Case<'_>) -> T) -> T {
        let text = format!("schema = \"perfkit.config/1\"\n{}", self.config);
        let config = Config::parse(&text).unwrap_or_else(|error| panic!("{error}"));
        of(&Case {
            run: &self.run,
            references: References {
                counted: self.counted.as_deref(),
                counted_now: self.counted_now,
                problems: &self.lost,
                timed: self.timed.as_ref(),
                host_matches: self.host_matches,
                calibration: self.calibration.as_ref(),
            },
            config: &config,
            selected: &|_| true,
            whole: self.whole,
            measured: &self.measured,
            today: self.today,
            lock: &LockedPackages::parse(self.lock),
        })
    }

    pub fn outcome(&self, metric: &str) -> Outcome {
        self.verdict(metric).outcome
    }

    pub fn verdict(&self, metric: &str) -> Verdict {
        let verdicts = self.judge().verdicts;
        let found: Vec<&Verdict> = verdicts.iter().filter(|verdict| verdict.metric == metric).collect();
        assert_eq!(found.len(), 1, "{verdicts:?}");
        found[0].clone()
    }
}
