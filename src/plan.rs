//! The plan: everything about a comparison, as data, and the one place where it is checked.
//!
//! A [`Plan`] is made by the command line, by a scenario or in the Lab, and is a promise only after [`Plan::check`] has
//! found nothing wrong with it on a [`limits::Machine`]. Nothing here runs, measures or draws.

pub mod check;
pub mod chunk;
pub mod command;
pub mod consent;
pub mod limits;
pub mod mix;
pub mod runtime;
pub mod scenario;
pub mod shape;
pub mod simulator;
pub mod size;
pub mod storage;
pub mod strategy;
pub mod task;
pub mod topology;
pub mod urls;
pub mod work;
pub mod workload;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use check::{Field, Problem};
pub use chunk::Chunk;
pub use command::Command;
pub use consent::Permission;
pub use limits::Machine;
pub use runtime::{GilRule, GilSetup, Runtime, SimSetup};
pub use shape::Shape;
pub use simulator::{FixedCosts, Parameters};
pub use size::Size;
pub use strategy::{Strategy, WorkerCount};
pub use task::TaskType;
pub use topology::Topology;
pub use urls::Urls;
pub use work::{Costs, Work};
pub use workload::Workload;

use crate::units::Nanos;

/// How long the first plan takes as a plain loop: long enough to watch, short enough to wait for.
pub const FIRST_SERIAL: Nanos = Nanos::from_secs(4);

/// What happens to the rest of a run when a task fails for good.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnError {
    /// The other tasks run all the same.
    #[default]
    Continue,
    /// No further task starts; those not begun are cancelled.
    Stop,
}

impl fmt::Display for OnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Continue => "continue",
            Self::Stop => "stop",
        })
    }
}

/// Why a word is no rule for errors.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no rule for errors; there are continue and stop")]
pub struct UnknownOnError(pub String);

impl FromStr for OnError {
    type Err = UnknownOnError;

    fn from_str(text: &str) -> Result<Self, UnknownOnError> {
        match text.trim() {
            "continue" => Ok(Self::Continue),
            "stop" => Ok(Self::Stop),
            other => Err(UnknownOnError(other.to_owned())),
        }
    }
}

/// Everything about a comparison: the workloads, and how each is run. One workload with one strategy is a single run.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Plan {
    /// What is to be done; each is run with every strategy.
    pub workloads: Vec<Workload>,
    /// How it is run, in this order.
    pub strategies: Vec<Strategy>,
    /// Where it is run.
    pub runtime: Runtime,
    /// How many workers the strategies other than serial have.
    pub workers: WorkerCount,
    /// How many tasks are handed out at a time.
    pub chunk: Chunk,
    /// How long one attempt of a task may take; none for as long as it likes.
    pub timeout: Option<Nanos>,
    /// How often a task that failed or timed out is tried again.
    pub retries: u32,
    /// What a task that fails for good does to the rest.
    pub on_error: OnError,
    /// How often the whole comparison is repeated.
    pub repeats: u32,
    /// Whether the strategies of a workload run at once, and not one after another: they compete for the CPUs then.
    pub together: bool,
    /// The number from which tasks derive whatever differs between them.
    pub seed: u64,
    /// What everything costs where it is simulated; boxed, for events carry plans.
    #[serde(default)]
    pub simulator: Box<Parameters>,
}

impl Plan {
    /// The plan that makes sense on `machine` for someone who has chosen nothing: a `cpu` workload of four full waves,
    /// about four seconds long as a plain loop, run each way.
    pub fn first(machine: &Machine) -> Self {
        Self::for_task(TaskType::Cpu, machine)
    }

    /// [`Plan::first`] for runs in `runtime`: of a simulated machine, its own cores decide, whatever `machine` has.
    pub fn first_in(runtime: Runtime, machine: &Machine) -> Self {
        Self { runtime, ..Self::first(&runtime.machine(machine)) }
    }

    /// [`Plan::first`], with tasks of another type.
    pub fn for_task(task: TaskType, machine: &Machine) -> Self {
        let workers = machine.available().clamp(2, 8);
        let tasks = default_tasks(task, workers);
        Self {
            workloads: vec![Workload { task, size: Size::default_for(task, FIRST_SERIAL, tasks), tasks }],
            strategies: Strategy::FIRST.to_vec(),
            runtime: Runtime::Native,
            workers: WorkerCount::Exactly(workers),
            chunk: Chunk::Auto,
            timeout: None,
            retries: 0,
            on_error: OnError::Continue,
            repeats: 1,
            together: false,
            seed: 1,
            simulator: Box::default(),
        }
    }

    /// The machine that its runs have: `machine`, or a simulated one.
    pub fn machine<'a>(&self, machine: &'a Machine) -> Cow<'a, Machine> {
        self.runtime.machine(machine)
    }

    /// What an iteration costs in its runs: `measured`, or what the simulator takes it to cost; none where none is made, for
    /// it is not measured then.
    pub fn costs(&self, measured: impl FnOnce() -> Costs) -> Option<Costs> {
        match self.runtime.simulated() {
            Some(_) => Some(self.simulator.costs.into()),
            None => self.computes().then(measured),
        }
    }

    /// Whether tasks compute here, rather than wait, or have another program compute.
    pub fn computes(&self) -> bool {
        self.workloads.iter().any(|load| load.task.computes())
    }

    /// Interpreters whose lock these tasks need to compute, where workers have this shape: of each only one computes at a
    /// time. None where nobody's lock is needed. In a mix there are always some that need it.
    pub fn interpreters(&self, task: TaskType, shape: Shape) -> Option<u32> {
        self.runtime.gil().filter(|_| task.needs_lock()).map(|_| shape.processes.max(1))
    }

    /// How many runs go on at once.
    pub const fn at_once(&self) -> usize {
        if self.together && self.strategies.len() > 1 { self.strategies.len() } else { 1 }
    }

    /// The runs of this plan, in the order in which they are run and reported: task, repeat, strategy.
    pub fn runs(&self) -> impl Iterator<Item = PlannedRun> + '_ {
        (0..self.workloads.len()).flat_map(move |workload| {
            (0..self.repeats).flat_map(move |repeat| {
                self.strategies.iter().map(move |&strategy| PlannedRun { workload, repeat, strategy })
            })
        })
    }
}

/// The number of tasks that a workload of `task` begins with: four waves, which CPython's rule hands out one by one.
pub fn default_tasks(task: TaskType, workers: u32) -> u64 {
    match task {
        TaskType::Primes => size::NOTES_PRIMES.len() as u64,
        TaskType::Http => Urls::default().count() as u64,
        _ => 4 * u64::from(workers.max(1)),
    }
}

/// One run of a plan: which workload, which repeat, which way.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct PlannedRun {
    /// Index into the plan's workloads.
    pub workload: usize,
    /// Number of the repeat, from 0.
    pub repeat: u32,
    /// The way it is run.
    pub strategy: Strategy,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_plan_is_four_full_waves_and_right_on_every_machine() {
        for (cpus, workers) in [(1, 2), (2, 2), (6, 6), (256, 8)] {
            let machine = Machine::example(cpus);
            let plan = Plan::first(&machine);
            assert_eq!(plan.workers, WorkerCount::Exactly(workers));
            assert_eq!(plan.workloads[0].tasks, u64::from(4 * workers));
            assert_eq!(plan.chunk.resolve(plan.workloads[0].tasks, workers), 1);
            assert_eq!(plan.check(&machine), Ok(()));
        }
    }

    #[test]
    fn defaults_of_simulated_runs_are_those_of_the_simulated_machine() {
        for (runtime, workers) in
            [("native", 2), ("gil", 2), ("simulated", 2), ("simulated:4,gil", 4), ("simulated:16", 8)]
        {
            let plan = Plan::first_in(runtime.parse().unwrap(), &Machine::example(2));
            assert_eq!(plan.workers, WorkerCount::Exactly(workers), "{runtime}");
            assert_eq!(plan.workloads[0].tasks, u64::from(4 * workers), "{runtime}");
            assert_eq!(plan.runtime.to_string(), runtime);
        }
    }

    #[test]
    fn runs_come_by_task_then_repeat_then_strategy() {
        let machine = Machine::example(2);
        let mut plan = Plan::first(&machine);
        plan.workloads.push(Plan::for_task(TaskType::Sleep, &machine).workloads.remove(0));
        plan.strategies = vec![Strategy::Serial, Strategy::Threads];
        plan.repeats = 2;
        let order: Vec<_> = plan.runs().map(|r| (r.workload, r.repeat, r.strategy.name())).collect();
        assert_eq!(order[..4], [(0, 0, "serial"), (0, 0, "threads"), (0, 1, "serial"), (0, 1, "threads")]);
        assert_eq!(order.len(), 8);
        assert_eq!(plan.at_once(), 1);
        plan.together = true;
        assert_eq!(plan.at_once(), 2);
        // Those that go on at once follow one another.
        let runs: Vec<_> = plan.runs().collect();
        let same = |runs: &[PlannedRun]| {
            runs.iter().all(|r| (r.workload, r.repeat) == (runs[0].workload, runs[0].repeat))
        };
        assert!(runs.chunks(plan.at_once()).all(same));
    }
}
