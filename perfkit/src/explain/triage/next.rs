//! The command to type next, by what failed.

use super::Triage;

/// The most telling first; only what can be profiled is to be looked at in stacks. `base` is the other side's revision;
/// empty where there is none.
pub(super) fn commands(triage: &Triage, base: &str) -> Vec<String> {
    let id = quoted(&triage.id);
    let against = if base.is_empty() { String::new() } else { format!(" --diff {}", quoted(base)) };
    let mut commands = Vec::new();
    if triage.is_about_work() {
        commands.push(format!("perfkit flame {id}{against}"));
    }
    if triage.is_about_allocations() {
        commands.push(format!("perfkit flame {id} --instrument allocs{against}"));
        commands.push(format!("perfkit allocs --filter {id} --sites 10"));
    }
    if !triage.is_counted() {
        if triage.is_operation {
            commands.push(format!("perfkit flame {id} --instrument perf{against}"));
        }
        commands.push("perfkit doctor".to_owned());
    }
    commands
}

/// As a shell takes it for one word.
fn quoted(word: &str) -> String {
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
    }
}
