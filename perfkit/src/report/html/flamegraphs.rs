//! Flamegraphs found beside the runs, by benchmark. Each is embedded as a picture: what an `img` shows runs no script,
//! loads nothing and shares no names with the page, so that any number of them may stand side by side.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use super::cells::base64;
use crate::store::file_name;

/// Flamegraphs embedded, and the largest one: they are by far the largest part of a page that has any.
const EMBEDDED: usize = 60;
const LARGEST_BYTES: u64 = 400 * 1024;

/// A picture.
#[derive(Debug, Clone)]
pub struct Flamegraph {
    /// What it shows.
    pub title: String,
    /// As the source of an `img`.
    pub source: String,
}

/// By benchmark id's file name.
#[derive(Debug, Default)]
pub struct FlameGraphs {
    by_name: BTreeMap<String, Vec<Flamegraph>>,
    /// Pictures that were left out, with the reason.
    pub left_out: Vec<String>,
}

impl FlameGraphs {
    /// The pictures of `ids` in these folders: `<folder>/<benchmark>.svg` and `<folder>/<benchmark>/<title>.svg`,
    /// where `<benchmark>` is the id made fit for a file name.
    pub fn read<'a>(folders: &[PathBuf], ids: impl Iterator<Item = &'a str>) -> Self {
        let mut found = Self::default();
        let mut embedded = 0;
        for id in ids {
            let name = file_name(id);
            for folder in folders {
                for (title, path) in pictures(folder, &name) {
                    if embedded == EMBEDDED {
                        found.left_out.push(format!("{id}: {title}: a page holds {EMBEDDED} flamegraphs"));
                        continue;
                    }
                    match read(&path) {
                        Ok(source) => {
                            embedded += 1;
                            found.by_name.entry(name.clone()).or_default().push(Flamegraph { title, source });
                        }
                        Err(why) => found.left_out.push(format!("{id}: {title}: {why}")),
                    }
                }
            }
        }
        found
    }

    /// Those of one benchmark.
    pub fn of(&self, id: &str) -> &[Flamegraph] {
        self.by_name.get(&file_name(id)).map_or(&[], Vec::as_slice)
    }
}

fn pictures(folder: &Path, name: &str) -> Vec<(String, PathBuf)> {
    let is_picture = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "svg");
    let mut found: Vec<PathBuf> = fs::read_dir(folder.join(name))
        .map(|entries| entries.flatten().map(|entry| entry.path()).filter(is_picture).collect())
        .unwrap_or_default();
    found.push(folder.join(format!("{name}.svg")));
    found.retain(|path| path.is_file());
    found.sort();
    found
        .into_iter()
        .map(|path| {
            let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            let title = if stem == name { "flamegraph".to_owned() } else { stem.replace(['-', '_'], " ") };
            (title, path)
        })
        .collect()
}

fn read(path: &Path) -> Result<String, String> {
    let length = fs::metadata(path).map_err(|error| error.to_string())?.len();
    if length > LARGEST_BYTES {
        return Err(format!("{length} bytes are more than the {LARGEST_BYTES} that are embedded"));
    }
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    Ok(format!("data:image/svg+xml;base64,{}", base64(&bytes)))
}
