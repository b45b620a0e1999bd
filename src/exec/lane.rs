//! Lanes: what each worker writes down about itself while it works, at a few nanoseconds a fact.
//!
//! One [`Lanes`] holds the lanes of one run, a slot for each worker: gauges (levels now, and exact totals), three
//! histograms and one more for each part of a mix, and a journal (a single-producer single-consumer ring of records). The same layout lies in private memory for
//! threads and in shared memory for processes, so that a child's lane costs nothing to read and survives its death.
//! A worker writes through [`LaneWriter`]; the parent reads through [`LaneReader`], and moves a slot through its states
//! while no worker lives in it. Nothing here counts outcomes for the books: lanes are for display and for time.
//!
//! States, protocol, orderings and what a crash leaves behind are in the README.md beside this module.

mod histogram;
mod journal;
#[cfg(unix)]
mod mapped;
mod news;
mod reader;
mod writer;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub use histogram::Histogram;
pub use news::{LaneHearer, LaneNews, LaneTeller};
pub use reader::LaneReader;
pub use writer::LaneWriter;

use crate::clock::RunTime;
use crate::event::{Phase, Record};
use crate::exec::lane::journal::Producer;
use crate::ids::{CpuId, SlotId, TaskIndex};
use crate::plan::mix::MAX_PARTS;
use crate::units::Nanos;

/// Stretches shorter than this are not journalled one by one but summarised: at 20 µs, the cost of a record is well
/// under a thousandth of what it tells of.
pub const THINNING: Nanos = Nanos::from_micros(20);

/// All journals of a run together hold at most this many bytes.
const JOURNALS_BYTES: usize = 64 << 20;
/// A journal's capacity in records: enough for 160 ms at the fastest that thinning lets records come.
const MOST_RECORDS: usize = 8_192;

/// Cells of one gauge block; a multiple of 16 (128 bytes), so that no two workers share a cache line or its neighbour.
const GAUGE_CELLS: usize = 48;
/// Histograms of a slot: of latency, of queueing, and of waits for an interpreter's lock.
const HISTOGRAMS: usize = 3;
/// Where in a gauge block the longest latency of each part of a mix stands.
const LONGEST_OF_PARTS: usize = GAUGE_CELLS - MAX_PARTS;
const _: () = assert!(Gauge::Totals as usize + Phase::COUNT <= LONGEST_OF_PARTS, "gauges overlap");
const HEADER_CELLS: usize = 16;
#[cfg(unix)]
const MAGIC: u64 = u64::from_le_bytes(*b"plscope\x01");

/// Where in a gauge block each level stands.
#[derive(Copy, Clone)]
#[repr(usize)]
enum Gauge {
    /// Phase in bits 0..8, whether there is a task in bit 8, progress in bits 16..32, the task in bits 32..64.
    Now = 0,
    Since,
    Pid,
    /// CPU last seen on, plus one; 0 for none.
    Cpu,
    Done,
    Failed,
    ComputingCpu,
    CpuTime,
    Summarised,
    Dropped,
    LongestLatency,
    LongestQueue,
    /// When the slot's first task started, plus one; 0 for none.
    FirstStart,
    LongestGilWait,
    GilSwitches,
    GilRequests,
    GilForced,
    GilFalseWakes,
    GilHeld,
    /// Since when the worker has its interpreter's lock, plus one; 0 while it has not.
    GilHeldSince,
    /// Of blocked's total, how long commands were ready and had no CPU.
    RunDelay,
    /// The first of [`Phase::COUNT`] totals.
    Totals,
}

/// The lanes of one run.
#[derive(Debug)]
pub struct Lanes {
    memory: Memory,
    shape: Shape,
}

#[derive(Debug)]
enum Memory {
    Heap(Box<[AtomicU64]>),
    #[cfg(unix)]
    Mapped(mapped::Mapped),
}

/// The sizes from which every offset follows.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
struct Shape {
    slots: usize,
    records: usize,
    cpus: usize,
    /// Parts of a mix, at most [`MAX_PARTS`], each with a histogram of its own; 0 for other workloads.
    parts: usize,
}

impl Shape {
    fn new(slots: u32, cpus: u32, parts: usize) -> Self {
        let slots = slots.max(1) as usize;
        let fair = JOURNALS_BYTES / slots / (journal::RECORD_CELLS * 8);
        // The largest power of two that is not above the fair share.
        let records = (1 << fair.max(2).ilog2()).min(MOST_RECORDS);
        Self { slots, records, cpus: cpus.max(1) as usize, parts: parts.min(MAX_PARTS) }
    }

    /// Cells of gauges and histograms, which lie together at a slot's beginning.
    const fn told(self) -> usize {
        GAUGE_CELLS + (HISTOGRAMS + self.parts) * histogram::CELLS
    }

    const fn slot_cells(self) -> usize {
        self.told() + journal::cells(self.records)
    }

    fn cells(self) -> usize {
        self.first_slot() + self.slots * self.slot_cells()
    }

    /// What stands first in lanes that are shared, so that nobody takes others' for their own.
    #[cfg(unix)]
    const fn header(self, run: u64) -> [u64; 6] {
        let Self { slots, records, cpus, parts } = self;
        [MAGIC, run, slots as u64, records as u64, cpus as u64, parts as u64]
    }

    /// The first slot's cell, on a boundary of 128 bytes.
    fn first_slot(self) -> usize {
        HEADER_CELLS + self.cpus.next_multiple_of(16)
    }
}

/// Why lanes could not be had in shared memory.
#[derive(Debug, thiserror::Error)]
pub enum LaneError {
    /// This system has no memory that can be shared safely.
    #[error("this system has no sealed shared memory")]
    Unsupported,
    /// The system refused.
    #[error("share memory ({what}): {source}")]
    System {
        /// The call that was refused.
        what: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// What was opened is not the run's lanes.
    #[error("the shared memory is not this run's: {0}")]
    Foreign(&'static str),
}

impl Lanes {
    /// Lanes that are not shared, for workers of this process. `cpus` is one more than the highest CPU number, `parts` how
    /// many parts the work has if it is a mix, else 0.
    pub fn private(slots: u32, cpus: u32, parts: usize) -> Arc<Self> {
        let shape = Shape::new(slots, cpus, parts);
        // Miri has no mappings.
        #[cfg(all(unix, not(miri)))]
        if let Ok(mapped) = mapped::Mapped::private(shape.cells()) {
            return Arc::new(Self { memory: Memory::Mapped(mapped), shape });
        }
        let cells = (0..shape.cells()).map(|_| AtomicU64::new(0)).collect();
        Arc::new(Self { memory: Memory::Heap(cells), shape })
    }

    /// Lanes in sealed shared memory, for workers of other processes, which [`Lanes::attach`] by the path.
    ///
    /// # Errors
    /// Where the system has no such memory, or refuses it.
    #[cfg(unix)]
    pub fn shared(slots: u32, cpus: u32, parts: usize, run: u64) -> Result<(Arc<Self>, String), LaneError> {
        let shape = Shape::new(slots, cpus, parts);
        let (mapped, path) = mapped::Mapped::create(shape.cells())?;
        let lanes = Self { memory: Memory::Mapped(mapped), shape };
        for (cell, value) in lanes.cells().iter().zip(shape.header(run)) {
            cell.store(value, Ordering::Relaxed);
        }
        Ok((Arc::new(lanes), path))
    }

    /// Opens the lanes that the parent made with [`Lanes::shared`].
    ///
    /// # Errors
    /// Where they cannot be opened, or are not those of this run.
    #[cfg(unix)]
    pub fn attach(path: &str, slots: u32, cpus: u32, parts: usize, run: u64) -> Result<Arc<Self>, LaneError> {
        let shape = Shape::new(slots, cpus, parts);
        let mapped = mapped::Mapped::open(path, shape.cells())?;
        let lanes = Self { memory: Memory::Mapped(mapped), shape };
        if lanes
            .cells()
            .iter()
            .zip(shape.header(run))
            .any(|(cell, want)| cell.load(Ordering::Relaxed) != want)
        {
            return Err(LaneError::Foreign("its header differs"));
        }
        Ok(Arc::new(lanes))
    }

    /// How many parts of a mix have a histogram of their own.
    pub const fn parts(&self) -> usize {
        self.shape.parts
    }

    /// The number of slots.
    pub const fn slots(&self) -> usize {
        self.shape.slots
    }

    /// CPU time that workers of this run were charged for on one CPU so far.
    pub fn charged(&self, cpu: CpuId) -> Nanos {
        Nanos(self.charges().get(cpu.index()).map_or(0, |cell| cell.load(Ordering::Relaxed)))
    }

    /// Adds to what a CPU is charged for.
    pub(in crate::exec) fn charge(&self, cpu: CpuId, time: Nanos) {
        if let Some(cell) = self.charges().get(cpu.index()) {
            cell.fetch_add(time.0, Ordering::Relaxed);
        }
    }

    /// Sets a slot from no worker to one that has been asked for. Only while no worker lives in it.
    pub fn spawned(&self, slot: SlotId, at: RunTime) {
        self.turn(slot, Phase::Starting, at);
    }

    /// Takes back that a slot's worker was asked for, for none came: the time since then is one without a worker.
    pub fn never_came(&self, slot: SlotId) {
        self.gauges(slot)[Gauge::Now as usize].store(Phase::Absent as u64, Ordering::Relaxed);
    }

    /// Says that a slot's worker is asked to end. Only when it writes no more.
    pub fn stopping(&self, slot: SlotId, at: RunTime) {
        self.turn(slot, Phase::Stopping, at);
    }

    /// Ends whatever a slot's worker was doing, for it is gone. Only when no worker lives in it any more.
    pub fn gone(&self, slot: SlotId, at: RunTime) {
        self.turn(slot, Phase::Absent, at);
    }

    fn turn(&self, slot: SlotId, next: Phase, at: RunTime) {
        let block = self.gauges(slot);
        let now = read(block, Gauge::Now);
        let since = RunTime(read(block, Gauge::Since));
        let phase = Phase::from_number(now & 0xff).unwrap_or_default();
        let task = (now >> 8 & 1 == 1).then_some(TaskIndex((now >> 32) as u32));
        let total = &block[Gauge::Totals as usize + phase as usize];
        total.store(total.load(Ordering::Relaxed) + at.since(since).0, Ordering::Relaxed);
        self.let_go(slot, at);
        block[Gauge::Now as usize].store(next as u64, Ordering::Relaxed);
        block[Gauge::Since as usize].store(at.max(since).0, Ordering::Relaxed);
        if at.since(since) >= THINNING {
            self.write(slot, &Record::Span { phase, task, start: since, end: at });
        }
    }

    /// A worker that died with its interpreter's lock had it until now: with the process the lock is gone, too.
    fn let_go(&self, slot: SlotId, at: RunTime) {
        let block = self.gauges(slot);
        let Some(since) = read(block, Gauge::GilHeldSince).checked_sub(1).map(RunTime) else {
            return;
        };
        let held = at.since(since);
        let total = &block[Gauge::GilHeld as usize];
        total.store(total.load(Ordering::Relaxed) + held.0, Ordering::Relaxed);
        block[Gauge::GilHeldSince as usize].store(0, Ordering::Relaxed);
        self.write(slot, &Record::Held { start: since, end: at.max(since), held });
    }

    /// Writes a record into the journal of a slot in which no worker lives.
    fn write(&self, slot: SlotId, record: &Record) {
        let journal = self.journal(slot);
        if !Producer::resume(journal).push(journal, record) {
            let dropped = &self.gauges(slot)[Gauge::Dropped as usize];
            dropped.store(dropped.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        }
    }

    fn cells(&self) -> &[AtomicU64] {
        match &self.memory {
            Memory::Heap(cells) => cells,
            #[cfg(unix)]
            Memory::Mapped(mapped) => mapped.cells(),
        }
    }

    fn charges(&self) -> &[AtomicU64] {
        &self.cells()[HEADER_CELLS..HEADER_CELLS + self.shape.cpus]
    }

    fn slot(&self, slot: SlotId) -> &[AtomicU64] {
        let index = slot.index().min(self.shape.slots - 1);
        let start = self.shape.first_slot() + index * self.shape.slot_cells();
        &self.cells()[start..start + self.shape.slot_cells()]
    }

    fn gauges(&self, slot: SlotId) -> &[AtomicU64] {
        &self.slot(slot)[..GAUGE_CELLS]
    }

    fn latency(&self, slot: SlotId) -> &[AtomicU64] {
        self.histogram(slot, 0)
    }

    fn queue(&self, slot: SlotId) -> &[AtomicU64] {
        self.histogram(slot, 1)
    }

    fn gil_wait(&self, slot: SlotId) -> &[AtomicU64] {
        self.histogram(slot, 2)
    }

    /// The latency of one part of a mix, and where its longest stands; none where there is no such part.
    fn part(&self, slot: SlotId, part: usize) -> Option<(&[AtomicU64], &AtomicU64)> {
        let has = part < self.shape.parts;
        has.then(|| (self.histogram(slot, HISTOGRAMS + part), &self.gauges(slot)[LONGEST_OF_PARTS + part]))
    }

    fn histogram(&self, slot: SlotId, number: usize) -> &[AtomicU64] {
        let start = GAUGE_CELLS + number * histogram::CELLS;
        &self.slot(slot)[start..start + histogram::CELLS]
    }

    fn journal(&self, slot: SlotId) -> &[AtomicU64] {
        &self.slot(slot)[self.shape.told()..]
    }
}

fn read(block: &[AtomicU64], gauge: Gauge) -> u64 {
    block[gauge as usize].load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests;
