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
    /// How long a call of C code keeps the lock, one after another; zero for a look at each tick.
    stretch: Nanos,
    /// When one of these calls began: the first since the lock was taken, or a later one.
    called: RunTime,
    /// When the present call ends, once somebody waits for that.
    call_ends: Option<RunTime>,
}

impl GilSeat {
    /// A seat of the worker that has the number `me` among those of its process. While it has the lock it makes one call of C
    /// code after another, each `stretch` long, and looks at requests only between them; zero for no such calls.
    pub fn new(gil: Arc<Gil>, me: u64, stretch: Nanos) -> Self {
        let ticks = gil.ticks().unwrap_or(0);
        Self { gil, me, held: false, ticks, stretch, called: RunTime::START, call_ends: None }
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
        if self.is_in_call(lane) {
            return;
        }
        if let Some(ticks) = self.gil.ticks_unseen() {
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

    /// Whether a call of C code keeps the lock at a moment at which it is to be let go.
    fn is_in_call(&mut self, lane: &LaneWriter) -> bool {
        if self.stretch == Nanos::ZERO {
            return false;
        }
        let (now, called, stretch) = (lane.clock().now(), self.called, self.stretch);
        let ends = *self
            .call_ends
            .get_or_insert_with(|| called.after(stretch * now.since(called).0.div_ceil(stretch.0).max(1)));
        if now < ends {
            return true;
        }
        (self.called, self.call_ends) = (ends, None);
        false
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
        (self.called, self.call_ends) = (now, None);
        lane.took_gil(taking, waited, now);
    }
}
