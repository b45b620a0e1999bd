//! What a worker did at one moment of its run, as far as its timeline still knows.

use crate::clock::RunTime;
use crate::event::Phase;
use crate::ids::TaskIndex;
use crate::state::{RunState, SlotState};
use crate::units::Nanos;

/// Around a moment of which no stretch is known, so much is looked at.
const AROUND: Nanos = Nanos::from_millis(1);

/// What a worker did.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Doing {
    /// This, from one moment to another; still, where there is no other.
    This { phase: Phase, task: Option<TaskIndex>, since: RunTime, until: Option<RunTime> },
    /// Mostly this: what it did one by one is not kept, or was too short to be told.
    Mostly(Phase),
    /// Nothing any more: the run is over.
    Over,
    /// Nobody knows.
    Unknown,
}

impl Doing {
    /// Its phase.
    pub(crate) const fn phase(self) -> Option<Phase> {
        match self {
            Self::This { phase, .. } | Self::Mostly(phase) => Some(phase),
            Self::Over | Self::Unknown => None,
        }
    }
}

/// What the worker in a slot did at a moment.
pub(crate) fn doing(run: &RunState, slot: &SlotState, at: RunTime) -> Doing {
    if run.end.as_ref().is_some_and(|end| at >= RunTime(end.elapsed.0)) {
        return Doing::Over;
    }
    let line = &slot.timeline;
    let known = line.end();
    if at >= known {
        let levels = &slot.levels;
        return match (&run.end, levels.phase) {
            // After its last stretch nothing is told of a worker but that it is gone.
            (Some(_), _) => Doing::This { phase: Phase::Absent, task: None, since: known, until: None },
            (None, phase) => {
                Doing::This { phase, task: levels.task, since: levels.since.max(known), until: None }
            }
        };
    }
    if line.keeps_detail(at)
        && let Some(span) = line.spans(at, at.after(Nanos(1))).next()
    {
        return Doing::This { phase: span.phase, task: span.task, since: span.start, until: Some(span.end) };
    }
    let around = line.between(RunTime(at.0.saturating_sub(AROUND.0)), at.after(AROUND));
    around.ranked().next().map_or(Doing::Unknown, |(phase, _)| Doing::Mostly(phase))
}

/// The process that lived in a slot; none where several did, for nobody knows which one it was then.
pub(crate) fn process(slot: &SlotState) -> Option<u32> {
    match slot.pids.as_slice() {
        [] => Some(slot.levels.pid).filter(|pid| *pid != 0),
        [one] => Some(*one),
        _ => None,
    }
}
