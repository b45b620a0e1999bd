//! The time axis below the lanes: round moments, and the unit once.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use crate::clock::RunTime;
use crate::state::RunState;
use crate::tui::canvas::Canvas;
use crate::tui::chart::Frame;
use crate::tui::glyphs::CHANGED;
use crate::tui::lab::layout::WorkersLayout;
use crate::tui::model::Model;
use crate::tui::theme::Theme;
use crate::units::Nanos;

/// Columns between two labels, at least.
const APART: u64 = 9;

/// The time axis.
pub(crate) struct TimeAxis<'a> {
    model: &'a Model,
    layout: &'a WorkersLayout,
}

impl<'a> TimeAxis<'a> {
    /// The axis of the lanes that are shown.
    pub(crate) const fn new(model: &'a Model, layout: &'a WorkersLayout) -> Self {
        Self { model, layout }
    }
}

impl Widget for TimeAxis<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let frame = self.model.chart.frame();
        if frame.columns == self.layout.columns {
            let mut canvas = Canvas::new(area, buf);
            draw(&mut canvas, self.layout.label, frame, &self.model.theme);
            if let Some(run) = self.model.shown_row().and_then(|row| row.run) {
                changes(&mut canvas, self.layout.label, frame, run, &self.model.theme);
            }
        }
    }
}

/// The moments of a chart whose columns begin at column `label`.
pub(crate) fn draw(canvas: &mut Canvas<'_>, label: u16, frame: &Frame, theme: &Theme) {
    let columns = frame.columns;
    let length = frame.to.since(frame.from);
    if columns == 0 || length == Nanos::ZERO {
        return;
    }
    let step = step(length.0 * APART / u64::from(columns).max(1));
    let unit = Unit::of(step.max(frame.to.0 / 1_000));
    let mut at = frame.from.0.div_ceil(step) * step;
    let mut free = 0;
    while let Some(column) = frame.column(RunTime(at)) {
        let text = unit.label(at, step, free == 0);
        let x = label + column;
        if x >= free && usize::from(column) + text.len() <= usize::from(columns) {
            free = canvas.text(x, 0, &text, theme.dim) + 2;
        }
        at = at.saturating_add(step);
    }
}

/// Where the rule of the interpreters' locks was changed.
pub(crate) fn changes(canvas: &mut Canvas<'_>, label: u16, frame: &Frame, run: &RunState, theme: &Theme) {
    for column in run.rules.iter().filter_map(|(at, _)| frame.column(*at)) {
        canvas.glyph(label + column, 0, CHANGED, theme.accent);
    }
}

/// The shortest round length that is at least `least`: 1, 2 or 5 of some power of ten.
fn step(least: u64) -> u64 {
    let least = least.max(1);
    let unit = 10u64.pow(least.ilog10());
    [1, 2, 5, 10].into_iter().map(|n| unit.saturating_mul(n)).find(|step| *step >= least).unwrap_or(u64::MAX)
}

/// What labels are counted in.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
struct Unit(u64, &'static str);

impl Unit {
    const fn of(step: u64) -> Self {
        match step {
            0..1_000 => Self(1, "ns"),
            1_000..1_000_000 => Self(1_000, "µs"),
            1_000_000..50_000_000 => Self(1_000_000, "ms"),
            _ => Self(1_000_000_000, "s"),
        }
    }

    fn label(self, at: u64, step: u64, first: bool) -> String {
        let decimals = match self.0 / step.max(1) {
            0 | 1 => 0,
            more => (more as f64).log10().ceil() as usize,
        };
        let number = format!(
            "{:.decimals$}",
            at as f64 / self.0 as f64,
            decimals = if at == 0 { 0 } else { decimals }
        );
        if first { format!("{number} {}", self.1) } else { number }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round() {
        for (least, round) in [(1, 1), (3, 5), (11, 20), (50, 50), (51, 100), (0, 1)] {
            assert_eq!(step(least), round);
        }
    }

    #[test]
    fn labels_have_as_many_digits_as_their_step_needs() {
        let second = 1_000_000_000;
        let unit = Unit::of(second / 2);
        assert_eq!(unit.label(0, second / 2, true), "0 s");
        assert_eq!(unit.label(3 * second / 2, second / 2, false), "1.5");
        assert_eq!(unit.label(second, second, false), "1");
        assert_eq!(Unit::of(20_000_000).label(40_000_000, 20_000_000, false), "40");
    }
}
