//! What is left of the CPUs, and of waiting side by side: speedup against the loop, and what a wave of sleeping costs.

use crate::analysis::compare;
use crate::cost::{NotMeasured, Rig, Spread};
use crate::plan::size::Compute;
use crate::plan::{Plan, Size, Strategy, TaskType};
use crate::units::Nanos;

/// CPUs beyond these are not asked for: the loop would take too long.
const MOST_CPUS: u32 = 16;
/// One task, which computes.
const COMPUTES: Nanos = Nanos::from_millis(10);
/// One task, which waits.
const WAITS: Nanos = Nanos::from_millis(20);
/// Workers that wait, and how often each.
const WAVES: (u32, u64) = (4, 10);

/// The number of workers that [`speedup`] takes: every CPU that is available, but not too many.
pub fn workers(rig: &Rig) -> u32 {
    rig.engine().machine().available().min(MOST_CPUS)
}

/// Speedup of a strategy over the loop with tasks of 10 ms on every CPU, as a part of the number of CPUs: 1 is perfect.
/// Loop and pool run in turn, `repeats` times.
///
/// # Errors
/// Where a run fails.
pub fn speedup(rig: &Rig, strategy: Strategy, repeats: u32) -> Result<Spread, NotMeasured> {
    let workers = workers(rig);
    let size = Size::Compute(Compute::Time(COMPUTES));
    let plan = rig.plan(strategy, (TaskType::Cpu, size), u64::from(workers) * 20, workers);
    let plan = Plan { strategies: vec![Strategy::Serial, strategy], repeats, ..plan };
    let comparison = compare(&rig.run(plan)?);
    let pools = comparison.runs.iter().filter(|run| run.strategy == strategy);
    let parts = pools.filter_map(|run| run.efficiency).collect();
    Spread::of(parts).ok_or_else(|| NotMeasured("no run has a speedup".to_owned()))
}

/// What a wave of sleeping tasks takes longer than the sleep, start-up left out: the median of `repeats` runs.
///
/// # Errors
/// Where a run fails.
pub fn per_wave(rig: &Rig, strategy: Strategy, repeats: u32) -> Result<Nanos, NotMeasured> {
    let (workers, waves) = WAVES;
    let plan = rig.plan(strategy, (TaskType::Sleep, Size::Wait(WAITS)), u64::from(workers) * waves, workers);
    let session = rig.run(Plan { repeats, ..plan })?;
    let ends = session.runs.iter().filter_map(|run| run.end.as_deref());
    let late = ends.map(|end| (end.elapsed - end.startup - end.shutdown - WAITS * waves).0 as f64);
    let spread = Spread::of(late.collect()).ok_or_else(|| NotMeasured("no run is over".to_owned()))?;
    Ok(Nanos(spread.median as u64) / waves)
}
