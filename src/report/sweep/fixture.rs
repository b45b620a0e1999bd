//! A sweep made by hand: mixed tasks on two CPUs, as threads and as processes.

use crate::analysis::sizing::fixture::{Pool, pool};
use crate::chance::Chance;
use crate::plan::{Machine, Plan, Size, Strategy, TaskType};
use crate::sweep::{Sweep, SweepPlan};
use crate::units::Nanos;

/// Played to its end.
pub(crate) fn mixed() -> Sweep {
    played("1,2,4,8,10,12,16", 5, |_| Some(7))
}

/// The same, with other results for each number of workers.
pub(crate) fn refused() -> Sweep {
    played("1,2,4", 5, Some)
}

/// Of fewer numbers, with two repeats of each.
pub(crate) fn twice() -> Sweep {
    played("1,2,4", 2, |_| Some(7))
}

fn played(counts: &str, repeats: u32, digest: fn(u64) -> Option<u64>) -> Sweep {
    let (task, pool) = (TaskType::Mixed, pool(20.0, 80.0));
    let machine = Machine::example(pool.cpus);
    let mut plan = Plan::for_task(task, &machine);
    plan.strategies = vec![Strategy::Threads, Strategy::Processes];
    plan.workloads[0].size = Size::parse(task, "20ms+80ms").unwrap();
    plan.workloads[0].tasks = pool.tasks;
    let plan = SweepPlan { plan, counts: counts.parse().unwrap(), repeats: Some(repeats), max_time: None };
    let mut sweep = Sweep::new(plan, &machine);
    let mut chance = Chance::new(3);
    let slower = Pool { start: 0.004, ..pool.clone() };
    while let Some(step) = sweep.next(Nanos::ZERO) {
        let pool = if step.strategy == Strategy::Processes { &slower } else { &pool };
        let mut sample = pool.sample(step.shape.slots(), &mut chance);
        sample.digest = digest(step.shape.slots().into());
        sweep.count(step, sample);
    }
    sweep
}
