//! The lanes as cells: which phases had how much of each column's time.
//!
//! A column stands for many milliseconds and often for many phases. It keeps the two longest and the share of the first,
//! never just the last. Computing counts twice: with a CPU, and without one. Columns whose time is over for good are
//! computed once; a frame computes those that still change, so that a thousand lanes cost no more to watch than a few.

pub(crate) mod holders;

use crate::clock::RunTime;
use crate::event::Phase;
use crate::ids::TaskIndex;
use crate::state::{RunState, Shares, SlotState};
use crate::tui::chart::holders::{HolderCell, Holders};

/// One column of one row.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Cell {
    /// The longest phase; none where nothing is known. Computing without a CPU is never the first, unless nothing is
    /// beside it: it would change places with computing from column to column.
    pub(crate) first: Option<Phase>,
    /// The second longest, where there is one.
    pub(crate) second: Option<Phase>,
    /// The part of the first among these two, in 1/255.
    pub(crate) weight: u8,
    /// Whether the second is computing without a CPU.
    pub(crate) preempted: bool,
    /// Whether the task is one of every second.
    pub(crate) odd: bool,
}

/// What a chart shows. While this stays the same, settled columns do.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Frame {
    /// Index of the run.
    pub(crate) run: usize,
    /// The beginning of the stretch.
    pub(crate) from: RunTime,
    /// Its end.
    pub(crate) to: RunTime,
    /// Columns.
    pub(crate) columns: u16,
    /// The first slot.
    pub(crate) first: usize,
    /// One more than the last slot.
    pub(crate) end: usize,
    /// Rows.
    pub(crate) rows: u16,
    /// Slots that share a row.
    pub(crate) fold: usize,
}

impl Frame {
    /// The moment at which a column begins.
    pub(crate) fn time(&self, column: u16) -> RunTime {
        let length = u128::from(self.to.since(self.from).0);
        let offset = length * u128::from(column) / u128::from(self.columns.max(1));
        RunTime(self.from.0.saturating_add(offset as u64))
    }

    /// The column that shows a moment, if one does.
    pub(crate) fn column(&self, at: RunTime) -> Option<u16> {
        if at < self.from || at >= self.to || self.columns == 0 {
            return None;
        }
        let length = u128::from(self.to.since(self.from).0.max(1));
        let column = u128::from(at.since(self.from).0) * u128::from(self.columns) / length;
        Some((column as u16).min(self.columns - 1))
    }

    /// All slots that are shown.
    pub(crate) fn shown(&self, of: usize) -> std::ops::Range<usize> {
        let end = self.end.min(of);
        let rows = usize::from(self.rows) * self.fold.max(1);
        self.first.min(end)..(self.first + rows).min(end)
    }

    /// The slots of a row.
    pub(crate) fn slots(&self, row: u16, of: usize) -> std::ops::Range<usize> {
        let end = self.end.min(of);
        let first = (self.first + usize::from(row) * self.fold.max(1)).min(end);
        first..(first + self.fold.max(1)).min(end)
    }
}

/// The part of a column from which on it is shown that computing had no CPU: what is less is how finely it is known.
const NOTICED: f32 = 0.1;

/// The cells of all rows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Chart {
    frame: Frame,
    cells: Vec<Cell>,
    /// Columns that will not change, by row.
    settled: Vec<u16>,
    holders: Holders,
}

impl Chart {
    /// What it shows.
    pub(crate) const fn frame(&self) -> &Frame {
        &self.frame
    }

    /// The cells of a row.
    pub(crate) fn row(&self, row: u16) -> &[Cell] {
        let columns = usize::from(self.frame.columns);
        let start = usize::from(row) * columns;
        self.cells.get(start..start + columns).unwrap_or(&[])
    }

    /// Whether any cell shows that there was no CPU to compute on.
    pub(crate) fn shows_preempted(&self) -> bool {
        self.cells.iter().any(|cell| cell.preempted)
    }

    /// The phase that cells show most often in its second shade, that of every other task; none where there is no such cell.
    pub(crate) fn shaded(&self) -> Option<Phase> {
        let odd =
            |phase: &Phase| self.cells.iter().filter(|cell| cell.odd && cell.first == Some(*phase)).count();
        let told = [Phase::Blocked, Phase::Computing].into_iter();
        told.max_by_key(odd).filter(|phase| odd(phase) > 0)
    }

    /// Who had the lock of an interpreter, line by line: see [`holders::locks`].
    pub(crate) fn holders(&self, line: usize) -> &[HolderCell] {
        self.holders.line(line, self.frame.columns)
    }

    /// Brings the cells up to `now`.
    pub(crate) fn refresh(&mut self, run: &RunState, now: RunTime, frame: Frame) {
        if self.frame != frame {
            self.blank(frame);
        }
        for row in 0..frame.rows {
            self.refresh_row(row, run, now);
        }
        self.holders.refresh(run, now, &frame);
    }

    /// Shows a run of which nothing is known yet.
    pub(crate) fn blank(&mut self, frame: Frame) {
        self.frame = frame;
        self.cells.clear();
        self.cells.resize(usize::from(frame.rows) * usize::from(frame.columns), Cell::default());
        self.settled.clear();
        self.settled.resize(usize::from(frame.rows), 0);
        self.holders.blank();
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    fn refresh_row(&mut self, row: u16, run: &RunState, now: RunTime) {
        let frame = self.frame;
        let slots = &run.slots[frame.slots(row, run.slots.len())];
        let over = run.end.is_some();
        let settled = if over {
            frame.columns
        } else {
            // What has not been drawn yet is not settled, even if all is known of it.
            let known = slots.iter().map(|slot| slot.timeline.end()).min().unwrap_or_default().min(now);
            frame.column(known).unwrap_or(if known < frame.from { 0 } else { frame.columns })
        };
        let first = self.settled[usize::from(row)];
        let start = usize::from(row) * usize::from(frame.columns);
        let cells = &mut self.cells[start..start + usize::from(frame.columns)];
        for column in first..frame.columns {
            let (from, to) = (frame.time(column), frame.time(column + 1));
            if from >= now {
                break;
            }
            let mut shares = Shares::default();
            let mut preempted = 0.0;
            for slot in slots {
                add(&mut shares, slot, from, to.min(now), over);
                preempted += slot.preempted.between(from, to.min(now));
                if !over && slot.levels.phase == Phase::Computing {
                    preempted += slot.preempted.expected(from, to.min(now));
                }
            }
            let odd = cells[usize::from(column)].odd;
            cells[usize::from(column)] = Cell { odd, ..cell(&shares, preempted) };
        }
        if let [slot] = slots {
            let stride = if run.start.chunk == 1 { run.slots.len() as u32 } else { 1 };
            shade(cells, &frame, slot, stride);
        }
        self.settled[usize::from(row)] = settled;
    }
}

/// Adds what a slot did from `from` to `to`, the phase that goes on included.
fn add(shares: &mut Shares, slot: &SlotState, from: RunTime, to: RunTime, over: bool) {
    let known = slot.timeline.end();
    if from < known {
        let part = slot.timeline.between(from, to);
        for (sum, time) in shares.0.iter_mut().zip(part.0) {
            *sum += time;
        }
    }
    if !over && slot.levels.phase != Phase::Absent {
        let since = slot.levels.since.max(known).max(from);
        shares.0[slot.levels.phase as usize] += to.since(since).0 as f32;
    }
}

fn cell(shares: &Shares, preempted: f32) -> Cell {
    // Within a reading it is taken to be spread evenly, and may be more than a column has of computing.
    let preempted = preempted.min(shares.0[Phase::Computing as usize]);
    let preempted = if preempted >= shares.sum() * NOTICED { preempted } else { 0.0 };
    let mut shares = *shares;
    shares.0[Phase::Computing as usize] -= preempted;
    let mut ranked = shares.ranked();
    let longest = ranked.next();
    let next = ranked.next();
    let of_two = |most: f32, less: f32| (most / (most + less) * 255.0) as u8;
    match (longest, next) {
        (None, _) if preempted <= 0.0 => Cell::default(),
        (longest, next) if preempted > next.map_or(0.0, |(_, time)| time) => {
            let (first, time) = longest.unwrap_or((Phase::Computing, 0.0));
            let (weight, second) = (of_two(time, preempted), Some(Phase::Computing));
            Cell { first: Some(first), second, weight, preempted: true, odd: false }
        }
        (longest, next) => {
            let [most, less] = [longest, next].map(|part| part.map_or(0.0, |(_, time)| time));
            let [first, second] = [longest, next].map(|part| part.map(|(phase, _)| phase));
            Cell { first, second, weight: of_two(most, less), preempted: false, odd: false }
        }
    }
}

/// Gives neighbouring tasks two shades, if they have four columns each or more. Which of the two a task has follows from
/// its number, as far as tasks come in turn, so that shades do not flicker while time moves on.
fn shade(cells: &mut [Cell], frame: &Frame, slot: &SlotState, stride: u32) {
    let mut at = 0u16;
    let mut last: Option<(TaskIndex, bool)> = None;
    let going = slot.levels.task.map(|task| (task, slot.levels.since.max(slot.timeline.end())));
    let spans = slot.timeline.spans(frame.from, frame.to).filter_map(|span| Some((span.task?, span.start)));
    let mut tasks = 0;
    for (task, start) in spans.chain(going) {
        if last.is_some_and(|(before, _)| before == task) {
            continue;
        }
        tasks += 1;
        if tasks * 4 > frame.columns {
            paint(cells, 0, frame.columns, None);
            return;
        }
        let odd = last.map_or(task.0 / stride.max(1) % 2 == 1, |(_, odd)| !odd);
        let column = if start <= frame.from { 0 } else { frame.column(start).unwrap_or(frame.columns) };
        paint(cells, at, column, last);
        (at, last) = (column, Some((task, odd)));
    }
    paint(cells, at, frame.columns, last);
}

fn paint(cells: &mut [Cell], from: u16, to: u16, task: Option<(TaskIndex, bool)>) {
    let odd = task.is_some_and(|(_, odd)| odd);
    if let Some(cells) = cells.get_mut(usize::from(from)..usize::from(to)) {
        for cell in cells {
            cell.odd = odd;
        }
    }
}

#[cfg(test)]
mod tests;
