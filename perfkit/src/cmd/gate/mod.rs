//! `perfkit gate`: measure, judge, and say so in the exit code.

mod base;
mod confirm;
mod triage;

use std::collections::BTreeSet;

use clap::Args;

use self::{
    base::{CountedBase, against, count_base},
    confirm::Confirmation,
};
use super::{Exit, Failure, Global, Output, OutputFormat, Selecting};
use crate::{
    format::{Outcome, ProblemKind, Run, Verdict, config::Instrument, document::document_text},
    gate::{Case, Judgement, LockedPackages, References, WaiverProblem, judge, suspicion::suspicions},
    measure::{Plan, Request, progress::Progress},
    render::{Emphasis, Terminal, footer, header, verdict_lines},
    session::{self, Profiles, measure},
    store::Store,
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
    /// The revision to hold against: counted in this run, and compared with in turns where a time is suspect
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// Leave timed suspicions unconfirmed, which ends in exit code 3
    #[arg(long)]
    no_confirm: bool,
    /// Do not build and profile the base of what failed
    #[arg(long)]
    no_evidence: bool,
}

pub(super) fn execute(global: &Global, args: &GateArgs) -> Result<Exit, Failure> {
    session::keep_what_was_measured_on_interrupt();
    let workspace = global.workspace()?;
    let store = Store::open(&workspace)?;
    let progress = Progress::new();
    let request = args.selecting.request();
    let variant = request.variant(&workspace.config).map_err(|why| Failure::new(Exit::Usage, why))?;
    let profiles = Profiles::find(&workspace, args.host.as_deref(), &variant)?;
    // What counts are held against is decided before anything is measured, so that a wrong name costs no time.
    let against = against(&workspace, &profiles, args, &request)?;
    let mut outcome = measure(&workspace, &profiles, &request, &progress)?;
    let base = match count_base(&workspace, &profiles, against, &request, &outcome.run, &progress) {
        Ok(base) => base,
        Err(failure) => {
            outcome.save(&store)?;
            return Err(failure);
        }
    };

    let plan = &outcome.plan;
    let case = Case {
        run: &outcome.run,
        references: References {
            counted: base.rows(&profiles),
            counted_now: matches!(base, CountedBase::Revision { .. }),
            problems: base.problems(),
            timed: profiles.held_against.as_ref(),
            host_matches: profiles.host_matches,
            calibration: profiles.calibration.as_ref(),
        },
        config: &workspace.config,
        selected: &|id| plan.selection.contains(id),
        whole: plan.selection.is_whole(),
        measured: &|id, metric| is_measured(&request, plan, id, metric),
        today: &session::today(),
        lock: &LockedPackages::load(&workspace.root),
    };
    let mut judgement = judge(&case);
    let suspicions = suspicions(&case, &judgement.verdicts);
    let confirmed = if args.no_confirm || outcome.run.provenance.partial {
        Ok(Confirmation::default())
    } else {
        confirm::confirm(&workspace, &profiles, args, &suspicions, &mut judgement.verdicts, &progress)
    };
    outcome.run.verdicts.clone_from(&judgement.verdicts);
    outcome.run.counted_against = base.counted_against();
    let confirmation = match confirmed {
        Ok(confirmation) => confirmation,
        Err(failure) => {
            outcome.save(&store)?;
            return Err(failure);
        }
    };
    // What was judged is shown even where it cannot be kept.
    let saved = outcome.save(&store);
    match args.output.format {
        OutputFormat::Json => {
            print!("{}", document_text(&outcome.run).map_err(|e| Failure::new(Exit::ToolFailed, e))?);
            // The document is the run's; what else decides the exit code is said beside it.
            base.lost().for_each(|line| eprintln!("{line}"));
            judgement.waiver_problems.iter().for_each(|problem| eprintln!("{}", waiver_line(problem)));
        }
        format => {
            print!("{}", show(&outcome.run, &profiles, &base, &confirmation, &judgement, format));
        }
    }
    let failed =
        triage::Failed { workspace: &workspace, profiles: &profiles, outcome: &outcome, base: &base };
    let explained = failed.explain(&request, !args.no_evidence, args.output.format, &progress);
    match args.output.format {
        OutputFormat::Json => eprint!("{explained}"),
        _ => print!("{explained}"),
    }
    if !workspace.configured {
        eprintln!("no perfkit.toml here: everything was measured, nothing is gated");
    }
    saved?;
    confirmation.keep(&workspace, &outcome.run.id)?;
    Ok(exit(&outcome.run, &judgement, !workspace.config.gates.is_empty()))
}

/// The verdict first, then the run's header and what is wrong with waivers.
fn show(
    run: &Run,
    profiles: &Profiles,
    base: &CountedBase,
    confirmation: &Confirmation,
    judgement: &Judgement,
    format: OutputFormat,
) -> String {
    let held_against = profiles.held_against.as_ref();
    let mut about = header(run, held_against);
    about.push(Emphasis::Plain, base.describe(profiles));
    base.lost().for_each(|line| about.push(Emphasis::Caution, line));
    about.0.extend(confirmation.lines().0);
    let mut lines = verdict_lines(&judgement.verdicts);
    for problem in &judgement.waiver_problems {
        lines.push(Emphasis::Bad, waiver_line(problem));
    }
    lines.0.extend(footer(run, held_against).0);
    match format {
        OutputFormat::Markdown => format!("{}\n{}", about.markdown(), lines.markdown()),
        _ => format!("{}{}", about.text(&Terminal::stdout()), lines.text(&Terminal::stdout())),
    }
}

fn waiver_line(problem: &WaiverProblem) -> String {
    format!("✗ WAIVER {} {}", problem.id, problem.message)
}

/// Whether what was asked for fills this metric of this benchmark, whether or not the benchmark is still there.
fn is_measured(request: &Request, plan: &Plan, id: Option<&str>, metric: &str) -> bool {
    let instrument = Instrument::of_metric(metric);
    let is_allowed = match id {
        Some(id) => plan.selection.allows(id, instrument),
        None => plan.selection.allows_any(instrument),
    };
    request.wants(instrument) && is_allowed
}

/// The worst thing that happened decides. A gate that judged nothing has not held.
fn exit(run: &Run, judgement: &Judgement, gated: bool) -> Exit {
    let any =
        |outcome: Outcome| judgement.verdicts.iter().any(|verdict: &Verdict| verdict.outcome == outcome);
    let tool_failed = run.problems.iter().any(|problem| problem.kind != ProblemKind::Skipped);
    // What fails only because its waiver is no longer, or was never, in force is the waiver's fault.
    let lapsed: BTreeSet<usize> =
        judgement.waiver_problems.iter().flat_map(|problem| problem.lapsed.iter().copied()).collect();
    let failed = judgement
        .verdicts
        .iter()
        .enumerate()
        .any(|(place, verdict)| verdict.outcome == Outcome::Failed && !lapsed.contains(&place));
    let is_judged = |verdict: &Verdict| verdict.value.is_some() && verdict.outcome != Outcome::Skipped;
    let judged = judgement.verdicts.iter().any(is_judged);
    match () {
        () if tool_failed || run.provenance.partial || run.benchmarks.is_empty() => Exit::ToolFailed,
        () if any(Outcome::Wrong) || any(Outcome::Missing) || gated && !judged => Exit::ToolFailed,
        () if failed => Exit::GateFailed,
        () if !judgement.waiver_problems.is_empty() => Exit::Waiver,
        () if any(Outcome::Suspect) || any(Outcome::Inconclusive) => Exit::Inconclusive,
        () => Exit::Held,
    }
}
