//! The lock of an interpreter: who waited for it, and what that did.

use super::{Facts, FindingKind, Insight, Weight};
use crate::analysis::words::{percent, times};
use crate::event::Percentiles;
use crate::plan::{GilRule, Strategy};
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
    rule: GilRule,
    /// How long a call keeps the lock, whoever asks for it.
    stretch: Nanos,
    switches_per_s: f64,
    false_wakes_per_s: f64,
    wait: Percentiles,
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
        let per_s = |number: u64| number as f64 / elapsed.as_secs_f64().max(1e-9);
        let setup = facts.summary.runtime.gil()?;
        let on_cpu = ledger.computing + ledger.preempted;
        Some(Self {
            strategy: facts.strategy(),
            workers: facts.summary.workers.into(),
            interpreters: facts.interpreters().unwrap_or(1).into(),
            computing: on_cpu.0 as f64 / elapsed.0.max(1) as f64,
            waited,
            speedup: facts.summary.speedup,
            rule: setup.rule,
            stretch: setup.stretch,
            switches_per_s: per_s(gil.counts.switches),
            false_wakes_per_s: per_s(gil.counts.false_wakes),
            wait: gil.wait,
        })
    }

    fn computed(&self) -> String {
        let number = match self.computing.round() {
            n if (n - self.computing).abs() < 0.15 && n >= 1.0 => format!("{n}"),
            _ => format!("{:.1}", self.computing),
        };
        let number = if number == "1" { "one".to_owned() } else { number };
        let each = if self.interpreters > 1 { ", at most one in each process" } else { "" };
        format!("{number} of {} computed at any time{each}", plural(self.workers, "worker"))
    }

    /// How the lock went from one to another.
    fn going(&self) -> String {
        let switches = format!("which went to another {} times a second", self.switches_per_s.round());
        match self.rule {
            _ if self.stretch > Nanos::ZERO => {
                format!(
                    "for a call of {} keeps it, whoever asks: waits took up to {}",
                    self.stretch, self.wait.max
                )
            }
            GilRule::Ticks(_) => format!(
                "{switches}, while {} times a second a worker was woken for it and found it taken again",
                self.false_wakes_per_s.round()
            ),
            GilRule::Interval(_) => {
                format!("{switches}, half of the waits taking {} or more", self.wait.p50)
            }
        }
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
            "{ran}: {}; {} of worker time was spent waiting for the GIL, {}.",
            self.computed(),
            percent(self.waited),
            self.going(),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn waited() -> GilWait {
        let ms = Nanos::from_millis;
        GilWait {
            strategy: Strategy::Threads,
            workers: 4,
            interpreters: 1,
            computing: 0.98,
            waited: Share::of(74.0, 100.0),
            speedup: Some(0.97),
            rule: GilRule::Interval(ms(5)),
            stretch: Nanos::ZERO,
            switches_per_s: 185.2,
            false_wakes_per_s: 0.0,
            wait: Percentiles { p50: ms(15), p90: ms(20), p99: ms(30), max: ms(60) },
        }
    }

    #[test]
    fn it_says_who_computed_who_waited_and_what_to_do() {
        let said = waited();
        assert_eq!(said.headline(), "one of 4 workers computed at any time: the GIL lets no more");
        assert_eq!(
            said.explain(),
            "threads ran 0.97× serial: one of 4 workers computed at any time; 74 % of worker time was spent waiting for the \
             GIL, which went to another 185 times a second, half of the waits taking 15.0 ms or more."
        );
        assert_eq!(said.next_step().as_deref(), Some("Use processes: each has a GIL of its own."));
    }

    #[test]
    fn with_several_processes_it_is_one_in_each() {
        let said = GilWait { strategy: Strategy::Hybrid, interpreters: 2, computing: 1.9, ..waited() };
        let words = said.explain();
        assert!(
            words.contains("2 of 4 workers computed at any time, at most one in each process;"),
            "{words}"
        );
        assert!(
            said.next_step().is_some_and(|next| next.starts_with("Use more processes with fewer threads"))
        );
    }

    #[test]
    fn calls_that_keep_it_and_ticks_are_told_by_what_they_do() {
        let words = GilWait { stretch: Nanos::from_millis(50), ..waited() }.explain();
        assert!(
            words.contains("for a call of 50.0 ms keeps it, whoever asks: waits took up to 60.0 ms."),
            "{words}"
        );
        let said = GilWait { rule: GilRule::Ticks(100), false_wakes_per_s: 1_164.0, ..waited() };
        let words = said.explain();
        assert!(words.contains("while 1164 times a second a worker was woken for it"), "{words}");
    }
}
