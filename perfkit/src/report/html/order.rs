//! Names in the order that people expect: numbers within them by size.

use std::cmp::Ordering;

/// `seal/64` before `seal/1024`, letters as they are. Equal only for equal names.
pub fn natural(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a, b);
    while let (Some(first), Some(second)) = (left.chars().next(), right.chars().next()) {
        let order = match (digits(left), digits(right)) {
            (Some((one, left_rest)), Some((two, right_rest))) => {
                (left, right) = (left_rest, right_rest);
                // Without leading zeros the longer number is the larger one.
                one.len().cmp(&two.len()).then(one.cmp(two))
            }
            _ => {
                (left, right) = (&left[first.len_utf8()..], &right[second.len_utf8()..]);
                first.cmp(&second)
            }
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    left.len().cmp(&right.len()).then(a.cmp(b))
}

/// The number at the start of a text, without leading zeros, and what follows it.
fn digits(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    (end > 0).then(|| (number.trim_start_matches('0'), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_sort_by_size() {
        let mut names = ["a/1024", "a/64", "b", "a/64/x", "a/064", "a/ä", "a"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["a", "a/064", "a/64", "a/64/x", "a/1024", "a/ä", "b"]);
    }
}
