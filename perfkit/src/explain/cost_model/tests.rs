//! Models of whole series: what they need, what they say, and what they must not.

use super::*;
use crate::format::{Benchmark, Metric};

const PUBLISHED: [(u64, f64); 4] = [(64, 222.0), (256, 288.0), (1024, 544.0), (4096, 1538.0)];

fn rows(costs: &[(u64, f64)], metric: &str, statistic: &str) -> Vec<Benchmark> {
    let row = |(size, cost): &(u64, f64)| {
        let mut row = Benchmark { size: *size, bytes: *size, ..Benchmark::new(&format!("a/x/{size}")) };
        let value = Metric::new(metric_info(metric).unwrap(), *cost, statistic, "test");
        row.metrics.insert(metric.to_owned(), value);
        row
    };
    costs.iter().map(row).collect()
}

fn fitted(costs: &[(u64, f64)]) -> Result<CostModel, Unfit> {
    fit(&series(&rows(costs, "ir", "exact"))[0], "ir", &Samples::default(), SPLIT)
}

/// Rounds whose 20th percentile is the cost: a burst falls on one round of every size.
fn with_rounds(costs: &[(u64, f64)], shares: &[f64]) -> (Vec<Benchmark>, Samples) {
    let mut samples = Samples::default();
    let mut made = Vec::new();
    for (size, cost) in costs {
        let values: Vec<f64> = shares.iter().map(|share| cost * share).collect();
        made.push((*size, crate::statistics::quantile(&values, 0.2)));
        samples.rounds.insert(format!("a/x/{size}"), [("cpu_time_ns".to_owned(), values)].into());
    }
    (rows(&made, "cpu_time_ns", "p20_min"), samples)
}

#[test]
fn a_published_table_gives_its_model() {
    let model = fitted(&PUBLISHED).unwrap();
    assert_eq!(format!("{:.2} {:.5}", model.whole.fixed.value, model.whole.per_unit.value), "202.39 0.32883");
    assert_eq!((model.lack_of_fit, model.regimes.len(), model.whole.sizes), (false, 0, 4));
    assert_eq!(format!("{:.0}", model.whole.half_cost_size.unwrap()), "615");
    assert!(model.warnings().is_empty(), "{:?}", model.warnings());
    assert_eq!(model.without_intervals, None, "counts have no intervals and need none");
}

#[test]
fn what_is_missing_is_said() {
    let message = |costs: &[(u64, f64)]| fitted(costs).unwrap_err().to_string();
    assert_eq!(message(&PUBLISHED[..3]), "ir is there at 3 sizes (64, 256, 1024); a model needs 4 sizes");
    let narrow = [(64, 1.0), (128, 2.0), (256, 3.0), (512, 4.0)];
    assert_eq!(message(&narrow), "the sizes 64 to 512 span 8.0 ×; a model needs 16 ×");
    let zero = [(64, 0.0), (128, 2.0), (256, 3.0), (1024, 4.0)];
    assert!(message(&zero).contains("the cost at size 64 is 0"), "{}", message(&zero));
    let (rows, samples) = with_rounds(&PUBLISHED, &[1.0]);
    let error = fit(&series(&rows)[0], "throughput_Bps", &samples, SPLIT).unwrap_err();
    assert!(matches!(error, Unfit::NotACost { .. }), "{error}");
}

#[test]
fn sizes_at_the_limits_are_enough() {
    assert!(fitted(&[(64, 1.0), (128, 2.0), (256, 3.0), (1024, 4.0)]).is_ok());
    assert!(fitted(&[(64, 1.0), (128, 2.0), (256, 3.0), (1023, 4.0)]).is_err());
    assert!(
        fitted(&[(0, 1.0), (64, 2.0), (256, 3.0), (1024, 4.0)]).is_ok(),
        "size 0 measures the fixed cost"
    );
}

#[test]
fn statistics_are_not_mixed() {
    let mut rows = rows(&PUBLISHED, "ir", "exact");
    rows[0].metrics.get_mut("ir").unwrap().statistic = "first_call".to_owned();
    let error = fit(&series(&rows)[0], "ir", &Samples::default(), SPLIT).unwrap_err();
    assert!(matches!(error, Unfit::MixedStatistics { .. }), "{error}");
}

#[test]
fn a_bend_is_found_and_each_side_gets_its_line() {
    // 100 + n up to 4 KiB, then twice as much a byte.
    let cost = |size: u64| if size <= 4096 { 100.0 + size as f64 } else { 2.0 * size as f64 - 3996.0 };
    let sizes = [64, 256, 1024, 4096, 16_384, 65_536, 262_144];
    let model = fitted(&sizes.map(|size| (size, cost(size)))).unwrap();
    assert!(model.lack_of_fit);
    let lines: Vec<(u64, u64, f64)> = model
        .lines()
        .iter()
        .map(|line| (line.from, line.to, (line.per_unit.value * 1e6).round() / 1e6))
        .collect();
    assert_eq!(lines, [(64, 4096, 1.0), (16_384, 262_144, 2.0)]);
    assert!(model.warnings().iter().any(|warning| warning.contains("lack of fit")));
    assert!(model.warnings().iter().any(|warning| warning.contains("below zero")), "{:?}", model.warnings());
    // Half of the upper line's cost is fixed nowhere among its sizes.
    assert_eq!(model.lines()[1].half_cost_size, None);
}

#[test]
fn a_side_with_two_sizes_gets_no_line() {
    let model = fitted(&[(64, 164.0), (256, 356.0), (1024, 1124.0), (16_384, 32_768.0), (65_536, 131_072.0)])
        .unwrap();
    assert!(model.lack_of_fit);
    assert_eq!(model.lines().iter().map(|line| line.to).collect::<Vec<_>>(), [1024]);
    assert!(model.warnings()[0].contains("too few sizes"), "{:?}", model.warnings());
}

#[test]
fn a_split_that_parts_nothing_is_said_to() {
    let model = fitted(&[(64, 100.0), (256, 150.0), (1024, 200.0), (4096, 900.0)]).unwrap();
    assert!(model.lack_of_fit && model.regimes.is_empty());
    assert!(model.warnings()[0].contains("on one side of the split"), "{:?}", model.warnings());
}

#[test]
fn a_line_without_lack_of_fit_is_never_split() {
    let sizes = [64, 256, 1024, 4096, 16_384, 65_536].map(|size| (size, 100.0 + size as f64));
    assert!(fitted(&sizes).unwrap().regimes.is_empty());
}

#[test]
fn work_that_does_not_grow_is_suspicious() {
    let model = fitted(&[(64, 10.0), (256, 10.0), (1024, 10.0), (4096, 10.0)]).unwrap();
    assert!(model.warnings()[0].contains("optimised out"), "{:?}", model.warnings());
}

#[test]
fn rounds_give_intervals_around_the_model() {
    let (rows, samples) = with_rounds(&PUBLISHED, &[1.0, 1.001, 1.002, 1.3, 0.999]);
    let model = fit(&series(&rows)[0], "cpu_time_ns", &samples, SPLIT).unwrap();
    for estimate in [model.whole.fixed, model.whole.per_unit] {
        let ci = estimate.ci.unwrap();
        assert!(ci.low <= estimate.value && estimate.value <= ci.high && ci.low < ci.high, "{estimate:?}");
        assert!(ci.high / estimate.value < 1.31 && ci.low / estimate.value > 0.99, "{estimate:?}");
    }
    let again = fit(&series(&rows)[0], "cpu_time_ns", &samples, SPLIT).unwrap();
    assert_eq!(model, again, "the same rounds give the same interval");
}

#[test]
fn a_burst_on_a_whole_round_moves_both_parts_together() {
    // The same share everywhere: the ratio of the parts does not move, so n½ is certain though both parts are not.
    let (rows, samples) = with_rounds(&PUBLISHED, &[1.0, 1.1, 1.2, 1.3, 1.4]);
    let model = fit(&series(&rows)[0], "cpu_time_ns", &samples, SPLIT).unwrap();
    let (fixed, each) = (model.whole.fixed, model.whole.per_unit);
    let (fixed_ci, each_ci) = (fixed.ci.unwrap(), each.ci.unwrap());
    assert!((fixed_ci.high / fixed.value - each_ci.high / each.value).abs() < 1e-9);
    assert!((fixed_ci.low / fixed.value - each_ci.low / each.value).abs() < 1e-9);
}

#[test]
fn without_enough_rounds_there_is_no_interval_and_a_reason() {
    let (rows, samples) = with_rounds(&PUBLISHED, &[1.0, 1.1]);
    let reason = |samples: &Samples| {
        let model = fit(&series(&rows)[0], "cpu_time_ns", samples, SPLIT).unwrap();
        assert_eq!(model.whole.fixed.ci, None);
        model.without_intervals.unwrap()
    };
    assert!(reason(&samples).contains("2 rounds are too few"), "{}", reason(&samples));
    assert!(reason(&Samples::default()).contains("not stored"));
    let (_, other) = with_rounds(&PUBLISHED, &[2.0, 2.1, 2.2]);
    assert!(reason(&other).contains("do not give"), "{}", reason(&other));
}

#[test]
fn older_sidecars_serve_for_wall_time() {
    let mut samples = Samples::default();
    for (size, cost) in PUBLISHED {
        let round = |share: f64| vec![(10.0, cost * share * 10.0), (10.0, cost * share * 20.0)];
        samples.time.insert(format!("a/x/{size}"), vec![round(1.0), round(1.0), round(1.1)]);
    }
    let rows = rows(&PUBLISHED, "time_ns", "p20_min");
    let model = fit(&series(&rows)[0], "time_ns", &samples, SPLIT).unwrap();
    assert!(model.whole.fixed.ci.is_some(), "{:?}", model.without_intervals);
}
