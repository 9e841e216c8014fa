//! `perfkit ab`: two revisions in turns, a verdict on each benchmark.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Args;
use jiff::Timestamp;

use super::{Exit, Failure, Global, Output, OutputFormat};
use crate::{
    ab::{
        Rule, Schedule,
        arms::{Arms, ArmsError, Revision, build_arms},
        comparison::{Comparison, compare_arms, judge_recorded},
        record,
        rule::{FIRST_LOOK_ROUNDS, LEAST_ROUNDS, MAX_WORSENING},
    },
    format::{
        AbReport, Better, Finding, Host, ProblemKind, Rounds, Side,
        ab::AB_SCHEMA,
        config::Instrument,
        document::{document_text, write_document},
    },
    host, instrument,
    measure::{Request, progress::Progress},
    render::{Terminal, ab::ab_markdown, ab::ab_text},
    session::{self, Profiles, SessionError},
    store::file_name,
    workspace::Workspace,
};

/// Seconds per benchmark unless the user says otherwise: both arms, extension included.
pub(super) const SECONDS: f64 = 20.0;

/// Arguments of `perfkit ab`.
#[derive(Debug, Args)]
pub struct AbArgs {
    #[command(flatten)]
    output: Output,
    /// The old side: a revision
    #[arg(value_name = "REV_A", required_unless_present = "replay")]
    a: Option<String>,
    /// The new side: a revision; the working tree as it is when absent
    #[arg(value_name = "REV_B")]
    b: Option<String>,
    /// Only this suite of perfkit.toml (repeatable)
    #[arg(long = "suite", value_name = "NAME")]
    suites: Vec<String>,
    /// Only ids under this prefix or matching this pattern (repeatable); `*` stays within a path component
    #[arg(long = "filter", value_name = "GLOB")]
    filters: Vec<String>,
    /// Rounds of the first look; where they cannot tell, three times as many follow once [default: 20]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(LEAST_ROUNDS as i64..=1000))]
    rounds: Option<u32>,
    /// Seconds per benchmark, about: both sides, both looks. A round is never shorter than 20 ms
    #[arg(long, value_name = "SECONDS", default_value_t = SECONDS, value_parser = seconds)]
    seconds: f64,
    /// A time may worsen by this: `2%` or `0.02` [default: 2%]
    #[arg(long, value_name = "SHARE", value_parser = share)]
    max_worsening: Option<f64>,
    /// Leave the exact counts out
    #[arg(long)]
    no_counts: bool,
    /// Also write the recorded rounds here, one perfkit.rounds/1 document a line
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Give the verdict again from recorded rounds; builds and measures nothing
    #[arg(long, value_name = "FILE", conflicts_with_all = ["a", "b", "record", "suites"])]
    replay: Option<PathBuf>,
}

pub(super) fn execute(global: &Global, args: &AbArgs) -> Result<Exit, Failure> {
    let report = match (&args.replay, &args.a) {
        (Some(file), _) => replay(file, args)?,
        (None, Some(a)) => {
            session::keep_what_was_measured_on_interrupt();
            measure(&global.workspace()?, a, args)?
        }
        (None, None) => return Err(Failure::new(Exit::Usage, "name a revision, or a file to --replay")),
    };
    match args.output.format {
        OutputFormat::Json => {
            print!("{}", document_text(&report).map_err(|error| Failure::new(Exit::ToolFailed, error))?);
        }
        OutputFormat::Markdown => print!("{}", ab_markdown(&report)),
        OutputFormat::Text => print!("{}", ab_text(&report, &Terminal::stdout())),
    }
    Ok(exit(&report))
}

fn measure(workspace: &Workspace, a: &str, args: &AbArgs) -> Result<AbReport, Failure> {
    let started = Timestamp::now();
    let (rule, progress) = (rule(args)?, Progress::new());
    let old = Revision::named(&workspace.root, a)?;
    let new = match &args.b {
        Some(name) => Revision::named(&workspace.root, name)?,
        None => Revision::working_tree(&workspace.root, &workspace.store())?,
    };
    let profile = Profiles::find(workspace, None, "")?.own;
    let mut instruments = vec![Instrument::Time];
    if !args.no_counts {
        instruments.extend([Instrument::Count, Instrument::Allocs]);
    }
    let request = Request {
        suites: args.suites.clone(),
        filters: args.filters.clone(),
        instruments,
        ..Request::default()
    };
    let variant = request.variant(&workspace.config).map_err(|why| Failure::new(Exit::Usage, why))?;
    let arms = build_arms(workspace, old, new, &request, &progress)?;
    let first_look = u32::try_from(rule.first_look()).unwrap_or(u32::MAX);
    let schedule = Schedule::within(Duration::from_secs_f64(args.seconds), first_look);
    let scratch = session::scratch()?;
    let probe = host::EnvironmentProbe::start();
    let found = compare_arms(&arms, &schedule, &|_| vec![rule], !args.no_counts, scratch.path(), &progress);
    let report = AbReport {
        host: Some(Host {
            profile,
            isa: host::isa::native().to_owned(),
            isa_counted: host::isa::counted().to_owned(),
            fingerprint: host::fingerprint(),
            info: host::host_info(),
        }),
        toolchain: Some(session::toolchain(workspace, &variant)),
        environment: Some(probe.finish()),
        a: Some(side(&arms.a)),
        b: Some(side(&arms.b)),
        cpu: schedule.cpu,
        round_milliseconds: u64::try_from(schedule.length.as_millis()).ok(),
        partial: instrument::interrupted(),
        new: arms.new.clone(),
        vanished: arms.vanished.clone(),
        benchmarks: found.benchmarks.clone(),
        problems: found.problems.clone(),
        ..blank(started, &rule)
    };
    keep(workspace, &report, &found, args.record.as_deref())?;
    nothing_to_compare(&report, &arms)?;
    Ok(report)
}

/// Document and rounds go to the store, the rounds also where the user wants them.
fn keep(
    workspace: &Workspace,
    report: &AbReport,
    found: &Comparison,
    record: Option<&Path>,
) -> Result<(), Failure> {
    let date: String = report.started.chars().filter(char::is_ascii_alphanumeric).collect();
    let folder = workspace.store().join("ab");
    let name = file_name(&format!("{date}-{}", report.id));
    write_document(&folder.join(format!("{name}.json")), report)?;
    let rounds: Vec<&Rounds> = found.rounds.iter().collect();
    record::write(&folder.join(format!("{name}.rounds.jsonl")), &rounds)?;
    if let Some(path) = record {
        record::write(path, &rounds)?;
    }
    Ok(())
}

fn nothing_to_compare(report: &AbReport, arms: &Arms) -> Result<(), Failure> {
    if !report.benchmarks.is_empty() || !report.problems.is_empty() || report.partial {
        return Ok(());
    }
    let message = format!(
        "nothing to compare: no benchmark is on both sides ({} only in A, {} only in B)",
        arms.vanished.len(),
        arms.new.len()
    );
    Err(Failure::new(Exit::ToolFailed, message))
}

fn replay(file: &Path, args: &AbArgs) -> Result<AbReport, Failure> {
    let started = Timestamp::now();
    let mut recorded = record::read(file)?;
    let patterns =
        crate::format::config::Patterns::new(&args.filters).map_err(|why| Failure::new(Exit::Usage, why))?;
    recorded.retain(|rounds| patterns.is_empty() || patterns.matches(&rounds.id));
    let Some(first) = recorded.first() else {
        let message = format!("{} holds no rounds that were asked for", file.display());
        return Err(Failure::new(Exit::ToolFailed, message));
    };
    let asked = |rounds: &Rounds| {
        let gate = args.max_worsening.unwrap_or_else(|| record::declared_gate(rounds));
        let first_look = args.rounds.map_or_else(|| record::declared_first_look(rounds), |n| n as usize);
        Rule::new(gate, Better::Less).map(|rule| rule.with_first_look(first_look))
    };
    let mut rules = BTreeMap::new();
    for rounds in &recorded {
        let rule = asked(rounds).map_err(|error| Failure::new(Exit::Usage, error))?;
        rules.insert(rounds.id.clone(), rule);
    }
    let shown = rules.get(&first.id).copied().unwrap_or_default();
    let rule = |rounds: &Rounds| rules.get(&rounds.id).copied().unwrap_or_default();
    Ok(AbReport { benchmarks: judge_recorded(&recorded, &rule), ..blank(started, &shown) })
}

fn rule(args: &AbArgs) -> Result<Rule, Failure> {
    let rule = Rule::new(args.max_worsening.unwrap_or(MAX_WORSENING), Better::Less)
        .map_err(|error| Failure::new(Exit::Usage, error))?;
    Ok(rule.with_first_look(args.rounds.map_or(FIRST_LOOK_ROUNDS, |rounds| rounds as usize)))
}

fn side(revision: &Revision) -> Side {
    Side { label: revision.label.clone(), commit: revision.commit.clone(), dirty: revision.dirty }
}

fn blank(started: Timestamp, rule: &Rule) -> AbReport {
    AbReport {
        schema: AB_SCHEMA.to_owned(),
        perfkit: env!("CARGO_PKG_VERSION").to_owned(),
        id: session::run_id(started),
        started: started.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        command: std::env::args().skip(1).collect(),
        a: None,
        b: None,
        host: None,
        toolchain: None,
        environment: None,
        cpu: None,
        max_worsening: rule.max_worsening(),
        first_look: rule.first_look(),
        round_milliseconds: None,
        partial: false,
        benchmarks: Vec::new(),
        new: Vec::new(),
        vanished: Vec::new(),
        problems: Vec::new(),
        extra: BTreeMap::new(),
    }
}

/// The worst thing that happened decides.
fn exit(report: &AbReport) -> Exit {
    let any = |finding: Finding| report.benchmarks.iter().any(|row| row.finding == finding);
    let failed = report.problems.iter().any(|problem| problem.kind != ProblemKind::Skipped);
    match () {
        () if failed || report.partial => Exit::ToolFailed,
        () if any(Finding::Worse) => Exit::GateFailed,
        () if any(Finding::CannotTell) => Exit::Inconclusive,
        // Rows whose meaning changed are shown; where there is nothing else, nothing was compared.
        () if any(Finding::NotComparable)
            && report.benchmarks.iter().all(|row| row.finding == Finding::NotComparable) =>
        {
            Exit::Refused
        }
        () => Exit::Held,
    }
}

impl From<ArmsError> for Failure {
    fn from(error: ArmsError) -> Self {
        match error {
            ArmsError::Unreachable(_) => Self::new(Exit::Refused, error),
            ArmsError::Plan(error) => SessionError::from(error).into(),
            ArmsError::Snapshot(_)
            | ArmsError::Workspace { .. }
            | ArmsError::Build { .. }
            | ArmsError::Io { .. } => Self::new(Exit::ToolFailed, error),
        }
    }
}

/// `2%` or `0.02`.
fn share(text: &str) -> Result<f64, String> {
    let number = |text: &str| text.trim().parse::<f64>().ok();
    let share = match text.trim().strip_suffix('%') {
        Some(percent) => number(percent).map(|percent| percent / 100.0),
        None => number(text),
    };
    share
        .filter(|share| (0.0..=10.0).contains(share))
        .ok_or_else(|| format!("{text:?} is no share from 0 to 1000%; write 2% or 0.02"))
}

pub(super) fn seconds(text: &str) -> Result<f64, String> {
    /// An hour for one benchmark.
    const MOST: f64 = 3600.0;
    let seconds = text.parse::<f64>().ok().filter(|seconds| (0.1..=MOST).contains(seconds));
    seconds.ok_or_else(|| format!("{text:?} is no number of seconds from 0.1 to {MOST}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_a_percentage_or_a_fraction() {
        assert_eq!((share("2%"), share("0.02"), share(" 10 % ")), (Ok(0.02), Ok(0.02), Ok(0.1)));
        for wrong in ["", "two", "-1%", "NaN", "1e9", "inf"] {
            assert!(share(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_budget_has_limits() {
        assert_eq!(seconds("1.5"), Ok(1.5));
        for wrong in ["0", "-1", "inf", "NaN", "1e6"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
