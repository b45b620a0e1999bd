//! Pools at work as they should be: who takes which chunk when, and who has a CPU.
//!
//! Tasks that compute share the CPUs evenly, as under a fair scheduler, those of all pools that run at once among them;
//! of the workers of one interpreter only one computes at a time. Starting, handing over and ending take no time here.

use super::{Block, MOST_DRAWN, MOST_STEPS, RunForecast, Wave};
use crate::clock::RunTime;
use crate::ids::TaskIndex;
use crate::plan::{Costs, Work};
use crate::units::Nanos;

/// Who does the work.
#[derive(Copy, Clone, Debug)]
pub(super) struct Pool {
    /// Workers, at least 1.
    pub(super) slots: u32,
    /// Interpreters whose locks they need; none where they need nobody's.
    pub(super) locks: Option<u32>,
    /// Tasks handed out at a time, at least 1.
    pub(super) chunk: u32,
}

/// What a worker still has to do of its task and of its chunk; times in nanoseconds.
#[derive(Clone, Default)]
struct Hand {
    chunk: std::ops::Range<u64>,
    task: Option<TaskIndex>,
    start: f64,
    computing: f64,
    waiting: f64,
    /// Whether it computes only with the lock of its interpreter.
    locks: bool,
}

/// How much of a CPU a worker has that computes: with the lock of its interpreter, and without.
#[derive(Copy, Clone)]
struct Rates {
    locked: f64,
    free: f64,
}

/// A pool at work.
struct Playing {
    pool: Pool,
    hands: Vec<Hand>,
    /// Tasks that nobody has taken.
    open: std::ops::Range<u64>,
    slots: Vec<Vec<Block>>,
    /// When its last task so far ended.
    end: f64,
}

/// How some pools should go that begin at once, each with `tasks` tasks of its own.
pub(super) fn play(pools: &[Pool], cpus: u32, tasks: u64, work: &Work, costs: &Costs) -> Vec<RunForecast> {
    let at_most = work.is_at_most();
    let workers: u64 = pools.iter().map(|pool| u64::from(pool.slots)).sum();
    if tasks > MOST_DRAWN || tasks * workers > MOST_STEPS {
        let elapsed = roughly(pools, cpus, tasks, work, costs);
        let forecast = |(pool, elapsed): (&Pool, Nanos)| RunForecast {
            elapsed,
            at_most,
            slots: Vec::new(),
            waves: pool.waves(tasks, elapsed),
        };
        return pools.iter().zip(elapsed).map(forecast).collect();
    }
    let mut playing: Vec<Playing> = pools.iter().map(|pool| Playing::new(*pool, tasks)).collect();
    let mut now = 0.0;
    loop {
        for one in &mut playing {
            one.hand_out(now, work, costs);
        }
        let rates = rates(&playing, cpus);
        let steps = playing.iter().zip(&rates).filter_map(|(one, rates)| one.next_change(*rates));
        let Some(step) = steps.min_by(f64::total_cmp) else { break };
        now += step;
        for (one, rates) in playing.iter_mut().zip(rates) {
            one.pass(step, rates, now);
        }
    }
    let forecast = |one: Playing| {
        let elapsed = Nanos(one.end.round() as u64);
        RunForecast { elapsed, at_most, waves: one.pool.waves(tasks, elapsed), slots: one.slots }
    };
    playing.into_iter().map(forecast).collect()
}

/// How much of a CPU each worker of each pool has that computes.
fn rates(playing: &[Playing], cpus: u32) -> Vec<Rates> {
    let computing = |one: &Playing, locks: bool| {
        one.hands.iter().filter(|hand| hand.computes() && hand.locks == locks).count() as f64
    };
    let with_lock = |one: &Playing| computing(one, true).min(one.pool.most_at_once());
    let wanted: f64 = playing.iter().map(|one| with_lock(one) + computing(one, false)).sum();
    let share = (f64::from(cpus.max(1)) / wanted.max(1.0)).min(1.0);
    let rates =
        |one: &Playing| Rates { locked: with_lock(one) / computing(one, true).max(1.0) * share, free: share };
    playing.iter().map(rates).collect()
}

impl Hand {
    fn computes(&self) -> bool {
        self.task.is_some() && self.computing > 0.0
    }

    fn rate(&self, rates: Rates) -> f64 {
        if self.locks { rates.locked } else { rates.free }
    }
}

impl Playing {
    fn new(pool: Pool, tasks: u64) -> Self {
        let slots = pool.slots as usize;
        Self {
            pool,
            hands: vec![Hand::default(); slots],
            open: 0..tasks,
            slots: vec![Vec::new(); slots],
            end: 0.0,
        }
    }

    /// Gives whoever has nothing to do its next task.
    fn hand_out(&mut self, now: f64, work: &Work, costs: &Costs) {
        for hand in self.hands.iter_mut().filter(|hand| hand.task.is_none()) {
            if hand.chunk.is_empty() {
                let end = (self.open.start + u64::from(self.pool.chunk)).min(self.open.end);
                hand.chunk = self.open.start..end;
                self.open.start = end;
            }
            let Some(task) = hand.chunk.next().map(|task| TaskIndex(task as u32)) else { continue };
            hand.task = Some(task);
            hand.start = now;
            hand.computing = work.computing(task, costs).0 as f64;
            hand.waiting = work.waiting(task).0 as f64;
            hand.locks = self.pool.locks.is_some() && work.part(task).0.task().needs_lock();
        }
    }

    /// How long until one of its workers turns to something else; none where nobody works any more.
    fn next_change(&self, rates: Rates) -> Option<f64> {
        let busy = self.hands.iter().filter(|hand| hand.task.is_some());
        let next = |hand: &Hand| {
            if hand.computing > 0.0 { hand.computing / hand.rate(rates) } else { hand.waiting }
        };
        busy.map(next).min_by(f64::total_cmp)
    }

    /// Lets time pass, up to `now`.
    fn pass(&mut self, step: f64, rates: Rates, now: f64) {
        for (hand, blocks) in self.hands.iter_mut().zip(&mut self.slots) {
            let Some(task) = hand.task else { continue };
            let rest = if hand.computing > 0.0 {
                hand.computing = less(hand.computing, step * hand.rate(rates));
                hand.computing + hand.waiting
            } else {
                hand.waiting = less(hand.waiting, step);
                hand.waiting
            };
            if rest <= 0.0 {
                let at = |ns: f64| RunTime(ns.round() as u64);
                blocks.push(Block { task, start: at(hand.start), end: at(now) });
                hand.task = None;
                self.end = now;
            }
        }
    }
}

/// The same for very many tasks, without doing them one by one, and as if all pools were at work to the end.
fn roughly(pools: &[Pool], cpus: u32, tasks: u64, work: &Work, costs: &Costs) -> Vec<Nanos> {
    let waiting = work.waiting_of_all(tasks);
    let computing = work.serial_estimate(tasks, costs) - waiting;
    let wanted: f64 = pools.iter().map(Pool::most_at_once).sum();
    let share = (f64::from(cpus.max(1)) / wanted.max(1.0)).min(1.0);
    let one = |pool: &Pool| {
        let evenly = (computing + waiting) / tasks.max(1) * pool.most_of_one(tasks);
        evenly.max(Nanos((computing.0 as f64 / (pool.most_at_once() * share)) as u64))
    };
    pools.iter().map(one).collect()
}

impl Pool {
    /// Workers that can compute at a time, however many CPUs there are.
    fn most_at_once(&self) -> f64 {
        f64::from(self.slots.min(self.locks.unwrap_or(u32::MAX)).max(1))
    }

    /// Waves of equal length.
    fn waves(&self, tasks: u64, elapsed: Nanos) -> Vec<Wave> {
        let (slots, chunk) = (u64::from(self.slots.max(1)), u64::from(self.chunk.max(1)));
        let (count, chunks) = (self.most_of_one(tasks), tasks.div_ceil(chunk));
        let moment =
            |wave: u64| RunTime((u128::from(elapsed.0) * u128::from(wave) / u128::from(count)) as u64);
        let drawn = if count > MOST_DRAWN { 0..0 } else { 0..count };
        let wave = |wave: u64| {
            let first = wave / chunk * slots;
            let round = (chunks - first).min(slots);
            // The very last chunk may be a short one.
            let short = first + round == chunks && (chunks - 1) * chunk + wave % chunk >= tasks;
            Wave {
                block: Block { task: TaskIndex(first as u32), start: moment(wave), end: moment(wave + 1) },
                tasks: (round - u64::from(short)) as usize,
            }
        };
        drawn.map(wave).collect()
    }

    /// The most tasks that one worker should do.
    fn most_of_one(&self, tasks: u64) -> u64 {
        let chunk = u64::from(self.chunk.max(1));
        (tasks.div_ceil(chunk).div_ceil(u64::from(self.slots.max(1))) * chunk).min(tasks)
    }
}

/// What is left of a time; what is less than a nanosecond is nothing.
fn less(time: f64, by: f64) -> f64 {
    if time - by < 1.0 { 0.0 } else { time - by }
}
