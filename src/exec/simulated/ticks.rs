//! The older rule: a holder lets the lock go after so many ticks and wants it back at once.
//!
//! Releases are no events. Where others wait, each costs its holder time, and the number of those up to the one at which
//! another gets in is drawn: a turn. What this comes from, the README.md beside this module says.

use super::Simulation;
use super::cores::Amount;
use super::worker::Stage;
use crate::event::Phase;
use crate::plan::GilRule;
use crate::plan::runtime::{TICK, TICKS_AT_ONCE};
use crate::units::Nanos;

/// A worker that finds the lock taken is awake for so long before it sleeps.
const AWAKE: Nanos = Nanos::from_micros(6);
/// Waking one that sleeps takes the holder so long; no other is woken meanwhile.
const WAKING: Nanos = Nanos::from_micros(3);
/// Handing over to one that is awake takes so long.
const HANDING: Nanos = Nanos::from_micros(1);
/// A release takes so long where no core is left for anybody whom it would wake.
const CALL: Nanos = Nanos(150);
/// Beyond `AWAKE` one gets in between a release and the lock's being taken back where both fall into so long a time.
const GAP: Nanos = Nanos(20);
/// From one look at the lock to the next, one that is awake takes so long: of releases that are closer it misses most.
const STEP: Nanos = Nanos(250);
/// So many hand-overs are events of their own; later one event stands for ever more of them, so that the events of a run
/// grow with the logarithm of its hand-overs.
const FINE: u64 = 50_000;

/// What is between two releases while others wait.
#[derive(Copy, Clone, Debug)]
pub(super) struct Pace {
    /// Work of the task.
    work: Nanos,
    /// The same and the release.
    whole: Nanos,
}

/// The time from taking the lock until another gets it.
#[derive(Debug, Default)]
pub(super) struct Turn {
    /// Set while others wait: all that is left of the task and of the turn counts releases too.
    pub(super) pace: Option<Pace>,
    /// What is left of it, and what it was; nothing until it is drawn.
    pub(super) left: Amount,
    drawn: Amount,
    /// Hand-overs that it stands for.
    hands: u64,
    /// Wakings in vain per release, in 1/1000.
    vain: u64,
}

impl Turn {
    pub(super) const fn is_over(&self) -> bool {
        self.pace.is_some() && self.left == 0
    }
}

/// What happened in turns, and no worker was told of yet.
#[derive(Debug, Default)]
pub(super) struct Untold {
    /// Wakings in vain, in 1/1000.
    vain: u64,
    hands: u64,
    /// All hand-overs so far.
    all: u64,
}

impl Untold {
    /// What is told to who takes the lock now: wakings in vain, and hand-overs, if it is another's than before.
    pub(super) fn tell(&mut self, switched: bool) -> (u32, u64) {
        let vain = u32::try_from(self.vain / 1_000).unwrap_or(u32::MAX);
        self.vain %= 1_000;
        let hands = if switched { std::mem::take(&mut self.hands) } else { 0 };
        (vain, hands)
    }
}

/// One release in how many of 2³² cases lets another in.
fn chance_of(work: Nanos) -> u32 {
    let (work, awake) = (u128::from(work.0.max(1)), u128::from(AWAKE.0));
    let soon = (awake * awake).saturating_sub(work * work) * (1 << 31) / (awake * awake);
    let soon = soon * work / (work + u128::from(STEP.0));
    let late = (u128::from(GAP.0) << 32) / work;
    soon.max(late).min(1 << 31) as u32
}

impl Simulation {
    /// Work between two releases of a lock under the older rule.
    fn between_releases(&self, lock: usize) -> Option<Nanos> {
        match self.locks[lock].setup.rule {
            GilRule::Interval(_) => None,
            GilRule::Ticks(ticks) => {
                let ticks = u64::from(ticks.div_ceil(TICKS_AT_ONCE)) * u64::from(TICKS_AT_ONCE);
                let work = TICK * ticks;
                // Calls of C code that keep the lock follow one another, and it is let go between two of them.
                let call = self.locks[lock].setup.stretch;
                Some(if call > Nanos::ZERO { call * work.0.div_ceil(call.0) } else { work })
            }
        }
    }

    /// Under the older rule, has the releases of a holder that computes cost something from now on, if others wait, and
    /// draws its turn.
    pub(super) fn contend(&mut self, worker: usize) {
        let state = &self.workers[worker];
        if state.stage != Stage::Compute || !state.gil.holds || state.gil.turn.pace.is_some() {
            return;
        }
        let Some(lock) = self.lock_of(worker).filter(|lock| self.locks[*lock].is_wanted()) else {
            return;
        };
        let Some(work) = self.between_releases(lock) else {
            return;
        };
        let share = chance_of(work);
        // A core that was left just now is still to be given to somebody.
        let room = self.cores.has_idle() || !self.vacated.is_empty();
        let cost = if room {
            let waking = u128::from(WAKING.0) * u128::from(work.0) / u128::from(WAKING.0 + work.0);
            Nanos(waking as u64 + ((HANDING.0 * u64::from(share)) >> 32))
        } else {
            CALL
        };
        let whole = work + cost;
        let mut turn = std::mem::take(&mut self.workers[worker].gil.turn);
        if turn.left == 0 {
            let (releases, hands, vain);
            if room {
                hands = 1 + self.locks[lock].untold.all / FINE;
                releases = (1 + self.chance.failures(share)) * hands;
                vain = work.0.saturating_mul(1_000) / (work + WAKING).0;
            } else {
                // Whoever is woken has a core when the holder's slice is over.
                (hands, releases) = (1, (self.setup.parameters.slice.0 / whole.0).max(1));
                vain = 1_000 / releases;
            }
            turn.left = self.amount(whole) * u128::from(releases);
            (turn.drawn, turn.hands, turn.vain) = (turn.left, hands, vain);
        }
        turn.pace = Some(Pace { work, whole });
        let state = &mut self.workers[worker];
        for amount in [&mut state.left, &mut state.needed] {
            *amount = (*amount * u128::from(whole.0)).div_ceil(u128::from(work.0));
        }
        state.gil.computed = 0;
        state.gil.turn = turn;
    }

    /// Ends the turn of a holder, early or not.
    pub(super) fn end_turn(&mut self, lock: usize, worker: usize) {
        let state = &mut self.workers[worker];
        let turn = std::mem::take(&mut state.gil.turn);
        let Some(pace) = turn.pace else {
            return;
        };
        for amount in [&mut state.left, &mut state.needed] {
            *amount = (*amount * u128::from(pace.work.0)).div_ceil(u128::from(pace.whole.0));
        }
        let done = turn.drawn - turn.left;
        let releases = done / self.amount(pace.whole).max(1);
        let hands = (u128::from(turn.hands) * done / turn.drawn.max(1)) as u64;
        let untold = &mut self.locks[lock].untold;
        untold.vain = untold.vain.saturating_add(releases as u64 * turn.vain);
        untold.hands += hands;
        untold.all += hands;
    }

    /// Whether a worker that is awake and finds the lock taken gets it when it is let go next: in two cases of three where
    /// that is soon.
    pub(super) fn catches(&mut self, lock: usize, holder: Option<usize>) -> bool {
        let (Some(work), None, Some(holder)) = (self.between_releases(lock), self.locks[lock].next, holder)
        else {
            return false;
        };
        let Some(core) = self.workers[holder].core else {
            return false;
        };
        self.account(core, holder);
        let state = &self.workers[holder];
        let each = self.amount(state.gil.turn.pace.map_or(work, |pace| pace.whole)).max(1);
        let rest = each - state.gil.computed % each;
        let soon = state.stage == Stage::Compute && state.gil.holds && rest <= self.amount(AWAKE);
        if !soon || self.chance.below(3) == 0 {
            return false;
        }
        let turn = &mut self.workers[holder].gil.turn;
        let done = turn.drawn - turn.left;
        turn.hands = ((u128::from(turn.hands) * done / turn.drawn.max(1)) as u64).max(1);
        (turn.left, turn.drawn) = (rest, done + rest);
        true
    }

    /// The turn of a holder is over: another has the lock, and the holder wants it back.
    pub(super) fn pass_on(&mut self, lock: usize, worker: usize) {
        self.workers[worker].enter(Phase::GilWait);
        self.look_at_journal(worker);
        self.vacate(worker);
        self.end_turn(lock, worker);
        self.workers[worker].put_by();
        if self.locks[lock].next.is_none()
            && let Some(next) = self.locks[lock].draw(&mut self.chance)
        {
            self.locks[lock].wait_no_more(next, self.workers[next].gil.since);
            self.locks[lock].next = Some(next);
        }
        self.give(worker);
        self.wait_for_lock(lock, worker);
    }
}
