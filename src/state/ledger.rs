//! The time ledger: where the workers' time went, down to what nobody can explain.

use serde::{Deserialize, Serialize};

use crate::event::{Gauges, Phase};
use crate::units::Nanos;

/// The part of a ledger in which commands computed, which is one of blocked's in the JSON.
pub const COMMANDS: &str = "commands computing";

/// Where worker time went. All parts and `unexplained` together are slots × elapsed, on the parent's clock.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// From being asked for to being ready.
    pub starting: Nanos,
    /// Computing on a CPU, by the worker's thread clock.
    pub computing: Nanos,
    /// Ready to compute, but without a CPU: workers themselves, and commands that they waited for as far as the system tells.
    pub preempted: Nanos,
    /// In a task, waiting without a CPU; also while a command computes that it waits for.
    pub blocked: Nanos,
    /// For the lock of an interpreter.
    pub gil_wait: Nanos,
    /// For a lock that tasks share.
    pub lock_wait: Nanos,
    /// Giving results back.
    pub sending: Nanos,
    /// Taking tasks in.
    pub receiving: Nanos,
    /// For a task, a chunk or the result to be taken.
    pub waiting: Nanos,
    /// From being asked to end to being gone.
    pub stopping: Nanos,
    /// Slots without a live worker.
    pub absent: Nanos,
    /// What is left, in nanoseconds; below zero where the parts are more than the whole.
    pub unexplained_ns: i64,
}

impl Ledger {
    /// The ledger of slots whose levels are final, or of about the same moment, over a run that took `elapsed`.
    pub fn of(slots: &[Gauges], elapsed: Nanos) -> Self {
        let mut ledger = Self::default();
        let mut sum = Nanos::ZERO;
        for slot in slots {
            let total = |phase| slot.totals.get(phase);
            let computing = slot.computing_cpu.min(total(Phase::Computing));
            // Who waits for a command that has no CPU waits for that CPU.
            let delay = slot.run_delay.min(total(Phase::Blocked));
            ledger.computing += computing;
            ledger.preempted += total(Phase::Computing) - computing + delay;
            ledger.starting += total(Phase::Starting);
            ledger.blocked += total(Phase::Blocked) - delay;
            ledger.gil_wait += total(Phase::GilWait);
            ledger.sending += total(Phase::Sending);
            ledger.receiving += total(Phase::Receiving);
            ledger.waiting += total(Phase::Waiting);
            ledger.stopping += total(Phase::Stopping);
            ledger.absent += total(Phase::Absent);
            sum += slot.totals.sum();
        }
        let whole = elapsed * slots.len() as u64;
        ledger.unexplained_ns = whole.0 as i64 - sum.0 as i64;
        ledger
    }

    /// Every part by its name, in the order of a worker's life; `unexplained` is not among them.
    pub const fn parts(&self) -> [(&'static str, Nanos); 11] {
        [
            ("starting", self.starting),
            ("computing", self.computing),
            ("preempted", self.preempted),
            ("blocked", self.blocked),
            ("gil_wait", self.gil_wait),
            ("lock_wait", self.lock_wait),
            ("sending", self.sending),
            ("receiving", self.receiving),
            ("waiting", self.waiting),
            ("stopping", self.stopping),
            ("absent", self.absent),
        ]
    }

    /// The same, with what commands computed apart from `blocked`, right before it: workers are blocked while their commands
    /// run, and so many of these nanoseconds of CPU time, or all that they were blocked, no task waited.
    pub fn parts_with(&self, commands: Nanos) -> [(&'static str, Nanos); 12] {
        let computed = commands.min(self.blocked);
        let [starting, computing, preempted, _, rest @ ..] = self.parts();
        let [gil_wait, lock_wait, sending, receiving, waiting, stopping, absent] = rest;
        [
            starting,
            computing,
            preempted,
            (COMMANDS, computed),
            ("blocked", self.blocked - computed),
            gil_wait,
            lock_wait,
            sending,
            receiving,
            waiting,
            stopping,
            absent,
        ]
    }

    /// The whole: slots × elapsed.
    pub fn whole(&self) -> Nanos {
        let parts: u64 = self.parts().iter().map(|(_, time)| time.0).sum();
        Nanos(parts.saturating_add_signed(self.unexplained_ns))
    }
}
