//! The side that a run is held against: another run, one baseline, or the baselines that fit the run. Each says which
//! of its numbers may be compared with the run's, and why not where they may not.

use std::{collections::BTreeMap, path::Path};

use crate::{
    format::{Baseline, BaselineKind, Benchmark, Class, CountedKey, Mode, Run},
    render::{header::machine, units},
    store::{Samples, StoreError, find_baseline},
    workspace::revision::short,
};

/// A share of stolen CPU time, and a load per core, from which on they are worth saying.
const STEAL_SHOWN: f64 = 0.01;
const LOAD_SHOWN: f64 = 0.5;

/// What a run is held against.
#[derive(Debug, Clone, Default)]
pub struct Before {
    /// For people: `run 0a1b2c (1f0c2ab)`.
    pub title: String,
    /// Its rows: those of a run, or of one baseline each.
    pub parts: Vec<Part>,
    /// Instructions by function, by benchmark, where they are known.
    pub functions: BTreeMap<String, BTreeMap<String, f64>>,
    /// Whether the run's own verdicts decide what changed: nobody named another side.
    pub by_verdicts: bool,
    /// Where its numbers come from.
    pub provenance: Vec<String>,
    /// What to keep in mind.
    pub notes: Vec<String>,
    /// Names that `perfkit diff` finds its parts by.
    pub names: Vec<String>,
}

/// Rows of one origin.
#[derive(Debug, Clone)]
pub struct Part {
    /// The rows.
    pub rows: Vec<Benchmark>,
    /// The class of metrics that these rows hold; `None` for both.
    pub class: Option<Class>,
    /// Why times are only shown.
    pub timed_doubt: Option<String>,
    /// Why counts are only shown.
    pub counted_doubt: Option<String>,
    /// Whether an id that it lacks did not exist then.
    pub whole: bool,
}

impl Part {
    /// Why a metric of this class is only shown.
    pub fn doubt(&self, class: Class) -> Option<&str> {
        let doubt = if class == Class::Counted { &self.counted_doubt } else { &self.timed_doubt };
        doubt.as_deref()
    }
}

impl Before {
    /// Another run.
    pub fn run(before: &Run, samples: &Samples, after: &Run) -> Self {
        let timed_doubt = (before.host.fingerprint != after.host.fingerprint)
            .then(|| format!("BEFORE was measured on {}, AFTER on {}", described(before), described(after)));
        let part = Part {
            rows: before.benchmarks.clone(),
            class: None,
            timed_doubt: timed_doubt.or_else(|| other_variant(before, after)),
            counted_doubt: counted_doubt(CountedKey::of(&before.toolchain).as_ref(), after),
            whole: is_whole(before),
        };
        let mut notes = doubts(&part);
        notes.extend(guards(before).into_iter().map(|guard| format!("BEFORE: {guard}")));
        Self {
            title: run_title(before),
            parts: vec![part],
            functions: samples.functions.clone(),
            provenance: vec![run_provenance("before", before)],
            notes,
            names: vec![before.id.clone()],
            ..Self::default()
        }
    }

    /// One baseline that somebody named, be it of another machine.
    pub fn baseline(baseline: &Baseline, after: &Run) -> Self {
        let part = part(baseline, after);
        Self {
            title: format!("baseline {}", baseline.name),
            notes: doubts(&part),
            parts: vec![part],
            provenance: vec![baseline_provenance(baseline)],
            names: vec![baseline.name.clone()],
            ..Self::default()
        }
    }

    /// Those of the baselines that fit the run; with its own verdicts where it was gated.
    pub fn fitting(baselines: &[Baseline], after: &Run) -> Self {
        let mut before = Self { by_verdicts: true, ..Self::default() };
        let mut names = Vec::new();
        for baseline in baselines {
            let part = part(baseline, after);
            let class = part.class.unwrap_or(Class::Timed);
            if let Some(doubt) = part.doubt(class) {
                before.notes.push(format!("baseline {} is left out: {doubt}", baseline.name));
                continue;
            }
            before.parts.push(part);
            before.provenance.push(baseline_provenance(baseline));
            names.push(baseline.name.clone());
        }
        let plural = if names.len() == 1 { "" } else { "s" };
        before.title = match (names.is_empty(), after.verdicts.is_empty()) {
            (true, true) => "nothing accepted yet".to_owned(),
            (true, false) => "what its gates held it against".to_owned(),
            (false, _) => format!("baseline{plural} {}", names.join(" and ")),
        };
        before.names = names;
        before
    }

    /// The command that shows every row.
    pub fn show_all(&self, run: &str) -> String {
        let commands: Vec<String> =
            self.names.iter().map(|name| format!("perfkit diff {name} {run} --all")).collect();
        if commands.is_empty() { "perfkit run".to_owned() } else { commands.join("; ") }
    }
}

/// `run 0a1b2c (1f0c2ab)`.
pub fn run_title(run: &Run) -> String {
    match short(&run.provenance.revision) {
        "" => format!("run {}", run.id),
        revision => format!("run {} ({revision})", run.id),
    }
}

/// Where a run's numbers come from, in one line.
pub fn run_provenance(side: &str, run: &Run) -> String {
    let provenance = &run.provenance;
    let mut parts = vec![format!("{side}: {} ({}, {})", run.host.profile, machine(run), run.host.isa)];
    parts.push(match (short(&provenance.revision), provenance.dirty) {
        ("", _) => "no revision".to_owned(),
        (revision, false) => format!("revision {revision}"),
        (revision, true) => format!("revision {revision} with uncommitted changes"),
    });
    parts.push(provenance.started.split('T').next().unwrap_or_default().to_owned());
    if provenance.rounds > 0 {
        let plural = if provenance.rounds == 1 { "" } else { "s" };
        parts.push(format!("{} round{plural}", provenance.rounds));
    }
    if provenance.mode == Mode::Quick {
        parts.push("quick".to_owned());
    }
    if provenance.partial {
        parts.push("partial".to_owned());
    }
    parts.push(run.toolchain.rustc.lines().next().unwrap_or_default().to_owned());
    parts.extend(run.toolchain.valgrind.as_ref().map(|version| format!("valgrind {version}")));
    if !run.toolchain.variant.is_empty() {
        parts.push(format!("build of suite {}", run.toolchain.variant));
    }
    parts.push(format!("run {} of perfkit {}", run.id, run.perfkit));
    parts.retain(|part| !part.is_empty());
    parts.join(" · ")
}

/// What makes a run's numbers less than they seem.
pub fn guards(run: &Run) -> Vec<String> {
    let mut guards = Vec::new();
    if run.provenance.partial {
        guards.push("partial: interrupted; what is shown is whole, the rest is absent".to_owned());
    }
    if run.provenance.mode == Mode::Quick {
        guards.push("quick: one short round; its times cannot stand for more than a glance".to_owned());
    }
    if run.provenance.dirty {
        guards.push(
            "dirty: measured with uncommitted changes, so the numbers belong to no revision".to_owned(),
        );
    }
    if let Some(steal) = run.environment.steal.filter(|steal| *steal >= STEAL_SHOWN) {
        let share = units::percent(steal);
        let share = share.trim_start_matches('+');
        guards.push(format!("noisy: the hypervisor took away {share} of the CPU time"));
    }
    let cores = f64::from(run.host.fingerprint.cores.max(1));
    if let Some(load) = run.environment.load_before.filter(|load| load / cores >= LOAD_SHOWN) {
        guards.push(format!(
            "busy: the load average was {load:.2} on {cores} cores before the first measurement"
        ));
    }
    guards
}

/// Whether a run was asked for everything and got it.
pub fn is_whole(run: &Run) -> bool {
    let asked = &run.provenance.selection;
    asked.suites.is_empty() && asked.filters.is_empty() && !run.provenance.partial
}

/// The baselines in `folder` that are of the run's host and counted instruction set. Published figures are not.
pub fn fitting_baselines(folder: &Path, run: &Run) -> Result<Vec<Baseline>, StoreError> {
    let mut baselines = Vec::new();
    for name in [format!("counted-{}", run.host.isa_counted), run.host.profile.clone()] {
        let found = find_baseline(folder, &name)?.map(|(_, baseline)| baseline);
        baselines.extend(found.filter(|baseline| baseline.kind != BaselineKind::Reference));
    }
    Ok(baselines)
}

fn part(baseline: &Baseline, after: &Run) -> Part {
    let timed_doubt = match baseline.kind {
        BaselineKind::Reference => Some(format!("the figures of {} are published ones", baseline.name)),
        _ if !baseline.rules.matches(&after.host.fingerprint) => {
            Some(format!("this run was measured on {}, not on {}", described(after), baseline.name))
        }
        _ => None,
    };
    let counted_doubt = match baseline.kind {
        BaselineKind::Counted => counted_doubt(baseline.key.as_ref(), after),
        _ => Some(format!("{} is no counted baseline", baseline.name)),
    };
    let class = match baseline.kind {
        BaselineKind::Timed => Some(Class::Timed),
        BaselineKind::Counted => Some(Class::Counted),
        BaselineKind::Reference => None,
    };
    // Published figures cover what was published; an id that they lack is not new.
    let whole = baseline.kind != BaselineKind::Reference;
    Part { rows: baseline.benchmarks.clone(), class, timed_doubt, counted_doubt, whole }
}

fn counted_doubt(before: Option<&CountedKey>, after: &Run) -> Option<String> {
    match (before, CountedKey::of(&after.toolchain)) {
        (Some(before), Some(now)) => before.difference(&now),
        _ => Some("one side was counted without valgrind, so its toolchain is not known in full".to_owned()),
    }
}

fn other_variant(before: &Run, after: &Run) -> Option<String> {
    let (old, new) = (&before.toolchain.variant, &after.toolchain.variant);
    (old != new).then(|| format!("the builds are of suites {old:?} and {new:?}"))
}

/// The doubts that concern metrics which are there.
fn doubts(part: &Part) -> Vec<String> {
    let holds = |class: Class| {
        let mut metrics = part.rows.iter().flat_map(|row| row.metrics.values());
        metrics.any(|metric| metric.class == class)
    };
    let of = |class: Class, what: &str| {
        let doubt = part.doubt(class).filter(|_| holds(class))?;
        Some(format!("{what} are shown for information, not judged: {doubt}"))
    };
    [of(Class::Timed, "times"), of(Class::Counted, "counts")].into_iter().flatten().collect()
}

fn described(run: &Run) -> String {
    format!("{} ({})", run.host.profile, machine(run))
}

fn baseline_provenance(baseline: &Baseline) -> String {
    let acceptance = &baseline.acceptance;
    let mut parts = vec![format!("before: baseline {} ({})", baseline.name, baseline.isa)];
    if !acceptance.revision.is_empty() {
        parts.push(format!("revision {}", short(&acceptance.revision)));
    }
    parts.push(acceptance.date.clone());
    parts.push(acceptance.source.clone());
    parts.extend(baseline.key.as_ref().map(|key| {
        let rustc = key.rustc.lines().next().unwrap_or_default();
        format!("{rustc} · valgrind {}", key.valgrind)
    }));
    let invalidated = baseline.benchmarks.iter().filter(|row| row.invalidated.is_some()).count();
    if invalidated > 0 {
        let plural = if invalidated == 1 { "" } else { "s" };
        parts.push(format!("{invalidated} row{plural} invalidated and left out"));
    }
    parts.retain(|part| !part.is_empty());
    parts.join(" · ")
}
