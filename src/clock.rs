//! The one source of time.
//!
//! Nobody else reads a clock. [`Clock::monotonic`] reads the machine's raw monotonic clock, which parent and children
//! share, so that one epoch serves a whole run; [`Clock::manual`] is its twin for tests, moved by hand. CPU time of the
//! calling thread ([`thread_cpu`]) is read here too.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use crate::units::Nanos;

/// A moment on the machine's monotonic clock: nanoseconds since an origin that is the same for every process of this
/// machine (on Unix; elsewhere since this process first asked).
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Stamp(pub u64);

impl Stamp {
    /// The time from `earlier` to this moment; zero if it is not earlier.
    pub const fn since(self, earlier: Self) -> Nanos {
        Nanos(self.0.saturating_sub(earlier.0))
    }

    /// This moment, `by` later.
    #[must_use]
    pub const fn after(self, by: Nanos) -> Self {
        Self(self.0.saturating_add(by.0))
    }
}

/// A moment within a run: nanoseconds since the engine accepted its start, stops by Ctrl-Z included (state subtracts them).
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunTime(pub u64);

impl RunTime {
    /// The run's start.
    pub const START: Self = Self(0);

    /// The time from `earlier` to this moment; zero if it is not earlier.
    pub const fn since(self, earlier: Self) -> Nanos {
        Nanos(self.0.saturating_sub(earlier.0))
    }

    /// This moment, `by` later.
    #[must_use]
    pub const fn after(self, by: Nanos) -> Self {
        Self(self.0.saturating_add(by.0))
    }

    /// The time from the run's start to this moment.
    pub const fn elapsed(self) -> Nanos {
        Nanos(self.0)
    }
}

/// A source of time: the machine's, or one that a test moves by hand. Clones share the same source.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    Monotonic,
    Manual(Arc<AtomicU64>),
}

impl Clock {
    /// The machine's raw monotonic clock.
    pub const fn monotonic() -> Self {
        Self(Source::Monotonic)
    }

    /// A clock that stands still until it is moved, and the hand that moves it.
    pub fn manual() -> (Self, ManualHand) {
        let cell = Arc::new(AtomicU64::new(0));
        (Self(Source::Manual(Arc::clone(&cell))), ManualHand(cell))
    }

    /// The moment now.
    pub fn now(&self) -> Stamp {
        match &self.0 {
            Source::Monotonic => monotonic_now(),
            Source::Manual(cell) => Stamp(cell.load(Ordering::Acquire)),
        }
    }
}

/// The hand that moves a manual clock.
#[derive(Clone, Debug)]
pub struct ManualHand(Arc<AtomicU64>);

impl ManualHand {
    /// Moves the clock forward.
    pub fn advance(&self, by: Nanos) {
        self.0.fetch_add(by.0, Ordering::Release);
    }
}

/// A run's own time: the clock, counted from the run's epoch. Parent and children hold the same epoch.
#[derive(Clone, Debug)]
pub struct RunClock {
    clock: Clock,
    epoch: Stamp,
}

impl RunClock {
    /// The time of a run that began at `epoch`.
    pub const fn new(clock: Clock, epoch: Stamp) -> Self {
        Self { clock, epoch }
    }

    /// The moment now, since the run began.
    pub fn now(&self) -> RunTime {
        RunTime(self.clock.now().0.saturating_sub(self.epoch.0))
    }

    /// The moment at which the run began.
    pub const fn epoch(&self) -> Stamp {
        self.epoch
    }
}

#[cfg(unix)]
fn monotonic_now() -> Stamp {
    timespec_to_stamp(rustix::time::clock_gettime(rustix::time::ClockId::Monotonic))
}

#[cfg(unix)]
fn timespec_to_stamp(t: rustix::time::Timespec) -> Stamp {
    Stamp((t.tv_sec as u64).wrapping_mul(1_000_000_000).wrapping_add(t.tv_nsec as u64))
}

#[cfg(not(unix))]
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads it")]
fn monotonic_now() -> Stamp {
    use std::sync::OnceLock;
    use std::time::Instant;
    static ORIGIN: OnceLock<Instant> = OnceLock::new();
    Stamp(ORIGIN.get_or_init(Instant::now).elapsed().as_nanos() as u64)
}

/// CPU time that the calling thread has used so far; zero where the system does not say (Miri does not).
pub fn thread_cpu() -> Nanos {
    #[cfg(all(unix, not(miri)))]
    {
        Nanos(timespec_to_stamp(rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime)).0)
    }
    #[cfg(any(not(unix), miri))]
    {
        Nanos::ZERO
    }
}

/// The logical CPU that the calling thread runs on now, where the system says.
pub fn current_cpu() -> Option<crate::ids::CpuId> {
    #[cfg(all(target_os = "linux", not(miri)))]
    {
        Some(crate::ids::CpuId(rustix::thread::sched_getcpu() as u16))
    }
    #[cfg(any(not(target_os = "linux"), miri))]
    {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_by_hand() {
        let (clock, hand) = Clock::manual();
        let run = RunClock::new(clock.clone(), clock.now());
        assert_eq!(run.now(), RunTime::START);
        hand.advance(Nanos::from_millis(5));
        assert_eq!(run.now().elapsed(), Nanos::from_millis(5));
    }

    #[test]
    fn the_machine_clock_does_not_go_back() {
        let clock = Clock::monotonic();
        let first = clock.now();
        assert!(clock.now() >= first);
    }
}
