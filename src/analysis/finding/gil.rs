//! The lock of an interpreter: who waited for it, and what that did.

use super::{Facts, FindingKind, Insight, Weight};
use crate::analysis::words::{percent, times};
use crate::plan::Strategy;
use crate::units::{Nanos, Share, plural};

/// From this share of worker time on, waiting for the lock is what a run is about.
const SHOWS: f64 = 0.10;

/// Workers that waited for the lock.
pub(super) struct GilWait {
    strategy: Strategy,
    workers: u64,
    interpreters: u64,
    /// Workers that computed at any time, in the mean.
    computing: f64,
    waited: Share,
    speedup: Option<f64>,
    switches_per_s: f64,
    wait: Nanos,
}

impl GilWait {
    pub(super) fn detect(facts: &Facts) -> Option<Self> {
        let gil = facts.summary.gil.filter(|_| facts.ledger_is_telling() && !facts.is_half_locked())?;
        let ledger = facts.ledger();
        let waited = facts.share(ledger.gil_wait);
        if waited.fraction() < SHOWS {
            return None;
        }
        let elapsed = facts.summary.elapsed;
        let on_cpu = ledger.computing + ledger.preempted;
        Some(Self {
            strategy: facts.strategy(),
            workers: facts.summary.workers.into(),
            interpreters: facts.interpreters().unwrap_or(1).into(),
            computing: on_cpu.0 as f64 / elapsed.0.max(1) as f64,
            waited,
            speedup: facts.summary.speedup,
            switches_per_s: gil.counts.switches as f64 / elapsed.as_secs_f64().max(1e-9),
            wait: gil.wait.p50,
        })
    }

    fn computed(&self) -> String {
        let number = match self.computing.round() {
            n if (n - self.computing).abs() < 0.15 && n >= 1.0 => format!("{n}"),
            _ => format!("{:.1}", self.computing),
        };
        let number = if number == "1" { "one".to_owned() } else { number };
        format!("{number} of {} computed at any time", plural(self.workers, "worker"))
    }
}

impl Insight for GilWait {
    const KIND: FindingKind = FindingKind::Gil;

    fn weight(&self) -> Weight {
        Weight::Advice
    }

    fn headline(&self) -> String {
        format!("{}: the GIL lets no more", self.computed())
    }

    fn explain(&self) -> String {
        let ran = self.speedup.map_or_else(
            || self.strategy.name().to_owned(),
            |speedup| format!("{} ran {} serial", self.strategy, times(speedup)),
        );
        format!(
            "{ran}: {}; {} of worker time was spent waiting for the GIL, which went to another {} times a second, \
             half of the waits taking {} or more.",
            self.computed(),
            percent(self.waited),
            self.switches_per_s.round(),
            self.wait,
        )
    }

    fn next_step(&self) -> Option<String> {
        Some(if self.interpreters == 1 {
            "Use processes: each has a GIL of its own.".to_owned()
        } else {
            "Use more processes with fewer threads in each: every process has a GIL of its own.".to_owned()
        })
    }
}
