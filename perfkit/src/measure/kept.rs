//! A plan whose executables outlive the next build: copied into a folder of their own, under their own names, since
//! counts move with the length of an executable's name.

use std::{collections::BTreeMap, fs, io, path::PathBuf};

use tempfile::TempDir;

use super::Plan;

/// A plan and the folder of its executables, which goes when this does.
#[derive(Debug)]
pub struct Kept {
    /// The plan; its rows name the copies.
    pub plan: Plan,
    _folder: TempDir,
}

impl Kept {
    /// Copy the executables that time and count.
    pub fn copy(mut plan: Plan) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("perfkit-kept-").tempdir()?;
        let mut copies: BTreeMap<PathBuf, PathBuf> = BTreeMap::new();
        for row in &mut plan.rows {
            let number = copies.len();
            let from = row.time.path.clone();
            let to = match copies.get(&from) {
                Some(to) => to.clone(),
                None => {
                    let own = folder.path().join(number.to_string());
                    fs::create_dir(&own)?;
                    let to = own.join(from.file_name().unwrap_or_default());
                    fs::copy(&from, &to)?;
                    copies.insert(from, to.clone());
                    to
                }
            };
            row.time.path = to;
        }
        Ok(Self { plan, _folder: folder })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{
        format::Benchmark,
        instrument::{Dialect, Executable},
        measure::{Planned, RowKind},
    };

    #[test]
    fn what_is_built_over_the_original_does_not_reach_the_copy() {
        let built = tempfile::tempdir().unwrap();
        let path = built.path().join("bench-0123");
        fs::write(&path, "old").unwrap();
        let row = |id: &str| Planned {
            benchmark: Benchmark::new(id),
            time: Executable {
                package: "p".to_owned(),
                target: "t".to_owned(),
                path: path.clone(),
                package_root: built.path().to_owned(),
                environment: BTreeMap::new(),
            },
            allocs: None,
            dialect: Dialect::HARNESS,
            counted_operations: None,
            contended: false,
            modes: Vec::new(),
            latency_rate: 0,
            kind: RowKind::Operation,
            instruments: BTreeSet::new(),
        };
        let kept = Kept::copy(Plan { rows: vec![row("a"), row("b")], ..Plan::default() }).unwrap();
        fs::write(&path, "new").unwrap();
        let copies: BTreeSet<PathBuf> = kept.plan.rows.iter().map(|row| row.time.path.clone()).collect();
        assert_eq!(copies.len(), 1);
        let copy = copies.first().unwrap();
        assert_eq!(fs::read_to_string(copy).unwrap(), "old");
        assert_eq!(copy.file_name(), path.file_name());
    }
}
