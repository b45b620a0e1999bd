//! A sweep in a file: what was measured stands there as soon as it was, and the same command goes on from there.
//!
//! ```text
//! {"schema":"poolscope/sweep-points/1","poolscope":"0.1.0","plan":{…},"machine":{…},"costs":{…}}
//! {"kind":"baseline","strategy":"threads","workers":"1","sample":{…}}
//! {"kind":"repeat","strategy":"threads","workers":"8","sample":{…}}
//! ```
//!
//! One line is one run, written at once. A last line that was torn, by a full disk or a machine that went down, is cut off
//! when the file is opened again. The calibration stands in the head: iterations must be the same ones when a sweep goes on.
//! Numbers of workers and repeats are not in it, so that more of them can be added to what was measured.

use std::fs::{File, OpenOptions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Kind, Step, Sweep};
use crate::analysis::sizing::Sample;
use crate::plan::command::{Command, Items};
use crate::plan::{Costs, Machine, Plan, Size, Strategy, WorkerCount, Workload};
use crate::text::is_hidden;
use crate::units::plural;

const SCHEMA: &str = "poolscope/sweep-points/1";
/// A file that is larger holds something else.
const LARGEST: u64 = 64 << 20;

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// The system refuses.
    #[error("{}", path.display())]
    System {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It holds another sweep.
    #[error("{}: holds another sweep: {difference}; name another file, or repeat the command that it was made with", path.display())]
    Other {
        /// The file.
        path: PathBuf,
        /// What is different, both sides named.
        difference: String,
    },
    /// It is no such file, or not in a form that is known.
    #[error("{}: {wrong}", path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// What is wrong, with the line's number.
        wrong: String,
    },
}

/// The file of a sweep that goes on.
#[derive(Debug)]
pub struct SaveFile {
    path: PathBuf,
    file: File,
}

/// The first line.
#[derive(Serialize, Deserialize)]
struct Head {
    schema: String,
    poolscope: String,
    plan: Plan,
    machine: Machine,
    costs: Costs,
}

/// Every other line.
#[derive(Serialize, Deserialize)]
struct Line {
    kind: String,
    strategy: Strategy,
    workers: WorkerCount,
    sample: Sample,
}

/// What a file held.
#[derive(Debug)]
pub struct Held {
    costs: Costs,
    lines: Vec<(Kind, Strategy, WorkerCount, Sample)>,
    /// Whether its last line was torn, and was cut off.
    pub torn: bool,
}

impl Held {
    /// The calibration that its runs were made with.
    pub const fn costs(&self) -> Costs {
        self.costs
    }

    /// The number of runs in it.
    pub const fn runs(&self) -> usize {
        self.lines.len()
    }
}

impl SaveFile {
    /// Opens the file for a sweep of `plan` on `machine`. Where there is one already, what it holds comes with it.
    ///
    /// # Errors
    /// Where the system refuses, or the file holds something else.
    pub fn open(path: &Path, plan: &Plan, machine: &Machine) -> Result<(Self, Option<Held>), SaveError> {
        let system = |source| SaveError::System { path: path.to_owned(), source };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(system)?;
        if file.metadata().map_err(system)?.len() > LARGEST {
            let wrong = "is too large for the points of a sweep".to_owned();
            return Err(SaveError::Form { path: path.to_owned(), wrong });
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(system)?;
        // What follows the last line break was torn.
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let torn = whole < bytes.len();
        let text = String::from_utf8_lossy(&bytes[..whole]);
        let looks_like_one = bytes.is_empty() || bytes.starts_with(b"{\"schema\":\"poolscope/sweep-points/");
        if !looks_like_one {
            let wrong = "line 1: is not the head of a saved sweep, and nothing was written to it".to_owned();
            return Err(SaveError::Form { path: path.to_owned(), wrong });
        }
        let held = if whole == 0 { None } else { Some(read(path, &text, plan, machine, torn)?) };
        if torn {
            file.set_len(whole as u64).map_err(system)?;
        }
        file.seek(SeekFrom::End(0)).map_err(system)?;
        Ok((Self { path: path.to_owned(), file }, held))
    }

    /// What was run for the points of a file, so that a sweep that adds to them can have the same; none where there is no
    /// such file yet, or it is none of these.
    pub fn workload(path: &Path) -> Option<Workload> {
        let file = File::open(path).ok()?;
        let mut first = String::new();
        BufReader::new(file.take(LARGEST)).read_line(&mut first).ok()?;
        let head: Head = serde_json::from_str(&first).ok().filter(|head: &Head| head.schema == SCHEMA)?;
        head.plan.workloads.into_iter().next()
    }

    /// Writes the head of a new file.
    ///
    /// # Errors
    /// Where the system refuses.
    pub fn begin(&mut self, plan: &Plan, machine: &Machine, costs: Costs) -> Result<(), SaveError> {
        self.line(&Head {
            schema: SCHEMA.to_owned(),
            poolscope: env!("CARGO_PKG_VERSION").to_owned(),
            plan: plan.clone(),
            machine: machine.clone(),
            costs,
        })
    }

    /// Adds a run.
    ///
    /// # Errors
    /// Where the system refuses; a part of the line is cut off when the file is opened again.
    pub fn add(&mut self, step: Step, sample: &Sample) -> Result<(), SaveError> {
        let kind = if step.kind == Kind::Baseline { "baseline" } else { "repeat" };
        self.line(&Line {
            kind: kind.to_owned(),
            strategy: step.strategy,
            workers: step.workers,
            sample: sample.clone(),
        })
    }

    /// Writes a line in one go, and sees that it gets to the disk: the next run may take the machine down.
    fn line(&mut self, line: &impl Serialize) -> Result<(), SaveError> {
        let mut text = harmless(&serde_json::to_string(line).unwrap_or_default());
        text.push('\n');
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_data());
        written.map_err(|source| SaveError::System { path: self.path.clone(), source })
    }
}

/// The same JSON for whoever looks at it in a terminal: what that would obey and serde leaves as it is, or nobody would see,
/// is written as an escape, so that it is read again as what it was. Outside of strings JSON has no such characters.
fn harmless(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_control() || is_hidden(c) {
            text.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            text.push(c);
        }
    }
    text
}

impl Sweep {
    /// Takes in what a file held, so that only the rest is run.
    pub fn resume(&mut self, held: Held) {
        let runs = held.runs();
        if held.torn {
            self.notices.push("The last line of the file was torn, and was cut off.".to_owned());
        }
        for (kind, strategy, workers, sample) in held.lines {
            self.take(kind, strategy, workers, sample);
        }
        self.forecast = crate::analysis::sizing::Forecast::of(&self.measurements());
        if runs > 0 {
            self.notices.push(format!("{} from the file count.", plural_runs(runs)));
        }
    }
}

fn plural_runs(runs: usize) -> String {
    crate::units::plural(runs as u64, "run")
}

fn read(path: &Path, text: &str, plan: &Plan, machine: &Machine, torn: bool) -> Result<Held, SaveError> {
    let form = |number: usize, wrong: &dyn std::fmt::Display| SaveError::Form {
        path: path.to_owned(),
        wrong: format!("line {number}: {wrong}"),
    };
    let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, line));
    let (_, first) = lines.next().ok_or_else(|| form(1, &"is missing"))?;
    if !first.starts_with(&format!("{{\"schema\":\"{SCHEMA}\"")) {
        return Err(form(1, &"was written by another version of poolscope"));
    }
    let head: Head = serde_json::from_str(first).map_err(|error| form(1, &error))?;
    if let Some(difference) = difference(&head, plan, machine) {
        return Err(SaveError::Other { path: path.to_owned(), difference });
    }
    let mut held = Held { costs: head.costs, lines: Vec::new(), torn };
    for (number, line) in lines {
        let line: Line = serde_json::from_str(line).map_err(|error| form(number, &error))?;
        let kind = match line.kind.as_str() {
            "baseline" => Kind::Baseline,
            "repeat" => Kind::Repeat,
            other => return Err(form(number, &format!("{other:?} is no kind of run"))),
        };
        held.lines.push((kind, line.strategy, line.workers, line.sample));
    }
    Ok(held)
}

/// What makes the runs of a file incomparable with those to come; none where they compare.
fn difference(head: &Head, plan: &Plan, machine: &Machine) -> Option<String> {
    let there = facts(&head.plan, &head.machine);
    let here = facts(plan, machine);
    there
        .into_iter()
        .zip(here)
        .find(|(there, here)| there != here)
        .map(|((name, there), (_, here))| format!("{name} is {there} there, and {here} here"))
}

/// How many URLs there are whose pages are asked for, and a number that tells them from others.
fn urls_of(load: &Workload) -> String {
    let Size::Urls(urls) = &load.size else { return String::new() };
    format!("{urls} ({})", number_of(urls))
}

fn command_of(load: &Workload) -> Option<&Command> {
    match &load.size {
        Size::Command(command) => Some(command),
        _ => None,
    }
}

fn program(command: &Command) -> String {
    command.program().display().to_string()
}

/// How many items there are, and a number that tells them from others.
fn items(items: &Items) -> String {
    format!("{} ({})", plural(items.len() as u64, "item"), number_of(items))
}

fn number_of(what: &impl Hash) -> String {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    format!("#{:08x}", hasher.finish() as u32)
}

/// What must be the same.
fn facts(plan: &Plan, machine: &Machine) -> [(&'static str, String); 16] {
    let load = plan.workloads.first();
    let of_load = |what: fn(&Workload) -> String| load.map(what).unwrap_or_default();
    let timeout = plan.timeout.map_or_else(|| "none".to_owned(), |timeout| timeout.to_string());
    [
        ("--task", of_load(Workload::tasks_text)),
        // A command has no size that was typed as one.
        (
            load.and_then(command_of).map_or("--size", |_| "the command"),
            of_load(|load| load.size.to_string()),
        ),
        ("the program", of_load(|load| command_of(load).map(program).unwrap_or_default())),
        ("--urls", of_load(urls_of)),
        ("--shell", of_load(|load| command_of(load).is_some_and(Command::is_script).to_string())),
        ("--items", of_load(|load| command_of(load).and_then(Command::items).map(items).unwrap_or_default())),
        ("--tasks", of_load(|load| load.tasks.to_string())),
        ("--runtime", plan.runtime.to_string()),
        ("--simulator", format!("{:?}", plan.simulator)),
        ("--chunk", plan.chunk.to_string()),
        ("--timeout", timeout),
        ("--retries", plan.retries.to_string()),
        ("--on-error", plan.on_error.to_string()),
        ("--seed", plan.seed.to_string()),
        ("the processor", machine.cpu_model.clone()),
        ("the number of CPUs available", machine.available().to_string()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_escaped_and_read_as_it_was() {
        let words = ["a\u{9b}31m", "\u{202e}txt.exe", "\u{7f}\u{1b}[2J\n", "\u{e0041}", "é 漢 \"\\"];
        let text = harmless(&serde_json::to_string(&words).unwrap());
        assert!(!text.chars().any(|c| c.is_control() || is_hidden(c)), "{text:?}");
        assert!(text.contains(r#""a\u009b31m","\u202etxt.exe""#) && text.contains("é 漢"), "{text}");
        assert_eq!(serde_json::from_str::<[String; 5]>(&text).unwrap(), words);
    }
}
