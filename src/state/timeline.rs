//! One lane's history: phase totals in bins over the whole run, however long, and the last stretches one by one.
//!
//! A bin holds time per phase, so that a column of the screen can show shares of whatever it covers. When the bins are
//! full, each two become one of twice the width: a run of half an hour keeps its whole timeline, coarser. Stretches one
//! by one are kept for the last few thousand only; [`Timeline::keeps_detail`] says where they still are.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::clock::RunTime;
use crate::event::Phase;
use crate::ids::TaskIndex;
use crate::units::Nanos;

/// All timelines of a run together hold at most this many bytes.
const TIMELINES_BYTES: usize = 64 << 20;
const MOST_BINS: usize = 2_048;
const MOST_SPANS: usize = 4_096;
/// The width of a bin when a run begins.
const FIRST_WIDTH: Nanos = Nanos::from_micros(500);

/// Time per phase within some stretch, in nanoseconds, by [`Phase`] number.
#[derive(Copy, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Shares(pub [f32; Phase::COUNT]);

impl Shares {
    /// The time of all phases together, in nanoseconds.
    pub fn sum(&self) -> f32 {
        self.0.iter().sum()
    }

    /// The phases with any time, the longest first, with their time in nanoseconds.
    pub fn ranked(&self) -> impl Iterator<Item = (Phase, f32)> + use<> {
        let mut ranked = Phase::ALL.map(|phase| (phase, self.0[phase as usize]));
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
        ranked.into_iter().filter(|(_, time)| *time > 0.0)
    }

    fn add(&mut self, other: &Self, factor: f32) {
        for (sum, part) in self.0.iter_mut().zip(other.0) {
            *sum += part * factor;
        }
    }
}

/// One stretch of one phase.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineSpan {
    /// What the worker did.
    pub phase: Phase,
    /// The task that it did it for.
    pub task: Option<TaskIndex>,
    /// Its beginning.
    pub start: RunTime,
    /// Its end.
    pub end: RunTime,
}

/// One lane's history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    width: Nanos,
    bins: Vec<Shares>,
    most_bins: usize,
    spans: VecDeque<TimelineSpan>,
    most_spans: usize,
    end: RunTime,
    /// Until here, stretches one by one have been forgotten or were never told.
    forgotten: RunTime,
}

impl Timeline {
    /// An empty timeline, one of `lanes` of its run.
    pub fn new(lanes: usize) -> Self {
        let fair = TIMELINES_BYTES / lanes.max(1) / 2;
        let fit = |size: usize, most: usize| (fair / size).clamp(32, most);
        Self {
            width: FIRST_WIDTH,
            bins: Vec::new(),
            most_bins: fit(size_of::<Shares>(), MOST_BINS),
            spans: VecDeque::new(),
            most_spans: fit(size_of::<TimelineSpan>(), MOST_SPANS),
            end: RunTime::START,
            forgotten: RunTime::START,
        }
    }

    /// Takes one stretch of one phase in.
    pub fn add_span(&mut self, span: TimelineSpan) {
        let start = span.start.max(self.end.min(span.end));
        let mut one = Shares::default();
        one.0[span.phase as usize] = span.end.since(start).0 as f32;
        self.spread(start, span.end, &one);
        if self.spans.len() == self.most_spans
            && let Some(old) = self.spans.pop_front()
        {
            self.forgotten = old.end;
        }
        self.spans.push_back(TimelineSpan { start, ..span });
    }

    /// Takes a stretch in of which only the sums are known.
    pub fn add_summary(&mut self, start: RunTime, end: RunTime, working: Nanos, moving: Nanos) {
        let whole = end.since(start);
        let mut sums = Shares::default();
        sums.0[Phase::Computing as usize] = working.0 as f32;
        sums.0[Phase::Sending as usize] = moving.0 as f32;
        sums.0[Phase::Waiting as usize] = (whole - working - moving).0 as f32;
        self.spread(start, end, &sums);
    }

    /// The end of the last stretch that is known.
    pub const fn end(&self) -> RunTime {
        self.end
    }

    /// Time per phase from `from` to `to`. Within a bin, phases are taken to be spread evenly, unless the stretches
    /// themselves are still known.
    pub fn between(&self, from: RunTime, to: RunTime) -> Shares {
        if to <= from {
            return Shares::default();
        }
        if to.since(from) < self.width * 4 && self.keeps_detail(from) {
            return self.detail(from, to);
        }
        let mut sum = Shares::default();
        let first = (from.0 / self.width.0) as usize;
        let last = ((to.0 - 1) / self.width.0) as usize;
        for (index, bin) in self.bins.iter().enumerate().take(last + 1).skip(first) {
            let start = index as u64 * self.width.0;
            // The last bin is filled up to the end of what is known only.
            let filled = (start + self.width.0).min(self.end.0).saturating_sub(start).max(1);
            let covered = (start + filled).min(to.0).saturating_sub(start.max(from.0));
            sum.add(bin, covered as f32 / filled as f32);
        }
        sum
    }

    /// Whether stretches are known one by one from `from` on.
    pub fn keeps_detail(&self, from: RunTime) -> bool {
        from >= self.forgotten
    }

    /// The stretches that are known one by one and reach into `from`..`to`, in order.
    pub fn spans(&self, from: RunTime, to: RunTime) -> impl Iterator<Item = &TimelineSpan> {
        let first = self.spans.partition_point(|span| span.end <= from);
        self.spans.iter().skip(first).take_while(move |span| span.start < to)
    }

    fn detail(&self, from: RunTime, to: RunTime) -> Shares {
        let mut sum = Shares::default();
        for span in self.spans(from, to) {
            sum.0[span.phase as usize] += span.end.min(to).since(span.start.max(from)).0 as f32;
        }
        sum
    }

    fn spread(&mut self, start: RunTime, end: RunTime, sums: &Shares) {
        self.end = self.end.max(end);
        let whole = end.since(start).0;
        if whole == 0 {
            return;
        }
        while end.0.div_ceil(self.width.0) as usize > self.most_bins {
            self.halve();
        }
        let last = ((end.0 - 1) / self.width.0) as usize;
        if self.bins.len() <= last {
            self.bins.resize(last + 1, Shares::default());
        }
        let first = (start.0 / self.width.0) as usize;
        for (index, bin) in self.bins.iter_mut().enumerate().take(last + 1).skip(first) {
            let bin_start = index as u64 * self.width.0;
            let covered = (bin_start + self.width.0).min(end.0) - bin_start.max(start.0);
            bin.add(sums, covered as f32 / whole as f32);
        }
    }

    /// Makes each two bins one.
    fn halve(&mut self) {
        self.width = self.width * 2;
        self.bins = self
            .bins
            .chunks(2)
            .map(|pair| {
                let mut sum = Shares::default();
                for bin in pair {
                    sum.add(bin, 1.0);
                }
                sum
            })
            .collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn span(phase: Phase, start_us: u64, end_us: u64) -> TimelineSpan {
        TimelineSpan { phase, task: None, start: RunTime(start_us * 1_000), end: RunTime(end_us * 1_000) }
    }

    #[test]
    fn a_column_shows_the_shares_of_what_it_covers() {
        let mut line = Timeline::new(1);
        line.add_span(span(Phase::Starting, 0, 3_000));
        line.add_span(span(Phase::Computing, 3_000, 9_000));
        line.add_span(span(Phase::Blocked, 9_000, 10_000));
        let shares = line.between(RunTime(0), RunTime(10_000_000));
        let ranked: Vec<_> = shares.ranked().map(|(p, t)| (p, (t / 1e6).round() as u32)).collect();
        assert_eq!(ranked, [(Phase::Computing, 6), (Phase::Starting, 3), (Phase::Blocked, 1)]);
        let edge = line.between(RunTime(2_900_000), RunTime(3_100_000));
        assert_eq!(edge.ranked().map(|(p, _)| p).collect::<Vec<_>>(), [Phase::Starting, Phase::Computing]);
    }

    #[test]
    fn half_an_hour_keeps_its_whole_timeline() {
        let mut line = Timeline::new(64);
        for second in 0..1_800 {
            let at = second * 1_000_000;
            line.add_span(span(Phase::Computing, at, at + 600_000));
            line.add_span(span(Phase::Waiting, at + 600_000, at + 1_000_000));
        }
        assert!(line.bins.len() <= MOST_BINS);
        let all = line.between(RunTime(0), line.end());
        assert!((all.0[Phase::Computing as usize] / all.sum() - 0.6).abs() < 1e-3);
        let first_half = line.between(RunTime(0), RunTime(900_000_000_000));
        assert!((first_half.sum() / 9e11 - 1.0).abs() < 1e-3);
    }

    #[test]
    fn all_timelines_of_a_run_are_bounded_however_long_it_is() {
        for lanes in [1, 64, 1_000, 4_096] {
            let mut line = Timeline::new(lanes);
            for i in 0..40_000 {
                line.add_span(span(Phase::Blocked, i * 50_000, i * 50_000 + 50_000));
            }
            let bytes = line.bins.len() * size_of::<Shares>() + line.spans.len() * size_of::<TimelineSpan>();
            assert!(bytes * lanes <= TIMELINES_BYTES, "{bytes} bytes for each of {lanes}");
            assert!(line.bins.len() >= 100, "and a screen has something to show");
        }
    }

    #[test]
    fn the_last_stretches_are_known_one_by_one_and_older_ones_are_not_claimed() {
        let mut line = Timeline::new(1);
        for i in 0..5_000 {
            line.add_span(span(Phase::Computing, i * 100, i * 100 + 100));
        }
        assert!(!line.keeps_detail(RunTime(0)));
        assert!(line.keeps_detail(RunTime(100_000_000)));
        let seen = line.spans(RunTime(499_850_000), RunTime(499_950_000)).count();
        assert_eq!(seen, 2);
    }

    proptest! {
        #[test]
        fn no_time_is_lost_or_made_up(lengths in proptest::collection::vec((0u64..9, 1u64..40_000), 1..300)) {
            let mut line = Timeline::new(4_096);
            let mut at = 0;
            for (phase, length) in lengths {
                line.add_span(span(Phase::from_number(phase).unwrap_or_default(), at, at + length));
                at += length;
            }
            let total = f64::from(line.between(RunTime(0), line.end()).sum()) / 1e3;
            prop_assert!((total - at as f64).abs() <= at as f64 * 1e-3, "{total} of {at}");
        }
    }
}
