//! Tasks per second over the time of a run: each task is spread evenly over the time that it took, so that ten tasks of
//! half a second are a level line and not ten needles.

use crate::clock::RunTime;
use crate::event::Record;
use crate::units::Nanos;

/// Bins kept; when they are full, each two become one.
const MOST_BINS: usize = 1_024;
/// The width of a bin when a run begins.
const FIRST_WIDTH: Nanos = Nanos::from_millis(2);

/// The history of one run's throughput.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Throughput {
    width: u64,
    bins: Vec<f32>,
}

impl Default for Throughput {
    fn default() -> Self {
        Self { width: FIRST_WIDTH.0, bins: Vec::new() }
    }
}

impl Throughput {
    /// Takes in what a lane said.
    pub(crate) fn take(&mut self, record: &Record) {
        match *record {
            Record::Task { start, end, .. } => self.add(start, end, 1.0),
            Record::Summary { start, end, tasks, .. } => self.add(start, end, tasks as f32),
            Record::Span { .. } | Record::Held { .. } | Record::Gil { .. } => {}
        }
    }

    fn add(&mut self, start: RunTime, end: RunTime, tasks: f32) {
        let whole = end.since(start).0.max(1);
        while end.0 / self.width >= MOST_BINS as u64 {
            self.bins = self.bins.chunks(2).map(|pair| pair.iter().sum()).collect();
            self.width *= 2;
        }
        let last = (end.0.saturating_sub(1) / self.width) as usize;
        if self.bins.len() <= last {
            self.bins.resize(last + 1, 0.0);
        }
        let first = ((start.0 / self.width) as usize).min(last);
        for (index, bin) in self.bins.iter_mut().enumerate().take(last + 1).skip(first) {
            let from = index as u64 * self.width;
            let covered = (from + self.width).min(end.0).saturating_sub(from.max(start.0));
            *bin += tasks * covered as f32 / whole as f32;
        }
    }

    /// Tasks per second from `from` to `to`.
    pub(crate) fn between(&self, from: RunTime, to: RunTime) -> f32 {
        let length = to.since(from);
        if length == Nanos::ZERO {
            return 0.0;
        }
        let first = (from.0 / self.width) as usize;
        let last = ((to.0 - 1) / self.width) as usize;
        let mut tasks = 0.0;
        for (index, bin) in self.bins.iter().enumerate().take(last + 1).skip(first) {
            let start = index as u64 * self.width;
            let covered = (start + self.width).min(to.0).saturating_sub(start.max(from.0));
            tasks += bin * covered as f32 / self.width as f32;
        }
        tasks / length.as_secs_f64() as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(n: u64) -> RunTime {
        RunTime(Nanos::from_millis(n).0)
    }

    #[test]
    fn equal_tasks_one_after_another_are_a_level_line() {
        let mut line = Throughput::default();
        for i in 0..20 {
            line.add(ms(i * 500), ms(i * 500 + 500), 1.0);
        }
        for i in 0..19 {
            let rate = line.between(ms(i * 500 + 100), ms(i * 500 + 600));
            assert!((rate - 2.0).abs() < 0.05, "{rate}");
        }
        assert!((line.between(ms(0), ms(10_000)) - 2.0).abs() < 1e-3);
        assert!(line.bins.len() <= MOST_BINS);
        assert!(line.between(ms(20_000), ms(30_000)).abs() < 1e-6);
        assert!(line.between(ms(5), ms(5)).abs() < 1e-6);
    }
}
