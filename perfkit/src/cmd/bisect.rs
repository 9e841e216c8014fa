//! `perfkit bisect`: the first revision at which a counted metric moved, with the functions that moved it.

use clap::Args;
use serde_json::{Value, json};

use super::{Exit, Failure, Global, Output, OutputFormat};
use crate::{
    bisect::{
        Answer, Search, Step,
        cache::{COUNTED_SCHEMA, CountedRevision, CountedRevisions},
    },
    compare::{Change, compare, function_deltas},
    format::{
        Class, CountedKey, Metric, MetricInfo, ProblemKind, config::Instrument, document::document_text,
        metric::METRICS, metric_info,
    },
    gate::tolerance::Tolerance,
    host,
    instrument::interrupted,
    measure::{Request, progress::Progress},
    render::{Emphasis, Lines, Terminal, comparison::comparison, units},
    session::{self, Outcome, Profiles, SessionError, count_revision},
    workspace::{
        Workspace, ancestry,
        revision::{self, short},
    },
};

/// Functions shown of the revision that was found.
const FUNCTIONS_SHOWN: usize = 10;

/// Arguments of `perfkit bisect`.
#[derive(Debug, Args)]
pub struct BisectArgs {
    #[command(flatten)]
    output: Output,
    /// The benchmark, by its whole id
    id: String,
    /// A revision at which the metric had not moved yet
    #[arg(long, value_name = "REV")]
    good: String,
    /// A revision at which it has moved
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    bad: String,
    /// The counted metric
    #[arg(long, value_name = "NAME", default_value = "ir")]
    metric: String,
    /// The suite of perfkit.toml whose build is counted; the default build when absent
    #[arg(long, value_name = "NAME")]
    suite: Option<String>,
    /// Search what was merged too, not only the first parents
    #[arg(long)]
    merged: bool,
}

/// What is asked of each revision.
struct Question<'a> {
    workspace: &'a Workspace,
    profiles: Profiles,
    request: Request,
    metric: &'a str,
    id: &'a str,
    known: CountedRevisions,
    progress: Progress,
}

/// How the search ended.
struct Found {
    search: Search,
    before: CountedRevision,
    after: CountedRevision,
    undecided: Vec<String>,
}

pub(super) fn execute(global: &Global, args: &BisectArgs) -> Result<Exit, Failure> {
    session::keep_what_was_measured_on_interrupt();
    let workspace = global.workspace()?;
    let info = metric(&args.metric)?;
    if args.id.contains(['*', '?', '[', '{']) {
        return Err(Failure::new(
            Exit::Usage,
            format!("{:?} is a pattern; one benchmark is bisected, by its whole id", args.id),
        ));
    }
    let root = &workspace.root;
    let resolve = |name: &str| revision::resolve(root, name).map_err(SessionError::Refused);
    let (good, bad) = (resolve(&args.good)?, resolve(&args.bad)?);
    if good == bad || !ancestry::is_ancestor(root, &good, &bad) {
        let message = format!("{} is not an ancestor of {}; nothing lies between them", args.good, args.bad);
        return Err(Failure::new(Exit::Refused, message));
    }
    let suite = args.suite.as_deref().map(|name| workspace.config.suite(name));
    let suite = suite.transpose().map_err(|why| Failure::new(Exit::Usage, why))?;
    if let Some(suite) =
        suite.filter(|suite| !suite.select.matches(&args.id) || suite.exclude.matches(&args.id))
    {
        let message = format!("suite {:?} does not select {}", suite.name, args.id);
        return Err(Failure::new(Exit::Usage, message));
    }
    let toolchain = host::toolchain(root);
    let instrument = Instrument::of_metric(info.name);
    let question = Question {
        profiles: Profiles::find(&workspace, None, "")?,
        request: Request {
            suites: args.suite.iter().cloned().collect(),
            filters: vec![args.id.clone()],
            instruments: vec![instrument],
            ..Request::default()
        },
        metric: info.name,
        id: &args.id,
        known: CountedRevisions::new(
            &workspace.store(),
            &args.id,
            &format!("{instrument:?}"),
            suite,
            &toolchain,
        ),
        progress: Progress::new(),
        workspace: &workspace,
    };
    let start = question.end(&good)?;
    let end = question.end(&bad)?;
    if let Err(why) = comparable(&start, &end, info.name) {
        return Err(Failure::new(
            Exit::Refused,
            format!("{} and {} are not comparable: {why}", args.good, args.bad),
        ));
    }
    let (before, after) = (value(&start, info.name), value(&end, info.name));
    let tolerance = Tolerance::of(info.name, &Metric::new(info, before, "exact", ""));
    let Some(search) = Search::new((&good, before), (&bad, after), tolerance) else {
        let moved = units::change(Some(before), Some(after), info.unit);
        return unmoved(args, &good, &bad, &moved, &tolerance.describe(info.unit));
    };
    let found = question.search(search, start, end, args.merged)?;
    show(args, info, &workspace, &found)?;
    Ok(Exit::Held)
}

/// A metric that is counted by an instrument that other revisions can be asked with.
fn metric(name: &str) -> Result<&'static MetricInfo, Failure> {
    let bisectable = |info: &&MetricInfo| {
        info.class == Class::Counted && Instrument::of_metric(info.name) != Instrument::CrossCheck
    };
    metric_info(name).filter(bisectable).ok_or_else(|| {
        let names: Vec<&str> = METRICS.iter().filter(bisectable).map(|info| info.name).collect();
        let message = format!(
            "bisection goes by counted metrics, which need no statistics: {name:?} is none of {}",
            names.join(", ")
        );
        Failure::new(Exit::Usage, message)
    })
}

impl Question<'_> {
    fn search(
        &self,
        mut search: Search,
        start: CountedRevision,
        end: CountedRevision,
        merged: bool,
    ) -> Result<Found, Failure> {
        let root = &self.workspace.root;
        let mut counted = vec![start, end];
        loop {
            let candidates = ancestry::bisection(root, &search.bad, &search.goods, !merged)
                .map_err(|why| Failure::new(Exit::ToolFailed, why))?;
            let Step::Ask(revision) = search.step(&candidates) else {
                let undecided = search.undecided(&candidates);
                let of =
                    |revision: &str| counted.iter().find(|counted| counted.revision == revision).cloned();
                // Compared with the one before it where that was counted, else with the nearest that had not moved.
                let parent = revision::resolve(root, &format!("{}^", search.bad)).ok();
                let nearest = search.goods.last().and_then(|good| of(good));
                let before = parent.as_deref().and_then(of).or(nearest).unwrap_or_else(|| counted[0].clone());
                let after = of(&search.bad).unwrap_or_else(|| counted[1].clone());
                return Ok(Found { search, before, after, undecided });
            };
            self.progress.say(&format!("{} revisions left", candidates.len()));
            let answer = match self.count(&revision)? {
                Err(why) => Answer::Skipped(why),
                Ok(found) => match comparable(&counted[0], &found, self.metric) {
                    Err(why) => Answer::Skipped(why),
                    Ok(()) => {
                        let value = value(&found, self.metric);
                        counted.push(found);
                        Answer::Value(value)
                    }
                },
            };
            search.take(&revision, answer);
        }
    }

    /// One of the two ends, which has to have an answer.
    fn end(&self, revision: &str) -> Result<CountedRevision, Failure> {
        self.count(revision)?.map_err(|why| {
            Failure::new(
                Exit::ToolFailed,
                format!("revision {} could not be counted: {why}", short(revision)),
            )
        })
    }

    /// Count a revision, or say why it has to be skipped.
    fn count(&self, revision: &str) -> Result<Result<CountedRevision, String>, Failure> {
        if let Some(known) = self.known.get(revision) {
            return Ok(Ok(known));
        }
        let counted = count_revision(self.workspace, &self.profiles, revision, &self.request, &self.progress);
        // An interrupt ends builds and tools too, so that it is looked for before their complaints are.
        if interrupted() {
            let message = "interrupted; what was counted is kept, and the same command goes on from there";
            return Err(Failure::new(Exit::ToolFailed, message));
        }
        match counted {
            Ok(outcome) => Ok(self.answer(revision, outcome)?),
            // A manifest that Cargo refuses, or two benchmarks of one name: that revision's own fault.
            Err(error @ (SessionError::Revision { .. } | SessionError::Plan(_))) => {
                Ok(Err(error.to_string()))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn answer(&self, revision: &str, outcome: Outcome) -> Result<Result<CountedRevision, String>, Failure> {
        let failure = outcome.run.problems.iter().find(|problem| problem.kind != ProblemKind::Skipped);
        let row = outcome.run.benchmark(self.id).filter(|row| row.metrics.contains_key(self.metric));
        let Some(row) = row else {
            let missing = outcome.run.problems.iter().find(|problem| problem.subject == self.id);
            return Ok(Err(match failure.or(missing) {
                Some(problem) => format!("{}: {}", problem.subject, first_line(&problem.message)),
                None => format!("it has no {} of {}", self.metric, self.id),
            }));
        };
        let counted = CountedRevision {
            schema: COUNTED_SCHEMA.to_owned(),
            revision: revision.to_owned(),
            toolchain: outcome.run.toolchain.clone(),
            benchmark: row.clone(),
            functions: outcome.samples.functions.get(self.id).cloned().unwrap_or_default(),
        };
        if let Err(error) = self.known.put(&counted) {
            eprintln!(
                "perfkit: what was counted cannot be kept, so an interrupted search begins again: {error}"
            );
        }
        Ok(Ok(counted))
    }
}

/// What went wrong, of all that a build prints.
fn first_line(text: &str) -> &str {
    let is_error = |line: &&str| line.trim_start().starts_with("error");
    text.lines()
        .find(is_error)
        .or_else(|| text.lines().find(|line| !line.trim().is_empty()))
        .unwrap_or_default()
}

fn value(counted: &CountedRevision, metric: &str) -> f64 {
    counted.benchmark.metrics.get(metric).map_or(0.0, |metric| metric.value)
}

/// Whether two revisions counted the same thing with the same tools.
fn comparable(before: &CountedRevision, after: &CountedRevision, metric: &str) -> Result<(), String> {
    if before.benchmark.revision != after.benchmark.revision {
        return Err(format!(
            "benchmark revision {}, not {}",
            after.benchmark.revision, before.benchmark.revision
        ));
    }
    let key = |counted: &CountedRevision| CountedKey::of(&counted.toolchain);
    if let Some(difference) =
        key(before).zip(key(after)).and_then(|(before, after)| before.difference(&after))
    {
        return Err(difference);
    }
    match (before.benchmark.metrics.get(metric), after.benchmark.metrics.get(metric)) {
        (Some(before), Some(after)) if before.comparable(after) => Ok(()),
        _ => Err("another statistic".to_owned()),
    }
}

fn unmoved(args: &BisectArgs, good: &str, bad: &str, moved: &str, rule: &str) -> Result<Exit, Failure> {
    let words = format!("✓ held {} {}: {moved}, which is {rule}; nothing to search", args.id, args.metric);
    match args.output.format {
        OutputFormat::Json => print_json(&json!({
            "schema": "perfkit.bisect/1", "id": args.id, "metric": args.metric, "good": good, "bad": bad,
            "found": Value::Null,
        }))?,
        OutputFormat::Markdown => println!("- {words}"),
        OutputFormat::Text => println!("{words}"),
    }
    Ok(Exit::Held)
}

fn show(args: &BisectArgs, info: &MetricInfo, workspace: &Workspace, found: &Found) -> Result<(), Failure> {
    let Found { search, before, after, undecided } = found;
    let changes = compare(std::slice::from_ref(&before.benchmark), std::slice::from_ref(&after.benchmark));
    let deltas = function_deltas(&before.functions, &after.functions, FUNCTIONS_SHOWN);
    let subject = ancestry::subject(&workspace.root, &search.bad);
    let format = args.output.format;
    if format == OutputFormat::Json {
        return print_json(&document(args, info, found, &changes, &deltas, &subject));
    }
    let mut lines = Lines::default();
    let values = units::change(Some(value(before, info.name)), Some(value(after, info.name)), info.unit);
    lines.push(Emphasis::Bad, format!("{} {subject}", short(&search.bad)));
    lines.push(
        Emphasis::Plain,
        format!("is the first revision at which {} of {} moved: {values}", info.heading, args.id),
    );
    for revision in undecided {
        lines.push(Emphasis::Caution, format!("! or {}, which could not be counted", short(revision)));
    }
    for asked in &search.asked {
        match &asked.answer {
            Answer::Value(value) => {
                let shown = units::quantity(*value, info.unit);
                lines.push(Emphasis::Dim, format!("  counted {}: {shown}", short(&asked.revision)));
            }
            Answer::Skipped(why) => {
                lines.push(Emphasis::Caution, format!("- skipped {}: {why}", short(&asked.revision)));
            }
        }
    }
    for asked in search.moved_more_than_once() {
        let line = format!(
            "! the metric moved more than once: {} has yet another value; search between them too",
            short(&asked.revision)
        );
        lines.push(Emphasis::Caution, line);
    }
    let functions = match deltas.is_empty() {
        true => Vec::new(),
        false => {
            vec![(args.id.clone(), deltas.iter().map(|(name, a, b)| ((*name).to_owned(), *a, *b)).collect())]
        }
    };
    let markdown = format == OutputFormat::Markdown;
    let terminal = Terminal::stdout();
    let title = |counted: &CountedRevision| format!("revision {}", short(&counted.revision));
    print!("{}", if markdown { lines.markdown() + "\n" } else { lines.text(&terminal) });
    print!("{}", comparison(&title(before), &title(after), &changes, &functions, false, &terminal, markdown));
    Ok(())
}

fn document(
    args: &BisectArgs,
    info: &MetricInfo,
    found: &Found,
    changes: &[Change],
    deltas: &[(&str, f64, f64)],
    subject: &str,
) -> Value {
    let search = &found.search;
    let asked = search.asked.iter().map(|asked| match &asked.answer {
        Answer::Value(value) => json!({ "revision": asked.revision, "value": value }),
        Answer::Skipped(why) => json!({ "revision": asked.revision, "skipped": why }),
    });
    let functions = deltas
        .iter()
        .map(|(name, before, after)| json!({ "function": name, "before": before, "after": after }));
    json!({
        "schema": "perfkit.bisect/1", "id": args.id, "metric": info.name, "unit": info.unit,
        "good": search.asked[0].revision, "bad": search.asked[1].revision,
        "found": {
            "revision": search.bad, "subject": subject, "compared_with": found.before.revision,
            "before": value(&found.before, info.name), "after": value(&found.after, info.name),
        },
        "undecided": found.undecided,
        "asked": asked.collect::<Vec<_>>(),
        "moved_more_than_once": !search.moved_more_than_once().is_empty(),
        "changes": changes, "functions": functions.collect::<Vec<_>>(),
    })
}

fn print_json(document: &Value) -> Result<(), Failure> {
    print!("{}", document_text(document).map_err(|error| Failure::new(Exit::ToolFailed, error))?);
    Ok(())
}
