//! How fast each CPU is when all of them are busy, against one alone.

use super::Effort;
use crate::clock::{self, Clock};
use crate::cost::{NotMeasured, Rig};
use crate::ids::TaskIndex;
use crate::plan::Work;
use crate::task::{Scratch, Unwatched, perform};
use crate::units::Nanos;

/// Iterations of `cpu` in one block: about a millisecond.
const BLOCK: u64 = 50_000;
/// How long threads compute in a go.
const GO: Nanos = Nanos::from_millis(25);

/// In 1/1000, at most 1000: by the CPU time that the same work takes, so that others who want the CPUs meanwhile do not
/// count. Alone and all together in turn; the median of the goes.
pub(super) fn full_speed(rig: &Rig, effort: Effort) -> Result<u32, NotMeasured> {
    let cpus = rig.engine().machine().available() as usize;
    if cpus < 2 {
        return Ok(1_000);
    }
    let mut parts = Vec::new();
    for _ in 0..effort.goes(3) {
        let alone = block_ns(1)?;
        parts.push(alone / block_ns(cpus)?);
    }
    parts.sort_by(f64::total_cmp);
    let middle = parts.get(parts.len() / 2).copied().unwrap_or(1.0);
    Ok((middle * 1_000.0).round().clamp(1.0, 1_000.0) as u32)
}

/// CPU time of one block while so many threads compute: the median of each thread, and of those the mean.
fn block_ns(threads: usize) -> Result<f64, NotMeasured> {
    let work = Work::Cpu { iterations: BLOCK };
    let scratch = Scratch::prepare(&work, 1, || true);
    let clock = Clock::monotonic();
    let burn = || {
        let start = clock.now();
        let mut blocks = Vec::new();
        while clock.now().since(start) < GO || blocks.is_empty() {
            let before = clock::thread_cpu();
            std::hint::black_box(&perform(&work, TaskIndex(0), &scratch, &mut Unwatched));
            blocks.push(clock::thread_cpu() - before);
        }
        super::median(blocks)
    };
    let sum = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads)
            .map(|_| std::thread::Builder::new().spawn_scoped(scope, burn))
            .collect::<Result<_, _>>()?;
        threads.into_iter().try_fold(0.0, |sum, thread| match thread.join() {
            Ok(median) => median.map(|median| sum + median.0 as f64),
            Err(_) => Err(NotMeasured("a thread panicked".to_owned())),
        })
    })?;
    if sum > 0.0 {
        Ok(sum / threads as f64)
    } else {
        Err(NotMeasured("this system does not say what a thread has used".to_owned()))
    }
}
