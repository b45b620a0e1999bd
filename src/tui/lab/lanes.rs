//! The workers: a lane for each, over one time axis, with what each does now.

pub(crate) mod paint;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use crate::event::{Gauges, Phase};
use crate::report::text::harmless;
use crate::state::RunState;
use crate::tui::canvas::{Canvas, clip};
use crate::tui::lab::axis::TimeAxis;
use crate::tui::lab::layout::WorkersLayout;
use crate::tui::lab::legend::Legend;
use crate::tui::lab::outline;
use crate::tui::lab::panel;
use crate::tui::lab::rate::RateStrip;
use crate::tui::lab::tasks::TaskTable;
use crate::tui::model::{Model, Panel, Row};
use crate::units::{Nanos, plural};

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
        let name = row.planned.strategy.label(row.shape);
        let state = state(model, &row);
        let focused = model.focus == Panel::Workers && model.overlay.is_none();
        if self.framed {
            let hidden = hidden(model, layout, &row);
            let below = [(hidden.as_str(), theme.dim)];
            let right = [(state.as_str(), theme.dim)];
            let frame = panel::Panel::new("Workers", theme).about(&name).focused(focused);
            frame.render(area, buf, &right, &below);
        } else {
            let mut canvas = Canvas::new(area, buf);
            let style = if focused { theme.focus } else { theme.bright };
            let x = canvas.text(0, 0, &name, style);
            canvas.text(x + 2, 0, &state, theme.dim);
        }
        for y in 0..layout.chart_rows {
            lane(model, layout, &row, y, buf);
        }
        if let Some(area) = layout.rate {
            RateStrip::new(model, layout).render(area, buf);
        }
        if let Some(area) = layout.axis {
            TimeAxis::new(model, layout).render(area, buf);
        }
        if let Some(area) = layout.legend {
            Legend::new(model, layout.label).render(area, buf);
        }
        if let Some(area) = layout.tasks {
            TaskTable::new(model).render(area, buf);
        }
    }
}

/// What the workers do, all together.
fn state(model: &Model, row: &Row<'_>) -> String {
    match row.run {
        None if row.forecast.is_some() => "planned".to_owned(),
        None => String::new(),
        Some(run) if run.end.is_some() => {
            let cpu: Nanos = run.slots.iter().map(|slot| slot.levels.cpu_time).sum();
            format!("CPU time {cpu} in {}", run.elapsed(model.moment()))
        }
        Some(run) => [Phase::Computing, Phase::Blocked, Phase::Waiting]
            .into_iter()
            .map(|phase| (run.in_phase(phase), phase))
            .filter(|(count, phase)| *count > 0 || *phase == Phase::Computing)
            .map(|(count, phase)| format!("{count} {phase}"))
            .collect::<Vec<_>>()
            .join(" · "),
    }
}

/// Which lanes are not shown, and how the shown ones are folded.
fn hidden(model: &Model, layout: &WorkersLayout, row: &Row<'_>) -> String {
    let slots = row.slots as usize;
    let shown = usize::from(layout.chart_rows) * layout.fold;
    let mut words = Vec::new();
    if layout.fold > 1 {
        words.push(format!("{} in each row", plural(layout.fold as u64, "worker")));
    }
    if shown < slots {
        words.push(format!(
            "w{} to w{} of {slots}",
            model.first_lane,
            (model.first_lane + shown).min(slots) - 1
        ));
    }
    if let Some(run) = row.run {
        let frame = model.chart.frame();
        let column = frame.to.since(frame.from) / u64::from(frame.columns.max(1));
        let coarse = |slot: &crate::state::SlotState| !slot.timeline.keeps_detail(frame.from);
        if model.window.is_zoomed() && column < Nanos::from_millis(1) && run.slots.first().is_some_and(coarse)
        {
            words.push("finer detail not kept".to_owned());
        }
        if run.dropped() > 0 {
            words.push(format!("{} not recorded", plural(run.dropped(), "event")));
        }
    }
    if let Some(notice) = model.shown().notices.last() {
        words.push(clip(&harmless(notice), usize::from(layout.panel.width / 2)));
    }
    words.join(" · ")
}

fn lane(model: &Model, layout: &WorkersLayout, row: &Row<'_>, y: u16, buf: &mut Buffer) {
    let theme = &model.theme;
    let mut canvas = Canvas::new(layout.lanes, buf);
    let width = canvas.width();
    let mut canvas = canvas.part(0, y * (layout.lane_height + layout.gap), width, layout.lane_height);
    let slots = model.chart.frame().slots(y, row.slots as usize);
    if slots.is_empty() {
        return;
    }
    let name = match layout.fold {
        0 | 1 => format!("w{}", slots.start),
        _ => format!("w{}-{}", slots.start, slots.end - 1),
    };
    let middle = (layout.lane_height - 1) / 2;
    canvas.text(0, middle, &name, theme.dim);
    let mut cells = canvas.part(layout.label, 0, layout.columns, layout.lane_height);
    let cells_now = model.chart.row(y);
    if layout.fold <= 1
        && let Some(blocks) = row.forecast.and_then(|forecast| forecast.slots.get(slots.start))
        && row.run.is_none_or(|run| run.end.is_none())
    {
        let known = cells_now.iter().rposition(|cell| cell.first.is_some()).map_or(0, |x| x as u16 + 1);
        outline::draw(&mut cells, blocks, model.chart.frame(), known, theme);
    }
    paint::row(&mut cells, cells_now, theme);
    if let Some(run) = row.run {
        let mut side = canvas.part(layout.label + layout.columns, 0, layout.side, layout.lane_height);
        figures(&mut side, model, run, slots, layout);
    }
}

/// What a lane's worker does now, or has done.
fn figures(
    canvas: &mut Canvas<'_>,
    model: &Model,
    run: &RunState,
    slots: std::ops::Range<usize>,
    layout: &WorkersLayout,
) {
    let theme = &model.theme;
    let Some(slots) = run.slots.get(slots) else { return };
    let done: u64 = slots.iter().map(|slot| slot.levels.done + slot.levels.failed).sum();
    let busy: Nanos = slots
        .iter()
        .map(|slot| {
            let totals =
                if run.end.is_some() { slot.levels.totals } else { slot.levels.totals_at(model.moment()) };
            totals.get(Phase::Computing) + totals.get(Phase::Blocked)
        })
        .sum();
    let whole = run.elapsed(model.moment()) * slots.len() as u64;
    let percent = format!("{:>3} %", busy.share_of(whole).percent());
    if canvas.width() < 12 {
        canvas.right(canvas.width(), 0, &percent, theme.text);
        return;
    }
    let digits = run.start.tasks.to_string().len().clamp(1, 7);
    let first = (layout.lane_height - 1) / 2;
    let one = if let [slot] = slots { Some(slot) } else { None };
    let task = one.and_then(|slot| slot.levels.task).map_or(String::new(), |task| task.to_string());
    let mut x = 2;
    canvas.text(x, first, &format!("{task:<w$}", w = digits + 1), theme.text);
    x += digits as u16 + 3;
    canvas.text(x, first, &format!("{done:>digits$}"), theme.text);
    canvas.text(x + digits as u16, first, " done", theme.dim);
    x += digits as u16 + 7;
    canvas.text(x, first, &percent, theme.text);
    let Some(slot) = one else { return };
    let (words, style) = doing(&slot.levels, slot.exits.last(), run, model);
    if layout.lane_height > 1 {
        let room = usize::from(canvas.width().saturating_sub(2));
        canvas.text(2, first + 1, &clip(&words, room), style);
    } else if let Some(cpu) = slot.levels.cpu.filter(|_| run.end.is_none()) {
        canvas.text(x + 7, first, &format!("cpu {cpu}"), theme.dim);
    }
}

fn doing(
    levels: &Gauges,
    exit: Option<&crate::event::WorkerExit>,
    run: &RunState,
    model: &Model,
) -> (String, Style) {
    let theme = &model.theme;
    if let Some(exit) = exit.filter(|exit| **exit != crate::event::WorkerExit::Finished) {
        return (exit.to_string(), theme.bad);
    }
    if run.end.is_some() {
        return (format!("CPU time {}", levels.cpu_time), theme.dim);
    }
    let style = theme.word(levels.phase);
    match (levels.phase, levels.cpu) {
        (Phase::Computing, Some(cpu)) => (format!("computing on cpu {cpu}"), style),
        (phase, _) => (phase.name().to_owned(), style),
    }
}
