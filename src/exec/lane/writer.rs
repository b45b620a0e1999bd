//! A worker's view of its own lane.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::journal::Producer;
use super::{Gauge, Lanes, THINNING, histogram, read};
use crate::clock::{RunClock, RunTime, current_cpu, thread_cpu};
use crate::event::{GilMark, Outcome, Phase, Record};
use crate::exec::gil::Taking;
use crate::ids::{CpuId, SlotId, TaskIndex};
use crate::units::Nanos;

/// The thread clock is read at most this often: it is a call into the kernel.
const CPU_READING: Nanos = Nanos::from_millis(1);

/// Marks of one kind are told at most this often, five hundred times a second; those between are counted with the next.
const MARKS_APART: Nanos = Nanos::from_millis(2);

/// The one writer of a slot, on the worker's own thread. The clock is read once per change of phase: the end of one is
/// the start of the next.
#[derive(Debug)]
pub struct LaneWriter {
    lanes: Arc<Lanes>,
    slot: SlotId,
    clock: RunClock,
    producer: Producer,
    phase: Phase,
    since: RunTime,
    /// Whether `since` is so fresh that a task may start at it without another look at the clock.
    fresh: bool,
    task: Option<RunningTask>,
    summary: Summary,
    cpu: CpuReading,
    gil: Tenure,
}

/// The interpreter's lock, as the worker has and had it since the last record.
#[derive(Debug, Default)]
struct Tenure {
    /// Since when it has the lock.
    since: Option<RunTime>,
    /// Stretches too short for records of their own: their beginning, and their length together.
    short: Option<(RunTime, Nanos)>,
    /// Of each mark, when it was told last and how often it came since.
    marks: [(Option<RunTime>, u32); GilMark::ALL.len()],
}

#[derive(Debug, Copy, Clone)]
struct RunningTask {
    index: TaskIndex,
    attempt: u8,
    start: RunTime,
    cpu: Nanos,
    on: Option<CpuId>,
}

/// Stretches too short for records of their own, since the last record.
#[derive(Debug, Default)]
struct Summary {
    start: Option<RunTime>,
    tasks: u32,
    working: Nanos,
    moving: Nanos,
}

/// When the thread clock was last read, and what it said.
#[derive(Debug)]
struct CpuReading {
    at: RunTime,
    thread: Nanos,
    /// Wall time of computing phases that ended since then.
    computing: Nanos,
    /// The CPU that it was read on.
    on: Option<CpuId>,
    source: CpuSource,
}

/// Where a worker's CPU time comes from.
#[derive(Debug, Copy, Clone)]
enum CpuSource {
    /// The clock of the thread that writes.
    Thread,
    /// Whoever writes says it, with the CPU that it was last on; what that CPU is charged with is said elsewhere.
    Told { used: Nanos, on: Option<CpuId> },
}

impl CpuReading {
    /// Whether it is to be read again: it is a call into the kernel, or costs nothing.
    fn is_due(&self, now: RunTime) -> bool {
        now.since(self.at) >= CPU_READING || matches!(self.source, CpuSource::Told { .. })
    }
}

impl CpuSource {
    /// The CPU time so far, and the CPU.
    fn read(self) -> (Nanos, Option<CpuId>) {
        match self {
            Self::Thread => (thread_cpu(), current_cpu()),
            Self::Told { used, on } => (used, on),
        }
    }
}

impl LaneWriter {
    /// Takes a slot over, on the worker's own thread. The slot is in the phase in which the parent left it: starting.
    pub fn attach(lanes: &Arc<Lanes>, slot: SlotId, clock: RunClock, pid: u32) -> Self {
        Self::with_source(lanes, slot, clock, pid, CpuSource::Thread)
    }

    /// The same for a worker that is no thread: its CPU time is what it is told, none so far.
    pub(in crate::exec) fn attach_told(lanes: &Arc<Lanes>, slot: SlotId, clock: RunClock, pid: u32) -> Self {
        Self::with_source(lanes, slot, clock, pid, CpuSource::Told { used: Nanos::ZERO, on: None })
    }

    /// Says how much CPU time the worker has used since it was ready, and where it was last. To be said before each
    /// change of phase.
    pub(in crate::exec) fn tell_cpu(&mut self, used: Nanos, on: Option<CpuId>) {
        self.cpu.source = CpuSource::Told { used, on };
    }

    /// Whether the journal takes so many more records.
    pub(in crate::exec) fn has_room(&mut self, records: u64) -> bool {
        self.producer.has_room(self.lanes.journal(self.slot), records)
    }

    fn with_source(lanes: &Arc<Lanes>, slot: SlotId, clock: RunClock, pid: u32, source: CpuSource) -> Self {
        let block = lanes.gauges(slot);
        let phase = Phase::from_number(read(block, Gauge::Now) & 0xff).unwrap_or_default();
        let since = RunTime(read(block, Gauge::Since));
        let producer = Producer::resume(lanes.journal(slot));
        let thread = source.read().0;
        let cpu = CpuReading { at: clock.now(), thread, computing: Nanos::ZERO, on: None, source };
        block[Gauge::Pid as usize].store(u64::from(pid), Ordering::Relaxed);
        let (lanes, summary, gil) = (Arc::clone(lanes), Summary::default(), Tenure::default());
        Self { lanes, slot, clock, producer, phase, since, fresh: false, task: None, summary, cpu, gil }
    }

    /// The slot whose lane it is.
    pub(in crate::exec) const fn slot(&self) -> SlotId {
        self.slot
    }

    /// Turns to another phase, now.
    pub fn enter(&mut self, phase: Phase) {
        let now = self.clock.now();
        // What is told is told for the phase that ends.
        if matches!(self.cpu.source, CpuSource::Told { .. }) {
            self.read_task_cpu(now);
        }
        self.turn(phase, now);
        self.fresh = false;
    }

    /// Turns to another phase at a moment that has just passed.
    pub fn enter_at(&mut self, phase: Phase, at: RunTime) {
        self.turn(phase, at.max(self.since));
        self.fresh = false;
    }

    /// Begins a task: the worker computes from now on.
    pub fn start_task(&mut self, index: TaskIndex, attempt: u8) {
        let now = if self.fresh { self.since } else { self.clock.now() };
        self.fresh = false;
        // The clock of the thread is read before a task that follows a longer wait, so that the wait's CPU time is not
        // taken for the task's.
        if self.cpu.is_due(now) {
            self.end_phase(now);
            self.phase = Phase::Waiting;
            self.read_cpu(now);
        }
        self.task = Some(RunningTask { index, attempt, start: now, cpu: Nanos::ZERO, on: None });
        histogram::count(self.lanes.queue(self.slot), now.elapsed());
        self.raise(Gauge::LongestQueue, now.0);
        if self.cell(Gauge::FirstStart).load(Ordering::Relaxed) == 0 {
            self.store(Gauge::FirstStart, now.0 + 1);
        }
        self.turn(Phase::Computing, now);
    }

    /// Ends the task: the worker waits from now on. Returns how long the attempt took.
    pub fn end_task(&mut self, outcome: Outcome) -> Nanos {
        let now = self.clock.now();
        let fresh = self.task.is_some() || self.fresh;
        let took = self.end_task_at(outcome, now);
        self.fresh = fresh;
        took
    }

    /// The same at a moment that has passed, but not before the present phase began: what the worker did since was no part
    /// of the task.
    pub fn end_task_at(&mut self, outcome: Outcome, at: RunTime) -> Nanos {
        let now = at.max(self.since);
        let Some(mut task) = self.task else {
            return Nanos::ZERO;
        };
        self.end_phase(now);
        self.phase = Phase::Waiting;
        if self.cpu.is_due(now) {
            task.cpu += self.read_cpu(now);
            task.on = self.cpu.on;
        }
        let took = now.since(task.start);
        histogram::count(self.lanes.latency(self.slot), took);
        self.raise(Gauge::LongestLatency, took.0);
        match outcome {
            Outcome::Ok => self.bump(Gauge::Done),
            // What was cancelled has neither come to a value nor failed.
            Outcome::Cancelled => {}
            Outcome::Error | Outcome::TimedOut | Outcome::Lost => self.bump(Gauge::Failed),
        }
        if took >= THINNING {
            let RunningTask { index, attempt, start, cpu, on } = task;
            self.journal(&Record::Task { task: index, outcome, attempt, start, end: now, cpu, on });
        } else {
            self.summary.tasks += 1;
            self.bump(Gauge::Summarised);
        }
        self.task = None;
        self.publish(0);
        self.fresh = false;
        took
    }

    /// Says that what the worker is blocked for, a command, was ready for so long of that time, and had no CPU.
    pub(in crate::exec) fn count_run_delay(&self, delay: Nanos) {
        self.add(Gauge::RunDelay, delay);
    }

    /// Counts a task that took so long for its part of a mix, too: what it took beyond the time `wait` that it was to
    /// wait anyway, so that how late it was is known as well after a long wait as after a short one. An attempt that was
    /// over before its wait was has not been late, and is not counted.
    pub fn count_part(&mut self, part: usize, took: Nanos, wait: Nanos) {
        let Some(beyond) = took.0.checked_sub(wait.0) else {
            return;
        };
        if let Some((latency, longest)) = self.lanes.part(self.slot, part) {
            histogram::count(latency, Nanos(beyond));
            if beyond > longest.load(Ordering::Relaxed) {
                longest.store(beyond, Ordering::Relaxed);
            }
        }
    }

    /// A task's sign of life: how far it is, in 1/65 536. Returns the moment.
    pub fn checkpoint(&mut self, progress: u16) -> RunTime {
        let now = self.clock.now();
        if self.cpu.is_due(now) {
            self.read_task_cpu(now);
        }
        self.publish(progress);
        now
    }

    /// Reads the CPU time, which is the task's if there is one.
    fn read_task_cpu(&mut self, now: RunTime) {
        let cpu = self.read_cpu(now);
        if let Some(task) = &mut self.task {
            task.cpu += cpu;
            task.on = self.cpu.on;
        }
    }

    /// Ends the worker's part without a change of phase: it waits for whoever else still works, and the parent says when
    /// it is asked to end.
    pub fn rest(mut self) {
        self.flush_summary();
        self.flush_held(self.clock.now());
        let now = self.clock.now();
        self.read_cpu(now);
    }

    /// Ends the worker's part: it is stopping from now on, and the parent closes the lane when the worker is gone.
    pub fn finish(mut self) {
        let now = self.clock.now();
        self.turn(Phase::Stopping, now);
        self.flush_summary();
        self.flush_held(now);
        self.read_cpu(now);
    }

    /// Says that the interpreter's lock was taken at `now` after a wait; what it waited, and how it came to it.
    pub fn took_gil(&mut self, taking: Taking, waited: Nanos, now: RunTime) {
        self.gil.since = Some(now);
        self.store(Gauge::GilHeldSince, now.0 + 1);
        histogram::count(self.lanes.gil_wait(self.slot), waited);
        self.raise(Gauge::LongestGilWait, waited.0);
        self.add(Gauge::GilSwitches, Nanos(taking.switched.into()));
        self.add(Gauge::GilRequests, Nanos(taking.requests.into()));
        self.add(Gauge::GilFalseWakes, Nanos(taking.false_wakes.into()));
    }

    /// Says that the lock came to this worker so many times more than was told one by one.
    pub(in crate::exec) fn also_switched(&mut self, times: u64) {
        self.add(Gauge::GilSwitches, Nanos(times));
    }

    /// Says that the interpreter's lock is about to be free, which may be but for a moment; returns the moment.
    pub fn is_letting_go(&self) -> RunTime {
        self.store(Gauge::GilHeldSince, 0);
        self.clock.now()
    }

    /// Takes back that the lock was let go: nobody else has had it.
    pub fn has_gil_still(&self) {
        if let Some(since) = self.gil.since {
            self.store(Gauge::GilHeldSince, since.0 + 1);
        }
    }

    /// Says that the interpreter's lock was let go at `now`; nothing if it was let go before.
    pub fn gave_gil(&mut self, now: RunTime) {
        let Some(since) = self.gil.since.take() else {
            return;
        };
        let held = now.since(since);
        self.add(Gauge::GilHeld, held);
        self.store(Gauge::GilHeldSince, 0);
        let (start, short) = self.gil.short.unwrap_or((since, Nanos::ZERO));
        if held >= THINNING {
            // What was short before it ended when it was let go, and is told before it.
            self.flush_held(since);
            self.journal(&Record::Held { start: since, end: now, held });
        } else {
            self.gil.short = Some((start, short + held));
            if now.since(start) >= THINNING {
                self.flush_held(now);
            }
        }
    }

    /// Says that the worker was made to let the interpreter's lock go.
    pub fn forced_switch(&mut self) {
        self.bump(Gauge::GilForced);
        self.mark_gil(GilMark::Forced);
    }

    /// Marks what happened over the interpreter's lock, now. It does not count it.
    pub fn mark_gil(&mut self, what: GilMark) {
        self.mark_gil_times(what, 1);
    }

    /// The same for what happened so many times up to now.
    pub(in crate::exec) fn mark_gil_times(&mut self, what: GilMark, times: u32) {
        let now = self.clock.now();
        let (told, count) = &mut self.gil.marks[what as usize];
        *count = count.saturating_add(times);
        if told.is_none_or(|told| now.since(told) >= MARKS_APART) {
            let count = std::mem::take(count);
            *told = Some(now);
            self.journal(&Record::Gil { at: now, what, count });
        }
    }

    /// The current phase.
    pub const fn phase(&self) -> Phase {
        self.phase
    }

    /// When the current phase began.
    pub const fn since(&self) -> RunTime {
        self.since
    }

    /// The clock of the run.
    pub const fn clock(&self) -> &RunClock {
        &self.clock
    }

    fn turn(&mut self, phase: Phase, now: RunTime) {
        self.end_phase(now);
        self.phase = phase;
        self.publish(0);
    }

    /// Ends the current phase at `now`, in totals and journal. The next one begins there; its caller says which.
    fn end_phase(&mut self, now: RunTime) {
        let took = now.since(self.since);
        let total = &self.lanes.gauges(self.slot)[Gauge::Totals as usize + self.phase as usize];
        total.store(total.load(Ordering::Relaxed) + took.0, Ordering::Relaxed);
        if self.phase == Phase::Computing {
            self.cpu.computing += now.since(self.since.max(self.cpu.at));
        }
        if took >= THINNING {
            let task = self.task.map(|t| t.index);
            self.flush_summary();
            self.journal(&Record::Span { phase: self.phase, task, start: self.since, end: now });
        } else if took > Nanos::ZERO {
            self.summary.start.get_or_insert(self.since);
            match self.phase {
                Phase::Computing | Phase::Blocked => self.summary.working += took,
                Phase::Sending | Phase::Receiving => self.summary.moving += took,
                _ => {}
            }
        }
        self.since = now;
        if self.summary.start.is_some_and(|start| now.since(start) >= THINNING) {
            self.flush_summary();
        }
    }

    /// Journals what has been summed up so far, up to the moment that the current phase began.
    fn flush_summary(&mut self) {
        let summary = std::mem::take(&mut self.summary);
        if let Some(start) = summary.start {
            let Summary { tasks, working, moving, .. } = summary;
            let end = self.since.max(start);
            self.journal(&Record::Summary { start, end, tasks, working, moving });
        }
    }

    /// Journals short stretches with the interpreter's lock, up to `end`.
    fn flush_held(&mut self, end: RunTime) {
        if let Some((start, held)) = self.gil.short.take() {
            self.journal(&Record::Held { start, end: end.max(start), held });
        }
    }

    fn journal(&mut self, record: &Record) {
        if !self.producer.push(self.lanes.journal(self.slot), record) {
            self.bump(Gauge::Dropped);
        }
    }

    /// Reads the thread's clock: charges the CPU that it ran on, and splits computing from being preempted. Returns the
    /// CPU time since the last reading.
    fn read_cpu(&mut self, now: RunTime) -> Nanos {
        let (thread, cpu) = self.cpu.source.read();
        let used = thread.saturating_sub(self.cpu.thread);
        if let (CpuSource::Thread, Some(cpu)) = (self.cpu.source, cpu) {
            self.lanes.charge(cpu, used);
        }
        let open =
            if self.phase == Phase::Computing { now.since(self.since.max(self.cpu.at)) } else { Nanos::ZERO };
        let wall = self.cpu.computing + open;
        self.add(Gauge::ComputingCpu, used.min(wall));
        self.add(Gauge::CpuTime, used);
        self.store(Gauge::Cpu, cpu.map_or(0, |c| u64::from(c.0) + 1));
        self.cpu = CpuReading { at: now, thread, computing: Nanos::ZERO, on: cpu, source: self.cpu.source };
        used
    }

    /// Publishes phase, task and progress, in one word, and since when.
    fn publish(&self, progress: u16) {
        let task = self.task.map_or(0, |t| 1 << 8 | u64::from(t.index.0) << 32);
        self.store(Gauge::Since, self.since.0);
        self.store(Gauge::Now, self.phase as u64 | u64::from(progress) << 16 | task);
    }

    fn cell(&self, gauge: Gauge) -> &AtomicU64 {
        &self.lanes.gauges(self.slot)[gauge as usize]
    }

    fn store(&self, gauge: Gauge, value: u64) {
        self.cell(gauge).store(value, Ordering::Relaxed);
    }

    fn add(&self, gauge: Gauge, value: Nanos) {
        let cell = self.cell(gauge);
        cell.store(cell.load(Ordering::Relaxed) + value.0, Ordering::Relaxed);
    }

    fn bump(&self, gauge: Gauge) {
        self.add(gauge, Nanos(1));
    }

    fn raise(&self, gauge: Gauge, value: u64) {
        let cell = self.cell(gauge);
        if value > cell.load(Ordering::Relaxed) {
            cell.store(value, Ordering::Relaxed);
        }
    }
}
