//! A corpus of rounds: one long interleaving of several arms, one array of numbers a round, so that a hundred comparisons
//! worth of rounds stay a file that a repository can hold.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{
    Arm, ArmRound, DocumentError, Fingerprint, Round, Rounds,
    document::{parse_document, text_with_rows, write_whole},
    rounds::ROUNDS_SCHEMA,
};

/// The schema of a corpus.
pub const CORPUS_SCHEMA: &str = "perfkit.corpus/1";

/// Numbers that each arm has in a round: the fields of [`ArmRound`] in their order.
const NUMBERS_PER_ARM: usize = 5;

/// Recorded rounds of several arms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Corpus {
    /// [`CORPUS_SCHEMA`].
    pub schema: String,
    /// What else the machine was doing: `quiet`, `loaded`.
    pub condition: String,
    /// The machine.
    pub machine: Fingerprint,
    /// The kernel.
    pub kernel: String,
    /// Which perfkit, and how it was built; empty where that was not kept.
    #[serde(default)]
    pub build: String,
    /// The length of one arm's round.
    pub milliseconds: u64,
    /// When rounds were recorded, and at what load.
    pub sessions: Vec<Session>,
    /// Which benchmark each arm is.
    pub arms: Vec<String>,
    /// In the order in which they ran: the place of each arm in its round, from 0, and then [`ArmRound`]'s five fields
    /// of each arm; what was not recorded is null.
    pub rounds: Vec<Vec<Option<f64>>>,
}

/// An uninterrupted part of a recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// The day, UTC.
    pub date: String,
    /// The one-minute load average at its beginning, before anything was measured.
    pub load_before: Option<f64>,
    /// Rounds or trials that it added.
    pub added: usize,
}

impl Corpus {
    /// Read one.
    pub fn read(path: &Path) -> Result<Self, DocumentError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| DocumentError::Io { path: path.to_owned(), source })?;
        parse_document(&text, path, CORPUS_SCHEMA)
    }

    /// Write it whole.
    pub fn write(&self, path: &Path) -> Result<(), DocumentError> {
        let text = text_with_rows(self, "rounds")
            .map_err(|source| DocumentError::Io { path: path.to_owned(), source: source.into() })?;
        write_whole(path, text.as_bytes())
    }

    /// Add a round: the arms in the order in which they ran, each with what it measured. Times keep hundredths of a
    /// nanosecond, shares ten-thousandths.
    pub fn push(&mut self, order: &[usize], measured: &[ArmRound]) {
        let place = |arm: usize| order.iter().position(|ran| *ran == arm).map(|place| place as f64);
        let mut row: Vec<Option<f64>> = (0..measured.len()).map(place).collect();
        for arm in measured {
            let hundredths = |value: f64| (value * 100.0).round() / 100.0;
            row.push(Some(hundredths(arm.wall_ns_min)));
            row.push(Some(hundredths(arm.wall_ns_median)));
            row.push(arm.cpu_ns_min.map(hundredths));
            row.push(arm.cpu_ns_median.map(hundredths));
            row.push(arm.waited.map(|share| (share * 1e4).round() / 1e4));
        }
        self.rounds.push(row);
    }

    /// Two of the arms as a comparison; `None` if a name is no arm or a round is not of this form.
    pub fn comparison(&self, a: &str, b: &str) -> Option<Rounds> {
        let arm = |name: &str| self.arms.iter().position(|arm| arm == name);
        let (a, b) = (arm(a)?, arm(b)?);
        let rounds: Option<Vec<Round>> = self.rounds.iter().map(|row| self.round(row, a, b)).collect();
        Some(Rounds {
            schema: ROUNDS_SCHEMA.to_owned(),
            id: self.arms.get(b)?.clone(),
            contended: false,
            rounds: rounds?,
            extra: std::collections::BTreeMap::new(),
        })
    }

    fn round(&self, row: &[Option<f64>], a: usize, b: usize) -> Option<Round> {
        if row.len() != self.arms.len() * (1 + NUMBERS_PER_ARM) {
            return None;
        }
        let side = |arm: usize| {
            let start = self.arms.len() + arm * NUMBERS_PER_ARM;
            let numbers = row.get(start..start + NUMBERS_PER_ARM)?;
            let [wall_ns_min, wall_ns_median, cpu_ns_min, cpu_ns_median, waited] = numbers else {
                return None;
            };
            Some(ArmRound {
                wall_ns_min: (*wall_ns_min)?,
                wall_ns_median: (*wall_ns_median)?,
                cpu_ns_min: *cpu_ns_min,
                cpu_ns_median: *cpu_ns_median,
                waited: *waited,
            })
        };
        let a_is_first = row.get(a)? < row.get(b)?;
        Some(Round { first: if a_is_first { Arm::A } else { Arm::B }, a: side(a)?, b: side(b)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arm(ns: f64) -> ArmRound {
        ArmRound {
            wall_ns_min: ns,
            wall_ns_median: ns + 1.0,
            cpu_ns_min: Some(ns - 0.5),
            cpu_ns_median: None,
            waited: Some(0.125),
        }
    }

    fn corpus() -> Corpus {
        let mut corpus = Corpus {
            schema: CORPUS_SCHEMA.to_owned(),
            condition: "quiet".to_owned(),
            machine: Fingerprint::default(),
            kernel: "6.1".to_owned(),
            build: "perfkit 0, optimised".to_owned(),
            milliseconds: 200,
            sessions: vec![Session { date: "2026-01-02".to_owned(), load_before: Some(0.1), added: 2 }],
            arms: vec!["base".to_owned(), "same".to_owned(), "slow".to_owned()],
            rounds: Vec::new(),
        };
        corpus.push(&[0, 1, 2], &[arm(100.0), arm(101.0), arm(105.0)]);
        corpus.push(&[2, 1, 0], &[arm(100.5), arm(101.5), arm(105.5)]);
        corpus
    }

    #[test]
    fn what_was_recorded_is_read_back_as_a_comparison() {
        let rounds = corpus().comparison("base", "slow").unwrap();
        assert_eq!(rounds.rounds[0], Round { first: Arm::A, a: arm(100.0), b: arm(105.0) });
        assert_eq!(rounds.rounds[1], Round { first: Arm::B, a: arm(100.5), b: arm(105.5) });
        assert_eq!(corpus().comparison("base", "other"), None);
    }

    #[test]
    fn a_round_is_one_line_and_a_file_reads_back_as_itself() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("corpus.json");
        corpus().write(&path).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("    [0.0,1.0,2.0,100.0,101.0,99.5,null,0.125,101.0,"), "{text}");
        assert_eq!(Corpus::read(&path).unwrap(), corpus());
    }

    #[test]
    fn a_round_of_another_form_is_no_comparison() {
        let mut broken = corpus();
        broken.rounds[1].pop();
        assert_eq!(broken.comparison("base", "same"), None);
    }
}
