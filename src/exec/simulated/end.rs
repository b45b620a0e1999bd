//! How workers go: when nothing is left to do for anyone.

use super::timers::What;
use super::worker::Stage;
use super::{Simulation, slot};
use crate::event::{Phase, RunEvent, WorkerExit};
use crate::plan::Strategy;
use crate::units::Nanos;

impl Simulation {
    /// A worker on a core finds nothing more to do.
    pub(super) fn rest(&mut self, worker: usize) {
        let in_processes = self.in_processes();
        let state = &mut self.workers[worker];
        state.stage = Stage::Idle;
        if in_processes {
            if state.phase() != Phase::Waiting {
                state.enter(Phase::Waiting);
            }
        } else {
            state.lane();
            if let Some(lane) = state.lane.take() {
                lane.rest();
            }
        }
        self.vacate(worker);
        self.idle += 1;
        if self.ended && in_processes {
            self.timers.enter(self.now, What::Farewell { worker: worker as u32 });
        }
        self.end_if_done();
    }

    /// Asks the workers to end when nothing is left to do for any of them.
    pub(super) fn end_if_done(&mut self) {
        let handed_out = self.next_task >= self.spec.tasks || self.is_ending();
        if self.ended || !handed_out {
            return;
        }
        // Processes that are not ready yet have no task; threads are waited for, all of them.
        if self.in_processes() {
            if self.idle == self.came {
                self.end_processes();
            }
        } else if self.idle == self.workers.len() {
            self.end_threads();
        }
    }

    /// Threads are joined one after another.
    fn end_threads(&mut self) {
        self.ended = true;
        let each = match self.spec.strategy {
            Strategy::Serial => Nanos::ZERO,
            _ => self.setup.parameters.thread_stop,
        };
        for worker in 0..self.workers.len() {
            self.lanes.stopping(slot(worker), self.now);
            let at = self.now.after(each * (worker as u64 + 1));
            self.timers.enter(at, What::Gone { worker: worker as u32 });
        }
    }

    /// Every process hears that nothing is left to do; those that were not asked for never are.
    fn end_processes(&mut self) {
        self.ended = true;
        self.gone += self.workers.len() - self.asked;
        let at = self.now.after(self.setup.parameters.wake);
        for worker in 0..self.workers.len() {
            if self.workers[worker].stage == Stage::Idle {
                self.timers.enter(at, What::Farewell { worker: worker as u32 });
            }
        }
    }

    /// A worker of a process ends; the process does when its last worker has.
    pub(super) fn farewell(&mut self, worker: usize) {
        self.workers[worker].lane();
        if let Some(lane) = self.workers[worker].lane.take() {
            lane.finish();
        }
        let process = worker / self.spec.threads.max(1) as usize;
        let round = (process / self.cores.count()) as u64 + 1;
        let at = self.now.after(self.setup.parameters.process_stop * round);
        self.timers.enter(at, What::Gone { worker: worker as u32 });
    }

    /// A worker is gone.
    pub(super) fn leave(&mut self, worker: usize) {
        let (slot, pid, at) = (slot(worker), self.pid(worker), self.now);
        self.lanes.gone(slot, at);
        self.workers[worker].stage = Stage::Absent;
        self.gone += 1;
        self.events.say(RunEvent::WorkerExited { slot, pid, at, exit: WorkerExit::Finished, returned: 0 });
    }
}
