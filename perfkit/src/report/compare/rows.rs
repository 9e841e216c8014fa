//! The rows of a comparison: what got worse, better, came and went, and a summary of what stayed.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::before::{Before, Part, is_whole};
use crate::{
    compare::{Change, State, compare},
    format::{Benchmark, Better, Class, Metric, Outcome, Run, Verdict, metric::METRICS, metric_info},
    render::{units, verdicts::is_change},
};

/// One changed metric of one benchmark.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The benchmark.
    pub id: String,
    /// The metric.
    pub metric: String,
    /// The value before.
    pub before: Option<f64>,
    /// The value after.
    pub after: Option<f64>,
    /// The unit of both.
    pub unit: String,
    /// Worse, better, or not comparable.
    pub state: State,
    /// How sure that is.
    pub standing: Standing,
    /// The worsening as a fraction, positive where it is worse.
    pub worsening: Option<f64>,
    /// What belongs beside it.
    pub note: String,
}

/// How sure a change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// A gate said so.
    Judged(Outcome),
    /// Counted: exact.
    Certain,
    /// Timed: a suspicion until an interleaved comparison confirms it.
    Unconfirmed,
    /// Another machine, other tools, or published figures.
    Informational,
}

/// A benchmark that only one side has.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Whole {
    /// The benchmark.
    pub id: String,
    /// Its leading figures, with their units.
    pub figures: Vec<String>,
}

/// The metrics of one name that did not change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Same {
    /// The metric.
    pub metric: String,
    /// How many benchmarks.
    pub benchmarks: usize,
    /// The largest difference among them that no tolerance minded, as a signed fraction.
    pub largest: f64,
    /// Whose that is.
    pub of: String,
}

/// A metric that one side measured and the other did not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OneSided {
    /// The metric.
    pub metric: String,
    /// `State::New` where only the run has it, `State::Vanished` where only the other side has.
    pub side: State,
    /// How many benchmarks.
    pub benchmarks: usize,
}

/// Everything compared.
#[derive(Debug, Default)]
pub(super) struct Compared {
    pub rows: Vec<Row>,
    pub new: Vec<Whole>,
    pub vanished: Vec<Whole>,
    pub same: Vec<Same>,
    pub one_sided: Vec<OneSided>,
    pub notes: Vec<String>,
    /// Metrics compared at all.
    pub compared: usize,
}

/// Figures shown of a benchmark that only one side has.
const FIGURES: usize = 3;

/// The time that stands for a benchmark's times, and those that follow from it.
const TIMES: [&str; 5] = ["cpu_time_ns", "time_ns", "criterion_ns", "throughput_Bps", "ops_ps"];

/// Whether a verdict is about a change of its own number, and so makes a row.
pub(super) fn is_row(verdict: &Verdict) -> bool {
    is_change(verdict) && verdict.value.is_some() && verdict.reference.is_some()
}

pub(super) fn rows(before: &Before, run: &Run) -> Compared {
    let mut compared = Compared::default();
    let mut found: BTreeMap<(String, String), Row> = BTreeMap::new();
    let mut one_sided: BTreeMap<(State, String), usize> = BTreeMap::new();
    let known: BTreeSet<&str> =
        before.parts.iter().flat_map(|part| part.rows.iter()).map(|row| row.id.as_str()).collect();
    for part in &before.parts {
        let (old, new) = (of_class(&part.rows, part.class), of_class(&run.benchmarks, part.class));
        // Against these nothing is held, and that is told apart.
        let taken_back: BTreeSet<&str> =
            old.iter().filter(|row| row.invalidated.is_some()).map(|row| row.id.as_str()).collect();
        for change in compare(&old, &new) {
            match change.state {
                State::New if taken_back.contains(change.id.as_str()) => {}
                State::New if known.contains(change.id.as_str()) => {
                    *one_sided.entry((State::New, change.metric)).or_default() += 1;
                }
                State::Vanished if run.benchmark(&change.id).is_some() => {
                    *one_sided.entry((State::Vanished, change.metric)).or_default() += 1;
                }
                State::New | State::Vanished => {}
                _ => {
                    let row = row(part, &old, &new, change);
                    found.insert((row.id.clone(), row.metric.clone()), row);
                }
            }
        }
    }
    if before.by_verdicts {
        judge(&mut found, &run.verdicts);
    }
    compared.compared = found.values().filter(|row| row.state != State::Incomparable).count();
    compared.one_sided = one_sided
        .into_iter()
        .map(|((side, metric), benchmarks)| OneSided { metric, side, benchmarks })
        .collect();
    come_and_gone(before, run, &known, &mut compared);
    let (same, mut changed): (Vec<Row>, Vec<Row>) =
        found.into_values().partition(|row| row.state == State::Same && !is_told(row.standing));
    compared.same = summaries(&same);
    fold_times(&mut changed);
    changed
        .sort_by(|a, b| gravity(a).cmp(&gravity(b)).then(by_size(a, b)).then_with(|| name(a).cmp(&name(b))));
    compared.rows = changed;
    compared
}

/// Rows with the metrics of one class. Two tools' counts of one thing are a check, not two numbers.
fn of_class(rows: &[Benchmark], class: Option<Class>) -> Vec<Benchmark> {
    let mut rows = rows.to_vec();
    for row in &mut rows {
        row.metrics.retain(|name, metric| {
            name != "ir_cross_check" && class.is_none_or(|class| metric.class == class)
        });
    }
    rows.retain(|row| !row.metrics.is_empty());
    rows
}

fn row(part: &Part, old: &[Benchmark], new: &[Benchmark], change: Change) -> Row {
    let class = metric_info(&change.metric).map_or(Class::Timed, |info| info.class);
    let standing = match (part.doubt(class), class) {
        (Some(_), _) => Standing::Informational,
        (None, Class::Counted) => Standing::Certain,
        (None, Class::Timed) => Standing::Unconfirmed,
    };
    let note = match change.state {
        State::Incomparable => why_incomparable(old, new, &change),
        _ => String::new(),
    };
    let Change { id, metric, before, after, unit, state, worsening } = change;
    Row { id, metric, before, after, unit, state, standing, worsening, note }
}

fn why_incomparable(old: &[Benchmark], new: &[Benchmark], change: &Change) -> String {
    let find = |rows: &[Benchmark]| -> Option<(u32, Metric)> {
        let row = rows.iter().find(|row| row.id == change.id && row.invalidated.is_none())?;
        Some((row.revision, row.metrics.get(&change.metric)?.clone()))
    };
    match (find(old), find(new)) {
        (Some((old, _)), Some((new, _))) if old != new => {
            format!("revision {old} of the benchmark became {new}")
        }
        (Some((_, old)), Some((_, new))) if old.statistic != new.statistic => {
            format!("statistic {} became {}", old.statistic, new.statistic)
        }
        _ => "the units differ".to_owned(),
    }
}

/// What a gate said of a metric stands above what the comparison found, with the gate's own numbers.
fn judge(found: &mut BTreeMap<(String, String), Row>, verdicts: &[Verdict]) {
    // The gravest verdict of a metric comes last and stays.
    let mut judged: Vec<&Verdict> = verdicts.iter().filter(|verdict| is_row(verdict)).collect();
    judged.sort_by_key(|verdict| std::cmp::Reverse(verdict.outcome));
    for verdict in judged {
        let (Some(before), Some(after)) = (verdict.reference, verdict.value) else { continue };
        let key = (verdict.id.clone(), verdict.metric.clone());
        let less = metric_info(&verdict.metric).is_none_or(|info| info.better == Better::Less);
        let state = match verdict.outcome {
            Outcome::Improved => State::Better,
            Outcome::Held => State::Same,
            Outcome::Informational => by_tolerance(&verdict.metric, before, after),
            _ => State::Worse,
        };
        let standing = match verdict.outcome {
            Outcome::Informational => Standing::Informational,
            outcome => Standing::Judged(outcome),
        };
        let ratio = if less { after / before } else { before / after };
        let row = Row {
            id: verdict.id.clone(),
            metric: verdict.metric.clone(),
            before: Some(before),
            after: Some(after),
            unit: verdict.unit.clone(),
            state,
            standing,
            worsening: (before != 0.0 && after != 0.0).then_some(ratio - 1.0),
            note: verdict.note.clone(),
        };
        found.insert(key, row);
    }
}

/// What the metric's own tolerance says of two values.
fn by_tolerance(name: &str, before: f64, after: f64) -> State {
    let Some(info) = metric_info(name) else { return State::Same };
    let row = |value: f64| {
        let mut row = Benchmark::new("");
        row.metrics.insert(name.to_owned(), Metric::new(info, value, "", ""));
        row
    };
    compare(&[row(before)], &[row(after)]).first().map_or(State::Same, |change| change.state)
}

/// Whether a row is told although its number stayed: a gate had something to say.
fn is_told(standing: Standing) -> bool {
    matches!(standing, Standing::Judged(outcome) if outcome != Outcome::Held)
}

/// New and vanished are states of their own; an id outside a selection is neither.
fn come_and_gone(before: &Before, run: &Run, known: &BTreeSet<&str>, compared: &mut Compared) {
    if before.parts.is_empty() {
        return;
    }
    // Of a class that no part holds, nothing is known: times of a machine without a baseline are not new.
    let is_held = |row: &Benchmark| {
        let held = |metric: &Metric| {
            before.parts.iter().any(|part| part.class.is_none_or(|class| metric.class == class))
        };
        row.metrics.values().any(held)
    };
    let counts = |row: &&Benchmark| row.invalidated.is_none() && is_held(row);
    let new = run.benchmarks.iter().filter(counts).filter(|row| !known.contains(row.id.as_str()));
    let new: Vec<&Benchmark> = new.collect();
    if before.parts.iter().all(|part| part.whole) {
        compared.new = new.into_iter().map(whole).collect();
    } else if !new.is_empty() {
        compared
            .notes
            .push(format!("{} benchmarks of this run are not in BEFORE, which holds a selection", new.len()));
    }
    let mut gone: BTreeMap<&str, Whole> = BTreeMap::new();
    for part in &before.parts {
        let live = part.rows.iter().filter(|row| row.invalidated.is_none());
        for row in live.filter(|row| run.benchmark(&row.id).is_none()) {
            let entry =
                gone.entry(&row.id).or_insert_with(|| Whole { id: row.id.clone(), figures: Vec::new() });
            entry.figures.extend(whole(row).figures);
            entry.figures.truncate(FIGURES);
        }
    }
    let published = before.parts.iter().any(|part| !part.whole);
    match (is_whole(run), gone.len()) {
        (_, 0) => {}
        (true, _) if !published => compared.vanished = gone.into_values().collect(),
        (true, count) => compared.notes.push(format!("{count} benchmarks of BEFORE are not in this run")),
        (false, count) => compared.notes.push(format!(
            "{count} benchmarks of BEFORE are not in this run, which measured a selection or was interrupted"
        )),
    }
}

fn whole(row: &Benchmark) -> Whole {
    let leading = METRICS.iter().filter(|info| !TIMES[1..].contains(&info.name) || info.name == "time_ns");
    let figures = leading.filter_map(|info| {
        let metric = row.metrics.get(info.name)?;
        Some(units::quantity(metric.value, &metric.unit))
    });
    Whole { id: row.id.clone(), figures: figures.take(FIGURES).collect() }
}

fn summaries(same: &[Row]) -> Vec<Same> {
    let mut by_metric: BTreeMap<&str, Same> = BTreeMap::new();
    for row in same {
        let entry = by_metric.entry(&row.metric).or_insert_with(|| Same {
            metric: row.metric.clone(),
            benchmarks: 0,
            largest: 0.0,
            of: String::new(),
        });
        entry.benchmarks += 1;
        let difference = match (row.before, row.after) {
            (Some(before), Some(after)) if before != 0.0 => after / before - 1.0,
            _ => 0.0,
        };
        if difference.abs() > entry.largest.abs() {
            (entry.largest, entry.of) = (difference, row.id.clone());
        }
    }
    let order = |name: &str| METRICS.iter().position(|info| info.name == name).unwrap_or(METRICS.len());
    let mut summaries: Vec<Same> = by_metric.into_values().collect();
    summaries.sort_by_key(|summary| order(&summary.metric));
    summaries
}

/// One slower benchmark is one row, not one each for CPU time, wall time, Criterion's figure and the rate made from
/// them: those that moved the same way stand beside the first.
fn fold_times(rows: &mut Vec<Row>) {
    let leader = |row: &Row| TIMES.iter().position(|name| *name == row.metric);
    let foldable =
        |row: &Row| !matches!(row.standing, Standing::Judged(_)) && row.state != State::Incomparable;
    let mut leaders: BTreeMap<(String, State), usize> = BTreeMap::new();
    for row in rows.iter() {
        if let Some(rank) = leader(row) {
            let entry = leaders.entry((row.id.clone(), row.state)).or_insert(rank);
            *entry = (*entry).min(rank);
        }
    }
    let mut beside: BTreeMap<(String, State), Vec<(usize, String)>> = BTreeMap::new();
    rows.retain(|row| {
        let key = (row.id.clone(), row.state);
        let rank = leader(row).filter(|rank| leaders.get(&key).is_some_and(|first| first < rank));
        let Some(rank) = rank.filter(|_| foldable(row)) else { return true };
        let heading = metric_info(&row.metric).map_or(row.metric.as_str(), |info| info.heading);
        let pair = row.before.zip(row.after).filter(|(old, _)| *old != 0.0);
        let change = pair.map(|(old, new)| units::percent(new / old - 1.0));
        beside.entry(key).or_default().push((rank, format!("{heading} {}", change.unwrap_or_default())));
        false
    });
    for row in rows.iter_mut() {
        let rank = leader(row);
        let key = (row.id.clone(), row.state);
        if rank.is_some()
            && leaders.get(&key).copied() == rank
            && let Some(mut beside) = beside.remove(&key)
        {
            beside.sort();
            let beside: Vec<String> = beside.into_iter().map(|(_, text)| text).collect();
            let separator = if row.note.is_empty() { "" } else { "; " };
            row.note = format!("{}{separator}{}", row.note, beside.join(", "));
        }
    }
}

/// Worse before better before not comparable; within each, what is judged or certain before what is not.
fn gravity(row: &Row) -> (State, Standing) {
    (row.state, row.standing)
}

/// The larger change first; what was nothing before is the largest.
fn by_size(a: &Row, b: &Row) -> std::cmp::Ordering {
    let size = |row: &Row| row.worsening.map_or(f64::INFINITY, f64::abs);
    size(b).total_cmp(&size(a))
}

fn name(row: &Row) -> (&str, &str) {
    (&row.id, &row.metric)
}
