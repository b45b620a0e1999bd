//! Commands of the user's as tasks: the words, what is put into them for each task, and the program that they name.
//!
//! Words are never split and never joined: what is put in place of `{}` (the task's index) or `{item}` (its item) stays
//! within its argument, whatever it holds. Only with a shell there is a text that is interpreted, and then index and item
//! are given to it as `$1` and `$2`, never as a part of that text. The program is looked for once, when the words are read,
//! so that what a plan shows is what is run. Nothing here starts anything.

mod items;

use std::ffi::OsStr;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use items::{Items, MAX_ITEMS, MAX_ITEMS_BYTES};

use crate::text::shortened;

/// What stands for a task's index.
const INDEX: &str = "{}";
/// What stands for a task's item.
const ITEM: &str = "{item}";
/// So many characters of a command are shown in a heading.
const SHOWN: usize = 60;
/// What interprets a script.
const SHELL: &str = "/bin/sh";

/// A command that is run once for each task.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Command {
    /// The program and its arguments as they were given; with a shell the script alone.
    words: Vec<String>,
    /// Whether the one word is a script for a shell.
    shell: bool,
    /// What differs between tasks, besides their index.
    items: Option<Items>,
    /// The file that is run, as an absolute path.
    program: String,
}

/// Why words are no command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// There are none.
    #[error("there is no command; give its words one by one, as: gzip -kf {{item}}")]
    Empty,
    /// The first word is empty.
    #[error("the program's name is empty; name a program, as: gzip -kf {{item}}")]
    NoName,
    /// A word holds a character that no argument can hold.
    #[error("{0:?} holds a NUL character, which no argument can hold; leave it out")]
    Nul(String),
    /// The program's name would differ between tasks.
    #[error("the program's name {0:?} cannot differ between tasks; use --shell, or env, as: env -- {0}")]
    ProgramVaries(String),
    /// Items are to be put in, and there are none.
    #[error("{0:?} names an item, and there are none; add --items FILE, or write {{}} for the task's index")]
    NoItems(String),
    /// There is no such program.
    #[error("{0:?} is no program in any folder of PATH; name its file with a /, as ./{0}")]
    NotFound(String),
    /// There is no such file.
    #[error("{0:?} is no file")]
    NoFile(String),
    /// It is no program.
    #[error("{0:?} is no file that may be executed; chmod +x makes it one")]
    NotExecutable(String),
    /// A script in several words.
    #[error("a script for the shell is one word, and there are {0}; put it in quotes")]
    Words(usize),
    /// A script with an item in its text.
    #[error(
        "in a script the item is \"$1\" and the index \"$2\"; write these, for {{item}} is not replaced there"
    )]
    ItemInScript,
    /// The items cannot be used.
    #[error("items: {0}")]
    Items(String),
}

impl Command {
    /// Reads words as they were given: a program and its arguments, or with `shell` a script alone.
    ///
    /// # Errors
    /// Where they are no command, or name no program that is found.
    pub fn new(words: Vec<String>, shell: bool, items: Option<Items>) -> Result<Self, CommandError> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut command = Self { words, shell, items, program: SHELL.to_owned() };
        command.check()?;
        if !shell {
            command.program = find(&command.words[0], &path)?;
        }
        Ok(command)
    }

    /// Checks the words by themselves; the program is not looked for again.
    ///
    /// # Errors
    /// Where they are no command.
    pub fn check(&self) -> Result<(), CommandError> {
        let name = self.words.first().ok_or(CommandError::Empty)?;
        if let Some(word) = self.words.iter().find(|word| word.contains('\0')) {
            return Err(CommandError::Nul(word.clone()));
        }
        if self.shell {
            return match self.words.len() {
                1 if name.contains(ITEM) => Err(CommandError::ItemInScript),
                1 if name.trim().is_empty() => Err(CommandError::NoName),
                1 => Ok(()),
                several => Err(CommandError::Words(several)),
            };
        }
        if name.is_empty() {
            return Err(CommandError::NoName);
        }
        if name.contains(INDEX) || name.contains(ITEM) {
            return Err(CommandError::ProgramVaries(name.clone()));
        }
        match self.words.iter().find(|word| word.contains(ITEM)) {
            Some(word) if self.items.is_none() => Err(CommandError::NoItems(word.clone())),
            _ => Ok(()),
        }
    }

    /// The file that is run, as an absolute path.
    pub fn program(&self) -> &Path {
        Path::new(&self.program)
    }

    /// The words as they were given: a program and its arguments, or a script.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// Whether a shell interprets it.
    pub const fn is_script(&self) -> bool {
        self.shell
    }

    /// What differs between tasks; none where only the index does.
    pub const fn items(&self) -> Option<&Items> {
        self.items.as_ref()
    }

    /// Whether what is run differs between tasks, as far as the words say.
    pub fn differs_between_tasks(&self) -> bool {
        self.shell || self.words.iter().any(|word| word.contains(INDEX) || word.contains(ITEM))
    }

    /// The arguments of task `index`. A task beyond the items has an empty one.
    pub fn arguments(&self, index: u64) -> Vec<String> {
        let number = index.to_string();
        let item = self.items.as_ref().map(|items| items.get(index as usize).unwrap_or_default());
        if self.shell {
            let first = item.unwrap_or(&number).to_owned();
            return vec!["-c".to_owned(), self.words[0].clone(), "sh".to_owned(), first, number];
        }
        self.words.iter().skip(1).map(|word| put_in(word, &number, item.unwrap_or_default())).collect()
    }

    /// The words in one line, as they would be typed: what a shell would take apart stands in quotes, and what would
    /// command a terminal is written as an escape.
    pub fn label(&self) -> String {
        in_one_line(&self.words)
    }

    /// As much of the label as there is room for in a heading.
    pub fn short_label(&self) -> String {
        shortened(&self.label(), SHOWN)
    }

    /// What is run for task `index`, in one line: the program's path and the arguments.
    pub fn line(&self, index: u64) -> String {
        let mut words = vec![self.program.clone()];
        words.extend(self.arguments(index));
        in_one_line(&words)
    }
}

/// Words in one line, each in quotes unless it is plain.
fn in_one_line(words: &[String]) -> String {
    let mut line = String::new();
    for (at, word) in words.iter().enumerate() {
        let blank = if at > 0 { " " } else { "" };
        // Writing into a string cannot fail. The debug form escapes whatever is not printable.
        let _ = if is_plain(word) { write!(line, "{blank}{word}") } else { write!(line, "{blank}{word:?}") };
    }
    line
}

fn is_plain(word: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./{}:=,+@%^".contains(c);
    !word.is_empty() && word.chars().all(plain)
}

/// A word with the index and the item in their places, in one pass: what is put in is not looked through again.
fn put_in(word: &str, index: &str, item: &str) -> String {
    let mut out = String::with_capacity(word.len() + item.len());
    let mut rest = word;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        rest = if let Some(after) = from.strip_prefix(INDEX) {
            out.push_str(index);
            after
        } else if let Some(after) = from.strip_prefix(ITEM) {
            out.push_str(item);
            after
        } else {
            out.push('{');
            from.strip_prefix('{').unwrap_or_default()
        };
    }
    out.push_str(rest);
    out
}

/// The file of a program, as an absolute path: a name with a `/` is a path, from the working directory where it is
/// relative; any other is looked for in the folders of `path`, of which those are left out that are themselves relative
/// to the working directory.
fn find(name: &str, path: &OsStr) -> Result<String, CommandError> {
    let in_words = |path: PathBuf| path.into_os_string().into_string().ok();
    if name.contains('/') {
        let file = std::path::absolute(name).ok().and_then(in_words);
        let file = file.ok_or_else(|| CommandError::NoFile(name.to_owned()))?;
        return match Path::new(&file) {
            path if !path.is_file() => Err(CommandError::NoFile(name.to_owned())),
            path if !is_executable(path) => Err(CommandError::NotExecutable(name.to_owned())),
            _ => Ok(file),
        };
    }
    let folders = std::env::split_paths(path).filter(|folder| folder.is_absolute());
    let mut files = folders.map(|folder| folder.join(name)).filter(|file| file.is_file());
    let found = files.find(|file| is_executable(file)).and_then(in_words);
    found.ok_or_else(|| CommandError::NotFound(name.to_owned()))
}

fn is_executable(file: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::metadata(file).is_ok_and(|data| data.permissions().mode() & 0o111 != 0)
    }
    #[cfg(not(unix))]
    {
        file.is_file()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn command(text: &[&str], items: &[&str]) -> Command {
        let items = (!items.is_empty()).then(|| Items::new(items).unwrap());
        Command::new(words(text), false, items).unwrap()
    }

    #[test]
    fn index_and_item_stay_within_their_argument() {
        let items = ["a b", "; rm", "$(x)", "-rf", "two\nlines", "\"'", "🎈", "{} {item}"];
        let echo = command(&["sh", "x{item}y{}", "{item}", "{it em}", "{{}}", "{"], &items);
        for (index, item) in items.iter().enumerate() {
            assert_eq!(
                echo.arguments(index as u64),
                [
                    format!("x{item}y{index}"),
                    (*item).to_owned(),
                    "{it em}".into(),
                    format!("{{{index}}}"),
                    "{".into()
                ]
            );
        }
    }

    #[test]
    fn a_script_gets_item_and_index_as_arguments() {
        let script = |items| Command::new(words(&["echo \"$1\" {}"]), true, items).unwrap();
        assert_eq!(script(None).arguments(7), ["-c", "echo \"$1\" {}", "sh", "7", "7"]);
        let items = Items::new(&["; rm"]).unwrap();
        assert_eq!(script(Some(items)).arguments(0), ["-c", "echo \"$1\" {}", "sh", "; rm", "0"]);
        assert_eq!(script(None).program(), Path::new("/bin/sh"));
    }

    #[test]
    fn a_program_is_found_in_absolute_folders_of_the_path_alone() {
        let found = command(&["sh", "-c", ":"], &[]);
        assert!(found.program().is_absolute() && found.program().ends_with("sh"));
        assert_eq!(find("sh", OsStr::new(".:bin::")), Err(CommandError::NotFound("sh".to_owned())));
        assert!(matches!(find("./no-such-file", OsStr::new("/bin")), Err(CommandError::NoFile(_))));
        assert!(matches!(find("./Cargo.toml", OsStr::new("/bin")), Err(CommandError::NotExecutable(_))));
        assert!(matches!(find("/", OsStr::new("/bin")), Err(CommandError::NoFile(_))));
    }

    #[test]
    fn what_is_no_command_is_refused_in_words() {
        let refused = |text: &[&str], shell| Command::new(words(text), shell, None).unwrap_err().to_string();
        for (text, shell, said) in [
            (&[][..], false, "there is no command"),
            (&[""], false, "name is empty"),
            (&["sh", "a\0b"], false, "NUL"),
            (&["sh{}"], false, "cannot differ between tasks"),
            (&["sh", "{item}"], false, "add --items"),
            (&["no-such-program-here"], false, "is no program in any folder of PATH"),
            (&["echo", "hi"], true, "one word, and there are 2"),
            (&["cat {item}"], true, "\"$1\""),
            (&[" "], true, "is empty"),
        ] {
            let error = refused(text, shell);
            assert!(error.contains(said), "{text:?}: {error}");
        }
    }

    #[test]
    fn a_label_commands_no_terminal() {
        let label = |text: &[&str]| command(text, &["x"]).label();
        assert_eq!(label(&["sh", "-k", "{item}"]), "sh -k {item}");
        assert_eq!(label(&["sh", "a b", "", "it's"]), "sh \"a b\" \"\" \"it's\"");
        let hostile = label(&["sh", "\u{1b}[2J\u{9b}\u{202e}\u{200b}x"]);
        assert_eq!(hostile, r#"sh "\u{1b}[2J\u{9b}\u{202e}\u{200b}x""#);
        assert!(command(&["sh", "{}"], &[]).line(3).ends_with("/sh 3"));
    }

    proptest! {
        #[test]
        fn whatever_an_item_holds_arrives_as_it_is(item in "[^\0]{0,40}") {
            let echo = command(&["sh", "{item}", "<{item}>"], &[&item]);
            prop_assert_eq!(echo.arguments(0), [item.clone(), format!("<{item}>")]);
        }
    }
}
