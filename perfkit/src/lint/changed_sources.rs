//! The bench sources that changed since the counted baseline was accepted, and which of them names a benchmark.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::evidence::prefix;
use crate::{
    format::{Baseline, Benchmark},
    workspace::{Workspace, revision},
};

/// Source files that are searched for ids; benches have a handful.
const SOURCES_LIMIT: usize = 1000;

/// The changed files of a workspace.
pub struct ChangedSources {
    /// Relative to the workspace root, with their text.
    files: Vec<(PathBuf, String)>,
    root: PathBuf,
}

impl ChangedSources {
    /// What changed since a baseline; nothing without one.
    pub fn since(workspace: &Workspace, baseline: Option<&Baseline>) -> Self {
        let changed = baseline
            .map(|baseline| revision::changed_since(&workspace.root, &baseline.acceptance.revision))
            .unwrap_or_default();
        let rust = changed.into_iter().filter(|path| path.extension().is_some_and(|e| e == "rs"));
        let read = |path: PathBuf| Some((path.clone(), fs::read_to_string(workspace.root.join(&path)).ok()?));
        Self { files: rust.take(SOURCES_LIMIT).filter_map(read).collect(), root: workspace.root.clone() }
    }

    /// The changed file of this package that names a benchmark.
    pub fn of(&self, row: &Benchmark, package_root: &Path) -> Option<String> {
        let defines = |(path, text): &&(PathBuf, String)| {
            self.root.join(path).starts_with(package_root) && names(text, row)
        };
        self.files.iter().find(defines).map(|(path, _)| path.display().to_string())
    }
}

/// Whether a source holds the id, with or without its parameter: in one literal, or as Criterion's groups have it, group
/// and function in one each.
fn names(text: &str, row: &Benchmark) -> bool {
    let literal = |name: &str| !name.is_empty() && text.contains(&format!("\"{name}\""));
    let in_two =
        |name: &str| name.match_indices('/').any(|(at, _)| literal(&name[..at]) && literal(&name[at + 1..]));
    // A parameter that is no number is known by its place: behind group and function.
    let behind_two = row.id.rsplit_once('/').map(|(before, _)| before).filter(|before| before.contains('/'));
    let mut spellings = [row.id.as_str(), prefix(row)].into_iter().chain(behind_two);
    spellings.any(|name| literal(name) || in_two(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_names_an_id_in_one_piece_or_by_group_and_function() {
        let sized = |id: &str, size: u64| Benchmark { size, ..Benchmark::new(id) };
        let grouped = r#"c.benchmark_group("parse"); group.bench_function("short", run)"#;
        assert!(names(grouped, &Benchmark::new("parse/short")));
        assert!(names(grouped, &sized("parse/short/64", 64)));
        assert!(names(grouped, &Benchmark::new("parse/short/small")));
        assert!(!names(grouped, &Benchmark::new("parse/long")), "the function is another");
        assert!(!names(grouped, &Benchmark::new("print/short")), "the group is another");
        assert!(names(r#"row("wire/decode")"#, &sized("wire/decode/64", 64)));
        assert!(names(r#"group("parse").with(from_parameter(64))"#, &sized("parse/64", 64)));
        assert!(!names(r#"group("parse")"#, &Benchmark::new("parse/short")));
    }
}
