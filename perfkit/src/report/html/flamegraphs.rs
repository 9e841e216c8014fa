//! Flamegraphs found beside the runs, by benchmark. Each is embedded as a picture: what an `img` shows runs no script,
//! loads nothing and shares no names with the page, so that any number of them may stand side by side.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use super::cells::base64;
use crate::store::{distinct_file_name, file_name};

/// Flamegraphs embedded, the largest one, and all of them together as they stand in the page: they are by far the
/// largest part of a page that has any.
const EMBEDDED: usize = 60;
const LARGEST_BYTES: u64 = 400 * 1024;
const TOGETHER_BYTES: usize = 8 << 20;

/// Where pictures are looked for.
#[derive(Debug, Clone)]
pub struct PictureFolder {
    /// The folder.
    pub path: PathBuf,
    /// Which run its pictures are of, where they are of one.
    pub of: Option<String>,
}

/// A picture.
#[derive(Debug, Clone)]
pub struct Flamegraph {
    /// What it shows.
    pub title: String,
    /// As the source of an `img`.
    pub source: String,
}

/// By benchmark.
#[derive(Debug, Default)]
pub struct FlameGraphs {
    by_id: BTreeMap<String, Vec<Flamegraph>>,
    /// Pictures that were left out, with the reason.
    pub left_out: Vec<String>,
}

impl FlameGraphs {
    /// The pictures of `ids` in these folders: `<folder>/<benchmark>.svg` and `<folder>/<benchmark>/<title>.svg`,
    /// where `<benchmark>` is the id as [`distinct_file_name`] has it, or as [`file_name`] where that is of one id only.
    pub fn read(folders: &[PictureFolder], ids: &BTreeSet<&str>) -> Self {
        let mut of_name: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for id in ids {
            of_name.entry(file_name(id)).or_default().push(id);
        }
        let mut seen = BTreeSet::new();
        let mut folders = folders.to_vec();
        folders.retain(|folder| {
            seen.insert(std::path::absolute(&folder.path).unwrap_or_else(|_| folder.path.clone()))
        });
        let (mut found, mut room) = (Self::default(), Room { pictures: EMBEDDED, bytes: TOGETHER_BYTES });
        for id in ids {
            let (own, plain) = (distinct_file_name(id), file_name(id));
            for folder in &folders {
                found.take(id, pictures(folder, &own), &mut room);
                if plain == own {
                    continue;
                }
                let pictures = pictures(folder, &plain);
                match of_name.get(&plain).map_or(&[][..], Vec::as_slice) {
                    [_] => found.take(id, pictures, &mut room),
                    several if !pictures.is_empty() => found.left_out.push(format!(
                        "{id}: pictures called {plain} may be of {}; call its own {own}",
                        several.join(" and of ")
                    )),
                    _ => {}
                }
            }
        }
        found
    }

    fn take(&mut self, id: &str, pictures: Vec<(String, PathBuf)>, room: &mut Room) {
        for (title, path) in pictures {
            match room.read(&path) {
                Ok(source) => {
                    self.by_id.entry(id.to_owned()).or_default().push(Flamegraph { title, source });
                }
                Err(why) => self.left_out.push(format!("{id}: {title}: {why}")),
            }
        }
    }

    /// Those of one benchmark.
    pub fn of(&self, id: &str) -> &[Flamegraph] {
        self.by_id.get(id).map_or(&[], Vec::as_slice)
    }
}

/// What may still be embedded.
struct Room {
    pictures: usize,
    bytes: usize,
}

impl Room {
    fn read(&mut self, path: &Path) -> Result<String, String> {
        if self.pictures == 0 {
            return Err(format!("a page holds {EMBEDDED} flamegraphs"));
        }
        let length = fs::metadata(path).map_err(|error| error.to_string())?.len();
        if length > LARGEST_BYTES {
            return Err(format!("{length} bytes are more than the {LARGEST_BYTES} that are embedded"));
        }
        let bytes = fs::read(path).map_err(|error| error.to_string())?;
        let source = format!("data:image/svg+xml;base64,{}", base64(&bytes));
        if source.len() > self.bytes {
            return Err(format!("a page holds {TOGETHER_BYTES} bytes of flamegraphs"));
        }
        self.pictures -= 1;
        self.bytes -= source.len();
        Ok(source)
    }
}

/// The pictures that go by this name, by title.
fn pictures(folder: &PictureFolder, name: &str) -> Vec<(String, PathBuf)> {
    let is_picture = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "svg");
    let mut found: Vec<PathBuf> = fs::read_dir(folder.path.join(name))
        .map(|entries| entries.flatten().map(|entry| entry.path()).filter(is_picture).collect())
        .unwrap_or_default();
    found.push(folder.path.join(format!("{name}.svg")));
    found.retain(|path| path.is_file());
    found.sort();
    let titled = |path: PathBuf| {
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let title = if stem == name { "flamegraph".to_owned() } else { stem.replace(['-', '_'], " ") };
        let of = folder.of.as_ref().map(|of| format!(", {of}")).unwrap_or_default();
        (title + &of, path)
    };
    found.into_iter().map(titled).collect()
}
