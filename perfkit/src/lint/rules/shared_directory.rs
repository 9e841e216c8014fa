//! H6: Criterion keeps each benchmark in a directory named after it, rewritten and cut. Two ids that end in one directory
//! overwrite each other, and a comparison with the last run compares one with the other. All packages of a workspace share
//! one home, `target/criterion`.

use std::collections::BTreeMap;

use super::Found;
use crate::lint::Evidence;

/// What Criterion 0.8 replaces in a component.
const REPLACED: [char; 10] = ['?', '"', '/', '\\', '*', '<', '>', ':', '|', '^'];
/// Where it cuts a component, on a character boundary.
const COMPONENT_BYTES: usize = 64;

pub fn check(evidence: &Evidence) -> Vec<Found> {
    let mut by_directory: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for subject in &evidence.subjects {
        let id = &subject.benchmark.id;
        by_directory.entry(directory(id)).or_default().push(id);
    }
    let shared = by_directory.into_iter().filter(|(_, ids)| ids.len() > 1);
    shared
        .map(|(directory, ids)| {
            (ids[0].to_owned(), format!("{} are all kept in {directory}", ids.join(" and ")), true)
        })
        .collect()
}

/// The directory of an id: group, function, parameter.
fn directory(id: &str) -> String {
    let (group, rest) = id.split_once('/').unwrap_or((id, ""));
    let parts = match rest.rsplit_once('/') {
        Some((function, parameter)) => vec![group, function, parameter],
        None if rest.is_empty() => vec![group],
        None => vec![group, rest],
    };
    parts.into_iter().map(component).collect::<Vec<_>>().join("/")
}

fn component(text: &str) -> String {
    let replaced: String = text.chars().map(|c| if REPLACED.contains(&c) { '_' } else { c }).collect();
    let mut end = replaced.len().min(COMPONENT_BYTES);
    while !replaced.is_char_boundary(end) {
        end -= 1;
    }
    replaced[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{format::Benchmark, lint::Subject};

    #[test]
    fn packages_share_one_home() {
        let of = |package: &str, id: &str| {
            Subject::new(Benchmark { package: package.to_owned(), ..Benchmark::new(id) })
        };
        let subjects = vec![of("one", "a/b:c"), of("other", "a/b*c"), of("other", "a/c")];
        let found = check(&Evidence { subjects, ..Evidence::default() });
        assert_eq!(found.len(), 1);
        assert!(found[0].1.contains("a/b:c and a/b*c are all kept in a/b_c"), "{found:?}");
    }

    #[test]
    fn components_are_rewritten_and_cut() {
        assert_eq!(directory("a/b:c/64"), "a/b_c/64");
        assert_eq!(directory(&format!("g/{}x", "é".repeat(40))).len(), "g/".len() + 64);
        assert_eq!(directory("alone"), "alone");
    }
}
