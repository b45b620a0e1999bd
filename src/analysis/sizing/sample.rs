//! One run of a sweep: as much of it as sizing needs, and as is kept in a file.

use serde::{Deserialize, Serialize};

use crate::analysis::RunSummary;
use crate::analysis::words::quoted;
use crate::event::Percentiles;
use crate::state::{Ledger, RunState};
use crate::units::{Nanos, Share};

/// Tasks whose lengths are within this factor are of one length.
const ALIKE: f64 = 1.15;

/// One run of a sweep.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct Sample {
    /// From the engine accepting the start to the last worker gone, stops by Ctrl-Z left out.
    pub elapsed: Nanos,
    /// Until the first task started.
    pub startup: Nanos,
    /// From the last outcome known to the last worker gone.
    pub shutdown: Nanos,
    /// All tasks.
    pub tasks: u64,
    /// Tasks that ended with a value.
    pub ok: u64,
    /// Tasks handed out at a time.
    pub chunk: u32,
    /// Iterations of one task.
    pub iterations: u64,
    /// CPU time of the workers.
    pub cpu: Nanos,
    /// CPU time of commands, which is in none of the workers'.
    #[serde(default)]
    pub command_cpu: Nanos,
    /// What commands were without a CPU from their starts to their ends.
    #[serde(default)]
    pub command_wait: Nanos,
    /// How long its tasks took, each from its start to its outcome; nothing in what was kept before this was.
    #[serde(default)]
    pub latency: Percentiles,
    /// Where the workers' time went.
    pub ledger: Ledger,
    /// A number made of all values; none unless every task is ok.
    pub digest: Option<u64>,
    /// Part of the CPUs that nobody used before the run; none where there was no reading.
    pub idle_before: Option<Share>,
    /// The most that the hypervisor took in one reading, or a quota held back.
    pub taken: Share,
    /// Why the run did not go to its end; none if it did.
    pub stopped: Option<String>,
    /// The first error of a task with its number, quoted: `#4: "…"`; none where no task said one.
    #[serde(default)]
    pub error: Option<String>,
}

impl Sample {
    /// What sizing needs of a run that is over.
    pub fn of(summary: &RunSummary, run: &RunState) -> Self {
        let around = &run.surroundings;
        let taken =
            if around.most_steal > around.most_throttled { around.most_steal } else { around.most_throttled };
        Self {
            elapsed: summary.elapsed,
            startup: summary.startup,
            shutdown: summary.shutdown,
            tasks: summary.tasks.total,
            ok: summary.tasks.ok,
            chunk: summary.chunk,
            iterations: summary.iterations,
            cpu: summary.cpu,
            command_cpu: summary.commands.map(|commands| commands.cpu()).unwrap_or_default(),
            command_wait: summary.commands.map(|commands| commands.waited()).unwrap_or_default(),
            latency: summary.latency,
            ledger: summary.ledger,
            digest: summary.digest,
            idle_before: around.idle_before,
            taken,
            stopped: summary.stopped.as_ref().map(ToString::to_string),
            error: summary.errors.first().map(|(task, words)| format!("{task}: {}", quoted(words))),
        }
    }

    /// Whether it did all of its tasks: the time of a part of them compares with nothing.
    pub fn is_whole(&self) -> bool {
        self.stopped.is_none() && self.ok == self.tasks && self.ok > 0 && self.elapsed > Nanos::ZERO
    }

    /// What tasks computed, the workers' own part and that of commands.
    pub fn computing(&self) -> Nanos {
        self.ledger.computing + self.command_cpu
    }

    /// What tasks waited without a CPU. Of commands that is their own wait: while one computes, or is being started, its
    /// worker is blocked, and its task is not waiting.
    pub fn waiting(&self) -> Nanos {
        if self.is_of_commands() { self.command_wait } else { self.ledger.blocked }
    }

    /// Whether its tasks were commands that the system has seen computing.
    pub fn is_of_commands(&self) -> bool {
        self.command_cpu > Nanos::ZERO
    }

    /// Time within tasks: computing or blocked.
    pub fn within(&self) -> Nanos {
        self.ledger.computing + self.ledger.blocked
    }

    /// Where tasks were kept from their CPU or a lock, so much of their time was their own, 0 to 1.
    fn own_part(&self) -> f64 {
        let ledger = &self.ledger;
        let kept = ledger.preempted + ledger.gil_wait + ledger.lock_wait;
        let within = self.within();
        if within > Nanos::ZERO { within.share_of(within + kept).fraction() } else { 1.0 }
    }

    /// Seconds that the longest task took by itself; zero where that was not kept.
    pub fn longest(&self) -> f64 {
        self.latency.max.as_secs_f64() * self.own_part()
    }

    /// How many tasks took about as long as the longest, where all others took as long as the one in the middle: by what
    /// all of them took together. 0 where that was not kept, or the longest is no longer than the others.
    pub fn long(&self) -> u64 {
        let (middle, longest) = (self.latency.p50.as_secs_f64() * self.own_part(), self.longest());
        if longest <= ALIKE * middle {
            return 0;
        }
        let more = self.within().as_secs_f64() - self.ok as f64 * middle;
        (more / (longest - middle)).round().clamp(1.0, self.ok.max(1) as f64) as u64
    }

    /// Seconds that each of the others took, where these are alike; none where tasks differ in length.
    pub fn alike(&self) -> Option<f64> {
        let ok = self.ok.max(1) as f64;
        let all = self.within().as_secs_f64();
        if self.latency.max == Nanos::ZERO || self.ok < 2 {
            return Some(all / ok);
        }
        let middle = self.latency.p50.as_secs_f64() * self.own_part();
        let others = ((all - self.longest()) / (ok - 1.0)).max(0.0);
        let long = self.latency.p90.as_secs_f64() > ALIKE * self.latency.p50.as_secs_f64();
        let near = others <= ALIKE * middle && middle <= ALIKE * others;
        (near && !long).then_some(others)
    }

    /// Tasks that ended with a value, per second of elapsed.
    pub fn rate(&self) -> f64 {
        if self.elapsed == Nanos::ZERO { 0.0 } else { self.ok as f64 / self.elapsed.as_secs_f64() }
    }
}
