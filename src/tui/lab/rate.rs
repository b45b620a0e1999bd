//! The throughput strip: tasks per second over the same time as the lanes.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use crate::tui::canvas::Canvas;
use crate::tui::glyphs::HEIGHTS;
use crate::tui::lab::layout::WorkersLayout;
use crate::tui::model::Model;
use crate::units::three_digits;

/// Tasks per second.
pub(crate) struct RateStrip<'a> {
    model: &'a Model,
    layout: &'a WorkersLayout,
}

impl<'a> RateStrip<'a> {
    /// The strip of the run that is shown.
    pub(crate) const fn new(model: &'a Model, layout: &'a WorkersLayout) -> Self {
        Self { model, layout }
    }
}

impl Widget for RateStrip<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let (model, layout) = (self.model, self.layout);
        let theme = &model.theme;
        let mut canvas = Canvas::new(area, buf);
        let height = canvas.height();
        let Some(row) = model.shown_row().filter(|_| height > 0) else { return };
        let frame = model.chart.frame();
        let line = model.throughput.get(model.shown_index());
        let rate = |x: u16| line.map_or(0.0, |line| line.between(frame.time(x), frame.time(x + 1)));
        let most = (0..layout.columns).map(rate).fold(0.0, f32::max);
        canvas.fill(layout.label, height - 1, layout.columns, '▁', theme.faint);
        if most > 0.0 {
            let style = theme.strategy(row.planned.strategy);
            let full = f32::from(height) * 8.0;
            for x in 0..layout.columns {
                let eighths = (rate(x) / most * full * 0.95).round() as u16;
                for y in 0..height {
                    let here = eighths.saturating_sub((height - 1 - y) * 8).min(8);
                    if here > 0 {
                        canvas.glyph(layout.label + x, y, HEIGHTS[usize::from(here) - 1], style);
                    }
                }
            }
        }
        let Some(run) = row.run else { return };
        let seconds = run.elapsed(model.moment()).as_secs_f64();
        let side = layout.label + layout.columns + 2;
        if seconds > 0.0 && layout.side >= 16 {
            let mean = three_digits(run.done() as f64 / seconds);
            let x = canvas.text(side, height - 1, &mean, theme.text);
            canvas.text(x, height - 1, " tasks/s", theme.dim);
            if height > 1 {
                canvas.text(side, height - 2, "throughput", theme.dim);
            }
        }
    }
}
