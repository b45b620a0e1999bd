//! The engine: runs a plan and tells of it.
//!
//! An [`Engine`] takes a checked plan, runs its runs one after another (or those of a workload at once) on threads of its own, and says everything that
//! happens as events into one feed. It owns what a run needs besides an executor: calibration, lanes, the collector that
//! drains them, and the probe. It keeps no state of the run (see [`crate::state`]), draws nothing and prints nothing.

mod collector;
mod pace;
mod predict;
mod runs;
mod simulated;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

pub use pace::{Pace, UnknownPace};
pub use predict::{PredictError, predict};

use crate::clock::{Clock, RunClock, RunTime};
use crate::engine::runs::Ground;
use crate::event::{EventFeed, EventSink, RunEvent};
use crate::exec::gil::Interval;
use crate::exec::lane::Lanes;
use crate::exec::processes::{self, GroupSignal};
use crate::exec::{CancelToken, Fault, commands};
use crate::ids::RunId;
use crate::plan::{Costs, GilRule, Machine, Plan, PlannedRun, Problem, Urls, Work};
use crate::probe::{self, Probe, ProbeOptions};
use crate::task::calibrate::calibrate;
use crate::task::http::loopback::Loopback;
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
    pace: Mutex<Pace>,
}

/// The comparison that goes on.
#[derive(Debug)]
struct Active {
    cancel: CancelToken,
    /// The clock of its current runs.
    clock: Option<RunClock>,
    /// The runs that go on.
    runs: Vec<RunId>,
    /// When, in its current runs, it was asked to end.
    asked: Option<RunTime>,
    /// When holders of interpreters' locks let go in its current runs, where they have such locks.
    interval: Option<Interval>,
    /// Whether its current run is simulated.
    simulated: bool,
    /// Since when, in its current runs, it is stopped.
    suspended: Option<RunTime>,
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
            pace: Mutex::default(),
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

    /// Sets how fast the time of simulated runs passes, of one that goes on too; at first they are worked out at once.
    pub fn set_pace(&self, pace: Pace) {
        *self.inner.pace.lock().unwrap_or_else(PoisonError::into_inner) = pace;
    }

    /// Takes what an iteration costs from an earlier calibration, so that sizes given as times become the same iterations
    /// again. Without effect once it is known.
    pub fn take_costs(&self, costs: Costs) {
        // Whoever calibrated first is right for all of this engine's runs.
        let _ = self.inner.costs.set(costs);
    }

    /// Starts a comparison, and returns at once.
    ///
    /// # Errors
    /// Where something is wrong with the plan, or a comparison goes on already.
    pub fn start(&self, plan: Plan) -> Result<(), StartError> {
        plan.check(&self.inner.machine).map_err(StartError::Plan)?;
        if plan.writes_files() {
            let room = plan.check_storage(&self.inner.machine, probe::storage());
            room.map_err(|problem| StartError::Plan(vec![problem]))?;
        }
        let cancel = CancelToken::default();
        {
            let mut active = self.inner.active();
            if active.is_some() {
                return Err(StartError::Busy);
            }
            *active = Some(Active {
                cancel: cancel.clone(),
                clock: None,
                runs: Vec::new(),
                asked: None,
                interval: None,
                simulated: false,
                suspended: None,
            });
        }
        let inner = Arc::clone(&self.inner);
        let thread = std::thread::Builder::new().name("ps-engine".to_owned());
        let spawned = thread.spawn(move || {
            // It calibrates, and that must not look as if the machine was busy before the first run.
            probe::own::register_current_thread();
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

    /// Changes when holders of the interpreters' lock let go, in the runs that go on; nothing where they have no such lock,
    /// or one whose rule is of another kind.
    pub fn set_gil_rule(&self, rule: GilRule) {
        let interval = self.inner.active().as_ref().and_then(|active| active.interval.clone());
        let changed = match interval {
            Some(interval) => interval.set(rule),
            None => false,
        };
        if changed {
            self.tell_each(|at| RunEvent::Interval { at, rule });
        }
    }

    /// When holders of the interpreters' lock let go now, in the runs that go on; none where they have no such lock.
    pub fn gil_rule(&self) -> Option<GilRule> {
        self.inner.active().as_ref()?.interval.as_ref().map(Interval::rule)
    }

    /// Stops the workers that are processes, and commands, for poolscope itself is about to be stopped.
    pub fn suspend(&self) {
        commands::stop_all();
        processes::signal_all(GroupSignal::Stop);
        self.tell_real(|at| RunEvent::Suspended { at });
        let now = self.run_time();
        if let Some(active) = self.inner.active().as_mut().filter(|active| !active.simulated) {
            active.suspended = now;
        }
    }

    /// Lets them go on.
    pub fn resume(&self) {
        self.tell_real(|at| RunEvent::Resumed { at });
        processes::signal_all(GroupSignal::Continue);
        commands::continue_all();
        let since = self.inner.active().as_mut().and_then(|active| active.suspended.take());
        if let Some(since) = since {
            // The workers' clocks went on: elapsed and the ledger leave the stop out, which latencies cannot.
            let words = |at: RunTime| {
                format!(
                    "the run was stopped for {}; latencies of tasks that ran meanwhile include it",
                    at.since(since)
                )
            };
            self.tell_each(|at| RunEvent::Notice(words(at)));
        }
    }

    /// Kills every worker that is a process, now: the last act of a program that ends.
    pub fn kill_children(&self) {
        processes::signal_all(GroupSignal::Kill);
    }

    /// Says something of each run that goes on, unless it is simulated: a stop of poolscope is none of virtual time.
    fn tell_real(&self, event: impl Fn(RunTime) -> RunEvent) {
        let simulated = self.inner.active().as_ref().is_some_and(|active| active.simulated);
        if !simulated {
            self.tell_each(event);
        }
    }

    /// Says something of each run that goes on, at this moment.
    fn tell_each(&self, event: impl Fn(RunTime) -> RunEvent) {
        let going = self
            .inner
            .active()
            .as_ref()
            .and_then(|active| Some((active.clock.clone()?, active.runs.clone())));
        if let Some((clock, runs)) = going {
            let at = clock.now();
            for run in runs {
                self.inner.events.of(run).say(event(at));
            }
        }
    }

    /// The moment now, in the run that goes on; of several at once all have the same. None between runs.
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

    fn pace(&self) -> Pace {
        *self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn compare(&self, plan: &Plan, cancel: &CancelToken) {
        let machine = plan.machine(&self.machine).into_owned();
        self.events.say(RunEvent::Accepted { plan: plan.clone(), machine: machine.clone() });
        let known = plan.costs(|| self.costs()).or_else(|| self.costs.get().copied());
        let costs = known.unwrap_or_default();
        let works: Vec<Work> = plan.workloads.iter().map(|load| load.resolve(&costs)).collect();
        self.events.say(RunEvent::Calibrated { costs: known, works: works.clone() });
        let mut ground = Ground::new(machine, costs);
        let runs: Vec<(RunId, PlannedRun)> = (0..).map(RunId).zip(plan.runs()).collect();
        if let Some(setup) = plan.runtime.simulated() {
            self.hush(true);
            for run in runs.iter().take_while(|_| !cancel.is_cancelled()) {
                self.simulate(plan, setup, run, &works, &ground, cancel);
            }
            self.hush(false);
            return;
        }
        // Sleep, pages and users' commands begin at once, as with any other tool that runs them.
        if plan.computes() {
            self.await_first_reading(cancel);
        }
        if plan.writes_files() {
            self.say_where_files_lie();
        }
        // For as long as anything runs.
        let server = self.own_pages(&works);
        ground.port = server.as_ref().map(Loopback::port);
        for at_once in runs.chunks(plan.at_once()) {
            if cancel.is_cancelled() {
                break;
            }
            self.run(plan, at_once, &works, &ground, cancel);
        }
    }

    /// Starts the server that `http` tasks without URLs ask, where there are some.
    fn own_pages(&self, works: &[Work]) -> Option<Loopback> {
        if !works.iter().any(|work| work.urls().is_some_and(Urls::are_loopback)) {
            return None;
        }
        let server = Loopback::start();
        if let Err(error) = &server {
            let words =
                format!("poolscope's own pages cannot be had: its web server failed to start: {error}");
            self.events.say(RunEvent::Notice(words));
        }
        server.ok()
    }

    /// Says so where files are written into memory: what that takes says nothing of a disk.
    fn say_where_files_lie(&self) {
        if let Some(storage) = probe::storage().ok().flatten().filter(|storage| storage.in_memory) {
            let folder = storage.folder.display();
            let words = format!(
                "files are written to {folder}, which is in memory (tmpfs): to bring them to the disk costs nothing there; \
                 TMPDIR names another folder"
            );
            self.events.say(RunEvent::Notice(words));
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

    /// Whether nothing is said of the real cores: those of a simulated machine are.
    fn hush(&self, hushed: bool) {
        if let Some(probe) = &self.probe {
            probe.hush(hushed);
        }
    }

    fn watch(&self, run: Option<(EventSink, Vec<Arc<Lanes>>)>) {
        if let Some(probe) = &self.probe {
            probe.watch(run);
        }
    }
}

fn start_probe(events: &EventSink) -> Option<Probe> {
    let probe = Probe::start(ProbeOptions::default(), Some(events.clone()));
    if let Err(error) = &probe {
        events.say(RunEvent::Notice(format!("the cores are not shown: failed to start a thread: {error}")));
    }
    probe.ok()
}
