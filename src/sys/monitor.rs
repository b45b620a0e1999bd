//! A mutex with a condition variable, as the system's C library makes them.
//!
//! The standard library's are others: theirs wake whoever sleeps longest, and of the C library's a waiter that is not yet
//! asleep may be the one that is woken. Who of several comes next, and how late the rest is, depends on it. For nothing but
//! a port of what was built on these.

use std::cell::UnsafeCell;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ops::{Deref, DerefMut};

use crate::units::Nanos;

/// What a waiter's time is told by: a clock that nobody sets, where the library can be asked for one.
const CLOCK: libc::clockid_t =
    if cfg!(target_os = "linux") { libc::CLOCK_MONOTONIC } else { libc::CLOCK_REALTIME };

/// A value under a mutex, with a condition that can be waited for.
#[derive(Debug)]
pub(crate) struct Monitor<T> {
    /// On the heap, for it must not move.
    system: Box<System>,
    value: UnsafeCell<T>,
}

#[derive(Debug)]
struct System {
    mutex: UnsafeCell<libc::pthread_mutex_t>,
    condition: UnsafeCell<libc::pthread_cond_t>,
}

/// The value of a [`Monitor`], for as long as its mutex is held by this thread.
#[derive(Debug)]
pub(crate) struct Held<'a, T> {
    monitor: &'a Monitor<T>,
    /// A mutex is unlocked by the thread that locked it.
    here: PhantomData<*const ()>,
}

// SAFETY: the value is reached under the mutex alone, by one thread at a time, and may pass from one to the next.
unsafe impl<T: Send> Sync for Monitor<T> {}
// SAFETY: nobody holds or waits for what is moved, for both borrow it; the mutex itself stays where it is.
unsafe impl<T: Send> Send for Monitor<T> {}

impl<T> Monitor<T> {
    /// One that nobody holds.
    pub(crate) fn new(value: T) -> Self {
        let system = Box::new(System {
            mutex: UnsafeCell::new(libc::PTHREAD_MUTEX_INITIALIZER),
            condition: UnsafeCell::new(libc::PTHREAD_COND_INITIALIZER),
        });
        let mut kind = MaybeUninit::<libc::pthread_mutexattr_t>::uninit();
        // A normal one: who locks it twice waits for ever, where a default one does what it likes.
        // SAFETY: `kind` is made before it is used, and unmade after it; nobody knows of the mutex yet, and it is in its place.
        unsafe {
            libc::pthread_mutexattr_init(kind.as_mut_ptr());
            libc::pthread_mutexattr_settype(kind.as_mut_ptr(), libc::PTHREAD_MUTEX_NORMAL);
            libc::pthread_mutex_init(system.mutex.get(), kind.as_ptr());
            libc::pthread_mutexattr_destroy(kind.as_mut_ptr());
        }
        #[cfg(target_os = "linux")]
        {
            let mut kind = MaybeUninit::<libc::pthread_condattr_t>::uninit();
            // SAFETY: `kind` is made before it is used, and unmade after it; nobody knows of the condition yet, and it is in
            // its place.
            unsafe {
                libc::pthread_condattr_init(kind.as_mut_ptr());
                libc::pthread_condattr_setclock(kind.as_mut_ptr(), CLOCK);
                libc::pthread_cond_init(system.condition.get(), kind.as_ptr());
                libc::pthread_condattr_destroy(kind.as_mut_ptr());
            }
        }
        Self { system, value: UnsafeCell::new(value) }
    }

    /// Waits for the mutex.
    pub(crate) fn lock(&self) -> Held<'_, T> {
        // SAFETY: it was made in `new`, and lives as long as `self`.
        unsafe { libc::pthread_mutex_lock(self.system.mutex.get()) };
        Held { monitor: self, here: PhantomData }
    }
}

impl<T> Held<'_, T> {
    /// Wakes one of those that wait for the condition, if there is one.
    pub(crate) fn signal(&self) {
        // SAFETY: it was made in `new`, and lives as long as the monitor.
        unsafe { libc::pthread_cond_signal(self.monitor.system.condition.get()) };
    }

    /// Lets go of the mutex, waits for the condition, and holds the mutex again. May return without a reason.
    pub(crate) fn wait(self) -> Self {
        let System { mutex, condition } = &*self.monitor.system;
        // SAFETY: both live as long as the monitor, and this thread holds the mutex.
        unsafe { libc::pthread_cond_wait(condition.get(), mutex.get()) };
        self
    }

    /// The same, for so long at most; whether that is over.
    pub(crate) fn wait_at_most(self, time: Nanos) -> (Self, bool) {
        let System { mutex, condition } = &*self.monitor.system;
        let until = after(time);
        // SAFETY: both live as long as the monitor, this thread holds the mutex, and `until` is a time of the condition's
        // clock.
        let end = unsafe { libc::pthread_cond_timedwait(condition.get(), mutex.get(), &raw const until) };
        (self, end == libc::ETIMEDOUT)
    }
}

/// The time that it will be.
fn after(time: Nanos) -> libc::timespec {
    let mut now = MaybeUninit::<libc::timespec>::zeroed();
    // SAFETY: `now` is large enough and writable, and zero bytes are a valid time.
    let now = unsafe {
        libc::clock_gettime(CLOCK, now.as_mut_ptr());
        now.assume_init()
    };
    let until = Nanos::from_secs(now.tv_sec as u64) + Nanos(now.tv_nsec as u64) + time;
    libc::timespec { tv_sec: (until.0 / 1_000_000_000) as _, tv_nsec: (until.0 % 1_000_000_000) as _ }
}

impl<T> Deref for Held<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: this thread holds the mutex.
        unsafe { &*self.monitor.value.get() }
    }
}

impl<T> DerefMut for Held<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: this thread holds the mutex, and `self` is borrowed by nobody else.
        unsafe { &mut *self.monitor.value.get() }
    }
}

impl<T> Drop for Held<'_, T> {
    fn drop(&mut self) {
        // SAFETY: this thread holds it.
        unsafe { libc::pthread_mutex_unlock(self.monitor.system.mutex.get()) };
    }
}

impl Drop for System {
    fn drop(&mut self) {
        // SAFETY: nobody waits, for that borrows them. One whose `Held` was forgotten is held for ever, and left as it is.
        unsafe {
            if libc::pthread_mutex_trylock(self.mutex.get()) == 0 {
                libc::pthread_mutex_unlock(self.mutex.get());
                libc::pthread_mutex_destroy(self.mutex.get());
                libc::pthread_cond_destroy(self.condition.get());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::thread;

    #[test]
    fn one_at_a_time_holds_it_and_whoever_is_signalled_goes_on() {
        let monitor = Arc::new(Monitor::new(0_u32));
        let others: Vec<_> = (0..4)
            .map(|_| {
                let monitor = Arc::clone(&monitor);
                thread::spawn(move || {
                    for _ in 0..1_000 {
                        let mut count = monitor.lock();
                        *count += 1;
                        count.signal();
                    }
                })
            })
            .collect();
        let mut count = monitor.lock();
        while *count < 4_000 {
            count = count.wait();
        }
        drop(count);
        for other in others {
            other.join().unwrap();
        }
    }

    #[test]
    fn a_wait_that_nobody_ends_is_over_in_time() {
        let monitor = Monitor::new(());
        let mut over = false;
        while !over {
            over = monitor.lock().wait_at_most(Nanos::from_millis(2)).1;
        }
    }
}
