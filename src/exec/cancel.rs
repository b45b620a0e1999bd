//! Cancelling: one token for a run, asked for by anyone, seen by every worker, and waited upon.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::Thread;

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
    /// Threads that wait for something else too, and are to look again when the level rises.
    waking: Mutex<Vec<Thread>>,
    changed: Condvar,
}

/// That a thread is unparked whenever the token's level rises, for as long as this lives.
#[cfg(unix)] // who waits for two things is who waits for commands
#[derive(Debug)]
pub(super) struct Waking<'a>(&'a Inner);

#[cfg(unix)]
impl Drop for Waking<'_> {
    fn drop(&mut self) {
        let me = std::thread::current().id();
        let mut waking = self.0.waking.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = waking.iter().position(|thread| thread.id() == me) {
            waking.swap_remove(at);
        }
    }
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
        let guard = self.0.waking.lock().unwrap_or_else(PoisonError::into_inner);
        // A panic cannot happen under this lock, and a poisoned one would guard nothing: the level is what counts.
        let _unused = self.0.changed.wait_timeout_while(guard, wait.to_std(), |_| !self.is_cancelled());
        self.is_cancelled()
    }

    /// Unparks this thread whenever the level rises, until the returned value is dropped (by this thread). For those
    /// who park to wait for something else as well.
    #[cfg(unix)]
    pub(super) fn waking(&self) -> Waking<'_> {
        let mut waking = self.0.waking.lock().unwrap_or_else(PoisonError::into_inner);
        waking.push(std::thread::current());
        Waking(&self.0)
    }

    fn raise(&self, level: u8) {
        self.0.level.fetch_max(level, Ordering::Relaxed);
        // The lock orders this after the check of any waiter: it either sees the level or is woken.
        for thread in self.0.waking.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            thread.unpark();
        }
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
