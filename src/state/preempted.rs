//! When one worker had something to compute and no CPU to do it on.
//!
//! No journal tells of that, for a worker does not see it: from one reading of its levels to the next, it is the time of
//! computing that its thread clock did not count. So it is known as finely as levels are read, and a little late.

use serde::{Deserialize, Serialize};

use crate::clock::RunTime;
use crate::event::{Gauges, Phase};
use crate::state::Tenures;
use crate::units::Nanos;

/// A worker reads its clock at most every millisecond while it computes, so that the last of what is missing may only be
/// late.
const LATE: Nanos = Nanos::from_millis(2);

/// The times at which one worker was ready and had no CPU.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preempted {
    times: Tenures,
    /// All of it so far.
    known: Nanos,
    /// The last reading.
    read: RunTime,
}

impl Preempted {
    /// Nothing yet, of one of `lanes` workers of its run.
    pub fn new(lanes: usize) -> Self {
        Self { times: Tenures::new(lanes), known: Nanos::ZERO, read: RunTime::START }
    }

    /// Takes levels in that were read at `at`.
    pub(super) fn read(&mut self, levels: &Gauges, at: RunTime) {
        let computing = levels.totals_at(at).get(Phase::Computing);
        let missing = computing - levels.computing_cpu - LATE - self.known;
        let since = self.read.min(at);
        if missing > Nanos::ZERO && at > since {
            self.times.add(since, at, missing.min(at.since(since)));
            self.known += missing;
        }
        self.read = self.read.max(at);
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
    fn a_clock_that_is_ahead_takes_nothing_back() {
        let mut preempted = Preempted::new(1);
        preempted.read(&computing(0), ms(50));
        preempted.read(&computing(120), ms(100));
        assert_eq!(found(&preempted, 0, 100), 48);
    }
}
