//! What has to be measured: the clock, the kernels, the start of a worker, and what a simulated run would have to cost.

use std::path::PathBuf;

use crate::cli::doctor::Kernel;
use crate::clock::{self, Clock};
use crate::cost::{Rig, simulator};
use crate::engine::{Engine, StartError};
use crate::event::{EventFeed, StopReason};
use crate::plan::size::Compute;
use crate::plan::{Costs, Plan, Size, Strategy, TaskType, WorkerCount, Workload};
use crate::state::Session;
use crate::units::Nanos;

/// Readings of the clock in one go, and how often that is repeated.
const READINGS: (u32, u32) = (2_000, 5);
/// Workers that are started of each kind; the median counts.
const STARTS: u32 = 9;

/// What was measured.
#[derive(Debug)]
pub(super) struct Measured {
    /// One reading of the clock, in nanoseconds.
    pub(super) clock_ns: f64,
    /// One reading of a thread's CPU time, in nanoseconds.
    pub(super) thread_clock_ns: f64,
    /// One iteration of each kernel.
    pub(super) costs: Costs,
    /// Starting workers.
    pub(super) starts: Starts,
    /// What the simulator would have to take everything to cost.
    pub(super) simulator: simulator::Measured,
}

/// From asking for a single worker to its first task.
#[derive(Debug)]
pub(super) struct Starts {
    /// A thread; none where none could be started.
    pub(super) thread: Option<Nanos>,
    /// A process, or why none could be started.
    pub(super) process: Result<Nanos, String>,
    /// Whether lanes of processes are in shared memory.
    pub(super) shared_lanes: bool,
}

impl Measured {
    /// Measures all of it.
    ///
    /// # Errors
    /// Where no run can be started at all.
    pub(super) fn on(engine: &Engine, feed: &EventFeed, program: PathBuf) -> Result<Self, StartError> {
        let clock = Clock::monotonic();
        let clock_ns = reading_ns(&clock, || clock.now().0);
        let thread_clock_ns = reading_ns(&clock, || clock::thread_cpu().0);
        let starts = Starts::measure(engine, feed)?;
        let simulator = simulator::parameters(&Rig::new(program), simulator::Effort::Quick);
        Ok(Self { clock_ns, thread_clock_ns, costs: engine.costs(), starts, simulator })
    }

    /// The kernels, with what 100 ms of each mean.
    pub(super) fn kernels(&self) -> Vec<Kernel> {
        let kernel = |(task, iteration_ns)| {
            let size = Size::Compute(Compute::Time(Nanos::from_millis(100)));
            let load = Workload { task, size, tasks: 1 };
            Kernel {
                task: task.name(),
                iteration_ns,
                iterations_of_100ms: load.resolve(&self.costs).iterations(),
            }
        };
        let Costs { cpu_ns, sum_ns, primes_ns, native_ns } = self.costs;
        let kernels = [
            (TaskType::Cpu, cpu_ns),
            (TaskType::Sum, sum_ns),
            (TaskType::Primes, primes_ns),
            (TaskType::Native, native_ns),
        ];
        kernels.map(kernel).into()
    }
}

/// The quickest of a few goes, for whatever disturbs makes slower.
fn reading_ns(clock: &Clock, read: impl Fn() -> u64) -> f64 {
    let (readings, goes) = READINGS;
    let go = |_| {
        let before = clock.now();
        for _ in 1..readings {
            std::hint::black_box(read());
        }
        clock.now().since(before).0 as f64 / f64::from(readings)
    };
    (0..goes).map(go).fold(f64::INFINITY, f64::min)
}

impl Starts {
    /// Runs one small task on one worker, a few times each way.
    fn measure(engine: &Engine, feed: &EventFeed) -> Result<Self, StartError> {
        let plan = Plan {
            workloads: vec![Workload {
                task: TaskType::Sum,
                size: Size::Compute(Compute::Iterations(1)),
                tasks: 1,
            }],
            strategies: vec![Strategy::Threads, Strategy::Processes],
            workers: WorkerCount::Exactly(1),
            repeats: STARTS,
            ..Plan::first(engine.machine())
        };
        engine.start(plan)?;
        let mut session = Session::default();
        for event in feed.iter().flatten() {
            session.apply(&event);
            if session.over {
                break;
            }
        }
        let process = median(&session, Strategy::Processes).ok_or_else(|| {
            let stopped = session.runs.iter().find_map(|run| run.end.as_ref()?.stopped.clone());
            stopped.map_or_else(|| "no task came to its end".to_owned(), |why: StopReason| why.to_string())
        });
        let shared_lanes = session.runs.iter().all(|run| run.start.shared_lanes);
        Ok(Self { thread: median(&session, Strategy::Threads), process, shared_lanes })
    }
}

/// The median start of the runs that came to their end.
fn median(session: &Session, strategy: Strategy) -> Option<Nanos> {
    let ends =
        session.runs.iter().filter(|run| run.start.strategy == strategy).filter_map(|run| run.end.as_ref());
    let mut starts: Vec<Nanos> = ends.filter(|end| end.counts.all_ok()).map(|end| end.startup).collect();
    starts.sort_unstable();
    starts.get(starts.len() / 2).copied()
}
