//! What the simulator needs to know of a task: how long it computes, how long it waits, and whether it needs the lock of
//! an interpreter to compute.

use crate::ids::TaskIndex;
use crate::plan::{Costs, Work};
use crate::units::Nanos;

/// One task, as far as time is concerned.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) struct Fact {
    /// Computing, on a core that has the machine to itself.
    pub(super) computing: Nanos,
    /// Waiting without a core.
    pub(super) waiting: Nanos,
    /// It computes and waits in so many turns.
    pub(super) turns: u32,
    /// Whether it needs the lock to compute. None needs it to wait.
    pub(super) lock: bool,
}

/// The fact of each task of some work.
pub(super) fn of(work: Work, costs: Costs) -> impl Fn(TaskIndex) -> Fact + Send {
    move |index| Fact {
        computing: work.computing(index, &costs),
        waiting: work.waiting(index),
        turns: work.part(index).0.alternations(),
        lock: work.part(index).0.task().needs_lock(),
    }
}
