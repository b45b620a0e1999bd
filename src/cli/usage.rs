//! What is wrong with a command line: every problem at once, each with its option, its value and the way out.

use std::fmt;

use crate::plan::Problem;
use crate::report::text::{clip, harmless};

/// The longest part of a value that is repeated in a message.
const VALUE_SHOWN: usize = 60;

/// One thing that is wrong with the command line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wrong {
    option: String,
    words: String,
}

impl Wrong {
    /// The place of its option in the help, where problems stand in the same order.
    fn place(&self) -> usize {
        const OPTIONS: [&str; 26] = [
            "--task",
            "--",
            "--size",
            "--urls",
            "--items",
            "--shell",
            "--tasks",
            "--workers",
            "--strategy",
            "--runtime",
            "--simulator",
            "--chunk",
            "--timeout",
            "--retries",
            "--on-error",
            "--repeats",
            "--together",
            "--seed",
            "--cpus",
            "--scenario",
            "--allow",
            "--speed",
            "--max-time",
            "--output",
            "--color",
            "--theme",
        ];
        OPTIONS.iter().position(|option| *option == self.option).unwrap_or(OPTIONS.len())
    }

    /// `value`, given to `option`, is wrong as `said`: a phrase that follows the value, with the way out.
    pub(super) fn new(option: &str, value: &str, said: impl fmt::Display) -> Self {
        Self { option: option.to_owned(), words: format!("{option} {}: {said}", printable(value)) }
    }

    /// Something within the file that was given to `option` is wrong; `words` say the place.
    pub(super) fn within(option: &str, words: &impl fmt::Display) -> Self {
        Self { option: option.to_owned(), words: words.to_string() }
    }

    /// `value`, given to `option`, could not be read; many errors repeat the value, which is not wanted twice.
    pub(super) fn unreadable(option: &str, value: &str, error: &dyn fmt::Display) -> Self {
        let words = error.to_string();
        let said = words.strip_prefix(&format!("{value:?} ")).unwrap_or(&words);
        Self::new(option, value, said)
    }
}

/// A plan's fields are called as the options are.
impl From<Problem> for Wrong {
    fn from(problem: Problem) -> Self {
        let option = format!("--{}", problem.field.name());
        Self::new(&option, &problem.value, format!("{}; {}", problem.wrong, problem.way_out))
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

/// Everything that is wrong with a command line, in the order of the options; a line for each.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub struct UsageError {
    /// The problems, at least one.
    pub wrongs: Vec<Wrong>,
    /// The command whose help says more: `poolscope run`.
    pub command: String,
}

impl UsageError {
    /// What is wrong with the words after `command`.
    pub(super) fn new(command: &str, mut wrongs: Vec<Wrong>) -> Self {
        wrongs.sort_by_key(Wrong::place);
        wrongs.dedup();
        Self { wrongs, command: command.to_owned() }
    }
}

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for wrong in &self.wrongs {
            writeln!(f, "error: {wrong}")?;
        }
        write!(f, "\nFor more information, try '{} --help'.", self.command)
    }
}

/// Lines that no terminal obeys, whatever names of files or words of others stand in them.
pub(super) fn plain_lines(text: &str) -> String {
    text.lines().map(harmless).collect::<Vec<_>>().join("\n")
}

/// `text` on one line that no terminal obeys, and not too long.
fn printable(text: &str) -> String {
    match clip(&harmless(text), VALUE_SHOWN, false) {
        empty if empty.is_empty() => "(empty)".to_owned(),
        shown => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_shown_once_and_cannot_command_the_terminal() {
        let wrong = Wrong::unreadable("--workers", "four", &"\"four\" is not a number of workers");
        assert_eq!(wrong.to_string(), "--workers four: is not a number of workers");
        let wrong = Wrong::new("--size", "\u{1b}[2Jx", "is not a number");
        assert_eq!(wrong.to_string(), "--size \u{fffd}[2Jx: is not a number");
        let wrong = Wrong::new("--size", "", "is empty");
        assert_eq!(wrong.to_string(), "--size (empty): is empty");
        assert_eq!(printable(&"9".repeat(500)).chars().count(), VALUE_SHOWN);
    }
}
