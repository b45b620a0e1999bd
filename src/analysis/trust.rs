//! How far the times of a run can be relied on.

use crate::plan::Plan;
use crate::state::{RunState, Session};
use crate::units::{Nanos, Share};

/// The rest of the machine should be idle to at least this: a tenth of the CPUs lost to others is more than most
/// differences that people look for.
pub(super) const IDLE_BEFORE: f64 = 0.90;
/// A hypervisor or a quota may take at most this: they take it in pieces of milliseconds, which fall on some tasks only.
const TAKEN: f64 = 0.01;
/// Serial may be this far from its calibration: clocks of CPUs differ by as much when they warm up.
const OFF_CALIBRATION: f64 = 0.10;
/// A makespan should be at least this: the system's time slices and wake-ups, milliseconds each, do not show in it.
pub(super) const LONG_ENOUGH: Nanos = Nanos::from_millis(50);

/// Starting a command takes a part that does not show of this.
const SHORT_COMMAND: Nanos = Nanos::from_millis(20);

/// How far the times of a run can be relied on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trust {
    /// 4 when nothing speaks against it, less one for each reason; 0 to 4.
    pub level: u8,
    /// What speaks against it, each as a clause with its numbers.
    pub reasons: Vec<String>,
    /// The first of the reasons in two or three words.
    pub in_short: Option<&'static str>,
}

impl Trust {
    /// None of a simulated run, in which nothing was measured.
    pub(super) fn of(session: &Session, run: &RunState, makespan: Nanos) -> Option<Self> {
        if run.start.runtime.simulated().is_some() {
            return None;
        }
        let around = &run.surroundings;
        let reasons = [
            (busy(around.idle_before).or_else(|| busy_meanwhile(run)), "busy machine"),
            (taken(run), "CPUs held back"),
            (off_calibration(session, run), "unsteady speed"),
            (short(makespan), "short run"),
            (beside(session), "runs at once"),
        ];
        let in_short = reasons.iter().find_map(|(reason, words)| reason.as_ref().map(|_| *words));
        let reasons: Vec<String> = reasons.into_iter().filter_map(|(reason, _)| reason).collect();
        Some(Self { level: 4u8.saturating_sub(reasons.len() as u8), reasons, in_short })
    }
}

fn busy(idle_before: Option<Share>) -> Option<String> {
    let idle = idle_before.filter(|idle| idle.fraction() < IDLE_BEFORE)?;
    Some(format!("the machine was busy with other work: {} % idle before the run", floor_percent(idle)))
}

/// Where the cores were not read before the run, since it began at once: what others took while it ran.
fn busy_meanwhile(run: &RunState) -> Option<String> {
    let around = &run.surroundings;
    if around.idle_before.is_some() || around.read == Nanos::ZERO {
        return None;
    }
    let commands = match &run.commands {
        // To start commands that are over at once takes as long as they do, and is nobody else's work.
        Some(log) if log.totals.elapsed < SHORT_COMMAND * log.totals.ended => return None,
        Some(log) => log.totals.cpu(),
        None => Nanos::ZERO,
    };
    let others = Share::of((around.others - commands).0 as f64, around.read.0 as f64);
    (others.fraction() > 1.0 - IDLE_BEFORE)
        .then(|| format!("other work took {} % of the CPUs meanwhile", others.percent()))
}

fn taken(run: &RunState) -> Option<String> {
    let around = &run.surroundings;
    if around.most_throttled.fraction() > TAKEN {
        Some(format!(
            "a CPU quota held the workers back, by up to {} %",
            around.most_throttled.percent().max(1)
        ))
    } else if around.most_steal.fraction() > TAKEN {
        Some(format!("the hypervisor took up to {} % of the CPUs", around.most_steal.percent().max(1)))
    } else {
        None
    }
}

/// Serial against its calibration; where the run has no serial run beside it, there is nothing to say.
fn off_calibration(session: &Session, run: &RunState) -> Option<String> {
    let serial = session.baseline(run)?;
    let end = serial.end.as_ref()?;
    let estimate = serial.start.serial_estimate;
    if !serial.start.work.task().computes() || estimate == Nanos::ZERO {
        return None;
    }
    let (took, foreseen) = if serial.start.work.parts().is_empty() {
        (serial.elapsed(serial.now) - end.startup - end.shutdown, estimate)
    } else {
        // Of a mix only the part that is computed: how late the system ends waits is no matter of calibration.
        let ledger = serial.ledger();
        let waiting = serial.start.work.waiting_of_all(serial.start.tasks);
        (ledger.computing + ledger.preempted, estimate - waiting)
    };
    if foreseen == Nanos::ZERO {
        return None;
    }
    let off = took.0 as f64 / foreseen.0 as f64 - 1.0;
    // A composite number ends a trial division early, which calibration cannot know: faster says nothing there.
    let faster_counts = !serial.start.work.is_at_most();
    let percent = (off.abs() * 100.0).round();
    if off > OFF_CALIBRATION {
        Some(format!("serial took {percent} % longer than calibration foresaw"))
    } else if off < -OFF_CALIBRATION && faster_counts {
        Some(format!("serial took {percent} % less than calibration foresaw"))
    } else {
        None
    }
}

fn short(makespan: Nanos) -> Option<String> {
    (makespan < LONG_ENOUGH)
        .then(|| format!("the tasks took {makespan} together, too short for a steady measurement"))
}

/// Whether the run had others beside it.
fn beside(session: &Session) -> Option<String> {
    let runs = session.plan.as_ref().map_or(1, Plan::at_once);
    (runs > 1).then(|| format!("{runs} strategies ran at once and shared the CPUs"))
}

/// Whole percent, rounded down: 89.9 % idle is said to be below 90.
pub(super) fn floor_percent(share: Share) -> u32 {
    (share.fraction() * 100.0).floor() as u32
}
