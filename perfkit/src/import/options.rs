//! What a file of figures does not say of itself, and the baseline made with it.

use std::collections::BTreeMap;

use crate::format::{Acceptance, Baseline, BaselineKind, Benchmark, HostRules, baseline::BASELINE_SCHEMA};

/// What the file does not say of itself.
#[derive(Debug, Clone)]
pub struct ImportOptions {
    /// The profile's name, such as `i9-14900K`.
    pub name: String,
    /// The instruction set that the figures belong to.
    pub isa: String,
    /// Which machines carry the profile's name.
    pub rules: HostRules,
    /// What kind of numbers these are.
    pub kind: BaselineKind,
    /// What the figures are, for headers: `published results of Net v0.27.3`.
    pub title: String,
    /// Why they are imported.
    pub reason: String,
    /// Who imports them.
    pub author: String,
    /// `YYYY-MM-DD`, UTC.
    pub date: String,
}

impl ImportOptions {
    /// These rows as a baseline.
    pub(super) fn baseline(&self, benchmarks: Vec<Benchmark>) -> Baseline {
        Baseline {
            schema: BASELINE_SCHEMA.to_owned(),
            name: self.name.clone(),
            kind: self.kind,
            isa: self.isa.clone(),
            rules: self.rules.clone(),
            key: None,
            variant: String::new(),
            acceptance: Acceptance {
                revision: String::new(),
                source: self.title.clone(),
                date: self.date.clone(),
                author: self.author.clone(),
                reason: self.reason.clone(),
            },
            benchmarks,
            extra: BTreeMap::new(),
        }
    }
}

/// Whether a name can be an id: a path of non-empty parts without control characters.
pub(super) fn can_be_id(id: &str) -> bool {
    id.split('/').all(|part| !part.is_empty()) && !id.chars().any(char::is_control)
}
