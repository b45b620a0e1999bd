//! Lanes of children where memory cannot be shared: the child tells what changed, and the parent enters it into lanes of
//! its own, so that whoever reads those sees no difference but a delay.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde::{Deserialize, Serialize};

use super::journal::Producer;
use super::{GAUGE_CELLS, Gauge, LONGEST_OF_PARTS, LaneReader, Lanes};
use crate::event::Record;
use crate::ids::{CpuId, SlotId};
use crate::units::Nanos;

/// At most so many records travel at a time.
const RECORDS: usize = 8_192;

/// What changed in a lane since the last time.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct LaneNews {
    /// Gauges and steps of histograms, by their place: levels as they are, sums by how much they grew.
    cells: Vec<(u16, u64)>,
    /// CPU time newly charged, by CPU.
    charges: Vec<(u16, u64)>,
    records: Vec<Record>,
}

/// What becomes of a cell's news.
#[derive(PartialEq, Eq)]
enum Nature {
    Level,
    Maximum,
    First,
    Sum,
}

fn nature(place: usize) -> Nature {
    const LEVELS: [usize; 5] = [
        Gauge::Now as usize,
        Gauge::Since as usize,
        Gauge::Pid as usize,
        Gauge::Cpu as usize,
        Gauge::GilHeldSince as usize,
    ];
    const MAXIMA: [usize; 3] =
        [Gauge::LongestLatency as usize, Gauge::LongestQueue as usize, Gauge::LongestGilWait as usize];
    if LEVELS.contains(&place) {
        Nature::Level
    } else if MAXIMA.contains(&place) || (LONGEST_OF_PARTS..GAUGE_CELLS).contains(&place) {
        Nature::Maximum
    } else if place == Gauge::FirstStart as usize {
        Nature::First
    } else {
        Nature::Sum
    }
}

/// The child's end: it reads a lane of the child's own.
#[derive(Debug)]
pub struct LaneTeller {
    lanes: Arc<Lanes>,
    reader: LaneReader,
    cells: Box<[u64]>,
    charges: Box<[u64]>,
}

impl LaneTeller {
    /// Tells of a slot of `lanes`, whose only reader it is; and of all charges, so that there is one teller of these.
    pub fn new(lanes: &Arc<Lanes>, slot: SlotId) -> Self {
        Self {
            lanes: Arc::clone(lanes),
            reader: LaneReader::new(lanes, slot),
            cells: vec![0; lanes.shape.told()].into(),
            charges: vec![0; lanes.shape.cpus].into(),
        }
    }

    /// What changed since the last time.
    pub fn news(&mut self) -> LaneNews {
        let mut news = LaneNews::default();
        self.reader.drain(|record| {
            if news.records.len() < RECORDS {
                news.records.push(record);
            }
        });
        let cells = self.lanes.slot(self.reader.slot()).iter();
        for (place, (cell, told)) in cells.zip(&mut self.cells).enumerate() {
            let now = cell.load(Ordering::Relaxed);
            if now != *told {
                let news_of_it = if nature(place) == Nature::Sum { now.wrapping_sub(*told) } else { now };
                news.cells.push((place as u16, news_of_it));
                *told = now;
            }
        }
        for (cpu, (cell, told)) in self.lanes.charges().iter().zip(&mut self.charges).enumerate() {
            let now = cell.load(Ordering::Relaxed);
            if now != *told {
                news.charges.push((cpu as u16, now.wrapping_sub(*told)));
                *told = now;
            }
        }
        news
    }
}

/// The parent's end: it writes into the slot of the child, which has no other writer.
#[derive(Debug)]
pub struct LaneHearer {
    lanes: Arc<Lanes>,
    slot: SlotId,
    producer: Producer,
}

impl LaneHearer {
    /// Hears of the child in a slot.
    pub fn new(lanes: &Arc<Lanes>, slot: SlotId) -> Self {
        Self { lanes: Arc::clone(lanes), slot, producer: Producer::resume(lanes.journal(slot)) }
    }

    /// Enters what a child told. What makes no sense is left out: it is for display and time alone.
    pub fn hear(&mut self, news: &LaneNews) {
        let slot = self.lanes.slot(self.slot);
        for record in &news.records {
            if !self.producer.push(self.lanes.journal(self.slot), record) {
                let dropped = &slot[Gauge::Dropped as usize];
                dropped.store(dropped.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
            }
        }
        for (place, value) in &news.cells {
            let place = usize::from(*place);
            let Some(cell) = slot[..self.lanes.shape.told()].get(place) else {
                continue;
            };
            let old = cell.load(Ordering::Relaxed);
            let new = match nature(place) {
                Nature::Maximum => old.max(*value),
                Nature::First if old > 0 => old,
                Nature::First | Nature::Level => *value,
                Nature::Sum => old.wrapping_add(*value),
            };
            cell.store(new, Ordering::Relaxed);
        }
        for (cpu, time) in &news.charges {
            self.lanes.charge(CpuId(*cpu), Nanos(*time));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, RunClock, RunTime};
    use crate::event::{Outcome, Phase};
    use crate::exec::lane::LaneWriter;
    use crate::ids::TaskIndex;

    const SLOT: SlotId = SlotId(1);

    #[test]
    fn what_two_children_told_one_after_another_reads_like_one_lane() {
        let (clock, hand) = Clock::manual();
        let clock = RunClock::new(clock.clone(), clock.now());
        let parent = Lanes::private(2, 4, 0);
        let mut reader = LaneReader::new(&parent, SLOT);
        for life in 0..2 {
            parent.spawned(SLOT, clock.now());
            let child = Lanes::private(1, 4, 0);
            child.gone(SlotId(0), clock.now());
            child.spawned(SlotId(0), clock.now());
            let (mut teller, mut hearer) =
                (LaneTeller::new(&child, SlotId(0)), LaneHearer::new(&parent, SLOT));
            // The time before this life belongs to the parent's slot, not to the child's.
            teller.news();
            let mut writer = LaneWriter::attach(&child, SlotId(0), clock.clone(), 70 + life);
            hand.advance(Nanos::from_millis(1));
            writer.enter(Phase::Waiting);
            for task in 0..3 {
                writer.start_task(TaskIndex(task), 0);
                hand.advance(Nanos::from_millis(2));
                writer.end_task(Outcome::Ok);
                hearer.hear(&teller.news());
            }
            writer.finish();
            hearer.hear(&teller.news());
            parent.gone(SLOT, clock.now());
        }
        let gauges = reader.gauges();
        assert_eq!((gauges.done, gauges.pid, gauges.phase), (6, 71, Phase::Absent));
        assert_eq!(gauges.totals.get(Phase::Computing), Nanos::from_millis(12));
        assert_eq!(gauges.totals.get(Phase::Starting), Nanos::from_millis(2));
        assert_eq!(gauges.totals_at(clock.now()).sum(), clock.now().elapsed());
        assert_eq!(reader.first_start().map(RunTime::elapsed), Some(Nanos::from_millis(1)));
        let mut tasks = 0;
        reader.drain(|record| tasks += u32::from(matches!(record, Record::Task { .. })));
        assert_eq!(tasks, 6);
    }

    #[test]
    fn news_that_make_no_sense_are_left_out() {
        let lanes = Lanes::private(1, 1, 0);
        let news = LaneNews { cells: vec![(u16::MAX, 7)], charges: vec![(u16::MAX, 7)], records: Vec::new() };
        LaneHearer::new(&lanes, SlotId(0)).hear(&news);
    }
}
