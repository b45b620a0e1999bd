//! Marks on lanes: where an attempt failed or a worker died, with a glyph for each, in a gap of the lane.

use ratatui::style::{Color, Modifier};

use crate::event::Outcome;
use crate::state::SlotState;
use crate::tui::canvas::Canvas;
use crate::tui::chart::Frame;
use crate::tui::glyphs::failure_glyph;
use crate::tui::theme::Theme;

/// What is marked, the gravest last: of several in one column it is the one to be seen.
pub(in crate::tui::lab) const MARKED: [(Outcome, &str); 3] =
    [(Outcome::Error, "error"), (Outcome::TimedOut, "timed out"), (Outcome::Lost, "died")];

/// Marks the failures of some slots, of those that are kept.
pub(super) fn draw(canvas: &mut Canvas<'_>, slots: &[SlotState], frame: &Frame, theme: &Theme) {
    let style = theme.bad.bg(Color::Reset).add_modifier(Modifier::BOLD);
    let middle = canvas.height().saturating_sub(1) / 2;
    for (outcome, _) in MARKED {
        let Some(glyph) = failure_glyph(outcome) else { continue };
        let failures = slots.iter().flat_map(|slot| &slot.failures).filter(|(_, how)| *how == outcome);
        for (at, _) in failures {
            // What ends with the axis belongs to the last column.
            let column = if *at == frame.to { frame.columns.checked_sub(1) } else { frame.column(*at) };
            if let Some(x) = column {
                canvas.glyph(x, middle, glyph, style);
            }
        }
    }
}
