//! H3: a rate per element is only as true as the number of elements. The workload reports what it produced
//! (`Meter::produced`); the suite declares `elements`. Where the produced number follows the size, the cost of the search
//! and of the output are one number, so a twin with a constant output is asked for (a warning).

use super::Found;
use crate::lint::{Evidence, Subject, evidence::series};

pub fn check(evidence: &Evidence) -> Vec<Found> {
    let mut found: Vec<Found> = evidence.subjects.iter().filter_map(other_number).collect();
    let all = series(&evidence.subjects);
    for (prefix, rows) in &all {
        let group = group_of(prefix);
        let has_twin = || all.iter().any(|(other, rows)| group_of(other) == group && is_constant(rows));
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

fn group_of(id: &str) -> &str {
    id.split('/').next().unwrap_or(id)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Benchmark;

    fn row(id: &str, size: u64, produced: u64) -> Subject {
        let benchmark = Benchmark { size, elements: produced, ..Benchmark::new(&format!("{id}/{size}")) };
        Subject { produced: Some(produced), ..Subject::new(benchmark) }
    }

    #[test]
    fn a_twin_is_of_the_same_group_not_of_one_whose_name_begins_alike() {
        let growing = [row("query/all", 10, 10), row("query/all", 20, 20)];
        let with = |group: &str| {
            let twin = [row(&format!("{group}/rare"), 10, 3), row(&format!("{group}/rare"), 20, 3)];
            Evidence { subjects: [growing.clone(), twin].concat(), ..Evidence::default() }
        };
        assert_eq!(check(&with("query_tags")).len(), 1);
        assert!(check(&with("query")).is_empty());
    }
}
