//! Where the halves of rows come from, and whether they may stand side by side.

use super::ReportError;
use crate::{
    format::{
        Baseline, Benchmark, Calibration, Class, Metric, Run, metric_info,
        recipe::{Recipe, Table, TableKind},
    },
    report::provenance,
    store::Measured,
};

/// Everything that a document is made of. Rows of runs that were taken back are marked, as `Ledger::mark` does it.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    /// The run with the new shapes.
    pub after: &'a Measured,
    /// The run or baseline that tables across two compare with.
    pub before: Option<&'a Measured>,
    /// Published figures, for a column of their own.
    pub reference: Option<&'a Baseline>,
    /// The noise floors of the machine.
    pub calibration: Option<&'a Calibration>,
}

/// One half of a row.
#[derive(Debug, Clone, Copy)]
pub(super) enum Side {
    Before,
    After,
}

/// What a source holds of a benchmark.
#[derive(Debug)]
pub(super) enum Found<'a> {
    /// Its row.
    Live(&'a Benchmark),
    /// It no longer counts, and why.
    Invalidated(String),
    Absent,
}

impl<'a> Sources<'a> {
    /// The run with the new shapes.
    pub fn run(&self) -> Result<&'a Run, ReportError> {
        match self.after {
            Measured::Run(run, _) => Ok(run),
            other => Err(ReportError::NotARun { name: other.title() }),
        }
    }

    /// Where a half of a table's rows comes from.
    pub(super) fn of(&self, table: &Table, side: Side) -> Result<&'a Measured, ReportError> {
        match (side, is_across(table), self.before) {
            (Side::Before, true, None) => Err(ReportError::NeedsBefore { table: table.title.clone() }),
            (Side::Before, true, Some(before)) => Ok(before),
            _ => Ok(self.after),
        }
    }

    /// The row of a benchmark, unless it was taken back.
    pub(super) fn find(source: &'a Measured, id: &str) -> Found<'a> {
        match source.live(id) {
            Some(row) => Found::Live(row),
            None => {
                let row = source.benchmarks().iter().find(|row| row.id == id);
                let why = row.and_then(|row| row.invalidated.as_ref());
                why.map_or(Found::Absent, |why| Found::Invalidated(why.words()))
            }
        }
    }

    /// The fraction below which a change of a timed metric is noise: the machine's, where it was calibrated for one of
    /// the two, else the recipe's.
    pub(super) fn noise(&self, table: &Table, rows: [&Benchmark; 2], metric: &str) -> f64 {
        let run = self.run().ok();
        let calibration = self
            .calibration
            .filter(|calibration| run.is_some_and(|run| run.host.fingerprint == calibration.fingerprint));
        let floor = |row: &&Benchmark| calibration?.floor(&row.id, row.revision, metric);
        rows.iter().filter_map(floor).reduce(f64::max).unwrap_or(table.noise)
    }

    /// Whether everything is there and may be compared; what is missing is named all at once.
    pub(super) fn check(&self, recipe: &Recipe) -> Result<(), ReportError> {
        let mut missing = Vec::new();
        let compared = [TableKind::Compare, TableKind::Allocations];
        for table in recipe.tables.iter().filter(|table| table.kind != TableKind::Text) {
            self.check_comparable(table)?;
            if !compared.contains(&table.kind) {
                continue;
            }
            for row in super::changes::rows_of(table) {
                for (side, id) in [(Side::Before, &row.before), (Side::After, &row.after)] {
                    let source = self.of(table, side)?;
                    for metric in table.metrics() {
                        let absent = match Self::find(source, id) {
                            Found::Live(found) => !found.metrics.contains_key(metric),
                            Found::Invalidated(_) => false,
                            Found::Absent => true,
                        };
                        let name = format!("{id} ({metric}) in {}", source.title());
                        if absent && !missing.contains(&name) {
                            missing.push(name);
                        }
                    }
                }
            }
        }
        if missing.is_empty() { Ok(()) } else { Err(ReportError::Missing { missing }) }
    }

    /// Times of two machines and counts of two build settings are no comparison.
    fn check_comparable(&self, table: &Table) -> Result<(), ReportError> {
        let Some(before) = self.before.filter(|_| is_across(table)) else { return Ok(()) };
        for metric in table.metrics() {
            let class = metric_info(metric).map_or(Class::Timed, |info| info.class);
            let apart = match class {
                Class::Timed => {
                    let machine = before.other_machine(self.after).map(|why| ("machines", why));
                    machine.or_else(|| before.other_variant(self.after).map(|why| ("builds", why)))
                }
                Class::Counted => before.other_counting(self.after).map(|why| ("builds", why)),
            };
            if let Some((what, why)) = apart {
                let (table, metric) = (table.title.clone(), metric.to_owned());
                return Err(ReportError::Refused { table, metric, what, why });
            }
        }
        Ok(())
    }

    /// The lines under a table: one per source.
    pub(super) fn provenance(&self, table: &Table, what: &str) -> Result<Vec<String>, ReportError> {
        let after = provenance::line(self.run()?, what);
        Ok(match self.before.filter(|_| is_across(table)) {
            None => vec![after],
            Some(Measured::Run(run, _)) => {
                vec![format!("Before: {}", provenance::line(run, what)), format!("After: {after}")]
            }
            Some(Measured::Baseline(baseline)) => {
                let before = provenance::baseline_parts(baseline).join(provenance::SEPARATOR);
                vec![format!("Before: {before}"), format!("After: {after}")]
            }
        })
    }
}

/// Whether the old shape comes from the other run.
pub(super) fn is_across(table: &Table) -> bool {
    let without_before = if table.rows.is_empty() {
        table.before.is_none() && table.kind != TableKind::CostModel
    } else {
        table.rows.iter().all(|row| row.before.is_none())
    };
    table.across.unwrap_or(without_before)
}

/// What two metrics of the same name do not have in common.
pub(super) fn difference(before: &Metric, after: &Metric) -> Option<&'static str> {
    (!before.comparable(after)).then_some("statistic or unit")
}
