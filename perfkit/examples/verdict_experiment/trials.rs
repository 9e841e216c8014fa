//! A file of trials: one line each, continued by every call.

use std::{collections::BTreeMap, path::Path};

use perfkit::{
    format::{
        DocumentError,
        document::{parse_document, text_with_rows, write_whole},
        trials::TRIALS_SCHEMA,
    },
    host,
};

pub use perfkit::format::trials::{Trial, Trials};

use crate::{Condition, ExperimentError, kernel, same_machine};

/// The file of one method's trials under one condition.
pub trait TrialsFile: Sized {
    /// Those recorded before by this method, or none yet.
    fn open(data: &Path, name: &str, condition: Condition, method: String) -> Result<Self, ExperimentError>;

    /// Those recorded before, if any.
    fn read(data: &Path, name: &str, condition: Condition) -> Result<Option<Self>, ExperimentError>;

    /// Add one and write the file.
    fn keep(
        &mut self,
        data: &Path,
        name: &str,
        condition: Condition,
        trial: Trial,
    ) -> Result<(), ExperimentError>;
}

impl TrialsFile for Trials {
    fn open(data: &Path, name: &str, condition: Condition, method: String) -> Result<Self, ExperimentError> {
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
                extra: BTreeMap::new(),
            }),
        }
    }

    fn read(data: &Path, name: &str, condition: Condition) -> Result<Option<Self>, ExperimentError> {
        let path = file(data, name, condition);
        if !path.exists() {
            return Ok(None);
        }
        let text = std::fs::read_to_string(&path)
            .map_err(|source| ExperimentError::Io { what: path.display().to_string(), source })?;
        Ok(Some(parse_document(&text, &path, TRIALS_SCHEMA)?))
    }

    fn keep(
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
}

fn file(data: &Path, name: &str, condition: Condition) -> std::path::PathBuf {
    data.join(format!("{name}-{}.json", condition.word()))
}

/// Four digits behind the point are a hundredth of a per cent.
pub fn rounded(value: f64) -> f64 {
    (value * 1e5).round() / 1e5
}
