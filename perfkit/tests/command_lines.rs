//! Every `perfkit …` line in the documents, the action and the workflow templates is one that the command line accepts.
//! The documents stay true, and a renamed option is found where people would copy it from.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::{Parser, error::ErrorKind};
use perfkit::cmd::Cli;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Files of these endings below `folder`.
fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            found.extend(files(&path, endings));
        } else if endings.iter().any(|ending| path.extension().is_some_and(|extension| extension == *ending))
        {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The lines between fences of Markdown; with a `console` fence only those behind a prompt and what continues them, for
/// the rest is output.
fn code_lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut fence: Option<bool> = None;
    let mut goes_on = false;
    for line in text.lines() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            let with_prompt = || matches!(language.trim(), "console" | "text" | "");
            fence = if fence.is_some() { None } else { Some(with_prompt()) };
            goes_on = false;
            continue;
        }
        let Some(with_prompt) = fence else { continue };
        let prompted = line.trim_start().strip_prefix("$ ");
        if let Some(command) = prompted.or(Some(line).filter(|_| goes_on || !with_prompt)) {
            goes_on = command.trim_end().ends_with('\\');
            lines.push(command.to_owned());
        }
    }
    lines
}

/// Lines that end in a backslash, together with the next.
fn joined(lines: Vec<String>) -> Vec<String> {
    let mut whole: Vec<String> = Vec::new();
    let mut open = false;
    for line in lines {
        let (line, goes_on) = match line.trim_end().strip_suffix('\\') {
            Some(line) => (line.to_owned(), true),
            None => (line, false),
        };
        match whole.last_mut().filter(|_| open) {
            Some(last) => last.push_str(&line),
            None => whole.push(line),
        }
        open = goes_on;
    }
    whole
}

/// The perfkit command of a line of shell, as arguments; `None` for any other line.
fn command(line: &str) -> Option<Vec<String>> {
    let line = line.split_once(" #").map_or(line, |(command, _)| command);
    let words = words(line);
    let is_perfkit =
        |word: &str| matches!(word, "perfkit" | "./scripts/perfkit" | "scripts/perfkit" | "cargo-perfkit");
    let assignment = |word: &String| word.contains('=') && !word.starts_with('-');
    let skipped = words
        .iter()
        .take_while(|word| assignment(word) || matches!(word.as_str(), "-" | "run:" | "if" | "!"))
        .count();
    let words = &words[skipped..];
    let first = words.first()?;
    let rest = match words.get(1) {
        Some(second) if first == "cargo" && second == "perfkit" => &words[2..],
        _ if is_perfkit(first) => &words[1..],
        _ => return None,
    };
    let is_shell = |word: &String| {
        matches!(word.as_str(), "|" | "||" | "&&" | ";" | ">" | ">>" | "2>&1" | "<")
            || word.starts_with(['>', '<'])
    };
    let mut arguments = vec!["perfkit".to_owned()];
    for word in rest.iter().take_while(|word| !is_shell(word)) {
        match word.strip_suffix(';') {
            Some(last) => {
                arguments.push(last.to_owned());
                break;
            }
            None => arguments.push(word.clone()),
        }
    }
    Some(arguments)
}

/// Words as a shell splits them; expansions become one word that stands for a value, arrays of them nothing.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    for character in line.chars() {
        match (quote, character) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(character);
                word.get_or_insert_with(String::new);
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_with(String::new).push(c),
        }
    }
    words.extend(word);
    // What an array or a conditional expansion adds is options that the same file spells out elsewhere.
    words.retain(|word| !word.contains("[@]") && !word.starts_with("${") && word != "…");
    words
}

/// Placeholders of prose: a number where a number is wanted.
fn filled(arguments: &[String]) -> Vec<String> {
    let stand_in = |word: &String| if word == "N" { "2".to_owned() } else { word.clone() };
    arguments.iter().map(stand_in).collect()
}

fn check(file: &Path, line: &str, wrong: &mut Vec<String>) -> bool {
    let Some(arguments) = command(line) else { return false };
    if let Err(error) = Cli::try_parse_from(filled(&arguments)) {
        let shows_help = [ErrorKind::DisplayHelp, ErrorKind::DisplayVersion];
        if !shows_help.contains(&error.kind()) {
            let shown = file.strip_prefix(root()).unwrap().display().to_string();
            wrong.push(format!("{shown}: {}\n{error}", line.trim()));
        }
    }
    true
}

#[test]
fn documents_show_commands_that_exist() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    let mut documents = files(&root().join("perfkit/docs"), &["md"]);
    documents.extend([root().join("README.md"), root().join("perfkit/FORMAT.md")]);
    for file in documents {
        let text = fs::read_to_string(&file).unwrap();
        for line in joined(code_lines(&text)) {
            seen += usize::from(check(&file, &line, &mut wrong));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 10, "only {seen} command lines were found: is the test looking in the right places?");
}

#[test]
fn the_action_and_the_workflows_run_commands_that_exist() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    let mut workflows = files(&root().join(".github"), &["yml", "yaml", "sh"]);
    workflows.extend(files(&root().join("perfkit/docs/templates"), &["yml", "yaml"]));
    for file in workflows {
        let text = fs::read_to_string(&file).unwrap();
        for line in joined(text.lines().map(|line| line.trim_start().to_owned()).collect()) {
            seen += usize::from(check(&file, &line, &mut wrong));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen >= 4, "only {seen} command lines were found: is the test looking in the right places?");
}

#[test]
fn a_command_line_that_does_not_exist_is_found() {
    let mut wrong = Vec::new();
    let file = root().join("README.md");
    assert!(check(&file, "./scripts/perfkit run --no-such-option; echo $?", &mut wrong));
    assert!(check(&file, "cargo perfkit gaet", &mut wrong));
    assert_eq!(wrong.len(), 2);
    assert!(!check(&file, "perfkitty run", &mut wrong));
    assert!(check(&file, "- run: FOO=1 perfkit run --filter \"a b\" > out # comment", &mut wrong));
    assert_eq!(wrong.len(), 2, "{wrong:?}");
}

#[test]
fn output_below_a_prompt_is_not_taken_for_a_command() {
    let text = "```console\n$ perfkit run \\\n    --quick\nperfkit 0.1.0\n```\nperfkit in prose\n```sh\nperfkit doctor\n```\n";
    assert_eq!(joined(code_lines(text)), ["perfkit run     --quick", "perfkit doctor"].map(str::to_owned));
}
