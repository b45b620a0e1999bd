//! Events: what happened in a run, as owned facts with a serialised form.
//!
//! Executors, the collector and the probe say them; [`crate::state`] is a reducer over them, and a recording is a list of
//! them. The same events give the same state, whether live or later. Times are [`RunTime`], counted on the parent's clock.

use std::fmt;
use std::sync::mpsc;

use serde::{Deserialize, Serialize};

use crate::clock::RunTime;
use crate::ids::{CpuId, RunId, SlotId, TaskIndex};
use crate::plan::{Costs, Machine, Plan, Runtime, Shape, Strategy, Work};
use crate::units::Nanos;

/// What a worker is doing.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Phase {
    /// The slot has no live worker: before it was spawned, after it ended, between a death and the replacement.
    #[default]
    Absent = 0,
    /// From being asked for to being ready for a first task.
    Starting = 1,
    /// For a task, for a chunk, or for a result to be taken.
    Waiting = 2,
    /// Taking tasks in: reading and decoding them.
    Receiving = 3,
    /// Working on a task with a CPU, or ready to and preempted.
    Computing = 4,
    /// Working on a task without a CPU: sleeping, as for a disk or a network.
    Blocked = 5,
    /// Giving results back: encoding and writing them.
    Sending = 6,
    /// From being asked to end to being gone.
    Stopping = 7,
    /// Ready to compute, but another worker of its process holds the interpreter's lock.
    GilWait = 8,
}

impl Phase {
    /// The number of phases.
    pub const COUNT: usize = 9;

    /// Every phase, in the order of their numbers.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Absent,
        Self::Starting,
        Self::Waiting,
        Self::Receiving,
        Self::Computing,
        Self::Blocked,
        Self::Sending,
        Self::Stopping,
        Self::GilWait,
    ];

    /// The phase of a number, where there is one: lanes are shared memory, and whatever stands there is only a claim.
    pub fn from_number(number: u64) -> Option<Self> {
        Self::ALL.get(usize::try_from(number).ok()?).copied()
    }

    /// The phase whose time a part of the ledger is, by the part's key; none for `preempted`.
    pub fn of_part(part: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.name().replace('-', "_") == part)
    }

    /// The word for it, the same everywhere.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Starting => "starting",
            Self::Waiting => "waiting",
            Self::Receiving => "receiving",
            Self::Computing => "computing",
            Self::Blocked => "blocked",
            Self::Sending => "sending",
            Self::Stopping => "stopping",
            Self::GilWait => "gil-wait",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A length of time for each phase.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct PhaseTotals(pub [Nanos; Phase::COUNT]);

impl PhaseTotals {
    /// The time of one phase.
    pub const fn get(&self, phase: Phase) -> Nanos {
        self.0[phase as usize]
    }

    /// Adds time to a phase.
    pub fn add(&mut self, phase: Phase, time: Nanos) {
        self.0[phase as usize] += time;
    }

    /// These lengths less those of `other`, phase by phase; zero where `other` is longer.
    #[must_use]
    pub fn less(mut self, other: &Self) -> Self {
        for (time, less) in self.0.iter_mut().zip(other.0) {
            *time = *time - less;
        }
        self
    }

    /// The time of all phases together.
    pub fn sum(&self) -> Nanos {
        self.0.iter().copied().sum()
    }
}

/// How a task ended.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Outcome {
    /// With a value.
    Ok = 1,
    /// With an error, or by a panic.
    Error = 2,
    /// Not within its time limit.
    TimedOut = 3,
    /// Because the run was cancelled, begun or not.
    Cancelled = 4,
    /// With its worker, for the last time that it was tried.
    Lost = 5,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 5] = [Self::Ok, Self::Error, Self::TimedOut, Self::Cancelled, Self::Lost];

    /// The outcome of a number, where there is one.
    pub fn from_number(number: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|o| *o as u64 == number)
    }

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Error => "error",
            Self::TimedOut => "timed out",
            Self::Cancelled => "cancelled",
            Self::Lost => "lost",
        }
    }
}

/// What a lane's journal says: facts of one worker, in order of their ends.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// One phase from its beginning to its end.
    Span {
        /// What the worker did.
        phase: Phase,
        /// The task that it did it for; none outside tasks.
        task: Option<TaskIndex>,
        /// Its beginning.
        start: RunTime,
        /// Its end.
        end: RunTime,
    },
    /// One attempt of a task from its beginning to its end; its spans stand before it.
    Task {
        /// The task.
        task: TaskIndex,
        /// How it ended.
        outcome: Outcome,
        /// The number of the attempt, from 0.
        attempt: u8,
        /// Its beginning.
        start: RunTime,
        /// Its end.
        end: RunTime,
        /// CPU time of the attempt, as far as the thread clock was read within it: at most 78 hours.
        cpu: Nanos,
        /// The logical CPU that it was last seen on; none where the thread clock was not read within it, for then nobody
        /// looked.
        on: Option<CpuId>,
    },
    /// A stretch of phases and tasks too short to be told one by one.
    Summary {
        /// Its beginning.
        start: RunTime,
        /// Its end.
        end: RunTime,
        /// Tasks that ended within it.
        tasks: u32,
        /// Part of it spent computing or blocked.
        working: Nanos,
        /// Part of it spent sending or receiving.
        moving: Nanos,
    },
}

/// What a lane's gauges say: the levels of one worker at one moment. Totals are exact even where records were dropped.
#[derive(Copy, Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Gauges {
    /// What the worker does now.
    pub phase: Phase,
    /// Since when.
    pub since: RunTime,
    /// The task that it does it for.
    pub task: Option<TaskIndex>,
    /// How far that task is, in 1/65 536; 0 where the task does not say.
    pub progress: u16,
    /// The operating system's number of the worker's process.
    pub pid: u32,
    /// The CPU that it was last seen on.
    pub cpu: Option<crate::ids::CpuId>,
    /// Attempts that ended with a value.
    pub done: u64,
    /// Attempts that ended otherwise.
    pub failed: u64,
    /// Time per phase, in phases that have ended.
    pub totals: PhaseTotals,
    /// CPU time of computing phases; the rest of their wall time was preempted.
    pub computing_cpu: Nanos,
    /// CPU time of the worker from ready to stop.
    pub cpu_time: Nanos,
    /// Tasks that stand in summaries only.
    pub summarised: u64,
    /// Records lost because the journal was full.
    pub dropped: u64,
    /// What it had to do with its interpreter's lock.
    pub gil: GilCounts,
}

/// What a worker, or all of them, had to do with the lock of an interpreter.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct GilCounts {
    /// How often it took the lock from another worker.
    pub switches: u64,
    /// How often it asked the holder to let go.
    pub requests: u64,
    /// How often it was made to let go, and waited until another had taken it.
    pub forced: u64,
    /// How often it was woken for nothing: the lock had been taken again.
    pub false_wakes: u64,
}

impl Gauges {
    /// Time per phase up to `now`, the phase that has not ended included.
    pub fn totals_at(&self, now: RunTime) -> PhaseTotals {
        let mut totals = self.totals;
        totals.add(self.phase, now.since(self.since));
        totals
    }
}

/// How a worker ended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkerExit {
    /// Because there was nothing left to do.
    Finished,
    /// By a signal that it did not ask for.
    Killed {
        /// The signal's number.
        signal: i32,
    },
    /// With a status that says that something went wrong.
    Failed {
        /// Its exit status.
        status: i32,
    },
    /// Killed by its parent, as it did not end in time.
    Enforced,
}

impl fmt::Display for WorkerExit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Finished => f.write_str("finished"),
            Self::Killed { signal: 9 } => f.write_str("killed (SIGKILL)"),
            Self::Killed { signal } => write!(f, "killed (signal {signal})"),
            Self::Failed { status } => write!(f, "exited with status {status}"),
            Self::Enforced => f.write_str("killed by poolscope, as it did not end in time"),
        }
    }
}

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
    /// From the run's start to the task's start.
    pub queue: Percentiles,
    /// Waits for the lock of an interpreter, those included that were none.
    pub gil_wait: Percentiles,
    /// Last levels of every slot, in order.
    pub slots: Vec<Gauges>,
    /// CPU time that poolscope itself spent on the run outside of workers: feeding, reading, dispatching.
    pub overhead_cpu: Nanos,
    /// The first few errors of tasks, in words.
    pub errors: Vec<(TaskIndex, String)>,
    /// Why the run did not go to its end; none if it did.
    pub stopped: Option<StopReason>,
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

/// One core over one sampling period.
#[derive(Copy, Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct CoreLoad {
    /// Its number.
    pub cpu: crate::ids::CpuId,
    /// Part of the period that it was busy, with anything.
    pub busy: crate::units::Share,
    /// Part of the period that workers of this run were charged for; never above `busy`.
    pub ours: crate::units::Share,
    /// Part of the period that the hypervisor took away.
    pub steal: crate::units::Share,
    /// Whether this process may run on it.
    pub allowed: bool,
}

/// A reading of all cores.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct CoreSample {
    /// The length of the period.
    pub period: Nanos,
    /// Every core, in order of their numbers.
    pub cores: Vec<CoreLoad>,
    /// Average number of runnable threads of the machine over the last minute, where the system says.
    pub load: Option<f64>,
    /// CPU time of poolscope's own threads (screen, input, collector, probe), as a share of one core.
    pub own: crate::units::Share,
    /// Part of the period that the control group's quota held threads back.
    pub throttled: crate::units::Share,
}

/// One fact.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunEvent {
    /// A comparison begins.
    Accepted {
        /// What is to be run, checked.
        plan: Plan,
        /// What it is run on.
        machine: Machine,
    },
    /// Calibration is done; the works of the plan's workloads are in their order.
    Calibrated {
        /// What an iteration costs.
        costs: Costs,
        /// The work of one task of each workload.
        works: Vec<Work>,
    },
    /// A run begins. What follows is of this run, until something else is said to be.
    RunStarted(RunStart),
    /// What follows is of this run: several may go on at once. Each batch of a run that is told by a sink of its own
    /// begins with it.
    Of(RunId),
    /// A worker was asked for.
    WorkerSpawned {
        /// Its slot.
        slot: SlotId,
        /// Its process.
        pid: u32,
        /// When.
        at: RunTime,
    },
    /// A lane said something.
    Lane {
        /// Its slot.
        slot: SlotId,
        /// What it said.
        record: Record,
    },
    /// The levels of the slots that changed, read at about the same moment.
    Levels {
        /// When they were read.
        at: RunTime,
        /// Slot and levels.
        slots: Vec<(SlotId, Gauges)>,
    },
    /// A worker is gone.
    WorkerExited {
        /// Its slot.
        slot: SlotId,
        /// Its process.
        pid: u32,
        /// When.
        at: RunTime,
        /// How.
        exit: WorkerExit,
        /// Tasks that it held and that go back to the queue.
        returned: u32,
    },
    /// The cores were read.
    Cores(CoreSample),
    /// poolscope was stopped, by Ctrl-Z say.
    Suspended {
        /// When.
        at: RunTime,
    },
    /// And went on.
    Resumed {
        /// When.
        at: RunTime,
    },
    /// Something worth knowing that is no fault of the run: lanes that could not be shared, for one.
    Notice(String),
    /// A run is over.
    RunFinished(Box<RunEnd>),
    /// The comparison is over: every run has finished, or the rest was cancelled.
    Finished,
}

/// Where events go. Clones share the same end; a receiver that is gone is nobody's fault.
#[derive(Clone, Debug)]
pub struct EventSink {
    sender: mpsc::Sender<Vec<RunEvent>>,
    /// The run that everything said here is of.
    run: Option<RunId>,
}

/// Where events come from: batches, in order.
pub type EventFeed = mpsc::Receiver<Vec<RunEvent>>;

impl EventSink {
    /// A sink and the feed that it fills.
    pub fn channel() -> (Self, EventFeed) {
        let (sender, receiver) = mpsc::channel();
        (Self { sender, run: None }, receiver)
    }

    /// The same end, for what is said of one run.
    #[must_use]
    pub fn of(&self, run: RunId) -> Self {
        Self { sender: self.sender.clone(), run: Some(run) }
    }

    /// Says one fact.
    pub fn say(&self, event: RunEvent) {
        self.say_all(vec![event]);
    }

    /// Says several facts.
    pub fn say_all(&self, mut events: Vec<RunEvent>) {
        if !events.is_empty() {
            if let Some(run) = self.run {
                events.insert(0, RunEvent::Of(run));
            }
            // Whoever listened has gone: there is nobody left to tell.
            let _ = self.sender.send(events);
        }
    }
}
