//! One run, opened: its lanes one by one, the task under the line with all that is known of it, and the last tasks.

mod layout;
mod record;
mod tasks;

pub(crate) use layout::{OpenedLayout, opened_layout};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use crate::clock::RunTime;
use crate::tui::canvas::{Canvas, clip};
use crate::tui::chart::Frame;
use crate::tui::compare::desk::{self, Opened, Part, Picture};
use crate::tui::compare::kept::Entry;
use crate::tui::compare::moment::{Doing, WithoutCpu, doing, picked};
use crate::tui::compare::readout::NO_CPU;
use crate::tui::compare::{blocks, title};
use crate::tui::lab::lanes::{self, gil, paint};
use crate::tui::lab::layout::inside;
use crate::tui::lab::{axis, legend, panel};
use crate::tui::model::Model;
use crate::units::plural;

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
        record::draw(model, entry, opened, picked, at, area, layout.framed(), buf);
    }
    if let Some(area) = layout.tasks {
        tasks::draw(model, entry, opened, picked, at, area, layout.framed(), buf);
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
    if layout.framed() {
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
    let mut canvas = Canvas::new(inside(layout.lanes, layout.framed()), buf);
    let width = canvas.width();
    let line = frame.column(at);
    let readings: Vec<Doing> = entry.run.slots.iter().map(|slot| doing(entry.run, slot, at)).collect();
    let without = WithoutCpu::of(entry.run, &readings, at);
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
        let has_cpu = without.who.binary_search(&index).is_err();
        let mut side = lane.part(layout.label + layout.columns + 1, 0, layout.side.saturating_sub(1), 1);
        if let Some(reading) = readings.get(index) {
            did(&mut side, *reading, has_cpu, model);
        }
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
        let shown = picture.chart.shows_preempted();
        let x = if shown { legend::preempted(&mut canvas, x, theme) } else { x };
        let x = legend::draw(&mut canvas, x, std::iter::once(entry.run), theme);
        let x = legend::next_task(&mut canvas, x, &picture.chart, theme);
        if rows.locks > 0 {
            legend::holders(&mut canvas, x, slots, theme);
        }
    }
}

/// What a worker did, beside its lane.
fn did(canvas: &mut Canvas<'_>, reading: Doing, has_cpu: bool, model: &Model) {
    let theme = &model.theme;
    let words = match reading {
        Doing::This { task: Some(task), .. } if !has_cpu => format!("{task} {NO_CPU}"),
        _ if !has_cpu => NO_CPU.to_owned(),
        Doing::This { phase, task: Some(task), .. } => format!("{task} {phase}"),
        Doing::This { phase, task: None, .. } => phase.name().to_owned(),
        Doing::Mostly(phase) => format!("mostly {phase}"),
        Doing::Over => "over".to_owned(),
        Doing::Unknown => "–".to_owned(),
    };
    let style = reading.phase().filter(|_| has_cpu).map_or(theme.dim, |phase| theme.word(phase));
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
