//! Between two revisions: the frames that moved, with everything they call.

use serde::Serialize;

use crate::{
    compare::{Change, State},
    explain::{
        deltas::{FrameDelta, frame_deltas},
        stacks::{Source, StacksError, Weight, collect_from},
    },
    measure::Plan,
    render::{Emphasis, Lines, Terminal, stacks::delta_table},
};

/// Changed benchmarks of two revisions whose stacks are compared: a profile costs what counting costs.
const PROFILED: usize = 5;

/// Frames shown of each.
const FRAMES_SHOWN: usize = 10;

/// What the stacks of both revisions say of one benchmark.
#[derive(Debug, Serialize)]
pub struct Profiled {
    id: String,
    unit: &'static str,
    frames: Vec<FrameDelta>,
    /// Why there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(skip)]
    weight: Weight,
}

impl Profiled {
    /// As a table, or as the reason why there is none.
    pub fn show(&self, terminal: &Terminal, markdown: bool) -> String {
        if let Some(note) = &self.note {
            let mut lines = Lines::default();
            lines.push(Emphasis::Caution, format!("! {}: {note}", self.id));
            return if markdown { lines.markdown() } else { lines.text(terminal) };
        }
        let title = format!("{}: frames that moved", self.id);
        let table = delta_table(&title, &self.frames, self.weight, FRAMES_SHOWN);
        if markdown { table.markdown() } else { table.text(terminal) }
    }
}

/// Stacks of both revisions where instructions or allocations changed, for the first few.
pub fn profile(changes: &[Change], before: &Plan, after: &Plan) -> Vec<Profiled> {
    let moved = changes.iter().filter(|change| matches!(change.state, State::Worse | State::Better));
    let wanted = moved.filter_map(|change| match change.metric.as_str() {
        "ir" => Some((&change.id, Source::Count, Weight::Instructions)),
        "allocs_per_op" => Some((&change.id, Source::Allocs, Weight::Blocks)),
        _ => None,
    });
    wanted
        .take(PROFILED)
        .map(|(id, source, weight)| {
            let (frames, note) = match frames(id, source, before, after) {
                Ok(frames) => (frames, None),
                Err(error) => (Vec::new(), Some(error.to_string())),
            };
            Profiled { id: id.clone(), unit: weight.unit(), frames, note, weight }
        })
        .collect()
}

fn frames(id: &str, source: Source, before: &Plan, after: &Plan) -> Result<Vec<FrameDelta>, StacksError> {
    Ok(frame_deltas(&collect_from(before, id, source)?, &collect_from(after, id, source)?))
}
