//! The side that a run is held against: another run, one baseline, or the baselines that fit the run. Each says which
//! of its numbers may be compared with the run's, and why not where they may not.

use std::{collections::BTreeMap, path::Path};

use crate::{
    format::{
        Baseline, BaselineKind, Benchmark, Class, CountedKey, Mode, Run,
        baseline::{build_in_words, name_of_build},
    },
    render::{header::machine, units},
    report::provenance::{self, SEPARATOR},
    store::{Samples, StoreError, find_baseline},
    workspace::revision::short,
};

/// Ids that a note names before it only counts.
const NAMED: usize = 3;

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
        let part = Part {
            rows: before.benchmarks.clone(),
            class: None,
            timed_doubt: timed_doubt(before, after),
            counted_doubt: counted_doubt(CountedKey::of(&before.toolchain).as_ref(), after),
            whole: is_whole(before),
        };
        let mut notes = doubts(&part);
        notes.extend(taken_back("BEFORE", &before.benchmarks));
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
        let counted = after.counted_against.as_ref();
        for baseline in baselines {
            let part = part(baseline, after);
            let class = part.class.unwrap_or(Class::Timed);
            let other_side = counted.filter(|_| class == Class::Counted).map(|counted| {
                format!("the gate counted revision {} instead ({})", short(&counted.revision), counted.why)
            });
            if let Some(doubt) = other_side.as_deref().or(part.doubt(class)) {
                before.notes.push(format!("baseline {} is left out: {doubt}", baseline.name));
                continue;
            }
            before.parts.push(part);
            before.provenance.push(baseline_provenance(baseline));
            before.names.push(baseline.name.clone());
        }
        if let Some(counted) = counted {
            let revision = short(&counted.revision);
            let parts =
                [format!("before: revision {revision}"), format!("counted with AFTER ({})", counted.why)];
            before.provenance.push(parts.join(SEPARATOR));
        }
        before.title = before.sides(after);
        before
    }

    /// What its parts are called together.
    fn sides(&self, after: &Run) -> String {
        let plural = if self.names.len() == 1 { "" } else { "s" };
        let baselines =
            (!self.names.is_empty()).then(|| format!("baseline{plural} {}", self.names.join(" and ")));
        let counted = after.counted_against.as_ref();
        let revision = counted.map(|counted| format!("revision {}", short(&counted.revision)));
        match (baselines, revision) {
            (Some(baselines), Some(revision)) => format!("{baselines} and {revision}"),
            (Some(side), None) | (None, Some(side)) => side,
            (None, None) if after.verdicts.is_empty() => "nothing accepted yet".to_owned(),
            (None, None) => "what its gates held it against".to_owned(),
        }
    }

    /// The command that shows every row. What gates held a run against beside baselines stands in its verdicts alone.
    pub fn show_all(&self, run: &Run) -> String {
        let id = &run.id;
        if self.names.is_empty() || self.by_verdicts && run.counted_against.is_some() {
            return format!("perfkit report compare --run {id} --max-rows 100000 --format text");
        }
        let commands: Vec<String> =
            self.names.iter().map(|name| format!("perfkit diff {name} {id} --all")).collect();
        commands.join("; ")
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
    let parts = provenance::parts(run).join(SEPARATOR);
    format!("{side}: {parts}{SEPARATOR}run {} of perfkit {}", run.id, run.perfkit)
}

/// The rows that were taken back, a note for each reason.
pub(super) fn taken_back(side: &str, rows: &[Benchmark]) -> Vec<String> {
    let mut by_reason: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for row in rows {
        if let Some(why) = &row.invalidated {
            by_reason.entry(why.words()).or_default().push(&row.id);
        }
    }
    let note = |(reason, ids): (String, Vec<&str>)| {
        let named = ids.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        let more = match ids.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("{side}: {named}{more}: taken back and not compared: {reason}")
    };
    by_reason.into_iter().map(note).collect()
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
    let everything = asked.suites.is_empty() && asked.filters.is_empty() && asked.instruments.is_empty();
    everything && !run.provenance.partial
}

/// The baselines in `folder` that are of the run's host and counted instruction set: those of its build, else those of
/// the default one, which are shown for information. Published figures are not.
pub fn fitting_baselines(folder: &Path, run: &Run) -> Result<Vec<Baseline>, StoreError> {
    let mut baselines = Vec::new();
    for name in [format!("counted-{}", run.host.isa_counted), run.host.profile.clone()] {
        let mut found = find_baseline(folder, &name_of_build(&name, &run.toolchain.variant))?;
        if found.is_none() {
            found = find_baseline(folder, &name)?;
        }
        let found = found.map(|(_, baseline)| baseline);
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
        BaselineKind::Timed if baseline.isa != after.host.isa => {
            Some(format!("this run is of {}, {} of {}", after.host.isa, baseline.name, baseline.isa))
        }
        _ if baseline.variant != after.toolchain.variant => {
            let (old, new) = (build_in_words(&baseline.variant), build_in_words(&after.toolchain.variant));
            Some(format!("this run is of {new}, {} of {old}", baseline.name))
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

/// Why times of two runs are only shown.
fn timed_doubt(before: &Run, after: &Run) -> Option<String> {
    let (old, new) = (&before.toolchain.variant, &after.toolchain.variant);
    match () {
        () if before.host.fingerprint != after.host.fingerprint => {
            Some(format!("BEFORE was measured on {}, AFTER on {}", described(before), described(after)))
        }
        () if before.host.isa != after.host.isa => {
            Some(format!("BEFORE is of {}, AFTER of {}", before.host.isa, after.host.isa))
        }
        () if old != new => Some(format!("the builds are of suites {old:?} and {new:?}")),
        () => None,
    }
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
    format!("before: {}", provenance::baseline_parts(baseline).join(SEPARATOR))
}
