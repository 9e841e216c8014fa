//! H9: the file that defines a workload changed since the baseline, its counts moved, and its declared revision is the same. Whether
//! its meaning changed is for a person to say, so this warns.

use super::Found;
use crate::{format::Class, gate::tolerance::Tolerance, lint::Evidence};

pub fn check(evidence: &Evidence) -> Vec<Found> {
    let stale = |subject: &crate::lint::Subject| {
        let file = subject.changed_source.as_ref()?;
        let accepted = subject.accepted.as_ref()?;
        if accepted.revision != subject.benchmark.revision {
            return None;
        }
        let (now, then) = (subject.benchmark.metrics.get("ir")?, accepted.metrics.get("ir")?);
        let tolerance = Tolerance::of("ir", now);
        let moved = tolerance.exceeded(now.value, then.value) || tolerance.exceeded(then.value, now.value);
        (now.class == Class::Counted && now.comparable(then) && moved).then(|| {
            let evidence = format!(
                "{file} changed since the baseline, {:.1} instructions/op became {:.1}, and the revision is still {}",
                then.value, now.value, accepted.revision
            );
            (subject.benchmark.id.clone(), evidence, true)
        })
    };
    evidence.subjects.iter().filter_map(stale).collect()
}
