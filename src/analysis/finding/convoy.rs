//! Tasks that wait end late, as they come back into a queue behind those that compute.

use super::{Facts, FindingKind, Insight, Weight};
use crate::plan::{GilRule, GilSetup, TaskType};
use crate::units::{Nanos, grouped, plural};

/// With fewer tasks that wait there is no median to speak of.
const ENOUGH: u64 = 20;
/// Timers and wake-ups alone are late by less than this.
const LATE: Nanos = Nanos::from_micros(200);

/// Tasks of a mix that wait, and come back late.
pub(super) struct Convoy {
    late: Nanos,
    late_p99: Nanos,
    gil: GilSetup,
    /// What is to be said of a rule that was changed during the run.
    changed: Option<String>,
    threads: u32,
    processes: u32,
}

impl Convoy {
    /// Silent without a lock that workers share, without tasks that compute under it, and where waiting for the lock does
    /// not explain how late they are.
    pub(super) fn detect(facts: &Facts) -> Option<Self> {
        let gil = facts.run.start.runtime.gil()?;
        let summary = facts.summary;
        let parts = &summary.parts;
        let rivals = parts.iter().any(|part| part.task.computes() && part.task.needs_lock() && part.ok > 0);
        let sleep = parts.iter().find(|part| part.task == TaskType::Sleep && part.ok >= ENOUGH)?;
        let late = sleep.latency.p50 - sleep.wait;
        let shows = match gil.rule {
            GilRule::Interval(interval) => LATE.max(interval / 2),
            GilRule::Ticks(_) => LATE,
        };
        let explained = facts.ledger().gil_wait >= late / 2 * sleep.ok;
        let whole = facts.is_whole() && facts.run.suspended == Nanos::ZERO;
        (rivals && summary.shape.threads > 1 && late >= shows && explained && whole).then_some(Self {
            late,
            late_p99: sleep.latency.p99 - sleep.wait,
            gil,
            changed: facts.changed_rule(),
            threads: summary.shape.threads,
            processes: summary.shape.processes,
        })
    }

    /// What whoever comes back waits for.
    fn until(&self) -> String {
        let GilSetup { rule, stretch } = self.gil;
        match rule {
            GilRule::Interval(interval) if stretch > interval => {
                format!("waits until its holder looks up, every {stretch}")
            }
            GilRule::Interval(interval) => format!("waits the switch interval of {interval}"),
            GilRule::Ticks(ticks) => {
                let ticks = plural(u64::from(ticks), "tick");
                format!("waits until its holder lets go, every {ticks}, and another has not taken it")
            }
        }
    }
}

impl Insight for Convoy {
    const KIND: FindingKind = FindingKind::Convoy;

    fn weight(&self) -> Weight {
        Weight::Advice
    }

    fn headline(&self) -> String {
        format!("sleep tasks ended {} late at the median", self.late)
    }

    fn explain(&self) -> String {
        // What it waited for was not the same all the time.
        let until = self
            .changed
            .as_ref()
            .map_or_else(|| format!(", and {}.", self.until()), |changed| format!(". {changed}"));
        format!(
            "sleep tasks ended {} late at the median (p99 {}): each return from waiting asks for the GIL{until}",
            self.late, self.late_p99,
        )
    }

    fn next_step(&self) -> Option<String> {
        let shorter = match self.gil.rule {
            GilRule::Interval(interval)
                if interval > Nanos::from_millis(1) && self.gil.stretch < interval =>
            {
                "Use a shorter switch interval, as gil:1ms, or "
            }
            _ => "Use ",
        };
        let workers = self.threads.saturating_mul(self.processes);
        Some(if self.processes == 1 {
            format!("{shorter}processes, where nobody else wants the lock.")
        } else {
            let workers = grouped(workers.into());
            format!("{shorter}{workers} processes with one thread each, where nobody else wants the lock.")
        })
    }
}
