//! The lock of CPython up to 3.1: a semaphore, as `Python/thread_pthread.h` makes it of `sem_wait` and `sem_post`, and these
//! as glibc (2.21 and later) makes them of a number and a wait in the kernel.
//!
//! It has no queue and no memory: whoever comes first when it is free has it, awake or asleep. When it is let go is not
//! decided here.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::{NOBODY, Taking};
use crate::event::GilMark;

/// A semaphore that counts to one.
#[derive(Debug)]
pub(super) struct Semaphore {
    /// One while it is free, and zero while it is held: what a waiter in the kernel waits to change.
    free: AtomicU32,
    /// Workers on their way to sleep, asleep, and woken ones that do not have it yet.
    waiting: AtomicU32,
    /// Who held it last. Written and read by the holder alone.
    last: AtomicU64,
}

impl Semaphore {
    pub(super) const fn new() -> Self {
        Self { free: AtomicU32::new(1), waiting: AtomicU32::new(0), last: AtomicU64::new(NOBODY) }
    }

    pub(super) fn is_wanted(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }

    pub(super) fn try_take(&self, me: u64) -> Option<Taking> {
        self.take_free().then(|| self.taken(me, 0))
    }

    pub(super) fn take(&self, me: u64, mut tell: impl FnMut(GilMark)) -> Taking {
        let mut false_wakes = 0;
        self.waiting.fetch_add(1, Ordering::SeqCst);
        while !self.take_free() {
            // Sleeps only if it is still held: the kernel compares.
            atomic_wait::wait(&self.free, 0);
            if self.free.load(Ordering::Relaxed) == 0 {
                false_wakes += 1;
                tell(GilMark::FalseWake);
            }
        }
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        self.taken(me, false_wakes)
    }

    /// Lets it go. Where somebody waits for it, `wanted` is called just before, while it is still held.
    pub(super) fn give(&self, wanted: impl FnOnce()) {
        if self.is_wanted() {
            wanted();
        }
        self.free.store(1, Ordering::SeqCst);
        // Asked again: whoever came since saw it held, or comes before this look.
        if self.waiting.load(Ordering::SeqCst) > 0 {
            atomic_wait::wake_one(&raw const self.free);
        }
    }

    fn take_free(&self) -> bool {
        self.free.compare_exchange(1, 0, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    fn taken(&self, me: u64, false_wakes: u32) -> Taking {
        let switched = self.last.swap(me, Ordering::Relaxed) != me;
        Taking { switched, requests: 0, false_wakes }
    }
}
