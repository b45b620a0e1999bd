//! When holders of an interpreter's lock let go: a rule whose number may be changed while a run goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::plan::GilRule;
use crate::units::Nanos;

/// Set where the number is one of ticks. No interval is so long.
const TICKS: u64 = 1 << 63;

/// The rule by which holders let go. Clones share it.
///
/// As in the original, a change is heard of when the next wait begins, by the rule that was before: whoever waits already
/// waits its interval out.
#[derive(Clone, Debug)]
pub struct Interval(Arc<AtomicU64>);

impl Interval {
    /// A rule to begin with.
    pub fn new(rule: GilRule) -> Self {
        Self(Arc::new(AtomicU64::new(number(rule))))
    }

    /// The rule now.
    #[inline]
    pub fn rule(&self) -> GilRule {
        // Relaxed: it is a number of its own, and whoever sees it late waits once more by the old one.
        match self.0.load(Ordering::Relaxed) {
            ticks if ticks & TICKS != 0 => GilRule::Ticks(ticks as u32),
            interval => GilRule::Interval(Nanos(interval)),
        }
    }

    /// Changes the number; true if it is another now. The kind of the rule stays: who waits by one kind is not woken by
    /// the other.
    pub fn set(&self, rule: GilRule) -> bool {
        let new = number(rule);
        let old = self.0.load(Ordering::Relaxed);
        let same_kind = (old ^ new) & TICKS == 0;
        if same_kind {
            self.0.store(new, Ordering::Relaxed);
        }
        same_kind && old != new
    }
}

fn number(rule: GilRule) -> u64 {
    match rule {
        GilRule::Interval(interval) => interval.0 & !TICKS,
        GilRule::Ticks(ticks) => TICKS | u64::from(ticks),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_share_a_rule_hear_of_another_number_and_none_of_another_kind() {
        let rule = |ms| GilRule::Interval(Nanos::from_millis(ms));
        let one = Interval::new(rule(5));
        let other = one.clone();
        assert!(one.set(rule(20)) && !one.set(rule(20)));
        assert_eq!(other.rule(), rule(20));
        assert!(!one.set(GilRule::Ticks(7)));
        assert_eq!(one.rule(), rule(20));
        let ticks = Interval::new(GilRule::Ticks(100));
        assert!(ticks.set(GilRule::Ticks(1)));
        assert_eq!(ticks.rule(), GilRule::Ticks(1));
    }
}
