//! `perfkit calibrate`: how far each benchmark differs from itself on this machine.

use std::{collections::BTreeMap, time::Duration};

use clap::Args;
use jiff::Timestamp;

use super::{Exit, Failure, Global, Output, OutputFormat};
use crate::{
    ab::{
        Recorded, Schedule,
        arms::{Revision, same_on_both_sides},
        floor::{FLOOR_QUANTILE, floors},
        rule::FIRST_LOOK_ROUNDS,
        run,
    },
    compare::is_counted,
    format::{
        Calibrated, Calibration, Config, GateKind, Problem, ProblemKind,
        calibration::{CALIBRATION_SCHEMA, is_gateable},
        config::Instrument,
        document::{document_text, write_document},
    },
    gate::tolerance::TIMED_FRACTION,
    host, instrument,
    measure::{BuildPlace, Plan, Planned, Request, plan, problem, progress::Progress},
    render::{Emphasis, Lines, Terminal, calibration::calibration_table},
    session::{self, Profiles},
    workspace::{Workspace, revision},
};

/// Rounds unless the user says otherwise: a few times those of a confirmation, so that draws of them differ.
const ROUNDS: u32 = 40;

/// Seconds of a confirmation, which decide how long a round is: those of `perfkit ab`.
const SECONDS: f64 = super::ab::SECONDS;

/// Arguments of `perfkit calibrate`.
#[derive(Debug, Args)]
pub struct CalibrateArgs {
    #[command(flatten)]
    output: Output,
    /// Only this suite of perfkit.toml (repeatable)
    #[arg(long = "suite", value_name = "NAME")]
    suites: Vec<String>,
    /// Only ids under this prefix or matching this pattern (repeatable); `*` stays within a path component
    #[arg(long = "filter", value_name = "GLOB")]
    filters: Vec<String>,
    /// Rounds per benchmark
    #[arg(long, value_name = "N", default_value_t = ROUNDS,
          value_parser = clap::value_parser!(u32).range(FIRST_LOOK_ROUNDS as i64..=5000))]
    rounds: u32,
    /// Seconds per benchmark of the comparisons that are to be calibrated, as in `perfkit ab`
    #[arg(long, value_name = "SECONDS", default_value_t = SECONDS, value_parser = super::ab::seconds)]
    seconds: f64,
}

pub(super) fn execute(global: &Global, args: &CalibrateArgs) -> Result<Exit, Failure> {
    session::keep_what_was_measured_on_interrupt();
    let workspace = global.workspace()?;
    let profiles = Profiles::find(&workspace, None, "")?;
    let progress = Progress::new();
    let request = Request {
        suites: args.suites.clone(),
        filters: args.filters.clone(),
        instruments: vec![Instrument::Time],
        ..Request::default()
    };
    let plan = plan(&workspace, &request, &BuildPlace::default(), &progress)?;
    let (rows, mut problems) = calibrated_here(&plan);
    let rounds = u32::try_from(FIRST_LOOK_ROUNDS).unwrap_or(u32::MAX);
    let schedule = Schedule {
        rounds: args.rounds,
        extension: false,
        ..Schedule::within(Duration::from_secs_f64(args.seconds), rounds)
    };
    let measured = measure(&workspace, &rows, &schedule, &progress, &mut problems)?;
    let path = Calibration::path(&workspace.baselines(), &profiles.own);
    let calibration = merge(profiles.calibration, &profiles.own, measured.clone());
    if !measured.is_empty() {
        write_document(&path, &calibration)?;
    }
    let told = Told { config: &workspace.config, measured: &measured, problems: &problems };
    match args.output.format {
        OutputFormat::Json => {
            print!("{}", document_text(&calibration).map_err(|error| Failure::new(Exit::ToolFailed, error))?);
        }
        format => {
            print!("{}", told.show(&schedule, format));
            if !measured.is_empty() {
                println!("kept as {}", path.strip_prefix(&workspace.root).unwrap_or(&path).display());
            }
        }
    }
    let failed = problems.iter().any(|problem| problem.kind != ProblemKind::Skipped);
    let nothing = measured.is_empty();
    Ok(if failed || nothing || instrument::interrupted() { Exit::ToolFailed } else { Exit::Held })
}

/// Benchmarks with more threads than cores never gate, so they need no floor; neither do those that are not timed.
fn calibrated_here(plan: &Plan) -> (Vec<Planned>, Vec<Problem>) {
    let cores = host::fingerprint().cores;
    let mut problems = plan.problems.clone();
    let mut rows = Vec::new();
    for row in plan.rows.iter().filter(|row| row.instruments.contains(&Instrument::Time)) {
        if row.benchmark.threads > cores {
            let message = format!("needs {} cores, this machine has {cores}", row.benchmark.threads);
            let subject = row.benchmark.id.clone();
            problems.push(left_out(subject, message));
        } else {
            rows.push(row.clone());
        }
    }
    (rows, problems)
}

fn left_out(subject: String, message: String) -> Problem {
    Problem { subject, kind: ProblemKind::Skipped, instrument: Some(Instrument::Time), message }
}

fn measure(
    workspace: &Workspace,
    rows: &[Planned],
    schedule: &Schedule,
    progress: &Progress,
    problems: &mut Vec<Problem>,
) -> Result<Vec<Calibrated>, Failure> {
    let measured = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let commit = revision::head(&workspace.root);
    let dirty = revision::is_dirty(&workspace.root);
    let here = Revision { label: "the working tree".to_owned(), commit: commit.clone(), dirty };
    let rustc = host::toolchain(&workspace.root).rustc;
    let arms = same_on_both_sides(workspace, here, rows)?;
    let pairings: Vec<_> = arms.shared.iter().map(|shared| shared.pairing()).collect();
    let scratch = session::scratch()?;
    let probe = host::EnvironmentProbe::start();
    let never = |all: &[Recorded]| vec![false; all.len()];
    let recorded = run(&pairings, schedule, &never, scratch.path(), progress);
    let environment = probe.finish();
    let mut found = Vec::new();
    for (Recorded { rounds, failure }, shared) in recorded.iter().zip(&arms.shared) {
        if let Some((arm, error)) = failure {
            let mut problem = problem(rounds.id.clone(), Some(Instrument::Time), error);
            problem.message = format!("side {arm}: {}", problem.message);
            problems.push(problem);
            continue;
        }
        let floors = floors(rounds, FIRST_LOOK_ROUNDS);
        if floors.is_empty() {
            let message =
                format!("{} rounds were recorded, a floor needs {FIRST_LOOK_ROUNDS}", rounds.rounds.len());
            let subject = rounds.id.clone();
            problems.push(left_out(subject, message));
            continue;
        }
        found.push(Calibrated {
            id: rounds.id.clone(),
            revision: shared.b.benchmark.revision,
            floors,
            rounds: rounds.rounds.len(),
            round_milliseconds: u64::try_from(schedule.length.as_millis()).unwrap_or(u64::MAX),
            measured: measured.clone(),
            commit: commit.clone(),
            dirty,
            rustc: rustc.clone(),
            environment: environment.clone(),
        });
    }
    Ok(found)
}

/// What was measured now takes the place of what was there; the rest stays, with its own date.
fn merge(before: Option<Calibration>, host: &str, measured: Vec<Calibrated>) -> Calibration {
    let mut rows: BTreeMap<String, Calibrated> = BTreeMap::new();
    let extra = before.as_ref().map(|before| before.extra.clone()).unwrap_or_default();
    // Floors of another number of rounds are floors of another question.
    let kept = before.filter(|before| before.confirmation_rounds == FIRST_LOOK_ROUNDS);
    for row in kept.into_iter().flat_map(|before| before.benchmarks).chain(measured) {
        rows.insert(row.id.clone(), row);
    }
    Calibration {
        schema: CALIBRATION_SCHEMA.to_owned(),
        host: host.to_owned(),
        fingerprint: host::fingerprint(),
        confirmation_rounds: FIRST_LOOK_ROUNDS,
        quantile: FLOOR_QUANTILE,
        benchmarks: rows.into_values().collect(),
        extra,
    }
}

struct Told<'a> {
    config: &'a Config,
    measured: &'a [Calibrated],
    problems: &'a [Problem],
}

impl Told<'_> {
    fn show(&self, schedule: &Schedule, format: OutputFormat) -> String {
        let gates: Vec<(f64, bool)> = self.measured.iter().map(|row| self.gate(row)).collect();
        let table = calibration_table(self.measured, &gates);
        let mut lines = Lines::default();
        let beyond = gates.iter().filter(|(_, gateable)| !gateable).count();
        let (emphasis, text) = match beyond {
            0 => (Emphasis::Good, "✓ every gate here is at least twice the noise floor".to_owned()),
            count => (
                Emphasis::Caution,
                format!("! {count} not gateable as declared: the gate becomes twice the floor on this host"),
            ),
        };
        if !self.measured.is_empty() {
            lines.push(emphasis, text);
        }
        let pinned = schedule.cpu.map_or_else(String::new, |cpu| format!(", pinned to CPU {cpu}"));
        let length = schedule.length.as_millis();
        lines.push(
            Emphasis::Dim,
            format!(
                "{} rounds of {length} ms a side{pinned}; a floor is the 95th percentile of |ratio - 1| over draws \
                 of {FIRST_LOOK_ROUNDS} rounds",
                schedule.rounds
            ),
        );
        for problem in self.problems {
            let failed = problem.kind != ProblemKind::Skipped;
            let (emphasis, word) =
                if failed { (Emphasis::Bad, "✗ FAILED") } else { (Emphasis::Dim, "- skipped") };
            lines.push(emphasis, format!("{word} {}: {}", problem.subject, problem.message));
        }
        match (format, self.measured.is_empty()) {
            (OutputFormat::Markdown, false) => format!("{}\n{}", table.markdown(), lines.markdown()),
            (OutputFormat::Markdown, true) => lines.markdown(),
            (_, false) => {
                format!("{}{}", table.text(&Terminal::stdout()), lines.text(&Terminal::stdout()))
            }
            (_, true) => lines.text(&Terminal::stdout()),
        }
    }

    /// The narrowest relative gate on a time of this benchmark, and whether every such gate means what it declares.
    fn gate(&self, row: &Calibrated) -> (f64, bool) {
        let of_id = self.config.gates.iter().filter(|gate| {
            let timed = gate.metric != "counted" && !is_counted(&gate.metric);
            timed && gate.select.matches(&row.id) && !gate.exclude.matches(&row.id)
        });
        let mut declared: Vec<(f64, &str)> = of_id
            .filter_map(|gate| match gate.kind {
                GateKind::Relative { max_worsening, .. } => {
                    Some((max_worsening.unwrap_or(TIMED_FRACTION), gate.metric.as_str()))
                }
                _ => None,
            })
            .collect();
        if declared.is_empty() {
            // Without a gate the metric's own limit stands for one.
            let judged = if row.floors.contains_key("cpu_time_ns") { "cpu_time_ns" } else { "time_ns" };
            declared.push((TIMED_FRACTION, judged));
        }
        let as_calibration = |metric: &str| {
            let metric = if row.floors.contains_key(metric) { metric } else { "time_ns" };
            row.floors.get(metric).copied().unwrap_or(0.0)
        };
        let gateable = declared.iter().all(|(gate, metric)| is_gateable(as_calibration(metric), *gate));
        (declared.iter().map(|(gate, _)| *gate).fold(f64::INFINITY, f64::min), gateable)
    }
}
