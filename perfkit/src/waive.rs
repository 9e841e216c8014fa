//! A waiver appended to `perfkit.toml`: the text that people wrote stays as it is, comments and all, and what comes out
//! reads back as a configuration with exactly one waiver more.

use thiserror::Error;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use crate::format::Config;

/// A waiver to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct NewWaiver {
    /// Names it in reports.
    pub id: String,
    /// The ids that it covers.
    pub select: String,
    /// The metric.
    pub metric: String,
    /// The largest worsening, as a fraction.
    pub max_worsening: f64,
    /// The largest worsening, absolute; 0 where only the fraction counts.
    pub slack: f64,
    /// Why.
    pub reason: String,
    /// Upstream crate and version.
    pub cause: String,
    /// Who looks after it.
    pub owner: String,
    /// `YYYY-MM-DD`.
    pub created: String,
    /// `YYYY-MM-DD`.
    pub expires: String,
}

/// Why nothing was written.
#[derive(Debug, Error)]
pub enum WaiveError {
    /// The file as it stands is no configuration.
    #[error("{0}")]
    Unreadable(String),
    /// `waiver` is there and is not a list of tables.
    #[error("`waiver` in the file is not written as [[waiver]] tables; write it so, or add this one by hand")]
    NotTables,
    /// One of that name is there.
    #[error("a waiver is called {0:?} already; renew it there, or name this one with --name")]
    Known(String),
    /// The words or the numbers make no sense.
    #[error("{0}")]
    Senseless(String),
}

/// The text with the waiver at its end.
pub fn append(text: &str, waiver: &NewWaiver) -> Result<String, WaiveError> {
    let before = Config::parse(text).map_err(WaiveError::Unreadable)?;
    if before.waivers.iter().any(|known| known.id == waiver.id) {
        return Err(WaiveError::Known(waiver.id.clone()));
    }
    let mut document: DocumentMut =
        text.parse().map_err(|error: toml_edit::TomlError| WaiveError::Unreadable(error.to_string()))?;
    let waivers = document.entry("waiver").or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    waivers.as_array_of_tables_mut().ok_or(WaiveError::NotTables)?.push(table(waiver));
    let text = document.to_string();
    // What is written is what will be read, and checked as if it had been written by hand.
    let after = Config::parse(&text).map_err(WaiveError::Senseless)?;
    if after.waivers.len() == before.waivers.len() + 1 { Ok(text) } else { Err(WaiveError::NotTables) }
}

fn table(waiver: &NewWaiver) -> Table {
    let mut table = Table::new();
    table.decor_mut().set_prefix("\n");
    table.insert("id", value(&waiver.id));
    table.insert("select", value(&waiver.select));
    table.insert("metric", value(&waiver.metric));
    table.insert("max_worsening", value(waiver.max_worsening));
    if waiver.slack != 0.0 {
        table.insert("slack", value(waiver.slack));
    }
    table.insert("reason", value(&waiver.reason));
    table.insert("cause", value(&waiver.cause));
    table.insert("owner", value(&waiver.owner));
    table.insert("created", value(&waiver.created));
    table.insert("expires", value(&waiver.expires));
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Ours.\nschema = \"perfkit.config/1\"   # the form\n\n[[gate]]\nselect = \"**\"\n\
                        metric = \"counted\"\nkind = \"relative\" # exact\n";

    fn waiver() -> NewWaiver {
        NewWaiver {
            id: "w".to_owned(),
            select: "a/**".to_owned(),
            metric: "ir".to_owned(),
            max_worsening: 0.05,
            slack: 0.0,
            reason: "said \"so\"".to_owned(),
            cause: "c@1.0.0".to_owned(),
            owner: "me".to_owned(),
            created: "2026-03-05".to_owned(),
            expires: "2026-06-05".to_owned(),
        }
    }

    #[test]
    fn what_people_wrote_stays_and_what_is_added_reads_back() {
        let once = append(TEXT, &waiver()).unwrap();
        assert!(once.starts_with(TEXT), "{once}");
        let twice = append(&once, &NewWaiver { id: "x".to_owned(), ..waiver() }).unwrap();
        assert!(twice.starts_with(&once), "{twice}");
        let config = Config::parse(&twice).unwrap();
        assert_eq!(config.waivers[0].reason, "said \"so\"");
        assert_eq!(config.waivers[1].id, "x");
    }

    #[test]
    fn a_slack_alone_is_leave_enough() {
        let text = append(TEXT, &NewWaiver { max_worsening: 0.0, slack: 1.0, ..waiver() }).unwrap();
        let config = Config::parse(&text).unwrap();
        assert_eq!((config.waivers[0].max_worsening, config.waivers[0].slack), (0.0, 1.0));
    }

    #[test]
    fn what_the_configuration_would_refuse_is_not_written() {
        let refused = |edit: fn(&mut NewWaiver)| {
            let mut waiver = waiver();
            edit(&mut waiver);
            append(TEXT, &waiver).unwrap_err().to_string()
        };
        assert!(refused(|w| w.metric = "cycles".to_owned()).contains("cycles"));
        assert!(refused(|w| w.expires = "5.6.2026".to_owned()).contains("5.6.2026"));
        assert!(refused(|w| w.expires = "2026-01-01".to_owned()).contains("expires after"));
        assert!(refused(|w| w.select = "a/[".to_owned()).contains("a/["));
        assert!(refused(|w| w.max_worsening = f64::NAN).contains("max_worsening"));
        assert!(refused(|w| w.max_worsening = 0.0).contains("fraction"));
        assert!(refused(|w| w.slack = -1.0).contains("slack"));
        assert!(refused(|w| w.owner = " ".to_owned()).contains("owner"));
        let once = append(TEXT, &waiver()).unwrap();
        assert!(append(&once, &waiver()).unwrap_err().to_string().contains("already"));
        assert!(append("schema = 1\n", &waiver()).is_err());
        assert!(append("schema = \"perfkit.config/1\"\nwaiver = []\n", &waiver()).is_err());
    }
}
