//! The lock of CPython since 3.2: whoever waits too long asks, and whoever is asked hands it over.
//!
//! A port of `take_gil` and `drop_gil` of `Python/ceval_gil.c`, with the same mutexes and condition variables. How long too
//! long is, is told by whoever waits.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::{NOBODY, Taking};
use crate::event::GilMark;
use crate::units::Nanos;

/// A lock that is asked for.
#[derive(Debug)]
pub(super) struct AskedLock {
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

impl AskedLock {
    /// A lock that nobody holds.
    pub(super) const fn new() -> Self {
        Self {
            state: Mutex::new(State { locked: false, switches: 0 }),
            free: Condvar::new(),
            last: Mutex::new(Last { holder: NOBODY, waiting: 0 }),
            taken: Condvar::new(),
            asked: AtomicBool::new(false),
            waiting: AtomicU32::new(0),
        }
    }

    /// Whether the holder is asked to let go.
    pub(super) fn is_asked(&self) -> bool {
        // Relaxed: it is a hint; what it leads to happens under the locks.
        self.asked.load(Ordering::Relaxed)
    }

    /// Whether somebody waits for it: exact under the lock of `state`, elsewhere as it was a moment ago.
    pub(super) fn is_wanted(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }

    /// Takes it, if nobody holds it now.
    pub(super) fn try_take(&self, me: u64) -> Option<Taking> {
        let state = lock(&self.state);
        (!state.locked).then(|| self.seize(state, me, Taking::default()))
    }

    /// Waits for it, and takes it; asks for it whenever it waited for `patience` and saw no switch.
    pub(super) fn take(
        &self,
        me: u64,
        patience: impl Fn() -> Nanos,
        mut tell: impl FnMut(GilMark),
    ) -> Taking {
        let mut taking = Taking::default();
        let mut state = lock(&self.state);
        self.waiting.fetch_add(1, Ordering::Relaxed);
        while state.locked {
            let before = state.switches;
            let waited = self.free.wait_timeout(state, patience().to_std());
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
    pub(super) fn give(&self, me: u64, wanted: impl FnOnce()) -> bool {
        lock(&self.last).holder = me;
        let mut state = lock(&self.state);
        let waiting = self.is_wanted();
        if waiting {
            wanted();
        }
        // Read before another can take it, who takes the request back. Whoever asked waits still, so that one will.
        let forced = waiting && self.is_asked();
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
