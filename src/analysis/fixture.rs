//! Comparisons made by hand, for the tests of analysis and reports: a script for each run, played as events.

use crate::clock::RunTime;
use crate::event::{
    CoreLoad, CoreSample, Gauges, GilCounts, PartEnd, Percentiles, Phase, Record, RunEnd, RunEvent, RunStart,
    StopReason, TaskCounts, WorkerExit,
};
use crate::ids::{RunId, SlotId, TaskIndex};
use crate::plan::size::Compute;
use crate::plan::{
    Costs, GilRule, GilSetup, Machine, Plan, Runtime, Shape, Size, Strategy, TaskType, Work, WorkerCount,
    Workload,
};
use crate::state::Session;
use crate::units::{Nanos, Share};

pub(crate) fn ms(n: u64) -> Nanos {
    Nanos::from_millis(n)
}

/// A session in which scripts are played one after another.
pub(crate) struct Scene(pub(crate) Session);

/// One run. Times are of the run, or of each of its workers; what phases leave of elapsed is waiting.
#[derive(Clone)]
pub(crate) struct Script {
    pub(crate) strategy: Strategy,
    pub(crate) workload: usize,
    pub(crate) repeat: u32,
    pub(crate) slots: u32,
    pub(crate) chunk: u32,
    pub(crate) tasks: u64,
    pub(crate) work: Work,
    pub(crate) estimate: Nanos,
    pub(crate) elapsed: Nanos,
    pub(crate) startup: Nanos,
    pub(crate) shutdown: Nanos,
    pub(crate) computing: Nanos,
    pub(crate) preempted: Nanos,
    pub(crate) blocked: Nanos,
    pub(crate) sending: Nanos,
    pub(crate) receiving: Nanos,
    /// What no phase is told of, in milliseconds; below zero where phases are more than there is.
    pub(crate) unexplained_ms: i64,
    /// Failures; tasks that are in none of these are ok.
    pub(crate) counts: TaskCounts,
    pub(crate) digest: u64,
    pub(crate) median: Nanos,
    pub(crate) longest: Nanos,
    /// What nine of ten tasks take at most, if not the median.
    pub(crate) nine_of_ten: Option<Nanos>,
    pub(crate) errors: Vec<(TaskIndex, String)>,
    /// What is known of the parts of a mix.
    pub(crate) parts: Vec<PartEnd>,
    /// Where it runs.
    pub(crate) runtime: Runtime,
    /// What each worker had of its interpreter's lock, in the order of the slots; those without had nothing.
    pub(crate) gil: Vec<GilCounts>,
    /// How long each worker waited for it, and its waits one by one.
    pub(crate) gil_wait: (Nanos, Percentiles),
    pub(crate) stopped: Option<StopReason>,
    /// How the worker of the first slot ended, if it did not live to the end.
    pub(crate) death: Option<WorkerExit>,
    /// Attempts that lanes tell of beyond those of the books.
    pub(crate) stray_attempts: u64,
    /// Percent of the CPUs idle before the run.
    pub(crate) idle_percent: Option<u32>,
    /// Percent of the CPUs that others took while it ran.
    pub(crate) others_percent: u32,
    /// Percent of the CPUs taken by the hypervisor, and by a quota.
    pub(crate) taken_percent: (u32, u32),
    pub(crate) suspended: Nanos,
}

/// 16 tasks of 5 000 000 iterations and 210 ms each, as a plain loop.
pub(crate) fn serial() -> Script {
    Script {
        strategy: Strategy::Serial,
        workload: 0,
        repeat: 0,
        slots: 1,
        chunk: 1,
        tasks: 16,
        work: Work::Cpu { iterations: 5_000_000 },
        estimate: ms(3_360),
        elapsed: ms(3_363),
        startup: ms(1),
        shutdown: ms(1),
        computing: ms(3_360),
        preempted: ms(0),
        blocked: ms(0),
        sending: ms(0),
        receiving: ms(0),
        unexplained_ms: 0,
        counts: TaskCounts::default(),
        digest: 0x1234_5678_9abc_def0,
        median: ms(210),
        longest: ms(214),
        nine_of_ten: None,
        errors: Vec::new(),
        parts: Vec::new(),
        runtime: Runtime::Native,
        gil: Vec::new(),
        gil_wait: (ms(0), Percentiles::default()),
        stopped: None,
        death: None,
        stray_attempts: 0,
        idle_percent: Some(98),
        others_percent: 0,
        taken_percent: (0, 0),
        suspended: ms(0),
    }
}

/// The same on two threads, almost twice as fast.
pub(crate) fn threads() -> Script {
    Script {
        strategy: Strategy::Threads,
        slots: 2,
        elapsed: ms(1_716),
        computing: ms(1_680),
        preempted: ms(17),
        ..serial()
    }
}

/// The same in two processes.
pub(crate) fn processes() -> Script {
    let (startup, shutdown) = (ms(20), ms(7));
    Script { strategy: Strategy::Processes, elapsed: ms(1_740), startup, shutdown, ..threads() }
}

/// The same as the loop under an interpreter's lock, where there is nobody to wait for.
pub(crate) fn locked_serial() -> Script {
    let counts = GilCounts { switches: 1, held: ms(3_360), ..GilCounts::default() };
    Script { runtime: gil(), gil: vec![counts], ..serial() }
}

/// The same on two threads that have one lock between them.
pub(crate) fn locked_threads() -> Script {
    let counts =
        |held| GilCounts { switches: 306, requests: 331, forced: 280, false_wakes: 2, held: ms(held) };
    let wait = Percentiles { p50: ms(5), p90: ms(6), p99: ms(9), max: ms(21) };
    Script {
        runtime: gil(),
        elapsed: ms(3_404),
        preempted: ms(0),
        gil: vec![counts(1_702), counts(1_660)],
        gil_wait: (ms(1_700), wait),
        ..threads()
    }
}

fn gil() -> Runtime {
    Runtime::Gil(GilSetup { rule: GilRule::Interval(ms(5)), stretch: Nanos::ZERO })
}

/// The same tasks asleep: 10 of 200 ms.
pub(crate) fn asleep(script: Script) -> Script {
    let serial = script.strategy == Strategy::Serial;
    let (elapsed, blocked) = if serial { (2_003, 2_000) } else { (603, 500) };
    Script {
        tasks: 10,
        slots: if serial { 1 } else { 4 },
        work: Work::Sleep { wait: ms(200) },
        estimate: ms(2_000),
        elapsed: ms(elapsed) + script.startup + script.shutdown,
        blocked: ms(blocked),
        computing: ms(0),
        preempted: ms(0),
        median: ms(200),
        longest: ms(200),
        digest: 0xfeed,
        ..script
    }
}

impl Scene {
    /// A comparison of `cpu` tasks on a machine with so many CPUs.
    pub(crate) fn on(cpus: u32) -> Self {
        let machine = Machine::example(cpus);
        let cpu =
            Workload { task: TaskType::Cpu, size: Size::Compute(Compute::Iterations(5_000_000)), tasks: 16 };
        let plan = Plan { workloads: vec![cpu], workers: WorkerCount::Exactly(2), ..Plan::first(&machine) };
        let mut session = Session::default();
        session.apply(&RunEvent::Accepted { plan, machine });
        let costs = Some(Costs { cpu_ns: 42.0, sum_ns: 0.5, primes_ns: 8.0, native_ns: 0.5 });
        session.apply(&RunEvent::Calibrated { costs, works: vec![Work::Cpu { iterations: 5_000_000 }] });
        Self(session)
    }

    /// Adds the workload of 10 tasks that sleep 200 ms.
    pub(crate) fn with_sleep(mut self) -> Self {
        let sleep = Workload { task: TaskType::Sleep, size: Size::Wait(ms(200)), tasks: 10 };
        if let Some(plan) = &mut self.0.plan {
            plan.workloads.push(sleep);
        }
        self.0.works.push(Work::Sleep { wait: ms(200) });
        self
    }

    pub(crate) fn play(mut self, script: &Script) -> Self {
        let number = self.0.runs.len() as u32;
        script.events(number).iter().for_each(|event| self.0.apply(event));
        self
    }

    pub(crate) fn over(mut self) -> Session {
        self.0.apply(&RunEvent::Finished);
        self.0
    }
}

impl Script {
    fn events(&self, number: u32) -> Vec<RunEvent> {
        let mut events = Vec::new();
        if let Some(idle) = self.idle_percent {
            events.push(RunEvent::Cores(cores(100 - idle, 0, 0)));
        }
        events.push(RunEvent::RunStarted(self.start(number)));
        let at = RunTime::START;
        for slot in 0..self.slots {
            let (slot, pid) = (SlotId(slot as u16), 100 + slot);
            events.push(RunEvent::WorkerSpawned { slot, pid, at });
        }
        if let Some(exit) = self.death.clone() {
            let slot = SlotId(0);
            events.push(RunEvent::WorkerExited { slot, pid: 100, at, exit, returned: 1 });
            events.push(RunEvent::WorkerSpawned { slot, pid: 200, at });
        }
        let record = Record::Task {
            task: TaskIndex(5),
            outcome: crate::event::Outcome::Ok,
            attempt: 0,
            start: at,
            end: at.after(self.longest),
            cpu: ms(0),
            on: None,
        };
        events.push(RunEvent::Lane { slot: SlotId(0), record });
        let (steal, throttled) = self.taken_percent;
        events.push(RunEvent::Cores(cores(self.others_percent, steal, throttled)));
        if self.suspended > Nanos::ZERO {
            events.push(RunEvent::Suspended { at });
            events.push(RunEvent::Resumed { at: at.after(self.suspended) });
        }
        events.push(RunEvent::RunFinished(Box::new(self.end())));
        events
    }

    fn start(&self, number: u32) -> RunStart {
        RunStart {
            pid: 4_000,
            parent: Some(3_000),
            run: RunId(number),
            workload: self.workload,
            repeat: self.repeat,
            runtime: self.runtime,
            strategy: self.strategy,
            slots: self.slots,
            shape: self.strategy.shape(Shape::of(self.slots)),
            chunk: self.chunk,
            tasks: self.tasks,
            work: self.work.clone(),
            serial_estimate: self.estimate,
            shared_lanes: true,
        }
    }

    fn counts(&self) -> TaskCounts {
        let failed = self.counts.accounted();
        TaskCounts { total: self.tasks, ok: self.tasks - failed, ..self.counts }
    }

    fn end(&self) -> RunEnd {
        let counts = self.counts();
        let slots = u64::from(self.slots);
        let gauges = |slot: u64| {
            let mut levels = Gauges {
                // Tasks go round; the first slot has the rest, and whatever failed.
                done: counts.ok / slots + if slot == 0 { counts.ok % slots + self.stray_attempts } else { 0 },
                failed: if slot == 0 { counts.error + counts.timed_out } else { 0 },
                computing_cpu: self.computing,
                cpu_time: self.computing + ms(1),
                ..Gauges::default()
            };
            levels.totals.add(Phase::Starting, self.startup);
            levels.totals.add(Phase::Computing, self.computing + self.preempted);
            levels.totals.add(Phase::Blocked, self.blocked);
            levels.totals.add(Phase::GilWait, self.gil_wait.0);
            levels.gil = self.gil.get(slot as usize).copied().unwrap_or_default();
            levels.totals.add(Phase::Sending, self.sending);
            levels.totals.add(Phase::Receiving, self.receiving);
            levels.totals.add(Phase::Stopping, self.shutdown);
            let wall = (self.elapsed + self.suspended).0 as i64 - self.unexplained_ms * 1_000_000;
            levels.totals.add(Phase::Waiting, Nanos(wall as u64) - levels.totals.sum());
            levels
        };
        RunEnd {
            elapsed: self.elapsed + self.suspended,
            startup: self.startup,
            shutdown: self.shutdown,
            counts,
            digest: counts.all_ok().then_some(self.digest),
            latency: Percentiles {
                p50: self.median,
                p90: self.nine_of_ten.unwrap_or(self.median),
                p99: self.longest,
                max: self.longest,
            },
            parts: self.parts.clone(),
            gil_wait: self.gil_wait.1,
            gil_waits: self.gil.iter().map(|_| self.gil_wait.1).collect(),
            queue: Percentiles::default(),
            slots: (0..slots).map(gauges).collect(),
            overhead_cpu: ms(2),
            errors: self.errors.clone(),
            pages: Vec::new(),
            stopped: self.stopped.clone(),
        }
    }
}

/// Two cores, with so many percent busy with others, stolen and held back.
fn cores(busy: u32, steal: u32, throttled: u32) -> CoreSample {
    let share = |percent: u32| Share::of(f64::from(percent), 100.0);
    let core = CoreLoad { busy: share(busy), steal: share(steal), allowed: true, ..CoreLoad::default() };
    CoreSample { period: ms(500), cores: vec![core; 2], throttled: share(throttled), ..CoreSample::default() }
}
