//! H1: so few instructions, or so little time, that there was no work; or the same cost over a wide sweep of sizes
//! whose bytes or elements the benchmark claims to process.

use super::Found;
use crate::lint::{Evidence, Subject, evidence::series};

/// A loop around `black_box` alone takes two or three.
const FEWEST_INSTRUCTIONS: f64 = 4.0;
/// No call that does something takes less wall time; for benches that are not counted per operation.
const LEAST_NS: f64 = 1.0;
/// The least ratio of the largest to the smallest size that says something.
const SWEEP: u64 = 16;
/// Over such a sweep the cost of real work grows by more than this.
const FLAT: f64 = 1.05;

pub fn check(evidence: &Evidence) -> Vec<Found> {
    let mut found: Vec<Found> = evidence.subjects.iter().filter_map(nothing_left).collect();
    for (prefix, rows) in series(&evidence.subjects) {
        found.extend(flat(prefix, &rows));
    }
    found
}

fn nothing_left(subject: &Subject) -> Option<Found> {
    let id = subject.benchmark.id.clone();
    if let Some(ir) = subject.exact("ir") {
        // Less than nothing is chance, which H11 finds.
        return (-1.0..FEWEST_INSTRUCTIONS)
            .contains(&ir)
            .then(|| (id, format!("{ir:.1} instructions/op"), true));
    }
    let time = subject.benchmark.metrics.get("time_ns")?.value;
    (time < LEAST_NS).then(|| (id, format!("{time:.2} ns/op"), true))
}

fn flat(prefix: &str, rows: &[&Subject]) -> Option<Found> {
    let claims = |subject: &&Subject| subject.benchmark.bytes > 0 || subject.benchmark.elements > 1;
    let (first, last) = (rows.first()?, rows.last()?);
    let spans = last.benchmark.size >= SWEEP.saturating_mul(first.benchmark.size.max(1));
    if !spans || !rows.iter().all(claims) {
        return None;
    }
    let (costs, unit, certain) = costs(rows)?;
    let least = costs.iter().copied().fold(f64::INFINITY, f64::min);
    let most = costs.iter().copied().fold(0.0, f64::max);
    (least > 0.0 && most / least < FLAT).then(|| {
        let (small, large) = (first.benchmark.size, last.benchmark.size);
        let evidence = format!(
            "{least:.1} to {most:.1} {unit} from size {small} to {large}, and throughput is declared"
        );
        (prefix.to_owned(), evidence, certain)
    })
}

/// What every row costs by one measure, its unit, and whether it is exact. Times of one short round only point at
/// something: a fixed cost may hide the work.
fn costs(rows: &[&Subject]) -> Option<(Vec<f64>, &'static str, bool)> {
    let exact: Option<Vec<f64>> = rows.iter().map(|row| row.exact("ir")).collect();
    let time = |row: &&Subject| row.benchmark.metrics.get("time_ns").map(|metric| metric.value);
    let timed = || rows.iter().map(time).collect::<Option<Vec<f64>>>();
    let exact = exact.map(|costs| (costs, "instructions/op", true));
    exact.or_else(|| timed().map(|costs| (costs, "ns/op", false)))
}
