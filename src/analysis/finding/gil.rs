//! The lock of an interpreter: who waited for it, and what that did.

use super::{Facts, FindingKind, Insight, Weight};
use crate::analysis::words::{against_serial, percent, times};
use crate::event::Percentiles;
use crate::plan::{GilRule, Strategy};
use crate::state::RunState;
use crate::units::{Nanos, Share, plural};

/// From this share of worker time on, waiting for the lock is what a run is about.
const SHOWS: f64 = 0.10;
/// Processes that are not faster by this do not help: repeats of one run differ by as much.
const GAIN: f64 = 1.05;
/// Interpreters that had less than this part of the CPUs that they could use had them with other programs.
const HAD: f64 = 0.75;

/// What more interpreters did with the same tasks.
#[derive(Copy, Clone)]
struct Apart {
    /// How many times as fast they were.
    factor: f64,
    /// Whether others had the CPUs, so that it says nothing of interpreters.
    crowded: bool,
}

/// Workers that waited for the lock.
pub(super) struct GilWait {
    strategy: Strategy,
    workers: u64,
    interpreters: u64,
    /// Workers that computed at any time, in the mean.
    computing: f64,
    waited: Share,
    speedup: Option<f64>,
    /// How long the lock was held, where other tasks compute without it beside whoever holds it.
    held: Option<Share>,
    /// Whether the machine computes one task at a time anyway.
    one_cpu: bool,
    /// What more interpreters did, where that was measured.
    processes: Option<Apart>,
    /// What is to be said of a rule that was changed during the run.
    changed: Option<String>,
    rule: GilRule,
    /// How long a call keeps the lock, whoever asks for it.
    stretch: Nanos,
    switches_per_s: f64,
    false_wakes_per_s: f64,
    wait: Percentiles,
}

impl GilWait {
    pub(super) fn detect(facts: &Facts) -> Option<Self> {
        let gil = facts.summary.gil.filter(|_| facts.ledger_is_telling())?;
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
            held: facts.is_half_locked().then(|| {
                let locks = u64::from(facts.interpreters().unwrap_or(1));
                gil.counts.held.share_of(elapsed * locks)
            }),
            one_cpu: facts.machine_cpus().is_some_and(|cpus| cpus <= 1.0),
            processes: facts.apart(),
            changed: facts.changed_rule(),
            rule: setup.rule,
            stretch: setup.stretch,
            switches_per_s: per_s(gil.counts.switches),
            false_wakes_per_s: per_s(gil.counts.false_wakes),
            wait: gil.wait,
        })
    }

    fn computed(&self) -> String {
        if let Some(held) = self.held {
            let (whose, each) = if self.interpreters > 1 { ("GILs were", " each") } else { ("GIL was", "") };
            return format!("the {whose} held {} of the time{each}", percent(held));
        }
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
        let switches = format!("which went to another {}", often(self.switches_per_s));
        match self.rule {
            _ if self.stretch > Nanos::ZERO => {
                format!(
                    "for a call of {} keeps it, whoever asks: waits took up to {}",
                    self.stretch, self.wait.max
                )
            }
            GilRule::Ticks(_) => format!(
                "{switches}, while {} a worker was woken for it and found it taken again",
                often(self.false_wakes_per_s)
            ),
            GilRule::Interval(_) => {
                format!("{switches}, half of the waits taking {} or more", self.wait.p50)
            }
        }
    }
}

impl Facts<'_> {
    /// What more interpreters did with the same tasks, where that was measured: the fastest of several.
    fn apart(&self) -> Option<Apart> {
        let of = |run: &RunState| (run.start.workload, run.start.repeat);
        let locks = self.summary.shape.processes;
        let others = self.session.runs.iter().filter(|other| of(other) == of(self.run));
        let ended = others.filter_map(|other| Some((other, other.end.as_ref()?)));
        let apart = ended.filter(|(other, end)| other.start.shape.processes > locks && end.counts.all_ok());
        apart
            .map(|(other, end)| {
                let cpu: Nanos = end.slots.iter().map(|slot| slot.cpu_time).sum();
                let had = cpu.0 as f64 / end.elapsed.0.max(1) as f64;
                let locks = f64::from(other.start.shape.processes);
                let could = self.machine_cpus().map_or(locks, |cpus| cpus.min(locks));
                let factor = self.summary.elapsed.0 as f64 / end.elapsed.0.max(1) as f64;
                Apart { factor, crowded: had < HAD * could }
            })
            .max_by(|a, b| a.factor.total_cmp(&b.factor))
    }
}

/// How often a second: `185 times a second`, `once a second`.
fn often(per_s: f64) -> String {
    match per_s.round() as u64 {
        0 => "less than once a second".to_owned(),
        1 => "once a second".to_owned(),
        n => format!("{n} times a second"),
    }
}

impl Insight for GilWait {
    const KIND: FindingKind = FindingKind::Gil;

    fn weight(&self) -> Weight {
        Weight::Advice
    }

    fn headline(&self) -> String {
        match self.held {
            Some(_) => format!("{}, and other tasks wait for it", self.computed()),
            None => format!("{}: the GIL lets no more", self.computed()),
        }
    }

    fn explain(&self) -> String {
        let ran = self.speedup.map_or_else(
            || self.strategy.name().to_owned(),
            |speedup| against_serial(self.strategy, speedup),
        );
        let changed = self.changed.as_ref().map_or_else(String::new, |changed| format!(" {changed}"));
        format!(
            "{ran}: {}; {} of worker time was spent waiting for the GIL, {}.{changed}",
            self.computed(),
            percent(self.waited),
            self.going(),
        )
    }

    fn next_step(&self) -> Option<String> {
        if self.one_cpu {
            return Some("Processes would not help: one CPU computes one task at a time anyway.".to_owned());
        }
        if let Some(apart) = self.processes.filter(|apart| apart.factor < GAIN) {
            let took = times(1.0 / apart.factor.max(1e-9));
            return Some(if apart.crowded {
                format!(
                    "Other programs had the CPUs while processes ran, which took {took} as long as {}: close them, and \
                     compare again.",
                    self.strategy
                )
            } else {
                format!(
                    "More interpreters did not help here: processes took {took} as long as {}.",
                    self.strategy
                )
            });
        }
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
            held: None,
            one_cpu: false,
            processes: None,
            changed: None,
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
            "threads took as long as serial: one of 4 workers computed at any time; 74 % of worker time was spent waiting for the \
             GIL, which went to another 185 times a second, half of the waits taking 15.0 ms or more."
        );
        assert_eq!(said.next_step().as_deref(), Some("Use processes: each has a GIL of its own."));
    }

    #[test]
    fn processes_are_advised_where_they_help() {
        let next = |said: GilWait| said.next_step().unwrap_or_default();
        let with = |factor, crowded| next(GilWait { processes: Some(Apart { factor, crowded }), ..waited() });
        assert!(
            with(1.9, false).starts_with("Use processes") && with(1.9, true).starts_with("Use processes")
        );
        assert_eq!(
            with(0.8, false),
            "More interpreters did not help here: processes took 1.25× as long as threads."
        );
        assert_eq!(
            with(0.8, true),
            "Other programs had the CPUs while processes ran, which took 1.25× as long as threads: close them, and \
             compare again."
        );
        let one = next(GilWait { one_cpu: true, ..waited() });
        assert_eq!(one, "Processes would not help: one CPU computes one task at a time anyway.");
    }

    #[test]
    fn beside_native_tasks_it_says_how_long_the_lock_was_held() {
        let said = GilWait { held: Some(Share::of(98.0, 100.0)), switches_per_s: 1.2, ..waited() };
        assert_eq!(said.headline(), "the GIL was held 98 % of the time, and other tasks wait for it");
        let words = said.explain();
        assert!(words.contains("serial: the GIL was held 98 % of the time; 74 % of worker time"), "{words}");
        assert!(words.contains("which went to another once a second, half"), "{words}");
    }

    #[test]
    fn a_changed_rule_is_told() {
        let said = GilWait { changed: Some("The interval was changed.".to_owned()), ..waited() };
        assert!(said.explain().ends_with("15.0 ms or more. The interval was changed."), "{}", said.explain());
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
