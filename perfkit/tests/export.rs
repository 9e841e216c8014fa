//! What every export writes of one small run, word for word; that nothing is lost on the way back where there is one.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod samples;

use std::collections::BTreeSet;

use perfkit::{
    export::{
        BencherMetricFormat, Benchstat, Csv, Document, ExportError, Exporter, GithubActionBenchmark,
        Hyperfine, OpenMetrics, Source,
    },
    format::{Baseline, BaselineKind, Benchmark, HostRules, Run, config::Patterns},
    import::{ImportOptions, import_bmf},
    store::{Measured, Samples},
};

/// Two rounds of two samples for one of two benchmarks; the other is a cold count.
fn source() -> Source {
    let mut sum = samples::row(
        "known sums/\"quoted\", 1",
        &[("ir", 1431.0, "exact"), ("allocs_per_op", 1.0, "exact"), ("throughput_Bps", 2.5e9, "p20_min")],
    );
    let time = samples::metric("time_ns", 104.5, "p20_min").with_interval(104.0, 106.0, 0.95).with_n(2);
    sum.metrics.insert("time_ns".to_owned(), time);
    sum.metrics.insert("cpu_time_ns".to_owned(), samples::metric("cpu_time_ns", 103.0, "p20_min"));
    sum.package = "suite".to_owned();
    sum.target = "sums".to_owned();
    let cold =
        samples::row("foreign/cold", &[("ir", 123_456.0, "first_call"), ("peak_bytes", 64.0, "exact")]);
    let mut run: Run = samples::run();
    run.benchmarks = vec![cold.clone(), sum.clone()];
    let mut beside = Samples::default();
    let rounds = vec![vec![(10.0, 1040.0), (20.0, 2200.0)], vec![(10.0, 1060.0), (20.0, 2100.0)]];
    beside.time.insert(sum.id.clone(), rounds);
    let host = run.host.profile.clone();
    Source { benchmarks: vec![cold, sum], samples: beside, host, run: Some(Box::new(run)) }
}

fn texts(exporter: &dyn Exporter) -> Vec<(&'static str, String)> {
    let documents = exporter.export(&source()).unwrap();
    documents.into_iter().map(|document| (document.file_name, document.text)).collect()
}

fn only(exporter: &dyn Exporter) -> String {
    only_of(exporter, &source())
}

fn only_of(exporter: &dyn Exporter, source: &Source) -> String {
    let [document] = exporter.export(source).unwrap().try_into().unwrap();
    document.text
}

#[test]
fn bmf_goes_out_and_comes_back() {
    let options = ImportOptions {
        name: "there-and-back".to_owned(),
        isa: "x86_64-avx2".to_owned(),
        rules: HostRules::default(),
        kind: BaselineKind::Reference,
        title: "t".to_owned(),
        reason: "r".to_owned(),
        author: "a".to_owned(),
        date: "2026-03-05".to_owned(),
    };
    let mut source = source();
    source.benchmarks.push(samples::row("process/start", &[("ir", 81_000.0, "startup")]));
    let back: Baseline = import_bmf(&only_of(&BencherMetricFormat, &source), &options).unwrap();
    let figures = |rows: &[Benchmark]| -> Vec<(String, String, f64, Option<f64>)> {
        let metrics =
            rows.iter().flat_map(|row| row.metrics.iter().map(move |(name, metric)| (row, name, metric)));
        let figures = metrics.map(|(row, name, metric)| {
            (row.id.clone(), name.clone(), metric.value, metric.ci.map(|ci| ci.low))
        });
        figures.collect()
    };
    assert_eq!(figures(&back.benchmarks), figures(&source.benchmarks));
    let statistic = |id: &str, name: &str| back.live(id).unwrap().metrics[name].statistic.clone();
    assert_eq!(statistic("foreign/cold", "ir"), "first_call", "a cold call must not come back as exact");
    assert_eq!(statistic("known sums/\"quoted\", 1", "ir"), "exact");
    assert_eq!(statistic("process/start", "ir"), "startup");
}

#[test]
fn github_action_benchmark_gets_a_list_a_direction() {
    let documents = texts(&GithubActionBenchmark);
    let names: Vec<&str> = documents.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["smaller-is-better.json", "bigger-is-better.json"]);
    let smaller: serde_json::Value = serde_json::from_str(&documents[0].1).unwrap();
    let bigger: serde_json::Value = serde_json::from_str(&documents[1].1).unwrap();
    let named = |list: &serde_json::Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|entry| entry["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(named(&bigger), ["known sums/\"quoted\", 1 throughput_Bps"]);
    let sum = |name: &str| format!("known sums/\"quoted\", 1 {name}");
    let of_sum = ["allocs_per_op", "cpu_time_ns", "ir", "time_ns"].map(sum);
    let of_cold = ["foreign/cold ir_first_call", "foreign/cold peak_bytes"].map(str::to_owned);
    assert_eq!(named(&smaller), [&of_cold[..], &of_sum[..]].concat());
    assert_eq!(bigger[0]["unit"], "B/s");
    assert_eq!(smaller.as_array().unwrap().len(), 6);
    let time = smaller.as_array().unwrap().iter().find(|entry| entry["unit"] == "ns").unwrap();
    assert_eq!(
        (time["value"].as_f64(), time["range"].as_str()),
        (Some(103.0), None),
        "cpu time has no interval"
    );
    let time = &smaller.as_array().unwrap()[5];
    assert_eq!((time["value"].as_f64(), time["range"].as_str()), (Some(104.5), Some("± 1.5")));
    assert_eq!(time["extra"], "statistic: p20_min\nn: 2\nhost: server-cpu\nrevision: 1f0c2ab");
}

#[test]
fn hyperfine_gets_seconds_of_every_sample() {
    let [document] = Hyperfine.export(&source()).unwrap().try_into().unwrap();
    let Document { text, left_out, .. } = document;
    assert_eq!(left_out, 1, "the cold count has no samples");
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let entry = &document["results"][0];
    assert_eq!(entry["command"], "known sums/\"quoted\", 1");
    let seconds = |name: &str| entry[name].as_f64().unwrap();
    let near = |left: f64, right: f64| (left - right).abs() < 1e-15;
    assert!(near(seconds("mean"), 106.25e-9) && near(seconds("median"), 105.5e-9), "{entry}");
    assert!(near(seconds("min"), 104e-9) && near(seconds("max"), 110e-9) && near(seconds("user"), 103e-9));
    assert!(near(seconds("stddev"), 2.6299556396765835e-9), "{entry}");
    assert_eq!(
        (entry["times"].as_array().unwrap().len(), &entry["exit_codes"]),
        (4, &serde_json::json!([0, 0, 0, 0]))
    );
}

#[test]
fn hyperfine_refuses_what_has_no_samples() {
    let mut source = source();
    source.samples = Samples::default();
    let error = Hyperfine.export(&source).unwrap_err();
    assert!(matches!(error, ExportError::Nothing(_)) && error.to_string().contains("samples"), "{error}");
}

#[test]
fn a_sample_without_iterations_is_none() {
    let mut source = source();
    for rounds in source.samples.time.values_mut() {
        rounds[0].push((0.0, 5.0));
        rounds.push(vec![(0.0, 0.0)]);
    }
    assert_eq!(only_of(&Benchstat, &source), only(&Benchstat));
    assert_eq!(only_of(&Hyperfine, &source), only(&Hyperfine));
}

#[test]
fn benchstat_gets_a_line_a_round() {
    insta::assert_snapshot!(only(&Benchstat));
}

#[test]
fn csv_is_quoted_as_rfc_4180_asks() {
    let text = only(&Csv);
    assert!(text.ends_with("\r\n") && text.matches('\n').count() == text.matches("\r\n").count());
    insta::assert_snapshot!(text.replace("\r\n", "\n"));
}

#[test]
fn openmetrics_keeps_each_family_in_one_piece() {
    let text = only(&OpenMetrics);
    assert!(text.ends_with("# EOF\n"));
    let family =
        |line: &str| line.strip_prefix("# TYPE ").map(|rest| rest.split(' ').next().unwrap().to_owned());
    let families: Vec<String> = text.lines().filter_map(family).collect();
    let mut once = families.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), families.len(), "a family stands twice: {text}");
    insta::assert_snapshot!(text);
}

/// Prometheus's text 0.0.4, as <https://prometheus.io/docs/instrumenting/exposition_formats/> has it: five types, and a
/// sample of a family of a scalar type goes by the family's own name.
#[test]
fn openmetrics_is_text_that_a_collector_of_files_reads_too() {
    let text = only(&OpenMetrics);
    let mut family = "";
    for line in text.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["#", "TYPE", name, kind] => {
                assert!(["counter", "gauge", "untyped"].contains(&kind), "{line}");
                family = name;
            }
            ["#", "HELP", name, ..] => assert_eq!(name, family, "{line}"),
            ["#", ..] => {}
            _ => assert_eq!(line.split('{').next(), Some(family), "{line}"),
        }
    }
}

#[test]
fn openmetrics_of_two_baselines_are_two_sets_of_series() {
    let series = |name: &str| {
        let baseline = Baseline { name: name.to_owned(), ..samples::timed() };
        let found = Measured::Baseline(Box::new(baseline));
        let source = Source::picked(found, &Patterns::default(), &[]).unwrap();
        let text = only_of(&OpenMetrics, &source);
        let samples = text.lines().filter(|line| !line.starts_with('#'));
        samples.map(|line| line.rsplit_once(' ').unwrap().0.to_owned()).collect::<BTreeSet<String>>()
    };
    let (one, other) = (series("i9-14900K"), series("m1-max"));
    assert!(!one.is_empty() && one.is_disjoint(&other), "{one:?}");
}

#[test]
fn what_was_not_asked_for_is_left_out_and_nothing_at_all_is_an_error() {
    let mut run = samples::run();
    run.benchmarks = source().benchmarks;
    let picked = |patterns: &[&str], metrics: &[&str]| {
        let patterns: Vec<String> = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
        let metrics: Vec<String> = metrics.iter().map(|&metric| metric.to_owned()).collect();
        let patterns = Patterns::new(&patterns).unwrap();
        let found = Measured::Run(Box::new(run.clone()), Box::default());
        Source::picked(found, &patterns, &metrics)
    };
    let source = picked(&["foreign"], &["ir"]).unwrap();
    assert_eq!((source.benchmarks.len(), source.benchmarks[0].metrics.len()), (1, 1));
    let error = picked(&["foreign"], &["time_ns"]).unwrap_err().to_string();
    assert!(error.contains("none of the 2 benchmarks"), "{error}");
}
