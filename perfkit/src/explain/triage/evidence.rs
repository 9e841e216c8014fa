//! Evidence for a triage: stacks of both sides of what failed, profiled on the spot and written beside the run.
//!
//! `<store>/triage/<run>/<id>/` holds folded stacks of both sides, pictures in the widths of each, and the table of
//! frames that moved. Only for operations whose counts failed, and few of them; a profile costs what counting costs.
//! Whatever goes wrong becomes a note: a gate's answer never depends on its explanation.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use super::Triage;
use crate::{
    explain::{
        deltas::{FrameDelta, frame_deltas},
        stacks::{Source, Stacks, collect_from, folded},
    },
    format::document::write_whole,
    instrument,
    measure::{Plan, progress::Progress},
    render::stacks::delta_table,
    store::{distinct_file_name, file_name, keep_out_of_git},
};

/// Failed benchmarks that are profiled; the others' commands are printed.
pub const PROFILED: usize = 5;

/// Runs whose evidence is kept; older folders go.
const RUNS_KEPT: usize = 10;

/// Frames in the written table.
const FRAMES_WRITTEN: usize = 200;

/// The executables of both sides.
#[derive(Debug, Clone, Copy)]
pub struct Plans<'a> {
    /// Of the other side.
    pub before: &'a Plan,
    /// Of this run.
    pub after: &'a Plan,
}

/// Profile what failed and write what was found below `store`; paths in triages are relative to `root`.
pub fn attach(
    triages: &mut [Triage],
    plans: Plans<'_>,
    store: &Path,
    root: &Path,
    run: &str,
    progress: &Progress,
) {
    if let Err(error) = keep_out_of_git(store) {
        let profiled = triages.iter_mut().filter(|triage| triage.can_be_profiled());
        profiled.for_each(|triage| triage.notes.push(format!("not profiled: {error}")));
        return;
    }
    let folder = store.join("triage").join(file_name(run));
    // Old evidence that stays takes room and hurts nobody.
    let _ = forget_old(&store.join("triage"));
    let chosen = chosen(triages);
    for (index, triage) in triages.iter_mut().enumerate().filter(|(_, triage)| triage.can_be_profiled()) {
        if !chosen.contains(&index) {
            triage.notes.push(format!("{PROFILED} failed benchmarks are profiled, this is one more"));
            continue;
        }
        if instrument::interrupted() {
            triage.notes.push("interrupted before it was profiled".to_owned());
            continue;
        }
        progress.say(&format!("profiling {}", triage.id));
        let own = folder.join(distinct_file_name(&triage.id));
        match explain(triage, plans, &own) {
            Ok(()) => triage.evidence = Some(own.strip_prefix(root).unwrap_or(&own).to_owned()),
            Err(why) => triage.notes.push(why),
        }
    }
    progress.finish();
}

/// Which triages are profiled: one of every family before a second of any, since sizes of one share their causes.
fn chosen(triages: &[Triage]) -> Vec<usize> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut ranked: Vec<(usize, usize)> = Vec::new();
    for (index, triage) in triages.iter().enumerate().filter(|(_, triage)| triage.can_be_profiled()) {
        let rank = seen.entry(&triage.family).or_insert(0);
        ranked.push((*rank, index));
        *rank += 1;
    }
    ranked.sort_unstable();
    ranked.into_iter().take(PROFILED).map(|(_, index)| index).collect()
}

fn explain(triage: &mut Triage, plans: Plans<'_>, folder: &Path) -> Result<(), String> {
    let mut tables = String::new();
    if triage.is_about_work() {
        tables += &one(triage, plans, folder, Source::Count, "count")?;
    }
    if triage.is_about_allocations() {
        tables += &one(triage, plans, folder, Source::Allocs, "allocs")?;
    }
    write(&folder.join("deltas.md"), tables.as_bytes())
}

/// Profile both sides by one instrument; the table of frames that moved, as Markdown.
fn one(
    triage: &mut Triage,
    plans: Plans<'_>,
    folder: &Path,
    source: Source,
    name: &str,
) -> Result<String, String> {
    let stacks = |plan: &Plan, side: &str| {
        collect_from(plan, &triage.id, source).map_err(|error| format!("not profiled, {side}: {error}"))
    };
    let before = stacks(plans.before, "the base")?;
    let after = stacks(plans.after, "this tree")?;
    write(&folder.join(format!("{name}-before.folded")), folded(&triage.id, &before).as_bytes())?;
    write(&folder.join(format!("{name}-after.folded")), folded(&triage.id, &after).as_bytes())?;
    draw(&before, &after, &triage.id, &folder.join(name))?;
    let deltas: Vec<FrameDelta> = frame_deltas(&before, &after);
    let table = delta_table(&triage.id, &deltas, after.weight(), FRAMES_WRITTEN).markdown();
    triage.frames.push((after.weight(), deltas));
    Ok(table + "\n")
}

/// `name-before.svg` and `name-after.svg`, in the widths of each side.
#[cfg(feature = "flame")]
fn draw(before: &Stacks, after: &Stacks, id: &str, stem: &Path) -> Result<(), String> {
    use crate::explain::flamegraph::{FlamegraphError, Widths, differential};
    let name = stem.file_name().unwrap_or_default().to_string_lossy();
    for (widths, side) in [(Widths::Before, "before"), (Widths::After, "after")] {
        let title = format!("{id}: base → now, widths {side} the change");
        match differential(before, after, widths, &title, after.weight().describe()) {
            Ok(svg) => write(&stem.with_file_name(format!("{name}-{side}.svg")), &svg)?,
            // A side without any weight has no picture.
            Err(FlamegraphError::Empty) => {}
            Err(error) => return Err(error.to_string()),
        }
    }
    Ok(())
}

#[cfg(not(feature = "flame"))]
fn draw(_before: &Stacks, _after: &Stacks, _id: &str, _stem: &Path) -> Result<(), String> {
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    write_whole(path, bytes).map_err(|error| error.to_string())
}

/// Remove the oldest runs' folders so that, with the one to come, [`RUNS_KEPT`] are there.
fn forget_old(folder: &Path) -> io::Result<()> {
    let mut runs: Vec<(std::time::SystemTime, PathBuf)> = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let about = entry.metadata()?;
        if about.is_dir() {
            runs.push((about.modified()?, entry.path()));
        }
    }
    runs.sort();
    let too_many = runs.len().saturating_sub(RUNS_KEPT - 1);
    runs.into_iter().take(too_many).try_for_each(|(_, path)| fs::remove_dir_all(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_one_benchmark_do_not_crowd_out_another() {
        let triage = |family: &str| Triage {
            id: String::new(),
            family: family.to_owned(),
            is_operation: family != "a type",
            failed: vec!["ir".to_owned()],
            sizes: None,
            unit: String::new(),
            witness: Default::default(),
            costs: Vec::new(),
            unmoved: Vec::new(),
            functions: Vec::new(),
            frames: Vec::new(),
            next: Vec::new(),
            evidence: None,
            notes: Vec::new(),
        };
        let failed: Vec<Triage> = ["a", "a", "a", "a", "a", "a", "b", "a type"].map(triage).into();
        assert_eq!(chosen(&failed), [0, 6, 1, 2, 3], "what is no operation takes no place");
    }

    #[test]
    fn evidence_of_old_runs_makes_room() {
        let folder = tempfile::tempdir().unwrap();
        for run in 0..RUNS_KEPT + 3 {
            fs::create_dir(folder.path().join(format!("run-{run}"))).unwrap();
        }
        forget_old(folder.path()).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), RUNS_KEPT - 1);
        assert!(forget_old(&folder.path().join("nothing")).is_err());
    }
}
