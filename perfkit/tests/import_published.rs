//! `scripts/import-published` writes what `import_bmf` reads, and refuses what is no published result.

use std::{fs, path::Path, process::Command};

use perfkit::{
    format::{BaselineKind, HostRules},
    import::{ImportOptions, import_bmf},
};

/// The script's standard output, or its complaint.
fn convert(results: &str) -> Result<String, String> {
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    let file = folder.path().join("results.json");
    fs::write(&file, results).unwrap_or_else(|error| panic!("{error}"));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/import-published");
    let output = Command::new("python3")
        .arg(script)
        .arg(&file)
        .output()
        .unwrap_or_else(|error| panic!("python3: {error}"));
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

#[test]
fn published_results_become_a_reference_profile() {
    let bmf = convert(
        r#"{"captured": "2026-06-12", "benchmarks": [
            {"id": "b/1", "suite": "s", "median_ns": 17.883, "low_ns": 17.83, "high_ns": 17.944},
            {"id": "a/1", "suite": "s", "median_ns": 2562100.0, "low_ns": 2557000.0, "high_ns": 2567100.0}]}"#,
    )
    .unwrap();
    let options = ImportOptions {
        name: "m1-max".to_owned(),
        isa: "aarch64-neon".to_owned(),
        rules: HostRules::default(),
        kind: BaselineKind::Reference,
        title: "published results".to_owned(),
        reason: "to compare with".to_owned(),
        author: "A. Author".to_owned(),
        date: "2026-06-12".to_owned(),
    };
    let baseline = import_bmf(&bmf, &options).unwrap();
    assert_eq!(baseline.benchmarks.len(), 2);
    let metric = &baseline.live("b/1").unwrap().metrics["criterion_ns"];
    assert_eq!((metric.value, metric.statistic.as_str()), (17.883, "criterion"));
    assert_eq!(metric.ci.map(|interval| (interval.low, interval.high)), Some((17.83, 17.944)));
}

#[test]
fn what_is_no_published_result_is_refused_by_name() {
    let row = |figures: &str| format!(r#"{{"benchmarks": [{{"id": "a/1", {figures}}}]}}"#);
    let complaint = |figures: &str| convert(&row(figures)).unwrap_err();
    assert!(
        complaint(r#""median_ns": 2, "low_ns": 3, "high_ns": 4"#).contains("a/1: 2 is not within 3 to 4")
    );
    assert!(complaint(r#""median_ns": 2, "low_ns": 1"#).contains("a/1: high_ns is None"));
    assert!(complaint(r#""median_ns": -2, "low_ns": -3, "high_ns": 4"#).contains("low_ns is -3"));
    assert!(convert("[]").unwrap_err().contains("no list called `benchmarks`"));
    assert!(convert("{").is_err());
}
