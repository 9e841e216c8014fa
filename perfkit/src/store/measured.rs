//! What a run and a baseline have in common, and when numbers of two of them may stand side by side.

use super::{Measured, Samples};
use crate::{
    format::{Baseline, BaselineKind, Benchmark, CountedKey, Run, baseline::build_in_words},
    workspace::revision::short,
};

/// The sidecar of what has none.
static NO_SAMPLES: Samples = Samples::none();

impl Measured {
    /// The rows.
    pub fn benchmarks(&self) -> &[Benchmark] {
        match self {
            Self::Run(run, _) => &run.benchmarks,
            Self::Baseline(baseline) => &baseline.benchmarks,
        }
    }

    /// The row with this id that still counts.
    pub fn live(&self, id: &str) -> Option<&Benchmark> {
        match self {
            Self::Run(run, _) => run.benchmark(id).filter(|row| row.invalidated.is_none()),
            Self::Baseline(baseline) => baseline.live(id),
        }
    }

    /// `run 0a1b2c (1f0c2ab)`, `baseline i9-14900K`.
    pub fn title(&self) -> String {
        match self {
            Self::Run(run, _) => match short(&run.provenance.revision) {
                "" => format!("run {}", run.id),
                revision => format!("run {} ({revision})", run.id),
            },
            Self::Baseline(baseline) => format!("baseline {}", baseline.name),
        }
    }

    /// The sidecar; baselines have none.
    pub fn samples(&self) -> &Samples {
        match self {
            Self::Run(_, samples) => samples,
            Self::Baseline(_) => &NO_SAMPLES,
        }
    }

    /// Why times of the two must not stand side by side: they are of two machines, or of two instruction sets.
    pub fn other_machine(&self, other: &Self) -> Option<String> {
        let differ = match (self, other) {
            (Self::Run(one, _), Self::Run(two, _)) => one.host.fingerprint != two.host.fingerprint,
            (Self::Run(run, _), Self::Baseline(baseline)) | (Self::Baseline(baseline), Self::Run(run, _)) => {
                !of_machine(baseline, run)
            }
            (Self::Baseline(one), Self::Baseline(two)) => !one.name.eq_ignore_ascii_case(&two.name),
        };
        match () {
            () if differ => Some(self.apart(other, self.machine(), other.machine())),
            () if self.isa() != other.isa() => Some(self.apart(other, self.isa(), other.isa())),
            () => None,
        }
    }

    /// Why times of the two must not stand side by side: a suite's features or environment shaped one of the builds.
    pub fn other_variant(&self, other: &Self) -> Option<String> {
        let (ours, theirs) = (self.variant(), other.variant());
        (ours != theirs).then(|| self.apart(other, &build_in_words(ours), &build_in_words(theirs)))
    }

    fn apart(&self, other: &Self, ours: &str, theirs: &str) -> String {
        format!("{} is of {ours}, {} of {theirs}", self.title(), other.title())
    }

    /// What counts of the two do not have in common; nothing where they depend on the same things.
    pub fn other_counting(&self, other: &Self) -> Option<String> {
        match (self.counted_key(), other.counted_key()) {
            (Some(one), Some(two)) => one.difference(&two),
            (one, _) => {
                let unknown = if one.is_none() { self } else { other };
                Some(format!("what {} was counted with is not known in full", unknown.title()))
            }
        }
    }

    fn counted_key(&self) -> Option<CountedKey> {
        match self {
            Self::Run(run, _) => CountedKey::of(&run.toolchain),
            Self::Baseline(baseline) => baseline.key.clone(),
        }
    }

    fn isa(&self) -> &str {
        match self {
            Self::Run(run, _) => &run.host.isa,
            Self::Baseline(baseline) => &baseline.isa,
        }
    }

    fn variant(&self) -> &str {
        match self {
            Self::Run(run, _) => &run.toolchain.variant,
            Self::Baseline(baseline) => &baseline.variant,
        }
    }

    fn machine(&self) -> &str {
        match self {
            Self::Run(run, _) => &run.host.profile,
            Self::Baseline(baseline) => &baseline.name,
        }
    }
}

/// Published figures are of the machine that they name, whatever rules recognise it, and of another build.
fn of_machine(baseline: &Baseline, run: &Run) -> bool {
    baseline.kind != BaselineKind::Reference && baseline.rules.matches(&run.host.fingerprint)
}
