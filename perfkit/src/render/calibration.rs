//! Noise floors in a table.

use super::{Cell, Column, Emphasis, Table, units};
use crate::format::Calibrated;

/// A row per benchmark, with the narrowest gate on its times and whether every gate means what it declares.
pub fn calibration_table(rows: &[Calibrated], gates: &[(f64, bool)]) -> Table {
    let floor = |row: &Calibrated, metric: &str| {
        Cell::plain(row.floors.get(metric).map(|floor| format!("{:.2} %", floor * 100.0)).unwrap_or_default())
    };
    let row = |(row, (gate, gateable)): (&Calibrated, &(f64, bool))| {
        let word = match gateable {
            true => Cell::with("✓ gateable", Emphasis::Good),
            false => Cell::with("! not gateable on this host", Emphasis::Caution),
        };
        vec![
            Cell::plain(&row.id),
            floor(row, "cpu_time_ns"),
            floor(row, "time_ns"),
            Cell::plain(units::percent(*gate)),
            word,
        ]
    };
    Table {
        title: String::new(),
        columns: vec![
            Column::left("benchmark"),
            Column::right("cpu time floor"),
            Column::right("wall time floor"),
            Column::right("gate"),
            Column::left("verdict"),
        ],
        rows: rows.iter().zip(gates).map(row).collect(),
    }
}
