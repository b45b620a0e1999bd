//! The parent's view of one lane.

use std::sync::Arc;

use super::journal::Consumer;
use super::{Gauge, Histogram, Lanes, read};
use crate::clock::RunTime;
use crate::event::{Gauges, GilCounts, Phase, PhaseTotals, Record};
use crate::ids::{CpuId, SlotId, TaskIndex};
use crate::units::Nanos;

/// The one reader of a slot's journal, and of its gauges.
#[derive(Debug)]
pub struct LaneReader {
    lanes: Arc<Lanes>,
    slot: SlotId,
    consumer: Consumer,
    unread: u64,
}

impl LaneReader {
    /// The reader of a slot. There must be one only: a second would take records away from the first.
    pub fn new(lanes: &Arc<Lanes>, slot: SlotId) -> Self {
        Self { lanes: Arc::clone(lanes), slot, consumer: Consumer::default(), unread: 0 }
    }

    /// The slot that it reads.
    pub const fn slot(&self) -> SlotId {
        self.slot
    }

    /// Takes every record that was written since the last time.
    pub fn drain(&mut self, take: impl FnMut(Record)) {
        self.unread += self.consumer.drain(self.lanes.journal(self.slot), take);
    }

    /// The levels now. Each is read by itself: while the worker lives, they are of about the same moment.
    pub fn gauges(&self) -> Gauges {
        let block = self.lanes.gauges(self.slot);
        let now = read(block, Gauge::Now);
        let mut totals = PhaseTotals::default();
        for (total, cell) in totals.0.iter_mut().zip(&block[Gauge::Totals as usize..]) {
            *total = Nanos(cell.load(std::sync::atomic::Ordering::Relaxed));
        }
        Gauges {
            phase: Phase::from_number(now & 0xff).unwrap_or_default(),
            since: RunTime(read(block, Gauge::Since)),
            task: (now >> 8 & 1 == 1).then_some(TaskIndex((now >> 32) as u32)),
            progress: (now >> 16) as u16,
            pid: read(block, Gauge::Pid) as u32,
            cpu: read(block, Gauge::Cpu).checked_sub(1).map(|cpu| CpuId(cpu as u16)),
            done: read(block, Gauge::Done),
            failed: read(block, Gauge::Failed),
            totals,
            computing_cpu: Nanos(read(block, Gauge::ComputingCpu)),
            run_delay: Nanos(read(block, Gauge::RunDelay)),
            cpu_time: Nanos(read(block, Gauge::CpuTime)),
            summarised: read(block, Gauge::Summarised),
            dropped: read(block, Gauge::Dropped) + self.unread,
            gil: GilCounts {
                switches: read(block, Gauge::GilSwitches),
                requests: read(block, Gauge::GilRequests),
                forced: read(block, Gauge::GilForced),
                false_wakes: read(block, Gauge::GilFalseWakes),
                held: Nanos(read(block, Gauge::GilHeld)),
            },
            holds: read(block, Gauge::GilHeldSince).checked_sub(1).map(RunTime),
        }
    }

    /// When the slot's first task started.
    pub fn first_start(&self) -> Option<RunTime> {
        read(self.lanes.gauges(self.slot), Gauge::FirstStart).checked_sub(1).map(RunTime)
    }

    /// Adds the slot's times of tasks, from start to outcome, to a sum.
    pub fn add_latency(&self, sum: &mut Histogram) {
        sum.add(self.lanes.latency(self.slot), read(self.lanes.gauges(self.slot), Gauge::LongestLatency));
    }

    /// Adds the slot's times of tasks of one part of a mix to a sum.
    pub fn add_part(&self, part: usize, sum: &mut Histogram) {
        if let Some((latency, longest)) = self.lanes.part(self.slot, part) {
            sum.add(latency, longest.load(std::sync::atomic::Ordering::Relaxed));
        }
    }

    /// Adds the slot's waits for the interpreter's lock to a sum.
    pub fn add_gil_wait(&self, sum: &mut Histogram) {
        sum.add(self.lanes.gil_wait(self.slot), read(self.lanes.gauges(self.slot), Gauge::LongestGilWait));
    }

    /// Adds the slot's times of tasks, from the run's start to their own, to a sum.
    pub fn add_queue(&self, sum: &mut Histogram) {
        sum.add(self.lanes.queue(self.slot), read(self.lanes.gauges(self.slot), Gauge::LongestQueue));
    }
}
