//! What serial and threads share: one queue of chunks, the outcome of every task, and a worker's loop over both.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::clock::RunTime;
use crate::event::{EventSink, Outcome, Phase, RunEvent, StopReason};
use crate::exec::attempt::{Ended, Job};
use crate::exec::gil::{Gil, GilSeat, Interval};
use crate::exec::lane::LaneWriter;
use crate::exec::outcomes::Outcomes;
use crate::exec::{Books, CancelToken, RunEnv, RunSpec};
use crate::ids::{SlotId, TaskIndex};
use crate::plan::OnError;
use crate::task::Scratch;
use crate::units::Nanos;

/// The work of a run within one process, shared by its workers.
#[derive(Debug)]
pub(super) struct Pool {
    job: Job,
    tasks: u64,
    chunk: u64,
    /// The first task that no worker has taken.
    next: AtomicU64,
    outcomes: Outcomes,
    retries: u32,
    on_error: OnError,
    seed: u64,
    port: Option<u16>,
    failed: AtomicBool,
    cancel: CancelToken,
    /// Where it is said what commands left.
    events: EventSink,
    /// The lock of the interpreter that the workers share, where they have one.
    gil: Option<(Arc<Gil>, Nanos)>,
}

impl Pool {
    pub(super) fn new(spec: &RunSpec, env: &RunEnv) -> Self {
        Self {
            job: Job::new(spec.work.clone(), spec.timeout, spec.fault, || env.worker_program.clone()),
            events: env.events.clone(),
            tasks: spec.tasks,
            chunk: u64::from(spec.chunk),
            next: AtomicU64::new(0),
            outcomes: Outcomes::new(spec.tasks, &spec.work),
            retries: spec.retries,
            on_error: spec.on_error,
            seed: spec.seed,
            port: spec.port,
            failed: AtomicBool::new(false),
            cancel: env.cancel.clone(),
            gil: spec.runtime.gil().map(|gil| {
                let interval = env.interval.clone().unwrap_or_else(|| Interval::new(gil.rule));
                (Arc::new(Gil::new(interval)), gil.stretch)
            }),
        }
    }

    /// What a worker needs before its first task; it is starting until it has that.
    pub(super) fn prepare(&self) -> Scratch {
        self.job.prepare();
        Scratch::prepare(&self.job.work, self.seed, || !self.cancel.is_cancelled()).with_port(self.port)
    }

    /// A worker's whole life: takes chunk after chunk until there is none, or the run is to end.
    pub(super) fn work(&self, slot: SlotId, mut lane: LaneWriter, scratch: &Scratch) {
        lane.enter(Phase::Waiting);
        let mut seat =
            self.gil.as_ref().map(|(gil, stretch)| GilSeat::new(Arc::clone(gil), slot.0.into(), *stretch));
        let (mut last, mut digest) = (None, 0);
        while let Some(chunk) = self.take() {
            for index in chunk {
                if self.over() {
                    break;
                }
                last = Some(self.settle(
                    TaskIndex(index as u32),
                    &mut lane,
                    scratch,
                    &mut digest,
                    seat.as_mut(),
                ));
            }
        }
        if let Some(seat) = &mut seat {
            seat.give(&mut lane);
        }
        self.outcomes.add_digest(&mut digest);
        if let Some(last) = last {
            self.outcomes.known_at(last);
        }
        lane.rest();
    }

    fn take(&self) -> Option<Range<u64>> {
        // Relaxed: the counter alone is shared, and handing a number out twice is what fetch_add prevents.
        let first = self.next.fetch_add(self.chunk, Ordering::Relaxed);
        (first < self.tasks && !self.over()).then(|| first..(first + self.chunk).min(self.tasks))
    }

    fn over(&self) -> bool {
        self.cancel.is_cancelled() || self.failed.load(Ordering::Relaxed)
    }

    /// Tries a task until it ends for good. Returns when that was.
    fn settle(
        &self,
        index: TaskIndex,
        lane: &mut LaneWriter,
        scratch: &Scratch,
        digest: &mut u64,
        mut seat: Option<&mut GilSeat>,
    ) -> RunTime {
        for attempt in 0.. {
            let number = attempt.min(255) as u8;
            let (ended, left) = self.job.run(index, number, lane, scratch, &self.cancel, seat.as_deref_mut());
            if let Some(left) = left {
                self.events.say(RunEvent::Command(left));
            }
            let again = attempt < self.retries && matches!(ended, Ended::Error(_) | Ended::TimedOut);
            if again && !self.over() {
                self.outcomes.retried(1);
                continue;
            }
            if self.on_error == OnError::Stop && !matches!(ended, Ended::Ok(_) | Ended::Cancelled) {
                self.failed.store(true, Ordering::Relaxed);
            }
            self.outcomes.record(index, ended, digest);
            break;
        }
        lane.since()
    }

    /// Ends what was prepared for all workers, when the last of them has ended.
    pub(super) fn close(&self) {
        self.job.close();
    }

    /// The books, when no worker works any more, or those that do have been given up.
    pub(super) fn books(&self) -> Books {
        let stopped = if self.cancel.is_cancelled() {
            Some(StopReason::Cancelled)
        } else {
            self.failed.load(Ordering::Relaxed).then_some(StopReason::TaskFailed)
        };
        self.outcomes.books(stopped, Outcome::Cancelled)
    }
}
