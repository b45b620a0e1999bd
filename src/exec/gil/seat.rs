//! A worker's seat at the lock: takes it before a task computes, gives it up while the task waits or works in native code,
//! and heeds requests at checkpoints. What it waits stands in the worker's lane.

use std::sync::Arc;

use super::{Gil, Taking};
use crate::clock::RunTime;
use crate::event::Phase;
use crate::exec::lane::LaneWriter;
use crate::plan::runtime::TICKS_AT_ONCE;
use crate::units::Nanos;

/// One worker's part in the lock of its process.
#[derive(Debug)]
pub struct GilSeat {
    gil: Arc<Gil>,
    me: u64,
    held: bool,
    /// Ticks until the next release, where ticks decide.
    ticks: u32,
    /// How long it computes between two looks at requests; zero for a look at each tick.
    stretch: Nanos,
    /// The last look, or the beginning of the time that the lock has been held.
    looked: RunTime,
}

impl GilSeat {
    /// A seat of the worker that has the number `me` among those of its process. Between two looks at requests it computes
    /// for `stretch`, as a call of C code does that keeps the lock; zero for none.
    pub fn new(gil: Arc<Gil>, me: u64, stretch: Nanos) -> Self {
        let ticks = gil.ticks().unwrap_or(0);
        Self { gil, me, held: false, ticks, stretch, looked: RunTime::START }
    }

    /// Takes the lock, unless it is held already; waits for it as long as that takes. The lane is waiting for the lock
    /// then, and its caller says what it does next.
    pub fn take(&mut self, lane: &mut LaneWriter) {
        if self.held {
            return;
        }
        let taking = self.gil.try_take(self.me).unwrap_or_else(|| self.wait(lane));
        self.taken(lane, taking);
    }

    /// Gives the lock up for a while, or for good.
    pub fn give(&mut self, lane: &mut LaneWriter) {
        if std::mem::take(&mut self.held) {
            lane.gave_gil(lane.clock().now());
            self.gil.give(self.me, || {});
        }
    }

    /// A checkpoint within computing: gives the lock up where the rule says so, and takes it back.
    #[inline]
    pub fn tick(&mut self, lane: &mut LaneWriter) {
        if !self.held {
            return;
        }
        if self.gil.ticks().is_some() {
            self.ticks = self.ticks.saturating_sub(TICKS_AT_ONCE);
            if self.ticks == 0 {
                self.pass(lane);
            }
        } else if self.gil.is_asked() {
            self.pass(lane);
        }
    }

    /// Lets others run now.
    #[cold]
    fn pass(&mut self, lane: &mut LaneWriter) {
        if self.stretch > Nanos::ZERO {
            let now = lane.clock().now();
            if now.since(self.looked) < self.stretch {
                return;
            }
        }
        if let Some(ticks) = self.gil.ticks().filter(|_| !self.gil.is_wanted()) {
            // Let go and taken back at once, with nobody there to see it.
            self.ticks = ticks;
            return;
        }
        let asked = self.gil.is_asked();
        if asked {
            lane.enter(Phase::GilWait);
            lane.gave_gil(lane.since());
        }
        let mut wanted = None;
        if self.gil.give(self.me, || wanted = Some(lane.is_letting_go())) {
            lane.forced_switch();
        }
        self.held = false;
        let taking = self.gil.try_take(self.me);
        // Another may have had it in between, even where it is free again by now.
        let lost = taking.is_none_or(|taking| taking.switched);
        if lost && lane.phase() != Phase::GilWait {
            let at = wanted.unwrap_or_else(|| lane.clock().now());
            lane.enter_at(Phase::GilWait, at);
            lane.gave_gil(at);
        } else if wanted.is_some() {
            lane.has_gil_still();
        }
        let taking = taking.unwrap_or_else(|| self.wait(lane));
        if lane.phase() == Phase::GilWait {
            self.taken(lane, taking);
            lane.enter(Phase::Computing);
        } else {
            // Nobody wanted it: not worth a word, and ten thousand times a second.
            self.held = true;
            self.ticks = self.gil.ticks().unwrap_or(0);
        }
    }

    fn wait(&self, lane: &mut LaneWriter) -> Taking {
        if lane.phase() != Phase::GilWait {
            lane.enter(Phase::GilWait);
            lane.gave_gil(lane.since());
        }
        self.gil.take(self.me, |what| lane.mark_gil(what))
    }

    fn taken(&mut self, lane: &mut LaneWriter, taking: Taking) {
        let now = lane.clock().now();
        let waited = if lane.phase() == Phase::GilWait { now.since(lane.since()) } else { Nanos::ZERO };
        self.held = true;
        self.ticks = self.gil.ticks().unwrap_or(0);
        self.looked = now;
        lane.took_gil(taking, waited, now);
    }
}
