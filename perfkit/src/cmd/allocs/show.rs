//! What `perfkit allocs` prints: the document, and the sites of one benchmark.

use serde_json::{Value, json};

use super::Explained;
use crate::{
    format::{Run, Verdict},
    instrument::AllocationSite,
    render::{Cell, Column, Emphasis, Lines, Table, Terminal, units},
};

/// The schema of the JSON document.
const ALLOCS_SCHEMA: &str = "perfkit.allocs/1";

/// Everything in numbers. `verdicts` are those of the budgets; none where there is no budget.
pub fn document(run: &Run, explained: &[Explained], verdicts: &[Verdict]) -> Value {
    let (mut sites, mut untold) = (Vec::new(), Vec::new());
    for Explained { id, sites: found } in explained {
        match found {
            Ok(found) => sites.extend(found.iter().map(
                |site| json!({"id": id, "blocks": site.blocks, "bytes": site.bytes, "frames": site.frames}),
            )),
            Err(why) => untold.push(json!({"id": id, "why": why.to_string()})),
        }
    }
    json!({
        "schema": ALLOCS_SCHEMA, "benchmarks": run.benchmarks, "problems": run.problems,
        "partial": run.provenance.partial, "sites": sites, "untold": untold, "verdicts": verdicts,
    })
}

/// The sites of one benchmark as a table, or the reason why there are none.
pub fn sites(explained: &Explained, terminal: &Terminal, markdown: bool) -> String {
    match &explained.sites {
        Ok(sites) => {
            let table = table(&explained.id, sites);
            if markdown { table.markdown() } else { table.text(terminal) }
        }
        Err(why) => {
            let mut lines = Lines::default();
            lines.push(Emphasis::Caution, format!("! {}: call sites not told: {why}", explained.id));
            if markdown { lines.markdown() } else { lines.text(terminal) }
        }
    }
}

/// A row per site: what it costs, and the way from the allocation up to the workload.
fn table(id: &str, sites: &[AllocationSite]) -> Table {
    /// Frames shown; the rest is in the JSON.
    const FRAMES: usize = 4;
    let row = |site: &AllocationSite| {
        let way: Vec<&str> = site.frames.iter().take(FRAMES).map(String::as_str).collect();
        vec![
            Cell::plain(units::count(site.blocks)),
            Cell::plain(units::quantity(site.bytes, "B/op")),
            Cell::plain(way.join(" < ")),
        ]
    };
    Table {
        title: format!("{id}: call sites that allocate"),
        columns: vec![
            Column::right("blocks/op"),
            Column::right("bytes"),
            Column::left("site, and its callers"),
        ],
        rows: sites.iter().map(row).collect(),
    }
}
