//! `perfkit gate`: measure, judge, and say so in the exit code.

use clap::Args;

use super::{Exit, Failure, Global, Output, OutputFormat, Selecting};
use crate::{
    compare::is_counted,
    format::{
        Benchmark, Config, GateKind, Outcome, ProblemKind, Run, Verdict, config::Instrument,
        document::document_text,
    },
    gate::{Case, Judgement, LockedPackages, References, judge},
    measure::{Request, progress::Progress},
    render::{Emphasis, Terminal, footer, header, verdict_lines},
    session::{self, Profiles, count_revision, measure},
    store::Store,
    workspace::{Workspace, revision::short},
};

/// Arguments of `perfkit gate`.
#[derive(Debug, Args)]
pub struct GateArgs {
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    selecting: Selecting,
    /// The host profile that timed metrics are held against
    #[arg(long, value_name = "NAME")]
    host: Option<String>,
    /// The revision to count where the baseline's toolchain is not this one's
    #[arg(long, value_name = "REV")]
    base: Option<String>,
}

pub(super) fn execute(global: &Global, args: &GateArgs) -> Result<Exit, Failure> {
    session::keep_what_was_measured_on_interrupt();
    let workspace = global.workspace()?;
    let profiles = Profiles::find(&workspace, args.host.as_deref())?;
    let progress = Progress::new();
    let request = args.selecting.request();
    let mut outcome = measure(&workspace, &profiles, &request, &progress)?;
    let base = reference(&workspace, &profiles, args, &request, &outcome.run, &progress)?;

    let selection = outcome.plan.selection.clone();
    let case = Case {
        run: &outcome.run,
        references: References {
            counted: base.rows(&profiles),
            timed: profiles.held_against.as_ref(),
            host_matches: profiles.host_matches,
        },
        config: &workspace.config,
        selected: &|id| selection.contains(id),
        whole: selection.is_whole() && request.instruments.is_empty(),
        measured: &|metric| fills(&request, metric),
        today: &session::today(),
        lock: &LockedPackages::load(&workspace.root),
    };
    let judgement = judge(&case);
    outcome.run.verdicts.clone_from(&judgement.verdicts);
    Store::new(&workspace.store()).save(&outcome.run, &outcome.samples)?;
    match args.output.format {
        OutputFormat::Json => {
            print!("{}", document_text(&outcome.run).map_err(|e| Failure::new(Exit::ToolFailed, e))?)
        }
        format => print!("{}", show(&outcome.run, &profiles, &base.describe(), &judgement, format)),
    }
    if !workspace.configured {
        eprintln!("no perfkit.toml here: everything was measured, nothing is gated");
    }
    Ok(exit(&outcome.run, &judgement))
}

/// The verdict first, then the run's header and what is wrong with waivers.
fn show(run: &Run, profiles: &Profiles, base: &str, judgement: &Judgement, format: OutputFormat) -> String {
    let held_against = profiles.held_against.as_ref();
    let mut about = header(run, held_against);
    about.push(Emphasis::Plain, base);
    let mut lines = verdict_lines(&judgement.verdicts);
    for problem in &judgement.waiver_problems {
        lines.push(Emphasis::Bad, format!("✗ WAIVER {} {}", problem.id, problem.message));
    }
    lines.0.extend(footer(run, held_against).0);
    match format {
        OutputFormat::Markdown => format!("{}\n{}", about.markdown(), lines.markdown()),
        _ => format!("{}{}", about.text(&Terminal::stdout()), lines.text(&Terminal::stdout())),
    }
}

/// What counted metrics are held against.
enum CountedBase {
    /// The baseline: its key fits.
    Baseline,
    /// A revision, counted just now, and why.
    Revision { rows: Vec<Benchmark>, revision: String, why: String },
    /// No gate asks for one, or there is none to hold against.
    None,
}

impl CountedBase {
    fn rows<'a>(&'a self, profiles: &'a Profiles) -> Option<&'a [Benchmark]> {
        match self {
            Self::Baseline => profiles.counted.as_ref().map(|baseline| baseline.benchmarks.as_slice()),
            Self::Revision { rows, .. } => Some(rows),
            Self::None => None,
        }
    }

    fn describe(&self) -> String {
        match self {
            Self::Baseline => format!("counted metrics against baseline {}", session::counted_name()),
            Self::Revision { revision, why, .. } => {
                format!("counted metrics against revision {}, counted in this run ({why})", short(revision))
            }
            Self::None => "counted metrics against nothing".to_owned(),
        }
    }
}

fn reference(
    workspace: &Workspace,
    profiles: &Profiles,
    args: &GateArgs,
    request: &Request,
    run: &Run,
    progress: &Progress,
) -> Result<CountedBase, Failure> {
    if !gates_counts(&workspace.config) || !fills(request, "ir") && !fills(request, "allocs_per_op") {
        return Ok(CountedBase::None);
    }
    let why = match profiles.comparable_counted(&run.toolchain) {
        Ok(_) => return Ok(CountedBase::Baseline),
        Err(why) => why,
    };
    let accepted = profiles.counted.as_ref().map(|baseline| baseline.acceptance.revision.clone());
    let Some(revision) = args.base.clone().or(accepted).filter(|revision| !revision.is_empty()) else {
        return Err(Failure::new(
            Exit::Refused,
            format!(
                "nothing to hold counts against: {why}. Name a revision with --base, or accept a baseline: perfkit run, then perfkit baseline accept"
            ),
        ));
    };
    let counting = Request {
        instruments: [Instrument::Count, Instrument::Allocs]
            .into_iter()
            .filter(|instrument| request.instruments.is_empty() || request.instruments.contains(instrument))
            .collect(),
        ..request.clone()
    };
    let base = count_revision(workspace, &revision, &counting, progress)?;
    if let Some(problem) = base.run.problems.iter().find(|problem| problem.kind != ProblemKind::Skipped) {
        return Err(Failure::new(
            Exit::ToolFailed,
            format!(
                "the base revision {} could not be counted: {}: {}",
                short(&revision),
                problem.subject,
                problem.message
            ),
        ));
    }
    Ok(CountedBase::Revision { rows: base.run.benchmarks, revision: base.run.provenance.revision, why })
}

fn gates_counts(config: &Config) -> bool {
    config.gates.iter().any(|gate| {
        matches!(gate.kind, GateKind::Relative { .. })
            && (gate.metric == "counted" || is_counted(&gate.metric))
    })
}

/// Whether the instruments asked for can fill this metric.
fn fills(request: &Request, metric: &str) -> bool {
    let instrument = match metric {
        "allocs_per_op" | "reallocs_per_op" | "alloc_bytes_per_op" | "peak_bytes" => Instrument::Allocs,
        "ir_cross_check" => Instrument::CrossCheck,
        name if is_counted(name) => Instrument::Count,
        _ => Instrument::Time,
    };
    request.instruments.is_empty() || request.instruments.contains(&instrument)
}

/// The worst thing that happened decides.
fn exit(run: &Run, judgement: &Judgement) -> Exit {
    let any =
        |outcome: Outcome| judgement.verdicts.iter().any(|verdict: &Verdict| verdict.outcome == outcome);
    let tool_failed = run.problems.iter().any(|problem| problem.kind != ProblemKind::Skipped);
    match () {
        () if tool_failed || run.provenance.partial || any(Outcome::Wrong) || any(Outcome::Missing) => {
            Exit::ToolFailed
        }
        () if any(Outcome::Failed) => Exit::GateFailed,
        () if !judgement.waiver_problems.is_empty() => Exit::Waiver,
        () if any(Outcome::Suspect) || any(Outcome::Inconclusive) => Exit::Inconclusive,
        () => Exit::Held,
    }
}
