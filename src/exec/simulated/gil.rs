//! What workers do to the lock of their interpreter, as `exec::gil` has it.

use super::Simulation;
use super::ticks::Turn;
use super::timers::What;
use crate::event::{GilMark, Phase};
use crate::exec::gil::Taking;
use crate::plan::{GilRule, Strategy};
use crate::units::Nanos;

impl Simulation {
    /// The lock that a worker needs to compute, where there is one.
    pub(super) fn lock_of(&self, worker: usize) -> Option<usize> {
        if self.locks.is_empty() {
            return None;
        }
        match self.spec.strategy {
            Strategy::Serial | Strategy::Threads => Some(0),
            Strategy::Processes | Strategy::Hybrid => Some(worker / self.spec.threads.max(1) as usize),
        }
    }

    /// A worker on a core takes the lock; false where it must wait for it, without its core.
    pub(super) fn take_lock(&mut self, worker: usize) -> bool {
        let Some(lock) = self.lock_of(worker) else {
            return true;
        };
        if self.workers[worker].gil.holds {
            return true;
        }
        let woken = std::mem::take(&mut self.workers[worker].gil.woken);
        let holder = self.locks[lock].holder;
        if holder.is_none() || holder == Some(worker) {
            self.seize(lock, worker);
            return true;
        }
        if self.workers[worker].phase() != Phase::GilWait {
            self.workers[worker].enter(Phase::GilWait);
            self.look_at_journal(worker);
        }
        self.vacate(worker);
        if self.catches(lock, holder) {
            self.locks[lock].next = Some(worker);
        } else {
            if woken {
                self.workers[worker].gil.false_wakes += 1;
                self.mark(worker, GilMark::FalseWake, 1);
            }
            self.wait_for_lock(lock, worker);
        }
        if matches!(self.locks[lock].setup.rule, GilRule::Ticks(_))
            && let Some(holder) = holder
        {
            self.replan(holder);
        }
        false
    }

    fn seize(&mut self, lock: usize, worker: usize) {
        let switched = self.locks[lock].seize(worker, self.now);
        for forced in std::mem::take(&mut self.locks[lock].forced) {
            self.wake_after(forced, self.now.after(self.setup.parameters.wake));
        }
        let (vain, hands) = self.locks[lock].untold.tell(switched);
        if vain > 0 {
            self.workers[worker].gil.false_wakes = self.workers[worker].gil.false_wakes.saturating_add(vain);
            self.mark(worker, GilMark::FalseWake, vain);
        }
        let now = self.now;
        let state = &mut self.workers[worker];
        let gil = &mut state.gil;
        (gil.holds, gil.computed, gil.turn) = (true, 0, Turn::default());
        let taking = Taking {
            switched,
            requests: std::mem::take(&mut gil.requests),
            false_wakes: std::mem::take(&mut gil.false_wakes),
        };
        if let Some(lane) = &mut state.lane {
            let waited = if lane.phase() == Phase::GilWait { now.since(lane.since()) } else { Nanos::ZERO };
            lane.took_gil(taking, waited / hands.max(1), now);
            lane.also_switched(hands.saturating_sub(1));
        }
        self.expect_request(lock);
    }

    /// Has a worker without a core wait for the lock, from now on.
    pub(super) fn wait_for_lock(&mut self, lock: usize, worker: usize) {
        self.workers[worker].gil.since = self.now;
        self.locks[lock].wait(worker, self.now);
        self.expect_request(lock);
    }

    /// Has laps that were begun under another interval be followed by such of the present one.
    pub(super) fn end_old_laps(&mut self, lock: usize) {
        for (worker, end) in self.locks[lock].end_old_laps(self.now) {
            self.workers[worker].gil.since = end;
        }
    }

    /// Enters when the lock is asked for next.
    pub(super) fn expect_request(&mut self, lock: usize) {
        self.end_old_laps(lock);
        let at = &mut self.locks[lock];
        at.number = at.number.wrapping_add(1);
        if let Some((moment, worker)) = at.next_request(self.now) {
            let what = What::Ask { lock: lock as u32, worker: worker as u32, number: at.number };
            self.timers.enter(moment, what);
        }
    }

    /// A waiter's lap is over, and nobody has switched during the whole of it. Where nobody holds the lock just then, it is
    /// another's who was woken for it.
    pub(super) fn ask(&mut self, lock: usize, worker: usize) {
        if let Some(holder) = self.locks[lock].holder {
            self.workers[worker].gil.requests += 1;
            self.mark(worker, GilMark::Request, 1);
            self.locks[lock].asked = true;
            self.replan(holder);
        }
        self.expect_request(lock);
    }

    fn mark(&mut self, worker: usize, what: GilMark, times: u32) {
        if let Some(lane) = &mut self.workers[worker].lane {
            lane.mark_gil_times(what, times);
        }
        self.look_at_journal(worker);
    }

    /// Lets the lock go without being asked to: nothing is handed over, and one of those that wait is woken.
    pub(super) fn give(&mut self, worker: usize) {
        let Some(lock) = self.lock_of(worker) else {
            return;
        };
        self.end_turn(lock, worker);
        let now = self.now;
        let state = &mut self.workers[worker];
        if std::mem::take(&mut state.gil.holds) {
            if let Some(lane) = &mut state.lane {
                lane.gave_gil(now);
            }
            self.locks[lock].holder = None;
            self.pass_to_next(lock);
        }
    }

    /// The one that is awake gets the lock, or one of those that wait is woken.
    fn pass_to_next(&mut self, lock: usize) {
        if let Some(next) = self.locks[lock].next.take() {
            self.locks[lock].holder = Some(next);
            self.make_ready(next);
        } else if let Some(woken) = self.locks[lock].draw(&mut self.chance) {
            self.locks[lock].wait_no_more(woken, self.workers[woken].gil.since);
            self.workers[woken].gil.woken = true;
            self.wake_after(woken, self.now.after(self.setup.parameters.wake));
        }
        self.expect_request(lock);
    }

    /// The holder was asked, and lets go: it waits until another has taken the lock before it wants it again.
    pub(super) fn let_go(&mut self, lock: usize, worker: usize) {
        self.workers[worker].enter(Phase::GilWait);
        if let Some(lane) = &mut self.workers[worker].lane {
            lane.forced_switch();
        }
        self.look_at_journal(worker);
        self.vacate(worker);
        self.workers[worker].put_by();
        self.locks[lock].asked = false;
        self.locks[lock].forced.push(worker);
        self.give(worker);
        self.locks[lock].warm = Some(worker);
    }
}
