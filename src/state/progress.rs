//! How far a run is, and how long it still takes.

use crate::clock::RunTime;
use crate::event::{Gauges, Phase};
use crate::units::Nanos;

/// Tasks beyond which the rest is not scheduled one by one: the difference of one wave no longer shows.
const SCHEDULED: u64 = 4_096;

/// How long the rest takes when tasks that are not done are handed to whoever is free first.
///
/// Tasks finish in waves: eight equal tasks on four workers are done at two moments only, so that a rate of completion
/// says nothing between them. Instead each task that runs is given its own rest, and those to come are scheduled after
/// them, as the pool does. `each` is what a task takes; `open` is the number of tasks that have not begun.
pub(super) fn time_left(running: &[Nanos], idle: usize, open: u64, each: Nanos) -> Nanos {
    let mut free: Vec<Nanos> =
        running.iter().copied().chain(std::iter::repeat_n(Nanos::ZERO, idle)).collect();
    if free.is_empty() {
        return each * open;
    }
    if open > SCHEDULED {
        let sum = free.iter().copied().sum::<Nanos>() + each * open;
        return sum / free.len() as u64;
    }
    let mut heap: std::collections::BinaryHeap<_> = free.drain(..).map(std::cmp::Reverse).collect();
    let mut end = heap.iter().map(|r| r.0).max().unwrap_or_default();
    for _ in 0..open {
        if let Some(std::cmp::Reverse(at)) = heap.pop() {
            end = end.max(at + each);
            heap.push(std::cmp::Reverse(at + each));
        }
    }
    end
}

/// What a worker's running task still takes, if it is working on one and `each` is what a task takes. A task that tells
/// how far it is is believed once it is a tenth through.
pub(super) fn rest_of_task(levels: &Gauges, now: RunTime, each: Nanos) -> Option<Nanos> {
    levels.task?;
    let ran = now.since(levels.since);
    let share = f64::from(levels.progress) / 65_536.0;
    if levels.phase == Phase::Computing && share >= 0.1 {
        return Some(Nanos((ran.0 as f64 * (1.0 - share) / share) as u64));
    }
    Some(each - ran)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Nanos = Nanos::from_millis;

    #[test]
    fn the_rest_comes_in_waves() {
        // 10 tasks of 100 ms on 4 workers: at the start three waves, 30 ms later 270 ms.
        assert_eq!(time_left(&[], 4, 10, MS(100)), MS(300));
        assert_eq!(time_left(&[MS(70); 4], 0, 6, MS(100)), MS(270));
        // The last two of the last wave.
        assert_eq!(time_left(&[MS(40); 2], 2, 0, MS(100)), MS(40));
        assert_eq!(time_left(&[MS(1); 2], 0, 1_000_000, MS(100)), MS(50_000_001));
    }

    #[test]
    fn a_task_that_tells_how_far_it_is_is_believed() {
        let mut levels =
            Gauges { phase: Phase::Computing, task: Some(crate::ids::TaskIndex(1)), ..Gauges::default() };
        let now = RunTime(MS(50).0);
        assert_eq!(rest_of_task(&levels, now, MS(80)), Some(MS(30)));
        levels.progress = 32_768;
        assert_eq!(rest_of_task(&levels, now, MS(80)), Some(MS(50)));
        levels.task = None;
        assert_eq!(rest_of_task(&levels, now, MS(80)), None);
    }
}
