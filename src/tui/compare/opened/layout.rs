//! Where everything is of one run that is opened: a pure function of the terminal's size and of the run.

use ratatui::layout::{Position, Rect};

use crate::tui::chart::holders;
use crate::tui::compare::kept::Entry;
use crate::tui::lab::finding;
use crate::tui::lab::layout::{Stack, inside};
use crate::tui::lab::locks::LaneRows;

/// The most lines of a lane.
const HIGHEST: u16 = 10;
/// Lines of the record of a task, with its frame.
const RECORD: u16 = 12;
/// Columns of the record.
const RECORD_WIDTH: u16 = 32;

/// Where everything is.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct OpenedLayout {
    pub(crate) header: Rect,
    pub(crate) title: Rect,
    pub(crate) lanes: Rect,
    pub(crate) record: Option<Rect>,
    pub(crate) tasks: Option<Rect>,
    pub(crate) finding: Rect,
    pub(crate) footer: Rect,
    framed: bool,
    /// Columns of a lane's name, of time, and of what the worker did.
    pub(super) label: u16,
    pub(crate) columns: u16,
    pub(super) side: u16,
    /// Lanes that there is room for, and the lines of each.
    pub(crate) rows: u16,
    pub(super) height: u16,
    /// Lines that say who has a lock, the lines of each, and the slots of a process.
    locks: (u16, u16),
    threads: usize,
    pub(super) axis: bool,
    pub(super) legend: bool,
}

/// Where everything is on a terminal of this size.
pub(crate) fn opened_layout(area: Rect, entry: &Entry<'_>) -> OpenedLayout {
    let framed = area.height >= 18;
    let mut stack = Stack(area);
    let header = stack.take(1);
    let footer = stack.take_bottom(1);
    let finding = stack.take_bottom(u16::from(area.height >= 12) + finding::added(area, entry.notices));
    if area.width >= 60 {
        stack.0.x += 1;
        stack.0.width -= 2;
    }
    if area.height >= 30 {
        stack.take(1);
    }
    let title = stack.take(1);
    let body = stack.0.height;
    let frame = if framed { 2 } else { 0 };
    let (axis, legend) = (body >= 4, body >= 8);
    let around = frame + u16::from(axis) + u16::from(legend);
    let slots = entry.run.slots.len().clamp(1, 65_535) as u16;
    let below = match body {
        0..12 => 0,
        12..20 => body / 2,
        _ => RECORD.max(body / 3),
    };
    let room = body.saturating_sub(around + below);
    let start = &entry.run.start;
    let shown = 0..entry.run.slots.len();
    let locks = holders::locks(start.runtime, start.shape, &shown, 1).len();
    let locks = LaneRows::lock_lines(locks, slots.into(), room);
    let room = room - locks.0 * locks.1;
    let height = (room / slots).clamp(1, HIGHEST);
    let rows = (room / height).min(slots);
    let lanes = stack.take(rows * height + locks.0 * locks.1 + around);
    let mut layout = OpenedLayout {
        header,
        title,
        lanes,
        finding,
        footer,
        framed,
        rows,
        height,
        locks,
        threads: start.shape.threads as usize,
        axis,
        legend,
        ..OpenedLayout::default()
    };
    layout.label = slots.to_string().len() as u16 + 3;
    let width = inside(lanes, framed).width;
    layout.side = match width {
        0..44 => 0,
        44..70 => 14,
        _ => 24,
    };
    layout.columns = width.saturating_sub(layout.label + layout.side);
    if below > 0 {
        let rest = stack.rest();
        let split = if rest.width >= 70 { RECORD_WIDTH + (rest.width - 70).min(20) } else { rest.width };
        layout.record = Some(Rect { width: split, ..rest });
        if split < rest.width {
            layout.tasks = Some(Rect { x: rest.x + split, width: rest.width - split, ..rest });
        }
    }
    layout
}

impl OpenedLayout {
    /// Whether panels have frames.
    pub(crate) const fn framed(&self) -> bool {
        self.framed
    }

    /// The rows of lanes from the slot `first` on.
    pub(super) const fn lane_rows(&self, first: usize) -> LaneRows {
        let (locks, lock_height) = self.locks;
        LaneRows { height: self.height, gap: 0, locks, lock_height, threads: self.threads, first }
    }

    /// The row of lanes and the column of time that lie at a place within the panel of the lanes.
    pub(crate) fn cell(&self, at: Position, first: usize) -> (Option<usize>, Option<u16>) {
        let inner = inside(self.lanes, self.framed);
        let row = at.y.checked_sub(inner.y).and_then(|y| self.lane_rows(first).row_at(y, self.rows));
        let column = at.x.checked_sub(inner.x + self.label).filter(|column| *column < self.columns);
        (row.map(usize::from), column)
    }
}
