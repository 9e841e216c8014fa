//! The statistics against reference values of SciPy and NumPy; `vectors/statistics/make_vectors.py` made them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

use perfkit::statistics::{
    bootstrap, holm, incomplete_beta::incomplete_beta, mann_whitney, normal, proportion::clopper_pearson,
    quantile, random::SplitMix64, randomisation, student_t,
};
use serde_json::Value;

fn cases(name: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/vectors/statistics/{name}.json"));
    let document: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let cases = document["cases"].as_array().unwrap().clone();
    assert!(!cases.is_empty());
    cases
}

fn number(case: &Value, key: &str) -> f64 {
    case[key].as_f64().unwrap_or_else(|| panic!("{key} in {case}"))
}

fn numbers(case: &Value, key: &str) -> Vec<f64> {
    case[key].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
}

/// Equal within a share of the value, or within next to nothing.
fn close(found: f64, wanted: f64, share: f64, case: &Value) {
    assert!((found - wanted).abs() <= share * wanted.abs() + 1e-300, "{found} instead of {wanted}: {case}");
}

#[test]
fn student_t_is_scipys() {
    for case in cases("student_t") {
        let degrees = number(&case, "degrees");
        match case.get("t") {
            Some(t) => {
                let found = student_t::upper_tail(t.as_f64().unwrap(), degrees);
                close(found, number(&case, "upper_tail"), 1e-11, &case);
            }
            None => {
                let found = student_t::quantile(number(&case, "p"), degrees);
                assert!((found - number(&case, "quantile")).abs() < 1e-7, "{found}: {case}");
            }
        }
    }
}

#[test]
fn the_incomplete_beta_function_is_scipys() {
    for case in cases("incomplete_beta") {
        let found = incomplete_beta(number(&case, "x"), number(&case, "a"), number(&case, "b"));
        close(found, number(&case, "value"), 1e-9, &case);
    }
}

#[test]
fn the_normal_tail_is_scipys() {
    for case in cases("normal") {
        close(normal::upper_tail(number(&case, "z")), number(&case, "upper_tail"), 1e-12, &case);
    }
}

#[test]
fn the_interval_of_a_proportion_is_scipys() {
    for case in cases("clopper_pearson") {
        let count = |key: &str| case[key].as_u64().unwrap();
        let found = clopper_pearson(count("hits"), count("trials"), number(&case, "level"));
        close(found.low, number(&case, "low"), 1e-9, &case);
        close(found.high, number(&case, "high"), 1e-9, &case);
    }
}

#[test]
fn mann_whitney_is_scipys_exact_and_approximate() {
    let mut methods = Vec::new();
    for case in cases("mann_whitney") {
        let found = mann_whitney(&numbers(&case, "first"), &numbers(&case, "second")).unwrap();
        assert_eq!(found.u, number(&case, "u"), "{case}");
        close(found.p_second_larger, number(&case, "second_larger"), 1e-9, &case);
        close(found.p_second_smaller, number(&case, "second_smaller"), 1e-9, &case);
        close(found.p_two_sided, number(&case, "two_sided"), 1e-9, &case);
        methods.push(case["method"].as_str().unwrap().to_owned());
    }
    assert!(["exact", "asymptotic"].iter().all(|method| methods.iter().any(|used| used == method)));
}

#[test]
fn holm_is_its_definition() {
    for case in cases("holm") {
        let found = holm(&numbers(&case, "p"));
        for (found, wanted) in found.into_iter().zip(numbers(&case, "adjusted")) {
            close(found, wanted, 1e-12, &case);
        }
    }
}

#[test]
fn the_randomisation_test_is_scipys_over_all_exchanges() {
    for case in cases("randomisation") {
        let pairs: Vec<(f64, f64)> =
            numbers(&case, "first").into_iter().zip(numbers(&case, "second")).collect();
        let found = randomisation(&pairs, &mut SplitMix64::new(1), |first, second| {
            second.iter().sum::<f64>() - first.iter().sum::<f64>()
        });
        close(found.at_least, number(&case, "at_least"), 1e-12, &case);
        close(found.at_most, number(&case, "at_most"), 1e-12, &case);
    }
}

#[test]
fn the_bootstrap_is_scipys_but_for_chance() {
    for case in cases("bootstrap") {
        let values = numbers(&case, "values");
        let replicates = bootstrap(values.len(), 20_000, &mut SplitMix64::named("vectors"), |drawn| {
            let drawn: Vec<f64> = drawn.iter().map(|&index| values[index]).collect();
            match case["statistic"].as_str().unwrap() {
                "mean" => drawn.iter().sum::<f64>() / drawn.len() as f64,
                _ => quantile(&drawn, 0.2),
            }
        });
        let interval = replicates.interval(0.95).unwrap();
        // The end of a 95 % interval of 20 000 replicates is known to some per cent of the interval's width.
        let width = number(&case, "high") - number(&case, "low");
        assert!((interval.low - number(&case, "low")).abs() < 0.04 * width, "{interval:?}: {case}");
        assert!((interval.high - number(&case, "high")).abs() < 0.04 * width, "{interval:?}: {case}");
        close(replicates.standard_error().unwrap(), number(&case, "standard_error"), 0.03, &case);
    }
}

#[test]
fn quantiles_are_numpys() {
    for case in cases("quantile") {
        let found = quantile(&numbers(&case, "values"), number(&case, "at"));
        assert!((found - number(&case, "quantile")).abs() < 1e-12, "{found}: {case}");
    }
}
