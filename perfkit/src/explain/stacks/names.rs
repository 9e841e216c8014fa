//! Names of frames: what stays the same of a function from build to build, in characters that folded stacks can carry.

use rustc_demangle::demangle;

/// Hexadecimal digits of the hash that legacy mangling puts at a name's end.
const HASH_DIGITS: usize = 16;

/// The name of a symbol, mangled or not: without hashes, fit for a line of folded stacks.
///
/// Folded lines separate frames by semicolons and end in numbers, so that neither may stand in a name: `[u8; 8]`
/// becomes `[u8, 8]`.
pub fn frame_name(symbol: &str) -> String {
    let name = without_hash(&format!("{:#}", demangle(symbol.trim())));
    let fit = |c: char| match c {
        ';' => ',',
        c if c.is_control() => ' ',
        c => c,
    };
    let name: String = name.chars().map(fit).collect();
    match name.rsplit_once(' ') {
        Some((start, end)) if is_number(end) => format!("{start}_{end}"),
        _ if name.is_empty() => "[unknown]".to_owned(),
        _ => name,
    }
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_digit() || c == '.')
}

/// Without `::h0123456789abcdef`, at the end or before a suffix such as `.part.0`.
fn without_hash(name: &str) -> String {
    let Some(at) = name.rfind("::h") else { return name.to_owned() };
    let (start, rest) = (&name[..at], &name[at + 3..]);
    let Some((hash, suffix)) = rest.split_at_checked(HASH_DIGITS) else { return name.to_owned() };
    let is_hash = hash.chars().all(|c| c.is_ascii_hexdigit() && !c.is_ascii_uppercase());
    if is_hash && (suffix.is_empty() || suffix.starts_with('.')) {
        format!("{start}{suffix}")
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_has_one_name_whatever_its_hash() {
        let spellings = [
            "_ZN4mine3run17h0123456789abcdefE",
            "_ZN4mine3run17hfedcba9876543210E",
            "_ZN4mine3run17h0123456789abcdefE.llvm.5737848320713747834",
            "mine::run::h0123456789abcdef",
            "mine::run",
        ];
        for spelling in spellings {
            assert_eq!(frame_name(spelling), "mine::run");
        }
        assert_eq!(frame_name("mine::run::h0123456789abcdef.part.0"), "mine::run.part.0");
        assert_eq!(frame_name("mine::h0123"), "mine::h0123");
        assert_eq!(frame_name("mine::h0123456789abcdefg"), "mine::h0123456789abcdefg");
    }

    #[test]
    fn a_name_never_breaks_a_folded_line() {
        assert_eq!(frame_name("<[u8; 8] as T>::f"), "<[u8, 8] as T>::f");
        assert_eq!(frame_name("odd name 12"), "odd name_12");
        assert_eq!(frame_name("two\nlines"), "two lines");
        assert_eq!(frame_name(" "), "[unknown]");
        assert_eq!(frame_name("f::ünïcode::h"), "f::ünïcode::h");
    }
}
