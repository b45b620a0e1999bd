//! The parent's own books while a run goes on: one byte for each task, written once, whoever tells of it.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::clock::RunTime;
use crate::event::{Outcome, StopReason, TaskCounts};
use crate::exec::attempt::Ended;
use crate::exec::{Books, ERRORS_KEPT, PAGES_KEPT};
use crate::ids::TaskIndex;
use crate::plan::Work;
use crate::task::{Value, digest};
use crate::units::Nanos;

const OPEN: u8 = 0;

/// The outcome of every task. All methods may be called from any thread.
#[derive(Debug)]
pub(super) struct Outcomes {
    /// [`OPEN`], or an outcome's number.
    states: Box<[AtomicU8]>,
    digest: AtomicU64,
    retried: AtomicU64,
    last: AtomicU64,
    errors: Mutex<Vec<(TaskIndex, String)>>,
    /// Of `http`.
    pages: Mutex<Vec<(TaskIndex, u64)>>,
    /// What each of them does.
    work: Work,
}

impl Outcomes {
    pub(super) fn new(tasks: u64, work: &Work) -> Self {
        Self {
            work: work.clone(),
            // Zeroed memory, which the system hands out page by page as it is touched.
            states: (0..tasks).map(|_| AtomicU8::new(OPEN)).collect(),
            digest: AtomicU64::new(0),
            retried: AtomicU64::new(0),
            last: AtomicU64::new(0),
            errors: Mutex::default(),
            pages: Mutex::default(),
        }
    }

    /// Enters how a task ended for good; false if that was known already, and then nothing changes: executed at least
    /// once, counted exactly once. What a value adds to the digest is added to `sum`, which the caller keeps to itself
    /// and gives with [`Outcomes::add_digest`] now and then: one shared sum would be fought over with every task.
    pub(super) fn record(&self, index: TaskIndex, ended: Ended, sum: &mut u64) -> bool {
        let Some(state) = self.states.get(index.index()) else {
            return false;
        };
        // Relaxed: the books are read after the writers have been joined.
        let new = ended.outcome() as u8;
        if state.compare_exchange(OPEN, new, Ordering::Relaxed, Ordering::Relaxed).is_err() {
            return false;
        }
        match ended {
            Ended::Ok(value) => {
                self.page(index, value);
                *sum = sum.wrapping_add(digest(&self.work, index, value));
            }
            Ended::Error(words) => self.note(index, words),
            // Which page it was is worth as much as why another failed.
            Ended::TimedOut => {
                if let Some(urls) = self.work.urls() {
                    self.note(index, format!("{}: timed out", urls.get(index)));
                }
            }
            Ended::Cancelled => {}
        }
        true
    }

    /// Adds a caller's part to the digest, and takes it from the caller.
    pub(super) fn add_digest(&self, sum: &mut u64) {
        self.digest.fetch_add(std::mem::take(sum), Ordering::Relaxed);
    }

    /// Enters the values of consecutive tasks; returns how many of these were not known before. The same as
    /// [`Outcomes::record`] for each, at one access to the shared sum.
    #[cfg(unix)]
    pub(super) fn record_values(&self, first: TaskIndex, values: impl Iterator<Item = Value>) -> u64 {
        let states = self.states.get(first.index()..).unwrap_or_default();
        let (mut sum, mut new) = (0u64, 0);
        for ((state, index), value) in states.iter().zip(first.0..).zip(values) {
            let ok = Outcome::Ok as u8;
            if state.compare_exchange(OPEN, ok, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
                self.page(TaskIndex(index), value);
                sum = sum.wrapping_add(digest(&self.work, TaskIndex(index), value));
                new += 1;
            }
        }
        self.digest.fetch_add(sum, Ordering::Relaxed);
        new
    }

    /// Enters that a task died with its worker for the last time.
    #[cfg(any(unix, test))]
    pub(super) fn lose(&self, index: TaskIndex, words: String) {
        if let Some(state) = self.states.get(index.index()) {
            let lost = Outcome::Lost as u8;
            if state.compare_exchange(OPEN, lost, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
                self.note(index, words);
            }
        }
    }

    /// Counts extra attempts.
    pub(super) fn retried(&self, attempts: u64) {
        self.retried.fetch_add(attempts, Ordering::Relaxed);
    }

    /// Says that an outcome became known at a moment.
    pub(super) fn known_at(&self, at: RunTime) {
        self.last.fetch_max(at.0, Ordering::Relaxed);
    }

    fn note(&self, index: TaskIndex, words: String) {
        let mut errors = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        if errors.len() < ERRORS_KEPT {
            errors.push((index, words));
        }
    }

    /// Keeps the length of a page.
    fn page(&self, index: TaskIndex, value: Value) {
        if index.0 < PAGES_KEPT && self.work.urls().is_some() {
            self.pages.lock().unwrap_or_else(PoisonError::into_inner).push((index, value.0));
        }
    }

    /// The sums. A task that is still open counts as `open`: cancelled, or lost.
    pub(super) fn books(&self, stopped: Option<StopReason>, open: Outcome) -> Books {
        let mut counts = TaskCounts {
            total: self.states.len() as u64,
            retried: self.retried.load(Ordering::Relaxed),
            ..TaskCounts::default()
        };
        let mut ok_of_parts = vec![0; self.work.parts().len()];
        for (state, index) in self.states.iter().zip(0..) {
            let outcome = Outcome::from_number(state.load(Ordering::Relaxed).into()).unwrap_or(open);
            counts.count(outcome);
            if outcome == Outcome::Ok
                && let Some((part, _)) = self.work.place(TaskIndex(index))
            {
                ok_of_parts[part] += 1;
            }
        }
        let mut errors = self.errors.lock().unwrap_or_else(PoisonError::into_inner).clone();
        errors.sort_by_key(|(index, _)| *index);
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner).clone();
        pages.sort_unstable();
        Books {
            counts,
            ok_of_parts,
            digest: counts.all_ok().then(|| self.digest.load(Ordering::Relaxed)),
            errors,
            pages,
            last_outcome: RunTime(self.last.load(Ordering::Relaxed)),
            overhead_cpu: Nanos::ZERO,
            stopped,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum() -> Work {
        Work::Sum { iterations: 1 }
    }

    #[test]
    fn every_task_is_counted_once_and_open_ones_too() {
        let outcomes = Outcomes::new(4, &sum());
        let record = |i, ended| outcomes.record(TaskIndex(i), ended, &mut 0);
        assert!(record(0, Ended::Ok(Value(7))));
        assert!(!record(0, Ended::Ok(Value(7))), "a second time changes nothing");
        assert!(record(1, Ended::Error("broke".to_owned())));
        assert!(!record(9, Ended::TimedOut), "there is no task 9");
        outcomes.lose(TaskIndex(1), "too late".to_owned());
        outcomes.lose(TaskIndex(2), "killed".to_owned());
        let books = outcomes.books(Some(StopReason::Cancelled), Outcome::Cancelled);
        let counts = books.counts;
        assert_eq!((counts.ok, counts.error, counts.lost, counts.cancelled), (1, 1, 1, 1));
        assert_eq!(counts.accounted(), counts.total);
        assert_eq!(books.digest, None);
        assert_eq!(books.errors.len(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn a_run_of_values_counts_like_each_of_them() {
        let (one, all) = (Outcomes::new(5, &sum()), Outcomes::new(5, &sum()));
        let record = |outcomes: &Outcomes, i: u32| {
            let mut part = 0;
            outcomes.record(TaskIndex(i), Ended::Ok(Value(i.into())), &mut part);
            outcomes.add_digest(&mut part);
        };
        (1..5).for_each(|i| record(&one, i));
        record(&all, 2);
        assert_eq!(all.record_values(TaskIndex(1), (1..9).map(Value)), 3);
        assert_eq!(all.record_values(TaskIndex(9), (1..9).map(Value)), 0);
        record(&one, 0);
        record(&all, 0);
        let books = |outcomes: &Outcomes| outcomes.books(None, Outcome::Cancelled);
        assert_eq!(books(&one), books(&all));
        assert!(books(&all).digest.is_some());
    }

    #[test]
    fn the_digest_does_not_depend_on_order() {
        let digest = |order: [u32; 3]| {
            let outcomes = Outcomes::new(3, &sum());
            let mut part = 0;
            for i in order {
                outcomes.record(TaskIndex(i), Ended::Ok(Value(u64::from(i) * 7)), &mut part);
            }
            outcomes.add_digest(&mut part);
            outcomes.books(None, Outcome::Cancelled).digest
        };
        assert_eq!(digest([0, 1, 2]), digest([2, 0, 1]));
        assert!(digest([0, 1, 2]).is_some());
    }
}
