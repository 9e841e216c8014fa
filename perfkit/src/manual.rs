//! Manual pages, one a command, named as git names its own: `perfkit-report-release.1`.

use std::io;

use clap::Command;
use clap_mangen::Man;

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its file.
    pub file_name: String,
    /// Its text, in roff.
    pub text: String,
}

/// Every page: the command's own and one for each of its subcommands, down to the last level.
pub fn pages(command: &Command) -> io::Result<Vec<Page>> {
    let mut pages = Vec::new();
    collect(&built(command), &mut pages)?;
    Ok(pages)
}

/// The page of a subcommand by its path, `["report", "release"]`; `None` where there is no such command.
pub fn page(command: &Command, path: &[String]) -> io::Result<Option<Page>> {
    let command = built(command);
    let mut found = &command;
    for name in path.iter().flat_map(|part| part.split_whitespace()) {
        match found.find_subcommand(name) {
            Some(subcommand) => found = subcommand,
            None => return Ok(None),
        }
    }
    render(found).map(Some)
}

/// The names of the subcommands of the first level.
pub fn names(command: &Command) -> Vec<&str> {
    command.get_subcommands().map(Command::get_name).collect()
}

/// Building gives every subcommand the options that all commands share and its full name. `help` has no page.
fn built(command: &Command) -> Command {
    let mut command = command.clone().disable_help_subcommand(true);
    command.build();
    command
}

fn collect(command: &Command, pages: &mut Vec<Page>) -> io::Result<()> {
    pages.push(render(command)?);
    command.get_subcommands().try_for_each(|subcommand| collect(subcommand, pages))
}

fn render(command: &Command) -> io::Result<Page> {
    let version = command.get_version().unwrap_or_default();
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).replace(' ', "-");
    let man = Man::new(command.clone())
        .title(name.to_uppercase())
        .source(format!("perfkit {version}").trim_end())
        .manual("perfkit manual");
    let mut text = Vec::new();
    man.render(&mut text)?;
    Ok(Page { file_name: format!("{name}.1"), text: String::from_utf8_lossy(&text).into_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command() -> Command {
        Command::new("tool").subcommand(
            Command::new("report")
                .subcommand(Command::new("release").about("Renders tables"))
                .about("Reports"),
        )
    }

    #[test]
    fn every_command_of_every_level_has_a_page() {
        let names: Vec<String> = pages(&command()).unwrap().into_iter().map(|page| page.file_name).collect();
        assert_eq!(names, ["tool.1", "tool-report.1", "tool-report-release.1"]);
    }

    #[test]
    fn the_document_shows_as_many_pages_as_there_are() {
        let count = pages(&<crate::cmd::Cli as clap::CommandFactory>::command()).unwrap().len();
        let document = include_str!("../docs/commands/man.md");
        assert!(document.contains(&format!("\n{count} pages in man\n")), "there are {count}");
    }

    #[test]
    fn a_page_is_found_by_its_path_and_says_what_the_command_does() {
        let path = ["report".to_owned(), "release".to_owned()];
        assert!(page(&command(), &path).unwrap().unwrap().text.contains("Renders tables"));
        assert_eq!(page(&command(), &["nothing".to_owned()]).unwrap(), None);
    }
}
