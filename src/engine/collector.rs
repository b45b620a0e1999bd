//! The collector: drains the lanes by time, and tells what they say.
//!
//! It is never woken by an event: a reader that wakes for each would show up as load on the very cores that we chart.
//! Every 33 ms is enough, for a journal holds 80 ms of records at the fastest that thinning lets them come, and the
//! screen shows twenty frames a second.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::JoinHandle;

use crate::clock::{RunClock, RunTime};
use crate::event::{EventSink, Gauges, Percentiles, RunEvent};
use crate::exec::lane::{Histogram, LaneReader, Lanes};
use crate::ids::{SlotId, TaskIndex};
use crate::plan::Work;
use crate::probe;
use crate::units::Nanos;

/// The time between two drains.
const PERIOD: Nanos = Nanos::from_millis(33);

/// Drains the lanes of one run, on a thread of its own while the run goes on.
#[derive(Debug)]
pub(super) struct Collector {
    drain: Arc<Mutex<Drain>>,
    thread: Option<(mpsc::Sender<()>, JoinHandle<()>)>,
    /// How long tasks wait anyway, where all wait alike; else zero.
    wait: Nanos,
    /// The same for each part of a mix.
    waits: Vec<Nanos>,
}

/// What the lanes say when the run is over.
#[derive(Debug)]
pub(super) struct Last {
    pub(super) slots: Vec<Gauges>,
    pub(super) latency: Percentiles,
    pub(super) queue: Percentiles,
    pub(super) gil_wait: Percentiles,
    /// Latency of each part of a mix.
    pub(super) parts: Vec<Percentiles>,
    pub(super) gil_waits: Vec<Percentiles>,
    pub(super) first_start: Option<RunTime>,
}

#[derive(Debug)]
struct Drain {
    readers: Vec<LaneReader>,
    /// The levels that were told last.
    told: Vec<Gauges>,
    events: EventSink,
}

impl Collector {
    pub(super) fn new(lanes: &Arc<Lanes>, slots: u32, work: &Work, events: EventSink) -> Self {
        let readers: Vec<_> = (0..slots).map(|slot| LaneReader::new(lanes, SlotId(slot as u16))).collect();
        let told = vec![Gauges::default(); readers.len()];
        let drain = Arc::new(Mutex::new(Drain { readers, told, events }));
        let waits: Vec<_> = work.parts().iter().map(|(part, _)| part.waiting(TaskIndex(0))).collect();
        let wait = if waits.is_empty() { work.waiting(TaskIndex(0)) } else { Nanos::ZERO };
        Self { drain, thread: None, wait, waits }
    }

    /// Begins to drain. Where there is no thread to be had, everything is told at the end.
    pub(super) fn start(&mut self, clock: RunClock) {
        let (stop, stopped) = mpsc::channel::<()>();
        let drain = Arc::clone(&self.drain);
        let thread = std::thread::Builder::new().name("ps-collect".to_owned()).spawn(move || {
            probe::own::register_current_thread();
            while stopped.recv_timeout(PERIOD.to_std()) == Err(mpsc::RecvTimeoutError::Timeout) {
                lock(&drain).tell(clock.now());
            }
        });
        self.thread = thread.ok().map(|handle| (stop, handle));
    }

    /// Drains once, on the calling thread: for a run that has no thread for it.
    pub(super) fn tell(&mut self, now: RunTime) {
        lock(&self.drain).tell(now);
    }

    /// Takes what is left, once no worker writes any more.
    pub(super) fn finish(self, now: RunTime) -> Last {
        if let Some((stop, handle)) = self.thread {
            drop(stop);
            // Had it panicked, the hook would have said so; what is left is taken here all the same.
            let _ = handle.join();
        }
        let mut drain = lock(&self.drain);
        drain.tell(now);
        let (mut latency, mut queue, mut gil_wait) =
            (Histogram::default(), Histogram::default(), Histogram::default());
        for reader in &drain.readers {
            reader.add_latency(&mut latency);
            reader.add_queue(&mut queue);
            reader.add_gil_wait(&mut gil_wait);
        }
        let part = |(part, wait): (usize, &Nanos)| {
            let mut beyond = Histogram::default();
            drain.readers.iter().for_each(|reader| reader.add_part(part, &mut beyond));
            beyond.percentiles_beyond(*wait)
        };
        // One after another, for a sum is larger than a lane's journal may be.
        let waits = |reader: &LaneReader| {
            let mut waits = Histogram::default();
            reader.add_gil_wait(&mut waits);
            waits.percentiles()
        };
        let gil_waits =
            if gil_wait.is_counted() { drain.readers.iter().map(waits).collect() } else { Vec::new() };
        let last = |reader: &LaneReader| {
            let levels = reader.gauges();
            Gauges { totals: levels.totals_at(now), ..levels }
        };
        Last {
            slots: drain.readers.iter().map(last).collect(),
            latency: latency.percentiles_from(self.wait),
            queue: queue.percentiles(),
            gil_wait: gil_wait.percentiles(),
            parts: self.waits.iter().enumerate().map(part).collect(),
            gil_waits,
            first_start: drain.readers.iter().filter_map(LaneReader::first_start).min(),
        }
    }
}

fn lock(drain: &Mutex<Drain>) -> MutexGuard<'_, Drain> {
    drain.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drain {
    /// Tells every record since the last time, and then the levels that changed: in this order no stretch is told twice.
    fn tell(&mut self, now: RunTime) {
        let mut batch = Vec::new();
        let mut levels = Vec::new();
        for (reader, told) in self.readers.iter_mut().zip(&mut self.told) {
            let slot = reader.slot();
            reader.drain(|record| batch.push(RunEvent::Lane { slot, record }));
            let gauges = reader.gauges();
            if gauges != *told {
                *told = gauges;
                levels.push((slot, gauges));
            }
        }
        if !levels.is_empty() {
            batch.push(RunEvent::Levels { at: now, slots: levels });
        }
        self.events.say_all(batch);
    }
}
