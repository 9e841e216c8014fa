//! H6: Criterion keeps each benchmark in a directory named after it, rewritten and cut. Two ids that end in one directory
//! overwrite each other, and a comparison with the last run compares one with the other.

use std::collections::BTreeMap;

use super::Found;
use crate::lint::Evidence;

/// What Criterion 0.8 replaces in a component.
const REPLACED: [char; 10] = ['?', '"', '/', '\\', '*', '<', '>', ':', '|', '^'];
/// Where it cuts a component, on a character boundary.
const COMPONENT_BYTES: usize = 64;

pub fn check(evidence: &Evidence) -> Vec<Found> {
    let mut by_directory: BTreeMap<(&str, String), Vec<&str>> = BTreeMap::new();
    for subject in &evidence.subjects {
        let row = &subject.benchmark;
        by_directory.entry((&row.package, directory(&row.id))).or_default().push(&row.id);
    }
    let shared = by_directory.into_iter().filter(|(_, ids)| ids.len() > 1);
    shared
        .map(|((_, directory), ids)| {
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

    #[test]
    fn components_are_rewritten_and_cut() {
        assert_eq!(directory("a/b:c/64"), "a/b_c/64");
        assert_eq!(directory(&format!("g/{}x", "é".repeat(40))).len(), "g/".len() + 64);
        assert_eq!(directory("alone"), "alone");
    }
}
