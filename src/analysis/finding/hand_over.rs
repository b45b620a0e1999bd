//! What pools cost: starting and stopping workers, and handing tasks over.

use super::tasks::workers;
use super::{Facts, FindingKind, Insight, Weight};
use crate::analysis::words::percent;
use crate::plan::{Strategy, TaskType};
use crate::units::{Nanos, Share, plural};

/// From this part of elapsed on, starting and stopping shows.
const START_UP: f64 = 0.10;
/// Tasks from this length on are not called short, whatever handing them over takes: it is some 10 µs with processes.
const SHORT: Nanos = Nanos::from_micros(100);
/// Handing a chunk over should take no more than this part of the chunk.
const HAND_OVER: u64 = 10;
/// With fewer attempts the first tasks, which wait for workers to be ready, are most of them.
const ENOUGH_TASKS: u64 = 100;

/// Starting and stopping workers took a part that shows.
pub(super) struct StartUp {
    strategy: Strategy,
    workers: u32,
    elapsed: Nanos,
    startup: Nanos,
    shutdown: Nanos,
    /// Whether workers fill memory before their first task, which takes most of their start.
    fills_buffers: bool,
}

impl StartUp {
    /// Silent where no task was done, and where the run ended early: stopping then took what was cut short.
    pub(super) fn detect(facts: &Facts) -> Option<Self> {
        let summary = facts.summary;
        let found = Self {
            strategy: summary.strategy,
            workers: summary.workers,
            elapsed: summary.elapsed,
            startup: summary.startup,
            shutdown: summary.shutdown,
            fills_buffers: facts.has(TaskType::Native),
        };
        let shows = found.share().fraction() > START_UP;
        (facts.is_pool() && facts.is_whole() && summary.tasks.ok > 0 && shows).then_some(found)
    }

    fn share(&self) -> Share {
        (self.startup + self.shutdown).share_of(self.elapsed)
    }
}

impl Insight for StartUp {
    const KIND: FindingKind = FindingKind::StartUp;

    fn weight(&self) -> Weight {
        Weight::Advice
    }

    fn headline(&self) -> String {
        format!("starting and stopping workers took {} of the time", percent(self.share()))
    }

    fn explain(&self) -> String {
        format!(
            "{} took {}, of which {} ({}) was starting and stopping {}.",
            self.strategy,
            self.elapsed,
            self.startup + self.shutdown,
            percent(self.share()),
            workers(self.workers)
        )
    }

    fn next_step(&self) -> Option<String> {
        let words = match self.strategy {
            _ if self.fills_buffers => {
                "Give it more or longer tasks, or a smaller size, whose buffers are filled sooner."
            }
            Strategy::Processes | Strategy::Hybrid => {
                "Give it more or longer tasks, or use threads, which start in a fraction of the time."
            }
            Strategy::Serial | Strategy::Threads => "Give it more or longer tasks.",
        };
        Some(words.to_owned())
    }
}

/// Tasks shorter than what it takes to hand them over.
pub(super) struct ShortTasks {
    strategy: Strategy,
    mean: Nanos,
    /// What handing one task over takes of a worker's time.
    moving: Nanos,
    chunk: u64,
    better: Option<u64>,
}

impl ShortTasks {
    /// Silent for a handful of tasks, and for runs that ended early.
    pub(super) fn detect(facts: &Facts) -> Option<Self> {
        let attempts = facts.attempts();
        let mean = facts.task_mean().filter(|mean| *mean < SHORT)?;
        let ledger = facts.ledger();
        let moving = (ledger.sending + ledger.receiving + ledger.waiting) / attempts;
        if !facts.is_pool() || !facts.is_whole() || attempts < ENOUGH_TASKS || moving <= mean {
            return None;
        }
        let waves = facts.waves();
        // The chunk whose tasks take ten times what handing it over does, as long as each worker gets one.
        let wanted = (moving * waves.chunk * HAND_OVER).0.div_ceil(mean.0.max(1));
        let better = wanted.min(waves.tasks / waves.workers);
        Some(Self {
            strategy: facts.strategy(),
            mean,
            moving,
            chunk: waves.chunk,
            better: (better > waves.chunk).then(|| one_digit(better)),
        })
    }
}

impl Insight for ShortTasks {
    const KIND: FindingKind = FindingKind::ShortTasks;

    fn weight(&self) -> Weight {
        Weight::Advice
    }

    fn headline(&self) -> String {
        "tasks are shorter than handing them over".to_owned()
    }

    fn explain(&self) -> String {
        format!(
            "with {} a task took {} in the mean and handing it over {}, in chunks of {}.",
            self.strategy,
            self.mean,
            self.moving,
            plural(self.chunk, "task")
        )
    }

    fn next_step(&self) -> Option<String> {
        Some(self.better.map_or_else(
            || "Let each task do more.".to_owned(),
            |chunk| format!("Hand out chunks of about {}, or let each task do more.", plural(chunk, "task")),
        ))
    }
}

/// `n` rounded down to one significant digit.
fn one_digit(n: u64) -> u64 {
    let unit = 10u64.pow(n.max(1).ilog10());
    n / unit * unit
}
