//! The lock of one interpreter: a port of CPython's, with a real mutex and real condition variables.
//!
//! [`GilRule::Interval`] follows `take_gil` and `drop_gil` of `Python/ceval_gil.c` (3.2 to 3.13) step by step. Whoever
//! waits has a timer of its own; when that runs out and nobody has switched during the whole wait, it asks the holder to
//! let go; the holder hears of that at its next checkpoint, lets go, and, because it was asked to, waits until another has
//! really taken the lock (forced switching). A release before a wait asks for nothing and guarantees nothing. Who of
//! several is woken is the system's choice.
//!
//! [`GilRule::Ticks`] follows the eval loop of 3.1 and earlier: after so many ticks the lock is released and at once
//! wanted back. Nobody is handed anything, so that whoever was woken commonly finds it taken again: a false wake-up.
//!
//! States, orderings and what each of them prevents are in the README.md beside this module. It knows nothing of tasks
//! or of lanes, which a worker's [`GilSeat`] tells, and of time only how long a waiter waits before it asks.

mod interval;
mod seat;

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

pub use interval::Interval;
pub use seat::GilSeat;

use crate::event::GilMark;
use crate::plan::GilRule;

/// Nobody has held it yet.
const NOBODY: u64 = u64::MAX;

/// The lock of one interpreter, shared by the workers of one process.
#[derive(Debug)]
pub struct Gil {
    interval: Interval,
    state: Mutex<State>,
    /// Told when the lock is let go; one waiter is woken.
    free: Condvar,
    /// Who held it last, under the lock of switching.
    last: Mutex<Last>,
    /// Told when it has been taken.
    taken: Condvar,
    /// Whether the holder is asked to let go. Read at every checkpoint, without a lock.
    asked: AtomicBool,
    /// Workers that wait. Whom nobody waits for wakes nobody: that is a call into the kernel. Written under the lock of
    /// `state`.
    waiting: AtomicU32,
}

#[derive(Debug)]
struct State {
    locked: bool,
    /// How often it went to another than the one before.
    switches: u64,
}

#[derive(Debug)]
struct Last {
    holder: u64,
    /// Workers that were made to let go and wait until another has taken it: the last of them, and those who have not
    /// woken up yet.
    waiting: u32,
}

/// What happened while the lock was taken.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Taking {
    /// Whether it went to another than the one before.
    pub switched: bool,
    /// How often the holder was asked to let go.
    pub requests: u32,
    /// How often this worker was woken and found it taken again.
    pub false_wakes: u32,
}

impl Gil {
    /// A lock that nobody holds, and that is let go by the rule that `interval` has at the time.
    pub const fn new(interval: Interval) -> Self {
        Self {
            interval,
            state: Mutex::new(State { locked: false, switches: 0 }),
            free: Condvar::new(),
            last: Mutex::new(Last { holder: NOBODY, waiting: 0 }),
            taken: Condvar::new(),
            asked: AtomicBool::new(false),
            waiting: AtomicU32::new(0),
        }
    }

    /// Ticks between two releases; none where releases are asked for.
    pub fn ticks(&self) -> Option<u32> {
        match self.interval.rule() {
            GilRule::Interval(_) => None,
            GilRule::Ticks(ticks) => Some(ticks),
        }
    }

    /// The rule, which may be changed.
    pub const fn interval(&self) -> &Interval {
        &self.interval
    }

    /// Whether the holder is asked to let go.
    pub fn is_asked(&self) -> bool {
        // Relaxed: it is a hint; what it leads to happens under the locks.
        self.asked.load(Ordering::Relaxed)
    }

    /// Whether somebody waits for it: exact under the lock of `state`, elsewhere as it was a moment ago.
    pub fn is_wanted(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }

    /// Takes it, if nobody holds it now.
    pub fn try_take(&self, me: u64) -> Option<Taking> {
        let state = lock(&self.state);
        (!state.locked).then(|| self.seize(state, me, Taking::default()))
    }

    /// Waits for it, and takes it. Whoever waits here is called `me`, a number that no other waiter has. What happens
    /// meanwhile is told to `tell` at the moment, under the lock's own lock, so that it must be brief.
    pub fn take(&self, me: u64, mut tell: impl FnMut(GilMark)) -> Taking {
        let mut taking = Taking::default();
        let mut state = lock(&self.state);
        self.waiting.fetch_add(1, Ordering::Relaxed);
        while state.locked {
            match self.interval.rule() {
                GilRule::Interval(interval) => {
                    let before = state.switches;
                    let waited = self.free.wait_timeout(state, interval.to_std());
                    let (guard, wait) = waited.unwrap_or_else(PoisonError::into_inner);
                    state = guard;
                    // Asked only by someone who saw no switch during the whole of its wait.
                    if wait.timed_out() && state.locked && state.switches == before {
                        self.asked.store(true, Ordering::Relaxed);
                        taking.requests += 1;
                        tell(GilMark::Request);
                    } else if !wait.timed_out() && state.locked {
                        taking.false_wakes += 1;
                        tell(GilMark::FalseWake);
                    }
                }
                GilRule::Ticks(_) => {
                    state = self.free.wait(state).unwrap_or_else(PoisonError::into_inner);
                    if state.locked {
                        taking.false_wakes += 1;
                        tell(GilMark::FalseWake);
                    }
                }
            }
        }
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        self.seize(state, me, taking)
    }

    /// Takes what is free.
    fn seize(&self, mut state: MutexGuard<'_, State>, me: u64, taking: Taking) -> Taking {
        let mut last = lock(&self.last);
        state.locked = true;
        let switched = last.holder != me;
        last.holder = me;
        state.switches += u64::from(switched);
        // Whoever was made to let go waits for just this.
        if last.waiting > 0 {
            self.taken.notify_all();
        }
        drop(last);
        self.asked.store(false, Ordering::Relaxed);
        drop(state);
        Taking { switched, ..taking }
    }

    /// Lets it go. True if the holder was asked to, in which case this returns only when another has taken it. Where somebody
    /// waits for it, `wanted` is called just before, while it is still held.
    pub fn give(&self, me: u64, wanted: impl FnOnce()) -> bool {
        lock(&self.last).holder = me;
        let mut state = lock(&self.state);
        let waiting = self.is_wanted();
        if waiting {
            wanted();
        }
        // Read before another can take it, who takes the request back. Whoever asked waits still, so that one will.
        let forced = waiting && self.ticks().is_none() && self.is_asked();
        state.locked = false;
        drop(state);
        if waiting {
            self.free.notify_one();
        }
        if forced {
            let mut last = lock(&self.last);
            if last.holder == me {
                self.asked.store(false, Ordering::Relaxed);
                last.waiting += 1;
                let switch = self.taken.wait_while(last, |last| last.holder == me);
                switch.unwrap_or_else(PoisonError::into_inner).waiting -= 1;
            }
        }
        forced
    }
}

/// A panic cannot happen under these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
