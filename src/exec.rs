//! Executors: who runs the tasks, and how they are handed out.
//!
//! An executor knows one run ([`RunSpec`]) and what it may use ([`RunEnv`]); it starts workers, has every task done,
//! ends the workers, and returns the [`Books`]. What workers do meanwhile stands in their [`lane`]s. It draws nothing,
//! keeps no history, and does not know whether anybody watches.

pub mod attempt;
pub mod cancel;
pub mod command;
pub mod commands;
mod crowd;
pub mod fault;
pub mod gil;
pub mod lane;
mod outcomes;
mod pool;
pub mod processes;
mod scarcity;
mod serial;
pub mod simulated;
mod threads;

use std::path::PathBuf;
use std::sync::Arc;

pub use cancel::CancelToken;
pub use fault::Fault;

use crate::clock::{RunClock, RunTime};
use crate::event::{EventSink, StopReason, TaskCounts};
use crate::exec::gil::Interval;
use crate::exec::lane::Lanes;
use crate::ids::TaskIndex;
use crate::plan::{OnError, Runtime, Strategy, Work};
use crate::units::Nanos;

/// At most so many errors of tasks are kept in words.
pub const ERRORS_KEPT: usize = 20;
/// The pages of so many tasks are kept, from the first.
pub const PAGES_KEPT: u32 = 20;

/// One run, as an executor needs to know it.
#[derive(Clone, Debug)]
pub struct RunSpec {
    /// How it is run.
    pub strategy: Strategy,
    /// Worker slots, at least 1.
    pub slots: u32,
    /// Slots that share a process, where workers are in processes: `slots` is a multiple of it. At least 1.
    pub threads: u32,
    /// Number of tasks, at least 1 and at most `plan::limits::MAX_TASKS`.
    pub tasks: u64,
    /// Tasks handed out at a time, at least 1.
    pub chunk: u32,
    /// What a task does.
    pub work: Work,
    /// What a task should take on a quiet machine, from calibration.
    pub estimate: Nanos,
    /// How long an attempt may take.
    pub timeout: Option<Nanos>,
    /// Further attempts after an error or a timeout.
    pub retries: u32,
    /// What a task that fails for good does to the rest.
    pub on_error: OnError,
    /// What tasks derive their differences from.
    pub seed: u64,
    /// One more than the highest CPU number.
    pub cpus: u32,
    /// Something that goes wrong on purpose.
    pub fault: Option<Fault>,
    /// The port of the web server that `http` tasks without URLs ask.
    pub port: Option<u16>,
    /// Where it runs.
    pub runtime: Runtime,
}

impl RunSpec {
    /// The number of chunks.
    pub fn chunks(&self) -> u64 {
        self.tasks.div_ceil(u64::from(self.chunk))
    }
}

/// What an executor may use.
#[derive(Clone, Debug)]
pub struct RunEnv {
    /// A lane for each slot.
    pub lanes: Arc<Lanes>,
    /// Where children open the lanes; none where lanes are not shared.
    pub lanes_path: Option<String>,
    /// The number that the lanes and every child of this run carry.
    pub run_key: u64,
    /// The time of the run.
    pub clock: RunClock,
    /// Whether the run is to end early.
    pub cancel: CancelToken,
    /// When holders of an interpreter's lock let go, if that may be changed; else it is as the runtime says.
    pub interval: Option<Interval>,
    /// Where facts about workers are said.
    pub events: EventSink,
    /// The program that is started as a worker process.
    pub worker_program: PathBuf,
}

/// What an executor knows when its last worker is gone.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Books {
    /// How many tasks ended which way; they sum to the total.
    pub counts: TaskCounts,
    /// Of a mix, how many tasks of each part ended with a value; empty for others.
    pub ok_of_parts: Vec<u64>,
    /// A number made of all values in a way that does not depend on order; none unless every task is ok.
    pub digest: Option<u64>,
    /// The first few errors.
    pub errors: Vec<(TaskIndex, String)>,
    /// Of `http`, the lengths in bytes of the first few pages.
    pub pages: Vec<(TaskIndex, u64)>,
    /// When the last outcome was known.
    pub last_outcome: RunTime,
    /// CPU time spent on feeding and reading, outside of workers.
    pub overhead_cpu: Nanos,
    /// Why the run did not go to its end.
    pub stopped: Option<StopReason>,
}

/// A way to run a workload.
pub trait Executor {
    /// Runs every task, and returns when the last worker is gone. Never panics for what a task or a worker does.
    fn run(&self, spec: &RunSpec, env: &RunEnv) -> Books;
}

/// The executor of a strategy.
pub fn executor_for(strategy: Strategy) -> Box<dyn Executor + Send> {
    match strategy {
        Strategy::Serial => Box::new(serial::Serial),
        Strategy::Threads => Box::new(threads::Threads),
        Strategy::Processes | Strategy::Hybrid => Box::new(processes::Processes),
    }
}
