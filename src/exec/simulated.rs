//! A simulated run: a pool on cores that need not exist, in virtual time, by one thread.
//!
//! It writes the same lanes with the same writer as real workers do, on a clock that it moves itself, so that whoever reads
//! them sees no difference. It draws no conclusion from what it simulates, reads no clock, and does no task's work: there
//! are no values, and no digest of them. Who decides how fast virtual time passes is whoever calls
//! [`Simulation::advance`].
//!
//! The model, what it leaves out and what it costs are in the README.md beside this module.

mod cores;
mod end;
mod facts;
mod gil;
mod lock;
mod start;
mod tasks;
mod ticks;
mod timers;
mod turn;
mod worker;

use std::sync::Arc;

use crate::chance::Chance;
use crate::clock::{Clock, ManualHand, RunClock, RunTime};
use crate::event::{EventSink, StopReason, TaskCounts};
use crate::exec::lane::Lanes;
use crate::exec::{Books, RunSpec};
use crate::ids::{CpuId, SlotId, TaskIndex};
use crate::plan::{GilRule, GilSetup, Parameters};
use crate::units::Nanos;
pub use start::OWN_PID;

use cores::{Amount, Cores};
use facts::Fact;
use lock::Lock;
use timers::{Timers, What};
use worker::{Stage, Worker};

/// A step of the simulation writes at most so many records into one journal, so that time stands still while one has no
/// room for them.
const ROOM: u64 = 16;

/// The machine that is simulated.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Setup {
    /// Its cores, from 1 to 1 024.
    pub cores: u32,
    /// The lock of each process's interpreter, where there is one.
    pub gil: Option<GilSetup>,
    /// What everything costs on it.
    pub parameters: Parameters,
}

/// A simulated run. It is the same, event by event, for the same spec, setup and calls.
pub struct Simulation {
    spec: RunSpec,
    setup: Setup,
    facts: Box<dyn Fn(TaskIndex) -> Fact + Send>,
    lanes: Arc<Lanes>,
    events: EventSink,
    clock: RunClock,
    hand: ManualHand,
    now: RunTime,
    chance: Chance,
    timers: Timers,
    cores: Cores,
    locks: Vec<Lock>,
    workers: Vec<Worker>,
    /// Workers that have come onto a core, and have not done anything there.
    arrived: Vec<usize>,
    /// Cores that a worker has left, and that nobody has yet.
    vacated: Vec<usize>,
    /// The first task that was never handed out.
    next_task: u64,
    counts: TaskCounts,
    /// Of each part of a mix, the tasks that came to a value.
    ok_of_parts: Vec<u64>,
    last_outcome: RunTime,
    /// Workers that have been asked for.
    asked: usize,
    /// Workers that have become ready.
    came: usize,
    /// Workers that have found nothing more to do.
    idle: usize,
    /// Slots that have no worker any more.
    gone: usize,
    /// Whether nothing is left to do, and workers are asked to end.
    ended: bool,
    /// Why the rest is not done, if it is not.
    stopped: Option<StopReason>,
    /// Whether a journal has no room.
    full: bool,
}

impl std::fmt::Debug for Simulation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Simulation")
            .field("now", &self.now)
            .field("counts", &self.counts)
            .finish_non_exhaustive()
    }
}

impl Simulation {
    /// A run that has not begun. It says of its workers that they are spawned, and that they have exited, itself; threads
    /// live in process [`OWN_PID`], and the processes are the next ones.
    pub fn new(spec: &RunSpec, setup: &Setup, lanes: &Arc<Lanes>, events: EventSink) -> Self {
        let (clock, hand) = Clock::manual();
        let clock = RunClock::new(clock.clone(), clock.now());
        let parameters = &setup.parameters;
        let slots = spec.slots.max(1) as usize;
        let processes = start::processes(spec);
        let mut simulation = Self {
            facts: Box::new(facts::of(spec.work.clone(), parameters.costs.into())),
            lanes: Arc::clone(lanes),
            events,
            clock,
            hand,
            now: RunTime::START,
            chance: Chance::new(spec.seed),
            timers: Timers::default(),
            cores: Cores::new(setup.cores, parameters.full_speed_permille),
            locks: match setup.gil {
                Some(gil) => (0..processes).map(|_| Lock::new(gil, parameters.wake)).collect(),
                None => Vec::new(),
            },
            workers: (0..slots).map(|_| Worker::default()).collect(),
            arrived: Vec::new(),
            vacated: Vec::new(),
            next_task: 0,
            counts: TaskCounts { total: spec.tasks, ..TaskCounts::default() },
            ok_of_parts: vec![0; spec.work.parts().len()],
            last_outcome: RunTime::START,
            asked: 0,
            came: 0,
            idle: 0,
            gone: 0,
            ended: false,
            stopped: None,
            full: false,
            spec: spec.clone(),
            setup: *setup,
        };
        simulation.ask_for_workers();
        simulation
    }

    /// Lets virtual time pass up to `until`, or to the end of the run, or until a journal is nearly full: it goes on when
    /// that has been drained. True when the run is over. Never further than `until`.
    pub fn advance(&mut self, until: RunTime) -> bool {
        self.full = self.workers.iter_mut().filter_map(|w| w.lane.as_mut()).any(|lane| !lane.has_room(ROOM));
        while !self.is_over() && !self.full {
            match self.next() {
                Some(next) if next <= until => self.step(next),
                _ => {
                    self.pass(until);
                    break;
                }
            }
        }
        self.show();
        self.is_over()
    }

    /// The moment, in virtual time.
    pub const fn now(&self) -> RunTime {
        self.now
    }

    /// When something happens next; none when the run is over.
    pub fn next_event(&mut self) -> Option<RunTime> {
        if self.is_over() { None } else { self.next() }
    }

    /// Busy time of each core so far, as of the last [`Simulation::advance`]. All of it is this run's.
    pub fn busy(&self) -> &[Nanos] {
        self.cores.busy()
    }

    /// Another number in the rule of the locks, from now on; whoever waits already waits its interval out first. The kind
    /// of the rule stays.
    pub fn set_rule(&mut self, rule: GilRule) {
        for lock in 0..self.locks.len() {
            self.end_old_laps(lock);
            let workers = &self.workers;
            self.locks[lock].set_rule(rule, self.now, |worker| workers[worker].gil.since);
            self.expect_request(lock);
        }
    }

    /// Has the run end early: waits end now, and whoever computes stops at the next checkpoint.
    pub fn cancel(&mut self) {
        if self.is_cancelled() || self.is_over() {
            return;
        }
        self.stopped = Some(StopReason::Cancelled);
        for worker in 0..self.workers.len() {
            self.interrupt(worker);
        }
        self.end_if_done();
    }

    /// The books. Nothing was computed, so that there is no digest.
    pub fn books(self) -> Books {
        let mut counts = self.counts;
        counts.cancelled += counts.total - counts.accounted();
        Books {
            counts,
            ok_of_parts: self.ok_of_parts,
            stopped: self.stopped,
            last_outcome: self.last_outcome,
            ..Books::default()
        }
    }

    fn is_over(&self) -> bool {
        self.gone == self.workers.len()
    }

    fn next(&mut self) -> Option<RunTime> {
        match (self.timers.next(), self.cores.next_end()) {
            (Some(timer), Some(end)) => Some(timer.min(end)),
            (timer, end) => timer.or(end),
        }
    }

    /// Moves the clock.
    fn pass(&mut self, to: RunTime) {
        if to > self.now {
            self.cores.pass(to);
            self.hand.advance(to.since(self.now));
            self.now = to;
        }
    }

    /// Lets everything happen that happens at one moment, as long as journals have room.
    fn step(&mut self, at: RunTime) {
        self.pass(at);
        loop {
            if let Some((core, worker)) = self.cores.ended() {
                self.stretch_ended(core, worker);
            } else if let Some(what) = self.timers.due(self.now) {
                self.happen(what);
            } else {
                return;
            }
            self.settle();
            if self.full {
                return;
            }
        }
    }

    fn happen(&mut self, what: What) {
        match what {
            What::Spawn { process } => self.spawn(process as usize),
            What::Ready { worker } => self.ready(worker as usize),
            What::Wake { worker, number } => {
                if self.workers[worker as usize].waits == number {
                    self.wake(worker as usize);
                }
            }
            What::Slice { core, number } => self.slice_ended(core as usize, number),
            What::Ask { lock, worker, number } => {
                if self.locks[lock as usize].number == number {
                    self.ask(lock as usize, worker as usize);
                }
            }
            What::Deadline { worker, number } => {
                if self.workers[worker as usize].attempts == number {
                    self.workers[worker as usize].late = true;
                    self.interrupt(worker as usize);
                }
            }
            What::Farewell { worker } => self.farewell(worker as usize),
            What::Gone { worker } => self.leave(worker as usize),
        }
    }

    /// Brings what can be seen from outside up to the moment: busy cores, and how far tasks are.
    fn show(&mut self) {
        for core in 0..self.cores.count() {
            let Some(worker) = self.cores.worker(core) else {
                continue;
            };
            self.account(core, worker);
            let worker = &mut self.workers[worker];
            if worker.stage == Stage::Compute {
                let progress = worker.progress();
                if let Some(lane) = worker.lane() {
                    lane.checkpoint(progress);
                }
            }
        }
    }

    /// Enters what a core did for the worker on it.
    fn account(&mut self, core: usize, worker: usize) {
        let done = self.cores.account(core);
        let worker = &mut self.workers[worker];
        worker.cpu += done.time;
        worker.left = worker.left.saturating_sub(done.work);
        if worker.gil.holds {
            worker.gil.computed += done.work;
            worker.gil.turn.left = worker.gil.turn.left.saturating_sub(done.work);
        }
        if done.time > Nanos::ZERO {
            self.lanes.charge(CpuId(core as u16), done.time);
        }
    }

    /// So much work on a core that has the machine to itself.
    fn amount(&self, time: Nanos) -> Amount {
        u128::from(time.0) * self.cores.parts()
    }

    const fn is_ending(&self) -> bool {
        self.stopped.is_some()
    }

    const fn is_cancelled(&self) -> bool {
        matches!(self.stopped, Some(StopReason::Cancelled))
    }
}

/// The slot of a worker.
const fn slot(worker: usize) -> SlotId {
    SlotId(worker as u16)
}

#[cfg(test)]
mod tests;
