//! The rules of the crate, read from its sources: layers, the homes of foreign crates, and what may stand nowhere.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The layers: a module uses only those before it. `headless` and `tui` stand side by side, and neither knows the other.
const LAYERS: [&[&str]; 21] = [
    &["units"],
    &["ids"],
    &["clock"],
    &["chance"],
    &["text"],
    &["sys"],
    &["plan"],
    &["event"],
    &["task"],
    &["exec"],
    &["probe"],
    &["state"],
    &["analysis"],
    &["signals"],
    &["engine"],
    &["sweep"],
    &["report"],
    &["headless", "tui"],
    &["cost"],
    &["cli"],
    &["main"],
];

/// Foreign crates with a home, and where that is.
const HOMES: [(&str, &[&str]); 15] = [
    ("ratatui", &["tui"]),
    ("crossterm", &["tui"]),
    ("indicatif", &["headless"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("sysinfo", &["probe"]),
    ("rayon", &["exec/threads.rs"]),
    ("anyhow", &["main.rs", "cli"]),
    ("ureq", &["task/http", "plan/urls.rs"]),
    ("ureq_proto", &["task/http"]),
    ("rustls", &["task/http"]),
    ("tempfile", &["task/file.rs"]),
    ("libc", &["sys"]),
    ("vte", &["text.rs"]),
];

/// Where `unsafe` may stand.
const UNSAFE: [&str; 3] = ["exec/lane/mapped.rs", "sys.rs", "sys/monitor.rs"];

/// What may lie beside the sources; whatever begins with a dot belongs to git and CI.
const TOP: [&str; 12] = [
    "Cargo.toml",
    "Cargo.lock",
    "src",
    "assets",
    "tests",
    "README.md",
    "LICENSE",
    "CHANGELOG.md",
    "deny.toml",
    "rustfmt.toml",
    "clippy.toml",
    "build.rs",
];

/// What tools leave behind, and git does not see: what was built, and failures that proptest found.
const LEFT_BEHIND: [&str; 2] = ["target", "proptest-regressions"];

/// A source file.
struct Source {
    /// Its path below `src`, with `/`.
    path: String,
    text: String,
    /// Whether only tests see the file.
    is_test: bool,
}

impl Source {
    fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned(), is_test: false }
    }

    /// The module below the crate's root that it belongs to.
    fn module(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// Its lines without comments; what only tests see is left out.
    fn code(&self) -> String {
        let text = match self.text.find("\nmod tests {") {
            _ if self.is_test => "",
            Some(at) => &self.text[..at],
            None => &self.text,
        };
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        lines.map(|line| line.split(" // ").next().unwrap_or(line)).collect::<Vec<_>>().join("\n")
    }

    /// Paths of the modules below this one that only tests see.
    fn test_modules(&self) -> impl Iterator<Item = String> {
        let folder = self.path.strip_suffix(".rs").filter(|path| *path != "lib");
        let declared = self.text.split("#[cfg(test)]").skip(1).filter_map(|rest| {
            let (words, _) = rest.trim_start().split_once(';')?;
            words.split_once("mod ").map(|(_, name)| name).filter(|name| !name.contains(char::is_whitespace))
        });
        declared.map(move |name| folder.map_or(format!("{name}.rs"), |folder| format!("{folder}/{name}.rs")))
    }

    /// The modules below the root that it names.
    fn uses(&self) -> BTreeSet<String> {
        let root = if self.module() == "main" { "poolscope::" } else { "crate::" };
        let code = self.code();
        let mut found = BTreeSet::new();
        for (at, _) in code.match_indices(root) {
            let rest = &code[at + root.len()..];
            match rest.strip_prefix('{') {
                Some(group) => found.extend(names_of_group(group)),
                None => found.extend(name(rest)),
            }
        }
        found
    }

    fn is_within(&self, homes: &[&str]) -> bool {
        homes.iter().any(|home| {
            self.path == *home
                || self.path == format!("{home}.rs")
                || self.path.starts_with(&format!("{home}/"))
        })
    }
}

/// The name that a text begins with.
fn name(text: &str) -> Option<String> {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    (end > 0).then(|| text[..end].to_owned())
}

/// The first names of what stands in a group, up to its closing brace.
fn names_of_group(text: &str) -> Vec<String> {
    let (mut depth, mut start, mut names) = (0, true, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            '{' => depth += 1,
            ',' if depth == 0 => start = true,
            c if start && !c.is_whitespace() => {
                names.extend(name(&text[at..]));
                start = false;
            }
            _ => {}
        }
    }
    names
}

/// Whether a word stands in code, not as a part of another.
fn has_word(code: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word)
        .any(|(at, _)| !code[..at].ends_with(part) && !code[at + word.len()..].starts_with(part))
}

fn rank(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// Everything that is wrong with a source.
fn faults(source: &Source) -> Vec<String> {
    let (path, code) = (&source.path, source.code());
    let mut faults = Vec::new();
    if path.ends_with("mod.rs") {
        faults.push(format!("{path}: x.rs stands beside x/, and there is no mod.rs"));
    }
    // Tests are described by the module that they test.
    if !source.text.starts_with("//!") && !source.is_test {
        faults.push(format!("{path}: does not begin with what it is for (//!)"));
    }
    let own = source.module();
    match rank(own) {
        _ if own == "lib" => {}
        None => faults.push(format!("{path}: {own} has no layer")),
        Some(own_rank) => {
            for used in source.uses().iter().filter(|used| *used != own) {
                if rank(used).is_some_and(|used_rank| used_rank >= own_rank) {
                    faults.push(format!("{path}: {own} stands below {used}, and must not use it"));
                }
            }
        }
    }
    for (foreign, homes) in HOMES {
        let is_used = has_word(&code, foreign) && code.contains(&format!("{foreign}::"));
        if is_used && !source.is_within(homes) {
            faults.push(format!("{path}: {foreign} is used in {homes:?} alone"));
        }
    }
    if has_word(&code, "unsafe") && !source.is_within(&UNSAFE) {
        faults.push(format!("{path}: unsafe stands in {UNSAFE:?} alone"));
    }
    for word in [".unwrap()", ".expect("] {
        if code.contains(word) {
            faults.push(format!("{path}: {word} outside of tests"));
        }
    }
    faults
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<Source> {
    let (mut folders, mut sources) = (vec![root().join("src")], Vec::new());
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let (below, files): (Vec<PathBuf>, Vec<PathBuf>) = entries.partition(|path| path.is_dir());
        folders.extend(below);
        sources.extend(files.iter().filter(|file| file.extension().is_some_and(|e| e == "rs")).map(|file| {
            let path = file.strip_prefix(root().join("src")).unwrap().to_string_lossy().replace('\\', "/");
            Source::new(&path, &std::fs::read_to_string(file).unwrap())
        }));
    }
    let tests: BTreeSet<String> = sources.iter().flat_map(Source::test_modules).collect();
    for source in &mut sources {
        let below = |test: &String| {
            test.strip_suffix(".rs").is_some_and(|folder| source.path.starts_with(&format!("{folder}/")))
        };
        source.is_test = tests.contains(&source.path) || tests.iter().any(below);
    }
    sources
}

#[test]
fn sources_keep_the_rules() {
    let sources = sources();
    assert!(sources.len() > 50, "the sources were not found");
    let mut faults: Vec<String> = sources.iter().flat_map(faults).collect();
    faults.sort();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn a_broken_rule_is_noticed() {
    for (path, text, said) in [
        ("state/run.rs", "//! x\nuse crate::engine::Engine;", "state stands below engine"),
        ("tui/view.rs", "//! x\nuse crate::{plan::Plan, headless::{a, b}};", "tui stands below headless"),
        ("plan.rs", "//! x\nfn f() { crate::event::x() }", "plan stands below event"),
        ("utils.rs", "//! x\n", "utils has no layer"),
        ("state/mod.rs", "//! x\n", "no mod.rs"),
        ("state/run.rs", "use std::fmt;\n", "does not begin"),
        ("headless/bars.rs", "//! x\nuse ratatui::Frame;", "ratatui is used in"),
        ("exec/serial.rs", "//! x\nfn f() { rayon::spawn(g) }", "rayon is used in"),
        ("engine.rs", "//! x\nfn f() -> anyhow::Result<()> {}", "anyhow is used in"),
        ("probe/own.rs", "//! x\nunsafe { f() }", "unsafe stands in"),
        ("units.rs", "//! x\nf().unwrap();", ".unwrap() outside"),
        ("units.rs", "//! x\nf()\n    .expect(\"x\");", ".expect( outside"),
    ] {
        let found = faults(&Source::new(path, text));
        assert!(found.len() == 1 && found[0].contains(said), "{path} {text:?}: {found:?}");
    }
    for (path, text) in [
        ("tui/view.rs", "//! x\nuse ratatui::Frame;\nuse crate::state::Session;"),
        ("state.rs", "//! x\n/// See [`crate::analysis`].\nfn f() {} // crate::engine does it\n"),
        ("units.rs", "//! x\n#![expect(unsafe_code)]\n#[cfg(test)]\nmod tests {\n    f().unwrap();\n}"),
        ("main.rs", "//! x\nuse poolscope::cli;"),
        ("exec/threads.rs", "//! x\nuse rayon::ThreadPool;"),
    ] {
        assert_eq!(faults(&Source::new(path, text)), [""; 0], "{path} {text:?}");
    }
}

#[test]
fn crates_that_must_agree_are_there_once() {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).unwrap();
    for name in ["crossterm", "ratatui", "signal-hook"] {
        assert_eq!(lock.matches(&format!("\nname = \"{name}\"\n")).count(), 1, "copies of {name}");
    }
}

#[test]
fn the_top_level_holds_what_it_should_and_nothing_else() {
    let entries = std::fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().file_name());
    let names = entries.map(|name| name.to_string_lossy().into_owned());
    let strangers: Vec<String> = names
        .filter(|name| !name.starts_with('.') && !TOP.iter().chain(&LEFT_BEHIND).any(|known| known == name))
        .collect();
    assert!(strangers.is_empty(), "{strangers:?}");
}
