//! Who had an interpreter's lock in each column of time: the two that had it longest, nobody among them.
//!
//! A line stands for one process. Columns whose time is over for good are computed once, as those of the lanes are.

use std::ops::Range;

use super::Frame;
use crate::clock::RunTime;
use crate::plan::{Runtime, Shape};
use crate::state::{RunState, SlotState};
use crate::units::Nanos;

/// Lanes that are not in shared memory are told of a little late: what is younger than this may change.
const LATE: Nanos = Nanos::from_millis(150);
/// A part of a column that nobody notices.
const SPECK: f32 = 0.01;

/// One column of one line: who had the lock, by slot; none where nobody had.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct HolderCell {
    /// Whether anything is known.
    pub(crate) known: bool,
    /// Who had it longest.
    pub(crate) first: Option<usize>,
    /// Who had it second longest; the same as the first where there is no other.
    pub(crate) second: Option<usize>,
    /// The part of the first among these two, in 1/255.
    pub(crate) weight: u8,
}

/// The lines of a run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Holders {
    cells: Vec<HolderCell>,
    settled: Vec<u16>,
}

/// The processes whose lock has a line, each by its slots: those of the shown slots that have several workers. Where
/// workers share rows, it is the first of them.
pub(crate) fn locks(runtime: Runtime, shape: Shape, shown: &Range<usize>, fold: usize) -> Vec<Range<usize>> {
    let threads = shape.threads as usize;
    if runtime.gil().is_none() || threads < 2 || shown.is_empty() {
        return Vec::new();
    }
    let first = shown.start / threads;
    let last = if fold > 1 { first } else { (shown.end - 1) / threads };
    (first..=last).map(|process| process * threads..(process + 1) * threads).collect()
}

impl Holders {
    pub(super) fn blank(&mut self) {
        *self = Self::default();
    }

    /// The cells of a line.
    pub(crate) fn line(&self, line: usize, columns: u16) -> &[HolderCell] {
        let columns = usize::from(columns);
        self.cells.get(line * columns..(line + 1) * columns).unwrap_or(&[])
    }

    /// Brings the cells up to `now`.
    pub(super) fn refresh(&mut self, run: &RunState, now: RunTime, frame: &Frame) {
        let shown = frame.shown(run.slots.len());
        let locks = locks(run.start.runtime, run.start.shape, &shown, frame.fold);
        let columns = usize::from(frame.columns);
        self.cells.resize(locks.len() * columns, HolderCell::default());
        self.settled.resize(locks.len(), 0);
        let over = run.end.is_some();
        let known = RunTime(run.now.0.saturating_sub(LATE.0));
        for (line, slots) in locks.into_iter().enumerate() {
            let Some(slots) = run.slots.get(slots.clone()).map(|states| (slots.start, states)) else {
                continue;
            };
            let cells = &mut self.cells[line * columns..(line + 1) * columns];
            for (x, cell) in (0..).zip(cells.iter_mut()).skip(usize::from(self.settled[line])) {
                let (from, to) = (frame.time(x), frame.time(x + 1).min(now));
                if from >= now {
                    break;
                }
                *cell = self::cell(slots, from, to, now, over);
            }
            self.settled[line] = match frame.column(known) {
                _ if over => frame.columns,
                Some(column) => column,
                None if known < frame.from => 0,
                None => frame.columns,
            };
        }
    }
}

fn cell(
    (first_slot, slots): (usize, &[SlotState]),
    from: RunTime,
    to: RunTime,
    now: RunTime,
    over: bool,
) -> HolderCell {
    let length = to.since(from).0 as f32;
    let mut ranked = [(None, 0.0f32); 2];
    let mut enter = |who: Option<usize>, time: f32| {
        if time > ranked[0].1 {
            ranked = [(who, time), ranked[0]];
        } else if time > ranked[1].1 {
            ranked[1] = (who, time);
        }
    };
    let mut sum = 0.0;
    for (index, slot) in slots.iter().enumerate() {
        let going = slot.levels.holds.filter(|_| !over).map_or(0.0, |since| {
            let since = since.max(slot.tenures.end()).max(from);
            to.min(now).since(since).0 as f32
        });
        let held = slot.tenures.between(from, to) + going;
        sum += held;
        enter(Some(first_slot + index), held);
    }
    // What a bin does not say exactly is no idleness.
    let idle = length - sum;
    enter(None, if idle > length * SPECK { idle } else { 0.0 });
    let [(first, most), (second, less)] = ranked;
    let second = if less > length * SPECK { second } else { first };
    let weight = if second == first { 255 } else { (most / (most + less) * 255.0) as u8 };
    HolderCell { known: most > 0.0, first, second, weight }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::script::{gil, ms};

    const GRID: Shape = Shape::new(2, 3);

    #[test]
    fn a_process_with_several_workers_has_a_line() {
        let lock: Runtime = "gil".parse().unwrap();
        assert_eq!(locks(lock, GRID, &(0..6), 1), [0..3, 3..6]);
        let one =
            |found: &[Range<usize>], first: usize| matches!(found, [slots] if *slots == (first..first + 3));
        assert!(one(&locks(lock, GRID, &(4..6), 1), 3));
        assert!(one(&locks(lock, GRID, &(0..6), 2), 0), "of folded ones the first");
        assert!(locks(lock, Shape::new(6, 1), &(0..6), 1).is_empty(), "nobody else wants it there");
        assert!(locks(Runtime::Native, GRID, &(0..6), 1).is_empty());
    }

    #[test]
    fn a_column_names_those_who_had_the_lock_longest_and_nobody() {
        let model = gil(120, 40);
        let run = &model.session.runs[0];
        let slots = (0, &run.slots[..]);
        let of = |from, to| cell(slots, ms(from), ms(to), ms(1_200), false);
        let alone = of(1, 5);
        assert_eq!((alone.first, alone.second, alone.weight), (Some(0), Some(0), 255));
        let two = of(3, 8);
        assert_eq!((two.first, two.second), (Some(0), Some(1)), "{two:?}");
        assert_eq!(of(0, 1).first, None, "nobody before the first");
    }
}
