//! Recording a corpus: rounds of three arms in one interleaving, all six orders in turn.

use std::{path::Path, time::Duration};

use clap::Args;
use perfkit::{
    format::{Corpus, corpus::CORPUS_SCHEMA},
    host,
    instrument::{RoundBy, ab_round, choose_cpu},
    self_test::planted::{BASE, SAME},
};

use crate::{Condition, ExperimentError, Recording, executables, kernel, load::Load, same_machine, scratch};

/// The arm that is 5 % slower.
pub const SLOW: &str = "self-test/slow";

/// Every order of three arms.
const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [2, 1, 0], [1, 2, 0], [0, 2, 1], [2, 0, 1], [1, 0, 2]];

/// Rounds between two writings of the file.
const KEPT_EVERY: usize = 25;

/// The most rounds of a corpus: its file stays below 500 KB.
const MOST_ROUNDS: usize = 3000;

#[derive(Debug, Args)]
pub struct CorpusArgs {
    #[command(flatten)]
    recording: Recording,
    /// Rounds to have in the end
    #[arg(long, value_name = "N", default_value_t = 1500)]
    rounds: usize,
    /// The length of one arm's round; kept from the first call on
    #[arg(long, value_name = "MS", default_value_t = 200, value_parser = clap::value_parser!(u64).range(20..=10_000))]
    milliseconds: u64,
}

pub fn record(data: &Path, args: &CorpusArgs) -> Result<(), ExperimentError> {
    let path = data.join(format!("corpus-{}.json", args.recording.condition.word()));
    let mut corpus = if path.exists() { Corpus::read(&path)? } else { empty(args) };
    same_machine(&corpus.machine, &path)?;
    if corpus.build != build() {
        return Err(ExperimentError::Refused(format!(
            "{} was recorded by another build ({}; now {}); give another folder with --data",
            path.display(),
            corpus.build,
            build()
        )));
    }
    let executables = executables()?;
    let (scratch, budget) = (scratch()?, args.recording.budget());
    let (cpu, length) = (choose_cpu(), Duration::from_millis(corpus.milliseconds));
    corpus.sessions.push(args.recording.session());
    let mut load = Load::start(args.recording.condition)?;
    while corpus.rounds.len() < args.rounds.min(MOST_ROUNDS) && !budget.is_over() {
        let order = ORDERS[corpus.rounds.len() % ORDERS.len()];
        let mut measured = [None, None, None];
        for arm in order {
            let id = &corpus.arms[arm];
            let round = ab_round(&executables.time, id, RoundBy::Harness, length, cpu, scratch.path());
            match round {
                Ok(round) => measured[arm] = Some(round),
                Err(_) if budget.is_over() => break,
                Err(error) => {
                    corpus.write(&path)?;
                    return Err(error.into());
                }
            }
        }
        load.lasts()?;
        // A round that was interrupted is none.
        if let [Some(base), Some(same), Some(slow)] = measured {
            corpus.push(&order, &[base, same, slow]);
            if let Some(session) = corpus.sessions.last_mut() {
                session.added += 1;
            }
        }
        if corpus.rounds.len() % KEPT_EVERY == 0 {
            corpus.write(&path)?;
        }
    }
    corpus.sessions.retain(|session| session.added > 0);
    corpus.write(&path)?;
    println!("{} of {} rounds in {}", corpus.rounds.len(), args.rounds, path.display());
    Ok(())
}

/// What was built: another program is another corpus.
fn build() -> String {
    let profile = if cfg!(debug_assertions) { "unoptimised" } else { "optimised" };
    format!("perfkit {}, {profile}", env!("CARGO_PKG_VERSION"))
}

fn empty(args: &CorpusArgs) -> Corpus {
    Corpus {
        schema: CORPUS_SCHEMA.to_owned(),
        condition: args.recording.condition.word().to_owned(),
        machine: host::fingerprint(),
        kernel: kernel(),
        build: build(),
        milliseconds: args.milliseconds,
        sessions: Vec::new(),
        arms: [BASE, SAME, SLOW].map(str::to_owned).to_vec(),
        rounds: Vec::new(),
    }
}

/// The corpus of a condition, if one was recorded.
pub fn read(data: &Path, condition: Condition) -> Result<Option<Corpus>, ExperimentError> {
    let path = data.join(format!("corpus-{}.json", condition.word()));
    if !path.exists() {
        return Ok(None);
    }
    Ok(Some(Corpus::read(&path)?))
}
