//! The last wave of chunks leaves workers idle.

use super::{Facts, FindingKind, Insight, Weight};
use crate::analysis::bounds::Waves;
use crate::analysis::words::{times, verb};
use crate::units::{grouped, plural};

/// Waves take so much of the speedup that would be possible without them: below a tenth, noise is larger.
const TAKEN: f64 = 0.10;
/// Tasks are alike while nine of ten take no more than so many times the median; others do not go in waves.
const ALIKE: f64 = 1.5;
/// At least this part of the idle time that waves foresee should be found in the ledger, or something else went on.
const SEEN: f64 = 0.5;

/// Waves that do not come out even.
pub(super) struct UnevenWaves {
    waves: Waves,
    /// What speedup would be possible without waves.
    otherwise: f64,
    /// Whether tasks compute most of the time, so that workers beyond the CPUs do not help.
    computing: bool,
    cpus: Option<f64>,
}

impl UnevenWaves {
    /// Silent where tasks differ in length, where not all were done, and where the ledger does not show the idle time.
    pub(super) fn detect(facts: &Facts) -> Option<Self> {
        let summary = facts.summary;
        let latency = summary.latency;
        let alike = latency.p50.0 > 0 && latency.p90.0 as f64 <= latency.p50.0 as f64 * ALIKE;
        if facts.is_mix()
            || !facts.is_pool()
            || !summary.tasks.all_ok()
            || !alike
            || !facts.ledger_is_telling()
        {
            return None;
        }
        let waves = facts.waves();
        let workers = waves.workers as f64;
        let otherwise = facts.cpu_bound().map_or(workers, |bound| bound.min(workers));
        let ledger = facts.ledger();
        let idle = facts.share(ledger.waiting + ledger.stopping + ledger.absent).fraction();
        let foreseen = 1.0 - waves.bound() / workers;
        // Workers beyond the CPUs are preempted instead of idle; the CPUs then bound more than the waves do.
        let uneven = waves.bound() < otherwise * (1.0 - TAKEN) && idle >= foreseen * SEEN;
        let computing = facts.cpu_share().fraction() > 0.5;
        uneven.then_some(Self { waves, otherwise, computing, cpus: facts.cpus() })
    }

    /// The largest smaller chunk with which waves take little.
    fn better_chunk(&self) -> Option<u64> {
        let even = |chunk: &u64| self.waves.with_chunk(*chunk).bound() >= self.otherwise * (1.0 - TAKEN);
        // A few thousand tries at most: beyond that, chunks are so small that one of one task says the same.
        (1..self.waves.chunk).rev().take(4_096).find(even)
    }

    /// More workers that need a wave less, if CPUs do not stand against it.
    fn better_workers(&self) -> Option<u64> {
        let workers = self.waves.next_workers()?;
        let room = !self.computing || self.cpus.is_none_or(|cpus| workers as f64 <= cpus);
        (room && workers <= self.waves.workers * 2).then_some(workers)
    }

    fn idle(&self) -> String {
        let idle = self.waves.idle_in_last();
        if idle == 0 {
            // The last chunk is a part of a chunk only.
            return "some workers end early".to_owned();
        }
        format!("{} {} idle", plural(idle, "worker"), verb(idle, "is", "are"))
    }
}

impl Insight for UnevenWaves {
    const KIND: FindingKind = FindingKind::UnevenWaves;

    fn weight(&self) -> Weight {
        Weight::Advice
    }

    fn headline(&self) -> String {
        format!("uneven waves: in the last one {}", self.idle())
    }

    fn explain(&self) -> String {
        let Waves { tasks, chunk, workers, chunks, rounds, in_last } = self.waves;
        let what = if chunk == 1 {
            plural(tasks, "task")
        } else {
            format!("{} in {} of {}", plural(tasks, "task"), plural(chunks, "chunk"), grouped(chunk))
        };
        let unit = if chunk == 1 { "task" } else { "chunk" };
        let bound = times(self.waves.bound());
        if rounds == 1 {
            return format!(
                "{what} cannot occupy {}: {}, and no more than {bound} is possible.",
                plural(workers, "worker"),
                self.idle()
            );
        }
        format!(
            "{what} on {} go in {rounds} waves; the last has {}, so {} and no more than {bound} is possible.",
            plural(workers, "worker"),
            plural(in_last, unit),
            self.idle()
        )
    }

    fn next_step(&self) -> Option<String> {
        if let Some(chunk) = self.better_chunk() {
            let chunks = match chunk {
                1 => "tasks one by one: they".to_owned(),
                chunk => format!("chunks of {}, which", grouped(chunk)),
            };
            return Some(format!("Hand out {chunks} go round evenly."));
        }
        if let Some(workers) = self.better_workers() {
            let waves = plural(self.waves.rounds - 1, "wave");
            return Some(format!("Use {}, which need only {waves}.", plural(workers, "worker")));
        }
        if self.waves.rounds == 1 {
            return Some(format!("Use {}, or have more tasks.", plural(self.waves.chunks, "worker")));
        }
        let full = self.waves.rounds * self.waves.workers * self.waves.chunk;
        Some(format!("Have {}, which fill the last wave in the same time.", plural(full, "task")))
    }
}
