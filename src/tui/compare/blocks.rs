//! The runs, one below the other on one axis of time: name, lanes in shares, figures. A line through all of them stands
//! at one moment after their starts.

use ratatui::buffer::Buffer;
use ratatui::style::Style;

use crate::clock::RunTime;
use crate::plan::Strategy;
use crate::tui::canvas::{Canvas, clip};
use crate::tui::chart::Frame;
use crate::tui::compare::desk;
use crate::tui::compare::kept::{self, Entry};
use crate::tui::compare::layout::{Block, Columns, CompareLayout};
use crate::tui::lab::lanes::{gil, paint};
use crate::tui::lab::{axis, legend};
use crate::tui::model::Model;
use crate::units::{Nanos, Share, grouped, three_digits};

/// Columns of less show single stretches.
const COARSE: Nanos = Nanos::from_millis(1);

/// Draws runs, axis and legend.
pub(crate) fn draw(model: &Model, entries: &[Entry<'_>], layout: &CompareLayout, buf: &mut Buffer) {
    let theme = &model.theme;
    let columns = &layout.columns;
    let chosen = desk::chosen(model, entries);
    let cursor = desk::cursor(model, entries);
    let frame = model.compare.pictures.first().map(|picture| *picture.chart.frame()).unwrap_or_default();
    let line = frame.column(cursor).map(|column| columns.name + column);
    if let Some(area) = layout.heads {
        let mut canvas = Canvas::new(area, buf);
        heads(&mut canvas, columns, model);
        if layout.blocks.len() < entries.len() {
            let first = layout.blocks.first().map_or(0, |block| block.entry);
            let last = first + layout.blocks.len();
            let above = if first > 0 { "↑" } else { "" };
            let below = if last < entries.len() { "↓" } else { "" };
            // No positions: they would stand above numbers that run on over all comparisons, and differ from them.
            let words = format!("{} of {} runs {above}{below}", layout.blocks.len(), entries.len());
            canvas.text(1, 0, &clip(&words, usize::from(columns.name.saturating_sub(1))), theme.dim);
        }
        if let Some(x) = line {
            let words = format!(" {} ", cursor.elapsed());
            let wide = words.chars().count() as u16;
            let x = (x.saturating_sub(wide / 2))
                .clamp(columns.name, (columns.name + columns.time).saturating_sub(wide).max(columns.name));
            canvas.text(x, 0, &words, theme.accent);
        }
    }
    for (block, picture) in layout.blocks.iter().zip(&model.compare.pictures) {
        let Some(entry) = entries.get(block.entry) else { continue };
        let mut canvas = Canvas::new(block.area, buf);
        name(&mut canvas, entry, block, columns, block.entry == chosen, entries, model);
        let rows = block.lanes();
        for lock in 0..block.locks {
            let mut cells = canvas.part(columns.name, rows.lock_top(lock), columns.time, 1);
            gil::line(&mut cells, picture.chart.holders(usize::from(lock)), theme);
            let end = columns.name.saturating_sub(1);
            canvas.right(end, rows.lock_top(lock), gil::NAME, theme.bright);
        }
        if block.locks > 0 {
            for row in 0..block.rows {
                let slot = usize::from(row);
                let y = rows.top(row) + (block.height - 1) / 2;
                canvas.right(columns.name.saturating_sub(1), y, &format!("w{slot}"), theme.holder_name(slot));
            }
        }
        for row in 0..block.rows {
            let mut cells = canvas.part(columns.name, rows.top(row), columns.time, block.height);
            paint::row(&mut cells, picture.chart.row(row), theme);
            if row > 0 {
                cells.part_above();
            }
        }
        figures(&mut canvas, entry, entries, columns, model);
    }
    if let (Some(x), Some(first), Some(last)) = (line, layout.blocks.first(), layout.blocks.last()) {
        let height = last.area.bottom() - first.area.y;
        let mut canvas = Canvas::new(ratatui::layout::Rect { height, ..first.area }, buf);
        for y in 0..height {
            canvas.mark(x, y, '│', theme.accent);
        }
    }
    if let Some(area) = layout.axis {
        let mut canvas = Canvas::new(area, buf);
        axis::draw(&mut canvas, columns.name, &frame, theme);
        if is_coarse(&frame, entries.iter()) {
            canvas.right(canvas.width(), 0, "finer detail not kept", theme.dim);
        }
    }
    if let Some(area) = layout.legend {
        let runs = entries.iter().map(|entry| entry.run);
        let mut canvas = Canvas::new(area, buf);
        let held =
            layout.blocks.iter().filter(|block| block.locks > 0).filter_map(|block| entries.get(block.entry));
        let holders = held.map(|entry| entry.run.slots.len()).max().unwrap_or(0);
        let x = legend::holders(&mut canvas, columns.name, holders, theme);
        let shown = model.compare.pictures.iter().any(|picture| picture.chart.shows_preempted());
        let x = if shown { legend::preempted(&mut canvas, x, theme) } else { x };
        let x = legend::draw(&mut canvas, x, runs, theme);
        // Where tasks are told apart in one block, they are in most.
        if let Some(picture) = model.compare.pictures.iter().find(|picture| picture.chart.shaded().is_some())
        {
            legend::next_task(&mut canvas, x, &picture.chart, theme);
        }
    }
}

fn heads(canvas: &mut Canvas<'_>, columns: &Columns, model: &Model) {
    let dim = model.theme.dim;
    let wide = columns.efficiency.zip(columns.speedup).is_some_and(|(end, before)| end - before > 10);
    let all = [
        (Some(columns.elapsed), "elapsed"),
        (columns.speedup, "speedup"),
        (columns.efficiency, if wide { "efficiency" } else { "eff." }),
        (columns.startup, "start-up"),
    ];
    for (end, text) in all {
        if let Some(end) = end {
            canvas.right(end, 0, text, dim);
        }
    }
}

fn name(
    canvas: &mut Canvas<'_>,
    entry: &Entry<'_>,
    block: &Block,
    columns: &Columns,
    chosen: bool,
    entries: &[Entry<'_>],
    model: &Model,
) {
    let theme = &model.theme;
    let room = columns.name.saturating_sub(1 + columns.tags);
    if chosen {
        canvas.restyle(0, 0, room, theme.row);
        canvas.text(0, 0, "▸", theme.accent.patch(theme.row));
    }
    let digits = entries.iter().map(|entry| entry.number).max().unwrap_or(0).to_string().len();
    let back = if chosen { theme.row } else { Style::new() };
    let x = canvas.text(1, 0, &format!("{:>digits$} ", entry.number), theme.dim.patch(back));
    let style = theme.strategy(entry.run.start.strategy).patch(back);
    let style = if chosen { style.add_modifier(theme.bright.add_modifier) } else { style };
    let (label, runtime) = columns.naming.name(entry, block.area.height);
    canvas.text(x, 0, &clip(&label, usize::from(room.saturating_sub(x))), style);
    for (y, words) in
        (1..block.area.height).zip(runtime.into_iter().chain(about(entry, entries, columns.naming.room)))
    {
        canvas.text(x, y, &clip(&words, usize::from(room.saturating_sub(x))), theme.dim);
    }
}

/// What else is to be known of how a run was run, line by line, each in so many columns. What holds for all of them is in
/// the title.
fn about(entry: &Entry<'_>, entries: &[Entry<'_>], room: u16) -> impl Iterator<Item = String> + use<> {
    // A plain loop is handed nothing out.
    let pool = entry.run.start.strategy != Strategy::Serial;
    let chunk = pool.then(|| format!("chunk {}", entry.run.start.chunk));
    let apart = entry.is_together() && !entries.iter().all(Entry::is_together);
    let gil = entry.run.start.runtime.gil().filter(|_| entry.run.slots.len() > 1);
    let gil = gil.map(|_| {
        if entry.run.start.shape.threads == 1 {
            // Nobody else wants it there, and it goes to nobody else.
            return gil::ALONE_WITH_IT.to_owned();
        }
        let rate = gil::switches(entry.run, 0..entry.run.slots.len(), entry.run.now);
        let words = format!("{rate} switches");
        if words.len() <= usize::from(room) { words } else { rate }
    });
    chunk.into_iter().chain(gil).chain(apart.then(|| "together".to_owned()))
}

fn figures(
    canvas: &mut Canvas<'_>,
    entry: &Entry<'_>,
    entries: &[Entry<'_>],
    columns: &Columns,
    model: &Model,
) {
    let theme = &model.theme;
    let run = entry.run;
    let elapsed = run.elapsed(model.moment());
    let mut put = |end: Option<u16>, text: &str, style: Style| {
        if let Some(end) = end {
            canvas.right(end, 0, text, style);
        }
    };
    put(Some(columns.elapsed), &elapsed.to_string(), theme.bright);
    let last = columns.startup.or(columns.efficiency).or(columns.speedup);
    let Some(end) = &run.end else {
        put(last, &format!("▶ {}/{}", grouped(run.done()), grouped(run.start.tasks)), theme.accent);
        return;
    };
    if let Some(stopped) = &end.stopped {
        put(last, &clip(&format!("✗ {stopped}"), 24), theme.bad);
        return;
    }
    if run.failed() > 0 {
        put(last, &format!("✗ {} failed", run.failed()), theme.bad);
        return;
    }
    match kept::speedup(entries, entry) {
        None => {
            put(columns.speedup, "–", theme.dim);
            put(columns.efficiency, "–", theme.dim);
        }
        Some(speedup) => {
            put(columns.speedup, &format!("{}×", three_digits(speedup)), rating(speedup, entry, model));
            let efficiency = Share::of(speedup, f64::from(run.start.slots.max(1)));
            put(columns.efficiency, &format!("{} %", efficiency.percent()), theme.text);
        }
    }
    put(columns.startup, &end.startup.min(elapsed).to_string(), theme.dim);
}

/// The look of a speedup: faster, slower, or neither.
fn rating(speedup: f64, entry: &Entry<'_>, model: &Model) -> Style {
    let theme = &model.theme;
    match speedup {
        _ if entry.run.start.strategy == Strategy::Serial => theme.text,
        s if s >= 1.1 => theme.good,
        s if s < 0.95 => theme.bad,
        _ => theme.text,
    }
}

/// Whether columns are so short that single stretches would show, and those of a run are no longer kept.
pub(crate) fn is_coarse<'a>(frame: &Frame, mut entries: impl Iterator<Item = &'a Entry<'a>>) -> bool {
    let column = frame.to.since(frame.from) / u64::from(frame.columns.max(1));
    let lost = |entry: &Entry<'_>| entry.run.slots.iter().any(|slot| !slot.timeline.keeps_detail(frame.from));
    column < COARSE && entries.any(lost)
}

/// Brings the cells of the runs that there is room for up to date.
pub(crate) fn refresh(model: &mut Model) {
    let mut pictures = std::mem::take(&mut model.compare.pictures);
    let entries = kept::shown(model);
    let layout = crate::tui::compare::layout::compare_layout(model.area, model, &entries);
    let (whole, known) = desk::axis(model, &entries);
    let (from, to) = model.compare.window.stretch(whole, known);
    pictures.resize(layout.blocks.len(), desk::Picture::default());
    for (block, picture) in layout.blocks.iter().zip(&mut pictures) {
        let Some(entry) = entries.get(block.entry) else { continue };
        let frame = Frame {
            run: entry.number as usize,
            from,
            to,
            columns: layout.columns.time,
            first: 0,
            end: usize::MAX,
            rows: block.rows,
            fold: block.fold,
        };
        let now: RunTime = entry.known(model);
        picture.refresh(entry, now, frame);
    }
    model.compare.pictures = pictures;
}
