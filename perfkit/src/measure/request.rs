//! What a command line asks for, and which ids that selects.

use crate::format::{
    Config, Mode, Selected, Suite,
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
    /// Whether this instrument was asked for.
    pub fn wants(&self, instrument: Instrument) -> bool {
        self.instruments.is_empty() || self.instruments.contains(&instrument)
    }

    /// The suite that shapes the build, by its name; empty for the default build. The error names an unknown suite.
    pub fn variant(&self, config: &Config) -> Result<String, String> {
        for name in &self.suites {
            let suite = config.suite(name)?;
            if suite.has_own_build() {
                return Ok(suite.name.clone());
            }
        }
        Ok(String::new())
    }

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

    /// Whether a suite of this id allows the instrument.
    pub fn allows(&self, id: &str, instrument: Instrument) -> bool {
        let in_suite = |suite: &&Suite| suite.select.matches(id) && !suite.exclude.matches(id);
        let mut of_id = self.suites.iter().filter(in_suite).peekable();
        of_id.peek().is_none() || of_id.any(|suite| lists(suite, instrument))
    }

    /// Whether any suite that was asked for allows the instrument.
    pub fn allows_any(&self, instrument: Instrument) -> bool {
        self.suites.is_empty() || self.suites.iter().any(|suite| lists(suite, instrument))
    }

    /// The suite that is built with features or an environment of its own.
    pub fn own_build(&self) -> Option<&Suite> {
        self.suites.iter().find(|suite| suite.has_own_build())
    }
}

fn lists(suite: &Suite, instrument: Instrument) -> bool {
    suite.instruments.as_ref().is_none_or(|list| list.contains(&instrument))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_suite_allows_its_own_instruments_for_its_own_ids() {
        let suite = |name: &str, instrument: &str| {
            format!("[[suite]]\nname = \"{name}\"\nselect = \"{name}/*\"\ninstruments = [\"{instrument}\"]\n")
        };
        let (a, b) = (suite("a", "count"), suite("b", "time"));
        let config = Config::parse(&format!("schema = \"perfkit.config/1\"\n{a}{b}")).unwrap();
        let selection = Selection { suites: config.suites, filters: Patterns::default() };
        let allowed = |id, instrument| selection.allows(id, instrument);
        assert!(allowed("a/x", Instrument::Count) && allowed("b/x", Instrument::Time));
        assert!(!allowed("a/x", Instrument::Time) && !allowed("b/x", Instrument::Count));
        assert!(selection.allows_any(Instrument::Time) && !selection.allows_any(Instrument::Size));
        assert!(Selection::default().allows_any(Instrument::Size));
    }
}
