//! The ids that a suite of workloads promises.

use std::collections::BTreeSet;

/// A function of a suite, `group/function`, and its parameters: an id for each, or the function itself without any.
pub type Function<'a> = (&'a str, &'a [&'a str]);

/// Hold a suite's ids to the functions that it promises: each there, once, and no other.
///
/// # Panics
///
/// Where they differ.
pub fn assert_ids<'a>(ids: impl IntoIterator<Item = &'a str>, functions: &[Function<'_>]) {
    let mut expected = BTreeSet::new();
    for (function, parameters) in functions {
        if parameters.is_empty() {
            expected.insert((*function).to_owned());
        }
        expected.extend(parameters.iter().map(|parameter| format!("{function}/{parameter}")));
    }
    let ids: Vec<String> = ids.into_iter().map(str::to_owned).collect();
    let found: BTreeSet<String> = ids.iter().cloned().collect();
    assert_eq!(found, expected);
    assert_eq!(found.len(), ids.len(), "an id stands twice");
}

#[cfg(test)]
mod tests {
    use super::*;

    const FUNCTIONS: [Function<'_>; 2] = [("seal", &["64", "256"]), ("open", &[])];

    #[test]
    fn an_id_that_is_missing_or_new_or_there_twice_is_found() {
        assert_ids(["open", "seal/64", "seal/256"], &FUNCTIONS);
        let wrong: [&[&str]; 3] = [
            &["open", "seal/64"],
            &["open", "seal/64", "seal/256", "seal"],
            &["open", "open", "seal/64", "seal/256"],
        ];
        for ids in wrong {
            let found = std::panic::catch_unwind(|| assert_ids(ids.iter().copied(), &FUNCTIONS));
            assert!(found.is_err(), "{ids:?}");
        }
    }
}
