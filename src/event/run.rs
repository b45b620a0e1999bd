//! What is known of a run when it begins and when it is over.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::event::{Gauges, Outcome};
use crate::ids::{RunId, TaskIndex};
use crate::plan::{Runtime, Shape, Strategy, Work};
use crate::units::Nanos;

/// How many tasks ended which way.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct TaskCounts {
    /// All tasks of the run.
    pub total: u64,
    /// With a value.
    pub ok: u64,
    /// With an error.
    pub error: u64,
    /// Not in time.
    pub timed_out: u64,
    /// By cancelling the run.
    pub cancelled: u64,
    /// With their workers.
    pub lost: u64,
    /// Extra attempts, whatever they ended in.
    pub retried: u64,
}

impl TaskCounts {
    /// Tasks whose end is known.
    pub const fn accounted(&self) -> u64 {
        self.ok + self.error + self.timed_out + self.cancelled + self.lost
    }

    /// Whether every task ended with a value.
    pub const fn all_ok(&self) -> bool {
        self.ok == self.total
    }

    /// Counts one task.
    pub const fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Ok => self.ok += 1,
            Outcome::Error => self.error += 1,
            Outcome::TimedOut => self.timed_out += 1,
            Outcome::Cancelled => self.cancelled += 1,
            Outcome::Lost => self.lost += 1,
        }
    }
}

/// The value of a distribution at a few points; all zero where there is nothing to say.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Percentiles {
    /// Half of all values are at most this.
    pub p50: Nanos,
    /// Nine of ten.
    pub p90: Nanos,
    /// 99 of 100.
    pub p99: Nanos,
    /// All.
    pub max: Nanos,
}

/// What is known about a run when it begins.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RunStart {
    /// Its number within the comparison.
    pub run: RunId,
    /// The process of poolscope itself: threads live in it, and processes are its children.
    pub pid: u32,
    /// The parent of that process, where the system says.
    pub parent: Option<u32>,
    /// Index into the plan's workloads.
    pub workload: usize,
    /// Number of the repeat, from 0.
    pub repeat: u32,
    /// How it is run.
    pub strategy: Strategy,
    /// Where it is run.
    pub runtime: Runtime,
    /// The number of worker slots: workers, or 1 for serial.
    pub slots: u32,
    /// The same as processes with threads; slots are numbered process by process.
    pub shape: Shape,
    /// Tasks handed out at a time.
    pub chunk: u32,
    /// The number of tasks.
    pub tasks: u64,
    /// What a task does.
    pub work: Work,
    /// What the run should take as a plain loop, from calibration.
    pub serial_estimate: Nanos,
    /// Whether lanes of children are in shared memory; otherwise they travel as frames and are late by a little.
    pub shared_lanes: bool,
}

/// What is known about a run when it is over: the parent's own books and the lanes' last levels.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RunEnd {
    /// From the engine accepting the start to the last worker gone.
    pub elapsed: Nanos,
    /// Until the first task started; the whole of elapsed if none did.
    pub startup: Nanos,
    /// From the last outcome known to the last worker gone.
    pub shutdown: Nanos,
    /// How many tasks ended which way.
    pub counts: TaskCounts,
    /// A number made of all values in a way that does not depend on order; none unless every task is ok.
    pub digest: Option<u64>,
    /// From start to outcome, on the worker.
    pub latency: Percentiles,
    /// Of a mix, each part by itself, in the order of the parts; empty for others.
    pub parts: Vec<PartEnd>,
    /// From the run's start to the task's start.
    pub queue: Percentiles,
    /// Waits for the lock of an interpreter, those included that were none.
    pub gil_wait: Percentiles,
    /// The same of every slot, in order; empty where there is no such lock.
    pub gil_waits: Vec<Percentiles>,
    /// Last levels of every slot, in order.
    pub slots: Vec<Gauges>,
    /// CPU time that poolscope itself spent on the run outside of workers: feeding, reading, dispatching.
    pub overhead_cpu: Nanos,
    /// The first few errors of tasks, in words.
    pub errors: Vec<(TaskIndex, String)>,
    /// Of `http`, the lengths in bytes of the first few pages.
    pub pages: Vec<(TaskIndex, u64)>,
    /// Why the run did not go to its end; none if it did.
    pub stopped: Option<StopReason>,
}

/// What is known of one part of a mix when the run is over.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct PartEnd {
    /// Tasks of it that ended with a value.
    pub ok: u64,
    /// From start to outcome, on the worker.
    pub latency: Percentiles,
}

/// Why a run ended before its tasks did.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// It was asked to.
    Cancelled,
    /// A task failed, and the plan says to stop then.
    TaskFailed,
    /// Workers could not be started, or not be kept alive.
    Workers(String),
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cancelled => f.write_str("cancelled"),
            Self::TaskFailed => f.write_str("stopped, for a task failed"),
            Self::Workers(why) => f.write_str(why),
        }
    }
}
