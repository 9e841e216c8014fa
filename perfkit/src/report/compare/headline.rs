//! The first line of a comment: the gravest thing that happened, then how many of what.

use serde::Serialize;

use super::{
    before::Before,
    rows::{Compared, Standing},
};
use crate::{
    compare::State,
    format::{Outcome, ProblemKind, Run},
};

/// The verdict in one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Headline {
    /// Carries the verdict together with `word`.
    pub glyph: char,
    /// In capitals where it is bad.
    pub word: String,
    /// How many of what.
    pub text: String,
}

impl Headline {
    fn new(glyph: char, word: &str, text: String) -> Self {
        Self { glyph, word: word.to_owned(), text }
    }
}

/// From the run's verdicts where it was gated and they speak of this comparison, else from what was found.
pub(super) fn headline(before: &Before, run: &Run, compared: &Compared) -> Headline {
    let gated = !run.verdicts.is_empty();
    let mut headline = if gated { by_verdicts(run) } else { by_comparison(compared, run) };
    if gated && !before.by_verdicts {
        let found = by_comparison(compared, run);
        headline.text += &format!(". Against {}: {}", before.title, found.text);
    }
    broken(run, &mut headline);
    headline
}

/// The words for outcomes that a verdict line counts, gravest first.
const COUNTED: [(Outcome, &str); 11] = [
    (Outcome::Wrong, "wrong"),
    (Outcome::Failed, "failed"),
    (Outcome::Missing, "missing"),
    (Outcome::Suspect, "suspect"),
    (Outcome::Inconclusive, "cannot tell"),
    (Outcome::Warned, "warned"),
    (Outcome::Waived, "waived"),
    (Outcome::Improved, "improved beyond the gate"),
    (Outcome::Held, "held"),
    (Outcome::New, "new"),
    (Outcome::Skipped, "skipped (not a pass)"),
];

fn by_verdicts(run: &Run) -> Headline {
    let count = |outcome: Outcome| run.verdicts.iter().filter(|verdict| verdict.outcome == outcome).count();
    let parts: Vec<String> = COUNTED
        .iter()
        .filter_map(|(outcome, word)| {
            let count = count(*outcome);
            (count > 0).then(|| format!("{count} {word}"))
        })
        .collect();
    let text =
        format!("gates: {}", if parts.is_empty() { "nothing judged".to_owned() } else { parts.join(" · ") });
    let (glyph, word) = match () {
        () if count(Outcome::Wrong) > 0 => ('✗', "WRONG ANSWER"),
        () if count(Outcome::Failed) > 0 => ('✗', "FAILED"),
        () if count(Outcome::Missing) > 0 => ('∅', "MISSING"),
        () if count(Outcome::Suspect) > 0 => ('?', "suspect"),
        () if count(Outcome::Inconclusive) > 0 => ('?', "cannot tell"),
        () if count(Outcome::Warned) > 0 => ('!', "warning"),
        () if count(Outcome::Improved) > 0 => ('↑', "improved"),
        () if count(Outcome::Held) > 0 => ('✓', "held"),
        () if count(Outcome::Waived) > 0 => ('w', "waived"),
        () => ('-', "nothing judged"),
    };
    Headline::new(glyph, word, text)
}

fn by_comparison(compared: &Compared, run: &Run) -> Headline {
    let count = |state: State, standing: Standing| {
        compared.rows.iter().filter(|row| row.state == state && row.standing == standing).count()
    };
    let same: usize = compared.same.iter().map(|same| same.benchmarks).sum();
    let incomparable = compared.rows.iter().filter(|row| row.state == State::Incomparable).count();
    let informational = compared
        .rows
        .iter()
        .filter(|row| row.standing == Standing::Informational && row.state != State::Incomparable)
        .count();
    let counts = [
        (count(State::Worse, Standing::Certain), "worse in exact counts"),
        (count(State::Worse, Standing::Unconfirmed), "slower in time (suspect until confirmed)"),
        (count(State::Better, Standing::Certain), "better in exact counts"),
        (count(State::Better, Standing::Unconfirmed), "faster in time (unconfirmed)"),
        (informational, "changed, for information only"),
        (incomparable, "not comparable"),
        (compared.new.len(), "new"),
        (compared.vanished.len(), "vanished"),
        (same, "unchanged"),
    ];
    let parts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, words)| format!("{count} {words}"))
        .collect();
    let nothing = compared.compared == 0 && incomparable == 0 && compared.vanished.is_empty();
    let (glyph, word) = match () {
        () if nothing => ('?', "cannot tell"),
        () if counts[0].0 > 0 => ('✗', "WORSE"),
        () if counts[1].0 > 0 => ('?', "suspect"),
        () if !compared.vanished.is_empty() => ('∅', "VANISHED"),
        () if counts[2].0 + counts[3].0 > 0 => ('↑', "better"),
        () if incomparable > 0 => ('?', "not comparable"),
        () if informational > 0 => ('·', "for information"),
        () => ('✓', "no change"),
    };
    let text = if nothing {
        let measured = run.benchmarks.len();
        format!("nothing to compare with; {measured} benchmarks measured")
    } else {
        parts.join(" · ")
    };
    Headline::new(glyph, word, text)
}

/// A run that is not whole cannot be good news.
fn broken(run: &Run, headline: &mut Headline) {
    let count = |kind: ProblemKind| run.problems.iter().filter(|problem| problem.kind == kind).count();
    let (wrong, build, tool) =
        (count(ProblemKind::WrongAnswer), count(ProblemKind::BuildFailed), count(ProblemKind::ToolFailed));
    let calm = !matches!(headline.glyph, '✗' | '∅');
    if wrong > 0 {
        (headline.glyph, headline.word) = ('✗', "WRONG ANSWER".to_owned());
    } else if build + tool > 0 && calm {
        (headline.glyph, headline.word) = ('✗', "NOT MEASURED IN FULL".to_owned());
    } else if run.provenance.partial && calm {
        (headline.glyph, headline.word) = ('?', "partial".to_owned());
    }
    // The gates have counted wrong answers already.
    let wrong = if headline.text.contains(" wrong") { 0 } else { wrong };
    let told = [
        (wrong, "wrong answer", "wrong answers"),
        (build, "build failed", "builds failed"),
        (tool, "tool failed", "tools failed"),
    ];
    for (count, one, many) in told.into_iter().filter(|(count, ..)| *count > 0) {
        headline.text += &format!(" · {count} {}", if count == 1 { one } else { many });
    }
    if run.provenance.partial {
        headline.text += " · interrupted";
    }
    let skipped = count(ProblemKind::Skipped);
    if skipped > 0 && !headline.text.contains("skipped") {
        headline.text += &format!(" · {skipped} skipped (not a pass)");
    }
}
