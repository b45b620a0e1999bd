//! What a worker tells of itself through its lane: phases, outcomes of attempts, records and levels; and how it ended.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::clock::RunTime;
use crate::ids::{CpuId, TaskIndex};
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

    /// The same in one word, for programs.
    pub const fn key(self) -> &'static str {
        match self {
            Self::TimedOut => "timed_out",
            other => other.name(),
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
    /// A stretch in which the worker had its interpreter's lock, or several short ones together. It lies across phases.
    Held {
        /// The beginning of the first.
        start: RunTime,
        /// The end of the last.
        end: RunTime,
        /// How long it had the lock within it: all of it, if it is one.
        held: Nanos,
    },
    /// Something happened to the worker over its interpreter's lock.
    Gil {
        /// When.
        at: RunTime,
        /// What.
        what: GilMark,
        /// How often since the last record of the same: more than once where it comes faster than it is told.
        count: u32,
    },
}

/// What happens to a worker over the lock of its interpreter.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum GilMark {
    /// It had waited for the interval, and asked the holder to let go.
    Request = 0,
    /// It was asked to let go, and another took the lock.
    Forced = 1,
    /// It was woken, and found the lock taken again.
    FalseWake = 2,
}

impl GilMark {
    /// Every one, in the order of their numbers.
    pub const ALL: [Self; 3] = [Self::Request, Self::Forced, Self::FalseWake];

    /// The one of a number, where there is one.
    pub fn from_number(number: u64) -> Option<Self> {
        Self::ALL.get(usize::try_from(number).ok()?).copied()
    }

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Request => "asks",
            Self::Forced => "made to let go",
            Self::FalseWake => "woken in vain",
        }
    }
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
    /// Of the time that it was blocked, how long the commands that it waited for were ready and had no CPU, at least.
    pub run_delay: Nanos,
    /// CPU time of the worker from ready to stop.
    pub cpu_time: Nanos,
    /// Tasks that stand in summaries only.
    pub summarised: u64,
    /// Records lost because the journal was full.
    pub dropped: u64,
    /// What it had to do with its interpreter's lock.
    pub gil: GilCounts,
    /// Since when it has that lock; none while it has not.
    pub holds: Option<RunTime>,
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
    /// How long it had the lock, in stretches that have ended.
    pub held: Nanos,
}

impl std::iter::Sum for GilCounts {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            switches: sum.switches + one.switches,
            requests: sum.requests + one.requests,
            forced: sum.forced + one.forced,
            false_wakes: sum.false_wakes + one.false_wakes,
            held: sum.held + one.held,
        })
    }
}

impl Gauges {
    /// Time per phase up to `now`, the phase that has not ended included.
    pub fn totals_at(&self, now: RunTime) -> PhaseTotals {
        let mut totals = self.totals;
        totals.add(self.phase, now.since(self.since));
        totals
    }

    /// How long it had its interpreter's lock up to `now`.
    pub fn held_at(&self, now: RunTime) -> Nanos {
        self.gil.held + self.holds.map_or(Nanos::ZERO, |since| now.since(since))
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
