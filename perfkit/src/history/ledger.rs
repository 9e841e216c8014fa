//! What no longer counts: runs taken back, and rows that a baseline marks as invalidated. Such points keep their place
//! in a series, marked; nothing is concluded from them.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

use crate::{
    format::{Baseline, Invalidation, Run, RunInvalidation, config::Patterns},
    store::{Measured, RunName},
    workspace::ancestry,
};

/// Everything that was taken back.
#[derive(Debug, Default)]
pub struct Ledger {
    /// By the stem of the run: the ids, and why.
    runs: BTreeMap<String, Vec<(Patterns, String)>>,
    rows: Vec<InvalidatedRow>,
}

/// A benchmark whose numbers count no longer from a revision on.
#[derive(Debug)]
struct InvalidatedRow {
    id: String,
    benchmark_revision: u32,
    reason: String,
    /// The commit, and every commit after it; rows of one commit share them.
    since: Arc<BTreeSet<String>>,
}

impl Ledger {
    /// The ledger of a store and the baselines beside it. `root` is where git is asked for what came after a revision.
    pub fn new(invalidations: &[RunInvalidation], baselines: &[Baseline], root: &Path) -> Self {
        Self::with(invalidations, baselines, |revision| ancestry::since(root, revision))
    }

    /// `since` costs two processes, so that it is asked once for each revision.
    fn with(
        invalidations: &[RunInvalidation],
        baselines: &[Baseline],
        mut since: impl FnMut(&str) -> BTreeSet<String>,
    ) -> Self {
        let mut known: BTreeMap<&str, Arc<BTreeSet<String>>> = BTreeMap::new();
        let mut ledger = Self::default();
        for invalidation in invalidations {
            let reason = invalidation.reason.clone();
            ledger.runs.entry(invalidation.run.clone()).or_default().push((invalidation.patterns(), reason));
        }
        for row in baselines.iter().flat_map(|baseline| &baseline.benchmarks) {
            if let Some(invalidated) = &row.invalidated {
                ledger.rows.push(InvalidatedRow {
                    id: row.id.clone(),
                    benchmark_revision: row.revision,
                    reason: invalidated.reason.clone(),
                    since: known
                        .entry(&invalidated.since)
                        .or_insert_with(|| Arc::new(since(&invalidated.since)))
                        .clone(),
                });
            }
        }
        ledger
    }

    /// Why these numbers do not count; `None` where they do. `stem` and `commit` are the run's.
    pub fn reason(&self, stem: &str, commit: &str, id: &str, benchmark_revision: u32) -> Option<&str> {
        let of_run = self.runs.get(stem).into_iter().flatten();
        let mut of_run = of_run.filter(|(patterns, _)| patterns.is_empty() || patterns.matches(id));
        let mut of_row = self.rows.iter().filter(|row| {
            row.id == id && row.benchmark_revision == benchmark_revision && row.since.contains(commit)
        });
        of_run
            .next()
            .map(|(_, reason)| reason.as_str())
            .or_else(|| of_row.next().map(|row| row.reason.as_str()))
    }

    /// Why a run as a whole, or rows of it, were taken back.
    pub fn of_run(&self, stem: &str) -> Option<&str> {
        self.runs.get(stem).and_then(|all| all.first()).map(|(_, reason)| reason.as_str())
    }

    /// Mark the rows of a stored run that no longer count, and drop what gates said of them: a verdict is worth no more
    /// than the number that it judges.
    pub fn mark(&self, run: &mut Run) {
        let (name, commit) = (RunName::of(run), run.provenance.revision.clone());
        for row in run.benchmarks.iter_mut().filter(|row| row.invalidated.is_none()) {
            row.invalidated = self.reason(name.stem(), &commit, &row.id, row.revision).map(|reason| {
                // The run itself was taken back, and no other.
                Invalidation { reason: reason.to_owned(), since: String::new() }
            });
        }
        let taken_back: BTreeSet<&str> = run
            .benchmarks
            .iter()
            .filter(|row| row.invalidated.is_some())
            .map(|row| row.id.as_str())
            .collect();
        run.verdicts.retain(|verdict| !taken_back.contains(verdict.id.as_str()));
    }

    /// The same for whatever a name has found; baselines carry their marks.
    pub fn marked(&self, mut measured: Measured) -> Measured {
        if let Measured::Run(run, _) = &mut measured {
            self.mark(run);
        }
        measured
    }

    /// Whether rows of this benchmark were invalidated, so that each of its points has to be asked about.
    pub fn concerns(&self, id: &str) -> bool {
        self.rows.iter().any(|row| row.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{
        Benchmark, Invalidation, baseline::BASELINE_SCHEMA, invalidation::INVALIDATION_SCHEMA,
    };

    #[test]
    fn git_is_asked_once_for_each_revision() {
        let row = |id: &str, since: &str| {
            let mut row = Benchmark::new(id);
            let since = since.to_owned();
            row.invalidated = Some(Invalidation { since, reason: "wrong input".to_owned() });
            row
        };
        let rows =
            vec![row("a/1", "1f0c2ab"), row("a/2", "1f0c2ab"), row("a/3", "2f0c2ab"), row("b/1", "1f0c2ab")];
        let text = serde_json::json!({
            "schema": BASELINE_SCHEMA, "name": "x", "kind": "reference", "isa": "", "benchmarks": rows,
            "acceptance": { "revision": "", "source": "", "date": "", "author": "", "reason": "" },
        });
        let baseline: Baseline = serde_json::from_value(text).unwrap();
        let mut asked = Vec::new();
        let ledger = Ledger::with(&[], &[baseline], |revision| {
            asked.push(revision.to_owned());
            BTreeSet::from([format!("{revision}999")])
        });
        assert_eq!(asked, ["1f0c2ab", "2f0c2ab"]);
        assert_eq!(ledger.reason("", "1f0c2ab999", "b/1", 1), Some("wrong input"));
        assert_eq!(ledger.reason("", "1f0c2ab999", "a/3", 1), None);
    }

    #[test]
    fn a_run_is_taken_back_as_a_whole_or_by_its_rows() {
        let taken_back = |run: &str, select: &[&str]| RunInvalidation {
            schema: INVALIDATION_SCHEMA.to_owned(),
            run: run.to_owned(),
            select: select.iter().map(|text| (*text).to_owned()).collect(),
            reason: "a neighbour".to_owned(),
            author: "me".to_owned(),
            date: "2026-03-05".to_owned(),
            extra: BTreeMap::new(),
        };
        let all = [taken_back("whole", &[]), taken_back("part", &["net/*"])];
        let ledger = Ledger::new(&all, &[], Path::new("."));
        assert_eq!(ledger.reason("whole", "", "a/b", 1), Some("a neighbour"));
        assert_eq!(ledger.reason("part", "", "net/b", 1), Some("a neighbour"));
        assert_eq!(ledger.reason("part", "", "a/b", 1), None);
        assert_eq!(ledger.reason("other", "", "a/b", 1), None);
        assert!(ledger.of_run("part").is_some() && ledger.of_run("other").is_none());
    }
}
