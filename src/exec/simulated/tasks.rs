//! What a worker does with a core: chunks, tasks and their attempts.

use super::Simulation;
use super::timers::What;
use super::worker::Stage;
use crate::event::{Outcome, Phase, StopReason};
use crate::ids::TaskIndex;
use crate::plan::OnError;
use crate::plan::simulator::{CHUNK_BYTES, RESULT_BYTES, SLACK};
use crate::units::Nanos;

/// What belongs to a turn, from 0 on, of a time that is shared out to so many.
fn part(time: Nanos, turn: u32, turns: u32) -> Nanos {
    let until = |turn: u32| (u128::from(time.0) * u128::from(turn) / u128::from(turns.max(1))) as u64;
    Nanos(until(turn + 1) - until(turn))
}

impl Simulation {
    /// A worker on a core, of whose work nothing is left, does what comes next, until it has work or leaves the core.
    pub(super) fn go_on(&mut self, worker: usize) {
        while let Some(next) = self.next_stage(worker) {
            self.workers[worker].stage = next;
        }
        self.look_at_journal(worker);
    }

    /// Does what a stage's end or beginning is; the stage that follows at once, or none where time is to pass first.
    fn next_stage(&mut self, worker: usize) -> Option<Stage> {
        match self.workers[worker].stage {
            Stage::Take => self.take_chunk(worker),
            Stage::Receive => Some(Stage::Begin),
            Stage::Begin => self.begin(worker),
            Stage::Compute => self.computed(worker),
            Stage::Regain => {
                if self.take_lock(worker) {
                    let state = &mut self.workers[worker];
                    state.enter(Phase::Computing);
                    state.stage = Stage::Compute;
                    state.left = std::mem::take(&mut state.rest);
                    self.work(worker);
                }
                None
            }
            Stage::ComeBack => self.take_lock(worker).then(|| {
                if self.workers[worker].phase() == Phase::GilWait {
                    self.workers[worker].enter(Phase::Computing);
                }
                self.end_attempt(worker, Outcome::Ok)
            }),
            Stage::Return => self.returned(worker),
            Stage::Send => {
                self.last_outcome = self.now;
                Some(Stage::Take)
            }
            Stage::Block | Stage::Idle | Stage::Absent => None,
        }
    }

    fn take_chunk(&mut self, worker: usize) -> Option<Stage> {
        let (first, chunk) = (self.next_task, u64::from(self.spec.chunk.max(1)));
        if first >= self.spec.tasks || self.is_ending() || self.ended {
            self.give(worker);
            self.rest(worker);
            return None;
        }
        self.next_task = (first + chunk).min(self.spec.tasks);
        let in_processes = self.in_processes();
        let state = &mut self.workers[worker];
        (state.chunk, state.begun) = (first..self.next_task, 0);
        if !in_processes {
            state.extra += self.setup.parameters.take;
            return Some(Stage::Begin);
        }
        state.enter(Phase::Receiving);
        self.move_bytes(worker, Stage::Receive, CHUNK_BYTES);
        None
    }

    /// Has a worker process take in, or give out, so many bytes.
    fn move_bytes(&mut self, worker: usize, stage: Stage, bytes: u64) {
        let parameters = &self.setup.parameters;
        let time = parameters.chunk / 2 + Nanos(parameters.byte_ps.saturating_mul(bytes) / 1_000);
        self.workers[worker].left = self.amount(time);
        self.workers[worker].stage = stage;
        self.work(worker);
    }

    /// Begins the next task of a chunk, or ends the chunk.
    fn begin(&mut self, worker: usize) -> Option<Stage> {
        let state = &self.workers[worker];
        if state.chunk.is_empty() || self.is_ending() {
            let begun = state.begun;
            if begun == 0 || !self.in_processes() {
                return Some(Stage::Take);
            }
            self.give(worker);
            self.workers[worker].enter(Phase::Sending);
            self.move_bytes(worker, Stage::Send, RESULT_BYTES * begun);
            return None;
        }
        if !self.take_lock(worker) {
            return None;
        }
        let index = TaskIndex(self.workers[worker].chunk.start as u32);
        let fact = (self.facts)(index);
        let (now, attempt) = (self.now, self.workers[worker].attempt);
        let extra = std::mem::take(&mut self.workers[worker].extra) + self.setup.parameters.task;
        let turns = fact.turns.max(1);
        let needed = self.amount(part(fact.computing, 0, turns) + extra);
        let state = &mut self.workers[worker];
        (state.task, state.started, state.late) = (index, now, false);
        (state.needed, state.left) = (needed, needed);
        (state.turn, state.turns, state.computing) = (0, turns, fact.computing);
        state.gil.turn.pace = None;
        (state.waiting, state.needs_lock) = (fact.waiting, fact.lock);
        state.attempts = state.attempts.wrapping_add(1);
        state.begun += u64::from(attempt == 0);
        let number = state.attempts;
        if let Some(lane) = state.lane() {
            lane.start_task(index, attempt.min(255) as u8);
        }
        if let Some(timeout) = self.spec.timeout {
            self.timers.enter(now.after(timeout), What::Deadline { worker: worker as u32, number });
        }
        if !fact.lock {
            self.give(worker);
        }
        self.workers[worker].stage = Stage::Compute;
        self.work(worker);
        None
    }

    /// A turn of a task's computing is done: it waits, or ends.
    fn computed(&mut self, worker: usize) -> Option<Stage> {
        let state = &self.workers[worker];
        let waiting = part(state.waiting, state.turn, state.turns);
        if waiting > Nanos::ZERO {
            self.give(worker);
            self.workers[worker].enter(Phase::Blocked);
            self.workers[worker].stage = Stage::Block;
            self.vacate(worker);
            let wake = self.setup.parameters.wake;
            let at = if self.is_cancelled() { self.now } else { self.now.after(waiting + SLACK) };
            self.wake_after(worker, at.after(wake));
            return None;
        }
        if !self.workers[worker].needs_lock && self.lock_of(worker).is_some() {
            return Some(Stage::ComeBack);
        }
        Some(self.end_attempt(worker, Outcome::Ok))
    }

    /// A worker is awake that waited for something.
    pub(super) fn wake(&mut self, worker: usize) {
        if self.workers[worker].stage == Stage::Block {
            self.workers[worker].stage = Stage::Return;
        }
        self.make_ready(worker);
    }

    /// A worker is back from its task's wait, and on a core.
    fn returned(&mut self, worker: usize) -> Option<Stage> {
        // One that is not to go on needs no lock to say so. Where it waits for the lock already, it goes on with it, up to where it is to stop.
        if self.workers[worker].phase() == Phase::Blocked {
            if self.is_cancelled() {
                return Some(self.end_attempt(worker, Outcome::Cancelled));
            }
            if self.workers[worker].late {
                return Some(self.end_attempt(worker, Outcome::TimedOut));
            }
        }
        if !self.take_lock(worker) {
            return None;
        }
        let state = &mut self.workers[worker];
        state.enter(Phase::Computing);
        state.turn += 1;
        if state.turn == state.turns {
            return Some(self.end_attempt(worker, Outcome::Ok));
        }
        let each = part(state.computing, state.turn, state.turns);
        let needed = self.amount(each);
        let state = &mut self.workers[worker];
        (state.needed, state.left, state.stage) = (needed, needed, Stage::Compute);
        self.work(worker);
        None
    }

    /// A computing task stops at a checkpoint.
    pub(super) fn stop_task(&mut self, worker: usize) {
        let outcome = if self.is_cancelled() { Outcome::Cancelled } else { Outcome::TimedOut };
        self.workers[worker].left = 0;
        let next = self.end_attempt(worker, outcome);
        self.workers[worker].stage = next;
        self.go_on(worker);
    }

    /// Ends an attempt; what the worker does next.
    fn end_attempt(&mut self, worker: usize, outcome: Outcome) -> Stage {
        let ending = self.is_ending();
        let state = &mut self.workers[worker];
        let part = self.spec.work.place(TaskIndex(state.chunk.start as u32)).map(|(part, _)| part);
        let (took, waiting) = (self.now.since(state.started), state.waiting);
        let late = outcome == Outcome::Ok && self.spec.timeout.is_some_and(|timeout| took >= timeout);
        let outcome = if late { Outcome::TimedOut } else { outcome };
        state.attempts = state.attempts.wrapping_add(1);
        if let Some(lane) = state.lane() {
            let took = lane.end_task(outcome);
            if let Some(part) = part {
                lane.count_part(part, took, waiting);
            }
        }
        if outcome == Outcome::TimedOut && state.attempt < self.spec.retries && !ending {
            state.attempt += 1;
            self.counts.retried += 1;
            return Stage::Begin;
        }
        state.attempt = 0;
        state.chunk.start += 1;
        self.counts.count(outcome);
        if let (Outcome::Ok, Some(part)) = (outcome, part) {
            self.ok_of_parts[part] += 1;
        }
        if !self.in_processes() {
            self.last_outcome = self.now;
        }
        if outcome == Outcome::TimedOut && self.spec.on_error == OnError::Stop {
            self.stopped.get_or_insert(StopReason::TaskFailed);
        }
        Stage::Begin
    }
}
