//! The benchmark ids of a Criterion executable that is not written against the harness.

use super::{
    super::{Executable, InstrumentError},
    Dialect,
};

/// How Criterion's versions mark a benchmark in their lists.
const MARKS: [&str; 2] = [": benchmark", ": bench"];

/// The full ids, and how the executable picks one. [`InstrumentError::NotCriterion`] says what the executable is instead, so that it can be skipped.
pub fn criterion_list(executable: &Executable) -> Result<(Dialect, Vec<String>), InstrumentError> {
    let dialect = Dialect::of(executable)?;
    // `--format terse` is ignored by versions that print the same lines without it.
    let listed = match executable.process().args(&["--bench", "--list", "--format", "terse"]).run() {
        Err(InstrumentError::ProcessFailed { .. }) => {
            executable.process().args(&["--bench", "--list"]).run()?
        }
        outcome => outcome?,
    };
    Ok((dialect, parse(&listed.stdout)))
}

/// Lines that are not benchmarks are whatever the benches themselves print while they are set up.
fn parse(text: &str) -> Vec<String> {
    let id = |line: &str| MARKS.iter().find_map(|mark| line.strip_suffix(mark)).map(str::to_owned);
    text.lines().filter_map(|line| id(line.trim_end())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_taken_from_both_spellings() {
        let text = "seal/64: benchmark\nopen: a thing/1: bench\n\nsetting up\n2 tests, 0 benchmarks\n";
        assert_eq!(parse(text), ["seal/64", "open: a thing/1"]);
    }
}
