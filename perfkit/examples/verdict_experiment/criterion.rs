//! What Criterion says of the same programs: a baseline is saved, then the other program is compared with it, as people
//! do before and after a change. Both runs together take as long as one of our comparisons may.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use clap::Args;
use perfkit::{
    ab::Change,
    self_test::planted::{BASE, SAME},
};
use serde_json::Value;

use crate::{
    ExperimentError, Recording,
    corpus::SLOW,
    executables,
    load::Load,
    scratch,
    trials::{Trial, Trials, TrialsFile as _, rounded},
};

/// The name of the files.
pub const CRITERION: &str = "criterion";

/// The name of the saved baseline.
const BASELINE: &str = "before";

/// Criterion's own settings but for their length: 1 s and 4 s a run, 10 s a comparison.
const SETTINGS: [&str; 6] = ["--bench", "--noplot", "--warm-up-time", "1", "--measurement-time", "4"];

#[derive(Debug, Args)]
pub struct CriterionArgs {
    #[command(flatten)]
    recording: Recording,
    /// Comparisons of the same program twice to have in the end
    #[arg(long, value_name = "N", default_value_t = 100)]
    same: usize,
    /// Comparisons with a 5 % slower one to have in the end
    #[arg(long, value_name = "N", default_value_t = 30)]
    slow: usize,
}

pub fn record(data: &Path, args: &CriterionArgs) -> Result<(), ExperimentError> {
    let condition = args.recording.condition;
    let mut trials = Trials::open(data, CRITERION, condition, method())?;
    let (executable, budget) = (executables()?.time, args.recording.budget());
    let wanted = [(SAME, args.same), (SLOW, args.slow)];
    trials.sessions.push(args.recording.session());
    let mut load = Load::start(condition)?;
    while let Some(id) = trials.next(&wanted)
        && !budget.is_over()
    {
        match trial(&executable.path, id) {
            Ok(trial) => {
                load.lasts()?;
                trials.keep(data, CRITERION, condition, trial)?;
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

/// Who judges, and by what.
fn method() -> String {
    format!("Criterion with `{}`, its own limits else (noise threshold 1 %), not pinned", SETTINGS.join(" "))
}

fn trial(executable: &Path, id: &'static str) -> Result<Trial, ExperimentError> {
    let started = Instant::now();
    let home = scratch()?;
    run(executable, home.path(), &["--save-baseline", BASELINE], BASE)?;
    // A baseline belongs to an id; ours are two programs with an id each.
    copy_folder(&home.path().join(BASE).join(BASELINE), &home.path().join(id).join(BASELINE))?;
    let printed = run(executable, home.path(), &["--baseline", BASELINE], id)?;
    let verdict = said(&printed)
        .ok_or_else(|| ExperimentError::Refused(format!("Criterion compared nothing: {printed}")))?;
    Ok(Trial {
        id: id.to_owned(),
        verdict,
        ratio: change(&home.path().join(id).join("change/estimates.json")),
        interval: None,
        rounds: None,
        seconds: rounded(started.elapsed().as_secs_f64()),
    })
}

fn run(executable: &Path, home: &Path, arguments: &[&str], id: &str) -> Result<String, ExperimentError> {
    let io = |source| ExperimentError::Io { what: format!("running Criterion on {id}"), source };
    let output = Command::new(executable)
        .args(SETTINGS)
        .args(arguments)
        .args(["--exact", id])
        .env("CRITERION_HOME", home)
        .stdin(Stdio::null())
        .output()
        .map_err(io)?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        return Err(ExperimentError::Refused(format!("Criterion failed on {id}: {complaint}")));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Criterion's own words.
fn said(printed: &str) -> Option<Change> {
    let words = [
        ("Performance has regressed", Change::Worse),
        ("Performance has improved", Change::Better),
        ("No change in performance detected", Change::Unchanged),
        ("Change within noise threshold", Change::Unchanged),
    ];
    words.into_iter().find(|(words, _)| printed.contains(words)).map(|(_, change)| change)
}

/// The ratio of the means.
fn change(file: &Path) -> Option<f64> {
    let document: Value = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
    Some(rounded(1.0 + document.pointer("/mean/point_estimate")?.as_f64()?))
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), ExperimentError> {
    let io = |source| ExperimentError::Io { what: "copying Criterion's baseline".to_owned(), source };
    fs::create_dir_all(to).map_err(io)?;
    for entry in fs::read_dir(from).map_err(io)? {
        let entry = entry.map_err(io)?;
        fs::copy(entry.path(), to.join(entry.file_name())).map_err(io)?;
    }
    Ok(())
}
