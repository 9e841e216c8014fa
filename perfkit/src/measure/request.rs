//! What a command line asks for, and which ids that selects.

use crate::format::{
    Mode, Selected, Suite,
    config::{Instrument, Patterns},
};

/// What a command line asks for.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Names of suites; everything when empty.
    pub suites: Vec<String>,
    /// Patterns over ids; everything when empty.
    pub filters: Vec<String>,
    /// Instruments; all that apply when empty.
    pub instruments: Vec<Instrument>,
    /// How thoroughly.
    pub mode: Mode,
    /// Rounds of fresh processes, where the mode's own number is not wanted.
    pub rounds: Option<u32>,
}

impl Request {
    /// As the run document records it.
    pub fn selected(&self) -> Selected {
        Selected {
            suites: self.suites.clone(),
            filters: self.filters.clone(),
            instruments: self.instruments.iter().map(|instrument| instrument.name()).collect(),
        }
    }
}

/// Which ids were asked for.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    pub(super) suites: Vec<Suite>,
    pub(super) filters: Patterns,
}

impl Selection {
    /// Whether this id was asked for.
    pub fn contains(&self, id: &str) -> bool {
        let in_suite = |suite: &Suite| suite.select.matches(id) && !suite.exclude.matches(id);
        let in_suites = self.suites.is_empty() || self.suites.iter().any(in_suite);
        in_suites && (self.filters.is_empty() || self.filters.matches(id))
    }

    /// Whether everything was asked for.
    pub fn is_whole(&self) -> bool {
        self.suites.is_empty() && self.filters.is_empty()
    }

    /// The instruments that the suites of this id allow.
    pub fn allows(&self, id: &str, instrument: Instrument) -> bool {
        let in_suite = |suite: &&Suite| suite.select.matches(id) && !suite.exclude.matches(id);
        let mut of_id = self.suites.iter().filter(in_suite).peekable();
        of_id.peek().is_none()
            || of_id.any(|suite| suite.instruments.as_ref().is_none_or(|list| list.contains(&instrument)))
    }
}
