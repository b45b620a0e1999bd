//! When one worker had its interpreter's lock: bins over the whole run, however long, and the last stretches one by one.
//!
//! It is to the lock what [`super::Timeline`] is to phases, and takes nothing where there is no lock. What else a worker had
//! or lacked for a part of its time is kept in the same way: a CPU, say.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::clock::RunTime;
use crate::units::Nanos;

/// Those of all workers of a run together hold at most this many bytes.
const TENURES_BYTES: usize = 16 << 20;
const MOST_BINS: usize = 4_096;
const MOST_STRETCHES: usize = 4_096;
/// The width of a bin when a run begins.
const FIRST_WIDTH: Nanos = Nanos::from_micros(500);

/// The times at which a worker had the lock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tenures {
    width: Nanos,
    /// Time with the lock in each bin, in nanoseconds.
    bins: Vec<f32>,
    most_bins: usize,
    /// Beginning, end, and time with the lock between them.
    stretches: VecDeque<(RunTime, RunTime, Nanos)>,
    most_stretches: usize,
    end: RunTime,
    /// Until here, stretches one by one have been forgotten.
    forgotten: RunTime,
}

impl Tenures {
    /// Nothing yet, of one of `lanes` workers of its run.
    pub fn new(lanes: usize) -> Self {
        let fair = TENURES_BYTES / lanes.max(1) / 2;
        let fit = |size: usize, most: usize| (fair / size).clamp(64, most);
        Self {
            width: FIRST_WIDTH,
            bins: Vec::new(),
            most_bins: fit(size_of::<f32>(), MOST_BINS),
            stretches: VecDeque::new(),
            most_stretches: fit(size_of::<(RunTime, RunTime, Nanos)>(), MOST_STRETCHES),
            end: RunTime::START,
            forgotten: RunTime::START,
        }
    }

    /// Takes a stretch in, in which the worker had the lock for `held`.
    pub fn add(&mut self, start: RunTime, end: RunTime, held: Nanos) {
        let start = start.max(self.end.min(end));
        let length = end.since(start);
        self.end = self.end.max(end);
        if length == Nanos::ZERO {
            return;
        }
        let held = held.min(length);
        if self.stretches.len() == self.most_stretches
            && let Some((_, old, _)) = self.stretches.pop_front()
        {
            self.forgotten = old;
        }
        self.stretches.push_back((start, end, held));
        while end.0.div_ceil(self.width.0) as usize > self.most_bins {
            self.width = self.width * 2;
            self.bins = self.bins.chunks(2).map(|pair| pair.iter().sum()).collect();
        }
        let last = ((end.0 - 1) / self.width.0) as usize;
        if self.bins.len() <= last {
            self.bins.resize(last + 1, 0.0);
        }
        let first = (start.0 / self.width.0) as usize;
        for (index, bin) in self.bins.iter_mut().enumerate().take(last + 1).skip(first) {
            let bin_start = index as u64 * self.width.0;
            let covered = (bin_start + self.width.0).min(end.0) - bin_start.max(start.0);
            *bin += held.0 as f32 * (covered as f32 / length.0 as f32);
        }
    }

    /// The end of the last stretch that is known.
    pub const fn end(&self) -> RunTime {
        self.end
    }

    /// How long the worker had the lock between two moments, in nanoseconds. It is exact where stretches are known one by
    /// one; in bins they are taken to be spread evenly.
    pub fn between(&self, from: RunTime, to: RunTime) -> f32 {
        if to <= from {
            return 0.0;
        }
        if from >= self.forgotten && to.since(from) < self.width * 4 {
            let first = self.stretches.partition_point(|(_, end, _)| *end <= from);
            let reaching = self.stretches.range(first..).take_while(|(start, ..)| *start < to);
            let part = |(start, end, held): &(RunTime, RunTime, Nanos)| {
                let covered = (*end).min(to).since((*start).max(from)).0 as f32;
                covered * (held.0 as f32 / end.since(*start).0 as f32)
            };
            return reaching.map(part).sum();
        }
        let first = (from.0 / self.width.0) as usize;
        let last = ((to.0 - 1) / self.width.0) as usize;
        let bins = self.bins.iter().enumerate().take(last + 1).skip(first);
        bins.map(|(index, held)| {
            let start = index as u64 * self.width.0;
            // The last bin is filled up to the end of what is known only.
            let filled = (start + self.width.0).min(self.end.0).saturating_sub(start).max(1);
            let covered = (start + filled).min(to.0).saturating_sub(start.max(from.0));
            held * (covered as f32 / filled as f32)
        })
        .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn us(n: u64) -> RunTime {
        RunTime(n * 1_000)
    }

    #[test]
    fn stretches_are_exact_where_they_are_known_one_by_one() {
        let mut line = Tenures::new(4);
        line.add(us(100), us(400), Nanos::from_micros(300));
        line.add(us(600), us(700), Nanos::from_micros(50));
        assert!((line.between(us(0), us(200)) - 100_000.0).abs() < 1.0);
        assert!((line.between(us(300), us(650)) - 125_000.0).abs() < 1.0);
        assert!((line.between(us(700), us(900)) - 0.0).abs() < 1.0);
    }

    proptest! {
        #[test]
        fn no_time_is_lost_or_made_up(parts in proptest::collection::vec((1u64..40_000, 1u64..40_000), 1..300)) {
            let mut line = Tenures::new(4_096);
            let (mut at, mut sum) = (0, 0);
            for (idle, held) in parts {
                line.add(us(at + idle), us(at + idle + held), Nanos::from_micros(held));
                (at, sum) = (at + idle + held, sum + held);
            }
            let found = f64::from(line.between(RunTime::START, line.end())) / 1e3;
            prop_assert!((found - sum as f64).abs() <= sum as f64 * 1e-3 + 1.0, "{found} of {sum}");
            prop_assert!(line.bins.len() <= line.most_bins);
        }
    }
}
