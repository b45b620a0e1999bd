//! Commands in the results for programs: what was run, and what it left.

use serde::Serialize;

use crate::event::CommandEnd;
use crate::plan::{Size, Workload};
use crate::report::text::harmless;

/// What is run. Programs get the words as they were given, but for characters that a terminal would obey.
#[derive(Serialize)]
pub(super) struct CommandFacts {
    /// The words as they were given; of a script the script alone.
    argv: Vec<String>,
    /// The file that is run.
    program: String,
    shell: bool,
    /// Null where there are none.
    items: Option<usize>,
}

impl CommandFacts {
    pub(super) fn of(load: &Workload) -> Option<Self> {
        let Size::Command(command) = &load.size else { return None };
        Some(Self {
            argv: command.words().iter().map(|word| harmless(word)).collect(),
            program: harmless(&command.program().to_string_lossy()),
            shell: command.is_script(),
            items: command.items().map(crate::plan::command::Items::len),
        })
    }
}

/// What a command left.
#[derive(Serialize)]
pub(super) struct OutputFacts {
    task: u32,
    attempt: u8,
    outcome: &'static str,
    status: String,
    elapsed_ns: u64,
    user_ns: u64,
    system_ns: u64,
    /// At least; null where the system does not say.
    run_delay_ns: Option<u64>,
    /// Null where it is not known.
    peak_memory_bytes: Option<u64>,
    leaked_processes: u32,
    /// The end of what it printed. Lines end with a line break, which is the only control character in it.
    tail: String,
    dropped_bytes: u64,
}

impl OutputFacts {
    pub(super) fn of(end: &CommandEnd) -> Self {
        Self {
            task: end.task.0,
            attempt: end.attempt,
            outcome: end.outcome.key(),
            status: harmless(&end.status),
            elapsed_ns: end.elapsed.0,
            user_ns: end.user.0,
            system_ns: end.system.0,
            run_delay_ns: end.run_delay.map(|delay| delay.0),
            peak_memory_bytes: end.peak_memory.known().map(|bytes| bytes.0),
            leaked_processes: end.leaked,
            tail: end.tail.clone(),
            dropped_bytes: end.dropped,
        }
    }
}
