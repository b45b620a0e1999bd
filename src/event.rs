//! Events: what happened in a run, as owned facts with a serialised form.
//!
//! Executors, the collector and the probe say them; [`crate::state`] is a reducer over them, and a recording is a list of
//! them. The same events give the same state, whether live or later. Times are [`RunTime`], counted on the parent's clock.

mod command;
mod run;
mod worker;

use std::sync::mpsc;

use serde::{Deserialize, Serialize};

pub use command::{CommandEnd, PeakMemory};
pub use run::{PartEnd, Percentiles, RunEnd, RunStart, StopReason, TaskCounts};
pub use worker::{Gauges, GilCounts, GilMark, Outcome, Phase, PhaseTotals, Record, WorkerExit};

use crate::clock::RunTime;
use crate::ids::{RunId, SlotId};
use crate::plan::{Costs, GilRule, Machine, Plan, Work};
use crate::units::Nanos;

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
    /// Whether they are those of a simulated machine, of which nothing else is known.
    #[serde(default)]
    pub simulated: bool,
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
    /// Calibration is done, where tasks compute; the works of the plan's workloads are in their order.
    Calibrated {
        /// What an iteration costs; none where no task makes any, and it was not measured.
        costs: Option<Costs>,
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
    /// When holders of the interpreter's lock let go was changed.
    Interval {
        /// When.
        at: RunTime,
        /// The rule from now on.
        rule: GilRule,
    },
    /// A command that a task ran is over.
    Command(Box<CommandEnd>),
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
