//! Folded text: `root;…;leaf weight`, one stack a line, as flamegraph tools read it.
//!
//! Weights that are whole numbers are written as such, others with as many digits as they need to read back.

use super::{Stacks, Weight};

/// The longest line that is read: 100 frames of 1000 characters and their weight.
const LINE_LIMIT_BYTES: usize = 128 * 1024;

/// One weight a line, sorted by stack.
pub fn folded(stacks: &Stacks) -> String {
    stacks.iter().map(|(frames, weight)| format!("{} {weight}\n", frames.join(";"))).collect()
}

/// Two weights a line, before and after, as differential flamegraph tools read it. Stacks of either side are there.
pub fn folded_pair(before: &Stacks, after: &Stacks) -> String {
    let mut lines: std::collections::BTreeMap<&[String], (f64, f64)> = std::collections::BTreeMap::new();
    for (frames, weight) in before.iter() {
        lines.entry(frames).or_default().0 = weight;
    }
    for (frames, weight) in after.iter() {
        lines.entry(frames).or_default().1 = weight;
    }
    lines
        .into_iter()
        .map(|(frames, (before, after))| format!("{} {before} {after}\n", frames.join(";")))
        .collect()
}

/// Read folded text. The error names the line.
pub fn parse_folded(text: &str, weight: Weight) -> Result<Stacks, String> {
    let mut stacks = Stacks::new(weight);
    for (index, line) in text.lines().enumerate() {
        let wrong = |why: &str| format!("line {}: {why}", index + 1);
        if line.trim().is_empty() {
            continue;
        }
        if line.len() > LINE_LIMIT_BYTES {
            return Err(wrong(&format!("longer than {LINE_LIMIT_BYTES} bytes")));
        }
        let (frames, number) =
            line.trim_end().rsplit_once(' ').ok_or_else(|| wrong("wanted `frame;frame;frame weight`"))?;
        let number: f64 = number.parse().map_err(|_| wrong(&format!("{number:?} is no weight")))?;
        if !number.is_finite() || frames.is_empty() {
            return Err(wrong("wanted frames and a finite weight"));
        }
        let second = frames.rsplit_once(' ').is_some_and(|(_, word)| word.parse::<f64>().is_ok());
        if second {
            return Err(wrong("it has two weights; wanted the stacks of one side, not of a comparison"));
        }
        stacks.add(frames.split(';').map(str::to_owned).collect(), number);
    }
    Ok(stacks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back_as_the_same() {
        let mut stacks = Stacks::new(Weight::Instructions);
        stacks.add(vec!["a".to_owned(), "b c".to_owned()], 1.0 / 3.0);
        stacks.add(vec!["a".to_owned()], 1200.0);
        stacks.add(vec!["shrinks".to_owned()], -0.5);
        let text = folded(&stacks);
        assert!(text.starts_with("a 1200\na;b c 0.333"), "{text}");
        assert_eq!(parse_folded(&text, Weight::Instructions).unwrap(), stacks);
    }

    #[test]
    fn a_pair_holds_the_stacks_of_either_side() {
        let one = parse_folded("a;b 1\na;c 2\n", Weight::Blocks).unwrap();
        let other = parse_folded("a;c 3\na;d 4\n", Weight::Blocks).unwrap();
        assert_eq!(folded_pair(&one, &other), "a;b 1 0\na;c 2 3\na;d 0 4\n");
    }

    #[test]
    fn what_is_no_stack_is_named_with_its_line() {
        for (text, why) in [
            ("a;b 1\nx", "line 2: wanted"),
            ("a;b x", "line 1: \"x\" is no weight"),
            ("a inf", "line 1"),
            ("a;b 1 2", "line 1: it has two"),
        ] {
            let error = parse_folded(text, Weight::Blocks).unwrap_err();
            assert!(error.starts_with(why), "{error}");
        }
    }
}
