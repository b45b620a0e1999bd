//! One run: what its feeders share, and the watcher, which alone decides by time.
//!
//! The watcher counts *active* time: of what passed between two looks it takes at most [`STRIDE`], so that neither a
//! stop by Ctrl-Z nor a machine that does not let the parent run makes any child look late.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};

use super::dispatch::{Dispatcher, Ending, Seat, Stage, State};
use super::feeder::feed;
use super::place::Place;
use super::wire::{MAGIC, PROTOCOL, Preamble};
use super::{build, registry};
use crate::clock::{RunTime, thread_cpu};
use crate::event::RunEvent;
use crate::exec::gil::Interval;
use crate::exec::lane::LaneReader;
use crate::exec::{Books, RunEnv, RunSpec, crowd, scarcity};
use crate::ids::{SlotId, TaskIndex};
use crate::units::Nanos;

/// How often it is looked whether anything is late.
const LOOK: Nanos = Nanos::from_millis(10);
/// At most so much counts as passed between two looks.
const STRIDE: Nanos = Nanos::from_millis(100);
/// How long a child may take to end when it was told to, or when its socket is closed.
const GRACE: Nanos = Nanos::from_millis(300);
/// How long a child may take to be ready, while no other becomes ready either.
const START: Nanos = Nanos::from_secs(5);
/// How long a task may go on after its time limit, which a child enforces itself at the task's next checkpoint.
const TIMEOUT_GRACE: Nanos = Nanos::from_millis(500);
/// The same for a command, which is asked to end, then killed, and whose end is waited for.
const COMMAND_GRACE: Nanos = Nanos::from_millis(1_500);
/// How long killed children are waited for: one that the system cannot end must not hold up everybody.
const GIVE_UP: Nanos = Nanos::from_secs(5);
/// Feeders need little: two frames' buffers are on the heap.
const FEEDER_STACK: usize = 256 << 10;

/// What the feeders of a run share.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) spec: RunSpec,
    pub(super) env: RunEnv,
    pub(super) dispatcher: Dispatcher,
    pub(super) preamble: Preamble,
    /// Whether its workers are a crowd.
    pub(super) crowded: bool,
    /// Active time, in nanoseconds.
    active: AtomicU64,
    /// When a child was last ready, in active time.
    last_ready: AtomicU64,
    /// CPU time spent on spawning, in nanoseconds.
    spent: AtomicU64,
    /// Whether it was said that a child could not open the lanes.
    said_unshared: AtomicBool,
}

/// What the watcher remembers of a running attempt.
#[derive(Copy, Clone, Debug)]
struct Sighting {
    pid: u32,
    task: TaskIndex,
    /// Attempts that had ended on its lane: it is another attempt when these are more.
    ended: u64,
    since: Nanos,
}

impl Run {
    /// Runs everything, and returns when the last child is reaped.
    pub(super) fn go(spec: &RunSpec, env: &RunEnv) -> Books {
        let cpu = thread_cpu();
        let children = spec.slots / spec.threads.max(1);
        let run = Arc::new(Self {
            spec: spec.clone(),
            env: env.clone(),
            dispatcher: Dispatcher::new(spec, env),
            preamble: Preamble { magic: MAGIC, protocol: PROTOCOL, build: build::of(&env.worker_program) },
            crowded: crowd::is_crowd(spec.slots),
            active: AtomicU64::new(0),
            last_ready: AtomicU64::new(0),
            spent: AtomicU64::new(0),
            said_unshared: AtomicBool::new(false),
        });
        let (done, finished) = mpsc::channel();
        for place in (0..children).map(|seat| Place::new(seat, spec.threads)) {
            let (feeder, done) = (Arc::clone(&run), done.clone());
            let life = move || {
                let before = thread_cpu();
                // A panic would be a fault of ours: its child's tasks would never come back, so that the run must end.
                if catch_unwind(AssertUnwindSafe(|| feed(&feeder, place))).is_err() {
                    feeder.dispatcher.close(place, Some(format!("poolscope failed to feed {place}")));
                    feeder.dispatcher.end(Ending::Cancelled).send();
                }
                // Whoever waits for this may have given up.
                let _ = done.send(thread_cpu().saturating_sub(before));
            };
            let thread =
                std::thread::Builder::new().name(format!("f{}", place.seat())).stack_size(FEEDER_STACK);
            if let Err(error) = thread.spawn(life) {
                run.dispatcher.close(place, Some(format!("start a thread for {place}: {error}")));
            }
        }
        drop(done);
        let feeding = run.watch(&finished);
        let mut books = run.dispatcher.books();
        let spawning = Nanos(run.spent.load(Ordering::Relaxed));
        books.overhead_cpu = feeding + spawning + thread_cpu().saturating_sub(cpu);
        books
    }

    /// Active time so far.
    pub(super) fn active(&self) -> Nanos {
        Nanos(self.active.load(Ordering::Relaxed))
    }

    /// Adds CPU time that was spent for this run elsewhere.
    pub(super) fn spend(&self, cpu: Nanos) {
        self.spent.fetch_add(cpu.0, Ordering::Relaxed);
    }

    /// A child is ready, and writes into shared lanes or not.
    pub(super) fn met(&self, shared: bool) {
        self.last_ready.fetch_max(self.active().0, Ordering::Relaxed);
        let expected = self.env.lanes_path.is_some();
        if expected && !shared && !self.said_unshared.swap(true, Ordering::Relaxed) {
            let words = "workers could not open the shared lanes; what they do is shown a little late";
            self.env.events.say(RunEvent::Notice(words.to_owned()));
        }
    }

    /// Waits for all feeders, and ends by force what does not end by itself. Returns the feeders' CPU time.
    fn watch(&self, finished: &mpsc::Receiver<Nanos>) -> Nanos {
        let mut cpu = Nanos::ZERO;
        let mut last = self.env.clock.now();
        let mut sightings = vec![None; self.spec.slots as usize];
        let mut said_few = false;
        let mut rule = self.spec.runtime.gil().map(|gil| gil.rule);
        loop {
            match finished.recv_timeout(LOOK.to_std()) {
                Ok(spent) => cpu += spent,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    // A short run may be over before it is clear how many workers it has.
                    if !said_few {
                        self.say_if_few(&self.dispatcher.lock());
                    }
                    return cpu;
                }
            }
            let now = self.env.clock.now();
            let passed = now.since(last);
            if passed < LOOK / 2 {
                continue;
            }
            last = now;
            if let Some(now) = self.env.interval.as_ref().map(Interval::rule)
                && rule.replace(now) != Some(now)
            {
                self.dispatcher.change(now).send();
            }
            self.active.fetch_add(passed.min(STRIDE).0, Ordering::Relaxed);
            if self.look(now, &mut sightings, &mut said_few) {
                let words = "some workers could not be killed; they are left to the system".to_owned();
                self.env.events.say(RunEvent::Notice(words));
                return cpu;
            }
        }
    }

    /// One look at everything that may be late; true if it is time to give up.
    fn look(&self, now: RunTime, sightings: &mut [Option<Sighting>], said_few: &mut bool) -> bool {
        let active = self.active();
        if self.env.cancel.is_cancelled() && self.dispatcher.lock().ending < Ending::Known {
            self.dispatcher.end(Ending::Cancelled).send();
        }
        let mut state = self.dispatcher.lock();
        if state.ending >= Ending::Known && state.ended.is_none() {
            state.ended = Some(active);
        }
        if self.spec.timeout.is_some() {
            self.find_overrun(&mut state, now, sightings);
        }
        let mut late = self.late(&state, active);
        late.retain(|seat| !std::mem::replace(&mut state.seats[*seat].killed, true));
        let late: Vec<u32> = late.into_iter().map(|seat| state.seats[seat].pid).collect();
        if !*said_few {
            *said_few = self.say_if_few(&state);
        }
        let over = state.ended.is_some_and(|since| active.saturating_sub(since) > GRACE + GIVE_UP);
        drop(state);
        late.into_iter().for_each(registry::kill);
        over
    }

    /// The seats whose children are to be killed.
    fn late(&self, state: &State, active: Nanos) -> Vec<usize> {
        let ready = Nanos(self.last_ready.load(Ordering::Relaxed));
        let enforced = self.env.cancel.is_enforced() && state.ending == Ending::Cancelled;
        let over = enforced || state.ended.is_some_and(|since| active.saturating_sub(since) > GRACE);
        let seats = state.seats.iter().enumerate().filter(|(_, seat)| match seat.stage {
            Stage::Vacant | Stage::Closed => false,
            Stage::Starting => over || active.saturating_sub(seat.since.max(ready)) > START,
            Stage::Ready => over || !seat.overran.is_empty(),
            Stage::Left => over || active.saturating_sub(seat.since) > GRACE,
        });
        seats.map(|(seat, _)| seat).collect()
    }

    /// Marks running attempts that are far beyond their time limit.
    fn find_overrun(&self, state: &mut State, now: RunTime, sightings: &mut [Option<Sighting>]) {
        let Some(limit) = self.spec.timeout else {
            return;
        };
        let grace = if self.spec.work.command().is_some() { COMMAND_GRACE } else { TIMEOUT_GRACE };
        let active = self.active();
        let threads = self.spec.threads.max(1) as usize;
        for (slot, sighting) in sightings.iter_mut().enumerate() {
            let Some(seat) = state.seats.get_mut(slot / threads) else {
                return;
            };
            if seat.stage != Stage::Ready || seat.flights.is_empty() || seat.killed {
                *sighting = None;
                continue;
            }
            let gauges = LaneReader::new(&self.env.lanes, SlotId(slot as u16)).gauges();
            let Some(task) = gauges.task.filter(|task| gauges.pid == seat.pid && seat.flights.holds(*task))
            else {
                *sighting = None;
                continue;
            };
            let ended = gauges.done + gauges.failed;
            match sighting {
                Some(seen) if (seen.pid, seen.task, seen.ended) == (seat.pid, task, ended) => {
                    if active.saturating_sub(seen.since) > limit + grace {
                        seat.overran.push(task);
                    }
                }
                _ => {
                    // It was running before it was seen, though not before its present phase began and not for longer
                    // than since the last look.
                    let before = now.since(gauges.since).min(LOOK);
                    let since = active.saturating_sub(before);
                    *sighting = Some(Sighting { pid: seat.pid, task, ended, since });
                }
            }
        }
    }

    /// Says once that a run goes on with fewer workers than planned; true if it was said. While it goes on, not before it
    /// is known how many those are.
    fn say_if_few(&self, state: &State) -> bool {
        let Some(why) = state.failure.as_deref() else {
            return false;
        };
        let pending = |seat: &Seat| matches!(seat.stage, Stage::Vacant | Stage::Starting);
        let unclear = state.ending == Ending::Going && state.seats.iter().any(pending);
        if unclear || state.manned.is_empty() {
            return false;
        }
        let threads = self.spec.threads as usize;
        let (there, all) = (state.manned.len() * threads, state.seats.len() * threads);
        self.env.events.say(scarcity::notice(self.spec.strategy, there, all, why));
        true
    }
}
