//! What one worker alone says, before any other number of workers is tried: what it does with its time, and what that
//! suggests. Nothing is recommended by it.

use super::words::{cpus, every_cpu};
use super::{Demand, Facts, Sample};
use crate::analysis::trust::LONG_ENOUGH;
use crate::analysis::words::verb;
use crate::plan::limits::{MAX_PROCESSES, MAX_SIMULATED_WORKERS, MAX_THREADS};
use crate::plan::{Shape, Strategy};
use crate::units::{Nanos, grouped, plural, three_digits};

/// Fewer tasks than this say little about the next one.
const FEWEST_TASKS: u64 = 3;

/// What one worker does with its time, and what that suggests.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnosis {
    /// What one task needs.
    pub demand: Demand,
    /// The workers that the formula gives, in whole numbers; no more than there are chunks to do, or than a run may have.
    pub start_with: u32,
    /// The way to run them.
    pub strategy: Strategy,
    /// All of it in a sentence.
    pub words: String,
}

/// What one worker alone says; why not, where it says too little.
pub(super) fn diagnose(facts: &Facts) -> Result<Diagnosis, String> {
    let alone: Vec<&Sample> = Facts::alone(facts.measured).collect();
    let Some(demand) = facts.demand else {
        return Err("no run with one worker went to its end, so nothing is known of a single task".to_owned());
    };
    let tasks = alone.iter().map(|sample| sample.ok).max().unwrap_or(0);
    // The first run decides: the others must not turn what was said of it into its contrary.
    let first = alone.first().map(|sample| sample.elapsed).unwrap_or_default();
    if first < LONG_ENOUGH {
        return Err(format!(
            "one worker took only {first} for all tasks, too short to say what they need; have more or longer tasks"
        ));
    }
    if tasks < FEWEST_TASKS {
        return Err(format!(
            "{} {} too little about the next one; have {FEWEST_TASKS} or more",
            plural(tasks, "task"),
            verb(tasks, "says", "say")
        ));
    }
    Ok(said(facts, demand))
}

/// How many workers at most, and what sets that.
struct Most {
    workers: u32,
    /// What there are so many of: `task` or `chunk`.
    noun: &'static str,
    /// What else is the reason, if not that there are no more tasks; behind the number.
    because: Option<String>,
}

impl Most {
    fn of(facts: &Facts, demand: &Demand, strategy: Strategy) -> Self {
        let (pieces, noun) = facts.pieces();
        let allowed = match strategy {
            _ if facts.measured.machine.is_simulated() => MAX_SIMULATED_WORKERS,
            Strategy::Processes => MAX_PROCESSES,
            _ => MAX_THREADS,
        };
        let all = Self { workers: pieces.clamp(1, allowed.into()) as u32, noun, because: None };
        let beside = demand.beside_longest(facts.tasks()).filter(|_| !facts.has_equal_tasks());
        match beside.filter(|n| *n < all.workers) {
            Some(workers) => {
                let longest = secs(demand.longest);
                Self { workers, because: Some(format!("one task alone takes {longest}")), ..all }
            }
            None if pieces > u64::from(allowed) => {
                Self { because: Some("the most that a run may have".to_owned()), ..all }
            }
            None => all,
        }
    }

    /// So many workers, if there may be as many.
    fn whole(&self, workers: f64) -> u32 {
        workers.round().clamp(1.0, f64::from(self.workers)) as u32
    }

    /// Behind the number of a formula that gives more than this.
    fn instead_of(&self, workers: f64) -> String {
        match &self.because {
            _ if workers.round() <= f64::from(self.workers) => String::new(),
            Some(because) => format!("; but {because}"),
            None => format!(", more than there are {}s", self.noun),
        }
    }

    /// Instead of the number of a formula, where there is none.
    fn all(&self) -> String {
        match &self.because {
            Some(because) => format!("{}: {because}", grouped(self.workers.into())),
            None if self.workers == 1 => format!("1: there is one {} in all", self.noun),
            None => format!("one for each of the {}", plural(self.workers.into(), self.noun)),
        }
    }
}

fn said(facts: &Facts, demand: Demand) -> Diagnosis {
    let available = facts.cpus();
    let locked = facts.locks(Shape::new(1, 1)).is_some();
    let servers = if locked { 1.0 } else { available };
    let waits = waits(&demand);
    let threads = Most::of(facts, &demand, Strategy::Threads);
    let (start_with, strategy, words) = match demand.saturating(servers) {
        None => (
            threads.workers,
            Strategy::Threads,
            format!(
                "One worker waits {waits} of its time: nothing but waiting. Threads are enough; start with {}.",
                threads.all()
            ),
        ),
        Some(goetz) if demand.waiting() >= 0.5 => {
            let n = threads.whole(goetz);
            let formula = formula(servers, locked, &demand, &threads);
            let words = match all_cpus(facts, &demand, n).filter(|_| locked) {
                Some(processes) => {
                    let fill = verb(n.into(), "fills", "fill");
                    format!("{} {fill} its one lock{formula}; {processes}", plural(n.into(), "thread"))
                }
                None => format!("Threads are enough; start with {}{formula}", grouped(n.into())),
            };
            let of = format!("{} of {}", secs(demand.wait), secs(demand.wait + demand.compute));
            let words = format!("One worker waits {waits} of its time ({of}): I/O-bound. {words}.");
            (n, Strategy::Threads, words)
        }
        Some(_) if locked => {
            let goetz = demand.saturating(available).unwrap_or(available);
            let n = Most::of(facts, &demand, Strategy::Processes).whole(goetz);
            let words = format!(
                "One worker computes {} % of its time, under its interpreter's lock: CPU-bound. Threads would take turns; \
                 start with {}.",
                100.0 - (demand.waiting() * 100.0).round(),
                plural(u64::from(n), "process")
            );
            (n, Strategy::Processes, words)
        }
        Some(goetz) if (demand.waiting() * 100.0).round() >= 1.0 => {
            let n = threads.whole(goetz);
            let of = format!("{} of {}", secs(demand.wait), secs(demand.wait + demand.compute));
            let words = format!(
                "One worker waits {waits} of its time ({of}): mostly computing. Start with {}{}.",
                grouped(n.into()),
                formula(available, false, &demand, &threads)
            );
            (n, Strategy::Threads, words)
        }
        Some(_) => {
            let n = threads.whole(available);
            let fewer = available.round() > f64::from(n);
            let why = match threads.because.as_ref().filter(|_| fewer) {
                Some(because) => format!(": {because}"),
                None => format!(", one for each {}", if fewer { threads.noun } else { "CPU" }),
            };
            let words = format!("One worker computes all of its time: CPU-bound. Start with {n}{why}.");
            (n, Strategy::Threads, words)
        }
    };
    Diagnosis { demand, start_with, strategy, words }
}

/// The part of its time that one worker waits: all of it only where it does not compute.
fn waits(demand: &Demand) -> String {
    match (demand.waiting() * 100.0).round() {
        percent if percent >= 100.0 && demand.compute > 0.0 => "over 99 %".to_owned(),
        percent => format!("{percent} %"),
    }
}

/// What more processes than the `threads` that fill one lock would use, where that is more than the one CPU.
fn all_cpus(facts: &Facts, demand: &Demand, threads: u32) -> Option<String> {
    let available = facts.cpus();
    let goetz = demand.saturating(available)?;
    let n = Most::of(facts, demand, Strategy::Processes).whole(goetz);
    let enough = f64::from(n) + 0.5 >= goetz;
    (n > threads).then(|| {
        let what = match facts.measured.machine.quota {
            Some(_) => cpus(available),
            None if enough => every_cpu(available as u32),
            None => "more of the CPUs".to_owned(),
        };
        format!("{} would use {what}", plural(n.into(), "process"))
    })
}

/// `: 2 CPUs × (1 + 80.0 ms / 20.0 ms) = 10.0`, for no more workers than so many.
fn formula(servers: f64, lock: bool, demand: &Demand, most: &Most) -> String {
    let what = if lock { "1 lock".to_owned() } else { cpus(servers) };
    let goetz = demand.saturating(servers).unwrap_or(servers);
    let (wait, compute) = (secs(demand.wait), secs(demand.compute));
    format!(": {what} × (1 + {wait} / {compute}) = {}{}", three_digits(goetz), most.instead_of(goetz))
}

fn secs(seconds: f64) -> Nanos {
    Nanos::from_secs_f64(seconds)
}
