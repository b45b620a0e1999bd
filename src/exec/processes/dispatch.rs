//! The dispatcher: who gets which tasks, what each child holds, and when the run is over.
//!
//! All of it is under one lock, so that a task is always in exactly one place: not handed out, held by one child, or known.
//! Frames are made under the lock and sent after it ([`Post`]): the books are right before any child sees a frame, and
//! a frame that can no longer be delivered belongs to a child whose tasks are taken back by whoever buries it.

mod share;
mod state;

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

pub(super) use state::{Ending, Seat, Stage, State};

use super::books::Piece;
use super::place::Place;
use super::wire::{Chunk, Entry, Failure, Kind, bare, values, write};
use super::writer::{Post, Writer};
use crate::event::{Outcome, RunEvent, StopReason, WorkerExit};
use crate::exec::attempt::Ended;
use crate::exec::gil::Interval;
use crate::exec::outcomes::Outcomes;
use crate::exec::{Books, RunEnv, RunSpec};
use crate::ids::TaskIndex;
use crate::plan::{GilRule, OnError};
use crate::units::Nanos;
use share::{most_in_flight, take_back, window};
use state::farewell;

/// A task whose worker died this often is lost, unless it may be retried more often.
const DEATHS: u32 = 3;

/// The dispatcher of a run.
#[derive(Debug)]
pub(super) struct Dispatcher {
    env: RunEnv,
    /// The rule of the interpreters' locks that the run began with, where there are any.
    rule: Option<GilRule>,
    tasks: u64,
    chunk: u64,
    /// Chunks that one worker may have in flight.
    window: u64,
    /// Workers of each child.
    threads: u64,
    retries: u32,
    on_error: OnError,
    outcomes: Outcomes,
    state: Mutex<State>,
    /// Told when the run ends.
    ended: Condvar,
    /// Whether further children are wanted.
    pub(super) wanted: Arc<AtomicBool>,
}

/// A child said something that does not agree with what it holds.
#[derive(Debug, thiserror::Error)]
#[error("results of task {0}, which the worker does not hold")]
pub(super) struct Foul(TaskIndex);

/// How an attempt ended that ran when its child died.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum End {
    /// The child died in it, or in one beside it.
    Died,
    /// The child was killed for it, as it took too long.
    Overran,
    /// The child was killed for another one.
    Bystander,
}

/// What became of a child.
#[derive(Debug, Default)]
pub(super) struct Buried {
    /// Tasks that it held and that go back.
    pub(super) returned: u32,
    /// Whether it ended any outcome.
    pub(super) useful: bool,
    /// For others.
    pub(super) post: Post,
}

impl Dispatcher {
    pub(super) fn new(spec: &RunSpec, env: &RunEnv) -> Self {
        let chunk = u64::from(spec.chunk.max(1));
        let state = State {
            next: 0,
            returned: Vec::new(),
            open: spec.tasks,
            seats: (0..spec.slots / spec.threads.max(1)).map(|_| Seat::default()).collect(),
            ending: Ending::Going,
            ended: None,
            failed: false,
            deaths: HashMap::new(),
            tries: HashMap::new(),
            manned: BTreeSet::new(),
            failure: None,
        };
        Self {
            env: env.clone(),
            rule: spec.runtime.gil().map(|gil| gil.rule),
            tasks: spec.tasks,
            chunk,
            window: window(spec.estimate, chunk),
            threads: u64::from(spec.threads.max(1)),
            retries: spec.retries,
            on_error: spec.on_error,
            outcomes: Outcomes::new(spec.tasks, &spec.work),
            state: Mutex::new(state),
            ended: Condvar::new(),
            wanted: Arc::new(AtomicBool::new(true)),
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A child sits down in its place; it is not ready yet.
    pub(super) fn sit(&self, place: Place, pid: u32, writer: &Arc<Writer>, at: Nanos) {
        let mut state = self.lock();
        if let Some(seat) = state.seats.get_mut(place.seat()) {
            let writer = Some(Arc::clone(writer));
            *seat = Seat { stage: Stage::Starting, pid, writer, since: at, ..Seat::default() };
            state.manned.insert(place.seat());
        }
    }

    /// A child is ready: it gets its first chunks, or is told to stop.
    pub(super) fn ready(&self, place: Place, at: Nanos) -> Post {
        let mut state = self.lock();
        let mut post = Post::default();
        let ending = state.ending;
        if let Some(seat) = state.seats.get_mut(place.seat()) {
            (seat.stage, seat.since) = (Stage::Ready, at);
            // It was made with the rule that the run began with.
            let changed =
                self.env.interval.as_ref().map(Interval::rule).filter(|rule| Some(*rule) != self.rule);
            if let Some(rule) = changed {
                post.add(seat.writer.as_ref(), |out| interval(out, rule));
            }
            if ending != Ending::Going {
                post.add(seat.writer.as_ref(), |out| out.extend_from_slice(&bare(farewell(ending))));
            }
        }
        self.fill(&mut state, place.seat(), &mut post);
        post
    }

    /// Enters what a child did, and hands it further chunks. What it does not hold is not entered, nor anything after.
    pub(super) fn settle(&self, place: Place, mut entries: Vec<Entry>) -> (Post, Option<Foul>) {
        let mut post = Post::default();
        let mut state = self.lock();
        let Some(seat) = state.seats.get_mut(place.seat()) else {
            return (post, None);
        };
        let foul = entries.iter().enumerate().find_map(|(at, entry)| {
            let (first, count) = entry.tasks();
            (!seat.flights.advance(first, count)).then_some((at, Foul(first)))
        });
        if let Some((at, _)) = foul {
            entries.truncate(at);
        }
        seat.useful = true;
        for entry in &entries {
            match entry {
                Entry::Retry { task } => *state.tries.entry(*task).or_default() += 1,
                Entry::Command(_) => {}
                Entry::Failed { .. } | Entry::Values { .. } if state.tries.is_empty() => {}
                Entry::Failed { .. } | Entry::Values { .. } => {
                    let (first, count) = entry.tasks();
                    let ended = first.0..first.0.saturating_add(count as u32);
                    state.tries.retain(|task, _| !ended.contains(&task.0));
                }
            }
        }
        if foul.is_none() {
            self.fill(&mut state, place.seat(), &mut post);
        }
        drop(state);
        // These tasks are in no queue and in nobody's hands any more, so that entering them needs no lock.
        let (mut new, mut failed) = (0, false);
        for entry in entries {
            match entry {
                Entry::Values { first, distances } => {
                    new += self.outcomes.record_values(first, values(&distances));
                }
                Entry::Failed { task, how } => {
                    let ended = match how {
                        Failure::Error(words) => Ended::Error(words),
                        Failure::TimedOut => Ended::TimedOut,
                    };
                    // A failure has no value to add to any sum.
                    new += u64::from(self.outcomes.record(task, ended, &mut 0));
                    failed = true;
                }
                Entry::Retry { .. } => self.outcomes.retried(1),
                Entry::Command(end) => self.env.events.say(RunEvent::Command(end)),
            }
        }
        if new > 0 {
            self.known(new, failed, &mut post);
        }
        (post, foul.map(|(_, foul)| foul))
    }

    /// A child's end of the socket is closed.
    pub(super) fn left(&self, place: Place, at: Nanos) {
        if let Some(seat) = self.lock().seats.get_mut(place.seat()) {
            (seat.stage, seat.since) = (Stage::Left, at);
        }
    }

    /// Whether a child was killed by us, and whether it was asked to end.
    pub(super) fn manner(&self, place: Place) -> (bool, bool) {
        let state = self.lock();
        (state.seats.get(place.seat()).is_some_and(|seat| seat.killed), state.ending != Ending::Going)
    }

    /// A child is dead and everything that it sent is entered: takes back what it held. `running` are the tasks that its
    /// lanes name.
    pub(super) fn bury(&self, place: Place, running: &[TaskIndex], exit: &WorkerExit) -> Buried {
        let mut state = self.lock();
        let Some(seat) = state.seats.get_mut(place.seat()) else {
            return Buried::default();
        };
        let seat = std::mem::take(seat);
        let mut buried = Buried { useful: seat.useful, ..Buried::default() };
        if state.ending != Ending::Going {
            return buried;
        }
        // Where there is one thread, what overran is what ran, whatever the lane says by now.
        let lanes = if place.threads() == 1 && !seat.overran.is_empty() { &[] } else { running };
        let ran: Vec<_> = seat.overran.iter().chain(lanes).copied().collect();
        let (pieces, suspects) = seat.flights.take_back(&ran, place.threads());
        for piece in pieces {
            buried.returned += piece.len() as u32;
            state.returned.push(piece);
        }
        let mut failed = 0;
        for piece in suspects {
            let task = piece.task();
            let end = match (seat.overran.contains(&task), seat.overran.is_empty()) {
                (true, _) => End::Overran,
                (false, true) => End::Died,
                (false, false) => End::Bystander,
            };
            if let Some(again) = self.again(&mut state, piece, end) {
                self.outcomes.retried(1);
                buried.returned += 1;
                state.returned.push(again);
            } else {
                failed += 1;
                self.give_up(task, end, exit);
            }
        }
        // Whoever has nothing to do takes over at once.
        for seat in 0..state.seats.len() {
            if (state.seats[seat].flights.len() as u64) < self.threads {
                self.fill(&mut state, seat, &mut buried.post);
            }
        }
        drop(state);
        if failed > 0 {
            self.known(failed, true, &mut buried.post);
        }
        buried
    }

    /// The task that was running when its worker died, as it is to be tried again; none if that was its last time.
    fn again(&self, state: &mut State, piece: Piece, end: End) -> Option<Piece> {
        let task = piece.task();
        let told = state.tries.get(&task).copied().unwrap_or(0);
        let attempt = piece.attempt.saturating_add((told.saturating_sub(piece.tries) + 1).min(255) as u8);
        let tries = told.max(piece.tries) + u32::from(end == End::Overran);
        let allowed = match end {
            End::Overran => {
                state.tries.insert(task, tries);
                tries <= self.retries
            }
            End::Died => {
                let deaths = state.deaths.entry(task).or_default();
                *deaths += 1;
                *deaths < DEATHS.max(self.retries + 1)
            }
            End::Bystander => true,
        };
        allowed.then_some(Piece { attempt, tries, ..piece })
    }

    fn give_up(&self, task: TaskIndex, end: End, exit: &WorkerExit) {
        if end == End::Overran {
            self.outcomes.record(task, Ended::TimedOut, &mut 0);
        } else {
            let deaths = DEATHS.max(self.retries + 1);
            self.outcomes.lose(task, format!("its worker died {deaths} times in it; the last one {exit}"));
        }
    }

    /// A slot stays without child; `failure` says why, if that is not the run's end.
    pub(super) fn close(&self, place: Place, failure: Option<String>) {
        let mut state = self.lock();
        if let Some(seat) = state.seats.get_mut(place.seat()) {
            *seat = Seat { stage: Stage::Closed, ..Seat::default() };
        }
        if failure.is_some() {
            state.manned.remove(&place.seat());
            state.failure = failure;
        }
    }

    /// Ends the run for a reason, unless it has ended for a stronger one.
    pub(super) fn end(&self, ending: Ending) -> Post {
        let mut post = Post::default();
        self.end_locked(&mut self.lock(), ending, &mut post);
        post
    }

    fn end_locked(&self, state: &mut State, ending: Ending, post: &mut Post) {
        if ending <= state.ending {
            return;
        }
        state.ending = ending;
        self.wanted.store(false, Ordering::Relaxed);
        for seat in state.seats.iter().filter(|seat| seat.stage == Stage::Ready) {
            post.add(seat.writer.as_ref(), |out| out.extend_from_slice(&bare(farewell(ending))));
        }
        self.ended.notify_all();
    }

    /// So many outcomes became known.
    fn known(&self, new: u64, failed: bool, post: &mut Post) {
        self.outcomes.known_at(self.env.clock.now());
        let mut state = self.lock();
        state.open = state.open.saturating_sub(new);
        if failed && self.on_error == OnError::Stop {
            state.failed = true;
            self.end_locked(&mut state, Ending::TaskFailed, post);
        }
        if state.open == 0 {
            self.end_locked(&mut state, Ending::Known, post);
        }
    }

    /// Tells every child that holders of the interpreter's lock let go by another rule from now on.
    pub(super) fn change(&self, rule: GilRule) -> Post {
        let mut post = Post::default();
        for seat in self.lock().seats.iter().filter(|seat| seat.stage == Stage::Ready) {
            post.add(seat.writer.as_ref(), |out| interval(out, rule));
        }
        post
    }

    /// Waits, unless the run ends; true if it has ended.
    pub(super) fn pause(&self, wait: Nanos) -> bool {
        let state = self.lock();
        let going = |state: &mut State| state.ending == Ending::Going;
        match self.ended.wait_timeout_while(state, wait.to_std(), going) {
            Ok((state, _)) => state.ending != Ending::Going,
            Err(poisoned) => poisoned.into_inner().0.ending != Ending::Going,
        }
    }

    /// Gives a child as many chunks as it should hold.
    fn fill(&self, state: &mut State, seat: usize, post: &mut Post) {
        if state.ending != Ending::Going || self.env.cancel.is_cancelled() {
            return;
        }
        let State { next, returned, seats, .. } = state;
        let workers = seats.len() as u64 * self.threads;
        let Some(seat) = seats.get_mut(seat).filter(|seat| seat.stage == Stage::Ready) else {
            return;
        };
        let (tasks, chunk, window, threads) = (self.tasks, self.chunk, self.window, self.threads);
        let Seat { writer, flights, .. } = seat;
        post.add(writer.as_ref(), |out| {
            loop {
                // Towards the end everybody holds less, so that all end together.
                let left = (tasks - *next).div_ceil(chunk) + returned.len() as u64;
                let wanted = (left / (2 * workers)).clamp(1, window);
                if flights.len() as u64 >= most_in_flight(wanted, threads) {
                    break;
                }
                let Some(piece) = take_back(returned, flights, threads).or_else(|| {
                    let first = *next;
                    *next = (first + chunk).min(tasks);
                    (first < tasks).then(|| Piece::new(first, *next))
                }) else {
                    break;
                };
                let (first, count) = (piece.task(), piece.len() as u32);
                let chunk = Chunk { first, count, attempt: piece.attempt, tries: piece.tries };
                // Four small numbers are never more than a frame may hold.
                let _ = write(out, Kind::Chunk, &chunk);
                flights.push(piece);
            }
        });
    }

    /// The books, when no feeder works any more.
    pub(super) fn books(&self) -> Books {
        let state = self.lock();
        let stopped = match state.ending {
            Ending::Going | Ending::Cancelled if self.env.cancel.is_cancelled() => {
                Some(StopReason::Cancelled)
            }
            _ if state.failed => Some(StopReason::TaskFailed),
            Ending::TaskFailed | Ending::Known => None,
            // Nobody asked for an end, but every slot was closed before its time.
            Ending::Going | Ending::Cancelled => {
                let why = state.failure.as_deref().unwrap_or("every worker ended");
                Some(StopReason::Workers(why.to_owned()))
            }
        };
        drop(state);
        self.outcomes.books(stopped, Outcome::Cancelled)
    }
}

fn interval(out: &mut Vec<u8>, rule: GilRule) {
    // A number and its kind are never more than a frame may hold.
    let _ = write(out, Kind::Interval, &rule);
}

#[cfg(test)]
mod tests;
