//! The plan of a sweep as a whole: what is wrong with it for any of its numbers of workers, and how it goes on after a stop.

use std::collections::{HashSet, VecDeque};

use super::counts::FAR;
use super::{MOST_COUNTS, Sweep, SweepPlan};
use crate::plan::consent::Asked;
use crate::plan::{
    Chunk, Costs, Field, Machine, Plan, Problem, Shape, Size, TaskType, Urls, WorkerCount, Workload,
};
use crate::units::{Nanos, grouped, plural};

/// Tasks of this length go one by one: to hand one over takes a hundredth of it, even to a process.
const ONE_BY_ONE: Nanos = Nanos::from_millis(1);
/// So many tasks for each worker, and the beginning and the end of a run, where workers compute at the same time and wait at
/// the same time, are a small part of it...
const ROUNDS: f64 = 20.0;
/// ...as far as one worker does them all in this time, for it is to do so several times.
const ALONE: Nanos = Nanos::from_secs(16);

/// The number of tasks that a sweep of `task` begins with: the usual one, but of the pages on the loopback as many as answer,
/// or one would be asked for twice.
pub fn default_tasks(task: TaskType, workers: u32) -> u64 {
    match task {
        TaskType::Http => Urls::default().answering().count() as u64,
        _ => crate::plan::default_tasks(task, workers),
    }
}

/// The number of tasks that a sweep of `load` has on `machine` where nobody names one: that of `load`, but where tasks both
/// compute and wait as many as keep the workers that this takes busy for a while.
pub fn enough_tasks(load: &Workload, machine: &Machine) -> u64 {
    let Size::Mixed(..) = load.size else { return load.tasks };
    let one = Workload { tasks: 1, ..load.clone() }.resolve(&Costs::default());
    let (each, wait) = (each(load), one.waiting_of_all(1));
    if each == Nanos::ZERO || wait >= each {
        return load.tasks;
    }
    let (each, compute) = (each.as_secs_f64(), (each - wait).as_secs_f64());
    let workers = f64::from(machine.available()) * each / compute;
    let wanted = (ROUNDS * workers).min(ALONE.as_secs_f64() / each);
    ((wanted / 10.0).round() as u64 * 10).max(load.tasks)
}

/// What one task of a workload takes, about; where it is given in loops, as long as on a common machine.
fn each(load: &Workload) -> Nanos {
    let work = load.resolve(&Costs::default());
    work.serial_estimate(load.tasks, &Costs::default()) / load.tasks.max(1)
}

impl SweepPlan {
    /// What it runs on `machine` that needs consent, as [`Plan::asks`] has it, with all of its runs; where it is not known how
    /// many there will be, the most.
    pub fn asks(&self, machine: &Machine) -> Asked {
        let sweep = Sweep::new(self.clone(), machine);
        let cells = sweep.cells().iter().map(|cell| (cell.strategy, cell.shape));
        let coming = sweep.scouting.iter().flat_map(|(strategy, counts)| {
            counts.iter().map(|count| (*strategy, strategy.shape(count.shape(&sweep.machine))))
        });
        let mut all: Vec<_> = cells.chain(coming).collect();
        let mut seen = HashSet::new();
        all.retain(|cell| seen.insert(*cell));
        let first = sweep.first_strategy();
        // One worker is measured even where nobody asks for it.
        let besides = if all.iter().any(|(strategy, shape)| Some(*strategy) == first && shape.slots() == 1) {
            0
        } else {
            sweep.baselines_wanted()
        };
        let warm_up = u64::from(!sweep.machine.is_simulated());
        // The number of the formula may come to those that are tried.
        let numbers = all.len() + sweep.scouting.len();
        let runs = numbers as u64 * u64::from(sweep.repeats()) + u64::from(besides) + warm_up;
        let ways: Vec<String> = self
            .plan
            .strategies
            .iter()
            .filter_map(|strategy| {
                let mut labels =
                    all.iter().filter(|cell| cell.0 == *strategy).map(|cell| strategy.label(cell.1));
                let first = labels.next()?;
                Some(labels.next_back().map_or_else(|| first.clone(), |last| format!("{first} … {last}")))
            })
            .collect();
        self.plan.asks_in(runs, &format!("in each of up to {}: {}", plural(runs, "run"), ways.join(", ")))
    }

    /// The same plan as it is measured: only those pages on the loopback are asked for that answer, and tasks that take a
    /// millisecond or more go one by one where chunks are [`Chunk::Auto`]. The rule of `CPython` cuts them by the number of
    /// workers, so that these would not be all that differs from one run to the next.
    #[must_use]
    pub fn settled(mut self) -> Self {
        for load in &mut self.plan.workloads {
            if let Size::Urls(urls) = &mut load.size {
                *urls = std::mem::take(urls).answering();
            }
        }
        if self.plan.chunk == Chunk::Auto && self.plan.workloads.iter().all(|load| each(load) >= ONE_BY_ONE) {
            self.plan.chunk = Chunk::Tasks(1);
        }
        self
    }

    /// The least that a run takes by the sizes of its tasks; none where these do not tell.
    pub(super) fn least(&self, shape: Shape, machine: &Machine) -> Option<Nanos> {
        let load = self.plan.workloads.first()?;
        let (work, costs) = (load.resolve(&Costs::default()), Costs::default());
        let whole = work.serial_estimate(load.tasks, &costs);
        let computing = whole - work.waiting_of_all(load.tasks);
        let shared = whole / u64::from(shape.slots().max(1));
        let least = shared.max(computing / u64::from(machine.available().max(1)));
        (whole > Nanos::ZERO).then_some(least)
    }

    /// Everything that is wrong with it on `machine`; what is wrong with several numbers of workers is said once, of the
    /// largest.
    pub fn problems(&self, machine: &Machine) -> Vec<Problem> {
        let mut problems: Vec<Problem> = Vec::new();
        let mut counts = self.counts.fixed(&self.plan.machine(machine));
        if counts.len() > MOST_COUNTS {
            let named = self.counts.named(&self.plan.machine(machine)).max(counts.len() as u64);
            problems.push(Problem {
                field: Field::Workers,
                value: self.counts.to_string(),
                wrong: format!("names {} numbers of workers", grouped(named)),
                way_out: format!("use at most {MOST_COUNTS}"),
            });
        }
        if let Some(first) = self.counts.begins() {
            let tasks = self.plan.workloads.first().map_or(1, |load| load.tasks);
            let most = u32::try_from(tasks).unwrap_or(u32::MAX);
            if first > 1 && self.counts.open(most).is_empty() {
                let (wrong, way_out) = if first > FAR {
                    (
                        format!(
                            "begins beyond {} workers, where a range without an end ends",
                            grouped(FAR.into())
                        ),
                        "give it an end",
                    )
                } else {
                    (
                        format!("begins with more workers than there are tasks: {}", grouped(tasks)),
                        "begin with fewer, or have more tasks",
                    )
                };
                let (value, way_out) = (self.counts.to_string(), way_out.to_owned());
                problems.push(Problem { field: Field::Workers, value, wrong, way_out });
            }
            counts.push(WorkerCount::Exactly(1));
        }
        for workers in counts.into_iter().rev() {
            let one = Plan { workers, ..self.plan.clone() };
            for problem in one.check(machine).err().unwrap_or_default() {
                if !problems.iter().any(|known| known.field == problem.field) {
                    problems.push(problem);
                }
            }
        }
        problems
    }
}

impl Sweep {
    /// The same sweep after a pause: what was measured counts, and before the rest it is warmed up and measured with one
    /// worker again, for the machine may have changed meanwhile.
    #[must_use]
    pub fn resumed(&self) -> Self {
        let mut sweep = Self {
            baselines_now: 0,
            warmed_up: false,
            round: 0,
            queue: VecDeque::new(),
            scouting: Vec::new(),
            over: false,
            ..self.clone()
        };
        sweep.lay_out();
        sweep
    }
}
