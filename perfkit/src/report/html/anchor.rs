//! Names as anchors: distinct names give distinct anchors, whatever stands in them.

/// `b-` and the name; what is not a letter, a digit, `-` or `_` becomes `.` for `/` and `~` with hexadecimal digits
/// for the rest.
pub fn anchor(prefix: &str, name: &str) -> String {
    let mut anchor = format!("{prefix}-");
    for c in name.chars() {
        match c {
            c if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') => anchor.push(c),
            '/' => anchor.push('.'),
            c => anchor += &format!("~{:x}~", u32::from(c)),
        }
    }
    anchor
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distinct_names_give_distinct_anchors() {
        assert_eq!(anchor("b", "a/b_c/64"), "b-a.b_c.64");
        let names = ["a/b", "a.b", "a~2e~b", "<script>", "ä", "a b"];
        let anchors: std::collections::BTreeSet<String> =
            names.iter().map(|name| anchor("b", name)).collect();
        assert_eq!(anchors.len(), names.len());
        assert!(anchors.iter().all(|anchor| !anchor.contains(['<', '"', ' ', '&'])), "{anchors:?}");
    }
}
