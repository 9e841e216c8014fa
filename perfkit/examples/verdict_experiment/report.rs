//! reports/verdicts.md: the data in tables, and what it was promised to be.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    path::{Path, PathBuf},
};

use clap::Args;
use perfkit::{
    ab::{Change, Rates, Truth},
    format::{Fingerprint, corpus::Session, document::write_whole},
    render::{Cell, Column, Emphasis, Table},
    self_test::{
        Shows,
        planted::{PLANTED, SAME},
    },
};

use crate::{
    Condition, ExperimentError, corpus,
    corpus::SLOW,
    criterion::CRITERION,
    live::LIVE,
    replay::{self, Row},
    trials::{Trials, TrialsFile as _},
};

/// The most false alarms.
const FALSE_ALARMS: f64 = 0.01;
/// The least share of 5 % slowdowns found on a quiet machine.
const FOUND: f64 = 0.95;
/// The longest that this may take, in seconds.
const SECONDS: f64 = 60.0;
/// The largest share of comparisons under load that tell nothing.
const INCONCLUSIVE: f64 = 0.20;

#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Comparisons drawn from each corpus
    #[arg(long, value_name = "N", default_value_t = 1000)]
    trials: u64,
    /// The document to write
    #[arg(long, value_name = "FILE", default_value = "reports/verdicts.md")]
    output: PathBuf,
}

pub fn write(data: &Path, args: &ReportArgs) -> Result<(), ExperimentError> {
    let replayed = replay::rows(data, args.trials)?;
    let (live, criterion) =
        (rows(data, LIVE, "perfkit ab")?, rows(data, CRITERION, "Criterion, saved baseline")?);
    if replayed.is_empty() && live.is_empty() && criterion.is_empty() {
        return Err(ExperimentError::Refused(format!("nothing is recorded in {}", data.display())));
    }
    let mut text = String::from(
        "<!-- Made by scripts/verdict-experiment report from reports/verdicts/. -->\n\n# How often verdicts are wrong\n\n\
         The same program twice must end as unchanged, a 5 % slower one as worse. The gate is 2 %; *cannot tell* is an \
         answer of its own. Intervals are 95 % by Clopper and Pearson; a promise holds if the whole interval keeps it, and \
         *in this sample* if only the share seen does.\n\n",
    );
    text += &targets(&replayed, &live, &counted(data)?).markdown();
    text += "\n";
    text += &rates_table("Replayed: comparisons drawn from recorded rounds", &replayed).markdown();
    text += "\nA replayed comparison is a stretch of neighbouring rounds. Stretches overlap, so intervals are made as if \
             only the separate ones had been tried.\n\n";
    text += &rates_table("Live: every comparison measured anew with fresh processes", &live).markdown();
    text += "\n";
    text += &rates_table("Criterion's own report of change, in the same time", &criterion).markdown();
    text += "\n";
    text += &counted_table(&counted(data)?).markdown();
    text += "\n### Where this was measured\n\n";
    text += &provenance(data)?;
    write_whole(&args.output, text.as_bytes())?;
    println!("{}", args.output.display());
    Ok(())
}

/// Who judged what, and how often it was right.
pub fn rates_table(title: &str, rows: &[Row]) -> Table {
    let heads = ["worse", "better", "unchanged", "cannot tell"].map(Column::right);
    let mut columns = ["method", "machine", "programs"].map(Column::left).to_vec();
    columns.push(Column::right("comparisons"));
    columns.extend(heads);
    columns.push(Column::right("wrong"));
    let row = |row: &Row| {
        let rates = &row.rates;
        let percent = |hits: u64| Cell::plain(format!("{:.1} %", rates.share(hits) * 100.0));
        let wrong = rates.wrong(row.truth);
        let trials = match rates.stretches < rates.trials {
            true => format!("{} of {} stretches", rates.trials, rates.stretches),
            false => rates.trials.to_string(),
        };
        vec![
            Cell::plain(&row.method),
            Cell::plain(row.condition.word()),
            Cell::plain(match row.truth {
                Truth::Same => "the same twice",
                Truth::Slower => "5 % slower",
            }),
            Cell::plain(trials),
            percent(rates.worse),
            percent(rates.better),
            percent(rates.unchanged),
            percent(rates.cannot_tell),
            Cell::with(share(rates, wrong), if wrong == 0 { Emphasis::Plain } else { Emphasis::Bad }),
        ]
    };
    Table { title: title.to_owned(), columns, rows: rows.iter().map(row).collect() }
}

/// `0.3 % (0.0 % to 1.8 %)`.
fn share(rates: &Rates, hits: u64) -> String {
    let interval = rates.interval(hits);
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    format!("{} ({} to {})", percent(rates.share(hits)), percent(interval.low), percent(interval.high))
}

/// The recorded trials of one method.
fn rows(data: &Path, name: &str, method: &str) -> Result<Vec<Row>, ExperimentError> {
    let mut rows = Vec::new();
    for condition in Condition::ALL {
        let Some(trials) = Trials::read(data, name, condition)? else { continue };
        for (truth, id) in [(Truth::Same, SAME), (Truth::Slower, SLOW)] {
            let mut rates = Rates { stretches: u64::MAX, ..Rates::default() };
            trials.of(id).for_each(|trial| rates.count(trial.verdict));
            if rates.trials > 0 {
                rows.push(Row { method: method.to_owned(), condition, truth, rates });
            }
        }
    }
    Ok(rows)
}

/// Of each counted defect: how often it was counted, and how often it was found.
type CountedDefects = BTreeMap<&'static str, (usize, usize)>;

fn counted(data: &Path) -> Result<CountedDefects, ExperimentError> {
    let mut defects = CountedDefects::new();
    for condition in Condition::ALL {
        let Some(trials) = Trials::read(data, LIVE, condition)? else { continue };
        for defect in PLANTED.iter().filter(|defect| defect.shows != Shows::InTime) {
            let (tried, found) = defects.entry(defect.what).or_default();
            *tried += trials.of(defect.id).count();
            *found += trials.of(defect.id).filter(|trial| trial.verdict == Change::Worse).count();
        }
    }
    Ok(defects)
}

fn counted_table(defects: &CountedDefects) -> Table {
    let row = |(what, (tried, found)): (&&str, &(usize, usize))| {
        let missed = tried - found;
        let emphasis = if missed == 0 { Emphasis::Plain } else { Emphasis::Bad };
        vec![
            Cell::plain(*what),
            Cell::plain(tried.to_string()),
            Cell::plain(found.to_string()),
            Cell::with(missed.to_string(), emphasis),
        ]
    };
    Table {
        title: "Counted defects, judged by the gates' tolerances".to_owned(),
        columns: vec![
            Column::left("planted"),
            Column::right("comparisons"),
            Column::right("found"),
            Column::right("missed"),
        ],
        rows: defects.iter().map(row).collect(),
    }
}

/// What was promised beside what was found; what was not measured is said.
fn targets(replayed: &[Row], live: &[Row], counted: &CountedDefects) -> Table {
    let mut table = Table {
        title: "Promised and found".to_owned(),
        columns: vec![
            Column::left("promise"),
            Column::left("by"),
            Column::left("found"),
            Column::left("held"),
        ],
        rows: Vec::new(),
    };
    let mut promise =
        |text: &str, by: &str, rates: Option<&Rates>, hits: fn(&Rates) -> u64, within: (f64, f64)| {
            let (found, held) = match rates {
                Some(rates) => (share(rates, hits(rates)), held(rates, hits(rates), within)),
                None => (String::new(), Cell::with("? not measured", Emphasis::Caution)),
            };
            table.rows.push(vec![Cell::plain(text), Cell::plain(by), Cell::plain(found), held]);
        };
    for (by, rows) in [("replay", replayed), ("live", live)] {
        let of = |condition: Condition, truth: Truth| {
            let row = rows.iter().find(|row| {
                (row.condition, row.truth) == (condition, truth) && row.method.starts_with("perfkit")
            });
            row.map(|row| &row.rates)
        };
        for condition in Condition::ALL {
            promise(
                &format!("{}: the same program twice is called changed in at most 1 %", condition.word()),
                by,
                of(condition, Truth::Same),
                |rates| rates.wrong(Truth::Same),
                (0.0, FALSE_ALARMS),
            );
        }
        promise(
            "quiet: a 5 % slowdown is found in at least 95 %",
            by,
            of(Condition::Quiet, Truth::Slower),
            |rates| rates.worse,
            (FOUND, 1.0),
        );
        promise(
            "loaded: a 5 % slowdown is never called better",
            by,
            of(Condition::Loaded, Truth::Slower),
            |rates| rates.better,
            (0.0, 0.0),
        );
        promise(
            "loaded: at most 20 % cannot be told",
            by,
            of(Condition::Loaded, Truth::Slower),
            |rates| rates.cannot_tell,
            (0.0, INCONCLUSIVE),
        );
    }
    let (tried, found) = counted.values().fold((0, 0), |(tried, found), row| (tried + row.0, found + row.1));
    let held =
        if tried == 0 { Cell::with("? not measured", Emphasis::Caution) } else { yes_or_no(tried == found) };
    table.rows.push(vec![
        Cell::plain("a counted defect is found every time"),
        Cell::plain("live"),
        Cell::plain(if tried == 0 { String::new() } else { format!("{found} of {tried}") }),
        held,
    ]);
    table
}

/// Whether a share lies within limits: its whole interval, or only what this sample shows.
fn held(rates: &Rates, hits: u64, (least, most): (f64, f64)) -> Cell {
    let (seen, interval) = (rates.share(hits), rates.interval(hits));
    if !(least..=most).contains(&seen) {
        return yes_or_no(false);
    }
    if interval.low >= least && interval.high <= most {
        return yes_or_no(true);
    }
    Cell::with("✓ in this sample", Emphasis::Good)
}

fn yes_or_no(holds: bool) -> Cell {
    if holds { Cell::with("✓ yes", Emphasis::Good) } else { Cell::with("✗ NO", Emphasis::Bad) }
}

/// A line a file: machine, kernel, days, load, how much, how long.
fn provenance(data: &Path) -> Result<String, ExperimentError> {
    let mut text = String::new();
    let mut line = |name: &str, machine: &Fingerprint, kernel: &str, what: String, sessions: &[Session]| {
        let days: Vec<&str> = sessions.iter().map(|session| session.date.as_str()).collect();
        let days = match (days.first(), days.last()) {
            (Some(first), Some(last)) if first != last => format!("{first} to {last}"),
            (Some(first), _) => (*first).to_owned(),
            _ => "unknown day".to_owned(),
        };
        let load = sessions
            .iter()
            .filter_map(|session| session.load_before)
            .fold(None, |most: Option<f64>, load| Some(most.map_or(load, |most| most.max(load))));
        let load = load.map_or(String::new(), |load| format!(", load before at most {load:.2}"));
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "- `{name}`: {what}; {}, {} cores, kernel {kernel}; {days} (UTC), {} sessions{load}",
            machine.brand,
            machine.cores,
            sessions.len()
        );
    };
    for condition in Condition::ALL {
        if let Some(corpus) = corpus::read(data, condition)? {
            let what = format!("{} rounds of {} ms an arm", corpus.rounds.len(), corpus.milliseconds);
            let name = format!("corpus-{}.json", condition.word());
            line(&name, &corpus.machine, &corpus.kernel, what, &corpus.sessions);
        }
        for name in [LIVE, CRITERION] {
            if let Some(trials) = Trials::read(data, name, condition)? {
                let longest = trials.trials.iter().map(|trial| trial.seconds).fold(0.0, f64::max);
                let within = if longest <= SECONDS { "within" } else { "NOT within" };
                let what = format!(
                    "{} comparisons, the longest {longest:.1} s ({within} the {SECONDS:.0} s promised)",
                    trials.trials.len()
                );
                let name = format!("{name}-{}.json", condition.word());
                line(&name, &trials.machine, &trials.kernel, what, &trials.sessions);
            }
        }
    }
    Ok(text)
}
