//! Where the workers' time went, part by part, down to what nobody can explain.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use crate::event::Phase;
use crate::tui::canvas::Canvas;
use crate::tui::lab::panel::Panel;
use crate::tui::model::Model;
use crate::tui::theme::WIDTHS;
use crate::units::{Nanos, Share};

/// Parts below this share are not listed, unless they must be.
const LEAST: f64 = 0.0005;

/// The panel of the time ledger.
pub(crate) struct LedgerPanel<'a>(&'a Model);

impl<'a> LedgerPanel<'a> {
    /// The ledger of the run that is shown.
    pub(crate) const fn new(model: &'a Model) -> Self {
        Self(model)
    }
}

impl Widget for LedgerPanel<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let Self(model) = self;
        let theme = &model.theme;
        let whole = model.ledger.map(|ledger| ledger.whole());
        let below = whole.map(|whole| format!("{whole} in all"));
        let below = [(below.as_deref().unwrap_or_default(), theme.dim)];
        Panel::new("Worker time", theme).render(area, buf, &[], &below);
        let mut canvas = Canvas::new(area, buf);
        let (width, height) = (canvas.width().saturating_sub(4), canvas.height().saturating_sub(2));
        let mut inner = canvas.part(2, 1, width, height);
        let Some((ledger, whole)) = model.ledger.zip(whole) else {
            inner.text(0, 0, "where the workers' time goes", theme.dim);
            inner.text(0, 1, "stands here once they run", theme.dim);
            return;
        };
        let mut parts: Vec<(&str, Nanos)> = ledger.parts().to_vec();
        parts.retain(|(name, time)| *name == "computing" || time.share_of(whole).fraction() >= LEAST);
        parts.sort_by_key(|(_, time)| std::cmp::Reverse(*time));
        let unexplained = Nanos(ledger.unexplained_ns.unsigned_abs());
        if unexplained.share_of(whole).fraction() >= LEAST {
            parts.push(("unexplained", unexplained));
        }
        let rows = usize::from(inner.height());
        for (y, (name, time)) in parts.into_iter().take(rows).enumerate() {
            line(&mut inner, y as u16, name, time, whole, model);
        }
    }
}

fn line(canvas: &mut Canvas<'_>, y: u16, name: &str, time: Nanos, whole: Nanos, model: &Model) {
    let theme = &model.theme;
    let width = canvas.width();
    let share = time.share_of(whole);
    canvas.text(0, y, name, theme.text);
    let bar = width.saturating_sub(12 + 7);
    let eighths = (share.fraction() * f64::from(bar) * 8.0).round() as u16;
    let style = colour(name, model);
    canvas.fill(12, y, bar, '─', theme.faint);
    canvas.fill(12, y, eighths / 8, '█', style);
    if !eighths.is_multiple_of(8) && eighths / 8 < bar {
        canvas.glyph(12 + eighths / 8, y, WIDTHS[usize::from(eighths % 8) - 1], style);
    }
    let percent = if share < Share::of(995.0, 10_000.0) && share > Share::ZERO {
        format!("{:.1} %", share.fraction() * 100.0)
    } else {
        format!("{} %", share.percent())
    };
    canvas.right(width, y, &percent, theme.text);
}

fn colour(name: &str, model: &Model) -> Style {
    let theme = &model.theme;
    let phase = Phase::ALL.into_iter().find(|phase| phase.name() == name);
    match (name, phase) {
        ("preempted" | "unexplained", _) => theme.bad,
        (_, Some(Phase::Waiting | Phase::Absent) | None) => theme.other,
        (_, Some(phase)) => Style::new().fg(theme.phase(phase, false)),
    }
}
