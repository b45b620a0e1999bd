//! The cores: who is on which, who waits for one, and how fast they are.
//!
//! All busy cores have the same speed, which depends on how many there are. So there is one count of the work that each of
//! them has done since the run's start; where a stretch of work ends is a constant in that count, whatever the speed
//! becomes meanwhile. Nothing here knows what the work is.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use crate::chance::Chance;
use crate::clock::RunTime;
use crate::units::Nanos;

/// An amount of work, in parts of a nanosecond of a core that has the machine to itself; how many parts, [`Cores::parts`]
/// says.
pub(super) type Amount = u128;

#[derive(Debug)]
pub(super) struct Cores {
    each: Vec<Core>,
    /// Busy time of each core.
    busy: Vec<Nanos>,
    idle: BTreeSet<usize>,
    /// Cores that are busy, and whose slice is over.
    over: BTreeSet<usize>,
    /// Workers that are ready and have no core.
    queue: Vec<usize>,
    /// What a core with company loses, in 1/1000 of its speed.
    loss: u128,
    parts: Amount,
    /// The work of a busy core since the run's start, up to `at`.
    done: Amount,
    at: RunTime,
    /// Where the present stretch of each core ends; out of date where the number is not the core's.
    ends: BinaryHeap<Reverse<(Amount, usize, u32)>>,
}

#[derive(Debug, Default)]
struct Core {
    worker: Option<usize>,
    /// The present stretch of work.
    number: u32,
    /// The present worker's stay.
    stay: u32,
    /// Up to here its time is accounted for.
    since: RunTime,
    /// The same in work.
    done: Amount,
}

/// What a core did since it was last asked.
#[derive(Copy, Clone, Debug)]
pub(super) struct Done {
    pub(super) time: Nanos,
    pub(super) work: Amount,
}

impl Cores {
    pub(super) fn new(cores: u32, full_speed_permille: u32) -> Self {
        let count = cores.max(1) as usize;
        let loss = u128::from(1_000 - full_speed_permille.clamp(1, 1_000));
        let company = count as u128 - 1;
        Self {
            each: (0..count).map(|_| Core::default()).collect(),
            busy: vec![Nanos::ZERO; count],
            idle: (0..count).collect(),
            over: BTreeSet::new(),
            queue: Vec::new(),
            loss,
            parts: if loss == 0 || company == 0 { 1 } else { 1_000 * company },
            done: 0,
            at: RunTime::START,
            ends: BinaryHeap::new(),
        }
    }

    /// Parts of a nanosecond in which work is counted.
    pub(super) const fn parts(&self) -> Amount {
        self.parts
    }

    pub(super) fn busy(&self) -> &[Nanos] {
        &self.busy
    }

    /// Parts of work that each busy core does in a nanosecond.
    pub(super) fn speed(&self) -> Amount {
        if self.parts == 1 {
            return 1;
        }
        let others = (self.each.len() - self.idle.len()).saturating_sub(1);
        self.parts - self.loss * others as u128
    }

    /// Lets time pass up to `at`.
    pub(super) fn pass(&mut self, at: RunTime) {
        self.done += self.speed() * u128::from(at.since(self.at).0);
        self.at = at.max(self.at);
    }

    /// When the first stretch of work ends.
    pub(super) fn next_end(&mut self) -> Option<RunTime> {
        while let Some(Reverse((end, core, number))) = self.ends.peek().copied() {
            if self.each[core].number == number {
                let left = end.saturating_sub(self.done).div_ceil(self.speed());
                return Some(self.at.after(Nanos(u64::try_from(left).unwrap_or(u64::MAX))));
            }
            self.ends.pop();
        }
        None
    }

    /// A core whose stretch of work has ended by now, and the worker on it.
    pub(super) fn ended(&mut self) -> Option<(usize, usize)> {
        while let Some(Reverse((end, core, number))) = self.ends.peek().copied() {
            let holds = self.each[core].number == number;
            if holds && end > self.done {
                return None;
            }
            self.ends.pop();
            if let (true, Some(worker)) = (holds, self.each[core].worker) {
                return Some((core, worker));
            }
        }
        None
    }

    /// Has a core's present stretch of work end after so much more.
    pub(super) fn stop_after(&mut self, core: usize, amount: Amount) {
        let place = &mut self.each[core];
        place.number = place.number.wrapping_add(1);
        self.ends.push(Reverse((self.done + amount, core, place.number)));
    }

    /// What a busy core did since it was last asked.
    pub(super) fn account(&mut self, core: usize) -> Done {
        let place = &mut self.each[core];
        let (time, work) = (self.at.since(place.since), self.done - place.done);
        (place.since, place.done) = (self.at, self.done);
        self.busy[core] += time;
        Done { time, work }
    }

    /// Who is on a core.
    pub(super) fn worker(&self, core: usize) -> Option<usize> {
        self.each[core].worker
    }

    pub(super) const fn count(&self) -> usize {
        self.each.len()
    }

    /// The core for a worker that has become ready: the one that it was on last if that is idle, else the lowest idle one.
    pub(super) fn choose(&self, last: usize) -> Option<usize> {
        if self.idle.contains(&last) { Some(last) } else { self.idle.first().copied() }
    }

    /// A busy core whose slice is over: the worker's last one, else the lowest.
    pub(super) fn choose_over(&self, last: usize) -> Option<usize> {
        if self.over.contains(&last) { Some(last) } else { self.over.first().copied() }
    }

    /// Puts a worker on a core that has none. Returns the number of its stay.
    pub(super) fn put(&mut self, core: usize, worker: usize) -> u32 {
        self.idle.remove(&core);
        let place = &mut self.each[core];
        place.worker = Some(worker);
        place.stay = place.stay.wrapping_add(1);
        (place.since, place.done) = (self.at, self.done);
        place.stay
    }

    /// Takes the worker off a core, which is neither idle nor busy until [`Cores::put`] or [`Cores::rest`] says.
    pub(super) fn vacate(&mut self, core: usize) {
        let place = &mut self.each[core];
        place.worker = None;
        place.number = place.number.wrapping_add(1);
        self.over.remove(&core);
    }

    /// A core has nothing to do.
    pub(super) fn rest(&mut self, core: usize) {
        self.idle.insert(core);
    }

    /// A slice has come to its end; true if that stay goes on.
    pub(super) fn slice_ended(&mut self, core: usize, stay: u32) -> bool {
        let goes_on = self.each[core].stay == stay && self.each[core].worker.is_some();
        if goes_on {
            self.over.insert(core);
        }
        goes_on
    }

    /// Has a worker wait for a core.
    pub(super) fn queue(&mut self, worker: usize) {
        self.queue.push(worker);
    }

    /// Draws the one of those who wait for a core that is to have the next.
    pub(super) fn next(&mut self, chance: &mut Chance) -> Option<usize> {
        if self.queue.is_empty() {
            return None;
        }
        Some(self.queue.swap_remove(chance.below(self.queue.len())))
    }

    pub(super) fn has_idle(&self) -> bool {
        !self.idle.is_empty()
    }

    pub(super) fn has_queue(&self) -> bool {
        !self.queue.is_empty()
    }
}
