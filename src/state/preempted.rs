//! When one worker had something to compute and no CPU to do it on.
//!
//! No journal tells of that, for a worker does not see it: from one reading of its levels to the next, it is the time of
//! computing that its thread clock did not count. So it is known as finely as levels are read, and late: who has no CPU
//! tells of it only when there is one again. Until then what was of late is taken to go on.

use serde::{Deserialize, Serialize};

use crate::clock::RunTime;
use crate::event::{Gauges, Phase};
use crate::state::Tenures;
use crate::units::Nanos;

/// A worker reads its clock at most every millisecond while it computes, so that the last of what is missing may only be
/// late.
const LATE: Nanos = Nanos::from_millis(2);

/// What is of late: long enough for some of the system's time slices, so that the part does not waver with each of them.
/// What is older counts less and less.
const OF_LATE: Nanos = Nanos::from_millis(200);

/// The times at which one worker was ready and had no CPU.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preempted {
    times: Tenures,
    /// All of it so far.
    known: Nanos,
    /// The last reading.
    read: RunTime,
    /// All computing up to it.
    computing: Nanos,
    /// Computing of late, and what of it was without a CPU, in nanoseconds.
    of_late: (f32, f32),
}

impl Preempted {
    /// Nothing yet, of one of `lanes` workers of its run.
    pub fn new(lanes: usize) -> Self {
        Self {
            times: Tenures::new(lanes),
            known: Nanos::ZERO,
            read: RunTime::START,
            computing: Nanos::ZERO,
            of_late: (0.0, 0.0),
        }
    }

    /// Takes levels in that were read at `at`.
    pub(super) fn read(&mut self, levels: &Gauges, at: RunTime) {
        let computing = levels.totals_at(at).get(Phase::Computing);
        let missing = computing - levels.computing_cpu - LATE - self.known;
        let since = self.read.min(at);
        let whole = at.since(since);
        let found = if whole > Nanos::ZERO { missing } else { Nanos::ZERO };
        if found > Nanos::ZERO {
            self.times.add(since, at, found.min(whole));
            self.known += found;
        }
        let kept = OF_LATE.0 as f32 / (OF_LATE + whole).0 as f32;
        let (all, without) = self.of_late;
        self.of_late = (
            (all + (computing - self.computing).0 as f32) * kept,
            (without + found.min(whole).0 as f32) * kept,
        );
        self.computing = self.computing.max(computing);
        self.read = self.read.max(at);
    }

    /// Up to when it is known.
    pub const fn known_until(&self) -> RunTime {
        self.read
    }

    /// The part of computing that was without a CPU of late.
    pub fn of_late(&self) -> f32 {
        let (all, without) = self.of_late;
        if all > 0.0 { (without / all).min(1.0) } else { 0.0 }
    }

    /// How long it is likely to have been so between two moments, in nanoseconds, of a worker that has computed ever since
    /// the last reading: nothing before that, and afterwards as much as of late.
    pub fn expected(&self, from: RunTime, to: RunTime) -> f32 {
        to.since(from.max(self.read)).0 as f32 * self.of_late()
    }

    /// The part of a moment that was without a CPU, of a worker that computes then: what was read of it, or as much as of
    /// late.
    pub fn at(&self, at: RunTime) -> f32 {
        if at < self.read { self.between(at, at.after(Nanos(1))).min(1.0) } else { self.of_late() }
    }

    /// How long it was so between two moments, in nanoseconds; within one reading it is taken to be spread evenly.
    pub fn between(&self, from: RunTime, to: RunTime) -> f32 {
        self.times.between(from, to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::PhaseTotals;

    const fn ms(n: u64) -> RunTime {
        RunTime(n * 1_000_000)
    }

    /// Computing since the beginning, and so much of it on a CPU.
    fn computing(cpu: u64) -> Gauges {
        let computing_cpu = Nanos::from_millis(cpu);
        Gauges { phase: Phase::Computing, since: RunTime::START, computing_cpu, ..Gauges::default() }
    }

    fn found(preempted: &Preempted, from: u64, to: u64) -> u64 {
        (f64::from(preempted.between(ms(from), ms(to))) / 1e6).round() as u64
    }

    #[test]
    fn what_the_clock_did_not_count_is_known_where_it_was_missed() {
        let mut preempted = Preempted::new(1);
        preempted.read(&computing(49), ms(50));
        assert_eq!(found(&preempted, 0, 50), 0, "the clock is only late");
        preempted.read(&computing(59), ms(100));
        preempted.read(&computing(109), ms(150));
        assert_eq!([found(&preempted, 0, 50), found(&preempted, 50, 100)], [0, 39]);
        assert_eq!(found(&preempted, 100, 150), 0);
        let mut totals = PhaseTotals::default();
        totals.add(Phase::Computing, Nanos::from_millis(150));
        let waiting = Gauges { totals, phase: Phase::Waiting, since: ms(150), ..computing(110) };
        preempted.read(&waiting, ms(160));
        assert_eq!(found(&preempted, 0, 160), 39, "what may be late is left out for good");
    }

    #[test]
    fn what_is_not_read_yet_is_taken_to_be_as_it_was_of_late() {
        let mut preempted = Preempted::new(1);
        assert!(preempted.at(ms(5)) <= 0.0, "nothing is known yet");
        // It has a CPU for half of the time, by turns of ten milliseconds.
        for turn in 1..=100 {
            preempted.read(&computing(turn * 10), ms(turn * 20));
        }
        let part = preempted.of_late();
        assert!((0.45..0.55).contains(&part), "{part}");
        assert_eq!(preempted.known_until(), ms(2_000));
        assert!((0.45..0.55).contains(&preempted.at(ms(1_500))), "as it was read");
        assert!((preempted.at(ms(2_000)) - part).abs() < 1e-6, "as it is expected");
        let expected = preempted.expected(ms(1_900), ms(2_050));
        assert!((expected / 50e6 - part).abs() < 1e-6, "nothing of what is read: {expected}");
        // Then it has one for itself.
        for turn in 1..=100 {
            preempted.read(&computing(1_000 + turn * 20), ms(2_000 + turn * 20));
        }
        assert!(preempted.of_late() < 0.02, "{}", preempted.of_late());
    }

    #[test]
    fn a_clock_that_is_ahead_takes_nothing_back() {
        let mut preempted = Preempted::new(1);
        preempted.read(&computing(0), ms(50));
        preempted.read(&computing(120), ms(100));
        assert_eq!(found(&preempted, 0, 100), 48);
    }
}
