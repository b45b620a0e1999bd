//! The figures at the right of a lane: what its worker does now and has done; of a band, all of them together and how
//! far they are apart.

use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use crate::event::{Gauges, Phase, WorkerExit};
use crate::state::{RunState, SlotState};
use crate::tui::canvas::{Canvas, clip};
use crate::tui::lab::lanes::gil;
use crate::tui::lab::layout::WorkersLayout;
use crate::tui::model::Model;
use crate::tui::theme::Theme;
use crate::units::{Nanos, Share, grouped};

/// From this width on a band says how many of its tasks are in flight.
const IN_FLIGHT: u16 = 36;
/// From this width on a band says how far its workers are apart.
const SPREAD: u16 = 23;

/// The most columns of a number of tasks.
pub(in crate::tui::lab) const MOST_DIGITS: usize = 9;

/// Whether bands say how far their workers are apart.
pub(super) const fn tells_spread(layout: &WorkersLayout) -> bool {
    layout.side >= SPREAD
}

/// Draws the figures of one row.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    model: &Model,
    run: &RunState,
    slots: std::ops::Range<usize>,
    layout: &WorkersLayout,
) {
    let Some(slots) = run.slots.get(slots) else { return };
    match slots {
        [slot] if layout.fold <= 1 => one(canvas, model, run, slot, layout),
        slots => band(canvas, model, run, slots, layout),
    }
}

/// What the column of percentages is.
const AT_WORK: &str = "at work";

/// Says below the lanes what their percentages are: the part of the run in which a worker was at work.
pub(super) fn heading(canvas: &mut Canvas<'_>, layout: &WorkersLayout, tasks: u64, theme: &Theme) {
    let digits = grouped(tasks).width().clamp(1, MOST_DIGITS) as u16;
    let end = if layout.fold > 1 || layout.side < 12 { layout.side } else { percent_column(digits) + 5 };
    if usize::from(layout.side) >= AT_WORK.len() {
        canvas.right(layout.label + layout.columns + end, 0, AT_WORK, theme.dim);
    }
}

/// Where a worker's percentage stands beside its lane, behind two numbers of tasks of so many digits.
const fn percent_column(digits: u16) -> u16 {
    12 + 2 * digits
}

/// The part of the run so far in which a worker computed or was blocked.
pub(super) fn at_work(slot: &SlotState, run: &RunState, model: &Model) -> Share {
    let totals = if run.end.is_some() { slot.levels.totals } else { slot.levels.totals_at(model.moment()) };
    let busy: Nanos = totals.get(Phase::Computing) + totals.get(Phase::Blocked);
    busy.share_of(run.elapsed(model.moment()))
}

/// The parts of all slots, from the least to the most.
pub(super) fn spread(slots: &[SlotState], run: &RunState, model: &Model) -> Vec<(u32, usize)> {
    let parts = slots.iter().enumerate().map(|(index, slot)| (at_work(slot, run, model).percent(), index));
    let mut parts: Vec<_> = parts.collect();
    parts.sort_unstable();
    parts
}

/// Tasks that ended in a slot.
pub(super) const fn ended(levels: &Gauges) -> u64 {
    levels.done + levels.failed
}

fn digits(run: &RunState) -> usize {
    grouped(run.start.tasks).width().clamp(1, MOST_DIGITS)
}

fn band(canvas: &mut Canvas<'_>, model: &Model, run: &RunState, slots: &[SlotState], layout: &WorkersLayout) {
    let theme = &model.theme;
    let width = canvas.width();
    let parts = spread(slots, run, model);
    let at = |part: usize| parts.get((parts.len() - 1) * part / 2).map_or(0, |(percent, _)| *percent);
    let percents = if width >= SPREAD {
        format!("{:>3} {:>3} {:>3} %", at(0), at(1), at(2))
    } else {
        format!("{:>3} %", at(1))
    };
    canvas.right(width, 0, &percents, theme.text);
    if width < 12 {
        return;
    }
    let digits = digits(run);
    let done: u64 = slots.iter().map(|slot| ended(&slot.levels)).sum();
    let mut x = canvas.text(2, 0, &format!("{:>digits$}", grouped(done)), theme.text);
    x = canvas.text(x, 0, " done", theme.dim);
    if width >= IN_FLIGHT && run.end.is_none() {
        let in_flight = slots.iter().filter(|slot| slot.levels.task.is_some()).count();
        let all = layout.fold.to_string().len();
        x = canvas.text(x + 2, 0, &format!("{in_flight:>all$}"), theme.text);
        canvas.text(x, 0, " in flight", theme.dim);
    }
}

fn one(canvas: &mut Canvas<'_>, model: &Model, run: &RunState, slot: &SlotState, layout: &WorkersLayout) {
    let theme = &model.theme;
    let percent = format!("{:>3} %", at_work(slot, run, model).percent());
    if canvas.width() < 12 {
        canvas.right(canvas.width(), 0, &percent, theme.text);
        return;
    }
    let digits = digits(run);
    let first = (layout.lane_height - 1) / 2;
    let task = slot.levels.task.map_or(String::new(), |task| task.to_string());
    canvas.text(2, first, &format!("{task:<w$}", w = digits + 1), theme.text);
    let x = digits as u16 + 5;
    canvas.text(x, first, &format!("{:>digits$}", grouped(ended(&slot.levels))), theme.text);
    canvas.text(x + digits as u16, first, " done", theme.dim);
    let x = percent_column(digits as u16);
    canvas.text(x, first, &percent, theme.text);
    let (words, style) = doing(slot, run, model);
    if layout.lane_height > 1 {
        let room = usize::from(canvas.width().saturating_sub(2));
        canvas.text(2, first + 1, &clip(&words, room), style);
    } else if let Some(words) = about_gil(slot, run, model) {
        let room = usize::from(canvas.width().saturating_sub(x + 7));
        canvas.text(x + 7, first, &clip(&words, room), style);
    } else if let Some(cpu) = slot.levels.cpu.filter(|_| run.end.is_none()) {
        canvas.text(x + 7, first, &format!("cpu {cpu}"), theme.dim);
    }
}

fn doing(slot: &SlotState, run: &RunState, model: &Model) -> (String, Style) {
    let theme = &model.theme;
    let (levels, exit) = (&slot.levels, slot.exits.last());
    if let Some(exit) = exit.filter(|exit| **exit != WorkerExit::Finished) {
        return (exit.to_string(), theme.bad);
    }
    if let Some(words) = about_gil(slot, run, model) {
        return (words, if run.end.is_some() { theme.dim } else { theme.word(levels.phase) });
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

/// What a worker does about the lock of its interpreter, or of a run that is over had to do with it.
fn about_gil(slot: &SlotState, run: &RunState, model: &Model) -> Option<String> {
    run.start.runtime.gil()?;
    let now = model.moment();
    if run.end.is_none() {
        return gil::doing(run, &slot.levels, now);
    }
    let (held, waited) = (gil::held(slot, run, now).percent(), gil::waited(slot, run, now).percent());
    Some(format!("held {held} % wait {waited} %"))
}
