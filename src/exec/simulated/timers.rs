//! What is to happen at a moment that is known beforehand, in the order of moments; at the same moment, in the order in
//! which it was entered.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::clock::RunTime;

/// Something that happens. The numbers behind workers, cores and locks tell an entry that is out of date from one that
/// holds: it holds only while they are what they were.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum What {
    /// A process, or the process of all threads, is asked for its workers.
    Spawn { process: u32 },
    /// A worker is ready for its first task.
    Ready { worker: u32 },
    /// A worker that waits for something is to go on.
    Wake { worker: u32, number: u32 },
    /// A core's slice is over.
    Slice { core: u32, number: u32 },
    /// A waiter's lap is over: it asks for the lock.
    Ask { lock: u32, worker: u32, number: u32 },
    /// An attempt has used up its time.
    Deadline { worker: u32, number: u32 },
    /// A worker process hears that nothing is left to do.
    Farewell { worker: u32 },
    /// A worker is gone.
    Gone { worker: u32 },
}

#[derive(Debug, Default)]
pub(super) struct Timers {
    heap: BinaryHeap<Reverse<(RunTime, u64, What)>>,
    entered: u64,
}

impl Timers {
    pub(super) fn enter(&mut self, at: RunTime, what: What) {
        self.heap.push(Reverse((at, self.entered, what)));
        self.entered += 1;
    }

    pub(super) fn next(&self) -> Option<RunTime> {
        self.heap.peek().map(|Reverse((at, ..))| *at)
    }

    /// Takes out the first of those that are due by `now`.
    pub(super) fn due(&mut self, now: RunTime) -> Option<What> {
        if self.next()? > now {
            return None;
        }
        self.heap.pop().map(|Reverse((.., what))| what)
    }
}
