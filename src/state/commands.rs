//! The commands of a run that are over: what they took together, and the last of them with the end of their output.
//!
//! Totals are of all of them. One by one they are kept as memory allows, those that failed before the others.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::event::{CommandEnd, Outcome, PeakMemory};
use crate::ids::TaskIndex;
use crate::units::Nanos;

/// What is kept one by one of a run that goes on may take about so many bytes, and as many that of all earlier runs of its
/// comparison.
pub const COMMANDS_KEPT: usize = 8 << 20;
/// What one takes besides its output.
const EACH: usize = 256;

/// What the commands of a run took together.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandTotals {
    /// Commands that are over.
    pub ended: u64,
    /// From their starts to their ends.
    pub elapsed: Nanos,
    /// CPU time in the programs themselves.
    pub user: Nanos,
    /// CPU time in the system on their behalf.
    pub system: Nanos,
    /// How long they were ready and had no CPU, at least.
    #[serde(default)]
    pub run_delay: Nanos,
    /// The most memory that one of them had.
    pub peak_memory: PeakMemory,
    /// Commands that left processes behind.
    pub leaky: u64,
    /// The processes that they left, which were killed.
    pub leaked: u64,
    /// Whether it is not known of each of these which command left it.
    #[serde(default)]
    pub unsure: bool,
    /// Commands whose output is not kept any more.
    pub forgotten: u64,
}

impl CommandTotals {
    /// CPU time, the programs' and the system's.
    pub fn cpu(&self) -> Nanos {
        self.user + self.system
    }

    /// What they were without a CPU, and did not want one as far as is known, between their starts and their ends. Starting
    /// one takes its worker some time besides, which nothing of it waits for.
    pub fn waited(&self) -> Nanos {
        self.elapsed - self.cpu() - self.run_delay
    }
}

/// The commands of a run that are over.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CommandLog {
    /// All of them together.
    pub totals: CommandTotals,
    /// Those that succeeded, the last one last.
    fine: VecDeque<CommandEnd>,
    /// The others.
    failed: VecDeque<CommandEnd>,
    /// What both take.
    bytes: usize,
}

impl CommandLog {
    /// Takes one more in.
    pub fn take(&mut self, end: &CommandEnd) {
        let totals = &mut self.totals;
        totals.ended += 1;
        totals.elapsed += end.elapsed;
        totals.user += end.user;
        totals.system += end.system;
        totals.run_delay += end.run_delay.unwrap_or_default();
        totals.peak_memory = totals.peak_memory.max(end.peak_memory);
        totals.leaky += u64::from(end.leaked > 0);
        totals.leaked += u64::from(end.leaked);
        totals.unsure |= end.unsure;
        self.bytes += weight(end);
        if end.outcome == Outcome::Ok { &mut self.fine } else { &mut self.failed }.push_back(end.clone());
        self.shrink(COMMANDS_KEPT);
    }

    /// Forgets the oldest, until the others take no more than so many bytes. Returns what they take.
    pub fn shrink(&mut self, most: usize) -> usize {
        while self.bytes > most {
            let Some(oldest) = self.fine.pop_front().or_else(|| self.failed.pop_front()) else { break };
            self.bytes -= weight(&oldest);
            self.totals.forgotten += 1;
        }
        self.bytes
    }

    /// Those that are kept and failed, in the order of their ends.
    pub fn failed(&self) -> impl Iterator<Item = &CommandEnd> {
        self.failed.iter()
    }

    /// Those that are kept, in the order of their tasks.
    pub fn all(&self) -> Vec<&CommandEnd> {
        let mut all: Vec<&CommandEnd> = self.fine.iter().chain(&self.failed).collect();
        all.sort_by_key(|end| (end.task, end.attempt));
        all
    }

    /// That of an attempt, if it is kept.
    pub fn of(&self, task: TaskIndex, attempt: u8) -> Option<&CommandEnd> {
        let same = |end: &&CommandEnd| (end.task, end.attempt) == (task, attempt);
        self.fine.iter().rev().find(same).or_else(|| self.failed.iter().rev().find(same))
    }
}

fn weight(end: &CommandEnd) -> usize {
    EACH + end.tail.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::SlotId;
    use crate::units::Bytes;

    fn end(task: u32, outcome: Outcome, tail: usize) -> CommandEnd {
        CommandEnd {
            task: TaskIndex(task),
            attempt: 0,
            slot: SlotId(0),
            outcome,
            status: "exit status 0".to_owned(),
            elapsed: Nanos(10),
            user: Nanos(3),
            system: Nanos(1),
            run_delay: task.is_multiple_of(2).then_some(Nanos(2)),
            peak_memory: PeakMemory::of(Bytes(task.into())),
            tail: "x".repeat(tail),
            dropped: 0,
            leaked: task % 2,
            unsure: false,
        }
    }

    #[test]
    fn totals_are_of_all_and_failures_are_kept_before_others() {
        let mut log = CommandLog::default();
        let (tasks, tail) = (10_000, 4_096);
        for task in 0..tasks {
            log.take(&end(task, if task < 3 { Outcome::Error } else { Outcome::Ok }, tail));
        }
        let totals = log.totals;
        assert_eq!(
            (totals.ended, totals.cpu(), totals.peak_memory.known()),
            (10_000, Nanos(40_000), Some(Bytes(9_999)))
        );
        assert_eq!((totals.leaky, totals.leaked), (5_000, 5_000));
        assert_eq!((totals.run_delay, totals.waited()), (Nanos(10_000), Nanos(50_000)));
        assert!(log.bytes <= COMMANDS_KEPT && log.bytes > COMMANDS_KEPT - 2 * (tail + EACH));
        assert!(log.clone().shrink(10_000) <= 10_000);
        assert_eq!(log.failed().map(|end| end.task.0).collect::<Vec<_>>(), [0, 1, 2]);
        let kept = log.all();
        assert_eq!(kept.len() as u64 + totals.forgotten, 10_000);
        assert_eq!((kept[2].task.0, kept[kept.len() - 1].task.0), (2, 9_999));
        assert!(log.of(TaskIndex(1), 0).is_some() && log.of(TaskIndex(1), 1).is_none());
        assert!(log.of(TaskIndex(3), 0).is_none() && log.of(TaskIndex(9_999), 0).is_some());
    }

    #[test]
    fn failures_go_too_where_there_are_too_many() {
        let mut log = CommandLog::default();
        (0..10_000).for_each(|task| log.take(&end(task, Outcome::Error, 4_096)));
        assert!(log.bytes <= COMMANDS_KEPT && log.totals.forgotten > 5_000);
    }
}
