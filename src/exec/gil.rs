//! The lock of one interpreter: ports of CPython's two, with what they were made of.
//!
//! [`GilRule::Interval`] follows `take_gil` and `drop_gil` of `Python/ceval_gil.c` (3.2 to 3.13) step by step, with the C
//! library's mutex and condition variables. Whoever waits has a timer of its own; when that runs out and nobody has switched
//! during the whole wait, it asks the holder to let go; the holder hears of that at its next checkpoint, lets go, and,
//! because it was asked to, waits until another has really taken the lock (forced switching). A release before a wait asks
//! for nothing and guarantees nothing. Who of several is woken is the system's choice.
//!
//! [`GilRule::Ticks`] follows the eval loop of 3.1 and earlier, whose lock is a semaphore: after so many ticks it is released
//! and at once wanted back. Nobody is handed anything, so that whoever was woken commonly finds it taken again: a false
//! wake-up.
//!
//! States, orderings and what each of them prevents are in the README.md beside this module. It knows nothing of tasks
//! or of lanes, which a worker's [`GilSeat`] tells, and of time only how long a waiter waits before it asks.

mod asked;
mod interval;
#[cfg(not(unix))]
mod monitor;
mod seat;
mod semaphore;

pub use interval::Interval;
pub use seat::GilSeat;

use crate::event::GilMark;
use crate::exec::gil::asked::AskedLock;
use crate::exec::gil::semaphore::Semaphore;
use crate::plan::GilRule;
use crate::units::Nanos;

/// Nobody has held it yet.
const NOBODY: u64 = u64::MAX;

/// The lock of one interpreter, shared by the workers of one process.
#[derive(Debug)]
pub struct Gil {
    interval: Interval,
    lock: Lock,
}

/// What it is made of, by the kind of its rule, which never changes.
#[derive(Debug)]
enum Lock {
    Asked(AskedLock),
    Ticks(Semaphore),
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
    pub fn new(interval: Interval) -> Self {
        let lock = match interval.rule() {
            GilRule::Interval(_) => Lock::Asked(AskedLock::new()),
            GilRule::Ticks(_) => Lock::Ticks(Semaphore::new()),
        };
        Self { interval, lock }
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

    /// Whether the holder is asked to let go; never where ticks decide.
    pub fn is_asked(&self) -> bool {
        match &self.lock {
            Lock::Asked(lock) => lock.is_asked(),
            Lock::Ticks(_) => false,
        }
    }

    /// Ticks between two releases, where they decide and nobody waits, as it was a moment ago: a release would be seen by
    /// nobody.
    pub fn ticks_unseen(&self) -> Option<u32> {
        match &self.lock {
            Lock::Asked(_) => None,
            Lock::Ticks(lock) => self.ticks().filter(|_| !lock.is_wanted()),
        }
    }

    /// Takes it, if nobody holds it now.
    pub fn try_take(&self, me: u64) -> Option<Taking> {
        match &self.lock {
            Lock::Asked(lock) => lock.try_take(me),
            Lock::Ticks(lock) => lock.try_take(me),
        }
    }

    /// Waits for it, and takes it. Whoever waits here is called `me`, a number that no other waiter has. What happens
    /// meanwhile is told to `tell` at the moment, which may be under the lock's own lock, so that it must be brief, and must not panic.
    pub fn take(&self, me: u64, tell: impl FnMut(GilMark)) -> Taking {
        match &self.lock {
            Lock::Asked(lock) => lock.take(me, || self.patience(), tell),
            Lock::Ticks(lock) => lock.take(me, tell),
        }
    }

    /// Lets it go. True if the holder was asked to, in which case this returns only when another has taken it. Where somebody
    /// waits for it, `wanted` is called just before, while it is still held.
    pub fn give(&self, me: u64, wanted: impl FnOnce()) -> bool {
        match &self.lock {
            Lock::Asked(lock) => lock.give(me, wanted),
            Lock::Ticks(lock) => {
                lock.give(wanted);
                false
            }
        }
    }

    /// How long a waiter waits before it asks.
    fn patience(&self) -> Nanos {
        match self.interval.rule() {
            GilRule::Interval(interval) => interval,
            GilRule::Ticks(_) => Nanos::ZERO,
        }
    }
}

#[cfg(test)]
mod tests;
