//! The lock of CPython since 3.2: whoever waits too long asks, and whoever is asked hands it over.
//!
//! A port of `take_gil` and `drop_gil` of `Python/ceval_gil.c`, with the same mutexes and condition variables, which are the
//! C library's: who of several is next is decided by them. How long too long is, is told by whoever waits.

use std::sync::atomic::{AtomicBool, Ordering};

#[cfg(not(unix))]
use super::monitor::{Held, Monitor};
use super::{NOBODY, Taking};
use crate::event::GilMark;
#[cfg(unix)]
use crate::sys::{Held, Monitor};
use crate::units::Nanos;

/// A lock that is asked for.
#[derive(Debug)]
pub(super) struct AskedLock {
    /// Signalled when the lock is let go.
    state: Monitor<State>,
    /// Who held it last; signalled when it has been taken.
    last: Monitor<u64>,
    /// Whether the holder is asked to let go. Read at every checkpoint, without a lock.
    asked: AtomicBool,
}

#[derive(Debug)]
struct State {
    locked: bool,
    /// How often it went to another than the one before.
    switches: u64,
    /// Workers that wait.
    waiting: u32,
}

impl AskedLock {
    /// A lock that nobody holds.
    pub(super) fn new() -> Self {
        Self {
            state: Monitor::new(State { locked: false, switches: 0, waiting: 0 }),
            last: Monitor::new(NOBODY),
            asked: AtomicBool::new(false),
        }
    }

    /// Whether the holder is asked to let go.
    pub(super) fn is_asked(&self) -> bool {
        // Relaxed: it is a hint; what it leads to happens under the locks.
        self.asked.load(Ordering::Relaxed)
    }

    /// Takes it, if nobody holds it now.
    pub(super) fn try_take(&self, me: u64) -> Option<Taking> {
        let state = self.state.lock();
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
        let mut state = self.state.lock();
        state.waiting += 1;
        while state.locked {
            let before = state.switches;
            let timed_out;
            (state, timed_out) = state.wait_at_most(patience());
            // Asked only by someone who saw no switch during the whole of its wait.
            if timed_out && state.locked && state.switches == before {
                self.asked.store(true, Ordering::Relaxed);
                taking.requests += 1;
                tell(GilMark::Request);
            } else if !timed_out && state.locked {
                taking.false_wakes += 1;
                tell(GilMark::FalseWake);
            }
        }
        state.waiting -= 1;
        self.seize(state, me, taking)
    }

    /// Takes what is free.
    fn seize(&self, mut state: Held<'_, State>, me: u64, taking: Taking) -> Taking {
        let mut last = self.last.lock();
        state.locked = true;
        let switched = *last != me;
        *last = me;
        state.switches += u64::from(switched);
        // Whoever was made to let go waits for just this.
        last.signal();
        drop(last);
        self.asked.store(false, Ordering::Relaxed);
        Taking { switched, ..taking }
    }

    /// Lets it go. True if the holder was asked to, in which case this returns only when another has taken it. Where somebody
    /// waits for it, `wanted` is called just before, while it is still held.
    pub(super) fn give(&self, me: u64, wanted: impl FnOnce()) -> bool {
        *self.last.lock() = me;
        let mut state = self.state.lock();
        let waiting = state.waiting > 0;
        if waiting {
            wanted();
        }
        // Read before another can take it, who takes the request back. Whoever asked waits still, so that one will.
        let forced = waiting && self.is_asked();
        state.locked = false;
        // Under the mutex, as the original does: what comes of a wait that is just being begun depends on it.
        state.signal();
        drop(state);
        if forced {
            let mut last = self.last.lock();
            if *last == me {
                self.asked.store(false, Ordering::Relaxed);
            }
            while *last == me {
                last = last.wait();
            }
        }
        forced
    }
}
