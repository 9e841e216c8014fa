//! A file of trials: one line each, continued by every call.

use std::path::Path;

use perfkit::{
    ab::Change,
    format::{
        DocumentError, Fingerprint,
        corpus::Session,
        document::{parse_document, text_with_rows, write_whole},
    },
    host,
};
use serde::{Deserialize, Serialize};

use crate::{Condition, ExperimentError, kernel, same_machine};

const TRIALS_SCHEMA: &str = "perfkit.verdict-trials/1";

/// Trials under one condition.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Trials {
    pub schema: String,
    pub condition: String,
    /// Who judged, and by what.
    pub method: String,
    pub machine: Fingerprint,
    pub kernel: String,
    pub sessions: Vec<Session>,
    pub trials: Vec<Trial>,
}

/// One comparison of the base with another benchmark.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Trial {
    /// The other benchmark.
    pub id: String,
    /// What was said.
    pub verdict: Change,
    /// New over old.
    pub ratio: Option<f64>,
    /// The ends of its interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<(f64, f64)>,
    /// Rounds that the verdict took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounds: Option<usize>,
    /// How long it took.
    pub seconds: f64,
}

impl Trials {
    /// Those recorded before by this method, or none yet.
    pub fn open(
        data: &Path,
        name: &str,
        condition: Condition,
        method: String,
    ) -> Result<Self, ExperimentError> {
        let path = file(data, name, condition);
        match Self::read(data, name, condition)? {
            Some(trials) if trials.method != method => Err(ExperimentError::Refused(format!(
                "{} was recorded by another method ({}; now {method}); give another folder with --data",
                path.display(),
                trials.method
            ))),
            Some(trials) => same_machine(&trials.machine, &path).map(|()| trials),
            None => Ok(Self {
                schema: TRIALS_SCHEMA.to_owned(),
                condition: condition.word().to_owned(),
                method,
                machine: host::fingerprint(),
                kernel: kernel(),
                sessions: Vec::new(),
                trials: Vec::new(),
            }),
        }
    }

    /// Those recorded before, if any.
    pub fn read(data: &Path, name: &str, condition: Condition) -> Result<Option<Self>, ExperimentError> {
        let path = file(data, name, condition);
        if !path.exists() {
            return Ok(None);
        }
        let text = std::fs::read_to_string(&path)
            .map_err(|source| ExperimentError::Io { what: path.display().to_string(), source })?;
        Ok(Some(parse_document(&text, &path, TRIALS_SCHEMA)?))
    }

    /// Add one and write the file.
    pub fn keep(
        &mut self,
        data: &Path,
        name: &str,
        condition: Condition,
        trial: Trial,
    ) -> Result<(), ExperimentError> {
        self.trials.push(trial);
        if let Some(session) = self.sessions.last_mut() {
            session.added += 1;
        }
        let path = file(data, name, condition);
        let text = text_with_rows(self, "trials")
            .map_err(|source| DocumentError::Io { path: path.clone(), source: source.into() })?;
        Ok(write_whole(&path, text.as_bytes())?)
    }

    /// Trials of one benchmark.
    pub fn of<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Trial> {
        self.trials.iter().filter(move |trial| trial.id == id)
    }

    /// The benchmark that lacks most of its share; `None` once all have what is wanted.
    pub fn next(&self, wanted: &[(&'static str, usize)]) -> Option<&'static str> {
        let share = |(id, wanted): &(&'static str, usize)| self.of(id).count() as f64 / *wanted as f64;
        let open = wanted.iter().filter(|entry| entry.1 > 0 && share(entry) < 1.0);
        open.min_by(|left, right| share(left).total_cmp(&share(right))).map(|(id, _)| *id)
    }
}

fn file(data: &Path, name: &str, condition: Condition) -> std::path::PathBuf {
    data.join(format!("{name}-{}.json", condition.word()))
}

/// Four digits behind the point are a hundredth of a per cent.
pub fn rounded(value: f64) -> f64 {
    (value * 1e5).round() / 1e5
}
