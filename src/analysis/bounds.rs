//! Upper bounds of speedup that follow from the plan alone: waves of chunks, and CPUs.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::ids::TaskIndex;
use crate::plan::Machine;
use crate::units::Nanos;

/// More tasks than this are not handed out one by one in thought: how the last of them come out hardly shows then.
const MOST_HANDED_OUT: u64 = 100_000;

/// How equal tasks go round: whole chunks, one for each worker at a time.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) struct Waves {
    /// Tasks of the run.
    pub(super) tasks: u64,
    /// Tasks in a chunk.
    pub(super) chunk: u64,
    /// Workers.
    pub(super) workers: u64,
    /// Chunks; the last one may be smaller.
    pub(super) chunks: u64,
    /// Rounds of chunks.
    pub(super) rounds: u64,
    /// Chunks of the last round.
    pub(super) in_last: u64,
}

impl Waves {
    pub(super) fn of(tasks: u64, chunk: u64, workers: u64) -> Self {
        let (chunk, workers) = (chunk.max(1), workers.max(1));
        let chunks = tasks.div_ceil(chunk);
        let rounds = chunks.div_ceil(workers);
        let in_last = chunks - rounds.saturating_sub(1) * workers;
        Self { tasks, chunk, workers, chunks, rounds, in_last }
    }

    /// The tasks of the worker that has most: so many times a task's length is the least that the run takes.
    pub(super) fn longest_load(&self) -> u64 {
        let whole = self.rounds * self.chunk;
        // A last round of one chunk only is as long as that chunk, which may be smaller.
        let missing = if self.in_last == 1 { self.chunks * self.chunk - self.tasks } else { 0 };
        whole - missing
    }

    /// No more speedup than this is possible, however many CPUs there are: tasks / ⌈tasks / workers⌉ for chunks of one.
    pub(super) fn bound(&self) -> f64 {
        self.tasks as f64 / self.longest_load().max(1) as f64
    }

    /// Workers without a chunk in the last round.
    pub(super) const fn idle_in_last(&self) -> u64 {
        self.workers - self.in_last
    }

    /// The same with another chunk.
    pub(super) fn with_chunk(&self, chunk: u64) -> Self {
        Self::of(self.tasks, chunk, self.workers)
    }

    /// The fewest workers more than now that need a round less; none where one round is enough already.
    pub(super) fn next_workers(&self) -> Option<u64> {
        (self.rounds > 1).then(|| self.chunks.div_ceil(self.rounds - 1))
    }
}

/// No more speedup than this is possible, however many CPUs there are, where tasks take `length` each and chunks go in
/// their order to whoever is free. None where there are too many tasks to tell cheaply, or they take no time.
pub(super) fn handed_out(waves: &Waves, length: impl Fn(TaskIndex) -> Nanos) -> Option<f64> {
    if waves.tasks > MOST_HANDED_OUT {
        return None;
    }
    let mut free = BinaryHeap::from(vec![Reverse(0u64); waves.workers.min(waves.chunks) as usize]);
    let (mut serial, mut end) = (0, 0);
    for chunk in 0..waves.chunks {
        let tasks = chunk * waves.chunk..((chunk + 1) * waves.chunk).min(waves.tasks);
        let takes: u64 = tasks.map(|index| length(TaskIndex(index as u32)).0).sum();
        let Reverse(begins) = free.pop()?;
        free.push(Reverse(begins + takes));
        serial += takes;
        end = end.max(begins + takes);
    }
    (end > 0).then(|| serial as f64 / end as f64)
}

/// CPUs' worth of time that a run can have: a quota may be a fraction.
pub(super) fn cpus_worth(machine: &Machine) -> f64 {
    let cpus = f64::from(machine.cpus.min(machine.allowed).max(1));
    machine.quota.map_or(cpus, |quota| cpus.min(quota))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_go_round_in_waves() {
        // (tasks, chunk, workers) → rounds, chunks in the last round, longest load, bound.
        for (tasks, chunk, workers, rounds, in_last, load, bound) in [
            (10, 1, 4, 3, 2, 3, 3.33),
            (16, 1, 4, 4, 4, 4, 4.0),
            (5, 1, 4, 2, 1, 2, 2.5),
            (10, 2, 4, 2, 1, 4, 2.5),
            (100, 7, 4, 4, 3, 28, 3.57),
            (9, 4, 2, 2, 1, 5, 1.8), // the last chunk holds one task only
            (3, 1, 8, 1, 3, 1, 3.0),
            (1, 1, 1, 1, 1, 1, 1.0),
        ] {
            let waves = Waves::of(tasks, chunk, workers);
            assert_eq!(
                (waves.rounds, waves.in_last, waves.longest_load()),
                (rounds, in_last, load),
                "{waves:?}"
            );
            assert!((waves.bound() - bound).abs() < 0.005, "{waves:?}: {}", waves.bound());
        }
        assert_eq!(Waves::of(10, 1, 4).next_workers(), Some(5));
        assert_eq!(Waves::of(16, 1, 4).next_workers(), Some(6));
        assert_eq!(Waves::of(3, 1, 8).next_workers(), None);
        assert!(Waves::of(0, 1, 4).bound().abs() < f64::EPSILON);
    }

    #[test]
    fn equal_tasks_that_are_handed_out_go_in_waves() {
        for (tasks, chunk, workers) in
            [(10, 1, 4), (16, 1, 4), (5, 1, 4), (10, 2, 4), (9, 4, 2), (3, 1, 8), (1, 1, 1)]
        {
            let waves = Waves::of(tasks, chunk, workers);
            let bound = handed_out(&waves, |_| Nanos(7)).unwrap();
            assert!((bound - waves.bound()).abs() < 1e-9, "{waves:?}: {bound}");
        }
        assert_eq!(handed_out(&Waves::of(0, 1, 4), |_| Nanos(7)), None);
        assert_eq!(handed_out(&Waves::of(100_001, 1, 4), |_| Nanos(7)), None);
    }

    #[test]
    fn tasks_of_two_lengths_go_to_whoever_is_free() {
        // A long task and three short ones, over and over: 4 + 1 + 1 + 1.
        let length = |index: TaskIndex| Nanos(if index.0.is_multiple_of(4) { 4 } else { 1 });
        assert_eq!(handed_out(&Waves::of(4, 1, 2), length), Some(7.0 / 4.0));
        assert_eq!(handed_out(&Waves::of(4, 2, 2), length), Some(7.0 / 5.0));
        assert_eq!(handed_out(&Waves::of(8, 1, 2), length), Some(2.0));
        assert_eq!(handed_out(&Waves::of(5, 1, 8), length), Some(11.0 / 4.0));
    }

    #[test]
    fn a_quota_may_be_a_fraction_of_a_cpu() {
        let machine = Machine { quota: Some(1.5), ..Machine::example(8) };
        assert!((cpus_worth(&machine) - 1.5).abs() < f64::EPSILON);
        assert!((cpus_worth(&Machine { allowed: 2, quota: None, ..machine }) - 2.0).abs() < f64::EPSILON);
    }
}
