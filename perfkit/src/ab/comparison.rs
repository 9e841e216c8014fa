//! From two arms to findings: what cannot have changed is not measured, the rest is counted and timed in turns, and
//! times and counts are judged together.

use std::{collections::BTreeMap, path::Path};

use super::{
    Change, Judgement, Recorded, Rule, Schedule,
    arms::{Arms, Shared},
    judge_all, record, run,
};
use crate::{
    compare::{self, State, compare, function_deltas},
    format::{Arm, Compared, Finding, Mode, Problem, Rounds, config::Instrument},
    measure::{self, Measurement, Plan, Planned, problem, progress::Progress},
};

/// Functions kept per benchmark whose instructions changed.
const FUNCTIONS_KEPT: usize = 5;

/// What a comparison left.
#[derive(Debug, Default)]
pub struct Comparison {
    /// The benchmarks of both arms, the worst first.
    pub benchmarks: Vec<Compared>,
    /// The rounds behind the verdicts, by id.
    pub rounds: Vec<Rounds>,
    /// What could not be measured.
    pub problems: Vec<Problem>,
}

/// Compare everything that both arms have. `rule` gives each id its rule; all are judged as one family. `scratch` is an
/// empty folder that belongs to this call.
pub fn compare_arms(
    arms: &Arms,
    schedule: &Schedule,
    rule: &dyn Fn(&str) -> Rule,
    with_counts: bool,
    scratch: &Path,
    progress: &Progress,
) -> Comparison {
    progress.say("comparing the executables section by section");
    let unchanged = arms.unchanged_executables();
    let (same, open): (Vec<&Shared>, Vec<&Shared>) =
        arms.shared.iter().partition(|shared| matches!(unchanged.get(&shared.b.time.name()), Some(Ok(_))));
    let mut found = Comparison { problems: arms.problems.clone(), ..Comparison::default() };
    found.benchmarks.extend(same.iter().map(|shared| {
        let moved = unchanged.get(&shared.b.time.name()).and_then(|found| found.as_ref().ok());
        cannot_have_changed(shared, moved.map_or(0, |found| found.moved_locations))
    }));
    found.benchmarks.extend(arms.redefined.iter().map(|(id, then, now)| not_comparable(id, *then, *now)));

    let counts = if with_counts && !open.is_empty() {
        Counts::of(&open, scratch, progress, &mut found.problems)
    } else {
        Counts::default()
    };
    let recorded = time(&open, schedule, rule, scratch, progress);
    let family: Vec<(&Rounds, Rule)> =
        recorded.iter().map(|recorded| (&recorded.rounds, rule(&recorded.rounds.id))).collect();
    let judgements = judge_all(&family);
    for ((shared, recorded), judgement) in open.iter().zip(&recorded).zip(judgements) {
        let id = shared.b.benchmark.id.as_str();
        if let Some((arm, error)) = &recorded.failure {
            let mut problem = problem(id.to_owned(), Some(Instrument::Time), error);
            problem.message = format!("arm {arm}: {}", problem.message);
            found.problems.push(problem);
            continue;
        }
        let measured = !recorded.rounds.rounds.is_empty();
        found.benchmarks.push(counts.beside(shared, measured.then_some(judgement)));
    }
    found.rounds = recorded
        .into_iter()
        .map(|recorded| {
            let (mut rounds, rule) = (recorded.rounds, rule);
            let rule = rule(&rounds.id);
            record::declare(&mut rounds, rule.max_worsening(), rule.first_look());
            rounds
        })
        .filter(|rounds| !rounds.rounds.is_empty())
        .collect();
    found.benchmarks.sort_by(|a, b| (a.finding, &a.id).cmp(&(b.finding, &b.id)));
    found
}

/// The verdicts again, from recorded rounds.
pub fn judge_recorded(recorded: &[Rounds], rule: &dyn Fn(&Rounds) -> Rule) -> Vec<Compared> {
    let family: Vec<(&Rounds, Rule)> = recorded.iter().map(|rounds| (rounds, rule(rounds))).collect();
    let mut found: Vec<Compared> = judge_all(&family)
        .into_iter()
        .map(|judgement| Compared {
            id: judgement.id.clone(),
            executable: String::new(),
            finding: finding(Some(&judgement), &[]),
            note: String::new(),
            time: Some(judgement),
            counts: Vec::new(),
            functions: Vec::new(),
        })
        .collect();
    found.sort_by(|a, b| (a.finding, &a.id).cmp(&(b.finding, &b.id)));
    found
}

fn time(
    open: &[&Shared],
    schedule: &Schedule,
    rule: &dyn Fn(&str) -> Rule,
    scratch: &Path,
    progress: &Progress,
) -> Vec<Recorded> {
    let pairings: Vec<_> = open.iter().map(|shared| shared.pairing()).collect();
    let needs_more = |all: &[&Rounds]| {
        let family: Vec<(&Rounds, Rule)> = all.iter().map(|rounds| (*rounds, rule(&rounds.id))).collect();
        judge_all(&family).iter().map(|judgement| judgement.wanted_rounds.is_some()).collect()
    };
    run(&pairings, schedule, &needs_more, scratch, progress)
}

/// Exact counts of both arms.
#[derive(Default)]
struct Counts {
    changes: BTreeMap<String, Vec<compare::Change>>,
    functions: BTreeMap<String, Vec<(String, f64, f64)>>,
}

impl Counts {
    fn of(open: &[&Shared], scratch: &Path, progress: &Progress, problems: &mut Vec<Problem>) -> Self {
        let mut count = |arm: Arm, side: fn(&Shared) -> &Planned| -> Measurement {
            let rows = open.iter().map(|shared| counted_only(side(shared)));
            let plan = Plan { rows: rows.collect(), ..Plan::default() };
            let scratch = scratch.join(format!("counts-{arm}"));
            let measured = measure::execute(&plan, Mode::Full, Some(0), &scratch, progress);
            problems.extend(measured.problems.iter().map(|problem| Problem {
                message: format!("arm {arm}: {}", problem.message),
                ..problem.clone()
            }));
            measured
        };
        let before = count(Arm::A, |shared| &shared.a);
        let after = count(Arm::B, |shared| &shared.b);
        let mut counts = Self::default();
        for change in compare(&before.benchmarks, &after.benchmarks) {
            counts.changes.entry(change.id.clone()).or_default().push(change);
        }
        for (id, changes) in &counts.changes {
            let moved = changes.iter().any(|change| change.metric == "ir" && change.state != State::Same);
            let sides = before.samples.functions.get(id).zip(after.samples.functions.get(id));
            if let (true, Some((before, after))) = (moved, sides) {
                let deltas = function_deltas(before, after, FUNCTIONS_KEPT);
                let owned = deltas.into_iter().map(|(name, before, after)| (name.to_owned(), before, after));
                counts.functions.insert(id.clone(), owned.collect());
            }
        }
        counts
    }

    fn beside(&self, shared: &Shared, time: Option<Judgement>) -> Compared {
        let id = shared.b.benchmark.id.clone();
        let counts = self.changes.get(&id).cloned().unwrap_or_default();
        // One cold call with its harness is shown, and says too little for a verdict.
        let exact = shared.a.counted_operations.is_some() && shared.b.counted_operations.is_some();
        let found = finding(time.as_ref(), if exact { &counts } else { &[] });
        let timed_worse = time.as_ref().is_some_and(|time| time.verdict == Change::Worse);
        let note = match found {
            Finding::Worse if !timed_worse => "by exact counts".to_owned(),
            Finding::Better if is_worse(&counts) => "in time; a count is worse".to_owned(),
            Finding::CannotTell if time.is_none() => "no round was finished".to_owned(),
            _ => String::new(),
        };
        Compared {
            executable: shared.b.time.name(),
            finding: found,
            note,
            time,
            functions: self.functions.get(&id).cloned().unwrap_or_default(),
            counts,
            id,
        }
    }
}

fn counted_only(row: &Planned) -> Planned {
    let mut row = row.clone();
    row.instruments.retain(|instrument| matches!(instrument, Instrument::Count | Instrument::Allocs));
    row
}

/// Times decide. A count that is worse is certain too: it decides unless the time is certainly better.
fn finding(time: Option<&Judgement>, counts: &[compare::Change]) -> Finding {
    match time.map(|time| time.verdict) {
        Some(Change::Worse) => Finding::Worse,
        Some(Change::Better) => Finding::Better,
        _ if is_worse(counts) => Finding::Worse,
        Some(Change::Unchanged) => Finding::Unchanged,
        Some(Change::CannotTell) | None => Finding::CannotTell,
    }
}

fn is_worse(counts: &[compare::Change]) -> bool {
    counts.iter().any(|change| change.state == State::Worse)
}

fn cannot_have_changed(shared: &Shared, moved_locations: usize) -> Compared {
    let lines = match moved_locations {
        0 => String::new(),
        1 => "; one panic message names another line".to_owned(),
        moved => format!("; {moved} panic messages name other lines"),
    };
    Compared {
        id: shared.b.benchmark.id.clone(),
        executable: shared.b.time.name(),
        finding: Finding::CannotHaveChanged,
        note: format!("code, data and relocations are equal{lines}"),
        time: None,
        counts: Vec::new(),
        functions: Vec::new(),
    }
}

fn not_comparable(id: &str, then: u32, now: u32) -> Compared {
    Compared {
        id: id.to_owned(),
        executable: String::new(),
        finding: Finding::NotComparable,
        note: format!("its meaning changed: revision {then} before, {now} now"),
        time: None,
        counts: Vec::new(),
        functions: Vec::new(),
    }
}
