//! `perfkit gate`: measure, judge, and say so in the exit code.

use clap::Args;

use super::{Exit, Failure, Global, Output, OutputFormat, Selecting};
use crate::{
    compare::is_counted,
    format::{
        Benchmark, Config, GateKind, Outcome, Problem, ProblemKind, Run, Verdict, config::Instrument,
        document::document_text,
    },
    gate::{Case, Judgement, LockedPackages, References, judge},
    host,
    measure::{Plan, Request, progress::Progress},
    render::{Emphasis, Terminal, footer, header, verdict_lines},
    session::{self, Profiles, count_revision, measure},
    store::Store,
    workspace::{
        Workspace,
        revision::{self, short},
    },
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
    let store = Store::open(&workspace)?;
    let profiles = Profiles::find(&workspace, args.host.as_deref())?;
    let progress = Progress::new();
    let request = args.selecting.request();
    // What counts are held against is decided before anything is measured, so that a wrong name costs no time.
    let against = against(&workspace, &profiles, args, &request)?;
    let mut outcome = measure(&workspace, &profiles, &request, &progress)?;
    let base = match count_base(&workspace, &profiles, against, &request, &outcome.run, &progress) {
        Ok(base) => base,
        Err(failure) => {
            store.save(&outcome.run, &outcome.samples)?;
            return Err(failure);
        }
    };

    let plan = &outcome.plan;
    let case = Case {
        run: &outcome.run,
        references: References {
            counted: base.rows(&profiles),
            timed: profiles.held_against.as_ref(),
            host_matches: profiles.host_matches,
            calibration: profiles.calibration.as_ref(),
        },
        config: &workspace.config,
        selected: &|id| plan.selection.contains(id),
        whole: plan.selection.is_whole(),
        measured: &|metric| is_measured(plan, metric),
        today: &session::today(),
        lock: &LockedPackages::load(&workspace.root),
    };
    let judgement = judge(&case);
    outcome.run.verdicts.clone_from(&judgement.verdicts);
    // What was judged is shown even where it cannot be kept.
    let saved = store.save(&outcome.run, &outcome.samples);
    match args.output.format {
        OutputFormat::Json => {
            print!("{}", document_text(&outcome.run).map_err(|e| Failure::new(Exit::ToolFailed, e))?);
        }
        format => print!("{}", show(&outcome.run, &profiles, &base, &judgement, format)),
    }
    if !workspace.configured {
        eprintln!("no perfkit.toml here: everything was measured, nothing is gated");
    }
    saved?;
    Ok(exit(&outcome.run, &judgement, !workspace.config.gates.is_empty()))
}

/// The verdict first, then the run's header and what is wrong with waivers.
fn show(
    run: &Run,
    profiles: &Profiles,
    base: &CountedBase,
    judgement: &Judgement,
    format: OutputFormat,
) -> String {
    let held_against = profiles.held_against.as_ref();
    let mut about = header(run, held_against);
    about.push(Emphasis::Plain, base.describe());
    if let CountedBase::Revision { problems, .. } = base {
        for problem in problems.iter().filter(|problem| problem.kind != ProblemKind::Skipped) {
            let line = format!("! the base has no number for {}: {}", problem.subject, problem.message);
            about.push(Emphasis::Caution, line);
        }
    }
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

/// What counted metrics are to be held against.
enum Against {
    Baseline,
    Revision { resolved: String, why: String },
    Nothing,
}

/// What counted metrics are held against.
enum CountedBase {
    /// The baseline: its key fits.
    Baseline,
    /// A revision, counted just now, and why.
    Revision { rows: Vec<Benchmark>, problems: Vec<Problem>, revision: String, why: String },
    /// No gate asks for one.
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

/// The baseline where its key fits this toolchain, else a revision that can be reached.
fn against(
    workspace: &Workspace,
    profiles: &Profiles,
    args: &GateArgs,
    request: &Request,
) -> Result<Against, Failure> {
    let asked = |instrument| request.instruments.is_empty() || request.instruments.contains(&instrument);
    if !gates_counts(&workspace.config) || !(asked(Instrument::Count) || asked(Instrument::Allocs)) {
        return Ok(Against::Nothing);
    }
    let toolchain = host::toolchain(&workspace.root);
    if toolchain.valgrind.is_none() {
        let message = "counts are gated and valgrind is not installed; apt-get install valgrind libc6-dbg";
        return Err(Failure::new(Exit::ToolFailed, message));
    }
    let why = match profiles.comparable_counted(&toolchain) {
        Ok(_) => return Ok(Against::Baseline),
        Err(why) => why,
    };
    let accepted = profiles.counted.as_ref().map(|baseline| baseline.acceptance.revision.clone());
    let Some(named) = args.base.clone().or(accepted).filter(|revision| !revision.is_empty()) else {
        let message = format!(
            "nothing to hold counts against: {why}. Name a revision with --base, or accept a baseline: \
             perfkit run, then perfkit baseline accept"
        );
        return Err(Failure::new(Exit::Refused, message));
    };
    let resolved = revision::resolve(&workspace.root, &named)
        .map_err(|message| Failure::new(Exit::Refused, format!("{message} ({why})")))?;
    Ok(Against::Revision { resolved, why })
}

fn count_base(
    workspace: &Workspace,
    profiles: &Profiles,
    against: Against,
    request: &Request,
    run: &Run,
    progress: &Progress,
) -> Result<CountedBase, Failure> {
    let (resolved, why) = match against {
        Against::Baseline => return Ok(CountedBase::Baseline),
        Against::Revision { resolved, why } if !run.provenance.partial => (resolved, why),
        Against::Revision { .. } | Against::Nothing => return Ok(CountedBase::None),
    };
    let counting = Request {
        instruments: [Instrument::Count, Instrument::Allocs]
            .into_iter()
            .filter(|instrument| request.instruments.is_empty() || request.instruments.contains(instrument))
            .collect(),
        ..request.clone()
    };
    let base = count_revision(workspace, profiles, &resolved, &counting, progress)?.run;
    let failed = base.problems.iter().find(|problem| problem.kind != ProblemKind::Skipped);
    match failed {
        // Some rows are better than none: a base with one broken bench must not block the change that mends it.
        Some(problem) if base.benchmarks.is_empty() => Err(Failure::new(
            Exit::ToolFailed,
            format!(
                "the base revision {} could not be counted: {}: {}",
                short(&resolved),
                problem.subject,
                problem.message
            ),
        )),
        _ => Ok(CountedBase::Revision {
            rows: base.benchmarks,
            problems: base.problems,
            revision: resolved,
            why,
        }),
    }
}

fn gates_counts(config: &Config) -> bool {
    config.gates.iter().any(|gate| {
        matches!(gate.kind, GateKind::Relative { .. })
            && (gate.metric == "counted" || is_counted(&gate.metric))
    })
}

/// Whether an instrument that was planned fills this metric.
fn is_measured(plan: &Plan, metric: &str) -> bool {
    match Instrument::of_metric(metric) {
        Instrument::CrossCheck => plan.cross_check_asked,
        instrument => plan.rows.iter().any(|row| row.instruments.contains(&instrument)),
    }
}

/// The worst thing that happened decides. A gate that judged nothing has not held.
fn exit(run: &Run, judgement: &Judgement, gated: bool) -> Exit {
    let any =
        |outcome: Outcome| judgement.verdicts.iter().any(|verdict: &Verdict| verdict.outcome == outcome);
    let tool_failed = run.problems.iter().any(|problem| problem.kind != ProblemKind::Skipped);
    // What fails only because its waiver is no longer, or was never, in force is the waiver's fault.
    let lapsed = |verdict: &&Verdict| {
        judgement.waiver_problems.iter().any(|problem| {
            problem.lapsed.iter().any(|(id, metric)| *id == verdict.id && *metric == verdict.metric)
        })
    };
    let failed = judgement.verdicts.iter().filter(|verdict| verdict.outcome == Outcome::Failed);
    let failed = failed.filter(|verdict| !lapsed(verdict)).count() > 0;
    let judged = judgement.verdicts.iter().any(|verdict| verdict.value.is_some());
    match () {
        () if tool_failed || run.provenance.partial || run.benchmarks.is_empty() => Exit::ToolFailed,
        () if any(Outcome::Wrong) || any(Outcome::Missing) || gated && !judged => Exit::ToolFailed,
        () if failed => Exit::GateFailed,
        () if !judgement.waiver_problems.is_empty() => Exit::Waiver,
        () if any(Outcome::Suspect) || any(Outcome::Inconclusive) => Exit::Inconclusive,
        () => Exit::Held,
    }
}
