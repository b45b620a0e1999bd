//! Run state: what the events say, put together. A pure reducer: no clock, no lock, no input or output.
//!
//! A [`Session`] takes [`RunEvent`]s one after another, live or from wherever they were kept, and the same events give the
//! same state. Front ends read it; what it *means* is the business of [`crate::analysis`].

mod commands;
mod cores;
mod ledger;
mod preempted;
mod progress;
mod run;
mod tenures;
mod timeline;

use serde::{Deserialize, Serialize};

pub use commands::{COMMANDS_KEPT, CommandLog, CommandTotals};
pub use cores::Cores;
pub use ledger::{COMMANDS, Ledger};
pub use preempted::Preempted;
pub use run::{FAILURES_KEPT, MARKS_KEPT, RunState, SlotState, TASKS_KEPT, TaskRecord};
pub use tenures::Tenures;
pub use timeline::{Shares, Timeline, TimelineSpan};

use crate::event::RunEvent;
use crate::ids::RunId;
use crate::plan::{Costs, Machine, Plan, Work};

/// At most so many notices are kept: more of them say nothing new.
const NOTICES_KEPT: usize = 20;

/// A comparison, as its events tell it. The cores are told of before and after it too.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// What is run; none before the first comparison.
    pub plan: Option<Plan>,
    /// What it is run on.
    pub machine: Option<Machine>,
    /// What an iteration costs, once calibrated, which is done where tasks compute.
    pub costs: Option<Costs>,
    /// The work of one task of each workload, once calibrated.
    pub works: Vec<Work>,
    /// The runs that have begun, in order.
    pub runs: Vec<RunState>,
    /// The cores of this machine.
    pub cores: Cores,
    /// Those of the machine that the runs have where they are simulated: the two have no history in common.
    #[serde(default)]
    pub simulated_cores: Cores,
    /// What else is worth knowing.
    pub notices: Vec<String>,
    /// Whether the comparison is over.
    pub over: bool,
    /// The run that is told of.
    subject: Option<RunId>,
}

impl Session {
    /// Takes one fact in.
    pub fn apply(&mut self, event: &RunEvent) {
        match event {
            RunEvent::Accepted { plan, machine } => {
                let cores = std::mem::take(&mut self.cores);
                *self = Self {
                    plan: Some(plan.clone()),
                    machine: Some(machine.clone()),
                    cores,
                    ..Self::default()
                };
            }
            RunEvent::Calibrated { costs, works } => {
                self.costs = *costs;
                self.works.clone_from(works);
            }
            RunEvent::RunStarted(start) => {
                let real = start.runtime.simulated().is_none();
                let before = self.cores.latest().filter(|_| real).cloned();
                let retries = self.plan.as_ref().map_or(0, |plan| plan.retries);
                self.make_room_for_commands();
                self.runs.push(RunState::new(start.clone(), retries, before));
                self.subject = Some(start.run);
            }
            RunEvent::Of(run) => self.subject = Some(*run),
            RunEvent::Cores(sample) => {
                if sample.simulated { &mut self.simulated_cores } else { &mut self.cores }.take(sample);
                // What the real cores do meanwhile is of no simulated run.
                let simulated = self.is_simulated();
                self.runs
                    .iter_mut()
                    .filter(|run| run.end.is_none() && sample.simulated == simulated)
                    .for_each(|run| run.watch_machine(sample));
            }
            RunEvent::Notice(words) if self.notices.len() < NOTICES_KEPT => self.notices.push(words.clone()),
            RunEvent::Notice(_) => {}
            RunEvent::Finished => self.over = true,
            RunEvent::WorkerSpawned { .. }
            | RunEvent::Lane { .. }
            | RunEvent::Levels { .. }
            | RunEvent::WorkerExited { .. }
            | RunEvent::Suspended { .. }
            | RunEvent::Resumed { .. }
            | RunEvent::Interval { .. }
            | RunEvent::Command(_)
            | RunEvent::RunFinished(_) => {
                if let Some(run) = self.subject().and_then(|at| self.runs.get_mut(at)) {
                    run.apply(event);
                }
            }
        }
    }

    /// Forgets what earlier runs kept of their commands, the earliest first, so that all of it stays within bounds.
    fn make_room_for_commands(&mut self) {
        let logs = self.runs.iter_mut().rev().filter_map(|run| run.commands.as_mut());
        logs.fold(COMMANDS_KEPT, |room, log| room - log.shrink(room).min(room));
    }

    /// Whether a simulated comparison goes on.
    pub fn is_simulating(&self) -> bool {
        !self.over && self.is_simulated()
    }

    /// Whether the comparison is simulated, whether it goes on or is over.
    pub fn is_simulated(&self) -> bool {
        self.plan.as_ref().is_some_and(|plan| plan.runtime.simulated().is_some())
    }

    /// The run that goes on now; of several the one that began last.
    pub fn running(&self) -> Option<&RunState> {
        self.running_all().next_back()
    }

    /// The runs that go on now, in the order in which they began.
    pub fn running_all(&self) -> impl DoubleEndedIterator<Item = &RunState> {
        self.runs.iter().filter(|run| run.end.is_none())
    }

    /// The index of the run that events tell of now, if that goes on.
    pub fn subject(&self) -> Option<usize> {
        let subject = self.subject?;
        self.runs.iter().rposition(|run| run.start.run == subject && run.end.is_none())
    }

    /// The serial run of the same workload and repeat as `run`, if it has come to its end with every task ok.
    pub fn baseline(&self, run: &RunState) -> Option<&RunState> {
        self.runs.iter().find(|other| {
            other.start.strategy == crate::plan::Strategy::Serial
                && (other.start.workload, other.start.repeat) == (run.start.workload, run.start.repeat)
                && other.end.as_ref().is_some_and(|end| end.counts.all_ok())
        })
    }
}

#[cfg(test)]
mod tests;
