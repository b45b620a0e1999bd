//! How workers come: asked for one after another, as the real executors do.

use super::timers::What;
use super::worker::{Stage, Worker};
use super::{Simulation, slot};
use crate::clock::RunTime;
use crate::event::{Phase, RunEvent};
use crate::exec::RunSpec;
use crate::exec::lane::LaneWriter;
use crate::plan::Strategy;

/// The process that poolscope itself is said to be on a simulated machine: threads live in it, and worker processes are
/// numbered from the next.
pub const OWN_PID: u32 = 1_000;

/// The number of processes that have workers.
pub(super) fn processes(spec: &RunSpec) -> u32 {
    if spec.strategy.has_processes() { spec.slots.div_ceil(spec.threads.max(1)).max(1) } else { 1 }
}

impl Simulation {
    /// Whether workers are in processes of their own.
    pub(super) const fn in_processes(&self) -> bool {
        self.spec.strategy.has_processes()
    }

    /// The slots of a process.
    pub(super) fn crew(&self, process: usize) -> std::ops::Range<usize> {
        if !self.in_processes() {
            return 0..self.workers.len();
        }
        let threads = self.spec.threads.max(1) as usize;
        process * threads..((process + 1) * threads).min(self.workers.len())
    }

    /// The process of a worker, as the system would number it.
    pub(super) fn pid(&self, worker: usize) -> u32 {
        if self.in_processes() {
            OWN_PID + 1 + (worker / self.spec.threads.max(1) as usize) as u32
        } else {
            OWN_PID
        }
    }

    /// Enters when each process is asked for; all threads are at once.
    pub(super) fn ask_for_workers(&mut self) {
        for process in 0..processes(&self.spec) {
            let at = RunTime::START.after(self.setup.parameters.process_start * u64::from(process));
            self.timers.enter(at, What::Spawn { process });
        }
    }

    /// A process is asked for, or all threads are.
    pub(super) fn spawn(&mut self, process: usize) {
        // Nobody wants a process any more when the run has ended.
        if self.ended {
            return;
        }
        let crew = self.crew(process);
        self.asked += crew.len();
        let parameters = &self.setup.parameters;
        let (mut ready, each) = match self.spec.strategy {
            Strategy::Serial => (self.now, crate::units::Nanos::ZERO),
            Strategy::Threads => (self.now.after(parameters.thread_start), parameters.thread_start),
            Strategy::Processes | Strategy::Hybrid => {
                (self.now.after(parameters.process_start), parameters.thread_start)
            }
        };
        let mut spawned = Vec::with_capacity(crew.len());
        for worker in crew {
            self.lanes.spawned(slot(worker), self.now);
            spawned.push(RunEvent::WorkerSpawned { slot: slot(worker), pid: self.pid(worker), at: self.now });
            self.timers.enter(ready, What::Ready { worker: worker as u32 });
            ready = ready.after(each);
        }
        self.events.say_all(spawned);
    }

    /// A worker is ready for its first task.
    pub(super) fn ready(&mut self, worker: usize) {
        let lane = LaneWriter::attach_told(&self.lanes, slot(worker), self.clock.clone(), self.pid(worker));
        self.workers[worker] = Worker { lane: Some(lane), stage: Stage::Take, ..Worker::default() };
        self.workers[worker].enter(Phase::Waiting);
        self.came += 1;
        self.make_ready(worker);
    }
}
