//! What keeps more workers from being of use: by what is possible, and else by where the workers' time went.

mod words;

use super::{Demand, Facts, FitReport, PointSummary, SmallerChunks, chunks, is_noticed};
use crate::analysis::bounds::Waves;
use crate::units::{Nanos, Share};

/// Up to this above what was measured, a bound is what limits: the rest is starting, stopping and noise.
const REACHED: f64 = 0.70;
/// Bounds this near to each other are the same.
const SAME: f64 = 1.05;
/// CPUs that are busy for less of the time than this are not busy all the time.
const NEARLY_ALL: f64 = 0.90;
/// From this share of worker time on, something shows.
const SHOWS: f64 = 0.10;
/// From this share of worker time on, starting and handing out are what a run is about.
const MUCH: f64 = 0.25;
/// Tasks that take this much longer than with one worker are held up by something that workers share.
const LONGER: f64 = 1.2;

/// What sets the limit.
#[derive(Clone, Debug, PartialEq)]
pub enum Limit {
    /// Every CPU is in use.
    Cores(u32),
    /// The control group grants no more than so many CPUs' worth of time.
    Quota(f64),
    /// The lock of so many interpreters: one worker of each computes at a time.
    Lock(u32),
    /// There are no more tasks than this: every one has a worker.
    Tasks(u64),
    /// Chunks are too large for the workers: every one has a worker, or rounds of them do not come out even.
    Chunks {
        /// Chunks.
        chunks: u64,
        /// Tasks in each.
        of: u32,
        /// Rounds of them.
        rounds: u64,
        /// Whether these come out so nearly even that nobody would notice.
        even: bool,
    },
    /// A task takes longer than a worker's share of all of them.
    LongTask {
        /// How long it takes.
        takes: Nanos,
        /// The run that it is part of.
        of: Nanos,
        /// How many take as long; 0 where that is not known.
        many: u64,
    },
    /// Tasks are so few that CPUs have too little to do while the last ones wait.
    FewTasks {
        /// Tasks.
        tasks: u64,
        /// Rounds of them.
        rounds: u64,
    },
    /// Rounds of tasks (or chunks) would not be fewer with some more workers.
    Waves {
        /// Rounds.
        rounds: u64,
        /// The fewest workers with a round less.
        next: u64,
    },
    /// Tasks compute longer beside others: memory, caches or halves of a core are shared.
    Memory {
        /// So many times as long as alone.
        times: f64,
    },
    /// Tasks wait longer beside others: what they wait for serves only so many.
    IoService {
        /// So many times as long as alone.
        times: f64,
    },
    /// Starting and stopping workers.
    StartUp(Share),
    /// Handing out tasks and taking results.
    HandOver {
        /// The part of worker time that it takes.
        share: Share,
        /// Tasks in a chunk that would be large enough; none where larger ones would not help.
        chunk: Option<u64>,
    },
    /// Something is done by one at a time.
    Serial {
        /// Contention, the fitted α.
        alpha: f64,
    },
    /// Every worker costs every other something.
    Coherence {
        /// Coherence, the fitted β.
        beta: f64,
    },
    /// The largest number that was measured; more may be better still.
    Range(u32),
    /// Nothing that was measured says.
    Unknown,
}

impl Limit {
    /// The word for it in the JSON, never changed once used.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Cores(_) => "cores",
            Self::Quota(_) => "quota",
            Self::Lock(_) => "lock",
            Self::Tasks(_) => "tasks",
            Self::Chunks { .. } => "chunks",
            Self::LongTask { .. } => "long_task",
            Self::FewTasks { .. } => "few_tasks",
            Self::Waves { .. } => "waves",
            Self::Memory { .. } => "memory",
            Self::IoService { .. } => "io_service",
            Self::StartUp(_) => "start_up",
            Self::HandOver { .. } => "hand_over",
            Self::Serial { .. } => "serial_part",
            Self::Coherence { .. } => "coherence",
            Self::Range(_) => "range",
            Self::Unknown => "unknown",
        }
    }

    /// What keeps more workers than `at` from being of use; `next` is the point with more that comes next, and `smaller`
    /// what smaller chunks would do.
    pub(super) fn of(
        at: &PointSummary,
        next: Option<&PointSummary>,
        fit: Option<&FitReport>,
        smaller: Option<&SmallerChunks>,
        facts: &Facts,
    ) -> Self {
        let chunks = at.chunks();
        let workers = u64::from(at.workers());
        let servers = facts.ceiling(at.strategy, at.shape);
        let compute = facts.demand.map_or(0.0, |demand| demand.compute);
        let most = if compute > 0.0 { servers / compute } else { f64::INFINITY };
        if facts.has_one_task() {
            return Self::Tasks(1);
        }
        if let Some(long) = Self::of_long(at, facts) {
            return long;
        }
        let rounds = chunks.div_ceil(workers);
        let waves = Waves::of(at.sample.tasks, at.chunk.into(), workers);
        let even = !is_noticed(workers as f64, waves.bound());
        let of = at.chunk.min(u32::try_from(at.sample.tasks).unwrap_or(u32::MAX));
        let of_chunks = Self::Chunks { chunks, of, rounds, even };
        let helps = smaller.is_some_and(|smaller| is_noticed(smaller.rate, at.rate));
        if helps && at.chunk > 1 && !even && Self::is_idle(at) {
            return of_chunks;
        }
        if at.rate >= REACHED * most && saturates(at, facts) {
            return Self::of_saturated(at, rounds, facts);
        }
        if workers >= chunks && at.chunk == 1 {
            return Self::Tasks(chunks);
        }
        if workers >= chunks {
            return of_chunks;
        }
        let Some(next) = next else {
            if facts.leaves_room_above(at) {
                return Self::Range(at.workers());
            }
            return Self::of_ledger(at, at, facts).unwrap_or_else(|| match compute > 0.0 {
                true => Self::of_servers(at, facts),
                // No CPU is short where nothing computes.
                false if at.chunk > 1 => of_chunks,
                false => Self::of_rounds(chunks, rounds),
            });
        };
        if let Some(shared) = Self::of_ledger(at, next, facts) {
            return shared;
        }
        // More workers keep the CPUs busy, and are no faster.
        if at.rate >= REACHED * most && saturates(next, facts) {
            return Self::of_servers(at, facts);
        }
        if at.possible.zip(next.possible).is_some_and(|(here, there)| there <= here * SAME) {
            // The CPUs would be the limit, were it not for something else; without that, it is rounds.
            let by_cpus = at.possible.is_some_and(|possible| possible * SAME >= most);
            if by_cpus {
                return Self::of_servers(at, facts);
            }
            if rounds > 1 {
                return Self::of_rounds(chunks, rounds);
            }
        }
        Self::of_fit(at, fit)
    }

    /// A task that takes most of the run, and more than anything else of it.
    fn of_long(at: &PointSummary, facts: &Facts) -> Option<Self> {
        let servers = facts.ceiling(at.strategy, at.shape);
        let demand = facts.demand?;
        let (takes, of) = (Nanos::from_secs_f64(demand.longest), at.median);
        let is_long = demand.is_one_long(at.sample.tasks, at.workers(), servers)
            && takes.as_secs_f64() >= REACHED * of.as_secs_f64();
        is_long.then_some(Self::LongTask { takes, of, many: demand.long })
    }

    /// Whether workers without a chunk cost more of the time than starting and handing over do.
    fn is_idle(at: &PointSummary) -> bool {
        let ledger = &at.sample.ledger;
        let starting = ledger.starting + ledger.stopping + ledger.absent;
        ledger.waiting >= starting.max(ledger.sending + ledger.receiving)
    }

    /// What serves workers that are enough to keep it busy; or that tasks are too few for that, where it would be busy but
    /// for the time that the last tasks take.
    fn of_saturated(at: &PointSummary, rounds: u64, facts: &Facts) -> Self {
        let servers = facts.ceiling(at.strategy, at.shape);
        let busy = |seconds: f64| {
            facts.demand.map_or(1.0, |demand| at.sample.tasks as f64 * demand.compute / servers / seconds)
        };
        let elapsed = at.median.as_secs_f64();
        // Where all tasks only compute, and do so for one length of time, nothing but the CPUs is in the way.
        let is_plain =
            |demand: Demand| demand.wait <= 0.0 && (demand.alike.is_some() || facts.has_equal_tasks());
        let last = facts.demand.map_or(0.0, |demand| match demand.wait <= 0.0 {
            _ if is_plain(demand) => 0.0,
            // One CPU goes on with it.
            true => demand.longest * (1.0 - 1.0 / servers.max(1.0)),
            false => demand.longest,
        });
        let alike = facts.demand.is_some_and(|demand| demand.alike.is_some());
        let too_few = facts.locked(at.strategy, at.shape).is_none()
            && busy(elapsed) < NEARLY_ALL
            && busy((elapsed - last).max(1e-9)) >= NEARLY_ALL;
        match rounds {
            0 | 1 if too_few && at.chunk == 1 => Self::Tasks(at.chunks()),
            2.. if too_few => {
                Self::FewTasks { tasks: at.sample.tasks, rounds: if alike { rounds } else { 0 } }
            }
            _ => Self::of_servers(at, facts),
        }
    }

    /// What is done in so many rounds, if these are several.
    const fn of_rounds(chunks: u64, rounds: u64) -> Self {
        if rounds > 1 { Self::Waves { rounds, next: chunks.div_ceil(rounds - 1) } } else { Self::Unknown }
    }

    /// What serves workers that compute: interpreters' locks, a quota, or CPUs.
    pub(super) fn of_servers(at: &PointSummary, facts: &Facts) -> Self {
        let machine = &facts.measured.machine;
        match (facts.locked(at.strategy, at.shape), machine.quota) {
            (Some(locks), _) => Self::Lock(locks as u32),
            (None, Some(quota)) if quota < f64::from(machine.cpus.min(machine.allowed)) => Self::Quota(quota),
            _ => Self::Cores(machine.cpus.min(machine.allowed).max(1)),
        }
    }

    /// What workers share, as the ledger of the next point shows it.
    fn of_ledger(at: &PointSummary, next: &PointSummary, facts: &Facts) -> Option<Self> {
        let ledger = &next.sample.ledger;
        let share = |time: Nanos| time.share_of(ledger.whole());
        let each = |time: Nanos| time.as_secs_f64() / next.sample.ok.max(1) as f64;
        if share(ledger.gil_wait).fraction() > SHOWS {
            return Some(Self::Lock(facts.locks(at.shape).unwrap_or(1.0) as u32));
        }
        if let Some(demand) = facts.demand {
            let longer = each(next.sample.computing()) / demand.compute;
            if demand.compute > 0.0 && longer > LONGER {
                return Some(Self::Memory { times: longer });
            }
            let longer = each(next.sample.waiting()) / demand.wait;
            if demand.wait > 0.0 && longer > LONGER && !facts.waits_for_timers() {
                // Commands that mostly compute and are more than the CPUs wait for these: nobody tells that from other waits.
                let for_cpus = next.sample.is_of_commands()
                    && f64::from(next.workers()) > facts.servers(next.shape)
                    && (facts.busy || demand.waiting() < 0.5);
                let service = Self::IoService { times: longer };
                return Some(if for_cpus { Self::of_servers(at, facts) } else { service });
            }
        }
        let starting = share(ledger.starting + ledger.stopping + ledger.absent);
        if starting.fraction() > MUCH {
            return Some(Self::StartUp(starting));
        }
        let moving = share(ledger.sending + ledger.receiving);
        if moving.fraction() > SHOWS {
            return Some(Self::HandOver { share: moving, chunk: chunks::larger(next, facts) });
        }
        let computes = facts.demand.is_none_or(|demand| demand.compute > 0.0);
        if computes && share(ledger.preempted).fraction() > SHOWS {
            return Some(Self::of_servers(at, facts));
        }
        None
    }

    fn of_fit(at: &PointSummary, fit: Option<&FitReport>) -> Self {
        let Some(curve) = fit.filter(|fit| fit.valid).map(|fit| fit.fit.curve) else {
            return Self::Unknown;
        };
        let [_, contention, coherence] = curve.parts(f64::from(at.workers().max(2)));
        if coherence > contention {
            Self::Coherence { beta: curve.beta }
        } else if contention > 0.0 {
            Self::Serial { alpha: curve.alpha }
        } else {
            Self::Unknown
        }
    }

    /// Whether other ways to run the same tasks on the same machine may be free of it.
    pub(super) const fn is_of_strategy(&self) -> bool {
        matches!(self, Self::Lock(_) | Self::StartUp(_) | Self::HandOver { .. })
    }
}

/// Whether workers are as many as keep all CPUs (or locks) busy, or so near to it that nobody would tell.
fn saturates(point: &PointSummary, facts: &Facts) -> bool {
    let servers = facts.ceiling(point.strategy, point.shape);
    let saturating = facts.demand.and_then(|demand| demand.saturating(servers));
    saturating.is_some_and(|saturating| f64::from(point.workers()) * SAME >= saturating)
}
