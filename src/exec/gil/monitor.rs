//! What the lock is made of where there is no POSIX: CPython takes the system's own there, as the standard library does.

use std::ops::{Deref, DerefMut};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::units::Nanos;

/// A value under a mutex, with a condition that can be waited for.
#[derive(Debug)]
pub(super) struct Monitor<T> {
    value: Mutex<T>,
    condition: Condvar,
}

/// The value of a [`Monitor`], for as long as its mutex is held.
#[derive(Debug)]
pub(super) struct Held<'a, T>(&'a Condvar, MutexGuard<'a, T>);

impl<T> Monitor<T> {
    pub(super) const fn new(value: T) -> Self {
        Self { value: Mutex::new(value), condition: Condvar::new() }
    }

    /// Waits for the mutex. A panic cannot happen under it.
    pub(super) fn lock(&self) -> Held<'_, T> {
        Held(&self.condition, self.value.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<T> Held<'_, T> {
    /// Wakes one of those that wait for the condition, if there is one.
    pub(super) fn signal(&self) {
        self.0.notify_one();
    }

    /// Lets go of the mutex, waits for the condition, and holds the mutex again. May return without a reason.
    pub(super) fn wait(self) -> Self {
        Self(self.0, self.0.wait(self.1).unwrap_or_else(PoisonError::into_inner))
    }

    /// The same, for so long at most; whether that is over.
    pub(super) fn wait_at_most(self, time: Nanos) -> (Self, bool) {
        let (guard, wait) =
            self.0.wait_timeout(self.1, time.to_std()).unwrap_or_else(PoisonError::into_inner);
        (Self(self.0, guard), wait.timed_out())
    }
}

impl<T> Deref for Held<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.1
    }
}

impl<T> DerefMut for Held<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.1
    }
}
