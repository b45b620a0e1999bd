//! The workers: a lane for each, or for each band of neighbours, over one time axis, with what they do now.

mod figures;
pub(in crate::tui::lab) mod ghost;
pub(crate) mod gil;
mod marks;
pub(crate) mod paint;
mod readout;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use crate::event::Phase;
use crate::state::SlotState;
use crate::tui::canvas::Canvas;
use crate::tui::lab::axis::TimeAxis;
use crate::tui::lab::layout::WorkersLayout;
use crate::tui::lab::legend::Legend;
use crate::tui::lab::outline;
use crate::tui::lab::panel;
use crate::tui::lab::rate::RateStrip;
use crate::tui::lab::runs;
use crate::tui::lab::tasks::TaskTable;
use crate::tui::model::{Model, Panel, Row};
use crate::units::{Nanos, grouped, plural};

pub(in crate::tui::lab) use figures::MOST_DIGITS;
pub(in crate::tui::lab) use marks::MARKED;

/// The panel of the workers.
pub(crate) struct WorkersPanel<'a> {
    model: &'a Model,
    layout: &'a WorkersLayout,
    framed: bool,
}

impl<'a> WorkersPanel<'a> {
    /// The workers of the run that is shown.
    pub(crate) const fn new(model: &'a Model, layout: &'a WorkersLayout) -> Self {
        Self { model, layout, framed: true }
    }

    /// With a frame or without.
    #[must_use]
    pub(crate) const fn framed(mut self, framed: bool) -> Self {
        self.framed = framed;
        self
    }
}

impl Widget for WorkersPanel<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let (model, layout) = (self.model, self.layout);
        let theme = &model.theme;
        let Some(row) = model.shown_row() else { return };
        let name = model.shown_plan().runtime.after(runs::label(model, &row));
        let state = state(model, &row);
        let focused = model.focus == Panel::Workers && model.overlay.is_none();
        if self.framed {
            let room = usize::from(area.width.saturating_sub(8));
            let below = if focused {
                readout::words(model, layout, &row, room)
            } else {
                fitting(&hidden(model, layout, &row), room)
            };
            let below = [(below.as_str(), if focused { theme.text } else { theme.dim })];
            let right = [(state.as_str(), theme.dim)];
            let frame = panel::Panel::new("Workers", theme).about(&name).focused(focused);
            frame.render(area, buf, &right, &below);
        } else {
            let mut canvas = Canvas::new(area, buf);
            let style = if focused { theme.focus } else { theme.bright };
            let x = canvas.text(0, 0, &name, style);
            let room = usize::from(canvas.width().saturating_sub(x + 2));
            let words = if focused { readout::words(model, layout, &row, room) } else { state };
            canvas.text(x + 2, 0, &words, theme.dim);
        }
        let cursor = focused.then(|| model.bands.row(row.slots as usize, layout.fold));
        for line in 0..layout.locks {
            lock(model, layout, &row, line, buf);
        }
        for y in 0..layout.chart_rows {
            lane(model, layout, &row, (y, cursor == Some(usize::from(y))), buf);
        }
        if let Some(area) = layout.rate {
            RateStrip::new(model, layout).render(area, buf);
        }
        if let Some(area) = layout.axis {
            TimeAxis::new(model, layout).render(area, buf);
            if row.run.is_some() {
                // Right below the lanes, whether that is the line of the axis or the air above the throughput.
                let below = Rect { y: layout.lanes.bottom(), height: 1, ..layout.lanes };
                figures::heading(&mut Canvas::new(below, buf), layout, row.tasks, theme);
            }
        }
        if let Some(area) = layout.legend {
            Legend::new(model, layout.label, layout.locks > 0).render(area, buf);
        }
        if let Some(area) = layout.tasks {
            TaskTable::new(model).render(area, buf);
        }
    }
}

/// What the workers do, all together.
fn state(model: &Model, row: &Row<'_>) -> String {
    match row.run {
        None if row.predicted.is_some() => "predicted".to_owned(),
        None if row.forecast.is_some() => "planned".to_owned(),
        None => String::new(),
        Some(run) if run.end.is_some() => {
            let workers: Nanos = run.slots.iter().map(|slot| slot.levels.cpu_time).sum();
            let commands = run.commands.as_ref().map_or(Nanos::ZERO, |log| log.totals.cpu());
            format!("CPU time {} in {}", workers + commands, run.elapsed(model.moment()))
        }
        Some(run) if run.start.runtime.gil().is_some() => {
            let rule = run.gil_rule().map(gil::rule);
            rule.into_iter().chain([gil::state(run)]).collect::<Vec<_>>().join(" · ")
        }
        Some(run) => {
            let (computing, without_cpu) = computing(&run.slots);
            // Who runs a command computes nothing itself.
            let always = if run.start.work.command().is_some() { Phase::Blocked } else { Phase::Computing };
            let counts = [
                (computing, Phase::Computing.name(), always == Phase::Computing),
                (without_cpu, "without a CPU", false),
                (run.in_phase(Phase::Blocked), Phase::Blocked.name(), always == Phase::Blocked),
                (run.in_phase(Phase::Waiting), Phase::Waiting.name(), false),
            ];
            let counts = counts.into_iter().filter(|(count, _, always)| *count > 0 || *always);
            counts.map(|(count, what, _)| format!("{count} {what}")).collect::<Vec<_>>().join(" · ")
        }
    }
}

/// How many of some workers compute on a CPU, and how many have something to compute and no CPU, as it was of late.
fn computing(slots: &[SlotState]) -> (usize, usize) {
    let all = slots.iter().filter(|slot| slot.levels.phase == Phase::Computing);
    let without: f32 = all.clone().map(|slot| slot.preempted.of_late()).sum();
    let without = without.round() as usize;
    (all.count().saturating_sub(without), without)
}

/// What the rows are, and what they do not show.
fn hidden(model: &Model, layout: &WorkersLayout, row: &Row<'_>) -> Vec<String> {
    let slots = row.slots as usize;
    let mut words = Vec::new();
    if model.bands.is_open() {
        let shown = model.bands.shown(slots);
        words.push(format!("w{} to w{} of {}", shown.start, shown.end.max(1) - 1, grouped(slots as u64)));
    }
    if layout.fold > 1 {
        words.push(format!("{} in each row", plural(layout.fold as u64, "worker")));
        if figures::tells_spread(layout) && row.run.is_some() {
            words.push("at work: least, median, most".to_owned());
        }
    }
    if let Some(run) = row.run.filter(|run| run.start.runtime.gil().is_some()) {
        words.extend(gil::figures(run, model.moment()));
    }
    if let Some(run) = row.run {
        let frame = model.chart.frame();
        let column = frame.to.since(frame.from) / u64::from(frame.columns.max(1));
        let coarse = |slot: &SlotState| !slot.timeline.keeps_detail(frame.from);
        if model.window.is_zoomed() && column < Nanos::from_millis(1) && run.slots.first().is_some_and(coarse)
        {
            words.push("finer detail not kept".to_owned());
        }
        if run.dropped() > 0 {
            words.push(format!("{} not recorded", plural(run.dropped(), "event")));
        }
    }
    words
}

/// The first of some words, as far as there is room for them.
pub(crate) fn fitting(words: &[String], room: usize) -> String {
    let most = (0..=words.len()).rev().map(|count| words[..count].join(" · "));
    most.into_iter().find(|words| words.width() <= room).unwrap_or_default()
}

/// The name of a row of slots.
pub(crate) fn name(slots: &std::ops::Range<usize>) -> String {
    if slots.len() > 1 { format!("w{}-{}", slots.start, slots.end - 1) } else { format!("w{}", slots.start) }
}

/// The line of a lock: who has it, and how often it goes to another.
fn lock(model: &Model, layout: &WorkersLayout, row: &Row<'_>, line: u16, buf: &mut Buffer) {
    let theme = &model.theme;
    let mut canvas = Canvas::new(layout.lanes, buf);
    let width = canvas.width();
    let rows = layout.rows();
    let mut canvas = canvas.part(0, rows.lock_top(line), width, rows.lock_drawn());
    let middle = canvas.height().saturating_sub(1) / 2;
    canvas.text(0, middle, gil::NAME, theme.bright);
    // Before there is a run, who should have it: the title says that it is predicted.
    let (run, chart) = match (row.run, row.predicted) {
        (Some(run), _) => (run, &model.chart),
        (None, Some(predicted)) => (predicted, &model.ghost.chart),
        (None, None) => return,
    };
    let mut cells = canvas.part(layout.label, 0, layout.columns, rows.lock_drawn());
    gil::line(&mut cells, chart.holders(usize::from(line)), theme);
    let switches = gil::switches(run, rows.slots(line), model.moment());
    let mut side = canvas.part(layout.label + layout.columns, 0, layout.side, rows.lock_drawn());
    if side.width() < 12 {
        side.right(layout.side, middle, &switches, theme.text);
        return;
    }
    let x = side.text(2, middle, &switches, theme.text);
    if side.width() >= x + 9 {
        side.text(x, middle, " switches", theme.dim);
    }
}

fn lane(model: &Model, layout: &WorkersLayout, row: &Row<'_>, (y, chosen): (u16, bool), buf: &mut Buffer) {
    let theme = &model.theme;
    let mut canvas = Canvas::new(layout.lanes, buf);
    let width = canvas.width();
    let mut canvas = canvas.part(0, layout.rows().top(y), width, layout.lane_height);
    let slots = model.chart.frame().slots(y, row.slots as usize);
    if slots.is_empty() {
        return;
    }
    let middle = (layout.lane_height - 1) / 2;
    // Whose colours the line of the lock has.
    let style = match slots.len() {
        _ if chosen => theme.focus,
        1 if layout.locks > 0 => theme.holder_name(slots.start),
        _ => theme.dim,
    };
    let end = canvas.text(0, middle, &name(&slots), style);
    if chosen {
        canvas.text(end, middle, "◂", theme.accent);
    }
    let cells_now = model.chart.row(y);
    let known = cells_now.iter().rposition(|cell| cell.first.is_some()).map_or(0, |x| x as u16 + 1);
    let goes_on = row.run.is_none_or(|run| run.end.is_none());
    let mut height = layout.lane_height;
    if row.predicted.is_some() {
        let beside = ghost::line(layout.lane_height, row.run.is_some());
        let (top, lines) = beside.unwrap_or((0, height));
        if top > 0 {
            height = top;
            ghost::sign(&mut canvas, layout.label.saturating_sub(2), top, theme);
        }
        // Without a line of its own it is seen where nothing has happened yet.
        let from = if beside.is_some() { 0 } else { known };
        if beside.is_some() || goes_on {
            let mut cells = canvas.part(layout.label, top, layout.columns, lines);
            ghost::row(&mut cells, model.ghost.chart.row(y), from, theme);
        }
    }
    let mut cells = canvas.part(layout.label, 0, layout.columns, height);
    if let Some(forecast) = row.forecast.filter(|_| goes_on && row.predicted.is_none()) {
        let frame = model.chart.frame();
        match forecast.slots.get(slots.start).filter(|_| slots.len() == 1) {
            Some(blocks) => outline::draw(&mut cells, blocks, frame, known, theme),
            None => outline::draw(&mut cells, &forecast.waves(slots.start), frame, known, theme),
        }
    }
    paint::row(&mut cells, cells_now, theme);
    if let Some(run) = row.run {
        if let Some(column) = row.predicted.and_then(|run| model.chart.frame().column(run.now)) {
            ghost::end(&mut cells, cells_now, column, theme);
        }
        if let Some(slot) = run.slots.get(slots.start).filter(|_| slots.len() == 1) {
            gil::marks(&mut cells, run, slot, model.chart.frame(), theme);
        }
        marks::draw(&mut cells, run.slots.get(slots.clone()).unwrap_or(&[]), model.chart.frame(), theme);
        let mut side = canvas.part(layout.label + layout.columns, 0, layout.side, layout.lane_height);
        figures::draw(&mut side, model, run, slots, layout);
    }
}
