//! Workers on threads of their own below one emulated lock, without a pool: what the scripts do beside one another.

use std::sync::{Arc, Barrier};

use poolscope::clock::{Clock, RunClock, RunTime};
use poolscope::exec::CancelToken;
use poolscope::exec::attempt::{Ended, Job};
use poolscope::exec::gil::{Gil, GilSeat, Interval};
use poolscope::exec::lane::{LaneWriter, Lanes};
use poolscope::ids::{SlotId, TaskIndex};
use poolscope::plan::{Runtime, Work};
use poolscope::task::Scratch;
use poolscope::units::Nanos;

/// Workers that share an interpreter.
pub(crate) struct Interpreter {
    gil: Option<Arc<Gil>>,
    lanes: Arc<Lanes>,
    clock: RunClock,
    cancel: CancelToken,
}

/// One of them, on its thread.
pub(crate) struct Worker<'a> {
    of: &'a Interpreter,
    seat: Option<GilSeat>,
    lane: LaneWriter,
}

impl Interpreter {
    pub(crate) fn new(runtime: Runtime, workers: u32) -> Self {
        let clock = Clock::monotonic();
        let clock = RunClock::new(clock.clone(), clock.now());
        let gil = runtime.gil().map(|setup| Arc::new(Gil::new(Interval::new(setup.rule))));
        Self { gil, lanes: Lanes::private(workers, 64, 0), clock, cancel: CancelToken::default() }
    }

    pub(crate) fn now(&self) -> RunTime {
        self.clock.now()
    }

    /// Has everyone's task end.
    pub(crate) fn stop(&self) {
        self.cancel.cancel();
    }

    /// The worker with this number, on its own thread.
    pub(crate) fn worker(&self, number: u32) -> Worker<'_> {
        let slot = SlotId(number as u16);
        let lane = LaneWriter::attach(&self.lanes, slot, self.clock.clone(), std::process::id());
        let seat = self.gil.as_ref().map(|gil| GilSeat::new(Arc::clone(gil), number.into(), Nanos::ZERO));
        Worker { of: self, seat, lane }
    }
}

impl Worker<'_> {
    /// Does a piece of work, under the lock where it needs that, which it keeps. False if it was stopped.
    pub(crate) fn perform(&mut self, work: &Work) -> bool {
        let job = Job::new(work.clone(), None, None, Default::default);
        let (none, cancel) = (Scratch::default(), &self.of.cancel);
        let (ended, _) = job.run(TaskIndex(0), 0, &mut self.lane, &none, cancel, self.seat.as_mut());
        matches!(ended, Ended::Ok(_))
    }

    /// Gives the lock up for good.
    pub(crate) fn rest(mut self) {
        if let Some(seat) = &mut self.seat {
            seat.give(&mut self.lane);
        }
        self.lane.rest();
    }
}

/// How late, in nanoseconds, a worker is back from each sleep of `wait`, beside so many that compute, over some time.
pub(crate) fn late(runtime: Runtime, computing: u32, wait: Nanos, time: Nanos) -> Vec<f64> {
    let interpreter = Interpreter::new(runtime, computing + 1);
    std::thread::scope(|scope| {
        for number in 1..=computing {
            let interpreter = &interpreter;
            scope.spawn(move || {
                let mut worker = interpreter.worker(number);
                while worker.perform(&Work::Cpu { iterations: 1 << 40 }) {}
                worker.rest();
            });
        }
        let mut sleeper = interpreter.worker(0);
        let mut late = Vec::new();
        let mut before = interpreter.now();
        let end = before.after(time);
        while before < end && sleeper.perform(&Work::Sleep { wait }) {
            let after = interpreter.now();
            late.push(after.since(before).saturating_sub(wait).0 as f64);
            before = after;
        }
        interpreter.stop();
        sleeper.rest();
        late
    })
}

/// Seconds and voluntary switches of context that so many iterations take, split over threads; no switches where the system
/// does not count them.
pub(crate) fn split(runtime: Runtime, threads: u32, iterations: u64) -> (f64, f64) {
    let interpreter = Interpreter::new(runtime, threads);
    let work = Work::Cpu { iterations: iterations / u64::from(threads) };
    let begin = Barrier::new(threads as usize + 1);
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads)
            .map(|number| {
                let (interpreter, work, begin) = (&interpreter, &work, &begin);
                scope.spawn(move || {
                    let mut worker = interpreter.worker(number);
                    begin.wait();
                    let before = switches();
                    worker.perform(work);
                    worker.rest();
                    switches() - before
                })
            })
            .collect();
        begin.wait();
        let start = interpreter.now();
        // A thread that panicked would be a fault of ours, and has been reported by the hook.
        let switched: u64 = handles.into_iter().filter_map(|handle| handle.join().ok()).sum();
        (interpreter.now().since(start).as_secs_f64(), switched as f64)
    })
}

/// Voluntary switches of context of the calling thread so far.
fn switches() -> u64 {
    let status = std::fs::read_to_string("/proc/thread-self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
    line.and_then(|count| count.trim().parse().ok()).unwrap_or(0)
}
