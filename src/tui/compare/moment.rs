//! What a worker did at one moment of its run, as far as its timeline still knows.

use crate::clock::RunTime;
use crate::event::Phase;
use crate::ids::TaskIndex;
use crate::state::{RunState, SlotState, TaskRecord};
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

/// The workers that have no CPU at a moment, of those that compute then.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct WithoutCpu {
    /// How many, as far as it is known or was so of late.
    pub(crate) count: usize,
    /// Which, in order, as far as it is known of that moment.
    pub(crate) who: Vec<usize>,
}

impl WithoutCpu {
    /// Of workers that did this at a moment. Each had no CPU for a part of the time around it. Together these parts are so
    /// many workers, and it is those with the largest; who had one for half of that time is not named.
    pub(crate) fn of(run: &RunState, readings: &[Doing], at: RunTime) -> Self {
        let computing = readings.iter().zip(&run.slots).enumerate();
        let computing = computing.filter(|(_, (reading, _))| reading.phase() == Some(Phase::Computing));
        let parts = computing.map(|(index, (_, slot))| (index, slot.preempted.at(at)));
        let whole = |parts: &mut dyn Iterator<Item = f32>| parts.sum::<f32>().round() as usize;
        let count = whole(&mut parts.clone().map(|(_, part)| part));
        let known = parts.filter(|(index, _)| run.slots[*index].preempted.known_until() > at);
        let mut known: Vec<(usize, f32)> = known.collect();
        known.sort_by(|a, b| b.1.total_cmp(&a.1));
        known.truncate(whole(&mut known.iter().map(|(_, part)| *part)));
        let mostly = known.into_iter().filter(|(_, part)| *part > 0.5);
        let mut who: Vec<usize> = mostly.map(|(index, _)| index).collect();
        who.sort_unstable();
        Self { count, who }
    }
}

/// The process that lived in a slot; none where several did, for nobody knows which one it was then.
pub(crate) fn process(slot: &SlotState) -> Option<u32> {
    match slot.pids.as_slice() {
        [] => Some(slot.levels.pid).filter(|pid| *pid != 0),
        [one] => Some(*one),
        _ => None,
    }
}

/// The task that a worker had at a moment: as its record says, or as far as its timeline still knows.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) struct Picked {
    /// Its number.
    pub(crate) task: TaskIndex,
    /// Its beginning.
    pub(crate) start: RunTime,
    /// Its end; none where it goes on.
    pub(crate) end: Option<RunTime>,
    /// Its record, if that is kept.
    pub(crate) record: Option<TaskRecord>,
}

/// The task that the worker in a slot had at a moment, if it had one.
pub(crate) fn picked(run: &RunState, slot: usize, at: RunTime) -> Option<Picked> {
    let own = |record: &TaskRecord| record.slot.index() == slot && record.start <= at && at < record.end;
    if let Some(record) = run.recent.iter().find(|record| own(record)) {
        let TaskRecord { task, start, end, .. } = *record;
        return Some(Picked { task, start, end: Some(end), record: Some(*record) });
    }
    let state = run.slots.get(slot)?;
    let Doing::This { task: Some(task), since, until, .. } = doing(run, state, at) else { return None };
    let same = tasks(state).find(|(other, start, end)| *other == task && *start <= at && at < *end);
    let start = same.map_or(since, |(_, start, _)| start);
    let over = until.is_some() && state.levels.task != Some(task);
    Some(Picked { task, start, end: same.map(|(_, _, end)| end).filter(|_| over), record: None })
}

/// The tasks that a slot's timeline still knows one by one, with their beginnings and ends so far.
fn tasks(slot: &SlotState) -> impl Iterator<Item = (TaskIndex, RunTime, RunTime)> {
    let mut spans = slot.timeline.spans(RunTime::START, RunTime(u64::MAX)).peekable();
    std::iter::from_fn(move || {
        let (task, start, mut end) = loop {
            let span = spans.next()?;
            if let Some(task) = span.task {
                break (task, span.start, span.end);
            }
        };
        while let Some(span) = spans.next_if(|span| span.task == Some(task)) {
            end = span.end;
        }
        Some((task, start, end))
    })
}

/// The beginning of the task after a moment on a lane, or of the one before it.
pub(crate) fn next_task(run: &RunState, slot: usize, at: RunTime, later: bool) -> Option<RunTime> {
    let state = run.slots.get(slot)?;
    let going = state.levels.task.filter(|_| run.end.is_none()).map(|_| state.levels.since);
    let mut starts = tasks(state).map(|(_, start, _)| start).chain(going);
    if later {
        starts.find(|start| *start > at)
    } else {
        let begun = picked(run, slot, at).map_or(at, |picked| picked.start);
        starts.take_while(|start| *start < begun).last()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Gauges, RunEvent};
    use crate::ids::SlotId;
    use crate::tui::script::{crowd, happen, ms};

    #[test]
    fn of_those_that_compute_as_many_have_no_cpu_as_their_clocks_missed() {
        let mut model = crowd(120, 40, 4);
        let slots =
            (0..).zip(&model.session.runs[0].slots).zip([100, 10, 90, 5]).map(|((slot, state), cpu)| {
                let computing_cpu = state.levels.computing_cpu + Nanos::from_millis(cpu);
                (SlotId(slot), Gauges { computing_cpu, ..state.levels })
            });
        let slots = slots.collect();
        happen(&mut model, vec![RunEvent::Levels { at: ms(1_300), slots }]);
        let run = &model.session.runs[0];
        let without = |at| {
            let readings: Vec<Doing> = run.slots.iter().map(|slot| doing(run, slot, at)).collect();
            WithoutCpu::of(run, &readings, at)
        };
        assert_eq!(
            without(ms(1_250)),
            WithoutCpu { count: 2, who: vec![1, 3] },
            "0 + 90 + 10 + 95 of 100 ms"
        );
        assert_eq!(without(ms(1_350)).who, [0; 0], "not read yet");
        assert_eq!(
            without(ms(1_100)),
            WithoutCpu { count: 1, who: vec![] },
            "a fifth of each, by the first reading"
        );
        assert_eq!(WithoutCpu::of(run, &[Doing::Over; 4], ms(1_250)), WithoutCpu::default());
    }
}
