//! The forecast: what a plan should take, before it is run, from calibration and the way in which tasks are handed out.
//!
//! It is drawn as outlines, and reality is drawn over it. It knows of nothing that gets in the way of a perfect pool:
//! no start-up, no sending, no other program.

mod pool;

use crate::clock::RunTime;
use crate::ids::TaskIndex;
use crate::plan::size::Compute;
use crate::plan::{Costs, Machine, Plan, Size, Strategy, TaskType, Work};
use crate::tui::forecast::pool::{Pool, play};
use crate::units::{Nanos, grouped, plural};

/// Tasks beyond which none is drawn on its own: a screen has at most a thousand columns.
const MOST_DRAWN: u64 = 4_096;

/// Tasks times workers beyond which the pool is not played through: a keystroke must not wait for it.
const MOST_STEPS: u64 = 1 << 18;

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
    /// Whether it may well take less: the longest time is all that is known.
    pub(crate) at_most: bool,
    /// The tasks of each slot; empty where there are too many to draw.
    pub(crate) slots: Vec<Vec<Block>>,
    /// The same, as if all workers began and ended their tasks together; empty where there are too many.
    waves: Vec<Wave>,
}

/// Tasks that run side by side, one for each worker.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
struct Wave {
    /// The first of them, as it should run.
    block: Block,
    /// How many there are: the last wave may be a small one.
    tasks: usize,
}

/// A comparison as it should go.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Forecast {
    /// The work of one task of each workload.
    works: Vec<Work>,
    /// What the first task of the first workload should take on a quiet core; of a mix, what one takes in the mean.
    pub(crate) each: Nanos,
    /// Each workload with each strategy.
    runs: Vec<((usize, Strategy), RunForecast)>,
}

impl RunForecast {
    /// The waves in which any of the slots from `first` on has a task.
    pub(crate) fn waves(&self, first: usize) -> Vec<Block> {
        let waves = self.waves.iter().take_while(|wave| wave.tasks > first);
        waves.map(|wave| wave.block).collect()
    }

    /// What it should take, in words short enough for a column: a guess of hours needs no seconds.
    pub(crate) fn text(&self) -> String {
        format!("{} {}", if self.at_most { "≤" } else { "≈" }, rounded(self.elapsed))
    }
}

/// A guess in few digits: of ten minutes and more without seconds.
pub(crate) fn rounded(time: Nanos) -> String {
    const MINUTE: u64 = 60_000_000_000;
    if time < Nanos::from_secs(600) {
        return time.to_string();
    }
    match (time.0 + MINUTE / 2) / MINUTE {
        minutes @ 0..60 => format!("{minutes} min"),
        minutes @ 60..6_000 => format!("{} h {:02} min", minutes / 60, minutes % 60),
        minutes => format!("{} h", grouped(minutes / 60)),
    }
}

/// What the first task of the first workload should take, or of a mix one in the mean.
fn each(plan: &Plan, works: &[Work], costs: &Costs) -> Nanos {
    plan.workloads.first().zip(works.first()).map_or(Nanos::ZERO, |(load, work)| match work {
        Work::Mix { .. } => work.serial_estimate(load.tasks, costs) / load.tasks.max(1),
        _ => work.estimate(TaskIndex(0), costs),
    })
}

impl Forecast {
    /// What `plan` should take on `machine`, or on the one that it simulates.
    pub(crate) fn of(plan: &Plan, machine: &Machine, costs: &Costs) -> Self {
        let (machine, costs) = (&*plan.machine(machine), &plan.costs(|| *costs).unwrap_or_default());
        let works: Vec<Work> = plan.workloads.iter().map(|load| load.resolve(costs)).collect();
        let wanted = plan.workers.shape(machine);
        let mut runs = Vec::new();
        // Of commands, files and pages nobody knows what they take.
        let known = plan.workloads.iter().zip(&works).enumerate();
        for (index, (load, work)) in known.filter(|(_, (_, work))| !work.is_unknown()) {
            let pool = |strategy: &Strategy| {
                let shape = strategy.shape(wanted);
                let slots = shape.slots().max(1);
                Pool {
                    slots,
                    locks: plan.interpreters(load.task, shape),
                    chunk: plan.chunk.resolve(load.tasks, slots),
                }
            };
            let pools: Vec<Pool> = plan.strategies.iter().map(pool).collect();
            let at_once = pools.chunks(plan.at_once());
            let played = at_once.flat_map(|pools| play(pools, machine.available(), load.tasks, work, costs));
            runs.extend(plan.strategies.iter().map(|strategy| (index, *strategy)).zip(played));
        }
        Self { each: each(plan, &works, costs), works, runs }
    }

    /// The same of the tasks alone: nothing is worked out of the runs.
    pub(crate) fn of_tasks(plan: &Plan, costs: &Costs) -> Self {
        let costs = &plan.costs(|| *costs).unwrap_or_default();
        let works: Vec<Work> = plan.workloads.iter().map(|load| load.resolve(costs)).collect();
        Self { each: each(plan, &works, costs), works, runs: Vec::new() }
    }

    /// What the size of the first workload amounts to, in a few words: its iterations where it is a time, and the time that
    /// it takes otherwise. `plan` is the one that this is the forecast of.
    pub(crate) fn size_words(&self, plan: &Plan) -> String {
        let size = plan.workloads.first().map(|load| &load.size);
        let (Some(size), Some(work)) = (size, self.work()) else {
            return "…".to_owned();
        };
        match size {
            Size::Wait(_) => "no CPU is used".to_owned(),
            Size::Compute(Compute::Time(_)) if work.task() == TaskType::Native => {
                format!("= {}", work.label())
            }
            Size::Compute(Compute::Time(_)) if work.label().len() < 14 => {
                format!("= {} iterations", work.label())
            }
            Size::Mixed(Compute::Time(_), _) => format!("= {} iterations", grouped(work.iterations())),
            Size::Command(command) => match command.items() {
                Some(items) => plural(items.len() as u64, "item"),
                None => "{} is the task's index".to_owned(),
            },
            _ if work.is_unknown() => "nobody knows how long".to_owned(),
            Size::Mix(_) => format!("≈ {} each in the mean", self.each),
            Size::Numbers(_) => format!("≤ {} each here", self.each),
            _ if plan.runtime.simulated().is_some() => format!("≈ {} each there", self.each),
            _ => format!("≈ {} each here", self.each),
        }
    }

    /// Whether a run may well be faster than foreseen.
    pub(crate) fn is_at_most(&self) -> bool {
        self.runs.iter().any(|(_, run)| run.at_most)
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
    fn of_numbers_that_may_be_composite_only_the_longest_time_is_known() {
        let numbers = plan(TaskType::Primes, Size::Numbers(vec![1_000_003, 1_000_001]), 4, 2);
        let forecast = Forecast::of(&numbers, &Machine::example(2), &COSTS);
        assert!(forecast.is_at_most());
        assert!(forecast.run(0, Strategy::Threads).unwrap().text().starts_with("≤ "));
    }

    #[test]
    fn long_guesses_are_written_short() {
        let written = |secs| RunForecast { elapsed: Nanos::from_secs(secs), ..RunForecast::default() }.text();
        assert_eq!(written(599), "≈ 599 s");
        assert_eq!(written(2_500), "≈ 42 min");
        assert_eq!(written(3_599), "≈ 1 h 00 min");
        assert_eq!(written(10_000), "≈ 2 h 47 min");
        assert_eq!(written(50_000_000), "≈ 13 888 h");
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
        let together =
            Plan { together: true, strategies: vec![Strategy::Serial, Strategy::Threads], ..plan.clone() };
        assert_eq!(millis(&together, Strategy::Threads), 500, "five workers want two CPUs");
        // 8 tasks of 100 ms: 200 ms of it beside the threads, and then a CPU of its own.
        assert_eq!(millis(&together, Strategy::Serial), 1_100, "a rival that has ended is none");
        let gil = Plan { runtime: "gil".parse().unwrap(), ..plan.clone() };
        assert_eq!(millis(&gil, Strategy::Threads), 800, "one at a time");
        assert_eq!(millis(&gil, Strategy::Processes), 400, "each has a lock of its own");
        let mut many = plan.clone();
        many.workloads[0].tasks = 1_000_000;
        assert_eq!(millis(&many, Strategy::Threads), 50_000_000);
    }

    #[test]
    fn the_last_task_has_a_cpu_for_itself() {
        // Two tasks of 100 ms and one of 300 ms on three workers and two CPUs: 150 ms in which each has two thirds, and
        // then 200 ms for the long one alone.
        let root = |ms: u64| (ms * 1_000_000 / 8 * 2) + 3;
        let numbers = [100, 100, 300].map(|ms| root(ms) * root(ms)).to_vec();
        let plan = plan(TaskType::Primes, Size::Numbers(numbers), 3, 3);
        assert_eq!(millis(&plan, Strategy::Threads), 350);
    }

    #[test]
    fn computing_and_waiting_overlap() {
        let size = Size::Mixed(Compute::Iterations(1_000_000), Nanos::from_millis(50));
        let plan = plan(TaskType::Mixed, size, 8, 4);
        let took = millis(&plan, Strategy::Threads);
        assert!((250..=300).contains(&took), "{took}");
    }

    #[test]
    fn a_crowd_has_waves_of_which_the_last_may_be_small() {
        let plan = plan(TaskType::Sleep, Size::Wait(Nanos::from_millis(100)), 2_500, 1_000);
        let forecast = Forecast::of(&plan, &Machine::example(2), &COSTS);
        let run = forecast.run(0, Strategy::Threads).unwrap();
        assert!(run.slots.is_empty(), "too many to be drawn one by one");
        let ends = |slot| run.waves(slot).iter().map(|block| block.end.0 / 1_000_000).collect::<Vec<_>>();
        assert_eq!(
            (ends(0), ends(499), ends(500)),
            (vec![100, 200, 300], vec![100, 200, 300], vec![100, 200])
        );
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
