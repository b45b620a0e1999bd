//! Simulated runs: one thread lets virtual time pass, drains the lanes in between, and says what the cores did.
//!
//! Whoever watches sees the same events as of a real run. How fast virtual time passes is the engine's [`Pace`], and
//! changes nothing of the run: at once, the moments at which lanes are drained are moments of virtual time.

use super::runs::{Ground, Prepared, end};
use super::{Inner, Pace};
use crate::clock::{Clock, ManualHand, RunClock, RunTime, Stamp};
use crate::event::{CoreLoad, CoreSample, EventSink, RunEvent};
use crate::exec::CancelToken;
use crate::exec::gil::Interval;
use crate::exec::simulated::{Setup, Simulation};
use crate::ids::{CpuId, RunId};
use crate::plan::{GilRule, Plan, PlannedRun, SimSetup, Work};
use crate::units::{Nanos, Share};

/// The wall time between two steps of a run that is watched.
const TICK: Nanos = Nanos::from_millis(33);
/// The most wall time that a step can make up for: a stop by Ctrl-Z, or a machine that is busy, lets none of it pass.
const LONGEST: Nanos = Nanos::from_millis(100);
/// The virtual time between two drains of a run that is worked out at once, for each [`LANES`] or part of them, for a drain
/// looks at every lane; and between two readings of its cores.
const DRAIN: Nanos = Nanos::from_millis(33);
const LANES: u32 = 1_024;
const READING: Nanos = Nanos::from_millis(250);
/// After so many of them at once the time between them doubles: of a long run nobody needs as many.
const MANY: u32 = 240;

impl Inner {
    /// Simulates one run from its first to its last event, on the calling thread.
    pub(super) fn simulate(
        &self,
        plan: &Plan,
        setup: SimSetup,
        (id, planned): &(RunId, PlannedRun),
        works: &[Work],
        ground: &Ground,
        cancel: &CancelToken,
    ) {
        let prepared = self.prepare(plan, *id, planned, &works[planned.workload], ground);
        let Prepared { spec, lanes, events, mut collector, .. } = prepared;
        let setup = Setup { cores: ground.machine.cpus, gil: setup.gil, parameters: *plan.simulator };
        let (clock, hand) = Clock::manual();
        let clock = RunClock::new(clock.clone(), clock.now());
        let interval = setup.gil.map(|gil| Interval::new(gil.rule));
        if let Some(active) = self.active().as_mut() {
            active.clock = Some(clock.clone());
            active.runs = vec![*id];
            active.simulated = true;
            active.interval.clone_from(&interval);
        }
        let simulation = Simulation::new(&spec, &setup, &lanes, events.clone());
        let cores = Cores { read: RunTime::START, busy: vec![Nanos::ZERO; setup.cores as usize], events };
        let rule = interval.as_ref().map(Interval::rule);
        let drain = DRAIN * u64::from(spec.slots.div_ceil(LANES));
        let mut play = Play { simulation, clock, hand, cores, drain, interval, rule, over: false };
        self.play(&mut play, cancel, |now| collector.tell(now));
        let now = play.clock.now();
        let asked = self.active().as_mut().and_then(|active| {
            active.clock = None;
            active.interval = None;
            active.runs.clear();
            active.simulated = false;
            active.asked
        });
        let (last, books) = (collector.finish(now), play.simulation.books());
        play.cores.events.say(RunEvent::RunFinished(Box::new(end(now.elapsed(), asked, books, last))));
    }

    /// Lets virtual time pass until the run is over, as fast as it is wished for.
    fn play(&self, play: &mut Play, cancel: &CancelToken, mut drain: impl FnMut(RunTime)) {
        let mut looked = self.options.clock.now();
        while !play.over && !cancel.is_cancelled() {
            match self.pace() {
                Pace::RealTime(factor) => {
                    let until = allowed(play.clock.now(), factor, &mut looked, self.options.clock.now());
                    let reading = Nanos::from_secs_f64(READING.as_secs_f64() * factor.max(1.0));
                    let same = || self.pace() == Pace::RealTime(factor) && !cancel.is_cancelled();
                    while !play.over && play.clock.now() < until && same() {
                        let step = until.min(play.cores.read.after(reading));
                        if play.advance(step) {
                            drain(play.clock.now());
                        }
                        play.read_cores(reading);
                    }
                    drain(play.clock.now());
                    if !play.over {
                        cancel.wait(TICK);
                    }
                }
                Pace::AtOnce => {
                    let same = || self.pace() == Pace::AtOnce && !cancel.is_cancelled();
                    play.at_once(same, &mut drain);
                    looked = self.options.clock.now();
                }
            }
        }
        if !play.over {
            play.simulation.cancel();
            play.at_once(|| true, &mut drain);
        }
    }
}

/// Up to which moment virtual time may pass by `now`, after it was last looked at the wall's.
fn allowed(virtual_now: RunTime, factor: f64, looked: &mut Stamp, now: Stamp) -> RunTime {
    let passed = now.since(*looked).min(LONGEST);
    *looked = now;
    virtual_now.after(Nanos::from_secs_f64(passed.as_secs_f64() * factor))
}

/// A simulated run that goes on.
struct Play {
    simulation: Simulation,
    /// What everybody reads, and the hand that keeps it with the simulation.
    clock: RunClock,
    hand: ManualHand,
    cores: Cores,
    /// The virtual time between two drains, where nobody waits for it.
    drain: Nanos,
    /// When holders of the locks let go: as it is set, and as the simulation knows it.
    interval: Option<Interval>,
    rule: Option<GilRule>,
    over: bool,
}

impl Play {
    /// Lets time pass up to `until`; true if it stopped before, for a journal is nearly full.
    fn advance(&mut self, until: RunTime) -> bool {
        let rule = self.interval.as_ref().map(Interval::rule);
        if let Some(changed) = rule.filter(|_| rule != self.rule) {
            self.simulation.set_rule(changed);
            self.rule = rule;
        }
        self.over = self.simulation.advance(until);
        let now = self.simulation.now();
        self.hand.advance(now.since(self.clock.now()));
        !self.over && now < until
    }

    /// Plays on to the end, or while `same` holds.
    fn at_once(&mut self, same: impl Fn() -> bool, drain: &mut impl FnMut(RunTime)) {
        let mut drains = Rhythm::new(self.drain, self.clock.now());
        let mut readings = Rhythm::new(READING, self.cores.read);
        while !self.over && same() {
            // Where nothing happens for a while, there is nothing to be drained.
            let next = self.simulation.next_event().unwrap_or(RunTime::START);
            let full = self.advance(drains.due().max(next).min(readings.due().max(next)));
            let now = self.clock.now();
            if full || drains.is_due(now) {
                drain(now);
            }
            if readings.is_due(now) {
                self.read_cores(Nanos::ZERO);
            }
        }
    }

    /// Says what the cores did since they were last read, if that is at least `period` ago.
    fn read_cores(&mut self, period: Nanos) {
        let now = self.clock.now();
        if now.since(self.cores.read) >= period.max(Nanos(1)) {
            self.cores.say(now, self.simulation.busy());
        }
    }
}

/// The cores of a simulated machine, as they were last read.
struct Cores {
    read: RunTime,
    busy: Vec<Nanos>,
    events: EventSink,
}

impl Cores {
    fn say(&mut self, now: RunTime, busy: &[Nanos]) {
        let period = now.since(self.read);
        let load = |(cpu, (now, before)): (u16, (&Nanos, &Nanos))| {
            let share = (*now - *before).share_of(period);
            CoreLoad { cpu: CpuId(cpu), busy: share, ours: share, steal: Share::ZERO, allowed: true }
        };
        let cores = (0..).zip(busy.iter().zip(&self.busy)).map(load).collect();
        self.events.say(RunEvent::Cores(CoreSample {
            period,
            cores,
            simulated: true,
            ..CoreSample::default()
        }));
        self.read = now;
        self.busy.clear();
        self.busy.extend_from_slice(busy);
    }
}

/// Something that is done from time to time, and the more rarely the longer it goes on.
struct Rhythm {
    last: RunTime,
    period: Nanos,
    done: u32,
}

impl Rhythm {
    const fn new(period: Nanos, last: RunTime) -> Self {
        Self { last, period, done: 0 }
    }

    const fn due(&self) -> RunTime {
        self.last.after(self.period)
    }

    /// Whether it is to be done now; if so, it is done.
    fn is_due(&mut self, now: RunTime) -> bool {
        let due = now >= self.due();
        if due {
            self.last = now;
            self.done += 1;
            if self.done.is_multiple_of(MANY) {
                self.period = self.period * 2;
            }
        }
        due
    }
}
