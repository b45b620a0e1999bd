//! The runs: one row for each way to run the work. The length of a bar is time, on one scale for all rows: what has
//! passed is filled, what is to come is a line, so that a shorter bar is a faster way.

mod columns;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use crate::plan::{Runtime, Strategy};
use crate::state::RunState;
use crate::tui::canvas::{Canvas, clip};
use crate::tui::glyphs::{PREDICTED_END, WIDTHS};
use crate::tui::lab::layout::inside;
use crate::tui::lab::panel;
use crate::tui::lab::runs::columns::Columns;
use crate::tui::model::{Model, Panel, Row};
use crate::tui::theme::Theme;
use crate::units::{Nanos, Share, grouped, three_digits};

/// From this part on, what a run has done says what the rest of it takes.
const SETTLED: f64 = 0.125;

/// The panel of the runs.
pub(crate) struct RunList<'a> {
    model: &'a Model,
    framed: bool,
}

impl<'a> RunList<'a> {
    /// The runs of a model.
    pub(crate) const fn new(model: &'a Model) -> Self {
        Self { model, framed: true }
    }

    /// With a frame or without.
    #[must_use]
    pub(crate) const fn framed(mut self, framed: bool) -> Self {
        self.framed = framed;
        self
    }

    /// The run that a row of the screen shows.
    pub(crate) fn run_at(&self, area: Rect, y: u16) -> Option<usize> {
        let inner = inside(area, self.framed);
        let index = self.first(inner.height) + usize::from(y.checked_sub(inner.y)?);
        (y < inner.bottom() && index < self.model.row_count()).then_some(index)
    }

    /// The first run that there is room for: the one that is shown is always among them.
    fn first(&self, rows: u16) -> usize {
        let rows = usize::from(rows);
        let shown = self.model.shown_index();
        (shown + 1).saturating_sub(rows).min(self.model.row_count().saturating_sub(rows))
    }
}

impl Widget for RunList<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let model = self.model;
        let theme = &model.theme;
        let inner = inside(area, self.framed);
        let columns = Columns::of(model, inner.width);
        if self.framed {
            let same = match model.verdict.same_results {
                Some(true) => [("same results ✓", theme.good)],
                Some(false) => [("results differ ✗", theme.bad)],
                None => [("", theme.dim)],
            };
            let runtime = model.shown_plan().runtime;
            let about = if runtime == Runtime::Native { String::new() } else { runtime.to_string() };
            let frame = panel::Panel::new("Runs", theme).about(&about).focused(model.focus == Panel::Runs);
            frame.render(area, buf, &[], &same);
            // After the title: its words and a separator, and air.
            let told = if about.is_empty() { 0 } else { about.width() as u16 + 9 };
            let mut head = Canvas::new(Rect { x: inner.x, width: inner.width, ..area }, buf);
            for (end, text) in [
                (columns.done, " done "),
                (columns.predicted, " predicted "),
                (Some(columns.elapsed), " elapsed "),
                (Some(columns.speedup), " speedup "),
                (columns.last, " efficiency "),
            ] {
                if let Some(end) = end.filter(|end| *end > (columns.label + 8).max(told + text.len() as u16))
                {
                    head.right(end + 1, 0, text, theme.dim);
                }
            }
        }
        let rows = usize::from(inner.height);
        let shown = model.shown_index();
        let first = self.first(inner.height);
        let scale = scale(model);
        let mut canvas = Canvas::new(inner, buf);
        for (y, (index, row)) in model.rows().enumerate().skip(first).take(rows).enumerate() {
            let width = canvas.width();
            let mut line = canvas.part(0, y as u16, width, 1);
            draw(&mut line, &row, index == shown, &columns, scale, model);
        }
    }
}

/// What a run is called: its strategy, and its task and its repeat where there are several. All runs of a comparison
/// have the same runtime, which the panel tells.
pub(super) fn label(model: &Model, row: &Row<'_>) -> String {
    let mut label = row.planned.strategy.label(row.shape);
    let plan = model.shown_plan();
    if plan.workloads.len() > 1
        && let Some(load) = plan.workloads.get(row.planned.workload)
    {
        label = format!("{} {label}", load.tasks_text());
    }
    if plan.repeats > 1 {
        label = format!("{label} ({})", row.planned.repeat + 1);
    }
    label
}

/// What a run takes, as far as it is known or can be guessed, and how much of it has passed.
fn times(model: &Model, row: &Row<'_>) -> (Nanos, Nanos) {
    let hoped = row.hoped().unwrap_or_default();
    match row.run {
        None => (hoped, Nanos::ZERO),
        Some(run) => {
            let passed = run.elapsed(model.moment());
            let whole = match run.time_left(model.moment()) {
                Some(_) if run.progress().fraction() < SETTLED => hoped.max(passed),
                Some(left) => passed + left,
                None => passed,
            };
            (whole, passed)
        }
    }
}

/// The time that a whole bar stands for: a round number, so that it changes rarely.
fn scale(model: &Model) -> Nanos {
    let predicted = |row: &Row<'_>| row.predicted.and(row.hoped()).unwrap_or_default();
    let longest = model.rows().map(|row| times(model, &row).0.max(predicted(&row))).max().unwrap_or_default();
    round_up(longest)
}

fn round_up(time: Nanos) -> Nanos {
    let unit = 10u64.pow(time.0.max(1).ilog10());
    let tenths = time.0.saturating_mul(10) / unit;
    let step = [10, 11, 12, 13, 15, 17, 20, 22, 25, 28, 32, 36, 40, 45, 50, 60, 70, 80, 90, 100];
    let up = step.into_iter().find(|step| *step > tenths).unwrap_or(100);
    Nanos(unit.saturating_mul(up) / 10)
}

fn draw(canvas: &mut Canvas<'_>, row: &Row<'_>, shown: bool, columns: &Columns, scale: Nanos, model: &Model) {
    let theme = &model.theme;
    let width = canvas.width();
    if shown && model.focus == Panel::Runs {
        canvas.restyle(0, 0, width, theme.row);
    }
    let end = row.run.and_then(|run| run.end.as_ref());
    let (mark, mark_style) = match (row.run, end) {
        (Some(_), Some(end)) if end.counts.all_ok() => ("✓", theme.good),
        (Some(_), Some(_)) => ("✗", theme.bad),
        (Some(_), None) => ("▶", theme.accent),
        (None, _) if model.shown().over => ("–", theme.dim),
        (None, _) => ("·", theme.dim),
    };
    canvas.text(0, 0, mark, mark_style);
    let name = match (shown, row.run) {
        (true, _) => theme.bright,
        (false, Some(_)) => theme.text,
        (false, None) => theme.dim,
    };
    canvas.text(2, 0, &clip(&label(model, row), usize::from(columns.label - 2)), name);
    let (whole, passed) = times(model, row);
    let (x, length) = columns.bar;
    bar(&mut canvas.part(x, 0, length, 1), row, whole.share_of(scale), passed.share_of(scale), model);
    if row.predicted.is_some() {
        let hoped = row.hoped().unwrap_or_default().share_of(scale);
        tick(&mut canvas.part(x, 0, length, 1), hoped, passed.share_of(scale), theme);
    }
    figures(canvas, row, passed, columns, model);
}

fn bar(canvas: &mut Canvas<'_>, row: &Row<'_>, whole: Share, passed: Share, model: &Model) {
    let theme = &model.theme;
    let width = f64::from(canvas.width());
    let style = theme.strategy(row.planned.strategy);
    let outline = if row.run.is_some() { style } else { theme.faint };
    canvas.fill(0, 0, (whole.fraction() * width).round() as u16, '─', outline);
    let eighths = (passed.fraction() * width * 8.0).round() as u16;
    let full =
        if theme.tells_by_colour() || row.planned.strategy == Strategy::Serial { '█' } else { '▓' };
    canvas.fill(0, 0, eighths / 8, full, style);
    if !eighths.is_multiple_of(8) && theme.tells_by_colour() {
        canvas.glyph(eighths / 8, 0, WIDTHS[usize::from(eighths % 8) - 1], style);
    }
}

/// Where a run was predicted to end.
fn tick(canvas: &mut Canvas<'_>, hoped: Share, passed: Share, theme: &Theme) {
    let at = (hoped.fraction() * f64::from(canvas.width())).round() as u16;
    let last = canvas.width().saturating_sub(1);
    let style = if hoped < passed { theme.ink() } else { theme.bright };
    canvas.mark(at.min(last), 0, PREDICTED_END, style);
}

fn figures(canvas: &mut Canvas<'_>, row: &Row<'_>, passed: Nanos, columns: &Columns, model: &Model) {
    let theme = &model.theme;
    let mut put = |end: Option<u16>, text: &str, style: Style| {
        if let Some(end) = end {
            canvas.right(end, 0, text, style);
        }
    };
    let Some(run) = row.run else {
        if let Some(time) = row.hoped_text().filter(|_| !model.shown().over) {
            let fits = time.width() <= usize::from(columns.room);
            put(columns.predicted.or(Some(columns.elapsed)).filter(|_| fits), &time, theme.dim);
            let serial = model.rows().find(|other| {
                (other.planned.workload, other.planned.strategy) == (row.planned.workload, Strategy::Serial)
            });
            // Of two times that are only bounds there is no speedup.
            let bound = row.predicted.is_none() && row.forecast.is_some_and(|forecast| forecast.at_most);
            let told = slots_differ(row) && !bound;
            if let Some((serial, hoped)) =
                serial.and_then(|serial| serial.hoped()).zip(row.hoped()).filter(|_| told)
            {
                let speedup = serial.as_secs_f64() / hoped.as_secs_f64().max(1e-9);
                put(Some(columns.speedup), &format!("≈ {}×", three_digits(speedup)), theme.dim);
            }
        }
        put(columns.done, &format!("0/{}", grouped(row.tasks)), theme.dim);
        return;
    };
    put(columns.done, &format!("{}/{}", grouped(run.done()), grouped(row.tasks)), theme.text);
    if let Some(time) = row.hoped_text() {
        put(columns.predicted, &time, theme.dim);
    }
    put(Some(columns.elapsed), &passed.to_string(), theme.bright);
    let failed = run.failed();
    let over = run.end.as_ref();
    if let Some(stopped) = over.and_then(|end| end.stopped.as_ref()) {
        put(columns.last, &clip(&stopped.to_string(), 11), theme.bad);
    } else if failed > 0 {
        put(columns.last, &clip(&format!("{} failed", grouped(failed)), 11), theme.bad);
    } else if let Some(left) = time_left(row, run, passed, model) {
        put(columns.last, &format!("{} left", roughly(left)), theme.dim);
    }
    let whole = run.end.as_ref().is_some_and(|end| end.counts.all_ok());
    let part = if whole { 1.0 } else { run.progress().fraction() };
    let serial = model.shown().baseline(run).map(|serial| serial.elapsed(model.moment()));
    let Some(serial) = serial.filter(|_| whole || (run.end.is_none() && part >= SETTLED)) else { return };
    let speedup = serial.as_secs_f64() * part / passed.as_secs_f64().max(1e-9);
    let style = match speedup {
        // Before the end it is a guess.
        _ if !whole => theme.dim,
        _ if row.planned.strategy == Strategy::Serial => theme.text,
        s if s >= 1.1 => theme.good,
        s if s < 0.95 => theme.bad,
        _ => theme.text,
    };
    let guess = if whole { "" } else { "≈ " };
    put(Some(columns.speedup), &format!("{guess}{}×", three_digits(speedup)), style);
    let efficiency = Share::of(speedup, f64::from(row.slots.max(1)));
    if whole {
        put(columns.last, &format!("{} %", efficiency.percent()), theme.dim);
    }
}

/// What a run still takes: by its forecast, which knows of CPUs and of waves, until a first task has ended.
fn time_left(row: &Row<'_>, run: &RunState, passed: Nanos, model: &Model) -> Option<Nanos> {
    let begun = run.end.is_none() && run.done() + run.failed() == 0;
    match row.hoped().filter(|_| begun) {
        Some(hoped) => Some(hoped - passed).filter(|left| *left > Nanos::ZERO),
        None => run.time_left(model.moment()),
    }
}

/// Whether a run can be faster or slower than serial by plan.
fn slots_differ(row: &Row<'_>) -> bool {
    row.planned.strategy != Strategy::Serial
}

/// A time that is only guessed, in few digits, so that it does not flicker.
fn roughly(time: Nanos) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        s if s < 9.95 => format!("{s:.1} s"),
        s if s < 99.5 => format!("{s:.0} s"),
        s if s < 5_970.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.0} h", s / 3_600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_round_and_never_shorter_than_what_they_show() {
        for ns in [999, 1_000, 4_000_000_000, 4_180_000_000, 99_999_999_999] {
            let up = round_up(Nanos(ns));
            assert!(up > Nanos(ns) && up.0 <= ns * 2, "{ns} {}", up.0);
        }
        assert_eq!(round_up(Nanos::from_millis(4_180)), Nanos::from_millis(4_500));
        assert_eq!(round_up(Nanos::ZERO), Nanos(1));
    }

    #[test]
    fn guesses_have_few_digits() {
        assert_eq!(roughly(Nanos::from_millis(1_340)), "1.3 s");
        assert_eq!(roughly(Nanos::from_millis(34)), "0.0 s");
        assert_eq!(roughly(Nanos::from_millis(12_340)), "12 s");
        assert_eq!(roughly(Nanos::from_secs(600)), "10 min");
        assert_eq!(roughly(Nanos::from_secs(9_000)), "2 h");
    }
}
