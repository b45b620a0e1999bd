//! How much faster than serial, against what is possible.

use super::machine::COMPUTES;
use super::{Facts, FindingKind, Insight, Weight};
use crate::analysis::summary::ratio;
use crate::analysis::trust::LONG_ENOUGH;
use crate::analysis::words::{against_serial, times, top_parts, where_time_went};
use crate::plan::{Strategy, TaskType};
use crate::state::{COMMANDS, Ledger, RunState};
use crate::units::{Nanos, plural};

/// From this part of what is possible on, a run is as good as can be: the rest is starting, stopping, and noise.
const NEAR: f64 = 0.85;
/// From so much more than is possible on, the serial run was slower than it should have been: caches alone give less.
const BEYOND: f64 = 1.10;
/// From here on tasks computed longer than in serial: beyond the noise of repeats and of clocks that warm up.
const SLOWED: f64 = 1.20;

/// Below this part of what else is possible, the longest task is what limits: among equal ones each is.
const SHORT: f64 = 0.90;

/// A run with a serial run beside it.
pub(super) struct Speedup {
    strategy: Strategy,
    factor: f64,
    possible: f64,
    limit: Limit,
    workers: u64,
    chunk: u32,
    cpus: Option<f64>,
    ledger: Ledger,
    /// What commands computed.
    commands: Nanos,
    /// Time of computing over that of serial.
    slowed: f64,
    /// Whether tasks read more memory than caches hold.
    reads_memory: bool,
    /// Whether tasks wait for a part of their time, so that more workers than CPUs are of use.
    waits: bool,
    hindrance: Hindrance,
    /// Whether nobody else can be in the way.
    simulated: bool,
}

/// What made the serial run slower than it should have been, if it was.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Hindrance {
    /// The end of what commands left behind was waited for: how long depends on what ran beside them.
    Leftovers,
    Unknown,
}

/// What bounds the speedup most.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Limit {
    Workers,
    Cpus,
    /// The interpreters' locks: so many workers compute at a time.
    Gil(u32),
    Waves,
    /// A task that takes longer than its share.
    LongTask(Nanos),
}

impl Speedup {
    /// Silent without a serial run, where that was too short to compare with, and where the run ended early.
    pub(super) fn detect(facts: &Facts) -> Option<Self> {
        let factor = facts.summary.speedup.filter(|_| facts.is_pool() && facts.is_whole())?;
        if facts.is_half_locked() && facts.lock_bound().is_none() {
            return None;
        }
        let serial = facts.session.baseline(facts.run)?;
        if serial.elapsed(serial.now) < LONG_ENOUGH {
            return None;
        }
        let workers = u64::from(facts.summary.workers);
        let cpus = facts.cpu_bound();
        let (mut possible, mut limit) = (workers as f64, Limit::Workers);
        if let Some(cpus) = cpus.filter(|cpus| *cpus <= possible) {
            let few = |bound: f64| bound <= facts.machine_cpus().unwrap_or(0.0);
            let locks = facts.interpreters().filter(|_| facts.lock_bound().is_some_and(few));
            (possible, limit) = (cpus, locks.map_or(Limit::Cpus, Limit::Gil));
        }
        if let Some(waves) = facts.hand_out_bound().filter(|waves| *waves < possible) {
            (possible, limit) = (waves, Limit::Waves);
        }
        if let Some((bound, takes)) = longest(facts, serial).filter(|(bound, _)| *bound < SHORT * possible) {
            (possible, limit) = (bound, Limit::LongTask(takes));
        }
        let slowed = ratio(facts.ledger().computing, RunState::ledger(serial).computing);
        Some(Self {
            strategy: facts.strategy(),
            factor,
            possible,
            limit,
            workers,
            chunk: facts.summary.chunk,
            cpus: facts.cpus(),
            ledger: *facts.ledger(),
            commands: facts.summary.computed_by_commands(),
            slowed,
            reads_memory: facts.has(TaskType::Native),
            waits: facts.cpu_share().fraction() < COMPUTES,
            hindrance: match &serial.commands {
                Some(log) if log.totals.leaked > 0 => Hindrance::Leftovers,
                _ => Hindrance::Unknown,
            },
            simulated: facts.is_simulated(),
        })
    }

    fn is_near(&self) -> bool {
        self.factor >= self.possible * NEAR
    }

    /// Whether the interpreters' locks are what bounds it.
    pub(super) fn is_of_gil(&self) -> bool {
        matches!(self.limit, Limit::Gil(_)) && !self.is_beyond()
    }

    fn is_beyond(&self) -> bool {
        self.factor > self.possible * BEYOND
    }

    /// The part, beside tasks themselves, that took most.
    fn greatest_loss(&self) -> &'static str {
        let useful = ["computing", "blocked", COMMANDS];
        let parts = top_parts(&self.ledger, self.commands, usize::MAX);
        parts.into_iter().map(|(name, _)| name).find(|name| !useful.contains(name)).unwrap_or("")
    }

    fn compared(&self) -> String {
        against_serial(self.strategy, self.factor)
    }

    /// ` on 2 CPUs`, or what else sets the limit.
    fn given(&self) -> String {
        match (self.limit, self.cpus) {
            (Limit::Cpus, Some(cpus)) if cpus.fract() == 0.0 => format!("on {}", plural(cpus as u64, "CPU")),
            (Limit::Cpus, Some(cpus)) => format!("on {cpus} CPUs"),
            (Limit::Gil(1), _) => "under one GIL".to_owned(),
            (Limit::Gil(locks), _) => format!("under {locks} GILs"),
            (Limit::LongTask(takes), _) => {
                format!("with {} and one task of {takes}", plural(self.workers, "worker"))
            }
            _ => format!("with {}", plural(self.workers, "worker")),
        }
    }
}

/// No more speedup than this is possible for the longest task, and how long that takes. Of both runs the shorter one counts:
/// what got in the way of a task once makes it no longer one.
fn longest(facts: &Facts, serial: &RunState) -> Option<(f64, Nanos)> {
    let alone = serial.end.as_ref()?;
    let takes = alone.latency.max.min(facts.summary.latency.max);
    (takes > Nanos::ZERO).then(|| (ratio(alone.elapsed, takes), takes))
}

impl Insight for Speedup {
    const KIND: FindingKind = FindingKind::Speedup;

    fn weight(&self) -> Weight {
        if self.is_near() && !self.is_beyond() { Weight::Fact } else { Weight::Advice }
    }

    fn headline(&self) -> String {
        format!("{}, of {} possible", self.compared(), times(self.possible))
    }

    fn explain(&self) -> String {
        let time = where_time_went(&self.ledger, self.commands, 2);
        let time = if time.is_empty() { String::new() } else { format!(": {time}") };
        let (compared, given) = (self.compared(), self.given());
        if self.is_beyond() {
            let possible = times(self.possible);
            let why = match self.hindrance {
                Hindrance::Leftovers => "what the serial run's commands left behind held it up",
                Hindrance::Unknown => "serial was disturbed",
            };
            format!("{compared} {given}, more than the {possible} that are possible: {why}.")
        } else if self.is_near() {
            format!("{compared} {given}{time}.")
        } else {
            format!("{compared} {given}, where {} is possible{time}.", times(self.possible))
        }
    }

    fn next_step(&self) -> Option<String> {
        if self.is_beyond() {
            // What is to be done about processes left behind is said where they are counted.
            let quiet = !self.simulated && self.hindrance == Hindrance::Unknown;
            return quiet.then(|| "Repeat the comparison on a quiet machine.".to_owned());
        }
        if self.is_near() {
            let idle =
                self.cpus.filter(|cpus| self.limit == Limit::Workers && *cpus > self.workers as f64)?;
            return Some(format!("More workers would go faster still: there are {idle} CPUs."));
        }
        if self.slowed > SLOWED {
            let shared = if self.reads_memory { "the way to memory" } else { "a cache, a clock or a core" };
            return Some(format!(
                "Its tasks computed {} as long as in serial: the CPUs share {shared}; try fewer workers.",
                times(self.slowed)
            ));
        }
        let words = match self.greatest_loss() {
            "preempted" if self.simulated && self.waits => return None,
            "preempted" if self.simulated => "Use no more workers than CPUs.",
            "preempted" if self.waits => "Close what else runs.",
            "preempted" => "Close what else runs, or use no more workers than CPUs.",
            "starting" | "stopping" | "absent" => {
                "Give it more or longer tasks, so that starting and stopping workers shows less."
            }
            "sending" | "receiving" => "Hand out larger chunks, or make tasks longer.",
            "waiting" if self.chunk == 1 => "Workers were short of tasks: have more of them.",
            "waiting" => "Workers were short of tasks: hand them out in another chunk, or have more of them.",
            _ => return None,
        };
        Some(words.to_owned())
    }
}

impl Facts<'_> {
    /// No more speedup than this is possible by the CPUs: their number where tasks compute all the time, more where they
    /// wait for a part of it (pools.md §3.7: CPUs / share of a task that needs one). None where the machine is not known.
    pub(super) fn cpu_bound(&self) -> Option<f64> {
        let share = self.cpu_share().fraction();
        self.cpus().map(|cpus| if share > 0.0 { cpus / share } else { f64::INFINITY })
    }

    /// The workers that keep every CPU busy: CPUs / share of a task that needs one (Goetz: CPUs · (1 + wait / compute)),
    /// as far as there are chunks for them.
    pub(super) fn saturating_workers(&self) -> Option<u64> {
        let chunks = self.waves().chunks;
        self.cpu_bound().map(|bound| (bound.ceil().min(1e9) as u64).clamp(1, chunks.max(1)))
    }

    /// The part of the makespan that some length is.
    pub(super) fn of_makespan(&self, time: Nanos) -> f64 {
        ratio(time, self.summary.makespan)
    }
}
