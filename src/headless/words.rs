//! What lines and bars say about a run.

use std::fmt;

use crate::clock::RunTime;
use crate::event::Phase;
use crate::state::{RunState, Session, SlotState};
use crate::units::{Nanos, grouped, plural};

/// A run's name: `threads ×4`, with its task type and repeat where the plan has several of them.
pub(super) fn label(session: &Session, run: &RunState) -> String {
    let mut name = run.start.runtime.after(run.start.strategy.label(run.start.shape));
    if let Some(plan) = &session.plan {
        if plan.workloads.len() > 1 {
            name = format!("{} {name}", run.start.work.task());
        }
        if plan.repeats > 1 {
            name = format!("{name} ({} of {})", run.start.repeat + 1, plan.repeats);
        }
    }
    name
}

/// How far a run is, in words: `10 of 16 tasks, 62 %, 0.3 s left`.
#[derive(Clone, Debug)]
pub(super) struct Progress {
    ended: u64,
    failed: u64,
    tasks: u64,
    percent: u32,
    left: Option<Nanos>,
    late: bool,
}

impl Progress {
    /// How far `run` is at `now`.
    pub(super) fn of(run: &RunState, now: RunTime) -> Self {
        Self {
            ended: (run.done() + run.failed()).min(run.start.tasks),
            failed: run.failed(),
            tasks: run.start.tasks,
            percent: run.progress().percent(),
            left: run.time_left(now),
            late: run.is_late(now),
        }
    }
}

impl Progress {
    /// `, 0.3 s left`, or `, late` where nothing was left a second ago and tasks run all the same.
    fn left(&self) -> String {
        match self.left {
            Some(_) if self.late => ", late".to_owned(),
            Some(left) => format!(", {} left", seconds(left)),
            None => String::new(),
        }
    }

    /// The same beside a bar: `10/16, 62 %, 0.5 s, 0.3 s left`, with the time that it took so far.
    pub(super) fn beside_a_bar(&self, elapsed: Nanos) -> String {
        let failed =
            if self.failed > 0 { format!(" {} failed,", grouped(self.failed)) } else { String::new() };
        let left = self.left();
        let (ended, tasks) = (grouped(self.ended), grouped(self.tasks));
        format!("{ended}/{tasks},{failed} {} %, {}{left}", self.percent, seconds(elapsed))
    }
}

/// A length of time that changes while one looks: tenths of a second, for the rest would only flicker.
pub(super) fn seconds(time: Nanos) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} tasks, {} %", grouped(self.ended), grouped(self.tasks), self.percent)?;
        if self.failed > 0 {
            write!(f, ", {} failed", grouped(self.failed))?;
        }
        f.write_str(&self.left())
    }
}

/// What a worker does, in words: `#11 computing, 3 done`. Where tasks are tried again, what failed are attempts.
pub(super) fn worker(slot: &SlotState, retries: u32) -> String {
    let levels = &slot.levels;
    let task = levels.task.map_or_else(String::new, |task| format!("{task} "));
    let failed = match (levels.failed, retries) {
        (0, _) => String::new(),
        (n, 0) => format!(", {} failed", grouped(n)),
        (n, _) => format!(", {} failed", plural(n, "attempt")),
    };
    format!("{task}{}, {} done{failed}", levels.phase, grouped(levels.done))
}

/// How far a worker's task is, in 1/65 536; a wait tells nothing itself, but how long it is to be is known.
pub(super) fn worker_progress(slot: &SlotState, wait: Nanos, now: RunTime) -> u64 {
    let levels = &slot.levels;
    match levels.phase {
        _ if levels.task.is_none() => 0,
        Phase::Blocked => (now.since(levels.since).share_of(wait).fraction() * 65_536.0) as u64,
        _ => u64::from(levels.progress),
    }
}
