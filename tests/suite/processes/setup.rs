//! A small language for runs of worker processes: set up, start, wait for what is wanted, end.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

use poolscope::clock::{Clock, RunClock};
use poolscope::event::{EventFeed, EventSink, RunEvent, WorkerExit};
use poolscope::exec::lane::{LaneReader, Lanes};
use poolscope::exec::{Books, CancelToken, Fault, RunEnv, RunSpec, executor_for};
use poolscope::ids::SlotId;
use poolscope::plan::{OnError, Strategy, Work};
use poolscope::units::{Bytes, Nanos};

/// So long is waited for what must come at some time.
pub(super) const PATIENCE: Nanos = Nanos::from_secs(60);

/// A run to be.
pub(super) struct Setup {
    pub(super) spec: RunSpec,
    pub(super) program: PathBuf,
    pub(super) shared: bool,
}

/// A run on a thread of its own.
pub(super) struct Running {
    pub(super) thread: JoinHandle<Books>,
    pub(super) feed: EventFeed,
    pub(super) seen: Vec<RunEvent>,
    pub(super) lanes: std::sync::Arc<Lanes>,
    pub(super) cancel: CancelToken,
    pub(super) clock: Clock,
}

pub(super) fn processes(workers: u32, tasks: u64, work: Work) -> Setup {
    let spec = RunSpec {
        runtime: poolscope::plan::Runtime::Native,
        strategy: Strategy::Processes,
        slots: workers,
        threads: 1,
        tasks,
        chunk: 1,
        work,
        estimate: Nanos::from_micros(10),
        timeout: None,
        retries: 0,
        on_error: OnError::Continue,
        seed: 1,
        cpus: 64,
        fault: None,
        port: None,
    };
    Setup { spec, program: env!("CARGO_BIN_EXE_poolscope").into(), shared: cfg!(target_os = "linux") }
}

pub(super) fn sum() -> Work {
    Work::Sum { iterations: 100 }
}

/// Tasks of every type, each as short as can be, and not in equal numbers.
pub(super) fn mix() -> Work {
    let parts = vec![
        (Work::Cpu { iterations: 50 }, 3),
        (Work::Primes { numbers: vec![101, 1_003, 1_009] }, 2),
        (Work::Native { buffer: Bytes(3_000), bytes: 10_000 }, 1),
        (Work::Sleep { wait: Nanos::ZERO }, 4),
        (Work::Mixed { iterations: 9, wait: Nanos::ZERO }, 1),
        (Work::Sum { iterations: 100 }, 2),
    ];
    Work::Mix { parts }
}

pub(super) fn sleep(millis: u64) -> Work {
    Work::Sleep { wait: Nanos::from_millis(millis) }
}

impl Setup {
    pub(super) fn with(mut self, change: impl FnOnce(&mut RunSpec)) -> Self {
        change(&mut self.spec);
        self
    }

    pub(super) fn fault(self, text: &str) -> Self {
        // The only public way to a fault is the environment, which is no place for tests that run side by side.
        let (kind, task) = text.split_once(':').unwrap();
        let json = format!(r#"{{"kind":"{kind}","task":{task}}}"#);
        let fault: Fault = serde_json::from_str(&json).unwrap();
        self.with(|spec| spec.fault = Some(fault))
    }

    pub(super) fn program(mut self, program: impl Into<PathBuf>) -> Self {
        self.program = program.into();
        self
    }

    pub(super) fn start(self) -> Running {
        let Self { spec, program, shared } = self;
        let clock = Clock::monotonic();
        let run_key = 0x5eed_0000 + clock.now().0;
        let (lanes, lanes_path) = if shared {
            let (lanes, path) =
                Lanes::shared(spec.slots, spec.cpus, spec.work.parts().len(), run_key).unwrap();
            (lanes, Some(path))
        } else {
            (Lanes::private(spec.slots, spec.cpus, spec.work.parts().len()), None)
        };
        let (events, feed) = EventSink::channel();
        let cancel = CancelToken::default();
        let env = RunEnv {
            lanes: lanes.clone(),
            lanes_path,
            run_key,
            clock: RunClock::new(clock.clone(), clock.now()),
            cancel: cancel.clone(),
            interval: None,
            events,
            worker_program: program,
        };
        let thread = std::thread::spawn(move || executor_for(spec.strategy).run(&spec, &env));
        Running { thread, feed, seen: Vec::new(), lanes, cancel, clock }
    }

    pub(super) fn run(self) -> (Books, Vec<RunEvent>) {
        self.start().end()
    }
}

impl Running {
    /// Waits until the events seen so far satisfy `wanted`.
    pub(super) fn wait_for<T>(&mut self, what: &str, wanted: impl Fn(&[RunEvent]) -> Option<T>) -> T {
        let deadline = self.clock.now().after(PATIENCE);
        loop {
            if let Some(found) = wanted(&self.seen) {
                return found;
            }
            assert!(self.clock.now() < deadline, "waited in vain for {what}: {:?}", self.seen);
            if let Ok(events) = self.feed.recv_timeout(Duration::from_millis(50)) {
                self.seen.extend(events);
            }
        }
    }

    /// Waits until the worker in a slot is inside a task; returns its process.
    pub(super) fn wait_for_task(&mut self, slot: u16) -> u32 {
        let reader = LaneReader::new(&self.lanes, SlotId(slot));
        let deadline = self.clock.now().after(PATIENCE);
        loop {
            let gauges = reader.gauges();
            if gauges.task.is_some() {
                return gauges.pid;
            }
            assert!(self.clock.now() < deadline, "no task ran");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    pub(super) fn end(mut self) -> (Books, Vec<RunEvent>) {
        let deadline = self.clock.now().after(PATIENCE);
        while !self.thread.is_finished() {
            assert!(self.clock.now() < deadline, "the run hangs: {:?}", self.seen);
            std::thread::sleep(Duration::from_millis(1));
        }
        let books = self.thread.join().unwrap();
        self.seen.extend(self.feed.into_iter().flatten());
        for pid in spawned(&self.seen) {
            assert!(pid == std::process::id() || !exists(pid), "worker {pid} is still there");
        }
        assert_eq!(books.counts.accounted(), books.counts.total);
        (books, self.seen)
    }
}

pub(super) fn spawned(events: &[RunEvent]) -> Vec<u32> {
    let pid =
        |event: &RunEvent| if let RunEvent::WorkerSpawned { pid, .. } = event { Some(*pid) } else { None };
    events.iter().filter_map(pid).collect()
}

pub(super) fn exits(events: &[RunEvent]) -> Vec<&WorkerExit> {
    let exits = events.iter().filter_map(|event| match event {
        RunEvent::WorkerExited { exit, .. } => Some(exit),
        _ => None,
    });
    exits.collect()
}

/// Whether every worker that was started ended by itself, with nothing left to do.
pub(super) fn all_finished(events: &[RunEvent]) -> bool {
    exits(events).iter().all(|exit| **exit == WorkerExit::Finished)
}

pub(super) fn exists(pid: u32) -> bool {
    signal("-0", pid)
}

pub(super) fn signal(which: &str, pid: u32) -> bool {
    let kill = Command::new("kill").args([which, &pid.to_string()]).stderr(Stdio::null()).status();
    kill.unwrap().success()
}
