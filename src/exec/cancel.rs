//! Cancelling: one token for a run, asked for by anyone, seen by every worker, and waited upon.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::units::Nanos;

const GOING: u8 = 0;
const ASKED: u8 = 1;
const ENFORCED: u8 = 2;

/// Whether a run is to end early. Clones share the same answer.
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    level: AtomicU8,
    lock: Mutex<()>,
    changed: Condvar,
}

impl CancelToken {
    /// Asks the run to end: workers stop at their next checkpoint, waits end now.
    pub fn cancel(&self) {
        self.raise(ASKED);
    }

    /// Demands it: whatever has not ended by itself is killed, where it can be.
    pub fn enforce(&self) {
        self.raise(ENFORCED);
    }

    /// Whether the run is to end.
    pub fn is_cancelled(&self) -> bool {
        self.0.level.load(Ordering::Relaxed) >= ASKED
    }

    /// Whether it is to end by force.
    pub fn is_enforced(&self) -> bool {
        self.0.level.load(Ordering::Relaxed) >= ENFORCED
    }

    /// Waits for `wait`, or until the run is cancelled; true if it is.
    pub fn wait(&self, wait: Nanos) -> bool {
        let guard = self.0.lock.lock().unwrap_or_else(PoisonError::into_inner);
        // A panic cannot happen under this lock, and a poisoned one would guard nothing: the level is what counts.
        let _unused = self.0.changed.wait_timeout_while(guard, wait.to_std(), |()| !self.is_cancelled());
        self.is_cancelled()
    }

    fn raise(&self, level: u8) {
        self.0.level.fetch_max(level, Ordering::Relaxed);
        // The lock orders this after the check of any waiter: it either sees the level or is woken.
        drop(self.0.lock.lock().unwrap_or_else(PoisonError::into_inner));
        self.0.changed.notify_all();
    }
}

const _: () = assert!(GOING == 0, "the default level is going");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_ends_when_the_run_is_cancelled() {
        let token = CancelToken::default();
        assert!(!token.wait(Nanos(1)));
        let waiter = token.clone();
        let thread = std::thread::spawn(move || waiter.wait(Nanos::from_secs(600)));
        token.cancel();
        assert!(thread.join().unwrap());
        assert!(token.is_cancelled() && !token.is_enforced());
    }
}
