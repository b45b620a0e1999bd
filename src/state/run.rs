//! One run: its slots, their lanes, and the last tasks.

mod facts;

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::clock::RunTime;
use crate::event::{
    CommandEnd, CoreLoad, CoreSample, Gauges, GilCounts, GilMark, Outcome, Phase, PhaseTotals, RunEnd,
    RunStart, WorkerExit,
};
use crate::ids::{CpuId, SlotId, TaskIndex};
use crate::plan::GilRule;
use crate::state::progress::{rest_of_task, time_left};
use crate::state::{CommandLog, Ledger, Preempted, Tenures, Timeline};
use crate::units::{Nanos, Share};

/// Tasks kept one by one, the last that ended: less than 400 KiB, so that those of all runs that Compare keeps are a few
/// MiB.
pub const TASKS_KEPT: usize = 4_096;
/// Failures kept one by one for each slot, the last ones.
pub const FAILURES_KEPT: usize = 64;
/// What happened over an interpreter's lock is kept one by one for each slot, the last ones.
pub const MARKS_KEPT: usize = 4_096;
/// Changes of the rule of the lock that are kept, the last ones.
const RULES_KEPT: usize = 256;
/// A run whose tasks should have ended so long ago is late.
const LATE: Nanos = Nanos::from_secs(1);

/// One attempt of a task that is over.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskRecord {
    /// Its number.
    pub task: TaskIndex,
    /// The number of the attempt, from 0.
    pub attempt: u8,
    /// How it ended.
    pub outcome: Outcome,
    /// Where it ran.
    pub slot: SlotId,
    /// In which process.
    pub pid: u32,
    /// Its beginning.
    pub start: RunTime,
    /// Its end.
    pub end: RunTime,
    /// The CPU time that was read within it.
    pub cpu: Nanos,
    /// The logical CPU that it was last seen on, where one was seen.
    pub on: Option<CpuId>,
    /// When it was ready to be run. All tasks are when the run begins; an attempt that follows another is when that has
    /// ended, and none where that one is not kept.
    pub queued: Option<RunTime>,
}

/// One worker slot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SlotState {
    /// Its history.
    pub timeline: Timeline,
    /// Its last levels.
    pub levels: Gauges,
    /// Time during which all of poolscope was stopped, by the phase that the worker was stopped in; it is in none of the
    /// totals of `levels`.
    pub stopped: PhaseTotals,
    /// The processes that lived in it, the last one last.
    pub pids: Vec<u32>,
    /// How they ended.
    pub exits: Vec<WorkerExit>,
    /// The longest attempt that was told one by one, and its task.
    pub longest: Option<(TaskIndex, Nanos)>,
    /// The last attempts that failed and were told one by one, with the moments of their ends; `Lost` is the death of the
    /// worker itself. At most [`FAILURES_KEPT`].
    pub failures: VecDeque<(RunTime, Outcome)>,
    /// When it had something to compute and no CPU.
    pub preempted: Preempted,
    /// When it had its interpreter's lock.
    pub tenures: Tenures,
    /// What happened over that lock: when, what, and how often. At most [`MARKS_KEPT`].
    pub gil_marks: VecDeque<(RunTime, GilMark, u32)>,
    /// Of the time that all of poolscope was stopped, that in which it had the lock.
    held_stopped: Nanos,
}

/// What the machine was like around a run.
#[derive(Copy, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Surroundings {
    /// Part of all cores that nobody but poolscope's workers used in the last reading before the run; none where there
    /// was no reading.
    pub idle_before: Option<Share>,
    /// The most time that was stolen from all cores in one reading.
    pub most_steal: Share,
    /// The most that a quota held back in one reading.
    pub most_throttled: Share,
    /// CPU time while it ran that went neither to its workers nor to poolscope itself, that of commands included.
    #[serde(default)]
    pub others: Nanos,
    /// The time of all CPUs in which that was read.
    #[serde(default)]
    pub read: Nanos,
}

/// One run, as its events tell it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunState {
    /// What was known when it began.
    pub start: RunStart,
    /// How often a task that fails is tried again.
    pub retries: u32,
    /// Attempts that were told one by one and ended a task otherwise than with a value: none of them is tried again.
    given_up: u64,
    /// Its worker slots, in order.
    pub slots: Vec<SlotState>,
    /// The last tasks that were told of one by one, the last one last.
    pub recent: VecDeque<TaskRecord>,
    /// What the machine was like.
    pub surroundings: Surroundings,
    /// The last moment that anything was told of.
    pub now: RunTime,
    /// How long it was stopped, by Ctrl-Z say.
    pub suspended: Nanos,
    /// Since when it is stopped.
    pub suspended_since: Option<RunTime>,
    /// When holders of the interpreters' lock were told to let go by another rule, and by which. The last changes.
    pub rules: VecDeque<(RunTime, GilRule)>,
    /// The commands that are over; none where tasks are none.
    #[serde(default)]
    pub commands: Option<Box<CommandLog>>,
    /// What is known since it is over; none while it runs.
    pub end: Option<Box<RunEnd>>,
}

impl SlotState {
    fn fail(&mut self, at: RunTime, how: Outcome) {
        if self.failures.len() == FAILURES_KEPT {
            self.failures.pop_front();
        }
        self.failures.push_back((at, how));
    }

    fn take_levels(&mut self, levels: &Gauges, at: RunTime) {
        let gil = GilCounts { held: levels.gil.held - self.held_stopped, ..levels.gil };
        self.levels = Gauges { totals: levels.totals.less(&self.stopped), gil, ..*levels };
        self.preempted.read(&self.levels, at);
    }
}

impl RunState {
    pub(super) fn new(start: RunStart, retries: u32, before: Option<CoreSample>) -> Self {
        let lanes = start.slots as usize;
        let slot = SlotState {
            timeline: Timeline::new(lanes),
            levels: Gauges::default(),
            stopped: PhaseTotals::default(),
            pids: Vec::new(),
            exits: Vec::new(),
            longest: None,
            failures: VecDeque::new(),
            preempted: Preempted::new(lanes),
            tenures: Tenures::new(lanes),
            gil_marks: VecDeque::new(),
            held_stopped: Nanos::ZERO,
        };
        let idle_before = before.map(|sample| {
            // What the run before this one was charged for is over by now: others alone are in the way.
            let others = |core: &CoreLoad| core.busy.fraction() - core.ours.fraction();
            let busy: f64 = sample.cores.iter().map(others).sum();
            // And so is what poolscope did for itself: to calibrate takes a tenth of a second, just before a first run.
            let others = (busy - sample.own.fraction()).max(0.0);
            Share::of(sample.cores.len() as f64 - others, sample.cores.len() as f64)
        });
        let commands = start.work.command().map(|_| Box::default());
        Self {
            start,
            commands,
            retries,
            given_up: 0,
            slots: vec![slot; lanes],
            recent: VecDeque::new(),
            surroundings: Surroundings { idle_before, ..Surroundings::default() },
            now: RunTime::START,
            suspended: Nanos::ZERO,
            suspended_since: None,
            rules: VecDeque::new(),
            end: None,
        }
    }

    /// CPU time of an attempt: its worker's own, and that of the command that it ran, as far as that is kept.
    pub fn cpu_of(&self, record: &TaskRecord) -> Nanos {
        let command = self.commands.as_ref().and_then(|log| log.of(record.task, record.attempt));
        record.cpu + command.map(CommandEnd::cpu).unwrap_or_default()
    }

    /// The process that a worker's process was started by: poolscope, unless the worker is one of its own threads.
    pub fn parent_of(&self, pid: u32) -> Option<u32> {
        if pid == self.start.pid { self.start.parent } else { Some(self.start.pid) }
    }

    /// The last tasks in the order of their ends. They are told lane by lane, so that those of different workers may come
    /// in another order.
    pub fn recent_by_end(&self) -> Vec<&TaskRecord> {
        let mut records: Vec<&TaskRecord> = self.recent.iter().collect();
        records.sort_by_key(|record| (record.end, record.task, record.attempt));
        records
    }

    /// Attempts that have ended with a value so far, by the lanes; the books of a run that is over.
    pub fn done(&self) -> u64 {
        self.end.as_ref().map_or_else(|| self.slots.iter().map(|s| s.levels.done).sum(), |end| end.counts.ok)
    }

    /// Tasks that have ended otherwise so far, by the lanes; the books of a run that is over. Where tasks are tried
    /// again, attempts too short to be told one by one are left out until then, for nobody knows which was the last.
    pub fn failed(&self) -> u64 {
        match &self.end {
            Some(end) => end.counts.total - end.counts.ok,
            None if self.retries == 0 => self.failed_attempts(),
            None => self.given_up.min(self.failed_attempts()),
        }
    }

    /// Tasks that have ended so far, with a value or failed; those that were cancelled have not.
    pub fn ended(&self) -> u64 {
        let cancelled = self.end.as_ref().map_or(0, |end| end.counts.cancelled);
        (self.done() + self.failed()).saturating_sub(cancelled)
    }

    fn failed_attempts(&self) -> u64 {
        self.slots.iter().map(|slot| slot.levels.failed).sum()
    }

    /// How far the run is: tasks that ended, and the parts of those that tell how far they are.
    pub fn progress(&self) -> Share {
        let parts: f64 = if self.end.is_some() {
            0.0
        } else {
            let of = |levels: &Gauges| levels.task.map_or(0.0, |_| f64::from(levels.progress) / 65_536.0);
            self.slots.iter().map(|slot| of(&slot.levels)).sum()
        };
        let ended = (self.done() + self.failed()).min(self.start.tasks);
        Share::of(ended as f64 + parts, self.start.tasks as f64)
    }

    /// Workers that have a task now.
    pub fn in_flight(&self) -> usize {
        self.slots.iter().filter(|slot| slot.levels.task.is_some()).count()
    }

    /// Workers that are in a phase now.
    pub fn in_phase(&self, phase: Phase) -> usize {
        self.slots.iter().filter(|slot| slot.levels.phase == phase).count()
    }

    /// How long the run has taken up to `now`, without the time that it was stopped; its elapsed if it is over.
    pub fn elapsed(&self, now: RunTime) -> Nanos {
        let wall = self.end.as_ref().map_or_else(|| now.elapsed(), |end| end.elapsed);
        let stopped = self.suspended_since.map_or(Nanos::ZERO, |since| now.since(since));
        wall - self.suspended - stopped
    }

    /// How long the run still takes, from the tasks that have ended and those that run; none if it is over, or if
    /// there is nothing to go by.
    pub fn time_left(&self, now: RunTime) -> Option<Nanos> {
        if self.end.is_some() {
            return None;
        }
        let each = self.time_of_a_task()?;
        let running: Vec<Nanos> =
            self.slots.iter().filter_map(|slot| rest_of_task(&slot.levels, now, each)).collect();
        let ended = self.done() + self.failed();
        let open = self.start.tasks.saturating_sub(ended).saturating_sub(running.len() as u64);
        Some(time_left(&running, self.slots.len() - running.len(), open, each))
    }

    /// Whether the tasks that run should all have ended a second before `now`, and none is left but them.
    pub fn is_late(&self, now: RunTime) -> bool {
        let before = RunTime(now.0.saturating_sub(LATE.0));
        self.in_flight() > 0 && self.time_left(before) == Some(Nanos::ZERO)
    }

    /// What a task takes here: of the attempts that ended so far, the mean; before the first has ended, by calibration.
    fn time_of_a_task(&self) -> Option<Nanos> {
        let ended = self.done() + self.failed_attempts();
        if ended == 0 {
            return Some(self.start.serial_estimate / self.start.tasks).filter(|each| *each > Nanos::ZERO);
        }
        let busy = |slot: &SlotState| {
            let within = [Phase::Computing, Phase::Blocked, Phase::GilWait];
            within.into_iter().map(|phase| slot.levels.totals.get(phase)).sum::<Nanos>()
        };
        Some(self.slots.iter().map(busy).sum::<Nanos>() / ended)
    }

    /// When holders of the interpreters' lock let go now; none where there is no such lock.
    pub fn gil_rule(&self) -> Option<GilRule> {
        let first = self.start.runtime.gil()?.rule;
        Some(self.rules.back().map_or(first, |(_, rule)| *rule))
    }

    /// What all workers together had to do with their interpreters' locks so far.
    pub fn gil_counts(&self) -> GilCounts {
        self.slots.iter().map(|slot| slot.levels.gil).sum()
    }

    /// Records that were lost because a journal was full.
    pub fn dropped(&self) -> u64 {
        self.slots.iter().map(|slot| slot.levels.dropped).sum()
    }

    /// The part of the time that workers were blocked in which commands computed; never more than all of it, though a command
    /// with several threads computes for longer than it takes.
    pub fn computed_by_commands(&self) -> Nanos {
        self.commands.as_ref().map_or(Nanos::ZERO, |log| log.totals.cpu().min(self.ledger().blocked))
    }

    /// Where the workers' time went: of the whole run if it is over, else up to the last levels.
    pub fn ledger(&self) -> Ledger {
        if let Some(end) = &self.end {
            return Ledger::of(&end.slots, self.elapsed(self.now));
        }
        let slots: Vec<Gauges> = self
            .slots
            .iter()
            .map(|slot| Gauges { totals: slot.levels.totals_at(self.now), ..slot.levels })
            .collect();
        Ledger::of(&slots, self.elapsed(self.now))
    }
}
