//! A histogram of times with 32 steps to each doubling: every value is kept to within 1.6 %, whatever its size.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::event::Percentiles;
use crate::units::Nanos;

/// Values below this have a step of their own.
const EXACT: u64 = 64;
const STEPS: usize = 32;
/// Doublings from 64 ns to 73 minutes; what is longer counts as the last step, and its length is kept apart.
const DOUBLINGS: usize = 36;
/// Cells of one histogram, padded to 128 bytes.
pub(super) const CELLS: usize = EXACT as usize + DOUBLINGS * STEPS;

fn step(value: u64) -> usize {
    if value < EXACT {
        return value as usize;
    }
    let doubling = value.ilog2() as usize - 6;
    let within = (value >> (doubling + 1)) as usize - STEPS;
    (EXACT as usize + doubling * STEPS + within).min(CELLS - 1)
}

/// The middle of a step.
fn middle(step: usize) -> u64 {
    if step < EXACT as usize {
        return step as u64;
    }
    let (doubling, within) = ((step - EXACT as usize) / STEPS, (step - EXACT as usize) % STEPS);
    let low = ((STEPS + within) as u64) << (doubling + 1);
    low + (1 << doubling)
}

/// Counts one value. Only the slot's one writer calls this, so that a load and a store are enough.
pub(super) fn count(cells: &[AtomicU64], value: Nanos) {
    let cell = &cells[step(value.0)];
    cell.store(cell.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
}

/// The sum of some slots' histograms.
#[derive(Debug, Clone)]
pub struct Histogram {
    counts: Box<[u64]>,
    longest: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: vec![0; CELLS].into(), longest: 0 }
    }
}

impl Histogram {
    pub(super) fn add(&mut self, cells: &[AtomicU64], longest: u64) {
        for (sum, cell) in self.counts.iter_mut().zip(cells) {
            *sum = sum.saturating_add(cell.load(Ordering::Relaxed));
        }
        self.longest = self.longest.max(longest);
    }

    /// Whether anything was counted.
    pub fn is_counted(&self) -> bool {
        self.counts.iter().any(|n| *n > 0)
    }

    /// The distribution where values are what went beyond `wait`, with it; all zero where nothing was counted.
    pub fn percentiles_beyond(&self, wait: Nanos) -> Percentiles {
        if !self.is_counted() {
            return Percentiles::default();
        }
        let Percentiles { p50, p90, p99, max } = self.percentiles();
        Percentiles { p50: wait + p50, p90: wait + p90, p99: wait + p99, max: wait + max }
    }

    /// The distribution where tasks wait for `least`: within the step that this is in, none took less.
    pub fn percentiles_from(&self, least: Nanos) -> Percentiles {
        let Percentiles { p50, p90, p99, max } = self.percentiles();
        let from = |value: Nanos| if step(value.0) == step(least.0) { value.max(least) } else { value };
        Percentiles { p50: from(p50), p90: from(p90), p99: from(p99), max }
    }

    /// The distribution at a few points, by the nearest-rank rule; all zero where nothing was counted.
    pub fn percentiles(&self) -> Percentiles {
        let total: u64 = self.counts.iter().fold(0, |sum, n| sum.saturating_add(*n));
        let at = |share: f64| {
            let rank = ((total as f64 * share).ceil() as u64).max(1);
            let mut seen = 0u64;
            let step = self.counts.iter().position(|n| {
                seen = seen.saturating_add(*n);
                seen >= rank
            });
            Nanos(step.map_or(0, middle).min(self.longest))
        };
        Percentiles { p50: at(0.50), p90: at(0.90), p99: at(0.99), max: Nanos(self.longest) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_value_is_kept_to_within_two_percent(value in 0u64..(1 << 41)) {
            let kept = middle(step(value)) as f64;
            prop_assert!((kept - value as f64).abs() <= value as f64 * 0.016, "{value} became {kept}");
        }
    }

    #[test]
    fn what_sleeps_takes_no_less_than_its_sleep() {
        let cells: Vec<AtomicU64> = (0..CELLS).map(|_| AtomicU64::new(0)).collect();
        let (wait, took) = (Nanos::from_secs(1), Nanos(1_000_080_000));
        count(&cells, Nanos::from_millis(100));
        (0..3).for_each(|_| count(&cells, took));
        let mut sum = Histogram::default();
        sum.add(&cells, took.0);
        assert!(sum.percentiles().p90 < wait, "the middle of its step");
        let p = sum.percentiles_from(wait);
        assert_eq!((p.p50, p.p90, p.max), (wait, wait, took));
        let short = Histogram::percentiles_from(&sum, Nanos::from_secs(2));
        assert_eq!(short, sum.percentiles(), "attempts that were cut short took what they took");
    }

    #[test]
    fn percentiles_follow_the_nearest_rank() {
        let cells: Vec<AtomicU64> = (0..CELLS).map(|_| AtomicU64::new(0)).collect();
        for ms in 1..=100 {
            count(&cells, Nanos::from_millis(ms));
        }
        count(&cells, Nanos(u64::MAX));
        let mut sum = Histogram::default();
        sum.add(&cells, Nanos::from_millis(100).0);
        let p = sum.percentiles();
        assert!((p.p50.as_millis_f64() - 51.0).abs() < 1.0, "{p:?}");
        assert!((p.p90.as_millis_f64() - 91.0).abs() < 2.0, "{p:?}");
        assert_eq!(p.max, Nanos::from_millis(100));
        let beyond = sum.percentiles_beyond(Nanos::from_secs(9));
        assert_eq!((beyond.p50, beyond.max), (Nanos::from_secs(9) + p.p50, Nanos(9_100_000_000)));
        assert_eq!(Histogram::default().percentiles_beyond(Nanos::from_secs(9)), Percentiles::default());
        assert_eq!(Histogram::default().percentiles(), Percentiles::default());
    }
}
