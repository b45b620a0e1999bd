//! What went wrong: results or counts that differ, tasks that failed, workers that died, runs that ended early.

use super::{Facts, FindingKind, Insight, Weight};
use crate::analysis::words::{and, ended_early, quoted, verb};
use crate::event::{RunEnd, StopReason, TaskCounts, WorkerExit};
use crate::ids::{SlotId, TaskIndex};
use crate::plan::Strategy;
use crate::state::RunState;
use crate::task::http::NO_SUCH_HOST;
use crate::units::{grouped, plural};

/// At most so many workers are named.
const NAMED: usize = 3;

/// Another result than another way came to.
pub(super) struct ResultsDiffer {
    strategy: Strategy,
    other: Strategy,
    digests: (u64, u64),
}

impl ResultsDiffer {
    /// Silent where either result is not known. The serial run is what others are held against, or else the first.
    pub(super) fn detect(facts: &Facts) -> Option<Self> {
        let own = facts.summary.digest?;
        let digest = |run: &RunState| run.end.as_ref().and_then(|end| end.digest);
        let first = |run: &&RunState| run.start.workload == facts.summary.workload && digest(run).is_some();
        let reference =
            facts.session.baseline(facts.run).or_else(|| facts.session.runs.iter().find(first))?;
        let other = digest(reference)?;
        (own != other).then_some(Self {
            strategy: facts.strategy(),
            other: reference.start.strategy,
            digests: (own, other),
        })
    }
}

impl Insight for ResultsDiffer {
    const KIND: FindingKind = FindingKind::ResultsDiffer;

    fn weight(&self) -> Weight {
        Weight::Alarm
    }

    fn headline(&self) -> String {
        format!("{} came to other results than {}", self.strategy, self.other)
    }

    fn explain(&self) -> String {
        let (own, other) = self.digests;
        format!(
            "{} came to other results than {}: digest {own:016x} and not {other:016x}.",
            self.strategy, self.other
        )
    }

    fn next_step(&self) -> Option<String> {
        Some("Do not compare their times: they did not do the same work.".to_owned())
    }
}

/// Counts of the parent and of the lanes that cannot both be right.
pub(super) struct BooksDiffer {
    strategy: Strategy,
    /// Attempts that the books know of, the fewest and the most.
    books: (u64, u64),
    lanes: u64,
}

impl BooksDiffer {
    /// Allows for attempts that were tried again, and for those that ended with their workers: before the lanes told of
    /// them, or after that and before the result was sent. Silent where a worker's death cut off lanes that travel as
    /// frames.
    pub(super) fn detect(facts: &Facts) -> Option<Self> {
        let counts: &TaskCounts = &facts.summary.tasks;
        let died = facts.run.slots.iter().any(|slot| slot.exits.iter().any(is_death));
        if died && !facts.run.start.shared_lanes {
            return None;
        }
        let done: u64 = facts.end.slots.iter().map(|slot| slot.done).sum();
        let lanes = facts.attempts();
        let fewest = counts.ok + counts.error;
        let most = if died { u64::MAX } else { counts.accounted() + counts.retried };
        ((done < counts.ok) || !(fewest..=most).contains(&lanes)).then_some(Self {
            strategy: facts.strategy(),
            books: (fewest, most),
            lanes,
        })
    }
}

impl Insight for BooksDiffer {
    const KIND: FindingKind = FindingKind::BooksDiffer;

    fn weight(&self) -> Weight {
        Weight::Alarm
    }

    fn headline(&self) -> String {
        "books and lanes count different tasks".to_owned()
    }

    fn explain(&self) -> String {
        let (fewest, most) = self.books;
        let books = match most {
            most if most == fewest => grouped(most),
            u64::MAX => format!("{} at least", grouped(fewest)),
            most => format!("{} to {}", grouped(fewest), grouped(most)),
        };
        format!(
            "the lanes of {} tell of {}, the books of {books}.",
            self.strategy,
            plural(self.lanes, "attempt")
        )
    }

    fn next_step(&self) -> Option<String> {
        Some("The counts are those of the books; this is a fault of poolscope, please report it.".to_owned())
    }
}

/// Tasks that failed for good.
pub(super) struct TasksFailed {
    strategy: Strategy,
    counts: TaskCounts,
    first: Option<(TaskIndex, String)>,
    /// Whether most of them are commands that failed, while the same succeeded in an earlier run.
    only_the_first_time: bool,
    /// Whether all whose errors are kept asked for a host that does not exist.
    no_such_host: bool,
}

impl TasksFailed {
    pub(super) fn detect(facts: &Facts) -> Option<Self> {
        let errors = &facts.end.errors;
        let gone = |(_, words): &(TaskIndex, String)| words.ends_with(NO_SUCH_HOST);
        (facts.summary.failed() > 0).then(|| Self {
            strategy: facts.strategy(),
            counts: facts.summary.tasks,
            first: errors.first().cloned(),
            only_the_first_time: only_the_first_time(facts),
            no_such_host: !errors.is_empty() && errors.iter().all(gone),
        })
    }

    fn failed(&self) -> u64 {
        crate::analysis::summary::failed(&self.counts)
    }

    /// `failed with an error`, `timed out`, `failed: 2 with an error and 1 timed out`.
    fn how(&self) -> String {
        let TaskCounts { error, timed_out, lost, .. } = self.counts;
        match (error, timed_out, lost) {
            (_, 0, 0) => "failed with an error".to_owned(),
            (0, _, 0) => "timed out".to_owned(),
            (0, 0, n) => {
                format!("{} lost with {}", verb(n, "was", "were"), verb(n, "its worker", "their workers"))
            }
            _ => {
                let lost_with = verb(lost, "lost with its worker", "lost with their workers");
                let ways = [(error, "with an error"), (timed_out, "timed out"), (lost, lost_with)];
                let ways = ways.into_iter().filter(|(n, _)| *n > 0);
                let ways: Vec<String> = ways.map(|(n, way)| format!("{} {way}", grouped(n))).collect();
                format!("failed: {}", and(&ways))
            }
        }
    }
}

impl Insight for TasksFailed {
    const KIND: FindingKind = FindingKind::TasksFailed;

    fn weight(&self) -> Weight {
        Weight::Alarm
    }

    fn headline(&self) -> String {
        format!("{} of {} failed", grouped(self.failed()), plural(self.counts.total, "task"))
    }

    fn explain(&self) -> String {
        let what = format!(
            "with {} {} of {} {}",
            self.strategy,
            grouped(self.failed()),
            plural(self.counts.total, "task"),
            self.how()
        );
        match &self.first {
            Some((task, words)) => format!("{what}; the first is {task}: {}.", quoted(words)),
            None => format!("{what}."),
        }
    }

    fn next_step(&self) -> Option<String> {
        let words = if self.only_the_first_time {
            "The command must be repeatable: the first run of it succeeded, and each run does all tasks again."
        } else if self.counts.timed_out > 0 {
            "Give tasks a longer timeout, or make them shorter."
        } else if self.counts.lost > 0 {
            "A task that was lost may be what ends its workers: run it alone."
        } else if self.counts.error == self.counts.total {
            // Then it does not come and go.
            return None;
        } else if self.no_such_host {
            "No retry helps there: correct the URL, or leave it out."
        } else {
            "If the error comes and goes, allow retries."
        };
        Some(words.to_owned())
    }
}

/// Whether at least half of a run's tasks are commands that failed, and the first run of the same had none that did.
fn only_the_first_time(facts: &Facts) -> bool {
    let (start, tasks) = (&facts.run.start, facts.summary.tasks);
    let first = facts.session.runs.iter().find(|run| run.start.workload == start.workload);
    let first = first.filter(|first| first.start.run != start.run).and_then(|first| first.end.as_deref());
    start.work.command().is_some()
        && tasks.error * 2 >= tasks.total
        && first.is_some_and(|first| first.counts.all_ok())
}

/// Workers that ended before their time.
pub(super) struct WorkersDied {
    pub(super) died: Vec<(SlotId, WorkerExit)>,
    pub(super) replaced: u64,
    pub(super) lost: u64,
}

fn is_death(exit: &WorkerExit) -> bool {
    *exit != WorkerExit::Finished
}

impl WorkersDied {
    /// Silent about workers that poolscope killed because the run was cancelled or a task was out of time.
    pub(super) fn detect(facts: &Facts) -> Option<Self> {
        let timeout = facts.session.plan.as_ref().and_then(|plan| plan.timeout);
        let meant = facts.end.stopped == Some(StopReason::Cancelled) || timeout.is_some();
        let mut died = Vec::new();
        let mut replaced = 0;
        for (index, slot) in facts.run.slots.iter().enumerate() {
            let deaths = slot.exits.iter().filter(|exit| is_death(exit));
            let deaths = deaths.filter(|exit| !(meant && **exit == WorkerExit::Enforced));
            died.extend(deaths.map(|exit| (SlotId(index as u16), exit.clone())));
            replaced += slot.pids.len().saturating_sub(1) as u64;
        }
        (!died.is_empty()).then_some(Self { died, replaced, lost: facts.summary.tasks.lost })
    }

    fn count(&self) -> u64 {
        self.died.len() as u64
    }
}

impl Insight for WorkersDied {
    const KIND: FindingKind = FindingKind::WorkersDied;

    fn weight(&self) -> Weight {
        Weight::Alarm
    }

    fn headline(&self) -> String {
        format!("{} died", plural(self.count(), "worker"))
    }

    fn explain(&self) -> String {
        // What ended a worker several times is said once.
        let mut ends: Vec<(&(SlotId, WorkerExit), u64)> = Vec::new();
        for death in &self.died {
            match ends.iter_mut().find(|(known, _)| *known == death) {
                Some((_, times)) => *times += 1,
                None => ends.push((death, 1)),
            }
        }
        let named = ends.iter().take(NAMED);
        let mut names: Vec<String> =
            named.map(|((slot, exit), times)| format!("{slot} {exit}{}", repeated(*times))).collect();
        let more: u64 = ends.iter().skip(NAMED).map(|(_, times)| times).sum();
        if more > 0 {
            names.push(format!("{} more", grouped(more)));
        }
        let replaced = match self.replaced {
            0 => "without replacement",
            n if n >= self.count() => verb(self.count(), "and was replaced", "and were replaced"),
            _ => "and some were replaced",
        };
        let lost = match self.lost {
            0 => "no task was lost".to_owned(),
            n => format!("{} {} lost", plural(n, "task"), verb(n, "was", "were")),
        };
        format!("{} died {replaced}: {}; {lost}.", plural(self.count(), "worker"), and(&names))
    }

    fn next_step(&self) -> Option<String> {
        let killed = self.died.iter().any(|(_, exit)| *exit == WorkerExit::Killed { signal: 9 });
        killed.then(|| "If nobody killed it, the system may be short of memory: look at its log.".to_owned())
    }
}

/// How often something happened, in brackets; nothing for once.
fn repeated(times: u64) -> String {
    match times {
        0 | 1 => String::new(),
        2 => " (twice)".to_owned(),
        3 => " (three times)".to_owned(),
        n => format!(" ({} times)", grouped(n)),
    }
}

/// A run that did not go to its end.
pub(super) struct EndedEarly {
    strategy: Strategy,
    reason: StopReason,
    counts: TaskCounts,
}

impl EndedEarly {
    pub(super) fn detect(facts: &Facts) -> Option<Self> {
        let RunEnd { stopped, counts, .. } = facts.end;
        stopped.clone().map(|reason| Self { strategy: facts.strategy(), reason, counts: *counts })
    }
}

impl Insight for EndedEarly {
    const KIND: FindingKind = FindingKind::EndedEarly;

    fn weight(&self) -> Weight {
        if self.reason == StopReason::Cancelled { Weight::Advice } else { Weight::Alarm }
    }

    fn headline(&self) -> String {
        ended_early(self.strategy, &self.reason)
    }

    fn explain(&self) -> String {
        format!(
            "{}, with {} of {} done.",
            ended_early(self.strategy, &self.reason),
            grouped(self.counts.ok),
            plural(self.counts.total, "task")
        )
    }

    fn next_step(&self) -> Option<String> {
        None
    }
}
