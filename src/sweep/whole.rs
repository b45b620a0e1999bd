//! The plan of a sweep as a whole: what is wrong with it for any of its numbers of workers, and how it goes on after a stop.

use std::collections::{HashSet, VecDeque};

use super::{MOST_COUNTS, Sweep, SweepPlan};
use crate::plan::consent::Asked;
use crate::plan::{Field, Machine, Plan, Problem, Size, TaskType, Urls, WorkerCount};
use crate::units::plural;

/// The number of tasks that a sweep of `task` begins with: the usual one, but of the pages on the loopback as many as answer,
/// or one would be asked for twice.
pub fn default_tasks(task: TaskType, workers: u32) -> u64 {
    match task {
        TaskType::Http => Urls::default().answering().count() as u64,
        _ => crate::plan::default_tasks(task, workers),
    }
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
        let runs = all.len() as u64 * u64::from(sweep.repeats()) + u64::from(besides) + warm_up;
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

    /// The same plan, where only those pages on the loopback are asked for that answer.
    #[must_use]
    pub fn with_pages_that_answer(mut self) -> Self {
        for load in &mut self.plan.workloads {
            if let Size::Urls(urls) = &mut load.size {
                *urls = std::mem::take(urls).answering();
            }
        }
        self
    }

    /// Everything that is wrong with it on `machine`; what is wrong with several numbers of workers is said once, of the
    /// largest.
    pub fn problems(&self, machine: &Machine) -> Vec<Problem> {
        let mut problems: Vec<Problem> = Vec::new();
        let mut counts = self.counts.fixed(&self.plan.machine(machine));
        if counts.len() > MOST_COUNTS {
            problems.push(Problem {
                field: Field::Workers,
                value: self.counts.to_string(),
                wrong: format!("names {} numbers of workers", counts.len()),
                way_out: format!("use at most {MOST_COUNTS}"),
            });
        }
        if self.counts.is_open() {
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
