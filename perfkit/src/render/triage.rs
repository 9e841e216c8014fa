//! The triage of a failed gate, for a terminal and for a pull request.

use super::{Emphasis, Lines, Table, Terminal, comparison::function_table, stacks::delta_table, units};
use crate::explain::triage::{
    SHOWN, Triage,
    sizes::{Bin, Pattern, Sizes},
};

/// Sizes shown with their change; of more, the ends are.
const SIZES_SHOWN: usize = 6;

/// All triages, each under its id. Nothing where nothing failed.
pub fn triage_report(triages: &[Triage], terminal: &Terminal, markdown: bool) -> String {
    let mut text = String::new();
    for triage in triages {
        let lines = lines(triage);
        let tables = tables(triage);
        if markdown {
            text += &format!("\n### Triage of {}\n\n{}", super::lines::escape(&triage.id), lines.markdown());
            tables.iter().for_each(|table| text += &format!("\n{}", table.markdown()));
        } else {
            text += &format!("\ntriage of {}\n{}", triage.id, lines.text(terminal));
            tables.iter().for_each(|table| text += &table.text(terminal));
        }
        text += &last(triage, terminal, markdown);
    }
    text
}

fn lines(triage: &Triage) -> Lines {
    let mut lines = Lines::default();
    if let Some(sizes) = triage.sizes.as_ref().filter(|sizes| sizes.pattern != Pattern::OneSize) {
        lines.push(Emphasis::Plain, format!("sizes: {}", size_words(sizes, &triage.unit)));
    }
    let (then, now) = &triage.witness;
    for (emphasis, line) in [
        kernel("counted", then.counted.as_deref(), now.counted.as_deref()),
        kernel("native", then.native.as_deref(), now.native.as_deref()),
    ]
    .into_iter()
    .flatten()
    {
        lines.push(emphasis, line);
    }
    for change in &triage.costs {
        let values = units::change(change.before, change.after, &change.unit);
        lines.push(Emphasis::Plain, format!("{}: {values}", change.metric));
    }
    if !triage.unmoved.is_empty() {
        lines.push(Emphasis::Dim, format!("did not move: {}", triage.unmoved.join(", ")));
    }
    if triage.costs.is_empty() && !triage.unmoved.is_empty() {
        let line = "the same work was done: look at the machine, at code alignment, at what it waits for";
        lines.push(Emphasis::Caution, line);
    }
    lines
}

/// Whether the same kernel ran; nothing where no kernel is known on either side, or only now.
fn kernel(where_: &str, then: Option<&str>, now: Option<&str>) -> Option<(Emphasis, String)> {
    match (then, now) {
        (Some(then), Some(now)) if then == now => {
            Some((Emphasis::Good, format!("✓ same kernel ({where_}): {now}")))
        }
        (Some(then), Some(now)) => {
            Some((Emphasis::Bad, format!("✗ another kernel ({where_}): {then} -> {now}")))
        }
        (Some(then), None) if where_ == "counted" => Some((
            Emphasis::Bad,
            format!("✗ lost kernel ({where_}): {then} -> none named after an instruction set"),
        )),
        _ => None,
    }
}

fn size_words(sizes: &Sizes, unit: &str) -> String {
    let per_unit = sizes.unit.word();
    let all_worse = sizes.bins.iter().all(|bin| bin.worse);
    let meaning = match (sizes.pattern, all_worse) {
        (Pattern::PerCall, false) => "worse at the small sizes only: a cost per call".to_owned(),
        (Pattern::PerCall, true) => "worse at every size by the same amount: a cost per call".to_owned(),
        (Pattern::PerUnit, false) => format!("worse at the large sizes only: a cost per {per_unit}"),
        (Pattern::PerUnit, true) => format!("worse at every size in proportion to it: a cost per {per_unit}"),
        (Pattern::Both, _) => format!("worse at every size: a cost per call and one per {per_unit}"),
        (Pattern::Mixed | Pattern::OneSize, _) => {
            "worse at some sizes and not at their neighbours".to_owned()
        }
    };
    let change = |bin: &Bin| {
        let mark = if bin.worse { "✗" } else { "✓" };
        format!("{mark} {} {}", sizes.unit.shown(bin.size), units::difference(bin.change(), unit))
    };
    let shown: Vec<String> = match sizes.bins.len() {
        0..=SIZES_SHOWN => sizes.bins.iter().map(change).collect(),
        many => {
            let (first, last) = sizes.bins.split_at(SIZES_SHOWN / 2);
            let mut shown: Vec<String> = first.iter().map(change).collect();
            shown.push("…".to_owned());
            shown.extend(last.iter().skip(many - SIZES_SHOWN).map(change));
            shown
        }
    };
    format!("{meaning} ({})", shown.join(", "))
}

fn tables(triage: &Triage) -> Vec<Table> {
    let mut tables = Vec::new();
    // Stacks say it too, and more.
    if !triage.functions.is_empty() && triage.frames.is_empty() {
        tables.push(function_table(&triage.id, &triage.functions));
    }
    for (weight, deltas) in triage.frames.iter().filter(|(_, deltas)| !deltas.is_empty()) {
        tables.push(delta_table("frames that moved", deltas, *weight, SHOWN));
    }
    tables
}

fn last(triage: &Triage, terminal: &Terminal, markdown: bool) -> String {
    let mut lines = Lines::default();
    if let Some(folder) = &triage.evidence {
        lines.push(Emphasis::Plain, format!("evidence: {}", folder.display()));
    }
    for note in &triage.notes {
        lines.push(Emphasis::Caution, format!("! {note}"));
    }
    for command in &triage.next {
        lines.push(Emphasis::Plain, format!("next: {command}"));
    }
    if markdown { format!("\n{}", lines.markdown()) } else { lines.text(terminal) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::cost_model::SizeUnit;

    fn bins(changes: &[(u64, f64, bool)]) -> Vec<Bin> {
        let bin = |&(size, change, worse): &(u64, f64, bool)| Bin { size, before: 0.0, after: change, worse };
        changes.iter().map(bin).collect()
    }

    #[test]
    fn a_size_pattern_names_what_kind_of_cost_it_is() {
        let sizes = Sizes {
            bins: bins(&[(64, 100.0, true), (65_536, 100.0, false)]),
            pattern: Pattern::PerCall,
            unit: SizeUnit::Bytes,
        };
        assert_eq!(
            size_words(&sizes, "instructions/op"),
            "worse at the small sizes only: a cost per call (✗ 64 B +100 instructions/op, ✓ 64 KiB +100 instructions/op)"
        );
    }

    #[test]
    fn of_many_sizes_the_ends_are_shown() {
        let many: Vec<(u64, f64, bool)> = (1..=20).map(|size| (size, 1.0, true)).collect();
        let sizes = Sizes { bins: bins(&many), pattern: Pattern::Both, unit: SizeUnit::Parameter };
        let words = size_words(&sizes, "instructions/op");
        assert!(words.contains("✗ 1 +1") && words.contains("✗ 20 +1") && words.contains('…'), "{words}");
        assert_eq!(words.matches('✗').count(), SIZES_SHOWN);
    }

    #[test]
    fn a_kernel_that_changed_is_bad_news_and_one_that_was_not_sampled_is_none() {
        let (emphasis, line) = kernel("counted", Some("seal_avx2"), Some("seal_sse2")).unwrap();
        assert_eq!(emphasis, Emphasis::Bad);
        assert!(line.contains("seal_avx2 -> seal_sse2"), "{line}");
        assert_eq!(kernel("counted", Some("a"), Some("a")).unwrap().0, Emphasis::Good);
        assert!(kernel("counted", Some("a"), None).is_some());
        assert!(kernel("native", Some("a"), None).is_none());
        assert!(kernel("native", None, Some("a")).is_none());
    }
}
