//! Something that goes wrong on purpose, so that tests can see what poolscope does then.
//!
//! `POOLSCOPE_FAULT=panic:7` makes every attempt of task 7 panic; `exit:7` ends the worker process in it, `hang:7`
//! makes it deaf to cancelling. There is no other way to set one.

use serde::{Deserialize, Serialize};

use crate::ids::TaskIndex;

/// What goes wrong, and in which task.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Fault {
    kind: Kind,
    task: TaskIndex,
}

#[derive(Copy, Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
enum Kind {
    Panic,
    Exit,
    Hang,
}

impl Fault {
    /// The fault that the environment asks for, if any.
    pub fn from_environment() -> Option<Self> {
        Self::parse(&std::env::var("POOLSCOPE_FAULT").ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        let (kind, task) = text.split_once(':')?;
        let kind = match kind {
            "panic" => Kind::Panic,
            "exit" => Kind::Exit,
            "hang" => Kind::Hang,
            _ => return None,
        };
        Some(Self { kind, task: TaskIndex(task.parse().ok()?) })
    }

    /// Goes wrong, if this is the task.
    ///
    /// # Panics
    /// Where that is what was asked for.
    #[expect(clippy::panic, reason = "that is what it is for")]
    pub fn strike(self, index: TaskIndex) {
        if self.task != index {
            return;
        }
        match self.kind {
            Kind::Panic => panic!("task {index} was asked to panic"),
            Kind::Exit => std::process::exit(66),
            Kind::Hang => loop {
                std::thread::sleep(std::time::Duration::from_hours(1));
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_a_kind_and_a_task() {
        assert_eq!(Fault::parse("panic:7"), Some(Fault { kind: Kind::Panic, task: TaskIndex(7) }));
        assert_eq!(Fault::parse("panic"), None);
        assert_eq!(Fault::parse("sing:7"), None);
    }

    #[test]
    #[should_panic(expected = "asked to panic")]
    fn it_strikes_its_task_alone() {
        let fault = Fault { kind: Kind::Panic, task: TaskIndex(7) };
        fault.strike(TaskIndex(6));
        fault.strike(TaskIndex(7));
    }
}
