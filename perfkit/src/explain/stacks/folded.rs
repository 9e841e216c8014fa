//! Folded text: `root;…;leaf weight`, one stack a line, as flamegraph tools read it.
//!
//! Weights that are whole numbers are written as such, others with as many digits as they need to read back. The first
//! line says what they are of. It is a comment to inferno, and no stack to tools that know no comments, since it does
//! not end in a number.

use super::{Stacks, Weight};

/// The longest line that is read: 100 frames of 1000 characters and their weight.
const LINE_LIMIT_BYTES: usize = 128 * 1024;

/// What the first line begins with.
const MARK: &str = "# perfkit.folded ";

/// What a line that holds no stack begins with.
const COMMENT: &str = "# ";

/// What the first line of folded text says of the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoldedOrigin {
    /// The benchmark.
    pub id: String,
    /// What the weights count.
    pub weight: Weight,
    /// How many samples stand behind them, where they are sampled.
    pub samples: Option<u64>,
}

/// One weight a line, sorted by stack, below a line that says what they are of.
pub fn folded(id: &str, stacks: &Stacks) -> String {
    let samples = stacks.samples().map(|samples| format!(" {samples} samples")).unwrap_or_default();
    let mut text = format!("{MARK}{id} {}{samples}\n", stacks.weight().unit());
    text.extend(stacks.iter().map(|(frames, weight)| format!("{} {weight}\n", frames.join(";"))));
    text
}

/// What folded text says of itself: nothing where another tool wrote it.
pub fn folded_origin(text: &str) -> Result<Option<FoldedOrigin>, String> {
    let Some(about) = text.lines().next().and_then(|line| line.strip_prefix(MARK)) else { return Ok(None) };
    let wrong =
        || format!("line 1: wanted `{MARK}<id> <unit>`, and of sampled stacks `<N> samples` behind it");
    let about = about.trim_end();
    // A unit is no number, so nothing else reads like this.
    let sampled = about.strip_suffix(" samples").and_then(|rest| rest.rsplit_once(' '));
    let sampled = sampled.and_then(|(rest, samples)| Some((rest, samples.parse().ok()?)));
    let (rest, samples) = sampled.map_or((about, None), |(rest, samples)| (rest, Some(samples)));
    let (id, unit) = rest.rsplit_once(' ').ok_or_else(wrong)?;
    let weight = Weight::of_unit(unit).ok_or_else(wrong)?;
    Ok(Some(FoldedOrigin { id: id.to_owned(), weight, samples }))
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
        if line.trim().is_empty() || line.starts_with(COMMENT) {
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
        let text = folded("seal/64", &stacks);
        let start = "# perfkit.folded seal/64 instructions/op\na 1200\na;b c 0.333";
        assert!(text.starts_with(start), "{text}");
        assert_eq!(parse_folded(&text, Weight::Instructions).unwrap(), stacks);
    }

    #[test]
    fn the_first_line_says_what_the_others_are_of() {
        let mut stacks = Stacks::new(Weight::Nanoseconds);
        stacks.add(vec!["a".to_owned()], 3.0);
        for (id, samples) in [("seal/64", Some(2911)), ("seal/1 KiB", None), ("in 5 samples", Some(1))] {
            samples.into_iter().for_each(|samples| stacks.set_samples(samples));
            let mut text = folded(id, &stacks);
            if samples.is_none() {
                text = text.replacen(" 2911 samples", "", 1);
            }
            let wanted = FoldedOrigin { id: id.to_owned(), weight: Weight::Nanoseconds, samples };
            assert_eq!(folded_origin(&text), Ok(Some(wanted)));
        }
        assert_eq!(folded_origin("a;b 1\n"), Ok(None));
        assert_eq!(folded_origin(""), Ok(None));
        for garbled in ["seal/64", "seal/64 furlongs", "seal/64 ns x samples", ""] {
            let error = folded_origin(&format!("{MARK}{garbled}\na 1\n")).unwrap_err();
            assert!(error.starts_with("line 1: wanted"), "{garbled}: {error}");
        }
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
