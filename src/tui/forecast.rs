//! The forecast: what a plan should take, before it is run, from calibration and the way in which tasks are handed out.
//!
//! It is drawn as outlines, and reality is drawn over it. It knows of nothing that gets in the way of a perfect pool:
//! no start-up, no sending, no other program.

use crate::clock::RunTime;
use crate::ids::TaskIndex;
use crate::plan::{Costs, Machine, Plan, Strategy, Work};
use crate::units::{Nanos, grouped};

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
    /// What the first task of the first workload should take on a quiet core.
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

impl Forecast {
    /// What `plan` should take on `machine`.
    pub(crate) fn of(plan: &Plan, machine: &Machine, costs: &Costs) -> Self {
        let works: Vec<Work> = plan.workloads.iter().map(|load| load.resolve(costs)).collect();
        let wanted = plan.workers.shape(machine);
        let each = plan.strategies.iter().map(|strategy| strategy.shape(wanted).slots());
        let all = each.fold(0, u32::saturating_add);
        let mut runs = Vec::new();
        for (index, (load, work)) in plan.workloads.iter().zip(&works).enumerate() {
            for &strategy in &plan.strategies {
                let slots = strategy.shape(wanted).slots().max(1);
                let crowd = if plan.together { all } else { slots };
                let chunk = plan.chunk.resolve(load.tasks, slots);
                let locks = plan.interpreters(load.task, strategy.shape(wanted));
                let cpus = machine.available().min(locks.unwrap_or(u32::MAX));
                // Rivals of other strategies have CPUs of their own to compute on, if locks are what there is too little of.
                let crowd = if cpus < machine.available() { slots } else { crowd };
                let pool = Pool { slots, crowd, cpus, chunk };
                runs.push(((index, strategy), pool.run(load.tasks, work, costs)));
            }
        }
        let each = works.first().map_or(Nanos::ZERO, |work| work.estimate(TaskIndex(0), costs));
        Self { works, each, runs }
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

/// Who does the work.
struct Pool {
    slots: u32,
    /// Workers that want the CPUs, those of other strategies at the same time included.
    crowd: u32,
    /// CPUs, or interpreters where there are fewer whose locks these workers need.
    cpus: u32,
    chunk: u32,
}

/// What a worker still has to do of its task and of its chunk; times in nanoseconds.
#[derive(Clone, Default)]
struct Hand {
    chunk: std::ops::Range<u64>,
    task: Option<TaskIndex>,
    start: f64,
    computing: f64,
    waiting: f64,
}

impl Pool {
    /// Hands chunks to whoever is free first, as a pool does; those who compute share the CPUs evenly, as under a fair
    /// scheduler.
    fn run(&self, tasks: u64, work: &Work, costs: &Costs) -> RunForecast {
        let at_most = work.is_at_most();
        if tasks > MOST_DRAWN || tasks * u64::from(self.slots) > MOST_STEPS {
            let elapsed = self.roughly(tasks, work, costs);
            return RunForecast { elapsed, at_most, slots: Vec::new(), waves: self.waves(tasks, elapsed) };
        }
        let mut slots = vec![Vec::new(); self.slots as usize];
        let mut hands = vec![Hand::default(); self.slots as usize];
        let mut open = 0..tasks;
        let mut now = 0.0;
        loop {
            for hand in hands.iter_mut().filter(|hand| hand.task.is_none()) {
                if hand.chunk.is_empty() {
                    let end = (open.start + u64::from(self.chunk)).min(tasks);
                    hand.chunk = open.start..end;
                    open.start = end;
                }
                let Some(task) = hand.chunk.next().map(|task| TaskIndex(task as u32)) else { continue };
                hand.task = Some(task);
                hand.start = now;
                hand.computing = work.computing(task, costs).0 as f64;
                hand.waiting = work.waiting().0 as f64;
            }
            let busy = || hands.iter().filter(|hand| hand.task.is_some());
            let computing = busy().filter(|hand| hand.computing > 0.0).count();
            // Whoever runs at the same time computes as much of the time as these do.
            let rivals = computing.max(1) as f64 * f64::from(self.crowd) / f64::from(self.slots.max(1));
            let rate = (f64::from(self.cpus.max(1)) / rivals).min(1.0);
            let next = |hand: &Hand| if hand.computing > 0.0 { hand.computing / rate } else { hand.waiting };
            let Some(step) = busy().map(next).min_by(f64::total_cmp) else { break };
            now += step;
            for (hand, blocks) in hands.iter_mut().zip(&mut slots) {
                let Some(task) = hand.task else { continue };
                let rest = if hand.computing > 0.0 {
                    hand.computing = less(hand.computing, step * rate);
                    hand.computing + hand.waiting
                } else {
                    hand.waiting = less(hand.waiting, step);
                    hand.waiting
                };
                if rest <= 0.0 {
                    let at = |ns: f64| RunTime(ns.round() as u64);
                    blocks.push(Block { task, start: at(hand.start), end: at(now) });
                    hand.task = None;
                }
            }
        }
        let elapsed = Nanos(now.round() as u64);
        RunForecast { elapsed, at_most, slots, waves: self.waves(tasks, elapsed) }
    }

    /// Waves of equal length.
    fn waves(&self, tasks: u64, elapsed: Nanos) -> Vec<Wave> {
        let (slots, chunk) = (u64::from(self.slots.max(1)), u64::from(self.chunk.max(1)));
        let (count, chunks) = (self.most_of_one(tasks), tasks.div_ceil(chunk));
        let moment =
            |wave: u64| RunTime((u128::from(elapsed.0) * u128::from(wave) / u128::from(count)) as u64);
        let drawn = if count > MOST_DRAWN { 0..0 } else { 0..count };
        let wave = |wave: u64| {
            let first = wave / chunk * slots;
            let round = (chunks - first).min(slots);
            // The very last chunk may be a short one.
            let short = first + round == chunks && (chunks - 1) * chunk + wave % chunk >= tasks;
            Wave {
                block: Block { task: TaskIndex(first as u32), start: moment(wave), end: moment(wave + 1) },
                tasks: (round - u64::from(short)) as usize,
            }
        };
        drawn.map(wave).collect()
    }

    /// The most tasks that one worker should do.
    fn most_of_one(&self, tasks: u64) -> u64 {
        let chunk = u64::from(self.chunk.max(1));
        (tasks.div_ceil(chunk).div_ceil(u64::from(self.slots.max(1))) * chunk).min(tasks)
    }

    /// The same for very many tasks, without doing them one by one.
    fn roughly(&self, tasks: u64, work: &Work, costs: &Costs) -> Nanos {
        let waiting = work.waiting() * tasks;
        let computing = work.serial_estimate(tasks, costs) - waiting;
        let evenly = (computing + waiting) / tasks.max(1) * self.most_of_one(tasks);
        let share = f64::from(self.cpus.max(1)) * f64::from(self.slots.max(1)) / f64::from(self.crowd.max(1));
        evenly.max(Nanos((computing.0 as f64 / share.min(f64::from(self.slots.max(1)))) as u64))
    }
}

/// What is left of a time; what is less than a nanosecond is nothing.
fn less(time: f64, by: f64) -> f64 {
    if time - by < 1.0 { 0.0 } else { time - by }
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
        let size = Size::Mix(Compute::Iterations(1_000_000), Nanos::from_millis(50));
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
