//! Words of a command line that people copy.

/// As a shell takes it for one word.
pub fn quoted(word: &str) -> String {
    let is_plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '.' | ':' | '@' | '~' | '+');
    match word.chars().all(is_plain) && !word.is_empty() {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_with_spaces_is_one_word_of_a_shell() {
        assert_eq!(quoted("seal/64"), "seal/64");
        assert_eq!(quoted("seal/1 KiB"), "'seal/1 KiB'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted("seal/*"), "'seal/*'");
        assert_eq!(quoted(""), "''");
    }
}
