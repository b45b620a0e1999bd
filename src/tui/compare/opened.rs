//! One run, opened: its lanes one by one, the task under the line with all that is known of it, and the last tasks.

mod record;
mod tasks;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use unicode_width::UnicodeWidthStr;

use crate::clock::RunTime;
use crate::tui::canvas::{Canvas, clip};
use crate::tui::chart::{Frame, holders};
use crate::tui::compare::desk::{self, Opened, Part, Picture};
use crate::tui::compare::kept::Entry;
use crate::tui::compare::moment::{Doing, doing, picked};
use crate::tui::compare::{blocks, title};
use crate::tui::lab::finding;
use crate::tui::lab::lanes::{self, gil, paint};
use crate::tui::lab::layout::{Stack, inside};
use crate::tui::lab::locks::LaneRows;
use crate::tui::lab::{axis, legend, panel};
use crate::tui::model::Model;
use crate::units::plural;

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
    label: u16,
    pub(crate) columns: u16,
    side: u16,
    /// Lanes that there is room for, and the lines of each.
    pub(crate) rows: u16,
    height: u16,
    /// Lines that say who has a lock, the lines of each, and the slots of a process.
    locks: (u16, u16),
    threads: usize,
    axis: bool,
    legend: bool,
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
    const fn lane_rows(&self, first: usize) -> LaneRows {
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

/// The task that a line of the last tasks shows: the lane on which it ran, and its beginning.
pub(crate) fn task_at(
    model: &Model,
    entry: &Entry<'_>,
    opened: Opened,
    area: Rect,
    framed: bool,
    y: u16,
) -> Option<(usize, RunTime)> {
    let at = desk::cursor(model, std::slice::from_ref(entry));
    let inner = inside(area, framed);
    // Below the headings.
    let line = y.checked_sub(inner.y + 1).filter(|_| y < inner.bottom())?;
    let picked = picked(entry.run, opened.lane, at);
    let task = tasks::at(entry, picked, at, inner.height, line)?;
    Some((task.slot.index(), task.start))
}

/// Draws the run.
pub(crate) fn view(model: &Model, entries: &[Entry<'_>], opened: Opened, buf: &mut Buffer) {
    let Some(entry) = entries.get(desk::chosen(model, entries)) else { return };
    let theme = &model.theme;
    let layout = opened_layout(model.area, entry);
    let at = desk::cursor(model, entries);
    let mut canvas = Canvas::new(layout.title, buf);
    let x = canvas.text(
        0,
        0,
        &entry.name(),
        theme.strategy(entry.run.start.strategy).add_modifier(theme.bright.add_modifier),
    );
    let words = format!("  {}", title::work(entry));
    let room = usize::from(canvas.width().saturating_sub(x));
    canvas.text(x, 0, &clip(&words, room), theme.dim);
    lanes(model, entry, opened, &layout, at, buf);
    let picked = picked(entry.run, opened.lane, at);
    if let Some(area) = layout.record {
        record::draw(model, entry, opened, picked, at, area, layout.framed, buf);
    }
    if let Some(area) = layout.tasks {
        tasks::draw(model, entry, opened, picked, at, area, layout.framed, buf);
    }
}

fn lanes(
    model: &Model,
    entry: &Entry<'_>,
    opened: Opened,
    layout: &OpenedLayout,
    at: RunTime,
    buf: &mut Buffer,
) {
    let theme = &model.theme;
    let Some(picture) = model.compare.pictures.first() else { return };
    let frame = picture.chart.frame();
    let slots = entry.run.slots.len();
    let last = (frame.first + usize::from(layout.rows)).min(slots);
    if layout.framed {
        let about = format!("at {}", at.elapsed());
        let mut below = Vec::new();
        if usize::from(layout.rows) < slots {
            below.push(format!(
                "w{} to w{} of {}",
                frame.first,
                last.saturating_sub(1),
                plural(slots as u64, "worker")
            ));
        }
        if blocks::is_coarse(frame, std::iter::once(entry)) {
            below.push("finer detail not kept".to_owned());
        }
        if entry.run.start.runtime.gil().is_some() {
            below.extend(gil::figures(entry.run, entry.known(model)));
        }
        let below = lanes::fitting(&below, usize::from(layout.lanes.width.saturating_sub(8)));
        let focused = opened.part == Part::Lanes && model.overlay.is_none();
        let panel = panel::Panel::new("Workers", theme).about(&about).focused(focused);
        panel.render(layout.lanes, buf, &[], &[(below.as_str(), theme.dim)]);
    }
    let mut canvas = Canvas::new(inside(layout.lanes, layout.framed), buf);
    let width = canvas.width();
    let line = frame.column(at);
    let rows = layout.lane_rows(frame.first);
    for lock in 0..rows.locks {
        let mut canvas = canvas.part(0, rows.lock_top(lock), width, rows.lock_drawn());
        canvas.text(0, 0, gil::NAME, theme.bright);
        let mut cells = canvas.part(layout.label, 0, layout.columns, rows.lock_drawn());
        gil::line(&mut cells, picture.chart.holders(usize::from(lock)), theme);
        let words = gil::switches(entry.run, rows.slots(lock), entry.known(model)) + " switches";
        let mut side = canvas.part(layout.label + layout.columns + 1, 0, layout.side.saturating_sub(1), 1);
        side.text(0, 0, &words, theme.dim);
    }
    for row in 0..layout.rows {
        let index = frame.first + usize::from(row);
        let Some(slot) = entry.run.slots.get(index) else { break };
        let mut lane = canvas.part(0, rows.top(row), width, layout.height);
        let chosen = index == opened.lane;
        if chosen {
            lane.restyle(0, 0, layout.label, theme.row);
            lane.text(0, 0, "▸", theme.accent.patch(theme.row));
        }
        let style = match rows.locks {
            _ if chosen => theme.bright.patch(theme.row),
            0 => theme.dim,
            _ => theme.holder_name(index),
        };
        lane.text(1, 0, &format!("w{index}"), style);
        let mut cells = lane.part(layout.label, 0, layout.columns, layout.height);
        paint::row(&mut cells, picture.chart.row(row), theme);
        if row > 0 {
            cells.part_above();
        }
        gil::marks(&mut cells, entry.run, slot, frame, theme);
        if let Some(x) = line {
            for y in 0..layout.height {
                cells.mark(x, y, '│', theme.accent);
            }
        }
        let reading = doing(entry.run, slot, at);
        let mut side = lane.part(layout.label + layout.columns + 1, 0, layout.side.saturating_sub(1), 1);
        did(&mut side, reading, model);
        let known = entry.known(model);
        let (x, room) = (layout.label + layout.columns + 1, layout.side.saturating_sub(1));
        let mut below = lane.part(x, 1, room, layout.height.saturating_sub(1));
        // A part of a figure is none.
        let shares = gil::shares(entry.run, index, known);
        let whole = shares.iter().filter(|words| words.width() <= usize::from(room));
        for (y, words) in (0..).zip(whole) {
            below.text(0, y, words, theme.dim);
        }
    }
    let mut y = layout.rows * layout.height + rows.locks * rows.lock_height;
    if layout.axis {
        let mut canvas = canvas.part(0, y, width, 1);
        axis::draw(&mut canvas, layout.label, frame, theme);
        axis::changes(&mut canvas, layout.label, frame, entry.run, theme);
        y += 1;
    }
    if layout.legend {
        let mut canvas = canvas.part(0, y, width, 1);
        let x = legend::gil(&mut canvas, layout.label, entry.run, frame, theme);
        let x = legend::draw(&mut canvas, x, legend::seen(std::iter::once(entry.run)), theme);
        if rows.locks > 0 {
            legend::holders(&mut canvas, x, slots, theme);
        }
    }
}

/// What a worker did, beside its lane.
fn did(canvas: &mut Canvas<'_>, reading: Doing, model: &Model) {
    let theme = &model.theme;
    let words = match reading {
        Doing::This { phase, task: Some(task), .. } => format!("{task} {phase}"),
        Doing::This { phase, task: None, .. } => phase.name().to_owned(),
        Doing::Mostly(phase) => format!("mostly {phase}"),
        Doing::Over => "over".to_owned(),
        Doing::Unknown => "–".to_owned(),
    };
    let style = reading.phase().map_or(theme.dim, |phase| theme.word(phase));
    canvas.text(0, 0, &clip(&words, usize::from(canvas.width())), style);
}

/// Draws the last tasks of the run that is looked at around the moment, where a run is not opened but there is room.
pub(super) fn last_tasks(model: &Model, entries: &[Entry<'_>], area: Rect, buf: &mut Buffer) {
    let Some(entry) = entries.get(desk::chosen(model, entries)) else { return };
    let at = desk::cursor(model, entries);
    let mut canvas = Canvas::new(area, buf);
    let x = canvas.text(0, 0, "Last tasks", model.theme.bright);
    canvas.text(x, 0, &format!(" · {} around {}", entry.label(), at.elapsed()), model.theme.dim);
    let area = Rect { y: area.y + 1, height: area.height - 1, ..area };
    tasks::table(&mut Canvas::new(area, buf), entry, None, at, model);
}

/// Brings the lanes up to date, and the one that is looked at into sight.
pub(crate) fn refresh(model: &mut Model, mut opened: Opened) {
    let mut pictures = std::mem::take(&mut model.compare.pictures);
    let entries = super::kept::shown(model);
    let Some(entry) = entries.get(desk::chosen(model, &entries)) else { return };
    let layout = opened_layout(model.area, entry);
    let rows = usize::from(layout.rows.max(1));
    let slots = entry.run.slots.len();
    opened.lane = opened.lane.min(slots.saturating_sub(1));
    opened.first = opened
        .first
        .min(opened.lane)
        .max((opened.lane + 1).saturating_sub(rows))
        .min(slots.saturating_sub(rows));
    let (whole, known) = desk::axis(model, &entries);
    let (from, to) = model.compare.window.stretch(whole, known);
    pictures.resize(1, Picture::default());
    if let Some(picture) = pictures.first_mut() {
        let frame = Frame {
            run: entry.number as usize,
            from,
            to,
            columns: layout.columns,
            first: opened.first,
            end: usize::MAX,
            rows: layout.rows,
            fold: 1,
        };
        picture.refresh(entry, entry.known(model), frame);
    }
    model.compare.pictures = pictures;
    model.compare.opened = Some(opened);
}
