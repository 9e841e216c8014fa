//! What `perfkit gate` prints under a verdict that failed: its triage, with evidence where the base can be built.

use super::{CountedBase, OutputFormat};
use crate::{
    explain::triage::{
        Side, Triage,
        evidence::{Plans, attach},
        triage,
    },
    format::{Benchmark, config::Instrument},
    measure::{Plan, Request, RowKind, progress::Progress},
    render::{Terminal, triage::triage_report},
    session::{Outcome, Profiles, plan_revision},
    workspace::{
        Workspace,
        revision::{self, short},
    },
};

/// A judged run and what it was held against.
pub(super) struct Failed<'a> {
    pub workspace: &'a Workspace,
    pub profiles: &'a Profiles,
    pub outcome: &'a Outcome,
    pub base: &'a CountedBase,
}

impl Failed<'_> {
    /// The report; empty where nothing failed. `evidence` says whether the base may be built and profiled.
    pub fn explain(
        &self,
        request: &Request,
        evidence: bool,
        format: OutputFormat,
        progress: &Progress,
    ) -> String {
        let run = &self.outcome.run;
        let before = self.before();
        let functions = match self.base {
            CountedBase::Revision { functions, .. } => Some(functions),
            CountedBase::Baseline | CountedBase::None => None,
        };
        let revision = self.base_revision();
        let mut found = triage(
            &run.verdicts,
            Side { rows: &before, functions },
            Side { rows: &run.benchmarks, functions: Some(&self.outcome.samples.functions) },
            short(&revision),
            |id| self.is_operation(id),
        );
        if evidence && !run.provenance.partial && found.iter().any(Triage::can_be_profiled) {
            self.attach(&mut found, &revision, request, progress);
        }
        triage_report(&found, &Terminal::stdout(), format == OutputFormat::Markdown)
    }

    /// Whether perfkit itself drives it as an operation.
    fn is_operation(&self, id: &str) -> bool {
        let planned = self.outcome.plan.rows.iter().find(|row| row.benchmark.id == id);
        planned.is_some_and(|row| row.kind == RowKind::Operation)
    }

    /// The rows held against: counts of the base, native witnesses of the host's baseline.
    fn before(&self) -> Vec<Benchmark> {
        let mut rows = self.base.rows(self.profiles).unwrap_or_default().to_vec();
        let timed = self.profiles.held_against.as_ref().filter(|_| self.profiles.host_matches);
        for timed in timed.iter().flat_map(|baseline| &baseline.benchmarks) {
            match rows.iter_mut().find(|row| row.id == timed.id) {
                Some(row) => row.witness.native = row.witness.native.take().or(timed.witness.native.clone()),
                None => rows.push(timed.clone()),
            }
        }
        rows
    }

    /// The commit that the counts of the base belong to; empty where there is none.
    fn base_revision(&self) -> String {
        match self.base {
            CountedBase::Revision { revision, .. } => revision.clone(),
            CountedBase::Baseline => self
                .profiles
                .counted
                .as_ref()
                .map(|base| base.acceptance.revision.clone())
                .unwrap_or_default(),
            CountedBase::None => String::new(),
        }
    }

    fn attach(&self, found: &mut [Triage], revision: &str, request: &Request, progress: &Progress) {
        // Built anew even if it was counted just now: a comparison in turns may have built something else there since.
        let before = self.build(revision, request, progress);
        let before = match before {
            Ok(before) => before,
            Err(why) => {
                let profiled = found.iter_mut().filter(|triage| triage.can_be_profiled());
                profiled.for_each(|triage| triage.notes.push(format!("not profiled: {why}")));
                return;
            }
        };
        let plans = Plans { before: &before, after: &self.outcome.plan };
        let (store, root) = (self.workspace.store(), &self.workspace.root);
        attach(found, plans, &store, root, &self.outcome.run.id, progress);
    }

    /// Build the base's revision; nothing is to be done where it stands built.
    fn build(&self, revision: &str, request: &Request, progress: &Progress) -> Result<Plan, String> {
        if revision.is_empty() {
            return Err("the base names no revision that could be built".to_owned());
        }
        let resolved = revision::resolve(&self.workspace.root, revision)?;
        let request = Request {
            suites: request.suites.clone(),
            instruments: vec![Instrument::Count, Instrument::Allocs],
            ..Request::default()
        };
        let built = plan_revision(self.workspace, &resolved, &request, progress);
        built.map(|(_, plan)| plan).map_err(|error| error.to_string())
    }
}
