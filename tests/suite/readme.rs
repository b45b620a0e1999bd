//! The README keeps its promises: its commands run, what it shows of their answers is there, and its files are.

use std::path::Path;
use std::process::Command;

use crate::cli::{Ended, poolscope};
use crate::pty::Terminal;

const README: &str = include_str!("../../README.md");

/// A command of the README, without the prompt, the status that it ends with, and what is shown below it.
struct Example {
    command: &'static str,
    code: i32,
    shown: Vec<&'static str>,
}

/// The blocks of a language, fences left out.
fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    README.split(&fence).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

fn examples() -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    for block in blocks("console") {
        for line in block.lines() {
            match line.strip_prefix("$ ") {
                Some(line) => {
                    let (command, remark) = line.split_once("  # exits with ").unwrap_or((line, "0:"));
                    let code = remark.split(':').next().unwrap().parse().unwrap();
                    examples.push(Example { command, code, shown: Vec::new() });
                }
                None => examples.last_mut().unwrap().shown.push(line),
            }
        }
    }
    examples
}

/// The words of a line that are the same on every machine: those without a digit, a sign or a unit.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split_whitespace().filter(|word| word.len() > 3 && word.chars().all(char::is_alphabetic))
}

/// A line as a shell takes it, for which `poolscope` is the program under test.
fn shell(line: &str) -> Command {
    let own = Path::new(env!("CARGO_BIN_EXE_poolscope")).parent().unwrap();
    let path = std::env::var_os("PATH").unwrap();
    let folders = std::iter::once(own.to_owned()).chain(std::env::split_paths(&path));
    let mut command = Command::new("sh");
    command.args(["-c", line]).env("PATH", std::env::join_paths(folders).unwrap()).env("LANG", "C.UTF-8");
    command
}

#[test]
fn every_example_runs_and_answers_as_shown() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine.toml"), blocks("toml")[0]).unwrap();
    let mut run = 0;
    for example in examples() {
        let mut command = match example.command.strip_prefix("poolscope ") {
            Some(args) => poolscope(&args.split(' ').collect::<Vec<&str>>()),
            None if example.command.contains(" | poolscope ") => shell(example.command),
            None => continue,
        };
        let ended: Ended = command.current_dir(folder.path()).output().unwrap().into();
        assert_eq!(ended.code, Some(example.code), "{}: {ended:?}", example.command);
        assert!(!ended.out.is_empty(), "{}", example.command);
        for word in example.shown.iter().flat_map(|line| words(line)) {
            assert!(ended.out.contains(word), "{}: no {word:?} in\n{}", example.command, ended.out);
        }
        run += 1;
    }
    assert!(run >= 10, "only {run} examples were found");
}

#[test]
fn the_first_command_opens_the_lab() {
    assert!(examples().iter().any(|example| example.command == "cargo run --release"));
    let mut terminal = Terminal::poolscope(120, 36, &[]);
    terminal.until("Enter");
    terminal.press("q");
    assert_eq!(terminal.ended(), 0);
    terminal.assert_restored();
}

#[test]
fn every_exit_code_of_the_help_is_in_the_readme() {
    let help = crate::cli::run(&["--help"]).out;
    let codes = help.split("Exit codes:\n").nth(1).unwrap();
    for line in codes.lines() {
        let meaning = line.trim_start().split_once("  ").unwrap().1.trim();
        let meaning = meaning.split(':').next().unwrap();
        assert!(README.contains(meaning), "{line}");
    }
}

#[test]
fn the_test_command_is_the_last_step_of_ci() {
    let ci = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/run")).unwrap();
    let last = ci.trim_end().lines().last().unwrap();
    assert_eq!(last, "step cargo test");
    assert!(examples().iter().any(|example| example.command == "cargo test"));
}

/// The targets of Markdown links and images that are files of the tree, without what follows a `#`.
fn files(markdown: &str) -> impl Iterator<Item = &str> {
    let inline = markdown.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
    let attributes = ["src=\"", "href=\"", "srcset=\""];
    let html = attributes
        .into_iter()
        .flat_map(|name| markdown.split(name).skip(1).filter_map(|rest| rest.split('"').next()));
    inline
        .chain(html)
        .filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
        .filter_map(|target| target.split('#').next().filter(|path| !path.is_empty()))
}

#[test]
fn every_file_that_the_readme_links_to_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let missing: Vec<&str> = files(README).filter(|path| !root.join(path).exists()).collect();
    assert_eq!(missing, [] as [&str; 0]);
    let told = "![a](x/a.svg \"t\") [b](b.md#c) [c](#d) [e](https://f.g/h) <img src=\"i.png\">";
    assert_eq!(files(told).collect::<Vec<_>>(), ["x/a.svg", "b.md", "i.png"]);
}
