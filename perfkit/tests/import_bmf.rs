//! Bencher Metric Format: what becomes a baseline, and what is refused with which words.

use std::path::Path;

use perfkit::{
    baselines::check,
    format::{BaselineKind, Class, HostRules, baseline::BASELINE_SCHEMA},
    import::{ImportOptions, import_bmf},
};

fn options() -> ImportOptions {
    ImportOptions {
        name: "i9-14900K".to_owned(),
        isa: "x86_64-avx2".to_owned(),
        rules: HostRules { brand_contains: Some("i9-14900K".to_owned()), ..HostRules::default() },
        kind: BaselineKind::Reference,
        title: "published results".to_owned(),
        reason: "to compare with".to_owned(),
        author: "A. Author".to_owned(),
        date: "2026-03-05".to_owned(),
    }
}

fn refusal(text: &str) -> String {
    import_bmf(text, &options()).map_or_else(|error| error.to_string(), |_| "accepted".to_owned())
}

#[test]
fn criterion_figures_keep_their_statistic_and_interval() {
    let text = r#"{"b/2": {"criterion_ns": {"value": 222.0, "lower_value": 221.0, "upper_value": 223.5}},
                   "a/1": {"ir": {"value": 1412}, "p99_ns": {"value": 7}}}"#;
    let baseline = import_bmf(text, &options()).unwrap();
    assert_eq!((baseline.schema.as_str(), baseline.kind), (BASELINE_SCHEMA, BaselineKind::Reference));
    let ids: Vec<&str> = baseline.benchmarks.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(ids, ["a/1", "b/2"]);
    let time = &baseline.benchmarks[1].metrics["criterion_ns"];
    let interval = time.ci.unwrap();
    assert_eq!((time.value, interval.low, interval.high, interval.level), (222.0, 221.0, 223.5, 0.95));
    assert_eq!((time.statistic.as_str(), time.unit.as_str(), time.class), ("criterion", "ns", Class::Timed));
    let others = &baseline.benchmarks[0].metrics;
    assert_eq!((others["ir"].statistic.as_str(), others["p99_ns"].statistic.as_str()), ("exact", "imported"));
}

#[test]
fn a_count_is_no_part_of_a_timed_baseline_and_may_be_of_published_figures() {
    let text = r#"{"a/1": {"ir": {"value": 1412}, "p99_ns": {"value": 7}}}"#;
    let timed = ImportOptions { kind: BaselineKind::Timed, ..options() };
    let error = import_bmf(text, &timed).unwrap_err().to_string();
    for part in ["\"a/1\"", "ir is a count", "--kind reference", "baseline accept --only counted"] {
        assert!(error.contains(part), "{error}");
    }
    let times = import_bmf(&text.replace(r#""ir": {"value": 1412}, "#, ""), &timed).unwrap();
    let published = import_bmf(text, &options()).unwrap();
    for baseline in [times, published] {
        assert_eq!(check(Path::new("i9-14900K.json"), &baseline), Vec::<String>::new());
    }
}

#[test]
fn an_unknown_measure_is_named_with_the_known_ones() {
    let error = refusal(r#"{"a/1": {"latency": {"value": 1}}}"#);
    assert!(
        error.contains("\"a/1\"") && error.contains("\"latency\"") && error.contains("criterion_ns"),
        "{error}"
    );
}

#[test]
fn negative_and_infinite_values_are_refused_by_name() {
    let error = refusal(r#"{"a/1": {"ir": {"value": -1}}}"#);
    assert!(
        error.contains("\"a/1\"") && error.contains("\"ir\"") && error.contains("value is -1"),
        "{error}"
    );
    let error = refusal(r#"{"a/1": {"ir": {"value": 1e999}}}"#);
    assert!(
        error.contains("\"a/1\"") && error.contains("\"ir\"") && error.contains("out of range"),
        "{error}"
    );
}

#[test]
fn an_interval_holds_its_value_and_has_two_ends() {
    let error = refusal(r#"{"a/1": {"ir": {"value": 5, "lower_value": 6, "upper_value": 7}}}"#);
    assert!(error.contains("6 to 7 does not hold the value 5"), "{error}");
    let error = refusal(r#"{"a/1": {"ir": {"value": 5, "lower_value": 4}}}"#);
    assert!(error.contains("both"), "{error}");
}

#[test]
fn a_name_that_stands_twice_is_refused() {
    let error = refusal(r#"{"a/1": {"ir": {"value": 1}}, "a/1": {"ir": {"value": 2}}}"#);
    assert!(error.contains("\"a/1\" stands there twice"), "{error}");
    let error = refusal(r#"{"a/1": {"ir": {"value": 1}, "ir": {"value": 2}}}"#);
    assert!(error.contains("\"a/1\": \"ir\" stands there twice"), "{error}");
}

#[test]
fn unknown_keys_wrong_types_bad_ids_and_emptiness_are_refused() {
    let error = refusal(r#"{"a/1": {"ir": {"value": 1, "unit": "ns"}}}"#);
    assert!(error.contains("\"a/1\"") && error.contains("unknown field `unit`"), "{error}");
    let error = refusal(r#"{"a/1": {"ir": {"value": "1"}}}"#);
    assert!(error.contains("\"ir\"") && error.contains("invalid type"), "{error}");
    assert!(refusal(r#"{"a//1": {}}"#).contains("\"a//1\""));
    assert!(refusal(r#"{"a/1": {}}"#).contains("\"a/1\" has no measure"));
    assert!(refusal("{}").contains("no benchmark"));
    assert!(refusal("[]").contains("an object by name"));
}
