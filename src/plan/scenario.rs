//! Scenarios: plans with a name and a text, in TOML; some are built in, others are files.
//!
//! ```toml
//! schema = "poolscope/scenario/1"
//! title = "Ten waits"
//! about = "What to look for."
//!
//! [[workload]]
//! task = "sleep"              # or a mix in one run, "cpu:4,sleep:1"
//! size = "1s"                 # of a mix by name, "cpu=100ms,sleep=1ms"
//! tasks = 10
//!
//! [run]                        # every key is optional
//! strategies = ["serial", "threads", "processes"]
//! workers = 4                  # or "50%", "all", "+2", "2x4" (processes × threads of hybrid)
//! chunk = "auto"               # or a number
//! timeout = "none"             # or a time, "30s"
//! retries = 0
//! on_error = "continue"        # or "stop"
//! repeats = 1
//! together = false             # or true: the strategies at once
//! seed = 1
//! runtime = "native"           # or "gil", "simulated:16", as on the command line
//! delivery = "map"
//!
//! [simulator]                  # what a simulated run takes everything to cost; every key is optional
//! cpu_ps = 25_000              # one iteration of a task type in picoseconds; sum_ps, primes_ps and native_ps too
//! slice = "3ms"                # a time in quotes; see `plan::Parameters` for all of them
//! byte_ps = 400
//! full_speed_permille = 620    # the speed of each core when all are busy, in thousandths of one alone
//! ```
//!
//! A workload of commands has no size, and its tasks are as many as its items, unless a number is given:
//!
//! ```toml
//! [[workload]]
//! task = "command"
//! command = ["gzip", "-kf", "{item}"]  # {} is the task's index, {item} its item
//! items_file = "files.txt"     # one on each line, beside this file; or here, items = ["a.txt", "b.txt"]
//! shell = false                # or true: command is one word, a script with the item as "$1" and the index as "$2"
//! tasks = 10
//! ```
//!
//! A workload of pages has no size either, and as many tasks as URLs, unless a number is given:
//!
//! ```toml
//! [[workload]]
//! task = "http"
//! urls = ["http://example.org/"]  # or urls_file = "urls.txt", one on each line; without either, five on the loopback
//! ```
//!
//! Keys that are left out are those of [`Plan::first`]. A scenario is data: reading one starts nothing, and what
//! it would start needs [consent](crate::plan::consent). Whatever is wrong
//! with one is said with its place in the file, all of it at once.

mod command;
mod fault;
mod read;
mod simulator;
mod urls;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::LazyLock;

pub use fault::{Fault, Faults, Place};

use crate::plan::limits::Machine;
use crate::plan::{Parameters, Plan};

/// The schema that this version reads.
pub const SCHEMA: &str = "poolscope/scenario/1";
/// The longest file that is read, in bytes.
pub const MAX_BYTES: u64 = 1 << 20;

/// A plan with a name and a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scenario {
    /// The name by which it is asked for; of a file, its name without folder and ending.
    pub name: String,
    /// One line that says what it is.
    pub title: String,
    /// A few sentences that say what to look for; empty where the author wrote none.
    pub about: String,
    /// What it runs, checked on the machine that it was read for.
    pub plan: Plan,
}

/// A built-in scenario, as far as it does not depend on the machine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// The name by which it is asked for.
    pub name: &'static str,
    /// One line that says what it is.
    pub title: String,
    /// A few sentences that say what to look for.
    pub about: String,
}

/// Names and texts of those built in, from the simplest to the longest.
const EMBEDDED: [(&str, &str); 9] = [
    ("classic-io", include_str!("../../assets/scenarios/classic-io.toml")),
    ("classic-cpu", include_str!("../../assets/scenarios/classic-cpu.toml")),
    ("five-on-four", include_str!("../../assets/scenarios/five-on-four.toml")),
    ("io-100ms", include_str!("../../assets/scenarios/io-100ms.toml")),
    ("cpu-100ms", include_str!("../../assets/scenarios/cpu-100ms.toml")),
    ("native-300ms", include_str!("../../assets/scenarios/native-300ms.toml")),
    ("primes", include_str!("../../assets/scenarios/primes.toml")),
    ("mixed-500", include_str!("../../assets/scenarios/mixed-500.toml")),
    ("notes-laptop", include_str!("../../assets/scenarios/notes-laptop.toml")),
];

/// Why a scenario cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// No scenario of that name is built in.
    #[error(
        "there is no scenario {name:?}; there are {}; a file's name ends in .toml or holds a /",
        names_in_words()
    )]
    Unknown {
        /// The name asked for.
        name: String,
    },
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Read {
        /// The file.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// The file is longer than any scenario.
    #[error("{path}: is longer than 1 MiB, which no scenario needs")]
    TooLong {
        /// The file.
        path: String,
    },
    /// Something in it is wrong.
    #[error(transparent)]
    Faults(#[from] Faults),
}

impl Scenario {
    /// The scenarios that are built in.
    pub fn names() -> &'static [Listed] {
        static LISTED: LazyLock<Vec<Listed>> = LazyLock::new(|| {
            let listed = |&(name, text): &(&'static str, &str)| {
                let Scenario { title, about, .. } = Scenario::parse(name, text, &Machine::example(1)).ok()?;
                Some(Listed { name, title, about })
            };
            EMBEDDED.iter().filter_map(listed).collect()
        });
        &LISTED
    }

    /// Loads a scenario for `machine`: a file where `name_or_path` holds a `/` or ends in `.toml`, else one built in.
    ///
    /// # Errors
    /// Where there is none, or where something in it is wrong.
    pub fn load(name_or_path: &str, machine: &Machine) -> Result<Self, ScenarioError> {
        let ending = Path::new(name_or_path).extension();
        if name_or_path.contains(['/', std::path::MAIN_SEPARATOR])
            || ending.is_some_and(|ending| ending.eq_ignore_ascii_case("toml"))
        {
            return Self::load_file(name_or_path, machine);
        }
        let embedded = EMBEDDED.iter().find(|(name, _)| *name == name_or_path);
        let (name, text) =
            embedded.ok_or_else(|| ScenarioError::Unknown { name: fault::shortened(name_or_path) })?;
        Ok(Self::parse(name, text, machine)?)
    }

    fn load_file(path: &str, machine: &Machine) -> Result<Self, ScenarioError> {
        Ok(Self::parse(path, &text_of(path)?, machine)?)
    }

    /// Reads a scenario for `machine`; `source_name` is what faults call it, a path commonly.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(source_name: &str, text: &str, machine: &Machine) -> Result<Self, Faults> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let name = Path::new(source_name).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let (title, about, plan) = read::read(source_name, text, machine)?;
        Ok(Self { name, title, about, plan })
    }
}

/// Loads what the simulator takes everything to cost, from a file with a table `[simulator]`.
///
/// # Errors
/// Where it cannot be read, or where something in it is wrong.
pub fn load_parameters(path: &str) -> Result<Parameters, ScenarioError> {
    let text = text_of(path)?;
    Ok(simulator::read(path, text.strip_prefix('\u{feff}').unwrap_or(&text))?)
}

/// The text of a file that is no longer than any scenario.
fn text_of(path: &str) -> Result<String, ScenarioError> {
    let mut bytes = Vec::new();
    // Not by the file's own length: a pipe has none, and a file can grow.
    File::open(path)
        .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|source| ScenarioError::Read { path: path.to_owned(), source })?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(ScenarioError::TooLong { path: path.to_owned() });
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let place = Place::after(&String::from_utf8_lossy(good));
        Faults::one(path, Some(place), "is no text in UTF-8 from here on".to_owned()).into()
    })
}

fn names_in_words() -> String {
    EMBEDDED.map(|(name, _)| name).join(", ")
}

#[cfg(test)]
mod tests;
