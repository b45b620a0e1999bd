//! The plan of a sweep as a whole: what is wrong with it for any of its numbers of workers, and how it goes on after a stop.

use std::collections::VecDeque;

use super::{MOST_COUNTS, Sweep, SweepPlan};
use crate::plan::{Field, Machine, Plan, Problem, WorkerCount};

impl SweepPlan {
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
