//! The engine: runs a plan and tells of it.
//!
//! An [`Engine`] takes a checked plan, runs its runs one after another on a thread of its own, and says everything that
//! happens as events into one feed. It owns what a run needs besides an executor: calibration, lanes, the collector that
//! drains them, and the probe. It keeps no state of the run (see [`crate::state`]), draws nothing and prints nothing.

mod collector;

use std::hash::{BuildHasher, Hasher};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::clock::{Clock, RunClock, RunTime};
use crate::engine::collector::Collector;
use crate::event::{EventFeed, EventSink, RunEnd, RunEvent, RunStart};
use crate::exec::lane::Lanes;
use crate::exec::processes::{self, GroupSignal};
use crate::exec::{CancelToken, Fault, RunEnv, RunSpec, executor_for};
use crate::ids::RunId;
use crate::plan::{Costs, Machine, Plan, PlannedRun, Problem, Strategy, Work};
use crate::probe::{self, Probe, ProbeOptions};
use crate::task::calibrate::calibrate;
use crate::units::Nanos;

/// The first run waits so long for a first reading of the cores.
const FIRST_READING: Nanos = Nanos::from_millis(500);
/// And looks so often whether it is there.
const LOOK: Nanos = Nanos::from_millis(10);

/// What an engine needs to know of the program around it.
#[derive(Clone, Debug)]
pub struct EngineOptions {
    /// The program that is started as a worker process: this very one.
    pub worker_program: PathBuf,
    /// The source of time.
    pub clock: Clock,
    /// Something that goes wrong on purpose.
    pub fault: Option<Fault>,
}

/// Why a plan was not started.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StartError {
    /// There is something wrong with it.
    #[error("the plan cannot be run")]
    Plan(Vec<Problem>),
    /// Another comparison goes on.
    #[error("a comparison is running already")]
    Busy,
    /// There is no thread for it.
    #[error("start a thread for the comparison: {0}")]
    Thread(String),
}

/// Runs plans, one at a time.
#[derive(Debug)]
pub struct Engine {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    options: EngineOptions,
    machine: Machine,
    costs: OnceLock<Costs>,
    events: EventSink,
    /// None where no thread could be had for it: runs go on all the same, and the cores stay dark.
    probe: Option<Probe>,
    active: Mutex<Option<Active>>,
}

/// The comparison that goes on.
#[derive(Debug)]
struct Active {
    cancel: CancelToken,
    /// The clock of its current run.
    clock: Option<RunClock>,
    /// When, in its current run, it was asked to end.
    asked: Option<RunTime>,
}

impl Engine {
    /// An engine for this machine, and the feed of everything that it tells: the cores from now on, and comparisons.
    pub fn new(options: EngineOptions) -> (Self, EventFeed) {
        let (events, feed) = EventSink::channel();
        probe::raise_open_files();
        let inner = Inner {
            machine: probe::machine(),
            costs: OnceLock::new(),
            probe: start_probe(&events),
            events,
            active: Mutex::new(None),
            options,
        };
        (Self { inner: Arc::new(inner) }, feed)
    }

    /// What the machine has.
    pub fn machine(&self) -> &Machine {
        &self.inner.machine
    }

    /// What an iteration costs. Calibrates once, for up to 100 ms on the calling thread.
    pub fn costs(&self) -> Costs {
        self.inner.costs()
    }

    /// Starts a comparison, and returns at once.
    ///
    /// # Errors
    /// Where something is wrong with the plan, or a comparison goes on already.
    pub fn start(&self, plan: Plan) -> Result<(), StartError> {
        plan.check(&self.inner.machine).map_err(StartError::Plan)?;
        let cancel = CancelToken::default();
        {
            let mut active = self.inner.active();
            if active.is_some() {
                return Err(StartError::Busy);
            }
            *active = Some(Active { cancel: cancel.clone(), clock: None, asked: None });
        }
        let inner = Arc::clone(&self.inner);
        let thread = std::thread::Builder::new().name("ps-engine".to_owned());
        let spawned = thread.spawn(move || {
            inner.compare(&plan, &cancel);
            *inner.active() = None;
            inner.events.say(RunEvent::Finished);
        });
        if let Err(error) = spawned {
            *self.inner.active() = None;
            return Err(StartError::Thread(error.to_string()));
        }
        Ok(())
    }

    /// Asks the comparison to end: tasks stop at their next checkpoint, and what has not begun is not run.
    pub fn cancel(&self) {
        if let Some(active) = self.inner.active().as_mut() {
            let now = active.clock.as_ref().map(RunClock::now);
            active.asked = active.asked.or(now);
            active.cancel.cancel();
        }
    }

    /// Demands that it ends: processes are killed, threads that hang are given up.
    pub fn enforce(&self) {
        if let Some(active) = self.inner.active().as_ref() {
            active.cancel.enforce();
        }
    }

    /// Stops the workers that are processes, for poolscope itself is about to be stopped.
    pub fn suspend(&self) {
        processes::signal_all(GroupSignal::Stop);
        if let Some(at) = self.run_time() {
            self.inner.events.say(RunEvent::Suspended { at });
        }
    }

    /// Lets them go on.
    pub fn resume(&self) {
        if let Some(at) = self.run_time() {
            self.inner.events.say(RunEvent::Resumed { at });
        }
        processes::signal_all(GroupSignal::Continue);
    }

    /// Kills every worker that is a process, now: the last act of a program that ends.
    pub fn kill_children(&self) {
        processes::signal_all(GroupSignal::Kill);
    }

    /// The moment now, in the run that goes on; none between runs.
    pub fn run_time(&self) -> Option<RunTime> {
        self.inner.active().as_ref()?.clock.as_ref().map(RunClock::now)
    }

    /// Whether a comparison goes on.
    pub fn is_busy(&self) -> bool {
        self.inner.active().is_some()
    }
}

impl Inner {
    fn active(&self) -> MutexGuard<'_, Option<Active>> {
        self.active.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn costs(&self) -> Costs {
        *self.costs.get_or_init(|| calibrate(&self.options.clock))
    }

    fn compare(&self, plan: &Plan, cancel: &CancelToken) {
        self.events.say(RunEvent::Accepted { plan: plan.clone(), machine: self.machine.clone() });
        let costs = self.costs();
        let works: Vec<Work> = plan.workloads.iter().map(|load| load.resolve(&costs)).collect();
        self.events.say(RunEvent::Calibrated { costs, works: works.clone() });
        self.await_first_reading(cancel);
        for (number, planned) in plan.runs().enumerate() {
            if cancel.is_cancelled() {
                break;
            }
            self.run(plan, planned, RunId(number as u32), &works[planned.workload], cancel);
        }
    }

    /// Waits for the first reading of the cores, which tells how quiet the machine was before the run: it comes a quarter
    /// of a second after the engine was made, and is there long before anybody presses a key.
    fn await_first_reading(&self, cancel: &CancelToken) {
        let Some(probe) = &self.probe else {
            return;
        };
        for _ in 0..FIRST_READING.0 / LOOK.0 {
            if probe.latest().is_some() || cancel.wait(LOOK) {
                return;
            }
        }
    }

    /// Runs one run from its first to its last event.
    fn run(&self, plan: &Plan, planned: PlannedRun, id: RunId, work: &Work, cancel: &CancelToken) {
        let tasks = plan.workloads[planned.workload].tasks;
        let shape = planned.strategy.shape(plan.workers.shape(&self.machine));
        let slots = shape.slots();
        let chunk = plan.chunk.resolve(tasks, slots);
        let serial_estimate = work.serial_estimate(tasks, &self.costs());
        let cpus = probe::highest_cpu();
        let run_key = random_key();
        let (lanes, lanes_path) = self.lanes(planned.strategy, slots, cpus, run_key);
        let spec = RunSpec {
            strategy: planned.strategy,
            slots,
            threads: shape.threads,
            tasks,
            chunk,
            work: work.clone(),
            estimate: serial_estimate / tasks,
            timeout: plan.timeout,
            retries: plan.retries,
            on_error: plan.on_error,
            seed: plan.seed,
            cpus,
            fault: self.options.fault,
        };
        let mut collector = Collector::new(&lanes, slots, self.events.clone());
        let executor = executor_for(planned.strategy);
        self.watch(Some((self.events.clone(), Arc::clone(&lanes))));
        self.events.say(RunEvent::RunStarted(RunStart {
            run: id,
            workload: planned.workload,
            repeat: planned.repeat,
            strategy: planned.strategy,
            slots,
            shape,
            chunk,
            tasks,
            work: work.clone(),
            serial_estimate,
            shared_lanes: !planned.strategy.has_processes() || lanes_path.is_some(),
        }));

        // Elapsed begins here: calibration, check and lanes came before.
        let clock = RunClock::new(self.options.clock.clone(), self.options.clock.now());
        if let Some(active) = self.active().as_mut() {
            active.clock = Some(clock.clone());
        }
        let env = RunEnv {
            lanes: Arc::clone(&lanes),
            lanes_path,
            run_key,
            clock: clock.clone(),
            cancel: cancel.clone(),
            events: self.events.clone(),
            worker_program: self.options.worker_program.clone(),
        };
        collector.start(clock.clone());
        let books = executor.run(&spec, &env);
        let elapsed = clock.now().elapsed();

        let asked = self.active().as_mut().and_then(|active| {
            active.clock = None;
            active.asked
        });
        self.watch(None);
        let last = collector.finish(RunTime(elapsed.0));
        self.events.say(RunEvent::RunFinished(Box::new(RunEnd {
            elapsed,
            startup: last.first_start.map_or(elapsed, RunTime::elapsed).min(elapsed),
            // Of a run that was asked to end, all that came after is ending.
            shutdown: match asked.map_or(books.last_outcome, |asked| asked.max(books.last_outcome)) {
                RunTime::START => Nanos::ZERO,
                known => elapsed - known.elapsed(),
            },
            counts: books.counts,
            digest: books.digest,
            latency: last.latency,
            queue: last.queue,
            slots: last.slots,
            overhead_cpu: books.overhead_cpu,
            errors: books.errors,
            stopped: books.stopped,
        })));
    }

    fn watch(&self, run: Option<(EventSink, Arc<Lanes>)>) {
        if let Some(probe) = &self.probe {
            probe.watch(run);
        }
    }

    /// Lanes for a run: shared where workers are processes, if that can be had.
    fn lanes(&self, strategy: Strategy, slots: u32, cpus: u32, key: u64) -> (Arc<Lanes>, Option<String>) {
        #[cfg(unix)]
        if strategy.has_processes() {
            match Lanes::shared(slots, cpus, key) {
                Ok((lanes, path)) => return (lanes, Some(path)),
                Err(error) => {
                    let words = format!("lanes travel as frames, for poolscope failed to {error}");
                    self.events.say(RunEvent::Notice(words));
                }
            }
        }
        #[cfg(not(unix))]
        let _ = (strategy, key);
        (Lanes::heap(slots, cpus), None)
    }
}

fn start_probe(events: &EventSink) -> Option<Probe> {
    let probe = Probe::start(ProbeOptions::default(), Some(events.clone()));
    if let Err(error) = &probe {
        events.say(RunEvent::Notice(format!("the cores are not shown: failed to start a thread: {error}")));
    }
    probe.ok()
}

/// A number that nobody can guess: the standard library seeds its hashers from the system's randomness.
fn random_key() -> u64 {
    std::hash::RandomState::new().build_hasher().finish()
}
