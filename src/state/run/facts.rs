//! How a run takes in its events, one fact after another.

use super::{MARKS_KEPT, RULES_KEPT, RunState, TASKS_KEPT, TaskRecord};
use crate::clock::RunTime;
use crate::event::{CoreSample, Outcome, Record, RunEvent, WorkerExit};
use crate::ids::{SlotId, TaskIndex};
use crate::state::TimelineSpan;
use crate::units::{Nanos, Share};

impl RunState {
    pub(in crate::state) fn apply(&mut self, event: &RunEvent) {
        match event {
            RunEvent::WorkerSpawned { slot, pid, at } => {
                self.tell(*at);
                if let Some(slot) = self.slots.get_mut(slot.index()) {
                    slot.pids.push(*pid);
                }
            }
            RunEvent::WorkerExited { slot, at, exit, .. } => {
                self.tell(*at);
                if let Some(slot) = self.slots.get_mut(slot.index()) {
                    if *exit != WorkerExit::Finished {
                        slot.fail(*at, Outcome::Lost);
                    }
                    slot.exits.push(exit.clone());
                }
            }
            RunEvent::Lane { slot, record } => self.record(*slot, record),
            RunEvent::Levels { at, slots } => {
                self.tell(*at);
                for (slot, levels) in slots {
                    if let Some(slot) = self.slots.get_mut(slot.index()) {
                        slot.take_levels(levels, *at);
                    }
                }
            }
            RunEvent::Suspended { at } => {
                self.tell(*at);
                self.suspended_since = Some(*at);
            }
            RunEvent::Resumed { at } => {
                self.tell(*at);
                if let Some(since) = self.suspended_since.take() {
                    let stop = at.since(since);
                    self.suspended += stop;
                    // The worker's own clock went on: what it was doing seems to have taken so much longer.
                    for slot in &mut self.slots {
                        slot.stopped.add(slot.levels.phase, stop);
                        if slot.levels.holds.is_some() {
                            slot.held_stopped += stop;
                        }
                    }
                }
            }
            RunEvent::Interval { at, rule } => {
                self.tell(*at);
                if self.rules.len() == RULES_KEPT {
                    self.rules.pop_front();
                }
                self.rules.push_back((*at, *rule));
            }
            RunEvent::Command(end) => self.commands.get_or_insert_default().take(end),
            RunEvent::RunFinished(end) => {
                let mut end = end.clone();
                let at = RunTime(end.elapsed.0);
                for (slot, levels) in self.slots.iter_mut().zip(&mut end.slots) {
                    slot.take_levels(levels, at);
                    *levels = slot.levels;
                }
                self.tell(at);
                self.end = Some(end);
            }
            RunEvent::Accepted { .. }
            | RunEvent::Calibrated { .. }
            | RunEvent::RunStarted(_)
            | RunEvent::Of(_)
            | RunEvent::Cores(_)
            | RunEvent::Notice(_)
            | RunEvent::Finished => {}
        }
    }

    pub(in crate::state) fn watch_machine(&mut self, sample: &CoreSample) {
        let steal: f64 = sample.cores.iter().map(|core| core.steal.fraction()).sum();
        let steal = Share::of(steal, sample.cores.len() as f64);
        let others: f64 = sample.cores.iter().map(|core| core.busy.fraction() - core.ours.fraction()).sum();
        let around = &mut self.surroundings;
        around.others +=
            Nanos::from_secs_f64(sample.period.as_secs_f64() * (others - sample.own.fraction()).max(0.0));
        around.read += sample.period * sample.cores.len() as u64;
        if steal > around.most_steal {
            around.most_steal = steal;
        }
        if sample.throttled > around.most_throttled {
            around.most_throttled = sample.throttled;
        }
    }

    fn record(&mut self, id: SlotId, record: &Record) {
        let Some(slot) = self.slots.get_mut(id.index()) else {
            return;
        };
        match *record {
            Record::Span { phase, task, start, end } => {
                slot.timeline.add_span(TimelineSpan { phase, task, start, end });
            }
            Record::Task { task, outcome, attempt, start, end, cpu, on } => {
                let again = u32::from(attempt) < self.retries
                    && matches!(outcome, Outcome::Error | Outcome::TimedOut);
                if outcome != Outcome::Ok && !again {
                    self.given_up += 1;
                }
                if matches!(outcome, Outcome::Error | Outcome::TimedOut | Outcome::Lost) {
                    slot.fail(end, outcome);
                }
                let took = end.since(start);
                if slot.longest.is_none_or(|(_, longest)| took > longest) {
                    slot.longest = Some((task, took));
                }
                let pid = slot.pids.last().copied().unwrap_or(slot.levels.pid);
                if self.recent.len() == TASKS_KEPT {
                    self.recent.pop_front();
                }
                let queued = self.queued(task, attempt);
                self.recent.push_back(TaskRecord {
                    task,
                    attempt,
                    outcome,
                    slot: id,
                    pid,
                    start,
                    end,
                    cpu,
                    on,
                    queued,
                });
            }
            Record::Summary { start, end, working, moving, .. } => {
                slot.timeline.add_summary(start, end, working, moving);
            }
            Record::Held { start, end, held } => slot.tenures.add(start, end, held),
            Record::Gil { at, what, count } => {
                if slot.gil_marks.len() == MARKS_KEPT {
                    slot.gil_marks.pop_front();
                }
                slot.gil_marks.push_back((at, what, count));
            }
        }
    }

    /// When an attempt that is told of now was ready to be run.
    fn queued(&self, task: TaskIndex, attempt: u8) -> Option<RunTime> {
        let Some(before) = attempt.checked_sub(1) else {
            return Some(RunTime::START);
        };
        let same = |record: &&TaskRecord| (record.task, record.attempt) == (task, before);
        self.recent.iter().rev().find(same).map(|record| record.end)
    }

    fn tell(&mut self, at: RunTime) {
        self.now = self.now.max(at);
    }
}
