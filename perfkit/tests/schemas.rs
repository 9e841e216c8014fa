//! The schemas in `schemas/` and the Rust types say the same: what the types write validates and every field of it is
//! named; what is broken is refused, by both.

mod samples;
mod schema;

use std::{fs, path::Path};

use perfkit::format::{
    Baseline, Corpus, CountedAgainst, Kept, Run, RunInvalidation,
    baseline::BASELINE_SCHEMA,
    corpus::{CORPUS_SCHEMA, Session},
    document::{document_text, parse_document},
    invalidation::INVALIDATION_SCHEMA,
    metric::METRICS,
    rounds::{ROUNDS_SCHEMA, Rounds},
    run::RUN_SCHEMA,
    trials::{TRIALS_SCHEMA, Trial, Trials},
};
use perfkit::{
    ab::Change,
    report::compare::{Before, compare_run},
    store::Samples,
};
use schema::{accept, refuse, remove, schema, validator};
use serde_json::{Value, json};

#[test]
fn a_run_validates_and_broken_ones_do_not() {
    let run = serde_json::to_value(samples::run()).unwrap();
    let broken = |edit: &dyn Fn(&mut Value)| {
        refuse(&schema("run"), &run, edit, |text| {
            parse_document::<Run>(text, Path::new("run.json"), RUN_SCHEMA).is_err()
        });
    };
    accept(&schema("run"), &run);
    broken(&|run| run["schema"] = json!("perfkit.run/2"));
    broken(&|run| remove(run, "", "toolchain"));
    broken(&|run| remove(run, "/host/fingerprint", "cores"));
    broken(&|run| run["benchmarks"][0]["metrics"]["ir"]["value"] = json!("1431"));
    broken(&|run| run["benchmarks"][0]["metrics"]["ir"]["better"] = json!("bigger"));
    broken(&|run| remove(run, "/benchmarks/0/metrics/ir", "statistic"));
    broken(&|run| run["provenance"]["rounds"] = json!(-1));
    broken(&|run| run["verdicts"][0]["outcome"] = json!("passed"));
    broken(&|run| run["problems"][0]["kind"] = json!("odd"));
    broken(&|run| run["problems"][0]["instrument"] = json!("ruler"));
}

#[test]
fn baselines_of_every_kind_validate_and_broken_ones_do_not() {
    let schema = schema("baseline");
    let mut partly_old = samples::counted();
    let kept = Kept { revision: "0ff1ce".to_owned(), reason: "no runner".to_owned() };
    partly_old.benchmarks[0].metrics.values_mut().for_each(|metric| metric.kept = Some(kept.clone()));
    for baseline in [samples::reference(), samples::timed(), samples::counted(), partly_old] {
        accept(&schema, &serde_json::to_value(baseline).unwrap());
    }
    let counted = serde_json::to_value(samples::counted()).unwrap();
    let broken = |edit: &dyn Fn(&mut Value)| {
        refuse(&schema, &counted, edit, |text| {
            parse_document::<Baseline>(text, Path::new("b.json"), BASELINE_SCHEMA).is_err()
        });
    };
    broken(&|baseline| baseline["schema"] = json!("perfkit.baseline/2"));
    broken(&|baseline| baseline["kind"] = json!("published"));
    broken(&|baseline| remove(baseline, "/acceptance", "reason"));
    broken(&|baseline| remove(baseline, "/key", "valgrind"));
    broken(&|baseline| baseline["rules"]["hostname"] = json!("x"));
    broken(&|baseline| baseline["benchmarks"] = json!({}));
}

#[test]
fn a_comparison_validates_and_broken_ones_do_not() {
    let (schema, run) = (schema("compare"), samples::run());
    let mut earlier = samples::run();
    earlier.benchmarks[0].metrics.insert("ir".to_owned(), samples::metric("ir", 9.0, "exact"));
    earlier.benchmarks[1].id = "gone/1".to_owned();
    earlier.benchmarks[2].metrics.remove("ir");
    let functions = [("f".to_owned(), 1.0)].into();
    let sidecar =
        Samples { functions: [(run.benchmarks[0].id.clone(), functions)].into(), ..Samples::default() };
    let revision = "1f0c2ab".to_owned();
    let counted_against = Some(CountedAgainst { revision, why: "--base".to_owned() });
    for run in [run.clone(), Run { provenance: Default::default(), counted_against, ..run }] {
        for before in [
            Before::run(&earlier, &Samples::default(), &run),
            Before::run(&earlier, &sidecar, &run),
            Before::fitting(&[samples::timed(), samples::counted()], &run),
        ] {
            let comparison = serde_json::to_value(compare_run(&before, &run, &Samples::default())).unwrap();
            accept(&schema, &comparison);
            for member in ["headline", "rows", "show_all"] {
                let mut broken = comparison.clone();
                remove(&mut broken, "", member);
                assert!(!validator(&schema).is_valid(&broken), "without {member}");
            }
        }
    }
}

#[test]
fn unknown_fields_of_programs_documents_are_kept() {
    let mut run = serde_json::to_value(samples::run()).unwrap();
    run["later"] = json!(1);
    run["benchmarks"][0]["later"] = json!({"a": [1]});
    run["benchmarks"][0]["metrics"]["ir"]["later"] = json!("x");
    assert!(validator(&schema("run")).is_valid(&run));
    let read: Run = parse_document(&run.to_string(), Path::new("run.json"), RUN_SCHEMA).unwrap();
    let written: Value = serde_json::from_str(&document_text(&read).unwrap()).unwrap();
    assert_eq!(written, run);
}

#[test]
fn recorded_rounds_validate_and_broken_ones_do_not() {
    let schema = schema("rounds");
    let side = json!({"wall_ns_min": 1.5, "wall_ns_median": 2, "cpu_ns_min": 1.4, "cpu_ns_median": 1.6, "waited": 0.01});
    let rounds = json!({
        "schema": ROUNDS_SCHEMA, "id": "a/b", "contended": false, "cpu": 1,
        "rounds": [{"first": "b", "a": side, "b": {"wall_ns_min": 1, "wall_ns_median": 2}}],
    });
    accept(&schema, &rounds);
    let read: Rounds = parse_document(&rounds.to_string(), Path::new("rounds.json"), ROUNDS_SCHEMA).unwrap();
    assert_eq!(read.extra["cpu"], json!(1));
    accept(&schema, &serde_json::to_value(read).unwrap());
    let broken = |edit: &dyn Fn(&mut Value)| {
        refuse(&schema, &rounds, edit, |text| {
            parse_document::<Rounds>(text, Path::new("rounds.json"), ROUNDS_SCHEMA).is_err()
        });
    };
    broken(&|rounds| rounds["schema"] = json!("perfkit.rounds/2"));
    broken(&|rounds| remove(rounds, "", "contended"));
    broken(&|rounds| rounds["rounds"][0]["first"] = json!("c"));
    broken(&|rounds| remove(rounds, "/rounds/0", "b"));
    broken(&|rounds| remove(rounds, "/rounds/0/a", "wall_ns_min"));
    broken(&|rounds| rounds["rounds"][0]["a"]["cpu_ns_min"] = json!("1"));
}

#[test]
fn a_recorded_corpus_validates_and_broken_ones_do_not() {
    let schema = schema("corpus");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/verdict/corpus-loaded.json");
    let corpus: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    accept(&schema, &corpus);
    let broken = |edit: &dyn Fn(&mut Value)| {
        refuse(&schema, &corpus, edit, |text| {
            parse_document::<Corpus>(text, Path::new("corpus.json"), CORPUS_SCHEMA).is_err()
        });
    };
    broken(&|corpus| corpus["schema"] = json!("perfkit.corpus/2"));
    broken(&|corpus| remove(corpus, "", "arms"));
    broken(&|corpus| corpus["rounds"][0][3] = json!("1"));
    broken(&|corpus| corpus["milliseconds"] = json!(-1));
    broken(&|corpus| remove(corpus, "/sessions/0", "date"));
}

#[test]
fn trials_validate_and_broken_ones_do_not() {
    let schema = schema("verdict-trials");
    let trial = Trial {
        id: "kernel/2-percent".to_owned(),
        verdict: Change::CannotTell,
        ratio: Some(1.02),
        interval: Some((1.0, 1.04)),
        rounds: Some(80),
        seconds: 17.5,
    };
    let by_another = Trial { ratio: None, interval: None, rounds: None, ..trial.clone() };
    let trials = Trials {
        schema: TRIALS_SCHEMA.to_owned(),
        condition: "loaded".to_owned(),
        method: "perfkit ab".to_owned(),
        machine: samples::run().host.fingerprint,
        kernel: "6.1".to_owned(),
        sessions: vec![Session { date: "2026-03-05".to_owned(), load_before: Some(0.1), added: 2 }],
        trials: vec![trial, by_another],
        extra: Default::default(),
    };
    let trials = serde_json::to_value(trials).unwrap();
    accept(&schema, &trials);
    let broken = |edit: &dyn Fn(&mut Value)| {
        refuse(&schema, &trials, edit, |text| {
            parse_document::<Trials>(text, Path::new("trials.json"), TRIALS_SCHEMA).is_err()
        });
    };
    broken(&|trials| trials["schema"] = json!("perfkit.verdict-trials/2"));
    broken(&|trials| remove(trials, "", "method"));
    broken(&|trials| trials["trials"][0]["verdict"] = json!("slower"));
    broken(&|trials| trials["trials"][0]["interval"] = json!([1.0]));
    broken(&|trials| remove(trials, "/trials/0", "seconds"));
}

#[test]
fn an_invalidation_validates_and_broken_ones_do_not() {
    let schema = schema("invalidation");
    let rows = json!({
        "schema": INVALIDATION_SCHEMA, "run": "20260305T101112Z-1f0c2ab-0a1b2c", "select": ["net_aad/**"],
        "reason": "the input was cached", "author": "me", "date": "2026-03-05",
    });
    let mut whole = rows.clone();
    remove(&mut whole, "", "select");
    for document in [&rows, &whole] {
        accept(&schema, document);
        let path = Path::new("invalidation.json");
        let read: RunInvalidation = parse_document(&document.to_string(), path, INVALIDATION_SCHEMA).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), *document);
    }
    let broken = |edit: &dyn Fn(&mut Value)| {
        refuse(&schema, &rows, edit, |text| {
            parse_document::<RunInvalidation>(text, Path::new("i.json"), INVALIDATION_SCHEMA).is_err()
        });
    };
    broken(&|document| document["schema"] = json!("perfkit.invalidation/2"));
    broken(&|document| remove(document, "", "run"));
    broken(&|document| remove(document, "", "reason"));
    broken(&|document| remove(document, "", "author"));
    broken(&|document| document["select"] = json!("net_aad/**"));
    broken(&|document| document["date"] = json!(20260305));
}

#[test]
fn runs_and_baselines_share_the_definition_of_a_benchmark() {
    let (run, baseline) = (schema("run"), schema("baseline"));
    for name in ["benchmark", "witness", "invalidation", "metric", "kept", "interval"] {
        assert_eq!(run["$defs"][name], baseline["$defs"][name], "{name}");
    }
}

#[test]
fn schemas_list_every_metric_name() {
    let mut names: Vec<&str> = METRICS.iter().map(|info| info.name).collect();
    // Any number of threads may stand at its end, so that the schemas have a pattern for it.
    names.retain(|name| !name.ends_with("_N"));
    for name in ["config", "recipe"] {
        assert_eq!(schema(name)["$defs"]["metricName"]["anyOf"][0]["enum"], json!(names), "{name}");
    }
}

#[test]
fn a_comparison_of_revisions_validates_and_broken_ones_do_not() {
    use perfkit::{
        ab::{Rule, judge},
        format::{AbReport, Compared, Finding, Side, ab::AB_SCHEMA},
    };
    let side = |ns: f64| json!({"wall_ns_min": ns, "wall_ns_median": ns, "cpu_ns_min": ns, "waited": 0.0});
    let round =
        |index: usize| json!({"first": "a", "a": side(100.0 + index as f64 * 0.01), "b": side(110.0)});
    let rounds: Rounds = serde_json::from_value(json!({
        "schema": ROUNDS_SCHEMA, "id": "a", "contended": false, "cpu": 1, "max_worsening": 0.02, "first_look": 12,
        "rounds": (0..12).map(round).collect::<Vec<_>>(),
    }))
    .unwrap();
    accept(&schema("rounds"), &serde_json::to_value(&rounds).unwrap());
    let run = samples::run();
    let compared = |finding, rounds: &Rounds| Compared {
        id: "a".to_owned(),
        executable: "p::t".to_owned(),
        finding,
        note: "by exact counts".to_owned(),
        time: Some(judge(rounds, &Rule::default())),
        counts: perfkit::compare::compare(&run.benchmarks, &run.benchmarks[1..]),
        functions: vec![("f".to_owned(), 1.0, 2.0)],
    };
    let revision = Side { label: "HEAD".to_owned(), commit: "1f0c2ab".to_owned(), dirty: false };
    let report = AbReport {
        schema: AB_SCHEMA.to_owned(),
        perfkit: "0".to_owned(),
        id: "abc".to_owned(),
        started: "2026-01-01T00:00:00Z".to_owned(),
        command: vec!["ab".to_owned()],
        a: Some(revision.clone()),
        b: Some(revision),
        host: Some(run.host.clone()),
        toolchain: Some(run.toolchain.clone()),
        environment: Some(run.environment.clone()),
        cpu: Some(1),
        max_worsening: 0.02,
        first_look: 12,
        round_milliseconds: Some(400),
        partial: false,
        benchmarks: vec![
            compared(Finding::Worse, &rounds),
            compared(Finding::CannotTell, &Rounds { rounds: Vec::new(), ..rounds.clone() }),
        ],
        new: vec!["n".to_owned()],
        vanished: vec!["v".to_owned()],
        problems: run.problems.clone(),
        extra: Default::default(),
    };
    let document = serde_json::to_value(&report).unwrap();
    accept(&schema("ab"), &document);
    let broken = |edit: &dyn Fn(&mut Value)| {
        refuse(&schema("ab"), &document, edit, |text| {
            parse_document::<AbReport>(text, Path::new("ab.json"), AB_SCHEMA).is_err()
        });
    };
    broken(&|report| report["schema"] = json!("perfkit.ab/2"));
    broken(&|report| report["benchmarks"][0]["finding"] = json!("slower"));
    broken(&|report| report["benchmarks"][0]["time"]["verdict"] = json!("fail"));
    broken(&|report| remove(report, "/benchmarks/0/time/judged", "interval"));
    broken(&|report| report["benchmarks"][0]["functions"][0] = json!(["f", 1.0]));
    broken(&|report| remove(report, "/a", "commit"));
    for name in ["host", "fingerprint", "toolchain", "environment", "problem", "interval"] {
        assert_eq!(schema("run")["$defs"][name], schema("ab")["$defs"][name], "{name}");
    }
}

#[test]
fn a_calibration_validates_and_broken_ones_do_not() {
    use perfkit::format::{Calibration, calibration::CALIBRATION_SCHEMA};
    let run = samples::run();
    let document = json!({
        "schema": CALIBRATION_SCHEMA, "host": "here", "fingerprint": run.host.fingerprint,
        "confirmation_rounds": 12, "quantile": 0.95,
        "benchmarks": [{
            "id": "a", "revision": 1, "floors": {"cpu_time_ns": 0.001, "time_ns": 0.02}, "rounds": 40,
            "round_milliseconds": 416, "measured": "2026-01-01T00:00:00Z", "commit": "1f0c2ab", "dirty": false,
            "rustc": "rustc 1.95.0", "environment": run.environment,
        }],
    });
    accept(&schema("calibration"), &document);
    let broken = |edit: &dyn Fn(&mut Value)| {
        refuse(&schema("calibration"), &document, edit, |text| {
            parse_document::<Calibration>(text, Path::new("c.json"), CALIBRATION_SCHEMA).is_err()
        });
    };
    broken(&|calibration| calibration["schema"] = json!("perfkit.calibration/2"));
    broken(&|calibration| calibration["benchmarks"][0]["floors"]["time_ns"] = json!("2 %"));
    broken(&|calibration| remove(calibration, "/benchmarks/0", "measured"));
    for name in ["fingerprint", "environment"] {
        assert_eq!(schema("run")["$defs"][name], schema("calibration")["$defs"][name], "{name}");
    }
}
