//! CPU time that workers were charged for on each core, over all runs so far.
//!
//! Each run has its own lanes, which begin at zero, and a run may begin and end within one sampling period. Adding the
//! runs up into totals that only grow loses none of them.

use std::fmt;

use crate::ids::CpuId;
use crate::units::Nanos;

/// What a run's workers were charged for on one core so far.
pub(super) type Charged = Box<dyn Fn(CpuId) -> Nanos + Send>;

/// Totals by core.
pub(super) struct Charges {
    /// Of runs that are over, less what the present run had before it was watched.
    over: Vec<Nanos>,
    before: Vec<Nanos>,
    present: Option<Charged>,
}

impl Charges {
    /// Nothing charged, with room for core numbers below `cpus`.
    pub(super) fn new(cpus: u32) -> Self {
        let none = vec![Nanos::ZERO; cpus as usize];
        Self { over: none.clone(), before: none, present: None }
    }

    /// Takes what the run watched so far has come to, and watches another, or none.
    pub(super) fn watch(&mut self, next: Option<Charged>) {
        for index in 0..self.over.len() {
            let cpu = CpuId(index as u16);
            self.over[index] = self.total(cpu);
            self.before[index] = next.as_ref().map_or(Nanos::ZERO, |charged| charged(cpu));
        }
        self.present = next;
    }

    /// Everything that was charged on a core so far.
    pub(super) fn total(&self, cpu: CpuId) -> Nanos {
        let at = |list: &[Nanos]| list.get(cpu.index()).copied();
        let (Some(over), Some(before)) = (at(&self.over), at(&self.before)) else {
            return Nanos::ZERO;
        };
        over + self.present.as_ref().map_or(Nanos::ZERO, |charged| charged(cpu) - before)
    }
}

impl fmt::Debug for Charges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Charges").field("over", &self.over).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    fn run(start: u64) -> (Arc<AtomicU64>, Charged) {
        let cell = Arc::new(AtomicU64::new(start));
        let read = Arc::clone(&cell);
        (
            cell,
            Box::new(
                move |cpu| if cpu == CpuId(1) { Nanos(read.load(Ordering::Relaxed)) } else { Nanos::ZERO },
            ),
        )
    }

    #[test]
    fn runs_add_up_and_none_is_counted_twice() {
        let mut charges = Charges::new(2);
        let (first, charged) = run(0);
        charges.watch(Some(charged));
        first.store(50, Ordering::Relaxed);
        assert_eq!((charges.total(CpuId(0)), charges.total(CpuId(1))), (Nanos(0), Nanos(50)));
        let (second, charged) = run(7);
        charges.watch(Some(charged));
        first.store(1_000, Ordering::Relaxed);
        second.store(10, Ordering::Relaxed);
        assert_eq!(charges.total(CpuId(1)), Nanos(53));
        charges.watch(None);
        second.store(99, Ordering::Relaxed);
        assert_eq!(charges.total(CpuId(1)), Nanos(53));
        assert_eq!(charges.total(CpuId(9)), Nanos::ZERO);
    }
}
