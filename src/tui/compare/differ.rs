//! What differs between the run that is looked at and the one that it is measured against, in words.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use crate::analysis;
use crate::tui::canvas::{Canvas, clip, wrap};
use crate::tui::compare::desk;
use crate::tui::compare::kept::{self, Entry};
use crate::tui::model::Model;

/// Columns of the headings.
const LABEL: u16 = 9;

/// What differs.
pub(crate) struct Differ<'a> {
    model: &'a Model,
    entries: &'a [Entry<'a>],
}

impl<'a> Differ<'a> {
    /// What differs of one of some runs.
    pub(crate) const fn new(model: &'a Model, entries: &'a [Entry<'a>]) -> Self {
        Self { model, entries }
    }
}

impl Widget for Differ<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let Self { model, entries } = self;
        let theme = &model.theme;
        let mut canvas = Canvas::new(area, buf);
        let width = canvas.width();
        let Some(entry) = entries.get(desk::chosen(model, entries)) else { return };
        // Without a plain loop, the oldest run is as good a measure as any.
        let base = kept::baseline(entries, entry).or_else(|| entries.first().copied());
        let base = base.filter(|base| base.number != entry.number);
        let x = canvas.text(0, 0, &entry.name(), theme.bright);
        let Some(base) = base else {
            let words = " is what the others are measured against: choose another";
            canvas.text(x, 0, &clip(words, usize::from(width.saturating_sub(x))), theme.dim);
            return;
        };
        let against = format!(" against {}", base.name());
        canvas.text(x, 0, &clip(&against, usize::from(width.saturating_sub(x))), theme.dim);
        let Some((summary, other)) = entry.summary.zip(base.summary) else {
            canvas.text(0, 1, &clip("is not over yet", usize::from(width)), theme.dim);
            return;
        };
        let said = analysis::differences((summary, entry.plan), (other, base.plan));
        let plan = if said.plan.is_empty() { "the same".to_owned() } else { said.plan.join("; ") };
        let mut y = 1;
        for (label, words) in [("plan", plan), ("outcome", said.outcome.join("; "))] {
            canvas.text(0, y, label, theme.dim);
            let left = canvas.height().saturating_sub(y);
            let most = if label == "plan" { left.saturating_sub(1).min(2) } else { left };
            for line in wrap(&words, usize::from(width.saturating_sub(LABEL)), usize::from(most)) {
                canvas.text(LABEL, y, &line, theme.text);
                y += 1;
            }
        }
    }
}
