//! H3: a rate per element is only as true as the number of elements. The workload reports what it produced
//! (`Meter::produced`); the suite declares `elements`. Where the produced number follows the size, the cost of the search
//! and of the output are one number, so a twin with a constant output is asked for (a warning).

use super::Found;
use crate::lint::{Evidence, Subject, evidence::series};

pub fn check(evidence: &Evidence) -> Vec<Found> {
    let mut found: Vec<Found> = evidence.subjects.iter().filter_map(other_number).collect();
    let all = series(&evidence.subjects);
    for (prefix, rows) in &all {
        let group = prefix.split('/').next().unwrap_or(prefix);
        let has_twin = || all.iter().any(|(other, rows)| other.starts_with(group) && is_constant(rows));
        if varies(rows) && !has_twin() {
            let produced: Vec<String> =
                rows.iter().filter_map(|row| row.produced).map(|n| n.to_string()).collect();
            let evidence = format!(
                "it produces {} elements over its sizes, and {group} has no benchmark that produces a constant number",
                produced.join(", ")
            );
            found.push(((*prefix).to_owned(), evidence, false));
        }
    }
    found
}

fn other_number(subject: &Subject) -> Option<Found> {
    let (declared, produced) = (subject.benchmark.elements, subject.produced?);
    (declared != produced).then(|| {
        (subject.benchmark.id.clone(), format!("{declared} elements declared, {produced} produced"), true)
    })
}

fn varies(rows: &[&Subject]) -> bool {
    let produced: Vec<u64> = rows.iter().filter_map(|row| row.produced).collect();
    produced.len() > 1 && produced.iter().any(|n| *n != produced[0])
}

fn is_constant(rows: &[&Subject]) -> bool {
    let produced: Vec<u64> = rows.iter().filter_map(|row| row.produced).collect();
    produced.len() > 1 && produced.iter().all(|n| *n == produced[0])
}
