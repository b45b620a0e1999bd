//! The one check of a plan. It is pure, and it says every problem at once: the field, its value, what is wrong, and the
//! way out.

mod run;
mod simulator;
mod workers;
mod workloads;

use std::fmt;

use crate::plan::{Machine, Plan};

/// A field of a plan, by the name that the command line, scenarios and the Lab share.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Field {
    /// Task type of a workload.
    Task,
    /// Size of a workload's tasks.
    Size,
    /// Number of a workload's tasks.
    Tasks,
    /// Number of workers.
    Workers,
    /// Ways to run.
    Strategy,
    /// Where it runs.
    Runtime,
    /// What everything costs where it is simulated.
    Simulator,
    /// Tasks handed out at a time.
    Chunk,
    /// Longest time of an attempt.
    Timeout,
    /// Further attempts of a task.
    Retries,
    /// Repeats of the comparison.
    Repeats,
    /// Whether strategies run at once.
    Together,
}

impl Field {
    /// The field's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::Size => "size",
            Self::Tasks => "tasks",
            Self::Workers => "workers",
            Self::Strategy => "strategy",
            Self::Runtime => "runtime",
            Self::Simulator => "simulator",
            Self::Chunk => "chunk",
            Self::Timeout => "timeout",
            Self::Retries => "retries",
            Self::Repeats => "repeats",
            Self::Together => "together",
        }
    }
}

/// One thing that is wrong with a plan.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// The field that is wrong.
    pub field: Field,
    /// Its value, as it would be written.
    pub value: String,
    /// What is wrong with it, as a phrase that follows the value: "is more than …".
    pub wrong: String,
    /// What to do, as an imperative: "use 1 to 4 096".
    pub way_out: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}; {}", self.field.name(), self.value, self.wrong, self.way_out)
    }
}

impl std::error::Error for Problem {}

impl Plan {
    /// Checks the plan on a machine.
    ///
    /// # Errors
    /// Every problem that there is, in the order of the fields.
    pub fn check(&self, machine: &Machine) -> Result<(), Vec<Problem>> {
        let mut problems = Problems(Vec::new());
        problems.workloads(self);
        problems.strategies(self);
        let machine = self.machine(machine);
        problems.simulator(self, &machine);
        problems.workers(self, &machine);
        if !machine.is_simulated() {
            problems.memory(self, &machine);
        }
        problems.run(self);
        if problems.0.is_empty() { Ok(()) } else { Err(problems.0) }
    }
}

/// What has been found. Each part of a plan is checked in a file of its own.
struct Problems(Vec<Problem>);

impl Problems {
    fn add(
        &mut self,
        field: Field,
        value: impl fmt::Display,
        wrong: impl Into<String>,
        way_out: impl Into<String>,
    ) {
        self.0.push(Problem {
            field,
            value: value.to_string(),
            wrong: wrong.into(),
            way_out: way_out.into(),
        });
    }
}

#[cfg(test)]
mod tests;
