//! Recorded rounds in a file: one `perfkit.rounds/1` document a line, with the rule that they were declared under.

use std::{fs, path::Path};

use serde_json::{Value, json};

use super::rule::{FIRST_LOOK_ROUNDS, MAX_WORSENING};
use crate::format::{DocumentError, Rounds, document::write_whole, rounds::ROUNDS_SCHEMA};

/// The key of the declared gate beside the rounds.
const GATE: &str = "max_worsening";
/// The key of the declared first look.
const FIRST_LOOK: &str = "first_look";

/// The largest file that is read: a million rounds.
const FILE_LIMIT_BYTES: u64 = 256 * 1024 * 1024;

/// Note the declared rule beside the rounds, so that a replay asks the same question.
pub fn declare(rounds: &mut Rounds, max_worsening: f64, first_look: usize) {
    rounds.extra.insert(GATE.to_owned(), json!(max_worsening));
    rounds.extra.insert(FIRST_LOOK.to_owned(), json!(first_look));
}

/// The gate that was declared, or the one that holds without a declaration.
pub fn declared_gate(rounds: &Rounds) -> f64 {
    rounds.extra.get(GATE).and_then(Value::as_f64).unwrap_or(MAX_WORSENING)
}

/// The first look that was declared, or the usual one.
pub fn declared_first_look(rounds: &Rounds) -> usize {
    let declared = rounds.extra.get(FIRST_LOOK).and_then(Value::as_u64);
    declared.and_then(|rounds| usize::try_from(rounds).ok()).unwrap_or(FIRST_LOOK_ROUNDS)
}

/// Write all rounds, the whole file or nothing.
pub fn write(path: &Path, all: &[&Rounds]) -> Result<(), DocumentError> {
    let mut text = String::new();
    for rounds in all {
        // Through a value, whose keys are sorted.
        let line = serde_json::to_value(rounds).and_then(|value| serde_json::to_string(&value));
        text += &line.map_err(|source| DocumentError::Io { path: path.to_owned(), source: source.into() })?;
        text.push('\n');
    }
    write_whole(path, text.as_bytes())
}

/// Read documents one after the other; line breaks between them are as good as any other space.
pub fn read(path: &Path) -> Result<Vec<Rounds>, DocumentError> {
    let to_error = |source| DocumentError::Io { path: path.to_owned(), source };
    let size = fs::metadata(path).map_err(to_error)?.len();
    if size > FILE_LIMIT_BYTES {
        let why = format!("{size} bytes of rounds; at most {FILE_LIMIT_BYTES} are read");
        return Err(to_error(std::io::Error::new(std::io::ErrorKind::FileTooLarge, why)));
    }
    let text = fs::read_to_string(path).map_err(to_error)?;
    let documents = serde_json::Deserializer::from_str(&text).into_iter::<Value>();
    documents.map(|document| one(document, path)).collect()
}

fn one(document: Result<Value, serde_json::Error>, path: &Path) -> Result<Rounds, DocumentError> {
    let document = document.map_err(|source| DocumentError::NotJson { path: path.to_owned(), source })?;
    let found = document.get("schema").and_then(Value::as_str).unwrap_or("missing").to_owned();
    if found != ROUNDS_SCHEMA {
        return Err(DocumentError::WrongSchema { path: path.to_owned(), found, expected: ROUNDS_SCHEMA });
    }
    serde_json::from_value(document).map_err(|source| DocumentError::Misfit {
        path: path.to_owned(),
        expected: ROUNDS_SCHEMA,
        source,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::format::{Arm, ArmRound, Round};

    fn rounds(id: &str) -> Rounds {
        let side = ArmRound {
            wall_ns_min: 1.5,
            wall_ns_median: 2.0,
            cpu_ns_min: None,
            cpu_ns_median: None,
            waited: Some(0.25),
        };
        Rounds {
            schema: ROUNDS_SCHEMA.to_owned(),
            id: id.to_owned(),
            contended: false,
            rounds: vec![Round { first: Arm::B, a: side.clone(), b: side }],
            extra: BTreeMap::new(),
        }
    }

    #[test]
    fn what_is_written_is_read_with_its_rule() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rounds.jsonl");
        let (mut first, second) = (rounds("a"), rounds("b"));
        declare(&mut first, 0.05, 15);
        write(&path, &[&first, &second]).unwrap();
        let found = read(&path).unwrap();
        assert_eq!(found, [first, second]);
        assert_eq!((declared_gate(&found[0]), declared_first_look(&found[0])), (0.05, 15));
        assert_eq!(
            (declared_gate(&found[1]), declared_first_look(&found[1])),
            (MAX_WORSENING, FIRST_LOOK_ROUNDS)
        );
    }

    #[test]
    fn what_is_cut_short_or_of_another_schema_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rounds.jsonl");
        write(&path, &[&rounds("a")]).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, &text[..text.len() / 2]).unwrap();
        assert!(matches!(read(&path), Err(DocumentError::NotJson { .. })));
        fs::write(&path, text.replace("rounds/1", "rounds/2")).unwrap();
        assert!(matches!(read(&path), Err(DocumentError::WrongSchema { .. })));
        fs::write(&path, text.replace("\"wall_ns_min\":1.5", "\"wall_ns_min\":\"x\"")).unwrap();
        assert!(matches!(read(&path), Err(DocumentError::Misfit { .. })));
    }
}
