//! H8: a benchmark that is faster or slower after its neighbours, in one process, than alone. Only with `--order`: it takes time.

use super::Found;
use crate::lint::Evidence;

pub fn check(evidence: &Evidence) -> Vec<Found> {
    let depends = |subject: &crate::lint::Subject| {
        let order = subject.order?;
        let difference = (order.in_suite_ns / order.alone_ns - 1.0).abs();
        (difference.is_finite() && difference > order.limit).then(|| {
            let evidence = format!(
                "{:.1} ns/op alone, {:.1} ns/op after the others in one process (more than {:.0} % apart)",
                order.alone_ns,
                order.in_suite_ns,
                order.limit * 100.0
            );
            (subject.benchmark.id.clone(), evidence, true)
        })
    };
    evidence.subjects.iter().filter_map(depends).collect()
}
