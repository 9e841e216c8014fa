//! What `perfkit flame` prints: the whole, the functions or the frames that moved, and where the pictures are.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::FlameArgs;
use crate::{
    cmd::{Exit, Failure, OutputFormat, stdout::print_whole},
    explain::{
        deltas::{can_tell, frame_deltas},
        stacks::Stacks,
    },
    format::document::document_text,
    render::{
        Emphasis, Lines, Terminal,
        stacks::{delta_table, top_table},
        units,
    },
};

/// What was found.
#[derive(Debug)]
pub struct Picture {
    /// The benchmark.
    pub id: String,
    /// As it is.
    pub after: Stacks,
    /// As it was, with what that is called.
    pub before: Option<(String, Stacks)>,
    /// What to know before trusting the comparison.
    pub caution: Option<String>,
}

/// Print it.
pub fn show(picture: &Picture, written: &[PathBuf], args: &FlameArgs) -> Result<(), Failure> {
    let text = match args.output.format {
        OutputFormat::Json => document_text(&document(picture, written))
            .map_err(|error| Failure::new(Exit::ToolFailed, error))?,
        format => tables(picture, written, args.rows, format == OutputFormat::Markdown),
    };
    print_whole(&text)
}

fn tables(picture: &Picture, written: &[PathBuf], rows: usize, markdown: bool) -> String {
    let terminal = Terminal::stdout();
    let weight = picture.after.weight();
    let mut head = Lines::default();
    head.push(Emphasis::Plain, format!("{}: {}", picture.id, weight.describe()));
    let table = match &picture.before {
        None => {
            let total = units::quantity(picture.after.total(), weight.unit());
            head.push(Emphasis::Plain, format!("{total} in {} stacks", picture.after.iter().count()));
            top_table(&picture.after, rows)
        }
        Some((title, before)) => {
            let deltas = frame_deltas(before, &picture.after);
            let total = units::change(Some(before.total()), Some(picture.after.total()), weight.unit());
            if weight.is_sampled() {
                let line =
                    "samples of both sides as shares: a frame stands here if it moved by more than chance";
                head.push(Emphasis::Plain, format!("{title} → now"));
                head.push(Emphasis::Caution, format!("? {line}"));
            } else {
                head.push(Emphasis::Plain, format!("{title} → now: {total}"));
            }
            if let Some(caution) = &picture.caution {
                head.push(Emphasis::Caution, format!("! {caution}"));
            }
            if !can_tell(before, &picture.after) {
                let why = format!("{title} does not say how many samples it holds, so all may be chance");
                head.push(Emphasis::Caution, format!("? cannot tell: {why}"));
            } else if deltas.is_empty() {
                head.push(Emphasis::Good, "✓ same: no frame moved");
            }
            delta_table("frames that moved", &deltas, weight, rows)
        }
    };
    if let Some(samples) = picture.after.samples() {
        head.push(Emphasis::Dim, format!("{samples} samples"));
    }
    let mut foot = Lines::default();
    for path in written {
        foot.push(Emphasis::Plain, format!("written: {}", relative(path).display()));
    }
    let table = (!table.rows.is_empty()).then_some(table);
    if markdown {
        let table = table.map(|table| format!("\n{}\n", table.markdown())).unwrap_or_default();
        format!("{}{table}{}", head.markdown(), foot.markdown())
    } else {
        let table = table.map(|table| table.text(&terminal)).unwrap_or_default();
        format!("{}{table}{}", head.text(&terminal), foot.text(&terminal))
    }
}

fn document(picture: &Picture, written: &[PathBuf]) -> Value {
    let side = |stacks: &Stacks| {
        let rows: Vec<Value> =
            stacks.iter().map(|(frames, weight)| json!({"frames": frames, "weight": weight})).collect();
        json!({"total": stacks.total(), "samples": stacks.samples(), "stacks": rows})
    };
    let files: Vec<String> = written.iter().map(|path| relative(path).display().to_string()).collect();
    let mut document = json!({
        "schema": "perfkit.flame/1",
        "id": picture.id,
        "unit": picture.after.weight().unit(),
        "weight": picture.after.weight().describe(),
        "after": side(&picture.after),
        "files": files,
    });
    if let (Some((title, before)), Some(members)) = (&picture.before, document.as_object_mut()) {
        members.insert("before".to_owned(), side(before));
        members.insert("against".to_owned(), json!(title));
        members.insert("deltas".to_owned(), json!(frame_deltas(before, &picture.after)));
        members.insert("can_tell".to_owned(), json!(can_tell(before, &picture.after)));
        if let Some(caution) = &picture.caution {
            members.insert("caution".to_owned(), json!(caution));
        }
    }
    document
}

/// Below the current folder, paths are shown relative to it: they go into documents.
fn relative(path: &Path) -> PathBuf {
    let inside =
        std::env::current_dir().ok().and_then(|folder| path.strip_prefix(folder).ok().map(Path::to_owned));
    inside.unwrap_or_else(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::stacks::{Weight, parse_folded};

    /// A comparison of CPU time, in which half of everything moved.
    fn sampled(samples_before: Option<u64>) -> Picture {
        let side = |text: &str, samples: Option<u64>| {
            let mut side = parse_folded(text, Weight::Nanoseconds).unwrap();
            samples.into_iter().for_each(|samples| side.set_samples(samples));
            side.shares()
        };
        Picture {
            id: "seal/64".to_owned(),
            after: side("seal 50\ncopy 50\n", Some(3000)),
            before: Some(("then.folded".to_owned(), side("seal 100\n", samples_before))),
            caution: None,
        }
    }

    #[test]
    fn samples_of_unknown_number_are_not_the_same() {
        let shown = tables(&sampled(None), &[], 5, false);
        assert!(shown.contains("? cannot tell: then.folded"), "{shown}");
        assert!(!shown.contains("✓ same"), "{shown}");
        assert_eq!(document(&sampled(None), &[])["can_tell"], false);
        let shown = tables(&sampled(Some(3000)), &[], 5, false);
        assert!(shown.contains("frames that moved") && shown.contains("copy"), "{shown}");
        assert!(!shown.contains("cannot tell"), "{shown}");
    }
}
