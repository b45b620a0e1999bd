//! Sweeps: one workload over numbers of workers, measured so that the numbers compare.
//!
//! A [`Sweep`] says what is to be run next ([`Sweep::next`]) and takes in what came of it ([`Sweep::record`]); whoever has
//! an engine runs the steps, one after another, and shows [`Sweep::progress`]. It starts nothing and waits for nothing, so
//! that a screen and a pipe drive the same one. What the points mean is the business of [`crate::analysis::sizing`].
//!
//! How it measures:
//! - one run warms everything up and does not count;
//! - every number of workers is measured once before any is measured again, each round in another order, so that a machine
//!   that changes meanwhile changes all of them alike;
//! - one worker is measured at the beginning, in the middle and at the end: where these differ, the machine changed;
//! - tasks go one by one, unless they are very short or somebody says otherwise, for what `CPython` does, to cut chunks by the
//!   number of workers, would make these differ by more than that number;
//! - without an upper end the number that the formula gives, CPUs × (1 + wait / compute), is among those that are tried, and
//!   where tasks both compute and wait there are so many that their first and last moments, in which workers are in step,
//!   do not count for much;
//! - numbers that are clearly slower than fewer workers get no further repeats, and it is said;
//! - without an upper end, numbers grow until two in a row bring nothing that anybody would notice
//!   ([`crate::analysis::sizing::NOTICED`]);
//! - simulated runs are the same each time: they are made once, without a warm-up and without looking for changes;
//! - of the pages on the loopback only those are asked for that answer.

mod counts;
mod order;
pub mod save;
mod steps;
mod whole;

use std::collections::VecDeque;

pub use counts::{Counts, CountsError, MOST_COUNTS};
pub use steps::{Kind, Progress, Recorded, Step};
pub use whole::{default_tasks, enough_tasks};

use crate::analysis::sizing::{Forecast, Measurements, Point, Sample, Sizing, size};
use crate::plan::{Machine, Plan, Shape, Size, Strategy, WorkerCount};
use crate::units::Nanos;

/// Repeats, unless somebody says otherwise.
pub const REPEATS: u32 = 5;
/// Repeats of a sweep that would take longer than [`LONG`] with [`REPEATS`].
pub const REPEATS_OF_LONG: u32 = 3;
/// A sweep that takes longer than this is long.
pub const LONG: Nanos = Nanos::from_secs(120);

/// What is noted of a sweep that was stopped.
pub const STOPPED: &str = "It was stopped before its end; this is what there is.";

/// What is said of the pages on the loopback.
const LEFT_OUT: &str = "Four of the five pages on the loopback are asked for: the host of the fifth exists nowhere, and a run in \
                        which a task fails compares with nothing.";

/// What is said where simulated runs are to be repeated, or to end in time.
const ONCE: &str = "Simulated runs give the same figures whenever they are made: repeats and a limit of time are for real ones.";

/// What is to be swept.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepPlan {
    /// What is run, and how: one workload. Its number of workers and its repeats mean nothing.
    pub plan: Plan,
    /// The numbers of workers.
    pub counts: Counts,
    /// How often each is measured; none for as often as there is time for.
    pub repeats: Option<u32>,
    /// No run begins that would end later than this; none for as long as it takes.
    pub max_time: Option<Nanos>,
}

/// One strategy with one number of workers, and what was measured of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// The way to run it.
    pub strategy: Strategy,
    /// Its workers, as the engine takes them.
    pub workers: WorkerCount,
    /// The same as processes with threads.
    pub shape: Shape,
    /// What was measured, in order.
    pub samples: Vec<Sample>,
    /// Whether it is measured no further.
    pub skipped: bool,
    /// Whether this plan asks for it; a file may hold others.
    pub planned: bool,
}

/// A sweep: what is measured, and what comes next.
#[derive(Clone, Debug)]
pub struct Sweep {
    plan: SweepPlan,
    machine: Machine,
    cells: Vec<Cell>,
    baselines: Vec<Sample>,
    /// Baselines of this time: a sweep that goes on has some of an earlier one.
    baselines_now: u32,
    warmed_up: bool,
    /// Rounds begun.
    round: u32,
    queue: VecDeque<Step>,
    /// Numbers of workers still to be tried, where there is no upper end; by strategy.
    scouting: Vec<(Strategy, VecDeque<WorkerCount>)>,
    /// Why it ended, or did less than it was to do, in sentences.
    notices: Vec<String>,
    /// How much time it had, the last time that somebody asked what comes next.
    spent: Nanos,
    over: bool,
    /// What runs take that were not measured yet.
    forecast: Forecast,
}

impl Sweep {
    /// A sweep of `plan` on `machine` of which nothing is measured.
    pub fn new(plan: SweepPlan, machine: &Machine) -> Self {
        let plan = plan.settled();
        let left_out = plan
            .plan
            .workloads
            .iter()
            .any(|load| matches!(&load.size, Size::Urls(urls) if urls.are_loopback()));
        let mut notices = if left_out { vec![LEFT_OUT.to_owned()] } else { Vec::new() };
        let machine = plan.plan.machine(machine).into_owned();
        if machine.is_simulated()
            && (plan.repeats.is_some_and(|repeats| repeats > 1) || plan.max_time.is_some())
        {
            notices.push(ONCE.to_owned());
        }
        let mut sweep = Self {
            machine,
            cells: Vec::new(),
            baselines: Vec::new(),
            baselines_now: 0,
            warmed_up: false,
            round: 0,
            queue: VecDeque::new(),
            scouting: Vec::new(),
            notices,
            spent: Nanos::ZERO,
            over: false,
            forecast: Forecast::default(),
            plan,
        };
        sweep.lay_out();
        sweep
    }

    /// What is swept.
    pub const fn plan(&self) -> &SweepPlan {
        &self.plan
    }

    /// The strategies with their numbers of workers, in order.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// What else is worth knowing, in sentences.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// Something else that is worth knowing.
    pub fn note(&mut self, words: String) {
        self.notices.push(words);
    }

    /// Whether anything was measured.
    pub fn is_empty(&self) -> bool {
        self.baselines.is_empty() && self.cells.iter().all(|cell| cell.samples.is_empty())
    }

    /// Whether a run did not do all of its tasks.
    pub fn has_failures(&self) -> bool {
        let samples = self.cells.iter().flat_map(|cell| &cell.samples).chain(&self.baselines);
        samples.into_iter().any(|sample| !sample.is_whole())
    }

    /// Everything measured, for the analysis.
    pub fn measurements(&self) -> Measurements {
        let points = self.cells.iter().filter(|cell| !cell.samples.is_empty()).map(|cell| Point {
            strategy: cell.strategy,
            shape: cell.shape,
            samples: cell.samples.clone(),
        });
        Measurements {
            plan: self.plan.plan.clone(),
            machine: self.machine.clone(),
            points: points.collect(),
            baselines: self.baselines.clone(),
        }
    }

    /// What it all means.
    pub fn sizing(&self) -> Sizing {
        size(&self.measurements())
    }
}

#[cfg(test)]
mod tests;
