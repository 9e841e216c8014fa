//! `perfkit report`: documents from measured numbers, one file each.

mod compare;
mod html;
mod release;
mod scaling;

use std::path::Path;

use clap::{Args, Subcommand};

use super::{Exit, Failure, Global};

/// Arguments of `perfkit report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    #[command(subcommand)]
    command: ReportCommand,
}

#[derive(Debug, Subcommand)]
enum ReportCommand {
    /// The tables of a release note, from a recipe
    Release(release::ReleaseArgs),
    /// A comment for a pull request: verdict first, changed rows, the rest folded
    Compare(compare::CompareArgs),
    /// One self-contained page of everything stored
    Html(html::HtmlArgs),
    /// Throughput over threads
    Scaling(scaling::ScalingArgs),
}

pub(super) fn execute(global: &Global, args: &ReportArgs) -> Result<Exit, Failure> {
    match &args.command {
        ReportCommand::Release(args) => release::execute(global, args),
        ReportCommand::Compare(args) => compare::execute(global, args),
        ReportCommand::Html(args) => html::execute(global, args),
        ReportCommand::Scaling(args) => scaling::execute(global, args),
    }
}

/// How a document at `document` (none: one in the current folder) links to a file: relative, with `/` between folders.
fn link(file: &Path, document: Option<&Path>) -> String {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (file, document) = (absolute(file), absolute(document.unwrap_or(Path::new("document.md"))));
    let from: Vec<_> = document.parent().map(|folder| folder.components().collect()).unwrap_or_default();
    let to: Vec<_> = file.components().collect();
    let shared = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    let up = std::iter::repeat_n("..".into(), from.len() - shared);
    let down = to[shared..].iter().map(|part| part.as_os_str().to_string_lossy());
    let text = up.chain(down).collect::<Vec<_>>().join("/");
    // What would end a Markdown link early.
    let escaped = |c: char| match c {
        ' ' => "%20".to_owned(),
        '(' => "%28".to_owned(),
        ')' => "%29".to_owned(),
        c => c.to_string(),
    };
    text.chars().map(escaped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_relative_to_the_document() {
        let document = Some(Path::new("reports/scaling.md"));
        assert_eq!(link(Path::new("reports/plots/a b.svg"), document), "plots/a%20b.svg");
        assert_eq!(link(Path::new("plots/a.svg"), document), "../plots/a.svg");
        assert_eq!(link(Path::new("plots/a.svg"), None), "plots/a.svg");
    }
}
