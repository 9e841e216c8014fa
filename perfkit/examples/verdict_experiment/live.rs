//! Live trials: each a comparison of its own with fresh processes, by the code that `perfkit ab` uses, and counted
//! defects.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use clap::Args;
use perfkit::{
    ab::{Change, Rule, judge},
    compare::{State, compare},
    format::Benchmark,
    measure::progress::Progress,
    render::units::percent,
    self_test::{
        Executables, Shows,
        evidence::{compare_times, cost_vector},
        planted::{BASE, PLANTED, SAME},
    },
};

use crate::{
    ExperimentError, Recording,
    corpus::SLOW,
    executables,
    load::Load,
    scratch,
    trials::{Trial, Trials, TrialsFile as _, rounded},
};

/// The name of the files.
pub const LIVE: &str = "live";

#[derive(Debug, Args)]
pub struct LiveArgs {
    #[command(flatten)]
    recording: Recording,
    /// Comparisons of the same program twice to have in the end: without an alarm, 368 show at most 1 %
    #[arg(long, value_name = "N", default_value_t = 400)]
    same: usize,
    /// Comparisons with a 5 % slower one to have in the end: all found, 72 show at least 95 %
    #[arg(long, value_name = "N", default_value_t = 80)]
    slow: usize,
    /// Countings of each counted defect to have in the end
    #[arg(long, value_name = "N", default_value_t = 20)]
    counted: usize,
    /// A comparison takes at most so long, half of it where the first look tells
    #[arg(long, value_name = "N", default_value_t = 10)]
    seconds: u64,
}

pub fn record(data: &Path, args: &LiveArgs) -> Result<(), ExperimentError> {
    let condition = args.recording.condition;
    let mut trials = Trials::open(data, LIVE, condition, method(args.seconds))?;
    let executables = executables()?;
    let (scratch, budget) = (scratch()?, args.recording.budget());
    let counted = PLANTED.iter().filter(|defect| defect.shows != Shows::InTime);
    let wanted: Vec<(&'static str, usize)> = [(SAME, args.same), (SLOW, args.slow)]
        .into_iter()
        .chain(counted.map(|defect| (defect.id, args.counted)))
        .collect();
    trials.sessions.push(args.recording.session());
    let mut load = Load::start(condition)?;
    while let Some(id) = trials.next(&wanted)
        && !budget.is_over()
    {
        let shows =
            PLANTED.iter().find(|defect| defect.id == id).map_or(Shows::InTime, |defect| defect.shows);
        let trial = match shows {
            Shows::InTime => timed(&executables, id, args.seconds, scratch.path()),
            Shows::InCount(metric) => count(&executables, id, metric, scratch.path()),
        };
        match trial {
            Ok(trial) => {
                load.lasts()?;
                trials.keep(data, LIVE, condition, trial)?;
            }
            Err(_) if budget.is_over() => break,
            Err(error) => return Err(error),
        }
    }
    for (id, wanted) in wanted {
        println!("{id}: {} of {wanted} trials", trials.of(id).count());
    }
    Ok(())
}

/// Who judges, and by what: verdicts of another rule are not added to these.
fn method(seconds: u64) -> String {
    let rule = Rule::default();
    format!(
        "perfkit {} ab, {} rounds and where they do not tell {}, {seconds} s in all, gate {}",
        env!("CARGO_PKG_VERSION"),
        rule.first_look(),
        rule.last_look(),
        percent(rule.max_worsening())
    )
}

fn timed(
    executables: &Executables,
    id: &'static str,
    seconds: u64,
    scratch: &Path,
) -> Result<Trial, ExperimentError> {
    let started = Instant::now();
    let budget = Duration::from_secs(seconds);
    let mut recorded = compare_times(executables, &[id], budget, scratch, &Progress::new());
    let Some(rounds) = recorded.remove(id) else {
        return Err(ExperimentError::Refused(format!("{id} was not measured")));
    };
    let judgement = judge(&rounds?, &Rule::default());
    if judgement.wanted_rounds.is_some() {
        return Err(ExperimentError::Refused(format!("{id} was interrupted before its last look")));
    }
    Ok(Trial {
        id: id.to_owned(),
        verdict: judgement.verdict,
        ratio: judgement.judged.map(|judged| rounded(judged.ratio)),
        interval: judgement
            .judged
            .map(|judged| (rounded(judged.interval.low), rounded(judged.interval.high))),
        rounds: Some(judgement.rounds),
        seconds: rounded(started.elapsed().as_secs_f64()),
    })
}

/// Count the base and the defect anew, and let the gate's own tolerances judge the metric that must show it.
fn count(
    executables: &Executables,
    id: &'static str,
    metric: &str,
    scratch: &Path,
) -> Result<Trial, ExperimentError> {
    let started = Instant::now();
    let base = Benchmark { id: id.to_owned(), ..cost_vector(executables, BASE, scratch)? };
    let other = cost_vector(executables, id, scratch)?;
    let changes = compare(&[base], &[other]);
    let change = changes.iter().find(|change| change.metric == metric).ok_or_else(|| {
        ExperimentError::Refused(format!("{metric} of {id} cannot be counted here: is valgrind installed?"))
    })?;
    Ok(Trial {
        id: id.to_owned(),
        verdict: match change.state {
            State::Worse => Change::Worse,
            State::Better => Change::Better,
            State::Same => Change::Unchanged,
            State::New | State::Vanished | State::Incomparable => Change::CannotTell,
        },
        ratio: change.worsening.map(|worsening| rounded(1.0 + worsening)),
        interval: None,
        rounds: None,
        seconds: rounded(started.elapsed().as_secs_f64()),
    })
}
