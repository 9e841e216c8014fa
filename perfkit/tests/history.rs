//! Series over stored runs: change points with their revisions, breaks, doubts, and an index that heals itself.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod samples;
mod workspace;

use std::{fs, path::PathBuf};

use perfkit::{
    format::{Metric, Run, metric_info},
    store::{SAMPLES_SCHEMA, Samples, Store},
};
use serde_json::Value;
use workspace::Workspace;

/// A workspace without benches whose store is filled by hand.
struct Fixture(Workspace);

impl std::ops::Deref for Fixture {
    type Target = Workspace;

    fn deref(&self) -> &Workspace {
        &self.0
    }
}

impl Fixture {
    fn new() -> Self {
        Self(Workspace::new(&[]))
    }

    fn store(&self) -> Store {
        Store::new(&self.path().join(".perfkit"))
    }

    /// Store a run for each count of instructions, an hour apart.
    fn fill(&self, counts: impl IntoIterator<Item = f64>, edit: impl Fn(usize, &mut Run)) -> Vec<PathBuf> {
        let counts = counts.into_iter().enumerate();
        counts
            .map(|(at, ir)| {
                let mut run = run(at, ir);
                edit(at, &mut run);
                self.store().save(&run, &sidecar()).unwrap()
            })
            .collect()
    }

    fn says(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = self.perfkit(arguments);
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let (code, out, err) = self.says(&[&["history", "--format", "json"], arguments].concat());
        assert_eq!(code, 0, "{out}{err}");
        serde_json::from_str(&out).unwrap()
    }

    fn segments(&self) -> Vec<PathBuf> {
        let folder = self.path().join(".perfkit/index/local/server-cpu");
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
    }
}

fn sidecar() -> Samples {
    Samples { schema: SAMPLES_SCHEMA.to_owned(), ..Samples::default() }
}

fn revision(at: usize) -> String {
    format!("{at:07x}{}", "0".repeat(33))
}

fn run(at: usize, ir: f64) -> Run {
    let mut run = samples::run();
    run.id = format!("{at:06x}");
    run.provenance.started = format!("2026-03-{:02}T{:02}:00:00Z", 1 + at / 24, at % 24);
    run.provenance.revision = revision(at);
    run.provenance.dirty = false;
    run.benchmarks.retain(|row| row.id == "net_encryption/encrypt/64");
    let info = metric_info("ir").unwrap();
    run.benchmarks[0].metrics.insert("ir".to_owned(), Metric::new(info, ir, "exact", "callgrind"));
    run
}

fn step(at: usize, count: usize) -> impl Iterator<Item = f64> {
    (0..count).map(move |run| if run < at { 1431.0 } else { 1440.0 })
}

#[test]
fn a_step_is_shown_with_the_revisions_it_lies_between() {
    let fixture = Fixture::new();
    fixture.fill(step(40, 60), |_, _| {});
    let (code, out, err) = fixture.says(&["history"]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(
        out.contains(
            "✗ worse net_encryption/encrypt/64 ir: 1431 -> 1440 instructions/op (+0.6 %), after 0000027"
        ),
        "{out}"
    );
    assert!(out.contains("at 0000028 (2026-03-02)") && out.contains("▁"), "{out}");
    // Steady series are counted, and shown where they are asked for.
    assert!(!out.contains("locked") && out.contains("steady ones are not shown"), "{out}");
    let (_, out, _) = fixture.says(&["history", "net_encryption", "--metric", "locked_ops"]);
    assert!(out.contains("locked") && out.contains("✓ steady"), "{out}");
}

#[test]
fn a_series_without_a_step_is_silent() {
    let fixture = Fixture::new();
    fixture.fill(step(60, 60), |_, _| {});
    let (_, out, _) = fixture.says(&["history"]);
    assert!(out.contains("0 with change points") && !out.contains('✗'), "{out}");
}

#[test]
fn nothing_is_joined_over_a_benchmark_revision_or_a_toolchain() {
    let fixture = Fixture::new();
    fixture.fill(step(20, 60), |at, run| {
        run.benchmarks[0].revision = if at < 20 { 1 } else { 2 };
        if at >= 40 {
            run.toolchain.rustc = "rustc 1.96.0".to_owned();
        }
    });
    let history = fixture.json(&["--metric", "ir"]);
    let stretches = history["hosts"][0]["series"][0]["stretches"].as_array().unwrap();
    assert_eq!(stretches.len(), 3);
    assert!(stretches.iter().all(|stretch| stretch["change_points"].as_array().unwrap().is_empty()));
    assert_eq!(stretches[1]["broken_by"], "benchmark revision 1 → 2");
    assert!(stretches[2]["broken_by"].as_str().unwrap().contains("rustc 1.96.0"));
    let (_, out, _) = fixture.says(&["history", "--metric", "ir"]);
    assert!(out.contains('│') && out.contains("not joined"), "{out}");
}

#[test]
fn dirty_and_taken_back_runs_are_kept_and_nothing_is_concluded_from_them() {
    let fixture = Fixture::new();
    let spikes = (0..60).map(|at| if at == 30 || at == 59 { 2000.0 } else { 1431.0 });
    fixture.fill(spikes, |at, run| run.provenance.dirty = at == 30);
    let (_, out, _) = fixture.says(&["history", "--metric", "ir"]);
    assert!(out.contains("✗ worse") && out.contains("1 point is kept") && out.contains("dirty"), "{out}");
    let id = format!("{:06x}", 59);
    let (code, out, err) =
        fixture.says(&["history", "--invalidate", &id, "--reason", "a neighbour", "--author", "me"]);
    assert_eq!(code, 0, "{out}{err}");
    let (_, out, _) = fixture.says(&["history", "--metric", "ir"]);
    assert!(!out.contains("✗ worse") && out.contains("invalidated: a neighbour"), "{out}");
    let history = fixture.json(&["--metric", "ir"]);
    assert_eq!(history["hosts"][0]["series"][0]["stretches"][0]["points"].as_array().unwrap().len(), 60);
    let (code, out, err) = fixture.says(&["baseline", "accept", &id, "--reason", "r", "--author", "me"]);
    assert_eq!(code, 4, "{out}{err}");
    assert!(err.contains("taken back by me: a neighbour"), "{err}");
}

#[test]
fn only_new_runs_are_read_and_the_index_is_never_the_truth() {
    let fixture = Fixture::new();
    let files = fixture.fill(step(40, 50), |_, _| {});
    fixture.json(&[]);
    // What the index holds is not read again: the damage is not noticed.
    let first = fs::read(&files[0]).unwrap();
    fs::write(&files[0], "{").unwrap();
    fixture.fill([1440.0], |_, run| {
        run.id = "ffffff".to_owned();
        run.provenance.started = "2026-04-01T00:00:00Z".to_owned();
    });
    let history = fixture.json(&["--metric", "ir"]);
    assert_eq!(history["hosts"][0]["runs"].as_array().unwrap().len(), 51);
    assert_eq!(history["notes"].as_array().unwrap().len(), 0);
    // Made anew, it is.
    let history = fixture.json(&["--metric", "ir", "--rebuild"]);
    assert_eq!(history["hosts"][0]["runs"].as_array().unwrap().len(), 50);
    assert!(history["notes"].to_string().contains("cut short"), "{}", history["notes"]);
    // A run that was restored is there again, and one that is gone is gone.
    fs::write(&files[0], first).unwrap();
    fs::remove_file(&files[1]).unwrap();
    let history = fixture.json(&["--metric", "ir"]);
    let runs: Vec<&str> = history["hosts"][0]["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| run["id"].as_str().unwrap())
        .collect();
    assert_eq!(runs.len(), 50);
    assert!(runs.contains(&"000000") && !runs.contains(&"000001"));
}

#[test]
fn a_damaged_or_older_index_is_made_again_and_that_is_said() {
    let fixture = Fixture::new();
    fixture.fill(step(40, 50), |_, _| {});
    let expected = fixture.json(&["--metric", "ir"]);
    for damage in [b"perfkit.index/0\nxx".as_slice(), b"", b"perfkit.index/1\n12345678"] {
        for segment in fixture.segments() {
            fs::write(segment, damage).unwrap();
        }
        let (code, out, err) = fixture.says(&["history", "--format", "json", "--metric", "ir"]);
        assert_eq!(code, 0, "{err}");
        assert!(err.contains("index of server-cpu could not be used") && err.contains("made again"), "{err}");
        let healed: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(healed["hosts"], expected["hosts"]);
        assert_eq!(fixture.json(&["--metric", "ir"])["notes"].as_array().unwrap().len(), 0);
    }
}

#[test]
fn many_small_segments_become_one_and_processes_at_once_agree() {
    let fixture = Fixture::new();
    for at in 0..40 {
        let mut run = run(at, 1431.0);
        run.id = format!("{at:06x}");
        fixture.store().save(&run, &sidecar()).unwrap();
        if at % 2 == 0 {
            fixture.json(&[]);
        }
    }
    assert!(fixture.segments().len() <= 17, "{}", fixture.segments().len());
    let expected = fixture.json(&["--rebuild"]);
    fs::remove_dir_all(fixture.path().join(".perfkit/index")).unwrap();
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..4).map(|_| scope.spawn(|| fixture.json(&[]))).collect();
        for reader in readers {
            assert_eq!(reader.join().unwrap()["hosts"], expected["hosts"]);
        }
    });
}

#[test]
fn times_are_searched_only_where_one_run_is_evidence() {
    let fixture = Fixture::new();
    fixture.fill((0..60).map(|_| 1431.0), |at, run| {
        let slow = if at < 30 { 100.0 } else { 150.0 } + (at % 3) as f64;
        let row = &mut run.benchmarks[0];
        row.metrics.clear();
        for (name, statistic) in [("time_ns", "p20_min"), ("cpu_time_ns", "median")] {
            let metric = Metric::new(metric_info(name).unwrap(), slow, statistic, "criterion");
            row.metrics.insert(name.to_owned(), metric.with_interval(slow - 1.0, slow + 1.0, 0.95));
        }
    });
    let (_, out, _) = fixture.says(&["history", "--all"]);
    assert!(out.contains("✗ worse net_encryption/encrypt/64 time_ns"), "{out}");
    assert!(
        out.contains("- not searched") && !out.contains("worse net_encryption/encrypt/64 cpu_time_ns"),
        "{out}"
    );
}

#[test]
fn wrong_questions_are_told_from_empty_answers() {
    let fixture = Fixture::new();
    let (code, _, err) = fixture.says(&["history"]);
    assert!(code == 2 && err.contains("perfkit run"), "{code} {err}");
    fixture.fill(step(1, 2), |_, _| {});
    let (code, _, err) = fixture.says(&["history", "--metric", "cycles"]);
    assert!(code == 2 && err.contains("locked_ops"), "{code} {err}");
    let (code, _, err) = fixture.says(&["history", "--host", "nowhere"]);
    assert!(code == 2 && err.contains("server-cpu"), "{code} {err}");
    let (code, _, err) = fixture.says(&["history", "nothing/**"]);
    assert!(code == 5 && err.contains("nothing/**"), "{code} {err}");
    let (code, _, err) =
        fixture.says(&["history", "--invalidate", "abcdef", "--reason", "r", "--author", "me"]);
    assert!(code == 2 && err.contains("abcdef"), "{code} {err}");
}

/// What this machine's runs are stored under.
fn this_host() -> String {
    perfkit::host::slug(&perfkit::host::fingerprint())
}

#[test]
fn latest_is_this_hosts_newest_run_and_never_one_that_was_taken_back() {
    let fixture = Fixture::new();
    let compared = || {
        let (code, out, err) = fixture.says(&["diff", "latest", "latest", "--format", "json"]);
        let document: Value = serde_json::from_str(&out).unwrap_or_default();
        (code, document["before"].as_str().unwrap_or_default().to_owned(), err)
    };
    // Every third is another host's, the newest among them.
    fixture.fill(step(2, 6), |at, run| {
        run.host.profile = if at % 3 == 2 { "zebra".to_owned() } else { this_host() };
    });
    let (code, before, err) = compared();
    assert!(code == 0 && before.contains("run 000004"), "{code} {before} {err}");
    let take_back = |arguments: &[&str]| {
        fixture.says(
            &[&["history", "--reason", "a neighbour", "--author", "me", "--invalidate"], arguments].concat(),
        )
    };
    let (code, out, err) = take_back(&["latest"]);
    assert!(code == 0 && out.contains("000004 is taken back"), "{code} {out}{err}");
    let (_, before, err) = compared();
    assert!(before.contains("run 000003") && !err.contains("taken back"), "{before} {err}");
    let (code, out, err) = take_back(&["latest", "--host", "Zebra"]);
    assert!(code == 0 && out.contains("000005 is taken back"), "{code} {out}{err}");
    for id in ["000003", "000001", "000000"] {
        assert_eq!(take_back(&[id]).0, 0);
    }
    let (code, _, err) = compared();
    assert!(code == 2 && err.contains("all 4 runs") && err.contains("taken back"), "{code} {err}");
    // A run that is named is found all the same, and what became of it is said.
    let (code, out, err) = fixture.says(&["diff", "000003", "000002"]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(err.contains("000003 was taken back by me: a neighbour") && !err.contains("000002 was"), "{err}");
}

#[test]
fn where_only_other_hosts_have_measured_they_are_named() {
    let fixture = Fixture::new();
    fixture.fill(step(2, 3), |at, run| run.host.profile = format!("other{}", at % 2));
    let (code, out, err) = fixture.says(&["export", "--format", "csv"]);
    assert_eq!(code, 2, "{out}{err}");
    assert!(
        err.contains(&this_host()) && err.contains("other0 (newest 000002), other1 (newest 000001)"),
        "{err}"
    );
    assert_eq!(fixture.says(&["export", "000002", "--format", "csv"]).0, 0);
}

#[test]
fn rows_are_taken_back_by_name_and_a_mistaken_pattern_takes_back_nothing() {
    let fixture = Fixture::new();
    fixture.fill(step(2, 3), |_, _| {});
    let take_back = |glob: &str, reason: &str| {
        fixture.says(&["history", glob, "--invalidate", "000002", "--reason", reason, "--author", "me"])
    };
    let (code, out, err) = take_back("net_encrypton/**", "r");
    assert!(code == 2 && err.contains("net_encryption/encrypt/64"), "{code} {out}{err}");
    let (code, out, err) = take_back("net_encryption/**", " ");
    assert!(code == 2 && err.contains("--reason"), "{code} {out}{err}");
    assert!(fixture.store().invalidations().unwrap().is_empty(), "a refusal writes nothing");
    let (code, out, err) = take_back("net_encryption/**", "a cached input");
    assert_eq!(code, 0, "{err}");
    assert!(out.starts_with("of run ") && out.contains("these rows are taken back: a cached input"), "{out}");
    assert!(out.ends_with("\n  net_encryption/encrypt/64\n"), "{out}");
    let (_, _, err) = fixture.says(&["diff", "000002", "000001"]);
    assert!(
        err.contains("the rows net_encryption/** of run") && err.contains("by me: a cached input"),
        "{err}"
    );
}

#[test]
fn toolchains_in_turns_show_the_newest_change_and_end_with_the_newest_point() {
    let fixture = Fixture::new();
    let counts = (0..61).map(|at| match at % 2 {
        0 if at >= 40 => 1440.0,
        0 => 1431.0,
        _ if at >= 21 => 1431.0,
        _ => 1440.0,
    });
    fixture.fill(counts, |at, run| {
        if at % 2 == 1 {
            run.toolchain.rustc = "rustc 1.96.0".to_owned();
        }
    });
    let (_, out, err) = fixture.says(&["history", "--metric", "ir"]);
    let row = out.lines().find(|line| line.contains("net_encryption/encrypt/64") && line.contains('▁'));
    let row = row.unwrap_or_else(|| panic!("{out}{err}"));
    assert!(row.contains("✗ worse") && row.contains("at 0000028"), "{row}");
    let last_bar = row.chars().rfind(|c| ('▁'..='█').contains(c));
    assert_eq!(last_bar, Some('█'), "{row}");
}
