//! From two arms to findings: what cannot have changed is not measured, the rest is counted and timed in turns, and
//! times and counts are judged together.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use super::{
    Change, Judgement, Recorded, Rule, Schedule,
    arms::{Arms, Shared},
    judge, judge_all, record, run,
};
use crate::{
    compare::{self, State, compare, function_deltas},
    format::{Arm, Compared, Finding, Mode, Problem, Rounds, config::Instrument},
    host,
    measure::{self, Measurement, Plan, Planned, problem, progress::Progress},
};

/// Functions kept per benchmark whose instructions changed.
const FUNCTIONS_KEPT: usize = 5;

/// What a comparison left.
#[derive(Debug, Default)]
pub struct Comparison {
    /// The benchmarks of both arms, the worst first.
    pub benchmarks: Vec<Compared>,
    /// Every question's verdict; all were judged as one family.
    pub judgements: Vec<Judgement>,
    /// The rounds behind the verdicts.
    pub rounds: Vec<Rounds>,
    /// What could not be measured.
    pub problems: Vec<Problem>,
}

/// What is asked of each id: one rule a question, the narrowest gate first.
pub type Questions<'a> = dyn Fn(&str) -> Vec<Rule> + 'a;

/// Compare everything that both arms have. All questions are judged as one family, and a benchmark is extended while one
/// of its questions is open. `scratch` is an empty folder that belongs to this call.
pub fn compare_arms(
    arms: &Arms,
    schedule: &Schedule,
    questions: &Questions<'_>,
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
    let (timed, untimed): (Vec<&Shared>, Vec<&Shared>) =
        open.into_iter().partition(|shared| is_timed(shared));
    found.benchmarks.extend(untimed.iter().map(|shared| counts.beside(shared, Timed::NotAsked, None)));
    // More threads than cores are measured and never judged.
    let cores = host::fingerprint().cores;
    let fits = |id: &str| {
        timed.iter().any(|shared| shared.b.benchmark.id == id && shared.pairing().threads <= cores)
    };
    let judged = |id: &str| if fits(id) { questions(id) } else { Vec::new() };
    let recorded = time(&timed, schedule, &judged, scratch, progress);
    found.judgements = judge_all(&family(&recorded, &judged));
    for (shared, recorded) in timed.iter().zip(&recorded) {
        let id = shared.b.benchmark.id.as_str();
        if let Some((arm, error)) = &recorded.failure {
            let mut problem = problem(id.to_owned(), Some(Instrument::Time), error);
            problem.message = format!("arm {arm}: {}", problem.message);
            found.problems.push(problem);
        } else if fits(id) {
            let judgement = found.judgements.iter().find(|judgement| judgement.id == id).cloned();
            found.benchmarks.push(counts.beside(shared, Timed::Judged, judgement));
        } else {
            let shown = recorded.tells().then(|| judge(&recorded.rounds, &Rule::default()));
            let timed = Timed::NotHere { threads: shared.pairing().threads, cores };
            found.benchmarks.push(counts.beside(shared, timed, shown));
        }
    }
    for recorded in recorded.into_iter().filter(|recorded| recorded.tells() && fits(&recorded.rounds.id)) {
        let mut rounds = recorded.rounds;
        if let Some(rule) = questions(&rounds.id).first() {
            record::declare(&mut rounds, rule.max_worsening(), rule.first_look());
        }
        found.rounds.push(rounds);
    }
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
            finding: finding(Timed::Judged, Some(&judgement), &[]),
            note: String::new(),
            time: Some(judgement),
            counts: Vec::new(),
            functions: Vec::new(),
        })
        .collect();
    found.sort_by(|a, b| (a.finding, &a.id).cmp(&(b.finding, &b.id)));
    found
}

/// Whether both sides were asked for their time.
fn is_timed(shared: &Shared) -> bool {
    [&shared.a, &shared.b].iter().all(|row| row.instruments.contains(&Instrument::Time))
}

fn time(
    timed: &[&Shared],
    schedule: &Schedule,
    questions: &Questions<'_>,
    scratch: &Path,
    progress: &Progress,
) -> Vec<Recorded> {
    let pairings: Vec<_> = timed.iter().map(|shared| shared.pairing()).collect();
    let needs_more = |recorded: &[Recorded]| {
        let judgements = judge_all(&family(recorded, questions));
        let open: BTreeSet<&str> = judgements
            .iter()
            .filter(|judgement| judgement.wanted_rounds.is_some())
            .map(|judgement| judgement.id.as_str())
            .collect();
        recorded.iter().map(|recorded| open.contains(recorded.rounds.id.as_str())).collect()
    };
    run(&pairings, schedule, &needs_more, scratch, progress)
}

/// What is judged together: every question about every benchmark that finished its rounds.
fn family<'a>(recorded: &'a [Recorded], questions: &Questions<'_>) -> Vec<(&'a Rounds, Rule)> {
    recorded
        .iter()
        .filter(|recorded| recorded.tells())
        .flat_map(|recorded| {
            questions(&recorded.rounds.id).into_iter().map(move |rule| (&recorded.rounds, rule))
        })
        .collect()
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

    fn beside(&self, shared: &Shared, timed: Timed, time: Option<Judgement>) -> Compared {
        let id = shared.b.benchmark.id.clone();
        let counts = self.changes.get(&id).cloned().unwrap_or_default();
        // One cold call with its harness is shown, and says too little for a verdict.
        let exact = shared.a.counted_operations.is_some() && shared.b.counted_operations.is_some();
        let found = finding(timed, time.as_ref(), if exact { &counts } else { &[] });
        let timed_worse = time.as_ref().is_some_and(|time| time.verdict == Change::Worse);
        let note = match (timed, found) {
            (Timed::NotAsked, Finding::CannotTell) => {
                "its suite does not ask for time, and nothing was counted".to_owned()
            }
            (Timed::NotAsked, _) => "by exact counts; its suite does not ask for time".to_owned(),
            (Timed::NotHere { threads, cores }, _) => {
                format!("runs {threads} threads, this machine has {cores} cores: time shown, not judged")
            }
            (Timed::Judged, Finding::Worse) if !timed_worse => "by exact counts".to_owned(),
            (Timed::Judged, Finding::Better) if is_worse(&counts) => "in time; a count is worse".to_owned(),
            (Timed::Judged, Finding::CannotTell) if time.is_none() => "no round was finished".to_owned(),
            (Timed::Judged, _) => String::new(),
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

/// Whether times have a say in a finding.
#[derive(Debug, Clone, Copy)]
enum Timed {
    Judged,
    NotAsked,
    /// More threads than this machine has cores.
    NotHere {
        threads: u32,
        cores: u32,
    },
}

/// Times decide where they are judged. A count that is worse is certain too: it decides unless the time is certainly
/// better.
fn finding(timed: Timed, time: Option<&Judgement>, counts: &[compare::Change]) -> Finding {
    if !matches!(timed, Timed::Judged) {
        return match () {
            () if is_worse(counts) => Finding::Worse,
            () if counts.is_empty() => Finding::CannotTell,
            () if counts.iter().any(|change| change.state == State::Better) => Finding::Better,
            () => Finding::Unchanged,
        };
    }
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
