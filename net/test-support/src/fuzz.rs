//! Properties of fuzz targets as tests: over their corpora, over random bytes, and over corpora that were damaged.
//!
//! A property takes any bytes and panics where it does not hold. `source` is the test's own `file!()`, beside which
//! proptest keeps what once failed.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{TestCaseResult, TestRunner};
use std::fmt::Debug;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A fuzz target's name and what it holds its input to.
pub type Property = (&'static str, fn(&[u8]));

/// Fewer inputs are no corpus.
const LEAST_INPUTS: usize = 2;

/// The corpora of one crate's fuzz targets: `fuzz/corpus/<target>` below its manifest.
#[derive(Debug, Clone)]
pub struct Corpora(PathBuf);

impl Corpora {
    /// Those of the crate at `manifest_folder`, its `CARGO_MANIFEST_DIR`.
    pub fn of(manifest_folder: &str) -> Self {
        Self(Path::new(manifest_folder).join("fuzz/corpus"))
    }

    /// The inputs of a target, by their files' names.
    ///
    /// # Panics
    ///
    /// Where there is no corpus.
    pub fn inputs(&self, target: &str) -> Vec<Vec<u8>> {
        let folder = self.0.join(target);
        let read = || -> io::Result<Vec<Vec<u8>>> {
            let files = fs::read_dir(&folder)?.map(|entry| Ok(entry?.path()));
            let mut files: Vec<PathBuf> = files.collect::<io::Result<_>>()?;
            files.sort();
            files.iter().map(fs::read).collect()
        };
        let inputs = read().unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        assert!(inputs.len() >= LEAST_INPUTS, "{target} has no corpus");
        inputs
    }

    /// Replace a target's corpus; a number of `digits` digits names each input.
    ///
    /// # Panics
    ///
    /// Where a file cannot be written.
    pub fn write(&self, target: &str, mut inputs: Vec<Vec<u8>>, digits: usize) {
        inputs.sort();
        inputs.dedup();
        let folder = self.0.join(target);
        let _ = fs::remove_dir_all(&folder);
        let written = fs::create_dir_all(&folder).and_then(|()| {
            let mut numbered = inputs.iter().enumerate();
            numbered.try_for_each(|(number, input)| {
                fs::write(folder.join(format!("vector-{number:0digits$}")), input)
            })
        });
        written.unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    }

    /// Every property over the corpus of its target.
    ///
    /// # Panics
    ///
    /// Where one does not hold.
    pub fn hold(&self, properties: &[Property]) {
        for (target, property) in properties {
            self.inputs(target).iter().for_each(|input| property(input));
        }
    }

    /// Every property over inputs of its corpus with up to three bytes changed and up to three cut off.
    ///
    /// # Panics
    ///
    /// Where one does not hold.
    pub fn hold_damaged(&self, properties: &[Property], source: &'static str) {
        let corpora: Vec<_> =
            properties.iter().map(|(target, property)| (self.inputs(target), property)).collect();
        let damage = (any::<Index>(), vec((any::<Index>(), any::<u8>()), 0..4), 0..4usize);
        over(source, &damage, |(pick, flips, cut)| {
            for (inputs, property) in &corpora {
                let mut input = pick.get(inputs).clone();
                for (at, byte) in &flips {
                    if !input.is_empty() {
                        let at = at.index(input.len());
                        input[at] = *byte;
                    }
                }
                input.truncate(input.len().saturating_sub(cut));
                property(&input);
            }
            Ok(())
        });
    }
}

/// Every property over random bytes, fewer than `below` of them.
///
/// # Panics
///
/// Where one does not hold.
pub fn hold_for_random_bytes(properties: &[Property], below: usize, source: &'static str) {
    over(source, &vec(any::<u8>(), 0..below), |data| {
        properties.iter().for_each(|(_, property)| property(&data));
        Ok(())
    });
}

/// As the macro `proptest!` runs its tests.
fn over<S: Strategy>(source: &'static str, strategy: &S, test: impl Fn(S::Value) -> TestCaseResult)
where
    S::Value: Debug,
{
    let config = ProptestConfig { source_file: Some(source), ..ProptestConfig::default() };
    let mut runner = TestRunner::new(config);
    if let Err(error) = runner.run(strategy, test) {
        panic!("{error}\n{runner}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(_: &[u8]) {}

    fn holds_for_little(data: &[u8]) {
        assert!(data.len() < 100, "planted");
    }

    fn damaged_alone_breaks(data: &[u8]) {
        assert!(data == [0; 8] || data == [1; 8], "planted");
    }

    /// A corpus in a folder of its own, which the test removes.
    fn corpora(name: &str, inputs: &[&[u8]]) -> (PathBuf, Corpora) {
        let unique = format!("test-support-{}-{name}", std::process::id());
        let folder = std::env::temp_dir().join(unique);
        let corpora = Corpora::of(&folder.display().to_string());
        corpora.write("target", inputs.iter().map(|input| input.to_vec()).collect(), 2);
        (folder, corpora)
    }

    fn fails(test: impl FnOnce() + std::panic::UnwindSafe) -> bool {
        std::panic::catch_unwind(test).is_err()
    }

    #[test]
    fn a_planted_failure_is_found_by_random_bytes() {
        hold_for_random_bytes(&[("target", holds_for_little)], 100, file!());
        // Nothing is kept of a failure that is meant.
        assert!(fails(|| hold_for_random_bytes(&[("target", holds_for_little)], 9000, "nowhere")));
    }

    #[test]
    fn a_planted_failure_is_found_in_a_corpus_and_in_a_damaged_one() {
        let (folder, found) = corpora("small", &[&[0; 8], &[1; 8], &[1; 8]]);
        assert_eq!(found.inputs("target"), [[0; 8], [1; 8]]);
        found.hold(&[("target", holds), ("target", damaged_alone_breaks)]);
        let damaged = found.clone();
        assert!(fails(move || damaged.hold_damaged(&[("target", damaged_alone_breaks)], "nowhere")));
        let (other, large) = corpora("large", &[&[0; 200], &[1; 8]]);
        assert!(fails(move || large.hold(&[("target", holds_for_little)])));
        for folder in [folder, other] {
            fs::remove_dir_all(folder).unwrap();
        }
    }

    #[test]
    fn one_input_is_no_corpus() {
        let (folder, found) = corpora("single", &[&[0; 8]]);
        assert!(fails(move || found.hold(&[("target", holds)])));
        fs::remove_dir_all(folder).unwrap();
    }
}
