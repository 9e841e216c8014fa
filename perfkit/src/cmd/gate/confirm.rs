//! Confirming a timed suspicion: the base and the working tree in turns, before a gate fails.
//!
//! A stored time was measured at another hour, so being beyond its gate is a suspicion. Only an interleaved comparison
//! of the base with the working tree makes a failure of it. Where there is no base to compare with, the suspicion stays,
//! with the reason: that is no pass.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{Failure, GateArgs};
use crate::{
    ab::{
        Basis, Change, Estimate, Judgement, Rule, Schedule,
        arms::{Arms, ArmsError, Revision, build_arms},
        comparison::{Comparison, compare_arms},
        record,
        rule::FIRST_LOOK_ROUNDS,
    },
    format::{BaselineKind, Better, EnvironmentGuard, Finding, Outcome, Rounds, Verdict, config::Instrument},
    gate::suspicion::Suspicion,
    host, instrument,
    measure::{Request, progress::Progress},
    render::{Emphasis, Lines, units},
    session::{self, Profiles},
    workspace::Workspace,
};

/// What a confirmation did.
#[derive(Debug, Default)]
pub(super) struct Confirmation {
    /// The base and the working tree, as people say them; absent where nothing was compared.
    compared: Option<(String, String)>,
    /// A line for each suspicion that was not confirmed.
    cleared: Vec<String>,
    environment: Option<EnvironmentGuard>,
    rounds: Vec<Rounds>,
}

/// A suspicion that a comparison can answer.
struct Question {
    /// Which verdict, by its place.
    verdict: usize,
    /// The time may be worse than the base's by this fraction.
    max_worsening: f64,
    /// Whether the base is not known to keep the limit.
    is_limit_unproven: bool,
}

/// Turn each suspicion into failed, held or inconclusive, or say why it stays one.
pub(super) fn confirm(
    workspace: &Workspace,
    profiles: &Profiles,
    args: &GateArgs,
    suspicions: &[Suspicion],
    verdicts: &mut [Verdict],
    progress: &Progress,
) -> Result<Confirmation, Failure> {
    let mut confirmation = Confirmation::default();
    let mut comparable: Vec<Question> = Vec::new();
    for suspicion in suspicions {
        let Some(verdict) = verdicts.get_mut(suspicion.verdict) else { continue };
        match suspicion.max_worsening {
            Some(max_worsening) => comparable.push(Question {
                verdict: suspicion.verdict,
                max_worsening,
                is_limit_unproven: suspicion.is_limit_unproven,
            }),
            None => {
                let why =
                    format!("a comparison in turns takes the time of an operation, not {}", verdict.metric);
                verdict.note = [verdict.note.as_str(), &why].join("; ").trim_start_matches("; ").to_owned();
            }
        }
    }
    if comparable.is_empty() {
        return Ok(confirmation);
    }
    let ids: BTreeSet<String> = comparable
        .iter()
        .filter_map(|suspicion| verdicts.get(suspicion.verdict).map(|verdict| verdict.id.clone()))
        .collect();
    let arms = match arms(workspace, profiles, args, &ids, progress) {
        Ok(arms) => arms,
        Err(why) => {
            for suspicion in &comparable {
                if let Some(verdict) = verdicts.get_mut(suspicion.verdict) {
                    stays(verdict, &why);
                }
            }
            return Ok(confirmation);
        }
    };
    confirmation.compared = Some((arms.a.label.clone(), arms.b.label.clone()));
    let found = confirmation.measure(&arms, &comparable, verdicts, progress)?;
    confirmation.settle(&arms, &found, &comparable, verdicts);
    confirmation.rounds = found.rounds;
    Ok(confirmation)
}

/// The base and the working tree, with the benchmarks that are under suspicion.
fn arms(
    workspace: &Workspace,
    profiles: &Profiles,
    args: &GateArgs,
    ids: &BTreeSet<String>,
    progress: &Progress,
) -> Result<Arms, String> {
    let timed = profiles.held_against.as_ref().filter(|baseline| baseline.kind == BaselineKind::Timed);
    let accepted = timed.map(|baseline| baseline.acceptance.revision.clone());
    let Some(name) = args.base.clone().or(accepted).filter(|revision| !revision.is_empty()) else {
        return Err("no base revision is known; name one with --base".to_owned());
    };
    let say = |error: ArmsError| error.to_string();
    let base = Revision::named(&workspace.root, &name).map_err(say)?;
    let here = Revision::working_tree(&workspace.root, &workspace.store()).map_err(say)?;
    let request = Request {
        suites: args.selecting.suites.clone(),
        instruments: vec![Instrument::Time],
        ..Request::default()
    };
    let mut arms = build_arms(workspace, base, here, &request, progress).map_err(say)?;
    arms.shared.retain(|shared| ids.contains(&shared.b.benchmark.id));
    Ok(arms)
}

impl Confirmation {
    /// Rounds of every benchmark under suspicion, all questions judged as one family.
    fn measure(
        &mut self,
        arms: &Arms,
        suspicions: &[Question],
        verdicts: &[Verdict],
        progress: &Progress,
    ) -> Result<Comparison, Failure> {
        let mut gates: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        for suspicion in suspicions {
            if let Some(verdict) = verdicts.get(suspicion.verdict) {
                gates.entry(&verdict.id).or_default().push(suspicion.max_worsening);
            }
        }
        for gates in gates.values_mut() {
            gates.sort_by(f64::total_cmp);
            // The same question of two metrics is one question.
            gates.dedup();
        }
        let first_look = u32::try_from(FIRST_LOOK_ROUNDS).unwrap_or(u32::MAX);
        let schedule = Schedule::within(Duration::from_secs_f64(crate::cmd::ab::SECONDS), first_look);
        let questions = |id: &str| gates.get(id).into_iter().flatten().map(|gate| rule(*gate)).collect();
        let scratch = session::scratch()?;
        let probe = host::EnvironmentProbe::start();
        let found = compare_arms(arms, &schedule, &questions, false, scratch.path(), progress);
        self.environment = Some(probe.finish());
        Ok(found)
    }

    /// Give each suspicion the verdict on its own gate.
    fn settle(&mut self, arms: &Arms, found: &Comparison, suspicions: &[Question], verdicts: &mut [Verdict]) {
        for suspicion in suspicions {
            let Some(verdict) = verdicts.get_mut(suspicion.verdict) else { continue };
            let same = found.benchmarks.iter().find(|row| row.id == verdict.id);
            let answer = found.judgements.iter().find(|judgement| {
                judgement.id == verdict.id && judgement.max_worsening == suspicion.max_worsening
            });
            match answer {
                Some(judgement) => self.take(verdict, suspicion, judgement),
                None if same.is_some_and(|row| row.finding == Finding::CannotHaveChanged) => {
                    let same = "code and data are the same as the base's: it cannot have changed";
                    self.clear(verdict, suspicion, same);
                }
                None => {
                    let why = unmeasured(arms, found, &verdict.id);
                    stays(verdict, &why);
                }
            }
        }
    }

    fn take(&mut self, verdict: &mut Verdict, question: &Question, judgement: &Judgement) {
        let measured = describe(judgement);
        match judgement.verdict {
            Change::Worse => {
                verdict.outcome = Outcome::Failed;
                verdict.note = format!("confirmed in turns with the base: {measured}");
            }
            // The notes of the judgement say so.
            Change::Better | Change::Unchanged if waits_longer(&verdict.metric, judgement) => {
                verdict.outcome = Outcome::Inconclusive;
                verdict.note = format!("suspected; in turns with the base {measured}");
            }
            Change::Better | Change::Unchanged => self.clear(verdict, question, &measured),
            Change::CannotTell => {
                let reasons: Vec<String> = judgement.reasons.iter().map(ToString::to_string).collect();
                verdict.outcome = Outcome::Inconclusive;
                verdict.note =
                    format!("suspected; in turns with the base {measured}: {}", reasons.join("; "));
            }
        }
    }

    fn clear(&mut self, verdict: &mut Verdict, question: &Question, measured: &str) {
        if question.is_limit_unproven {
            verdict.outcome = Outcome::Inconclusive;
            verdict.note =
                format!("suspected; in turns with the base {measured}: beyond the limit in the base too");
            return;
        }
        verdict.outcome = Outcome::Held;
        verdict.note = format!("suspected, not confirmed in turns with the base: {measured}");
        // What holds is summed up, and this one is worth a line.
        let (metric, id) = (&verdict.metric, &verdict.id);
        self.cleared.push(format!("✓ suspicion not confirmed: {metric} of {id}  {measured}"));
    }

    /// What was compared, how quiet it was, and what became of each suspicion.
    pub(super) fn lines(&self) -> Lines {
        let mut lines = Lines::default();
        if let Some((base, here)) = &self.compared {
            lines.push(Emphasis::Plain, format!("suspicions compared in turns: A {base}  against  B {here}"));
        }
        if let Some(environment) = &self.environment {
            let share = |share: f64| format!("{:.1} %", share * 100.0);
            let mut parts = Vec::new();
            parts.extend(environment.steal.map(|steal| format!("stolen CPU time {}", share(steal))));
            parts.extend(
                environment
                    .load_before
                    .zip(environment.load_after)
                    .map(|(before, after)| format!("load {before:.2} -> {after:.2} runnable processes")),
            );
            if !parts.is_empty() {
                lines.push(Emphasis::Dim, format!("meanwhile: {}", parts.join("  ")));
            }
        }
        for text in &self.cleared {
            lines.push(Emphasis::Good, text);
        }
        lines
    }

    /// Keep the recorded rounds beside the run, so that `perfkit ab --replay` gives the verdict again.
    pub(super) fn keep(&self, workspace: &Workspace, run: &str) -> Result<(), Failure> {
        if self.rounds.is_empty() {
            return Ok(());
        }
        let path = workspace.store().join("ab").join(format!("gate-{run}.rounds.jsonl"));
        Ok(record::write(&path, &self.rounds.iter().collect::<Vec<_>>())?)
    }
}

fn stays(verdict: &mut Verdict, why: &str) {
    verdict.note = format!("timed, beyond the gate, and not compared with a base: {why}");
}

fn rule(max_worsening: f64) -> Rule {
    Rule::new(max_worsening, Better::Less).unwrap_or_default().with_first_look(FIRST_LOOK_ROUNDS)
}

/// Why a benchmark under suspicion has no rounds.
fn unmeasured(arms: &Arms, found: &Comparison, id: &str) -> String {
    if let Some(problem) = found.problems.iter().find(|problem| problem.subject == id) {
        return problem.message.clone();
    }
    if let Some((_, then, now)) = arms.redefined.iter().find(|(redefined, _, _)| redefined == id) {
        return format!("its meaning changed: revision {then} in the base, {now} now");
    }
    match () {
        () if instrument::interrupted() => "interrupted".to_owned(),
        () if arms.new.iter().any(|new| new == id) => "the base has no such benchmark".to_owned(),
        () => "no round was recorded".to_owned(),
    }
}

/// Whether it is wall time that is certainly worse, where CPU time was judged: work that began to sleep or to block.
fn waits_longer(metric: &str, judgement: &Judgement) -> bool {
    let is_beyond = |wall: &Estimate| wall.interval.low > 1.0 + judgement.max_worsening;
    metric != "cpu_time_ns"
        && judgement.basis == Basis::CpuTime
        && judgement.wall.as_ref().is_some_and(is_beyond)
}

/// `CPU time 100 -> 106 ns +6.0 % [+5.8 %, +6.3 %] over 12 rounds`, and what else a reader should know.
fn describe(judgement: &Judgement) -> String {
    let Some(judged) = &judgement.judged else { return format!("{} rounds", judgement.rounds) };
    let percent = |ratio: f64| units::percent(ratio - 1.0);
    let mut text = format!(
        "{} {} {} [{}, {}] over {} rounds, at most {} allowed",
        judgement.basis,
        units::change(Some(judged.a_ns), Some(judged.b_ns), "ns"),
        percent(judged.ratio),
        percent(judged.interval.low),
        percent(judged.interval.high),
        judgement.rounds,
        units::percent(judgement.max_worsening)
    );
    for note in &judgement.notes {
        text += "; ";
        text += note;
    }
    text
}
