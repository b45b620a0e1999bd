//! What commands printed, for people: the end of it, task by task, as text on standard error.
//!
//! It was made harmless where it came in; here it gets a margin, so that nobody takes it for words of ours.

use std::fmt::Write;

use crate::event::{CommandEnd, Outcome};
use crate::report::text::harmless;
use crate::state::{RunState, Session};
use crate::units::{Bytes, plural};

/// Whose output is shown.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub enum Outputs {
    /// That of commands that failed.
    #[default]
    Failed,
    /// That of all commands, as far as it is kept.
    All,
    /// Nobody's.
    None,
}

impl Outputs {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Failed, Self::All, Self::None];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::All => "all",
            Self::None => "none",
        }
    }

    /// The commands of a run whose output is shown, in the order of their tasks. One that was cancelled has not failed.
    pub fn of(self, run: &RunState) -> Vec<&CommandEnd> {
        let Some(log) = &run.commands else { return Vec::new() };
        let mut ends = match self {
            Self::Failed => log.failed().filter(|end| end.outcome != Outcome::Cancelled).collect(),
            Self::All => log.all(),
            Self::None => Vec::new(),
        };
        ends.sort_by_key(|end| (end.task, end.attempt));
        ends
    }
}

/// What commands printed: for each a line that says which, and then its output, behind a margin. Empty where there is none.
pub fn outputs(session: &Session, which: Outputs) -> String {
    let mut out = String::new();
    for run in &session.runs {
        let name = run.start.runtime.after(run.start.strategy.label(run.start.shape));
        let ends = which.of(run);
        for end in &ends {
            // Writing into a string cannot fail.
            let _ = writeln!(out, "{name}, {}", output_heading(end));
            for line in end.tail.lines() {
                let _ = writeln!(out, "  | {}", harmless(line));
            }
        }
        let forgotten = run.commands.as_ref().map_or(0, |log| log.totals.forgotten);
        if forgotten > 0 && which != Outputs::None {
            let _ =
                writeln!(out, "{name}: the output of {} is not kept any more", plural(forgotten, "command"));
        }
    }
    out
}

/// `task 7: exit status 3, after 1.2 s`, and how much of its output is missing.
pub fn output_heading(end: &CommandEnd) -> String {
    let again =
        if end.attempt > 0 { format!(" (attempt {})", u32::from(end.attempt) + 1) } else { String::new() };
    let dropped = match end.dropped {
        0 => String::new(),
        bytes => format!(", {} printed before", Bytes(bytes)),
    };
    let silent = if end.tail.is_empty() { ", no output" } else { "" };
    format!("task {}{again}: {}, after {}{dropped}{silent}", end.task, harmless(&end.status), end.elapsed)
}
