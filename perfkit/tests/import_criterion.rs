//! Criterion's folder and critcmp's exports as baselines.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod workspace;

use std::{
    fs,
    path::Path,
    time::{Duration, SystemTime},
};

use perfkit::{
    format::{BaselineKind, HostRules},
    import::{ImportOptions, import_critcmp, import_criterion},
};

fn options() -> ImportOptions {
    ImportOptions {
        name: "mine".to_owned(),
        isa: "x86_64-avx2".to_owned(),
        rules: HostRules::default(),
        kind: BaselineKind::Timed,
        title: "Criterion's last run".to_owned(),
        reason: "to begin with".to_owned(),
        author: "A. Author".to_owned(),
        date: "2026-03-05".to_owned(),
    }
}

const ESTIMATE: &str = r#"{"confidence_interval":{"confidence_level":0.95,"lower_bound":90.0,"upper_bound":110.0},"point_estimate":POINT,"standard_error":1.0}"#;

fn estimates(mean: &str, slope: &str) -> String {
    let estimate = |point: &str| match point {
        "null" => "null".to_owned(),
        point => ESTIMATE.replace("POINT", point),
    };
    let (mean, slope) = (estimate(mean), estimate(slope));
    format!(r#"{{"mean":{mean},"median":{mean},"median_abs_dev":{mean},"slope":{slope},"std_dev":{mean}}}"#)
}

fn described(id: &str, throughput: &str) -> String {
    format!(
        r#"{{"group_id":"g","function_id":null,"value_str":null,"throughput":{throughput},"full_id":"{id}","directory_name":"elsewhere","title":"t"}}"#
    )
}

fn save(home: &Path, folder: &str, id: &str, throughput: &str, estimates: &str) {
    let folder = home.join(folder);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("benchmark.json"), described(id, throughput)).unwrap();
    fs::write(folder.join("estimates.json"), estimates).unwrap();
}

#[test]
fn the_id_comes_from_the_file_and_the_estimate_is_what_criterion_shows() {
    let home = tempfile::tempdir().unwrap();
    save(home.path(), "cut_name/new", "sum/all of it/64", r#"{"Bytes":64}"#, &estimates("100.0", "99.5"));
    save(home.path(), "cut_name/base", "sum/all of it/64", r#"{"Bytes":64}"#, &estimates("1.0", "1.0"));
    save(home.path(), "flat/new", "flat", r#"{"Parsecs":5}"#, &estimates("100.0", "null"));
    fs::create_dir_all(home.path().join("report")).unwrap();
    let imported = import_criterion(home.path(), "new", &options()).unwrap();
    assert!(imported.remarks.is_empty(), "{:?}", imported.remarks);
    let sum = imported.baseline.live("sum/all of it/64").unwrap();
    let metric = &sum.metrics["criterion_ns"];
    assert_eq!((metric.value, metric.statistic.as_str(), sum.bytes), (99.5, "criterion", 64));
    assert_eq!(metric.ci.map(|ci| (ci.low, ci.high, ci.level)), Some((90.0, 110.0, 0.95)));
    let flat = imported.baseline.live("flat").unwrap();
    assert_eq!((flat.metrics["criterion_ns"].value, flat.bytes), (100.0, 0));
}

#[test]
fn a_saved_baseline_goes_by_its_name_and_one_that_is_not_there_names_those_that_are() {
    let home = tempfile::tempdir().unwrap();
    save(home.path(), "sum/new", "sum", "null", &estimates("2.0", "2.0"));
    save(home.path(), "sum/before", "sum", "null", &estimates("1.0", "1.0"));
    let imported = import_criterion(home.path(), "before", &options()).unwrap();
    assert_eq!(imported.baseline.live("sum").unwrap().metrics["criterion_ns"].value, 1.0);
    let error = import_criterion(home.path(), "main", &options()).unwrap_err().to_string();
    assert!(error.contains("\"main\"") && error.contains(r#"["before", "new"]"#), "{error}");
}

#[test]
fn what_an_older_run_left_behind_is_said() {
    let home = tempfile::tempdir().unwrap();
    save(home.path(), "sum/new", "sum", "null", &estimates("2.0", "2.0"));
    save(home.path(), "gone/new", "gone", "null", &estimates("2.0", "2.0"));
    let imported = import_criterion(home.path(), "new", &options()).unwrap();
    assert!(imported.remarks.is_empty(), "both are of one run: {:?}", imported.remarks);
    let file = fs::File::options().write(true).open(home.path().join("gone/new/estimates.json")).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(3 * 24 * 60 * 60)).unwrap();
    let imported = import_criterion(home.path(), "new", &options()).unwrap();
    assert!(
        imported.remarks[0].contains("1 of 2") && imported.remarks[0].contains("gone"),
        "{:?}",
        imported.remarks
    );
}

#[test]
fn one_id_in_two_folders_is_said_and_bad_files_are_named() {
    let home = tempfile::tempdir().unwrap();
    save(home.path(), "a/new", "sum", "null", &estimates("2.0", "2.0"));
    save(home.path(), "b/new", "sum", "null", &estimates("2.0", "2.0"));
    save(home.path(), "c/new", "bad//id", "null", &estimates("2.0", "2.0"));
    let imported = import_criterion(home.path(), "new", &options()).unwrap();
    assert_eq!(imported.baseline.benchmarks.len(), 1);
    let remarks = imported.remarks.join("\n");
    assert!(
        remarks.contains("sum is there twice") && remarks.contains("\"bad//id\" is left out"),
        "{remarks}"
    );
    save(home.path(), "b/new", "sum 2", "null", &estimates("-2.0", "null"));
    let error = import_criterion(home.path(), "new", &options()).unwrap_err().to_string();
    assert!(error.contains("estimates.json") && error.contains("point_estimate is -2"), "{error}");
    fs::write(home.path().join("b/new/estimates.json"), "{").unwrap();
    let error = import_criterion(home.path(), "new", &options()).unwrap_err().to_string();
    assert!(error.contains("estimates.json") && error.contains("EOF"), "{error}");
    assert!(import_criterion(&home.path().join("nowhere"), "new", &options()).is_err());
}

fn export(entries: &[(&str, &str)]) -> String {
    let entries = entries.iter().map(|(id, estimates)| {
        format!(
            r#""{id}":{{"baseline":"before","fullname":"{id}","criterion_benchmark_v1":{},"criterion_estimates_v1":{estimates}}}"#,
            described(id, r#"{"Elements":3}"#)
        )
    });
    format!(r#"{{"name":"before","benchmarks":{{{}}}}}"#, entries.collect::<Vec<_>>().join(","))
}

#[test]
fn an_export_of_critcmp_is_criterions_own_figures() {
    let text = export(&[("b/2", &estimates("2.0", "1.5")), ("a", &estimates("2.0", "null"))]);
    let imported = import_critcmp(&text, &options()).unwrap();
    let rows: Vec<(&str, f64, u64)> = imported
        .baseline
        .benchmarks
        .iter()
        .map(|row| (row.id.as_str(), row.metrics["criterion_ns"].value, row.elements))
        .collect();
    assert_eq!(rows, [("a", 2.0, 3), ("b/2", 1.5, 3)]);
    assert!(imported.remarks[0].contains("before"), "{:?}", imported.remarks);
}

#[test]
fn what_is_no_export_of_critcmp_is_refused_by_name() {
    let refusal = |text: &str| import_critcmp(text, &options()).unwrap_err().to_string();
    assert!(refusal("[]").contains("not an export of critcmp"));
    assert!(refusal(r#"{"name":"x"}"#).contains("benchmarks"));
    assert!(refusal(&export(&[])).contains("holds no benchmark"));
    assert!(refusal(&export(&[("a//b", &estimates("2.0", "null"))])).contains("\"a//b\""));
    assert!(refusal(&export(&[("a", &estimates("-2.0", "null"))])).contains("point_estimate is -2"));
}

#[test]
fn what_is_imported_as_times_of_a_host_is_verified_without_a_revision_and_a_run_is_not() {
    let workspace = workspace::Workspace::new(&[]);
    save(&workspace.path().join("criterion"), "sum/new", "sum", "null", &estimates("2.0", "2.0"));
    let options = [
        ["--format", "criterion"],
        ["--kind", "timed"],
        ["--name", "build-box"],
        ["--isa", "x86_64-avx2"],
        ["--title", "before perfkit"],
        ["--reason", "to begin with"],
        ["--author", "A. Author"],
        ["--brand-contains", "7950X"],
    ];
    let (code, text) = workspace.says(&[&["import", "criterion"], options.as_flattened()].concat());
    assert_eq!(code, 0, "{text}");
    let (code, text) = workspace.says(&["baseline", "verify"]);
    assert_eq!(code, 0, "{text}");
    workspace.edit("baselines/build-box.json", "\"before perfkit\"", "\"run 0a1b2c\"");
    let (code, text) = workspace.says(&["baseline", "verify"]);
    assert_eq!(code, 1, "a run that was accepted has a revision: {text}");
}
