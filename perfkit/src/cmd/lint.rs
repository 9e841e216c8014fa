//! `perfkit lint`: benchmarks that cannot measure what they claim.

use std::collections::BTreeMap;

use clap::{Args, builder::PossibleValuesParser};
use serde_json::json;

use super::{Exit, Failure, Global, Output, OutputFormat};
use crate::{
    format::{
        ProblemKind,
        config::{Instrument, Level},
        document::document_text,
    },
    lint::{Evidence, Examination, Finding, FindingLevel, LooksAt, RULES, Rule, examine, gather},
    measure::{Request, RowKind, progress::Progress},
    render::{Emphasis, Lines, Terminal},
    session::{self, Outcome, Profiles, SessionError, measure},
};

/// Arguments of `perfkit lint`.
#[derive(Debug, Args)]
pub struct LintArgs {
    #[command(flatten)]
    output: Output,
    /// Only ids under this prefix or matching this pattern (repeatable)
    #[arg(long = "filter", value_name = "GLOB")]
    filters: Vec<String>,
    /// Only this suite of perfkit.toml (repeatable)
    #[arg(long = "suite", value_name = "NAME")]
    suites: Vec<String>,
    /// Rules whose findings fail, besides those that fail anyway: H2,H9 or `all`
    #[arg(long, value_name = "RULES", value_delimiter = ',', value_parser = rule_names())]
    deny: Vec<String>,
    /// Rules whose findings only warn: H5,H11 or `all`
    #[arg(long, value_name = "RULES", value_delimiter = ',', value_parser = rule_names())]
    warn: Vec<String>,
    /// Also time every benchmark alone and after its neighbours (H8)
    #[arg(long)]
    order: bool,
}

fn rule_names() -> PossibleValuesParser {
    let names: Vec<&'static str> = RULES.iter().map(|rule| rule.id).chain(["all"]).collect();
    PossibleValuesParser::new(names)
}

pub(super) fn execute(global: &Global, args: &LintArgs) -> Result<Exit, Failure> {
    session::keep_what_was_measured_on_interrupt();
    let workspace = global.workspace()?;
    let request = Request {
        suites: args.suites.clone(),
        filters: args.filters.clone(),
        instruments: vec![Instrument::Count, Instrument::Allocs],
        ..Request::default()
    };
    let profiles = Profiles::find(
        &workspace,
        None,
        &request.variant(&workspace.config).map_err(|why| Failure::new(Exit::Usage, why))?,
    )?;
    let progress = Progress::new();
    let outcome = measure(&workspace, &profiles, &request, &progress)?;
    let scratch = tempfile::tempdir().map_err(|source| {
        Failure::from(SessionError::Io { what: "making a scratch folder".to_owned(), source })
    })?;
    let thoroughness = gather::Thoroughness { order: args.order };
    let evidence = gather::gather(&workspace, &profiles, &outcome, thoroughness, scratch.path(), &progress)
        .map_err(|error| Failure::new(Exit::ToolFailed, error))?;
    let unexamined = unexamined(&outcome, &evidence);
    let is_whole = outcome.plan.selection.is_whole();
    let examined = |rule: &Rule| match rule.looks_at {
        LooksAt::Build => is_whole,
        LooksAt::Benchmarks => is_whole && unexamined.is_empty(),
        LooksAt::Order => is_whole && unexamined.is_empty() && args.order,
    };
    let allowances = &workspace.config.lint_allowances;
    let answer = Answer {
        examination: examine(&evidence, allowances, |rule| level(args, rule), examined),
        benchmarks: evidence.subjects.len(),
        left_out: outcome.plan.runner_suites.iter().map(|suite| suite.executable.name()).collect(),
        unexamined,
        order: args.order,
    };
    match args.output.format {
        OutputFormat::Json => {
            let document = json!({
                "schema": "perfkit.lint/1", "benchmarks": answer.benchmarks,
                "findings": answer.examination.findings,
                "unneeded_allowances": answer.examination.unneeded_allowances,
                "problems": answer.unexamined, "left_out": answer.left_out,
            });
            print!("{}", document_text(&document).map_err(|error| Failure::new(Exit::ToolFailed, error))?);
        }
        OutputFormat::Markdown => print!("{}", answer.lines().markdown()),
        OutputFormat::Text => print!("{}", answer.lines().text(&Terminal::stdout())),
    }
    Ok(answer.exit())
}

/// How many ids stand beside a reason that many share.
const IDS_SHOWN: usize = 3;

/// What was asked for and not looked at, and why: the rest alone is no pass.
fn unexamined(outcome: &Outcome, evidence: &Evidence) -> Vec<String> {
    let rows = &outcome.plan.rows;
    let is_operation =
        |id: &str| rows.iter().any(|row| row.kind == RowKind::Operation && row.benchmark.id == id);
    let problems = outcome.run.problems.iter();
    let missing =
        problems.filter(|problem| problem.kind != ProblemKind::Skipped || is_operation(&problem.subject));
    let mut subjects: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for problem in missing {
        subjects.entry(&problem.message).or_default().push(&problem.subject);
    }
    let told = subjects.iter().map(|(message, subjects)| {
        let shown = subjects.iter().take(IDS_SHOWN).copied().collect::<Vec<_>>().join(", ");
        match subjects.len().saturating_sub(IDS_SHOWN) {
            0 => format!("{shown}: {message}"),
            more => format!("{shown} and {more} more: {message}"),
        }
    });
    let mut found: Vec<String> = told.chain(evidence.unexamined.iter().cloned()).collect();
    if outcome.run.provenance.partial {
        found.push("the rest: interrupted".to_owned());
    }
    if evidence.subjects.is_empty() {
        found.push(
            "no benchmark is here of those that are linted: perfkit suites and Criterion benches".to_owned(),
        );
    }
    found
}

/// What is said in the end.
struct Answer {
    examination: Examination,
    benchmarks: usize,
    /// Suites with a runner of their own, which no rule looks at.
    left_out: Vec<String>,
    unexamined: Vec<String>,
    order: bool,
}

impl Answer {
    /// What is certain goes before what is unknown.
    fn exit(&self) -> Exit {
        let examination = &self.examination;
        match () {
            () if examination.is_denied() || !examination.unneeded_allowances.is_empty() => Exit::GateFailed,
            () if !self.unexamined.is_empty() => Exit::ToolFailed,
            () => Exit::Held,
        }
    }

    fn lines(&self) -> Lines {
        let mut lines = Lines::default();
        for finding in &self.examination.findings {
            let (emphasis, word) = match finding.level {
                FindingLevel::Denied => (Emphasis::Bad, "✗ denied"),
                FindingLevel::Warned => (Emphasis::Caution, "! warning"),
                FindingLevel::Allowed => (Emphasis::Dim, "· allowed"),
            };
            let heading = format!("{word} {} {}: {}", finding.rule, finding.subject, title(finding));
            lines.push(emphasis, heading);
            lines.push(Emphasis::Plain, format!("    {}", finding.evidence));
            lines.push(Emphasis::Dim, format!("    {}", finding.remedy));
        }
        for allowance in &self.examination.unneeded_allowances {
            lines.push(Emphasis::Bad, format!("✗ the allowance of {allowance} is not needed; remove it"));
        }
        for what in &self.unexamined {
            lines.push(Emphasis::Bad, format!("✗ not examined: {what}"));
        }
        for suite in &self.left_out {
            lines.push(Emphasis::Dim, format!("· left out: {suite}, a suite with a runner of its own"));
        }
        let (emphasis, last) = self.last_line();
        lines.push(emphasis, last);
        lines
    }

    fn last_line(&self) -> (Emphasis, String) {
        let count = |level| self.examination.findings.iter().filter(|finding| finding.level == level).count();
        let (denied, warned) = (count(FindingLevel::Denied), count(FindingLevel::Warned));
        let rules = if self.order { "12 rules" } else { "11 rules (H8 wants --order)" };
        let (emphasis, glyph) = match self.exit() {
            Exit::Held => (Emphasis::Good, '✓'),
            _ => (Emphasis::Bad, '✗'),
        };
        let allowed = count(FindingLevel::Allowed);
        let seen = format!("{} benchmarks, {rules}", self.benchmarks);
        let mut line = format!("{glyph} {seen}: {denied} denied, {warned} warnings, {allowed} allowed");
        if !self.unexamined.is_empty() {
            line.push_str(", not everything examined");
        }
        (emphasis, line)
    }
}

/// What a rule's findings mean: its own level, unless the command line says otherwise; `--deny` wins.
fn level(args: &LintArgs, rule: &Rule) -> Level {
    let names = |list: &[String]| list.iter().any(|name| name == rule.id || name == "all");
    match () {
        () if names(&args.deny) => Level::Fail,
        () if names(&args.warn) => Level::Warn,
        () => rule.level,
    }
}

fn title(finding: &Finding) -> &'static str {
    RULES.iter().find(|rule| rule.id == finding.rule).map_or("", |rule| rule.title)
}
