//! What a CPU does with two threads that both want it: turning from one to the other, and how long each keeps it.
//!
//! Both threads are held on one CPU, which only Linux does for us.

use std::sync::{Condvar, Mutex, PoisonError};

use super::Effort;
use crate::clock::Clock;
use crate::cost::NotMeasured;
use crate::units::Nanos;

/// Turns from one thread to the other and back in a go.
const TURNS: u32 = 200;
/// How long two threads compete for one CPU in a go.
const COMPETING: Nanos = Nanos::from_millis(40);
/// A gap in a thread's readings of the clock that is shorter is an interrupt, and no other thread's slice.
const SHORTEST: Nanos = Nanos::from_micros(300);

/// From one thread to the other on the same CPU: half of a hand-over and back, through a condition. The quickest go.
pub(super) fn switch(effort: Effort) -> Result<Nanos, NotMeasured> {
    let mut best: Option<Nanos> = None;
    for _ in 0..effort.goes(3) {
        let turn = Turn::default();
        let clock = Clock::monotonic();
        let took = on_one_cpu(
            || {
                let start = clock.now();
                turn.play(0);
                clock.now().since(start)
            },
            || turn.play(1),
        )?;
        let each = took / u64::from(2 * TURNS);
        best = Some(best.map_or(each, |best| best.min(each)));
    }
    best.ok_or_else(|| NotMeasured("nothing came of it".to_owned()))
}

/// Whose turn it is, 0 or 1.
#[derive(Default)]
struct Turn {
    whose: Mutex<u32>,
    changed: Condvar,
}

impl Turn {
    /// Waits for each of one's turns, and ends it.
    fn play(&self, who: u32) {
        for _ in 0..TURNS {
            let whose = self.whose.lock().unwrap_or_else(PoisonError::into_inner);
            let mut whose =
                self.changed.wait_while(whose, |whose| *whose != who).unwrap_or_else(PoisonError::into_inner);
            *whose = 1 - who;
            drop(whose);
            self.changed.notify_one();
        }
    }
}

/// How long a thread keeps a CPU that another wants, by the gaps in what each of two sees of the clock: the lower quartile,
/// for where others want that CPU too, a gap is several slices.
pub(super) fn slice(effort: Effort) -> Result<Nanos, NotMeasured> {
    let mut gaps = Vec::new();
    for _ in 0..effort.goes(2) {
        let clock = Clock::monotonic();
        let end = clock.now().after(COMPETING);
        let (one, other) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
        let look = |seen: &Mutex<Vec<Nanos>>| {
            let mut before = clock.now();
            while before < end {
                let now = clock.now();
                let gap = now.since(before);
                if gap >= SHORTEST {
                    seen.lock().unwrap_or_else(PoisonError::into_inner).push(gap);
                }
                before = now;
            }
        };
        on_one_cpu(|| look(&one), || look(&other))?;
        for seen in [one, other] {
            gaps.append(&mut seen.into_inner().unwrap_or_else(PoisonError::into_inner));
        }
    }
    gaps.sort_unstable();
    gaps.get(gaps.len() / 4).copied().ok_or_else(|| NotMeasured("neither thread was interrupted".to_owned()))
}

/// Runs both at the same time, on threads that may use one CPU only; the answer is the first's.
#[cfg(target_os = "linux")]
fn on_one_cpu<T: Send>(
    first: impl FnOnce() -> T + Send,
    second: impl FnOnce() + Send,
) -> Result<T, NotMeasured> {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_getcpu, sched_setaffinity};
    let allowed = sched_getaffinity(None).map_err(std::io::Error::from)?;
    let here = sched_getcpu();
    let any = (0..CpuSet::MAX_CPU).find(|cpu| allowed.is_set(*cpu));
    let cpu = if allowed.is_set(here) { Some(here) } else { any };
    let mut one = CpuSet::new();
    one.set(cpu.ok_or_else(|| NotMeasured("no CPU is allowed".to_owned()))?);
    let one = &one;
    let pin = move || sched_setaffinity(None, one).map_err(std::io::Error::from);
    // The second begins when the first is there; where that never comes, it ends. One that cannot be held on the CPU does
    // its part all the same, for the other waits for it.
    let (come, came) = std::sync::mpsc::channel();
    let panicked = |_| NotMeasured("a thread panicked".to_owned());
    std::thread::scope(|scope| {
        let second = std::thread::Builder::new().spawn_scoped(scope, move || {
            let pinned = pin();
            if came.recv().is_ok() {
                second();
            }
            pinned
        })?;
        let first = std::thread::Builder::new().spawn_scoped(scope, move || {
            let pinned = pin();
            // The other listens until it has heard this.
            let _ = come.send(());
            (first(), pinned)
        })?;
        let (answer, pinned) = first.join().map_err(panicked)?;
        second.join().map_err(panicked)?.and(pinned)?;
        Ok(answer)
    })
}

#[cfg(not(target_os = "linux"))]
fn on_one_cpu<T>(_: impl FnOnce() -> T, _: impl FnOnce()) -> Result<T, NotMeasured> {
    Err(NotMeasured("only Linux holds a thread on one CPU".to_owned()))
}
