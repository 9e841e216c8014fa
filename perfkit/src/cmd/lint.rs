//! `perfkit lint`: benchmarks that cannot measure what they claim.

use clap::{Args, builder::PossibleValuesParser};
use serde_json::json;

use super::{Exit, Failure, Global, Output, OutputFormat};
use crate::{
    format::{
        ProblemKind,
        config::{Instrument, Level},
        document::document_text,
    },
    lint::{Evidence, Examination, Finding, FindingLevel, RULES, Rule, examine, gather},
    measure::{Request, progress::Progress},
    render::{Emphasis, Lines, Terminal},
    session::{self, Profiles, SessionError, measure},
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
    let profiles = Profiles::find(&workspace, None)?;
    let request = Request {
        suites: args.suites.clone(),
        filters: args.filters.clone(),
        instruments: vec![Instrument::Count, Instrument::Allocs],
        ..Request::default()
    };
    let progress = Progress::new();
    let outcome = measure(&workspace, &profiles, &request, &progress)?;
    let scratch = tempfile::tempdir().map_err(|source| {
        Failure::from(SessionError::Io { what: "making a scratch folder".to_owned(), source })
    })?;
    let thoroughness = gather::Thoroughness { order: args.order };
    let evidence = gather::gather(&workspace, &profiles, &outcome, thoroughness, scratch.path(), &progress)
        .map_err(|error| Failure::new(Exit::ToolFailed, error))?;
    let whole = outcome.plan.selection.is_whole();
    let examination = examine(&evidence, &workspace.config.lint_allowances, |rule| level(args, rule), whole);
    let problems: Vec<String> = outcome
        .run
        .problems
        .iter()
        .filter(|problem| problem.kind != ProblemKind::Skipped)
        .map(|problem| format!("{}: {}", problem.subject, problem.message))
        .collect();
    match args.output.format {
        OutputFormat::Json => {
            let document = json!({
                "schema": "perfkit.lint/1", "benchmarks": evidence.subjects.len(),
                "findings": examination.findings, "unneeded_allowances": examination.unneeded_allowances,
                "problems": problems,
            });
            print!("{}", document_text(&document).map_err(|error| Failure::new(Exit::ToolFailed, error))?);
        }
        OutputFormat::Markdown => print!("{}", lines(&evidence, &examination, &problems, args).markdown()),
        OutputFormat::Text => {
            print!("{}", lines(&evidence, &examination, &problems, args).text(&Terminal::stdout()));
        }
    }
    Ok(match () {
        () if examination.is_denied() || !examination.unneeded_allowances.is_empty() => Exit::GateFailed,
        () if !problems.is_empty() => Exit::ToolFailed,
        () => Exit::Held,
    })
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

fn lines(evidence: &Evidence, examination: &Examination, problems: &[String], args: &LintArgs) -> Lines {
    let mut lines = Lines::default();
    for finding in &examination.findings {
        let (emphasis, word) = match finding.level {
            FindingLevel::Denied => (Emphasis::Bad, "✗ denied"),
            FindingLevel::Warned => (Emphasis::Caution, "! warning"),
            FindingLevel::Allowed => (Emphasis::Dim, "· allowed"),
        };
        lines.push(emphasis, format!("{word} {} {}: {}", finding.rule, finding.subject, title(finding)));
        lines.push(Emphasis::Plain, format!("    {}", finding.evidence));
        lines.push(Emphasis::Dim, format!("    {}", finding.remedy));
    }
    for allowance in &examination.unneeded_allowances {
        lines.push(Emphasis::Bad, format!("✗ the allowance of {allowance} is not needed; remove it"));
    }
    for problem in problems {
        lines.push(Emphasis::Bad, format!("✗ not examined: {problem}"));
    }
    let count = |level| examination.findings.iter().filter(|finding| finding.level == level).count();
    let (denied, warned) = (count(FindingLevel::Denied), count(FindingLevel::Warned));
    let looked_at = if args.order { "12 rules" } else { "11 rules (H8 wants --order)" };
    lines.push(
        if denied > 0 { Emphasis::Bad } else { Emphasis::Good },
        format!(
            "{} {} benchmarks, {looked_at}: {denied} denied, {warned} warnings, {} allowed",
            if denied > 0 { '✗' } else { '✓' },
            evidence.subjects.len(),
            count(FindingLevel::Allowed),
        ),
    );
    lines
}

fn title(finding: &Finding) -> &'static str {
    RULES.iter().find(|rule| rule.id == finding.rule).map_or("", |rule| rule.title)
}
