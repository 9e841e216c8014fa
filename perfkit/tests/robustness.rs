//! What goes wrong around documents: damage, other versions, stores that vanish, full disks, interrupts, and two
//! processes at once. Whatever happens, what was written is whole, what was measured is not lost, and it is said.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod processes;
mod protocol;
mod samples;
mod workspace;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    thread,
    time::Duration,
};

use perfkit::{
    format::{Run, document::write_document, read_document, run::RUN_SCHEMA},
    store::{SAMPLES_SCHEMA, Samples, Store},
};
use processes::{assert_ends, wait_for};
use protocol::Repository;
use workspace::can_count;

const COUNT: [&str; 3] = ["run", "--instrument", "count"];

fn sidecar() -> Samples {
    Samples { schema: SAMPLES_SCHEMA.to_owned(), ..Samples::default() }
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The stored runs; each must be whole and have its sidecar, and nothing else may lie about.
fn whole_runs(store: &Path) -> Vec<Run> {
    let mut runs = Vec::new();
    for path in files(&store.join("runs")) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        assert!(!name.starts_with('.'), "{name} was left behind");
        if name.ends_with(".samples.json") {
            read_document::<Samples>(&path, SAMPLES_SCHEMA).unwrap();
        } else {
            assert!(path.with_extension("samples.json").is_file(), "{name} has no sidecar");
            runs.push(read_document::<Run>(&path, RUN_SCHEMA).unwrap());
        }
    }
    runs
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), output.stderr.as_slice()].concat()).into_owned()
}

fn perfkit(repository: &Repository, arguments: &[&str]) -> Command {
    let mut command = repository.command(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A document, a command that reads it, and the words that must be said when it is cut, and when it is of a later form.
struct Reader {
    file: &'static str,
    text: String,
    command: &'static [&'static str],
}

#[test]
fn every_document_that_is_cut_short_or_of_a_later_form_is_named_and_refused() {
    let repository = Repository::new();
    let run = samples::run();
    let store = Store::new(&repository.path().join(".perfkit"));
    let path = store.save(&run, &sidecar()).unwrap();
    fs::create_dir_all(repository.path().join("x")).unwrap();
    for (name, from) in
        [("x/r.json", path.clone()), ("x/r.samples.json", path.with_extension("samples.json"))]
    {
        fs::copy(from, repository.path().join(name)).unwrap();
    }
    let text = |name: &str| fs::read_to_string(repository.path().join(name)).unwrap();
    write_document(&repository.path().join("b.json"), &samples::timed()).unwrap();
    let rounds = "{\"schema\":\"perfkit.rounds/1\",\"id\":\"a/b\",\"contended\":false,\"rounds\":[]}\n";
    let readers = [
        Reader { file: "x/r.json", text: text("x/r.json"), command: &["diff", "x/r.json", "x/r.json"] },
        Reader {
            file: "x/r.samples.json",
            text: text("x/r.samples.json"),
            command: &["diff", "x/r.json", "x/r.json"],
        },
        Reader { file: "baselines/b.json", text: text("b.json"), command: &["run"] },
        Reader { file: "baselines/b.json", text: text("b.json"), command: &["baseline", "list"] },
        Reader { file: "baselines/b.json", text: text("b.json"), command: &["history"] },
        Reader { file: "r.jsonl", text: rounds.to_owned(), command: &["ab", "--replay", "r.jsonl"] },
    ];
    for reader in readers {
        let before = repository.path().join(reader.file);
        let cuts = [1, reader.text.len() / 2, reader.text.len().saturating_sub(3)];
        for cut in cuts {
            repository.write(reader.file, &reader.text[..cut]);
            let (code, text) = repository.says(reader.command);
            let name = before.file_name().unwrap().to_string_lossy().into_owned();
            assert!(matches!(code, 2 | 4), "{} cut at {cut}: {code} {text}", reader.file);
            assert!(
                text.contains(&name) && !text.contains("panicked"),
                "{} cut at {cut}: {text}",
                reader.file
            );
        }
        let at = reader.text.find("/1\"").unwrap();
        repository.write(reader.file, &reader.text.replacen("/1\"", "/2\"", 1));
        let (code, text) = repository.says(reader.command);
        assert_eq!(code, 4, "{} of a later form ({at}): {text}", reader.file);
        assert!(text.contains("/2"), "{}: {text}", reader.file);
        if reader.file.starts_with("baselines") {
            fs::remove_file(&before).unwrap();
        } else {
            repository.write(reader.file, &reader.text);
        }
    }
}

#[test]
fn bytes_that_are_no_text_are_an_error_and_no_panic() {
    let repository = Repository::new();
    fs::write(repository.path().join("noise.json"), [0xff, 0xfe, 0x00, 0x80]).unwrap();
    fs::create_dir_all(repository.path().join(".perfkit/runs/host")).unwrap();
    fs::write(repository.path().join(".perfkit/runs/host/20260305T101112Z-1f0c2ab-0a1b2c.json"), [0xff; 64])
        .unwrap();
    for command in [&["diff", "noise.json", "noise.json"][..], &["diff", "latest", "latest"], &["history"]] {
        let (code, text) = repository.says(command);
        assert!(code != 0 && code < 100 && !text.contains("panicked"), "{command:?}: {code} {text}");
    }
}

/// The place of the runs is a file, as good as a network share that went away; root may write where others may not.
#[test]
fn a_store_that_cannot_be_written_loses_nothing_and_gets_it_later() {
    if !can_count() {
        return;
    }
    let repository = Repository::new();
    fs::create_dir_all(repository.path().join(".perfkit")).unwrap();
    fs::write(repository.path().join(".perfkit/runs"), "in the way").unwrap();
    let (code, text) = repository.says(&COUNT);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("the run is kept in pending/local") && text.contains("sum/small"), "{text}");
    assert_eq!(whole_runs(&repository.path().join(".perfkit/pending/local")).len(), 1);
    // It is a run like any other: found, compared and in the history.
    fs::remove_file(repository.path().join(".perfkit/runs")).unwrap();
    let (code, text) = repository.says(&["diff", "latest", "latest"]);
    assert_eq!(code, 0, "{text}");
    let (code, text) = repository.says(&COUNT);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("1 runs that waited were sent"), "{text}");
    assert_eq!(whole_runs(&repository.path().join(".perfkit")).len(), 2);
    assert!(files(&repository.path().join(".perfkit/pending")).is_empty());
}

#[test]
fn a_run_that_waited_arrives_although_its_name_was_taken_meanwhile() {
    let (fixture, shared) = (workspace::Workspace::new(&[]), tempfile::tempdir().unwrap());
    let place = shared.path().join("team");
    let mut opened = perfkit::workspace::Workspace::load(fixture.path()).unwrap();
    opened.config.store = place.display().to_string().parse().unwrap();
    let store = Store::open(&opened).unwrap();
    let (waiting, mut later) = (samples::run(), samples::run());
    fs::write(&place, "in the way").unwrap();
    store.save(&waiting, &sidecar()).unwrap();
    fs::remove_file(&place).unwrap();
    let mut other = samples::run();
    other.benchmarks.clear();
    Store::new(&place).save(&other, &sidecar()).unwrap();
    later.provenance.started = "2026-03-07T10:11:12Z".to_owned();
    store.save(&later, &sidecar()).unwrap();
    assert!(files(&fixture.path().join(".perfkit/pending")).is_empty(), "it waits for ever");
    let runs = whole_runs(&place);
    assert_eq!(runs.len(), 3);
    let arrived = runs.iter().find(|run| run.id == format!("{}01", waiting.id)).unwrap();
    assert_eq!(arrived.benchmarks, waiting.benchmarks);
    assert!(runs.contains(&other), "nothing was written over");
}

#[test]
fn a_shared_folder_that_goes_away_is_waited_for() {
    if !can_count() {
        return;
    }
    let repository = Repository::new();
    let shared = tempfile::tempdir().unwrap();
    let place = shared.path().join("team");
    let named = place.display().to_string();
    let run = [&COUNT[..], &["--store", &named]].concat();
    assert_eq!(repository.says(&run).0, 0);
    assert_eq!(whole_runs(&place).len(), 1);
    fs::rename(&place, shared.path().join("elsewhere")).unwrap();
    fs::write(&place, "in the way").unwrap();
    let (code, text) = repository.says(&run);
    assert!(code == 0 && text.contains("is kept in pending"), "{code} {text}");
    fs::remove_file(&place).unwrap();
    fs::rename(shared.path().join("elsewhere"), &place).unwrap();
    let (code, text) = repository.says(&[&["history", "--all", "--store"][..], &[&named]].concat());
    assert!(code == 0 && text.contains("2 runs"), "{code} {text}");
    assert_eq!(repository.says(&run).0, 0);
    assert_eq!(whole_runs(&place).len(), 3);
}

/// A limit on the size of files, met with the signal ignored, is what a full disk is: a write that fails half-way.
#[test]
fn a_full_disk_leaves_every_document_as_it_was() {
    let repository = Repository::new();
    let config = format!("schema = \"perfkit.config/1\"\n# {}\n", "x".repeat(4000));
    repository.write("perfkit.toml", &config);
    repository.write("Cargo.lock", "version = 4\n[[package]]\nname = \"c\"\nversion = \"1.0.0\"\n");
    let mut baseline = samples::timed();
    baseline.acceptance.reason = "y".repeat(4000);
    write_document(&repository.path().join("baselines/server-cpu.json"), &baseline).unwrap();
    let accepted = fs::read(repository.path().join("baselines/server-cpu.json")).unwrap();
    let waive =
        "waive a/b --metric ir --max-worsening 0.1 --reason r --cause c@1.0.0 --owner o --expires 2999-01-01";
    let invalidate = "baseline invalidate server-cpu net_encryption --reason r";
    for arguments in [waive, invalidate] {
        let script = format!("trap '' XFSZ; ulimit -f 1; exec {} {arguments}", env!("CARGO_BIN_EXE_perfkit"));
        let output =
            Command::new("sh").current_dir(repository.path()).args(["-c", &script]).output().unwrap();
        assert_eq!(output.status.code(), Some(5), "{arguments}: {}", said(&output));
        assert!(said(&output).contains("too large") || said(&output).contains("space"), "{}", said(&output));
    }
    assert_eq!(fs::read_to_string(repository.path().join("perfkit.toml")).unwrap(), config);
    assert_eq!(fs::read(repository.path().join("baselines/server-cpu.json")).unwrap(), accepted);
    let left: Vec<PathBuf> = files(repository.path())
        .into_iter()
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(".perfkit-"))
        .collect();
    assert!(left.is_empty(), "{left:?} were left behind");
    // With room again, both go through.
    assert_eq!(repository.says(&waive.split(' ').collect::<Vec<_>>()).0, 0);
    assert_eq!(repository.says(&invalidate.split(' ').collect::<Vec<_>>()).0, 0);
}

/// A tiny file system under perfkit's own folder; making one needs root.
#[test]
fn a_run_that_finds_no_room_is_shown_and_says_so() {
    if !can_count() {
        return;
    }
    let repository = Repository::new();
    assert_eq!(repository.says(&COUNT).0, 0);
    let place = tempfile::tempdir().unwrap();
    let mounted =
        Command::new("mount").args(["-t", "tmpfs", "-o", "size=16k", "none"]).arg(place.path()).output();
    if !mounted.is_ok_and(|output| output.status.success()) {
        eprintln!("left out: mounting a small file system needs root");
        return;
    }
    fs::remove_dir_all(repository.path().join(".perfkit")).unwrap();
    std::os::unix::fs::symlink(place.path(), repository.path().join(".perfkit")).unwrap();
    let filler = fs::write(place.path().join("filler"), vec![1; 64 * 1024]);
    let output = perfkit(&repository, &COUNT).output().unwrap();
    let text = said(&output);
    let runs = whole_runs(place.path());
    let unmounted = Command::new("umount").arg(place.path()).status().unwrap();
    assert!(unmounted.success() && filler.is_err());
    assert_eq!(output.status.code(), Some(5), "{text}");
    assert!(text.contains("sum/small") && text.contains("No space left"), "{text}");
    assert!(runs.is_empty());
}

/// At whatever moment: the run is whole and marked, or there is none; the code says that it was stopped.
#[test]
fn an_interrupt_at_any_moment_leaves_whole_documents() {
    if !can_count() {
        return;
    }
    let repository = Repository::new();
    // Built beforehand, so that the moments fall into measuring as well.
    assert_eq!(repository.says(&COUNT).0, 0);
    let partial = |runs: &[Run]| runs.iter().filter(|run| run.provenance.partial).count();
    for moment in 0..12 {
        let before = whole_runs(&repository.path().join(".perfkit"));
        let child = perfkit(&repository, &COUNT).spawn().unwrap();
        thread::sleep(Duration::from_millis(40 * moment + 5));
        // To the process alone: a terminal would tell its children too, which perfkit ends itself.
        let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).output();
        let output = child.wait_with_output().unwrap();
        let runs = whole_runs(&repository.path().join(".perfkit"));
        let text = said(&output);
        assert!(!text.contains("panicked"), "{text}");
        assert!(
            runs.iter().all(|run| !run.benchmarks.is_empty()),
            "a run without anything measured was stored"
        );
        match output.status.code() {
            // Before anybody listens, the signal ends the process; after the last measurement it changes nothing.
            None => assert_eq!(runs.len(), before.len()),
            Some(0) => assert_eq!((runs.len(), partial(&runs)), (before.len() + 1, partial(&before))),
            Some(5) if text.contains("nothing is stored") => assert_eq!(runs.len(), before.len()),
            Some(5) => assert_eq!((runs.len(), partial(&runs)), (before.len() + 1, partial(&before) + 1)),
            Some(code) => panic!("moment {moment}: {code} {text}"),
        }
    }
    assert!(
        files(&repository.path().join(".perfkit"))
            .iter()
            .all(|path| { !path.file_name().unwrap().to_string_lossy().starts_with(".perfkit-") })
    );
}

/// The third round of two benchmarks has no end: the first round of both is kept, and being stopped is no failure.
#[test]
fn an_interrupt_keeps_the_rounds_that_were_finished() {
    let repository = Repository::new();
    let before = "let folder = std::path::Path::new(&std::env::var(\"CRITERION_HOME\")";
    let endless = "let log = \"target/rounds.log\";
            let mut file = std::fs::OpenOptions::new().create(true).append(true).open(log).unwrap();
            std::io::Write::write_all(&mut file, b\"round\\n\").unwrap();
            if std::fs::read_to_string(log).unwrap().lines().count() == 3 {
                std::thread::sleep(std::time::Duration::from_secs(1000));
            }
            ";
    repository.edit("benches/time.rs", before, &format!("{endless}{before}"));
    let child = perfkit(&repository, &["run", "--instrument", "time"]).spawn().unwrap();
    wait_for(|| repository.path().join("target/rounds.log"), |log| log.lines().count() == 3);
    let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).output();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(5), "{}", said(&output));
    let runs = whole_runs(&repository.path().join(".perfkit"));
    assert_eq!(runs.len(), 1, "{}", said(&output));
    assert!(runs[0].provenance.partial && runs[0].problems.is_empty(), "{:?}", runs[0].problems);
    let rounds = runs[0].benchmarks.iter().map(|row| (row.id.as_str(), row.metrics["time_ns"].n));
    assert_eq!(rounds.collect::<Vec<_>>(), [("sum/large", Some(1)), ("sum/small", Some(1))]);
}

/// `diff` keeps nothing, so it ends at once; so does what its bench has started.
#[test]
fn an_interrupt_leaves_no_process_behind() {
    let repository = Repository::new();
    let before = "Some(\"--perfkit-list\") => {";
    let endless = "
            let other = std::process::Command::new(\"sleep\").arg(\"1000\").spawn().unwrap();
            std::fs::write(\"pid\", format!(\"{}\\n\", other.id())).unwrap();
            std::thread::sleep(std::time::Duration::from_secs(1000));";
    repository.edit("benches/time.rs", before, &format!("{before}{endless}"));
    repository.commit();
    let child = perfkit(&repository, &["diff", "HEAD", "HEAD"]).spawn().unwrap();
    let pid = wait_for(|| repository.worktree().join("pid"), |pid| pid.ends_with('\n'));
    let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).output();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", said(&output));
    assert_ends(pid.trim());
}

#[test]
fn two_at_once_on_one_store_lose_nothing() {
    if !can_count() {
        return;
    }
    let repository = Repository::new();
    assert_eq!(repository.says(&COUNT).0, 0);
    let children: Vec<_> = (0..4).map(|_| perfkit(&repository, &COUNT).spawn().unwrap()).collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    }
    let runs = whole_runs(&repository.path().join(".perfkit"));
    let mut ids: Vec<&str> = runs.iter().map(|run| run.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 5);
}

#[test]
fn the_one_worktree_is_used_by_one_at_a_time() {
    if !can_count() {
        return;
    }
    let repository = Repository::new();
    repository.edit(
        "benches/time.rs",
        "total.wrapping_mul(3) ^ i",
        "total.wrapping_mul(3).rotate_left(9).swap_bytes() ^ i",
    );
    repository.commit();
    let diff = ["diff", "HEAD~1", "HEAD", "--filter", "sum/small", "--format", "json"];
    let (code, alone) = repository.prints(&diff);
    assert_eq!(code, 0, "{alone}");
    let children: Vec<_> = (0..3).map(|_| perfkit(&repository, &diff).spawn().unwrap()).collect();
    let outputs: Vec<Output> = children.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
    for output in &outputs {
        assert_eq!(output.status.code(), Some(0), "{}", said(output));
        assert_eq!(String::from_utf8_lossy(&output.stdout), alone);
    }
    let waited =
        outputs.iter().filter(|output| said(output).contains("waiting for another perfkit (process")).count();
    assert!(waited >= 1, "nobody waited");
}

#[test]
fn what_lies_about_in_the_worktree_does_not_matter() {
    if !can_count() {
        return;
    }
    let repository = Repository::new();
    assert_eq!(repository.says(&["diff", "HEAD", "HEAD"]).0, 0);
    let worktree = repository.worktree();
    fs::write(worktree.join("benches/time.rs"), "this does not build").unwrap();
    fs::write(worktree.join("src/stray.rs"), "neither does this").unwrap();
    let (code, text) = repository.says(&["diff", "HEAD", "HEAD"]);
    assert_eq!(code, 0, "{text}");
    assert!(repository.git(&["status", "--porcelain"]).is_empty());
}

#[test]
fn a_base_that_does_not_build_is_named_and_the_run_is_kept() {
    if !can_count() {
        return;
    }
    let repository = Repository::new();
    repository.edit("benches/time.rs", "fn main() {", "fn main() { let broken: u8 = \"no\";");
    repository.commit();
    repository.edit("benches/time.rs", "fn main() { let broken: u8 = \"no\";", "fn main() {");
    repository.write(
        "perfkit.toml",
        "schema = \"perfkit.config/1\"\n[[gate]]\nselect = \"**\"\nmetric = \"ir\"\nkind = \"relative\"\n",
    );
    repository.commit();
    let (code, text) = repository.says(&["gate", "--base", "HEAD~1", "--instrument", "count"]);
    assert_eq!(code, 5, "{text}");
    assert!(text.contains("could not be counted") && text.contains("mismatched types"), "{text}");
    assert_eq!(whole_runs(&repository.path().join(".perfkit")).len(), 1);
}
