//! What the tasks themselves are like: mostly waiting, or one much longer than the others.

use super::{Facts, FindingKind, Insight, Weight};
use crate::analysis::words::{percent, times};
use crate::ids::TaskIndex;
use crate::plan::Strategy;
use crate::units::{Nanos, Share, plural};

/// From this part of a task's time on it mostly waits.
const WAITING: f64 = 0.5;
/// A task is slow from so many times the median on: up to twice, and a little, is what lists of different work have.
const SLOW: f64 = 3.0;
/// A slow task matters from this part of the makespan on: then it, and not the sum of the others, sets the end.
const SETS_THE_END: f64 = 0.5;
/// And from this part of elapsed on: where workers take most of it to start, no task is what the run waits for.
const OF_ELAPSED: f64 = 0.25;
/// With fewer attempts there is no median to speak of.
const ENOUGH_TASKS: u64 = 4;

/// Tasks that wait without a CPU for most of their time.
pub(super) struct MostlyWaiting {
    strategy: Strategy,
    waiting: Share,
    workers: u64,
    /// Workers that would keep the CPUs busy, or that there are tasks for.
    useful: Option<u64>,
}

impl MostlyWaiting {
    /// Silent before anything was done.
    pub(super) fn detect(facts: &Facts) -> Option<Self> {
        if facts.commands_want_for_cpus() {
            return None;
        }
        let waiting = facts.summary.waited().share_of(facts.busy());
        (waiting.fraction() > WAITING && facts.summary.tasks.ok > 0).then(|| Self {
            strategy: facts.strategy(),
            waiting,
            workers: u64::from(facts.summary.workers),
            useful: facts.saturating_workers(),
        })
    }
}

impl Insight for MostlyWaiting {
    const KIND: FindingKind = FindingKind::MostlyWaiting;

    fn weight(&self) -> Weight {
        Weight::Fact
    }

    fn headline(&self) -> String {
        format!("tasks wait {} of their time", percent(self.waiting))
    }

    fn explain(&self) -> String {
        format!(
            "tasks wait {} of their time and need no CPU for it: workers can wait side by side, even more of them than there are CPUs, and threads are enough.",
            percent(self.waiting)
        )
    }

    fn next_step(&self) -> Option<String> {
        match self.useful {
            _ if self.strategy == Strategy::Serial => None,
            Some(useful) if useful > self.workers => {
                Some(format!("Try more workers: up to {useful} can be of use."))
            }
            _ => None,
        }
    }
}

/// One task so long that the rest waits for it.
pub(super) struct SlowTask {
    task: Option<TaskIndex>,
    took: Nanos,
    median: Nanos,
    makespan: Nanos,
}

impl SlowTask {
    /// Silent with one worker, with few tasks, where the others take longer all the same, for runs that were short or ended
    /// early, and where attempts failed: how long those took says nothing about the work.
    pub(super) fn detect(facts: &Facts) -> Option<Self> {
        let summary = facts.summary;
        let took = summary.latency.max;
        let longest = facts.run.slots.iter().filter_map(|slot| slot.longest).max_by_key(|(_, took)| *took);
        // Where the longest task was not told one by one, its number is not known.
        let task = longest.filter(|(_, length)| *length == took).map(|(task, _)| task);
        // In a mix tasks of one type are meant to be longer than those of another: it is held against its own.
        let (median, alike) = if facts.is_mix() {
            let (part, _) = facts.run.start.work.place(task?)?;
            let part = summary.parts.get(part)?;
            (part.latency.p50, part.ok)
        } else {
            (summary.latency.p50, facts.attempts())
        };
        let fair = facts.busy() / u64::from(summary.workers);
        let sets_the_end = facts.of_makespan(took) >= SETS_THE_END && took > fair;
        let matters = facts.is_whole()
            && facts.is_long_enough()
            && took.share_of(summary.elapsed).fraction() >= OF_ELAPSED;
        let slow = took.0 as f64 >= median.0 as f64 * SLOW && median > Nanos::ZERO;
        let failed = summary.failed() + summary.tasks.retried;
        if failed > 0 || summary.workers < 2 || alike < ENOUGH_TASKS || !slow || !sets_the_end || !matters {
            return None;
        }
        Some(Self { task, took, median, makespan: summary.makespan })
    }

    fn who(&self) -> String {
        self.task.map_or_else(|| "one task".to_owned(), |task| format!("task {task}"))
    }
}

impl Insight for SlowTask {
    const KIND: FindingKind = FindingKind::SlowTask;

    fn weight(&self) -> Weight {
        Weight::Advice
    }

    fn headline(&self) -> String {
        let ratio = self.took.0 as f64 / self.median.0 as f64;
        format!("{} took {} as long as the median", self.who(), times(ratio))
    }

    fn explain(&self) -> String {
        format!(
            "{} took {} of the {} that all took together, where the median is {}: no number of workers makes the run shorter than that.",
            self.who(),
            self.took,
            self.makespan,
            self.median
        )
    }

    fn next_step(&self) -> Option<String> {
        // Stands by itself in short forms, and so names the task again.
        let task = self.task.map_or_else(|| "the longest task".to_owned(), |task| format!("task {task}"));
        Some(format!("Start {task} first, or split it into smaller tasks."))
    }
}

/// `4 workers`, for the files beside this one.
pub(super) fn workers(n: u32) -> String {
    plural(u64::from(n), "worker")
}
