//! The lock of one simulated interpreter: who holds it, who waits, and who of these will ask for it next.
//!
//! A waiter's laps follow one another without an event of their own: a lap that begins after the last switch is the first
//! that can end in a request, and laps are as long as each other, so that the next request is found by where within a
//! lap's length each waiter's laps begin.

use std::collections::{BTreeMap, BTreeSet};

use super::ticks::Untold;
use crate::chance::Chance;
use crate::clock::RunTime;
use crate::plan::{GilRule, GilSetup};
use crate::units::Nanos;

/// One signal in so many wakes the waiter that was the last to be made to let go: it has been off its core for the shortest
/// time. Fitted to how late a thread wakes beside two and four that compute.
const WARM: usize = 6;

#[derive(Debug)]
pub(super) struct Lock {
    pub(super) setup: GilSetup,
    pub(super) holder: Option<usize>,
    /// Who held it last.
    pub(super) last: Option<usize>,
    /// When it last went to another.
    switched: RunTime,
    /// Whether the holder is asked to let go.
    pub(super) asked: bool,
    /// Workers that wait to be woken.
    waiters: Vec<usize>,
    /// Those and where within a lap's length their laps begin.
    laps: BTreeSet<(u64, usize)>,
    /// Those whose present lap is as long as it was before the rule was changed: its beginning and its end.
    old_laps: BTreeMap<usize, (RunTime, RunTime)>,
    /// Workers that were made to let go, and wait until another has taken it.
    pub(super) forced: Vec<usize>,
    /// A worker that is awake and gets the lock when it is next let go: under the older rule.
    pub(super) next: Option<usize>,
    /// The last request that was entered; earlier ones are out of date.
    pub(super) number: u32,
    /// From the end of a waiter's interval to its being awake.
    wake: Nanos,
    /// Who was the last to be made to let go.
    pub(super) warm: Option<usize>,
    /// Under the older rule, what no worker was told of yet.
    pub(super) untold: Untold,
}

impl Lock {
    pub(super) fn new(setup: GilSetup, wake: Nanos) -> Self {
        Self {
            setup,
            holder: None,
            last: None,
            switched: RunTime::START,
            asked: false,
            waiters: Vec::new(),
            laps: BTreeSet::new(),
            old_laps: BTreeMap::new(),
            forced: Vec::new(),
            next: None,
            number: 0,
            wake,
            warm: None,
            untold: Untold::default(),
        }
    }

    /// Gives the lock to a worker. True if it is another than the last.
    pub(super) fn seize(&mut self, worker: usize, now: RunTime) -> bool {
        self.holder = Some(worker);
        self.asked = false;
        let switched = self.last != Some(worker);
        if switched {
            self.switched = now;
        }
        self.last = Some(worker);
        switched
    }

    /// Whether anybody would take it.
    pub(super) const fn is_wanted(&self) -> bool {
        !self.waiters.is_empty() || self.next.is_some()
    }

    /// The length of a waiter's lap: its interval, and the time until it is awake.
    fn lap(&self) -> Option<u64> {
        match self.setup.rule {
            GilRule::Interval(interval) => Some((interval + self.wake).0.max(1)),
            GilRule::Ticks(_) => None,
        }
    }

    /// Has a worker wait, from now on.
    pub(super) fn wait(&mut self, worker: usize, now: RunTime) {
        self.waiters.push(worker);
        if let Some(lap) = self.lap() {
            self.laps.insert((now.0 % lap, worker));
        }
    }

    /// Has a worker wait no longer, which has waited since `since`.
    pub(super) fn wait_no_more(&mut self, worker: usize, since: RunTime) {
        if let Some(at) = self.waiters.iter().position(|waiter| *waiter == worker) {
            self.waiters.swap_remove(at);
        }
        if self.old_laps.remove(&worker).is_none()
            && let Some(lap) = self.lap()
        {
            self.laps.remove(&(since.0 % lap, worker));
        }
    }

    /// Those whose laps of the old length are over by now, and when they were: their next are of the new one.
    pub(super) fn end_old_laps(&mut self, now: RunTime) -> Vec<(usize, RunTime)> {
        let Some(lap) = self.lap().filter(|_| !self.old_laps.is_empty()) else {
            return Vec::new();
        };
        let over: Vec<_> = self.old_laps.extract_if(.., |_, (_, end)| *end <= now).collect();
        over.into_iter()
            .map(|(worker, (_, end))| {
                self.laps.insert((end.0 % lap, worker));
                (worker, end)
            })
            .collect()
    }

    /// Draws the one of those that wait who is woken.
    pub(super) fn draw(&self, chance: &mut Chance) -> Option<usize> {
        if chance.below(WARM) == 0
            && let Some(warm) = self.warm.filter(|warm| self.waiters.contains(warm))
        {
            return Some(warm);
        }
        self.waiters.get(chance.below(self.waiters.len())).copied()
    }

    /// Who asks next, and when, as things are: the first whose lap ends after `now` and began after the last switch.
    pub(super) fn next_request(&self, now: RunTime) -> Option<(RunTime, usize)> {
        let lap = self.lap()?;
        self.holder?;
        let from = (now.0 + 1).max(self.switched.0 + lap);
        let within = from % lap;
        let next = self.laps.range((within, 0)..).next().or_else(|| self.laps.first());
        let next = next.map(|(at, worker)| (RunTime(from + (at + lap - within) % lap), *worker));
        let old = self.old_laps.iter().map(|(worker, (begin, end))| {
            // Where there was a switch in the old lap, in how many of the new length there was one too.
            let more =
                if *begin >= self.switched { 0 } else { self.switched.since(*end).0.div_ceil(lap) + 1 };
            (RunTime(end.0 + more * lap), *worker)
        });
        next.into_iter().chain(old).min()
    }

    /// Another number in the rule, from now on: a lap that has begun keeps its length, and ticks count from the next time
    /// that it is taken. `since` says when each worker began to wait, or to have laps of the present length.
    pub(super) fn set_rule(&mut self, rule: GilRule, now: RunTime, since: impl Fn(usize) -> RunTime) {
        let lap = self.lap();
        match (self.setup.rule, rule) {
            (GilRule::Interval(_), GilRule::Interval(_)) | (GilRule::Ticks(_), GilRule::Ticks(_)) => {
                self.setup.rule = rule;
            }
            _ => return,
        }
        if let Some(lap) = lap {
            for (_, worker) in std::mem::take(&mut self.laps) {
                let since = since(worker);
                let begin = RunTime(since.0 + now.since(since).0 / lap * lap);
                self.old_laps.insert(worker, (begin, RunTime(begin.0 + lap)));
            }
        }
    }
}
