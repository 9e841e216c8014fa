//! The command line of a Criterion executable, which differs between its versions. Asking for it is a process, so it is
//! asked once for each executable, when its benchmarks are listed.

use std::time::Duration;

use super::super::{Executable, InstrumentError};

/// How a Criterion executable picks one benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// `--exact ID`.
    Exact,
    /// A regular expression; versions before 0.4.
    Pattern,
}

impl Dialect {
    /// That of the Criterion that perfkit's harness brings.
    pub const HARNESS: Self = Self::Exact;

    /// Ask the executable for its options. Anything that is not Criterion is [`InstrumentError::NotCriterion`].
    pub fn of(executable: &Executable) -> Result<Self, InstrumentError> {
        let not_criterion = |found: &str| InstrumentError::NotCriterion {
            target: executable.name(),
            found: found.to_owned(),
        };
        let help = match executable.process().args(&["--bench", "--help"]).run() {
            Ok(output) => output.stdout,
            Err(InstrumentError::ProcessFailed { .. }) => {
                return Err(not_criterion("an executable without --help"));
            }
            Err(error) => return Err(error),
        };
        match help.as_str() {
            help if !help.contains("--noplot") && help.contains("--test-threads") => {
                Err(not_criterion("a libtest harness"))
            }
            help if !help.contains("--noplot") => Err(not_criterion("a harness of another kind")),
            help if help.contains("--exact") => Ok(Self::Exact),
            _ => Ok(Self::Pattern),
        }
    }

    /// The arguments that pick `id` and nothing else.
    pub fn pick(self, id: &str) -> Vec<String> {
        match self {
            Self::Exact => vec!["--exact".to_owned(), id.to_owned()],
            Self::Pattern => vec![format!("^{}$", escape(id))],
        }
    }

    /// A length of time; versions before 0.4 take whole seconds only.
    pub fn seconds(self, duration: Duration) -> String {
        match self {
            Self::Exact => duration.as_secs_f64().to_string(),
            Self::Pattern => duration.as_secs_f64().ceil().max(1.0).to_string(),
        }
    }
}

/// `id` as a regular expression that matches itself.
fn escape(id: &str) -> String {
    let mut escaped = String::with_capacity(id.len());
    for character in id.chars() {
        if matches!(
            character,
            '\\' | '.'
                | '+'
                | '*'
                | '?'
                | '('
                | ')'
                | '|'
                | '['
                | ']'
                | '{'
                | '}'
                | '^'
                | '$'
                | '#'
                | '&'
                | '-'
                | '~'
        ) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_criterion_gets_whole_seconds() {
        assert_eq!(Dialect::Pattern.seconds(Duration::from_millis(300)), "1");
        assert_eq!(Dialect::Exact.seconds(Duration::from_millis(300)), "0.3");
    }

    #[test]
    fn an_old_criterion_gets_an_anchored_escaped_pattern() {
        assert_eq!(Dialect::Pattern.pick("seal/1.5 KiB (x+y)"), [r"^seal/1\.5 KiB \(x\+y\)$"]);
        assert_eq!(Dialect::Exact.pick("seal/64"), ["--exact", "seal/64"]);
    }
}
