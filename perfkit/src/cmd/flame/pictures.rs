//! The files that a flamegraph leaves: one picture, or one in the widths of each side, and folded stacks.

use std::path::{Path, PathBuf};

use super::{FlameArgs, Picture};
use crate::{
    cmd::Failure,
    explain::stacks::{Source, folded, folded_pair},
    format::document::write_whole,
    store::{distinct_file_name, keep_out_of_git},
    workspace::Workspace,
};

/// Where everything goes.
#[derive(Debug)]
pub struct Files {
    picture: PathBuf,
    folded: Option<PathBuf>,
    /// Whether the leaves stand at the picture's root. Tables and folded stacks are of calls, whose root is the caller.
    inverted: bool,
}

impl Files {
    /// As asked for, else in the store, which git does not see.
    pub fn of(workspace: &Workspace, args: &FlameArgs, picture: &Picture) -> Result<Self, Failure> {
        let what = match (args.instrument, args.bytes) {
            (Source::Count, _) => "count",
            (Source::Allocs, false) => "allocs",
            (Source::Allocs, true) => "alloc-bytes",
            (Source::Perf, _) => "perf",
        };
        let name = format!("{}-{what}.svg", distinct_file_name(&picture.id));
        if args.picture.is_none() {
            keep_out_of_git(&workspace.store())?;
        }
        Ok(Self {
            picture: args.picture.clone().unwrap_or_else(|| workspace.store().join("flame").join(name)),
            folded: args.folded.clone(),
            inverted: args.inverted,
        })
    }
}

/// Write everything; what was written, in order.
pub fn write(files: &Files, picture: &Picture) -> Result<Vec<PathBuf>, Failure> {
    let mut written = draw(&files.picture, files.inverted, picture)?;
    if let Some(path) = &files.folded {
        let text = match &picture.before {
            None => folded(&picture.id, &picture.after),
            Some((_, before)) => folded_pair(before, &picture.after),
        };
        write_whole(path, text.as_bytes())?;
        written.push(path.clone());
    }
    Ok(written)
}

/// `name.svg` as `name-before.svg`.
#[cfg(feature = "flame")]
fn named_after(path: &Path, side: &str) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{stem}-{side}.svg"))
}

#[cfg(feature = "flame")]
fn draw(path: &Path, inverted: bool, picture: &Picture) -> Result<Vec<PathBuf>, Failure> {
    use crate::{
        cmd::Exit,
        explain::{
            flamegraph::{FlamegraphError, Widths, differential, flamegraph},
            stacks::Stacks,
        },
    };
    let turned = |stacks: &Stacks| if inverted { stacks.inverted() } else { stacks.clone() };
    let failed = |error: FlamegraphError| Failure::new(Exit::ToolFailed, format!("{}: {error}", picture.id));
    let subtitle = picture.after.weight().describe();
    let after = turned(&picture.after);
    let Some((title, before)) = &picture.before else {
        write_whole(path, &flamegraph(&after, &picture.id, subtitle).map_err(failed)?)?;
        return Ok(vec![path.to_owned()]);
    };
    let before = turned(before);
    let mut written = Vec::new();
    for (widths, side) in [(Widths::Before, "before"), (Widths::After, "after")] {
        let heading = format!("{}: {title} → now, widths {side} the change", picture.id);
        match differential(&before, &after, widths, &heading, subtitle) {
            Ok(svg) => {
                let path = named_after(path, side);
                write_whole(&path, &svg)?;
                written.push(path);
            }
            // A side without any weight has no picture; the other one shows it all.
            Err(FlamegraphError::Empty) => {}
            Err(error) => return Err(failed(error)),
        }
    }
    Ok(written)
}

#[cfg(not(feature = "flame"))]
fn draw(_path: &Path, _inverted: bool, _picture: &Picture) -> Result<Vec<PathBuf>, Failure> {
    eprintln!("perfkit: no picture: {}", crate::explain::stacks::StacksError::WithoutInferno);
    Ok(Vec::new())
}
