//! Replaying the verdict on the recorded rounds, beside a plain threshold on sequential ones.

use std::path::Path;

use clap::Args;
use perfkit::{
    ab::{Rates, Rule, Truth, replay, replay_sequential},
    render::{Table, Terminal},
    self_test::planted::{BASE, SAME},
};

use crate::{Condition, ExperimentError, corpus, corpus::SLOW, report::rates_table};

/// What many tools warn at.
pub const THRESHOLD: f64 = 0.10;

#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// Comparisons drawn from each corpus
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub trials: u64,
}

/// One row of the table: who judged what, and how often it was right.
pub struct Row {
    pub method: String,
    pub condition: Condition,
    pub truth: Truth,
    pub rates: Rates,
}

pub fn print(data: &Path, args: &ReplayArgs) -> Result<(), ExperimentError> {
    let rows = rows(data, args.trials)?;
    if rows.is_empty() {
        return Err(ExperimentError::Refused(format!(
            "no corpus of at least {} rounds in {}; record one: verdict-experiment corpus",
            Rule::default().last_look(),
            data.display()
        )));
    }
    let table: Table = rates_table("Replayed", &rows);
    print!("{}", table.text(&Terminal::stdout()));
    Ok(())
}

/// Every condition, truth and method that there is a corpus for.
pub fn rows(data: &Path, trials: u64) -> Result<Vec<Row>, ExperimentError> {
    let rule = Rule::default();
    let mut rows = Vec::new();
    for condition in Condition::ALL {
        let Some(corpus) = corpus::read(data, condition)? else { continue };
        for (truth, other) in [(Truth::Same, SAME), (Truth::Slower, SLOW)] {
            let Some(rounds) = corpus.comparison(BASE, other) else {
                return Err(ExperimentError::Refused(format!(
                    "the corpus under {} conditions has no whole rounds of {BASE} and {other}",
                    condition.word()
                )));
            };
            let found = [
                ("perfkit ab", replay(&rounds, &rule, truth, trials)),
                ("10 % threshold, sequential", replay_sequential(&rounds, &rule, THRESHOLD, truth, trials)),
            ];
            rows.extend(found.into_iter().filter_map(|(method, rates)| {
                Some(Row { method: method.to_owned(), condition, truth, rates: rates? })
            }));
        }
    }
    Ok(rows)
}
