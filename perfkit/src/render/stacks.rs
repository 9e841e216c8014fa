//! Stacks and their changes as tables: functions by own weight, frames by how much they moved.

use super::{Cell, Column, Emphasis, Table, units};
use crate::explain::{
    deltas::{FrameDelta, telling},
    stacks::{Stacks, Weight},
};

/// The functions with the largest own weight, with their share of the whole.
pub fn top_table(stacks: &Stacks, limit: usize) -> Table {
    let unit = stacks.weight().unit();
    let total = stacks.total();
    let row = |(frame, own, inclusive): (&str, f64, f64)| {
        vec![
            Cell::plain(units::quantity(own, unit)),
            Cell::plain(if total > 0.0 { share(own / total) } else { String::new() }),
            Cell::plain(units::quantity(inclusive, unit)),
            Cell::plain(frame),
        ]
    };
    Table {
        title: String::new(),
        columns: vec![
            Column::right("own"),
            Column::right("of all"),
            Column::right("with callees"),
            Column::left("function"),
        ],
        rows: stacks.top(limit).into_iter().map(row).collect(),
    }
}

/// The frames that moved, most first: the `limit` largest with everything they call, and as many by themselves.
pub fn delta_table(title: &str, deltas: &[FrameDelta], weight: Weight, limit: usize) -> Table {
    let unit = weight.unit();
    let change = |change: f64| {
        let text = units::difference(change, unit);
        if text.starts_with("0 ") { Cell::with("0", Emphasis::Dim) } else { Cell::plain(text) }
    };
    let row = |delta: &FrameDelta| {
        vec![
            Cell::plain(units::count(delta.inclusive_before)),
            Cell::plain(units::count(delta.inclusive_after)),
            change(delta.inclusive()),
            Cell::plain(units::count(delta.own_before)),
            Cell::plain(units::count(delta.own_after)),
            change(delta.own()),
            Cell::plain(&delta.frame),
        ]
    };
    let shown = telling(deltas, limit);
    let mut rows: Vec<Vec<Cell>> = shown.iter().copied().map(row).collect();
    if deltas.len() > shown.len() {
        let mut more = vec![Cell::default(); 6];
        more.push(Cell::with(format!("and {} more", deltas.len() - shown.len()), Emphasis::Dim));
        rows.push(more);
    }
    Table {
        title: format!("{title} ({unit})"),
        columns: vec![
            Column::right("with callees before"),
            Column::right("after"),
            Column::right("change"),
            Column::right("own before"),
            Column::right("after"),
            Column::right("change"),
            Column::left("function"),
        ],
        rows,
    }
}

/// A share without a sign.
fn share(fraction: f64) -> String {
    units::percent(fraction).trim_start_matches('+').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        explain::{deltas::frame_deltas, stacks::parse_folded},
        render::Terminal,
    };

    #[test]
    fn every_number_of_a_top_table_has_its_unit() {
        let stacks = parse_folded("run;parse 30\nrun;copy 10\n", Weight::Instructions).unwrap();
        let text = top_table(&stacks, 5).text(&Terminal::PLAIN);
        assert!(text.contains("30 instructions/op") && text.contains("75.0 %"), "{text}");
    }

    #[test]
    fn what_is_not_shown_of_the_deltas_is_counted() {
        let side = |text| parse_folded(text, Weight::Instructions).unwrap();
        let deltas = frame_deltas(&side("a;b 1\na;c 1\na;d 1\n"), &side("a;b 2\na;c 3\na;d 4\n"));
        let text = delta_table("moved", &deltas, Weight::Instructions, 2).text(&Terminal::PLAIN);
        assert!(text.contains("moved (instructions/op)") && text.contains("+6 instructions/op"), "{text}");
        assert!(text.contains("and 1 more"), "{text}");
    }
}
