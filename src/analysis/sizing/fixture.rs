//! Sweeps made by hand, for the tests of sizing and of reports.

use super::{Measurements, Point, Sample};
use crate::analysis::bounds::Waves;
use crate::chance::Chance;
use crate::plan::{GilSetup, Machine, Plan, Runtime, Shape, Strategy, TaskType};
use crate::state::Ledger;
use crate::units::{Nanos, Share};

/// A pool that keeps to the laws: so many tasks of equal length on so many CPUs.
#[derive(Clone)]
pub(crate) struct Pool {
    pub(crate) task: TaskType,
    pub(crate) tasks: u64,
    pub(crate) compute: f64,
    pub(crate) wait: f64,
    pub(crate) cpus: u32,
    pub(crate) gil: bool,
    pub(crate) chunk: Option<u32>,
    pub(crate) repeats: usize,
    /// Relative noise.
    pub(crate) noise: f64,
    /// Seconds that starting a worker takes, one after another.
    pub(crate) start: f64,
    /// Seconds that handing a chunk over takes its worker.
    pub(crate) hand_over: f64,
    /// What a task's computing is multiplied with, by the number of workers.
    pub(crate) slower: fn(u32) -> f64,
    /// The same for its waiting.
    pub(crate) longer: fn(u32) -> f64,
    pub(crate) seed: u64,
}

pub(crate) fn pool(compute_ms: f64, wait_ms: f64) -> Pool {
    Pool {
        task: if compute_ms == 0.0 { TaskType::Sleep } else { TaskType::Mixed },
        tasks: 400,
        compute: compute_ms / 1e3,
        wait: wait_ms / 1e3,
        cpus: 2,
        gil: false,
        chunk: Some(1),
        repeats: 5,
        noise: 0.005,
        start: 0.000_1,
        hand_over: 0.0,
        slower: |_| 1.0,
        longer: |_| 1.0,
        seed: 1,
    }
}

pub(crate) fn secs(seconds: f64) -> Nanos {
    Nanos::from_secs_f64(seconds)
}

impl Pool {
    pub(crate) fn sample(&self, workers: u32, chance: &mut Chance) -> Sample {
        let chunk = self.chunk.unwrap_or_else(|| self.tasks.div_ceil(4 * u64::from(workers)) as u32);
        let (compute, wait) = (self.compute * (self.slower)(workers), self.wait * (self.longer)(workers));
        let waves = Waves::of(self.tasks, chunk.into(), workers.into());
        let load = waves.longest_load() as f64;
        let moving = self.hand_over * waves.chunks as f64;
        let servers = f64::from(if self.gil { 1 } else { self.cpus });
        let all = self.tasks as f64;
        let makespan = (load * (compute + wait)).max(all * compute / servers) + moving / f64::from(workers);
        let spread: f64 =
            (0..12).map(|_| (chance.next() >> 11) as f64 / (1u64 << 53) as f64).sum::<f64>() - 6.0;
        let startup = self.start * f64::from(workers);
        let elapsed = (makespan + startup) * (self.noise * spread).exp();
        let whole = elapsed * f64::from(workers);
        let (computing, blocked, starting) = (all * compute, all * wait, startup * f64::from(workers));
        let rest = (whole - computing - blocked - starting - moving).max(0.0);
        let lock = if self.gil { rest } else { 0.0 };
        let ledger = Ledger {
            computing: secs(computing),
            blocked: secs(blocked),
            starting: secs(starting),
            receiving: secs(moving),
            gil_wait: secs(lock),
            waiting: secs(rest - lock),
            ..Ledger::default()
        };
        Sample {
            elapsed: secs(elapsed),
            startup: secs(startup),
            tasks: self.tasks,
            ok: self.tasks,
            chunk,
            iterations: 1_000,
            ledger,
            digest: Some(7),
            idle_before: Some(Share::of(0.98, 1.0)),
            ..Sample::default()
        }
    }

    pub(crate) fn sweep(&self, counts: &[u32]) -> Measurements {
        let machine = Machine::example(self.cpus);
        let mut plan = Plan::for_task(self.task, &machine);
        plan.workloads[0].tasks = self.tasks;
        plan.runtime = if self.gil { Runtime::Gil(GilSetup::default()) } else { Runtime::Native };
        let mut chance = Chance::new(self.seed);
        let points = counts
            .iter()
            .map(|workers| Point {
                strategy: Strategy::Threads,
                shape: Shape::new(1, *workers),
                samples: (0..self.repeats).map(|_| self.sample(*workers, &mut chance)).collect(),
            })
            .collect();
        let baselines = (0..3).map(|_| self.sample(1, &mut chance)).collect();
        Measurements { plan, machine, points, baselines }
    }
}
