//! Accepting a run as a baseline, and checking baseline files. What is accepted holds everybody to it, so doubtful
//! data is refused with the reason.

mod check;
mod invalidate;
mod unmeasured;

use std::collections::BTreeSet;

use clap::ValueEnum;
use thiserror::Error;

use crate::{
    format::{
        self, Baseline, BaselineKind, Benchmark, Class, CountedKey, Fingerprint, HostRules, Mode, Outcome,
        ProblemKind, Run, Verdict,
        baseline::{BASELINE_SCHEMA, build_in_words, name_of_build},
        config::Instrument,
        metric_info,
    },
    measure::FULL_ROUNDS,
};

pub use self::{
    check::check,
    invalidate::{InvalidateError, invalidate},
};

/// Which metrics of a run become a baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// Times, into `<host>.json`; those of a suite with a build of its own into `<host>-<suite>.json`
    Timed,
    /// Counts, into `counted-<isa>.json`; those of a suite with a build of its own into `counted-<isa>-<suite>.json`
    Counted,
}

impl Part {
    fn class(self) -> Class {
        match self {
            Self::Timed => Class::Timed,
            Self::Counted => Class::Counted,
        }
    }

    /// Whether the run was asked for all that this part of a baseline holds, or can hold at least.
    fn is_whole_in(self, run: &Run, old: &Baseline) -> bool {
        let asked = &run.provenance.selection;
        let least: &[Instrument] = match self {
            Self::Timed => &[Instrument::Time],
            Self::Counted => &[Instrument::Count, Instrument::Allocs],
        };
        let held = old.benchmarks.iter().filter(|row| row.invalidated.is_none());
        let held = held.flat_map(|row| row.metrics.keys()).map(|name| Instrument::of_metric(name));
        // Of a build of its own a suite is everything.
        let every_benchmark = match run.toolchain.variant.as_str() {
            "" => asked.suites.is_empty(),
            variant => asked.suites == [variant],
        };
        let was_asked = |instrument: Instrument| asked.instruments.contains(&instrument.name());
        let every_instrument =
            asked.instruments.is_empty() || held.chain(least.iter().copied()).all(was_asked);
        every_benchmark && asked.filters.is_empty() && every_instrument
    }

    /// The name of the baseline that this part goes into.
    pub fn baseline_name(self, run: &Run, acceptance: &Acceptance) -> String {
        let profile = match self {
            Self::Timed => acceptance.host.clone(),
            Self::Counted => format!("counted-{}", run.host.isa_counted),
        };
        name_of_build(&profile, &run.toolchain.variant)
    }
}

/// Who accepts what, as whom, where.
#[derive(Debug, Clone)]
pub struct Acceptance {
    /// The host profile's name.
    pub host: String,
    /// Who.
    pub author: String,
    /// Why.
    pub reason: String,
    /// `YYYY-MM-DD`.
    pub date: String,
    /// The machine at hand.
    pub machine: Fingerprint,
}

/// Why a run is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AcceptError {
    /// Uncommitted changes: the numbers belong to no revision.
    #[error(
        "run {0} was measured on a dirty tree, so its numbers belong to no revision; commit and run again"
    )]
    Dirty(String),
    /// No commit at all.
    #[error("run {0} has no revision; baselines belong to one")]
    NoRevision(String),
    /// `--quick` data.
    #[error("run {0} is a quick one; accept a full run (perfkit run without --quick)")]
    Quick(String),
    /// Interrupted.
    #[error("run {0} was interrupted; run it again")]
    Partial(String),
    /// Something could not be measured.
    #[error("run {run} has a problem: {subject}: {message}")]
    Problem {
        /// The run.
        run: String,
        /// What could not be measured.
        subject: String,
        /// Why.
        message: String,
    },
    /// A gate could not tell.
    #[error(
        "run {run} is inconclusive: {metric} of {subject} cannot be told ({note}); run it again, or accept only the \
         other part with --only"
    )]
    Inconclusive {
        /// The run.
        run: String,
        /// The benchmark.
        subject: String,
        /// The metric.
        metric: String,
        /// Why it cannot be told.
        note: String,
    },
    /// Measured elsewhere.
    #[error(
        "the run comes from {run}, profile {profile} is for {rules}: a foreign host's times are not accepted"
    )]
    ForeignHost {
        /// The profile.
        profile: String,
        /// The run's machine.
        run: String,
        /// What the profile matches.
        rules: String,
    },
    /// Another instruction set, and not everything was measured.
    #[error(
        "{profile} holds times of {old} and the run is of {new}; accept a run of the whole workspace, this one was \
         filtered"
    )]
    MixedIsas {
        /// The profile.
        profile: String,
        /// What it holds.
        old: String,
        /// What the run is of.
        new: String,
    },
    /// The name belongs to imported figures.
    #[error("{0} is a reference profile of published figures; accept under another name with --host")]
    IsReference(String),
    /// Other toolchain, and not everything was measured.
    #[error(
        "the baseline was counted with another toolchain ({difference}); accept a run of the whole workspace, this one was filtered"
    )]
    MixedKeys {
        /// The difference.
        difference: String,
    },
    /// The host lacks something, and what was measured with it before is of another build or machine.
    #[error(
        "{baseline} holds {metric} of {id}, which this run could not measure: {message}. It cannot stand beside the \
         rest of the run ({difference}); mend that and run again, or take it back with perfkit baseline invalidate"
    )]
    Unmeasured {
        /// The baseline.
        baseline: String,
        /// The row.
        id: String,
        /// Its metric.
        metric: String,
        /// What was missing.
        message: String,
        /// What keeps old and new apart.
        difference: String,
    },
    /// Nothing was counted, so the key is unknown.
    #[error(
        "run {0} has no valgrind in its toolchain, so most counts are absent; install it (apt-get install valgrind \
         libc6-dbg) and run again"
    )]
    NotCounted(String),
    /// A name that a baseline of another build has.
    #[error(
        "{baseline} is of {old}, run {run} of {new}: numbers of two builds do not stand in one baseline; accept under \
         another name with --host"
    )]
    MixedBuilds {
        /// The baseline.
        baseline: String,
        /// The run.
        run: String,
        /// The baseline's build.
        old: String,
        /// The run's.
        new: String,
    },
    /// Too few rounds.
    #[error("run {0} has fewer rounds than a full run takes; accept a full one")]
    FewRounds(String),
    /// No metric of the part.
    #[error("the run holds no metric of this kind")]
    NothingOfThisKind,
}

/// The new baseline: `run`'s rows over `existing`'s.
///
/// Rows of a filtered run replace their like and leave the others; a run of the whole workspace replaces everything,
/// so that ids that are gone leave the baseline too, but for what the host could not measure: that is kept and says so.
/// Invalidated rows stay as history.
pub fn accept(
    run: &Run,
    part: Part,
    acceptance: &Acceptance,
    existing: Option<Baseline>,
) -> Result<Baseline, AcceptError> {
    refuse_doubtful(run, part)?;
    let mut rows = rows(run, part);
    if rows.is_empty() {
        return Err(AcceptError::NothingOfThisKind);
    }
    let name = part.baseline_name(run, acceptance);
    let key = CountedKey::of(&run.toolchain).filter(|_| part == Part::Counted);
    if part == Part::Counted && key.is_none() {
        return Err(AcceptError::NotCounted(run.id.clone()));
    }
    let kept = match &existing {
        Some(baseline) => kept(run, part, acceptance, baseline, key.as_ref(), &rows)?,
        None => Vec::new(),
    };
    let asked_for_less = |old: &&Baseline| old.key == key && !part.is_whole_in(run, old);
    if let Some(baseline) = existing.as_ref().filter(asked_for_less) {
        fill_in(&mut rows, baseline);
    }
    if let Some(baseline) = existing.as_ref().filter(|old| part.is_whole_in(run, old)) {
        unmeasured::keep(run, baseline, part, key.as_ref(), &mut rows)?;
    }
    if part == Part::Timed && run.host.fingerprint != acceptance.machine {
        return Err(AcceptError::ForeignHost {
            profile: name,
            run: run.host.fingerprint.brand.clone(),
            rules: acceptance.machine.brand.clone(),
        });
    }
    let mut benchmarks: Vec<Benchmark> = kept.into_iter().chain(rows).collect();
    benchmarks.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(Baseline {
        schema: BASELINE_SCHEMA.to_owned(),
        name,
        kind: if part == Part::Timed { BaselineKind::Timed } else { BaselineKind::Counted },
        isa: if part == Part::Timed { run.host.isa.clone() } else { run.host.isa_counted.clone() },
        rules: if part == Part::Timed { HostRules::of(&run.host.fingerprint) } else { HostRules::default() },
        key,
        variant: run.toolchain.variant.clone(),
        acceptance: format::Acceptance {
            revision: run.provenance.revision.clone(),
            source: format!("run {}", run.id),
            date: acceptance.date.clone(),
            author: acceptance.author.clone(),
            reason: acceptance.reason.clone(),
        },
        benchmarks,
        extra: existing.map(|baseline| baseline.extra).unwrap_or_default(),
    })
}

fn refuse_doubtful(run: &Run, part: Part) -> Result<(), AcceptError> {
    let id = || run.id.clone();
    if run.provenance.dirty {
        return Err(AcceptError::Dirty(id()));
    }
    if run.provenance.revision.is_empty() {
        return Err(AcceptError::NoRevision(id()));
    }
    if run.provenance.partial {
        return Err(AcceptError::Partial(id()));
    }
    let mut metrics = run.benchmarks.iter().flat_map(|row| row.metrics.values());
    let has_times = metrics.any(|metric| metric.class == Class::Timed);
    if part == Part::Timed && has_times && run.provenance.rounds < FULL_ROUNDS {
        return Err(AcceptError::FewRounds(id()));
    }
    // Counts are exact in either mode.
    if run.provenance.mode == Mode::Quick && part == Part::Timed {
        return Err(AcceptError::Quick(id()));
    }
    if let Some(problem) = run.problems.iter().find(|problem| problem.kind != ProblemKind::Skipped) {
        return Err(AcceptError::Problem {
            run: id(),
            subject: problem.subject.clone(),
            message: problem.message.clone(),
        });
    }
    let is_of_part = |verdict: &&Verdict| {
        let info = metric_info(&verdict.metric);
        verdict.outcome == Outcome::Inconclusive && info.is_some_and(|info| info.class == part.class())
    };
    match run.verdicts.iter().find(is_of_part) {
        Some(verdict) => Err(AcceptError::Inconclusive {
            run: id(),
            subject: verdict.id.clone(),
            metric: verdict.metric.clone(),
            note: verdict.note.clone(),
        }),
        None => Ok(()),
    }
}

/// An instrument that was not run this time has not taken back what it said: its metrics stay.
fn fill_in(rows: &mut [Benchmark], old: &Baseline) {
    for row in rows {
        let Some(before) = old.live(&row.id).filter(|before| before.revision == row.revision) else {
            continue;
        };
        for (name, metric) in &before.metrics {
            row.metrics.entry(name.clone()).or_insert_with(|| metric.clone());
        }
    }
}

/// The run's rows with only the metrics of one part.
fn rows(run: &Run, part: Part) -> Vec<Benchmark> {
    let mut rows = run.benchmarks.clone();
    for row in &mut rows {
        row.metrics.retain(|name, metric| metric.class == part.class() && name != "ir_cross_check");
        match part {
            Part::Timed => row.witness.counted = None,
            Part::Counted => row.witness.native = None,
        }
    }
    rows.retain(|row| !row.metrics.is_empty());
    rows
}

/// The rows of the old baseline that stay.
fn kept(
    run: &Run,
    part: Part,
    acceptance: &Acceptance,
    old: &Baseline,
    key: Option<&CountedKey>,
    rows: &[Benchmark],
) -> Result<Vec<Benchmark>, AcceptError> {
    if old.kind == BaselineKind::Reference {
        return Err(AcceptError::IsReference(old.name.clone()));
    }
    if old.variant != run.toolchain.variant {
        return Err(AcceptError::MixedBuilds {
            baseline: old.name.clone(),
            run: run.id.clone(),
            old: build_in_words(&old.variant),
            new: build_in_words(&run.toolchain.variant),
        });
    }
    if part == Part::Timed && !old.rules.matches(&acceptance.machine) {
        return Err(AcceptError::ForeignHost {
            profile: old.name.clone(),
            run: run.host.fingerprint.brand.clone(),
            rules: format!("{:?}", old.rules),
        });
    }
    let whole = part.is_whole_in(run, old);
    if part == Part::Timed && old.isa != run.host.isa && !whole {
        return Err(AcceptError::MixedIsas {
            profile: old.name.clone(),
            old: old.isa.clone(),
            new: run.host.isa.clone(),
        });
    }
    let difference = old.key.as_ref().zip(key).and_then(|(old, new)| old.difference(new));
    if let Some(difference) = difference.filter(|_| !whole) {
        return Err(AcceptError::MixedKeys { difference });
    }
    let new: BTreeSet<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let stays = |row: &&Benchmark| row.invalidated.is_some() || (!whole && !new.contains(row.id.as_str()));
    Ok(old.benchmarks.iter().filter(stays).cloned().collect())
}
