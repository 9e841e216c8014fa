//! Names near a pattern that matches nothing, so that the error says what would be right.

/// How many near names an error offers.
const SUGGESTIONS: usize = 3;

pub(crate) fn unmatched(pattern: &str, known: &[&str]) -> String {
    let near = near(pattern, known);
    format!("--filter {pattern:?} matches none of the {} benchmarks; near it are {near:?}", known.len())
}

/// The names nearest to a pattern, the nearest first.
pub(crate) fn near<'a>(pattern: &str, known: &[&'a str]) -> Vec<&'a str> {
    let mut near: Vec<(usize, &str)> = known.iter().map(|id| (distance(pattern, id), *id)).collect();
    near.sort_unstable();
    near.into_iter().take(SUGGESTIONS).map(|(_, id)| id).collect()
}

/// Levenshtein distance, over bytes.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.bytes().enumerate() {
            let substituted = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unmatched_filter_names_what_is_near_it() {
        let message = unmatched("net_header/serialise", &["net_header/serialize", "net_aad/generate"]);
        assert!(message.contains("near it are [\"net_header/serialize\""), "{message}");
    }

    #[test]
    fn distance_counts_edits() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
    }
}
