//! What a gate holds counted metrics against: the baseline, or a revision counted in the same run.

use super::{Exit, Failure, GateArgs};
use crate::{
    compare::is_counted,
    explain::triage::Functions,
    format::{Benchmark, Config, CountedAgainst, GateKind, Problem, ProblemKind, Run, config::Instrument},
    measure::{Request, progress::Progress},
    session::{self, Profiles, count_revision},
    workspace::{
        Workspace,
        revision::{self, short},
    },
};

/// What fills the metrics that a base revision is measured for.
const COUNTING: [Instrument; 3] = [Instrument::Size, Instrument::Count, Instrument::Allocs];

/// What counted metrics are to be held against.
pub(super) enum Against {
    Baseline,
    Revision { resolved: String, why: String },
    Nothing,
}

/// What counted metrics are held against.
pub(super) enum CountedBase {
    /// The baseline: its key fits.
    Baseline,
    /// A revision, counted just now, and why.
    Revision {
        rows: Vec<Benchmark>,
        problems: Vec<Problem>,
        functions: Functions,
        revision: String,
        why: String,
    },
    /// No gate asks for one.
    None,
}

impl CountedBase {
    pub(super) fn rows<'a>(&'a self, profiles: &'a Profiles) -> Option<&'a [Benchmark]> {
        match self {
            Self::Baseline => profiles.counted.as_ref().map(|baseline| baseline.benchmarks.as_slice()),
            Self::Revision { rows, .. } => Some(rows),
            Self::None => None,
        }
    }

    /// The revision, as the run document has it.
    pub(super) fn counted_against(&self) -> Option<CountedAgainst> {
        match self {
            Self::Revision { revision, why, .. } => {
                Some(CountedAgainst { revision: revision.clone(), why: why.clone() })
            }
            Self::Baseline | Self::None => None,
        }
    }

    /// What kept rows out of a revision that was counted just now.
    pub(super) fn problems(&self) -> &[Problem] {
        match self {
            Self::Revision { problems, .. } => problems,
            Self::Baseline | Self::None => &[],
        }
    }

    /// What has to be said of them.
    pub(super) fn lost(&self) -> impl Iterator<Item = String> {
        let failed = self.problems().iter().filter(|problem| problem.kind != ProblemKind::Skipped);
        failed.map(|problem| format!("! the base has no number for {}: {}", problem.subject, problem.message))
    }

    pub(super) fn describe(&self, profiles: &Profiles) -> String {
        match self {
            Self::Baseline => {
                let name = profiles
                    .counted
                    .as_ref()
                    .map_or_else(session::counted_name, |baseline| baseline.name.clone());
                format!("counted metrics against baseline {name}")
            }
            Self::Revision { revision, why, .. } => {
                format!("counted metrics against revision {}, counted in this run ({why})", short(revision))
            }
            Self::None => "counted metrics against nothing".to_owned(),
        }
    }
}

/// The revision of `--base`, else the baseline where its key fits this toolchain, else a revision that can be reached.
pub(super) fn against(
    workspace: &Workspace,
    profiles: &Profiles,
    args: &GateArgs,
    request: &Request,
) -> Result<Against, Failure> {
    if !COUNTING.into_iter().any(|instrument| request.wants(instrument)) {
        return Ok(Against::Nothing);
    }
    // A suite's own build has counts of its own.
    let variant = request.variant(&workspace.config).map_err(|why| Failure::new(Exit::Usage, why))?;
    let toolchain = session::toolchain(workspace, &variant);
    if !gates_counts(&workspace.config) {
        // Nothing is compared with it, and what it has accepted must still be there.
        return Ok(profiles.comparable_counted(&toolchain).map_or(Against::Nothing, |_| Against::Baseline));
    }
    if toolchain.valgrind.is_none() {
        let message = "counts are gated and valgrind is not installed; apt-get install valgrind libc6-dbg";
        return Err(Failure::new(Exit::ToolFailed, message));
    }
    let why = match (profiles.comparable_counted(&toolchain), &args.base) {
        (_, Some(_)) => "--base".to_owned(),
        (Ok(_), None) => return Ok(Against::Baseline),
        (Err(why), None) => why,
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

pub(super) fn count_base(
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
        instruments: COUNTING.into_iter().filter(|instrument| request.wants(*instrument)).collect(),
        ..request.clone()
    };
    let counted = count_revision(workspace, profiles, &resolved, &counting, progress)?;
    let base = counted.run;
    if base.provenance.partial {
        // What was not counted yet would pass as new.
        return Err(Failure::new(Exit::ToolFailed, "interrupted while the base was counted"));
    }
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
            functions: counted.samples.functions,
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
