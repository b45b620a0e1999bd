//! Runs that go on at once: one commonly, or every strategy of a workload.
//!
//! Each has lanes, a collector and an executor of its own, on a thread of its own. What is said of it goes through a sink
//! that names it. All begin at the same moment, so that one clock is right for all of them.

use std::hash::{BuildHasher, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use super::Inner;
use super::collector::{Collector, Last};
use crate::clock::{RunClock, RunTime};
use crate::event::{EventSink, PartEnd, RunEnd, RunEvent, RunStart};
use crate::exec::gil::Interval;
use crate::exec::lane::Lanes;
use crate::exec::simulated::OWN_PID;
use crate::exec::{Books, CancelToken, RunEnv, RunSpec, executor_for};
use crate::ids::RunId;
use crate::plan::{Costs, Machine, Plan, PlannedRun, Work};
use crate::probe;
use crate::units::Nanos;

/// A run that is about to begin.
pub(super) struct Prepared {
    id: RunId,
    pub(super) spec: RunSpec,
    pub(super) lanes: Arc<Lanes>,
    lanes_path: Option<String>,
    run_key: u64,
    pub(super) events: EventSink,
    pub(super) collector: Collector,
}

/// Where runs take place: on this machine, or on a simulated one.
pub(super) struct Ground {
    pub(super) machine: Machine,
    pub(super) costs: Costs,
    /// One more than the highest CPU number.
    cpus: u32,
    /// The process of poolscope, and its parent.
    pid: u32,
    parent: Option<u32>,
    /// The port of the web server that `http` tasks without URLs ask.
    pub(super) port: Option<u16>,
}

/// What a task is taken to need of which nobody knows: none is so short that several should lie ready for a worker.
const UNKNOWN: Nanos = Nanos::from_millis(10);

impl Ground {
    pub(super) fn new(machine: Machine, costs: Costs) -> Self {
        if machine.is_simulated() {
            return Self { costs, cpus: machine.cpus, pid: OWN_PID, parent: None, port: None, machine };
        }
        let (pid, parent) = (std::process::id(), probe::parent());
        Self { machine, costs, cpus: probe::highest_cpu(), pid, parent, port: None }
    }
}

impl Inner {
    /// Runs some runs at once, each from its first to its last event.
    pub(super) fn run(
        &self,
        plan: &Plan,
        runs: &[(RunId, PlannedRun)],
        works: &[Work],
        ground: &Ground,
        cancel: &CancelToken,
    ) {
        let ready: Vec<Prepared> = runs
            .iter()
            .map(|(id, planned)| self.prepare(plan, *id, planned, &works[planned.workload], ground))
            .collect();
        let lanes = ready.iter().map(|run| Arc::clone(&run.lanes)).collect();
        self.watch(Some((self.events.clone(), lanes)));
        // Elapsed begins here: calibration, check and lanes came before.
        let clock = RunClock::new(self.options.clock.clone(), self.options.clock.now());
        if let Some(active) = self.active().as_mut() {
            active.clock = Some(clock.clone());
            active.runs = runs.iter().map(|(id, _)| *id).collect();
            active.interval = plan.runtime.gil().map(|gil| Interval::new(gil.rule));
        }
        self.all(ready, &clock, cancel);
        if let Some(active) = self.active().as_mut() {
            active.clock = None;
            active.interval = None;
        }
        self.watch(None);
    }

    /// Runs all of them at once: one on this thread, each of the others on one of its own.
    fn all(&self, ready: Vec<Prepared>, clock: &RunClock, cancel: &CancelToken) {
        let seats: Vec<Mutex<Option<Prepared>>> =
            ready.into_iter().map(|run| Mutex::new(Some(run))).collect();
        let take = |seat: &Mutex<Option<Prepared>>| {
            let run = seat.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(run) = run {
                self.one(run, clock, cancel);
            }
        };
        std::thread::scope(|scope| {
            let others = seats.iter().skip(1).map(|seat| {
                let thread = std::thread::Builder::new().name("ps-engine".to_owned());
                thread.spawn_scoped(scope, || take(seat))
            });
            let others: Vec<_> = others.collect();
            // Those that no thread could be had for are run here, when the first is over.
            let first = seats.iter().take(1);
            let rest = seats.iter().skip(1).zip(&others).filter(|(_, thread)| thread.is_err());
            first.chain(rest.map(|(seat, _)| seat)).for_each(take);
            for thread in others.into_iter().flatten() {
                // A panic would be a fault of ours, and has been reported by the hook; the other runs go on.
                let _ = thread.join();
            }
        });
    }

    /// Makes what a run needs, and says that it begins.
    pub(super) fn prepare(
        &self,
        plan: &Plan,
        id: RunId,
        planned: &PlannedRun,
        work: &Work,
        ground: &Ground,
    ) -> Prepared {
        let tasks = plan.workloads[planned.workload].tasks;
        let shape = planned.strategy.shape(plan.workers.shape(&ground.machine));
        let slots = shape.slots();
        let chunk = plan.chunk.resolve(tasks, slots);
        let serial_estimate = work.serial_estimate(tasks, &ground.costs);
        let cpus = ground.cpus;
        let run_key = random_key();
        // One thread writes all lanes of a simulated run.
        let shared = planned.strategy.has_processes() && !ground.machine.is_simulated();
        let (lanes, lanes_path) = self.lanes(shared, (slots, cpus, work.parts().len()), run_key);
        let spec = RunSpec {
            strategy: planned.strategy,
            slots,
            threads: shape.threads,
            tasks,
            chunk,
            work: work.clone(),
            estimate: if work.is_unknown() { UNKNOWN } else { serial_estimate / tasks },
            timeout: plan.timeout,
            retries: plan.retries,
            on_error: plan.on_error,
            seed: plan.seed,
            cpus,
            fault: self.options.fault,
            port: ground.port,
            runtime: plan.runtime,
        };
        let events = self.events.of(id);
        let collector = Collector::new(&lanes, slots, &spec.work, events.clone());
        self.events.say(RunEvent::RunStarted(RunStart {
            run: id,
            pid: ground.pid,
            parent: ground.parent,
            workload: planned.workload,
            repeat: planned.repeat,
            strategy: planned.strategy,
            runtime: plan.runtime,
            slots,
            shape,
            chunk,
            tasks,
            work: work.clone(),
            serial_estimate,
            shared_lanes: !shared || lanes_path.is_some(),
        }));
        Prepared { id, spec, lanes, lanes_path, run_key, events, collector }
    }

    /// Runs one run to its end, on the calling thread.
    fn one(&self, run: Prepared, clock: &RunClock, cancel: &CancelToken) {
        let Prepared { id, spec, lanes, lanes_path, run_key, events, mut collector } = run;
        let env = RunEnv {
            lanes,
            lanes_path,
            run_key,
            clock: clock.clone(),
            cancel: cancel.clone(),
            interval: self.active().as_ref().and_then(|active| active.interval.clone()),
            events: events.clone(),
            worker_program: self.options.worker_program.clone(),
        };
        collector.start(clock.clone());
        let books = executor_for(spec.strategy).run(&spec, &env);
        let elapsed = clock.now().elapsed();
        let asked = self.active().as_mut().and_then(|active| {
            active.runs.retain(|other| *other != id);
            active.asked
        });
        let last = collector.finish(RunTime(elapsed.0));
        events.say(RunEvent::RunFinished(Box::new(end(elapsed, asked, books, last))));
    }

    /// Lanes for a run: shared ones, if they can be had. They are for so many slots, CPUs and parts of a mix.
    fn lanes(
        &self,
        shared: bool,
        (slots, cpus, parts): (u32, u32, usize),
        key: u64,
    ) -> (Arc<Lanes>, Option<String>) {
        #[cfg(unix)]
        if shared {
            match Lanes::shared(slots, cpus, parts, key) {
                Ok((lanes, path)) => return (lanes, Some(path)),
                Err(error) => {
                    let words = format!("lanes travel as frames, for poolscope failed to {error}");
                    self.events.say(RunEvent::Notice(words));
                }
            }
        }
        #[cfg(not(unix))]
        let _ = (shared, key);
        (Lanes::private(slots, cpus, parts), None)
    }
}

/// What is known of a run that took `elapsed`, and perhaps was asked to end: its books, and what its lanes said last.
pub(super) fn end(elapsed: Nanos, asked: Option<RunTime>, books: Books, last: Last) -> RunEnd {
    let parts = books.ok_of_parts.into_iter().zip(last.parts).map(|(ok, latency)| PartEnd { ok, latency });
    RunEnd {
        elapsed,
        startup: last.first_start.map_or(elapsed, RunTime::elapsed).min(elapsed),
        // Of a run that was asked to end, all that came after is ending.
        shutdown: match asked.map_or(books.last_outcome, |asked| asked.max(books.last_outcome)) {
            RunTime::START => Nanos::ZERO,
            known => elapsed - known.elapsed(),
        },
        counts: books.counts,
        digest: books.digest,
        parts: parts.collect(),
        latency: last.latency,
        queue: last.queue,
        gil_wait: last.gil_wait,
        gil_waits: last.gil_waits,
        slots: last.slots,
        overhead_cpu: books.overhead_cpu,
        errors: books.errors,
        pages: books.pages,
        stopped: books.stopped,
    }
}

/// A number that nobody can guess: the standard library seeds its hashers from the system's randomness.
fn random_key() -> u64 {
    std::hash::RandomState::new().build_hasher().finish()
}
