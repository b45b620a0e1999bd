//! The forecast: what a plan should take, before it is run, from calibration and the way in which tasks are handed out.
//!
//! It is drawn as outlines, and reality is drawn over it. It knows of nothing that gets in the way of a perfect pool:
//! no start-up, no sending, no other program.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::clock::RunTime;
use crate::ids::TaskIndex;
use crate::plan::{Costs, Machine, Plan, Strategy, Work};
use crate::units::Nanos;

/// Tasks beyond which none is drawn on its own: a screen has at most a thousand columns.
const MOST_DRAWN: u64 = 4_096;

/// One task as it should run.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) struct Block {
    /// The task.
    pub(crate) task: TaskIndex,
    /// Its beginning.
    pub(crate) start: RunTime,
    /// Its end.
    pub(crate) end: RunTime,
}

/// One run as it should go.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct RunForecast {
    /// What it should take.
    pub(crate) elapsed: Nanos,
    /// The tasks of each slot; empty where there are too many to draw.
    pub(crate) slots: Vec<Vec<Block>>,
}

/// A comparison as it should go.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Forecast {
    /// The work of one task of each workload.
    works: Vec<Work>,
    /// What the first task of the first workload should take on a quiet core.
    pub(crate) each: Nanos,
    /// Each workload with each strategy.
    runs: Vec<((usize, Strategy), RunForecast)>,
}

impl Forecast {
    /// What `plan` should take on `machine`.
    pub(crate) fn of(plan: &Plan, machine: &Machine, costs: &Costs) -> Self {
        let works: Vec<Work> = plan.workloads.iter().map(|load| load.resolve(costs)).collect();
        let wanted = plan.workers.shape(machine);
        let mut runs = Vec::new();
        for (index, (load, work)) in plan.workloads.iter().zip(&works).enumerate() {
            for &strategy in &plan.strategies {
                let slots = strategy.shape(wanted).slots().max(1);
                let pool =
                    Pool { slots, cpus: machine.available(), chunk: plan.chunk.resolve(load.tasks, slots) };
                runs.push(((index, strategy), pool.run(load.tasks, work, costs)));
            }
        }
        let each = works.first().map_or(Nanos::ZERO, |work| work.estimate(TaskIndex(0), costs));
        Self { works, each, runs }
    }

    /// The work of the first workload, with every size a count.
    pub(crate) fn work(&self) -> Option<&Work> {
        self.works.first()
    }

    /// One run of it.
    pub(crate) fn run(&self, workload: usize, strategy: Strategy) -> Option<&RunForecast> {
        self.runs.iter().find(|(key, _)| *key == (workload, strategy)).map(|(_, run)| run)
    }

    /// What its longest run should take.
    pub(crate) fn longest(&self) -> Nanos {
        self.runs.iter().map(|(_, run)| run.elapsed).max().unwrap_or_default()
    }
}

/// Who does the work.
struct Pool {
    slots: u32,
    cpus: u32,
    chunk: u32,
}

impl Pool {
    /// Hands chunks to whoever is free first, as a pool does.
    fn run(&self, tasks: u64, work: &Work, costs: &Costs) -> RunForecast {
        if tasks > MOST_DRAWN {
            let demand = work.serial_estimate(tasks, costs);
            let stretched = self.stretch(demand - work.waiting() * tasks, work.waiting() * tasks);
            return RunForecast { elapsed: stretched / u64::from(self.slots), slots: Vec::new() };
        }
        let mut slots = vec![Vec::new(); self.slots as usize];
        let mut free: BinaryHeap<_> = (0..slots.len()).map(|slot| Reverse((0u64, slot))).collect();
        let mut index = 0;
        while index < tasks {
            let Some(Reverse((mut at, slot))) = free.pop() else { break };
            for task in index..(index + u64::from(self.chunk)).min(tasks) {
                let task = TaskIndex(task as u32);
                let length = self.stretch(work.computing(task, costs), work.waiting()).0;
                let (start, end) = (RunTime(at), RunTime(at.saturating_add(length)));
                slots[slot].push(Block { task, start, end });
                at = end.0;
            }
            index += u64::from(self.chunk);
            free.push(Reverse((at, slot)));
        }
        let elapsed = slots.iter().filter_map(|slot| slot.last()).map(|block| block.end.elapsed()).max();
        RunForecast { elapsed: elapsed.unwrap_or_default(), slots }
    }

    /// What computing and waiting take together when every worker does the same at once and there are not enough CPUs
    /// for all that compute.
    fn stretch(&self, computing: Nanos, waiting: Nanos) -> Nanos {
        let share = computing.share_of(computing + waiting).fraction();
        let crowd = (f64::from(self.slots) * share / f64::from(self.cpus.max(1))).max(1.0);
        Nanos((computing.0 as f64 * crowd) as u64) + waiting
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::size::Compute;
    use crate::plan::{Chunk, Size, TaskType, WorkerCount};

    const COSTS: Costs = Costs { cpu_ns: 50.0, sum_ns: 0.5, primes_ns: 8.0, native_ns: 0.5 };

    fn plan(task: TaskType, size: Size, tasks: u64, workers: u32) -> Plan {
        let mut plan = Plan::for_task(task, &Machine::example(2));
        plan.workloads[0] = crate::plan::Workload { task, size, tasks };
        plan.workers = WorkerCount::Exactly(workers);
        plan.chunk = Chunk::Tasks(1);
        plan
    }

    fn millis(plan: &Plan, strategy: Strategy) -> u64 {
        let forecast = Forecast::of(plan, &Machine::example(2), &COSTS);
        forecast.run(0, strategy).unwrap().elapsed.0 / 1_000_000
    }

    #[test]
    fn tasks_that_wait_go_in_waves_and_need_no_cpus() {
        let plan = plan(TaskType::Sleep, Size::Wait(Nanos::from_millis(100)), 10, 4);
        assert_eq!(millis(&plan, Strategy::Serial), 1_000);
        assert_eq!(millis(&plan, Strategy::Threads), 300);
    }

    #[test]
    fn computing_is_bounded_by_the_cpus() {
        let plan = plan(TaskType::Cpu, Size::Compute(Compute::Iterations(2_000_000)), 8, 4);
        assert_eq!(millis(&plan, Strategy::Serial), 800);
        assert_eq!(millis(&plan, Strategy::Processes), 400);
        let mut many = plan.clone();
        many.workloads[0].tasks = 1_000_000;
        assert_eq!(millis(&many, Strategy::Threads), 50_000_000);
    }

    #[test]
    fn blocks_are_in_order_and_every_task_is_in_one() {
        let mut plan = plan(TaskType::Sleep, Size::Wait(Nanos::from_millis(10)), 11, 3);
        plan.chunk = Chunk::Tasks(2);
        let forecast = Forecast::of(&plan, &Machine::example(2), &COSTS);
        let run = forecast.run(0, Strategy::Threads).unwrap();
        assert!(run.slots.iter().all(|slot| slot.is_sorted_by(|a, b| a.end <= b.start)));
        let mut tasks: Vec<_> = run.slots.iter().flatten().map(|block| block.task.0).collect();
        tasks.sort_unstable();
        assert_eq!(tasks, (0..11).collect::<Vec<_>>());
    }
}
