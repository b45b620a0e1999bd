//! Who has a core, and for how long.

use super::cores::Amount;
use super::lock::Lock;
use super::timers::What;
use super::worker::Stage;
use super::{ROOM, Simulation};
use crate::clock::RunTime;

/// Checkpoints of an interpreter between two at which a task looks whether it is to stop: a few hundred microseconds.
const STRIDE: Amount = 64;

impl Simulation {
    /// A worker is ready to do something: it gets a core, or waits for one.
    pub(super) fn make_ready(&mut self, worker: usize) {
        let last = self.workers[worker].last_core;
        if let Some(core) = self.cores.choose(last) {
            self.put(core, worker, false);
        } else {
            self.cores.queue(worker);
            if let Some(core) = self.cores.choose_over(last) {
                self.displace(core);
            }
        }
    }

    /// A core's slice is over: it goes to another if one waits.
    pub(super) fn slice_ended(&mut self, core: usize, stay: u32) {
        if self.cores.slice_ended(core, stay) && self.cores.has_queue() {
            self.displace(core);
        }
    }

    /// Takes a core from its worker, which is not done.
    fn displace(&mut self, core: usize) {
        let Some(worker) = self.cores.worker(core) else {
            return;
        };
        // Whoever comes next is drawn before the one that goes waits with the others.
        let next = self.cores.next(&mut self.chance);
        self.vacate(worker);
        self.vacated.pop();
        self.cores.queue(worker);
        if let Some(next) = next {
            self.put(core, next, true);
        }
    }

    /// A worker leaves its core.
    pub(super) fn vacate(&mut self, worker: usize) {
        if let Some(core) = self.workers[worker].core {
            self.account(core, worker);
            self.workers[worker].core = None;
            self.cores.vacate(core);
            self.vacated.push(core);
        }
    }

    /// Puts a worker on a core that has none. Where that had another just now, turning to this one takes time.
    fn put(&mut self, core: usize, worker: usize, switch: bool) {
        let stay = self.cores.put(core, worker);
        let slice = What::Slice { core: core as u32, number: stay };
        self.timers.enter(self.now.after(self.setup.parameters.slice), slice);
        let cost = if switch { self.amount(self.setup.parameters.switch) } else { 0 };
        let place = &mut self.workers[worker];
        (place.core, place.last_core) = (Some(core), core);
        place.left += cost;
        if place.left > 0 || place.stage == Stage::Compute {
            self.work(worker);
        } else {
            self.arrived.push(worker);
        }
    }

    /// Lets whoever has a core and nothing to do go on, and gives cores that were left to those who wait.
    pub(super) fn settle(&mut self) {
        loop {
            if let Some(worker) = self.arrived.pop() {
                self.go_on(worker);
            } else if let Some(core) = self.vacated.pop() {
                match self.cores.next(&mut self.chance) {
                    Some(worker) => self.put(core, worker, true),
                    None => self.cores.rest(core),
                }
            } else {
                return;
            }
        }
    }

    /// Has a worker on a core do what is left of its stretch of work, up to where it is to stop first.
    pub(super) fn work(&mut self, worker: usize) {
        let Some(core) = self.workers[worker].core else {
            return;
        };
        self.contend(worker);
        let amount = self.stop(worker);
        self.cores.stop_after(core, amount);
    }

    /// The work until a worker on a core is to stop.
    fn stop(&self, worker: usize) -> Amount {
        let state = &self.workers[worker];
        let mut stop = state.left;
        if state.stage != Stage::Compute {
            return stop;
        }
        let check = self.amount(self.setup.parameters.check).max(1);
        if state.gil.holds
            && let Some(lock) = self.lock_of(worker)
        {
            let lock = &self.locks[lock];
            if state.gil.turn.pace.is_some() {
                stop = stop.min(state.gil.turn.left);
            }
            if lock.asked {
                stop = stop.min(match self.call(lock) {
                    0 => next_check(state.left, check),
                    // A call of C code keeps the lock, whoever asks, and one follows another.
                    call => call - state.gil.computed % call,
                });
            }
        }
        if self.is_to_stop(worker) {
            stop = stop.min(next_check(state.left, check * STRIDE));
        }
        stop
    }

    /// The work of each call of C code that keeps the lock; zero where there are none.
    fn call(&self, lock: &Lock) -> Amount {
        self.amount(lock.setup.stretch)
    }

    /// Whether a task is to stop at its next checkpoint.
    fn is_to_stop(&self, worker: usize) -> bool {
        self.is_cancelled() || self.workers[worker].late
    }

    /// A stretch of work has come to its end, or to where it was to stop.
    pub(super) fn stretch_ended(&mut self, core: usize, worker: usize) {
        self.account(core, worker);
        if self.workers[worker].stage == Stage::Compute && self.checkpoint(worker) {
            return;
        }
        if self.workers[worker].left == 0 {
            self.go_on(worker);
        } else {
            self.work(worker);
        }
    }

    /// A checkpoint of a computing task, if this is one. True where the worker does something else now.
    fn checkpoint(&mut self, worker: usize) -> bool {
        let check = self.amount(self.setup.parameters.check).max(1);
        let left = self.workers[worker].left;
        if self.workers[worker].gil.holds
            && let Some(lock) = self.lock_of(worker)
        {
            let looks = match self.call(&self.locks[lock]) {
                0 => left.is_multiple_of(check),
                call => self.workers[worker].gil.computed.is_multiple_of(call),
            };
            if self.locks[lock].asked && looks {
                self.let_go(lock, worker);
                return true;
            }
            if self.workers[worker].gil.turn.is_over() {
                self.pass_on(lock, worker);
                return true;
            }
        }
        if left > 0 && left.is_multiple_of(check * STRIDE) && self.is_to_stop(worker) {
            self.stop_task(worker);
            return true;
        }
        false
    }

    /// Something has changed for a worker: a wait that its task wants ends early, and work stops where it is to stop now.
    pub(super) fn interrupt(&mut self, worker: usize) {
        match self.workers[worker].stage {
            Stage::Block => self.wake_after(worker, self.now.after(self.setup.parameters.wake)),
            _ => self.replan(worker),
        }
    }

    /// Reckons anew where a worker is to stop, if it computes.
    pub(super) fn replan(&mut self, worker: usize) {
        if self.workers[worker].stage != Stage::Compute {
            return;
        }
        if let Some(core) = self.workers[worker].core {
            self.account(core, worker);
            self.work(worker);
        }
    }

    /// Has a worker go on at a moment, whatever it was to wait for before.
    pub(super) fn wake_after(&mut self, worker: usize, at: RunTime) {
        let state = &mut self.workers[worker];
        state.waits = state.waits.wrapping_add(1);
        self.timers.enter(at, What::Wake { worker: worker as u32, number: state.waits });
    }

    /// Takes note that a worker wrote into its journal.
    pub(super) fn look_at_journal(&mut self, worker: usize) {
        if let Some(lane) = self.workers[worker].lane.as_mut() {
            self.full |= !lane.has_room(ROOM);
        }
    }
}

/// The work until so much is left that `check` divides it: at least one step, unless nothing is left.
fn next_check(left: Amount, check: Amount) -> Amount {
    match left % check {
        0 => check.min(left),
        rest => rest,
    }
}
