//! The ghost of a lane: what was predicted of it, dim, so that it is never taken for what happened.

use ratatui::style::Style;

use crate::event::Phase;
use crate::tui::canvas::Canvas;
use crate::tui::chart::Cell;
use crate::tui::glyphs::{PREDICTED, PREDICTED_END, phase_glyph};
use crate::tui::lab::lanes::paint;
use crate::tui::theme::{Depth, Theme};

/// The line of a lane that its ghost has, once there is something else to see in the lane; none where that is one line.
pub(super) const fn line(height: u16, has_run: bool) -> Option<(u16, u16)> {
    match height {
        _ if !has_run => Some((0, height)),
        0 | 1 => None,
        // A quarter of it, below what happened.
        _ => {
            let own = height.div_ceil(4);
            Some((height - own, own))
        }
    }
}

/// Draws a row of predicted cells from column `from` on.
pub(super) fn row(canvas: &mut Canvas<'_>, cells: &[Cell], from: u16, theme: &Theme) {
    let cells = cells.get(usize::from(from)..).unwrap_or(&[]);
    let (width, height) = (canvas.width(), canvas.height());
    let mut canvas = canvas.part(from, 0, width, height);
    if is_dim(theme) {
        // Where tasks end is told by computing alone.
        let plain = |cell: &Cell| Cell {
            odd: cell.odd && cell.first == Some(Phase::Computing),
            first: cell.first.filter(|_| !is_nobody(*cell)),
            ..*cell
        };
        paint::row(&mut canvas, &cells.iter().map(plain).collect::<Vec<_>>(), &theme.ghost());
        return;
    }
    let somebody = cells.iter().enumerate().filter(|(_, cell)| !is_nobody(**cell));
    for (x, phase) in somebody.filter_map(|(x, cell)| Some((x, cell.first?))) {
        let (glyph, style) = sample(phase, theme);
        canvas.glyph(x as u16, (height.max(1) - 1) / 2, glyph, style);
    }
}

/// What a phase looks like that was predicted. Without enough colours a thin line stands for what would be solid.
pub(in crate::tui::lab) fn sample(phase: Phase, theme: &Theme) -> (char, Style) {
    match phase {
        phase if is_dim(theme) => (phase_glyph(phase), theme.ghost().pure(phase, false)),
        Phase::Computing => (PREDICTED_LINE, theme.other),
        phase => (phase_glyph(phase), theme.other),
    }
}

/// Whether there are colours enough for dim ones.
pub(in crate::tui::lab) fn is_dim(theme: &Theme) -> bool {
    theme.tells_by_colour() && theme.depth != Depth::Sixteen
}

/// Whether no worker was predicted there. That is left empty: a line of its own is taken for something that happens.
fn is_nobody(cell: Cell) -> bool {
    cell.first == Some(Phase::Absent) && cell.second.is_none_or(|phase| phase == Phase::Waiting)
}

/// What computing looks like where its colour cannot tell that it was predicted.
const PREDICTED_LINE: char = '╌';

/// Marks where the run was predicted to end, over what happened then.
pub(super) fn end(canvas: &mut Canvas<'_>, cells: &[Cell], column: u16, theme: &Theme) {
    let happened = cells.get(usize::from(column)).and_then(|cell| cell.first);
    let quiet = happened.is_none_or(|phase| matches!(phase, Phase::Absent | Phase::Waiting));
    let style = if quiet { theme.bright } else { theme.ink() };
    for y in 0..canvas.height() {
        canvas.mark(column, y, PREDICTED_END, style);
    }
}

/// The sign before a ghost.
pub(super) fn sign(canvas: &mut Canvas<'_>, x: u16, y: u16, theme: &Theme) {
    canvas.glyph(x, y, PREDICTED, theme.dim);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Palette;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;

    #[test]
    fn a_ghost_has_the_whole_lane_before_the_run_and_a_part_below_it_then() {
        assert_eq!(line(4, false), Some((0, 4)));
        assert_eq!(
            [1, 2, 4, 8].map(|height| line(height, true)),
            [None, Some((1, 1)), Some((3, 1)), Some((6, 2))]
        );
    }

    #[test]
    fn a_ghost_never_looks_like_what_happened() {
        let themes = [Palette::Dark, Palette::Light, Palette::Mono]
            .into_iter()
            .flat_map(|palette| [Depth::Sixteen, Depth::Indexed, Depth::True].map(|depth| (palette, depth)))
            .flat_map(|(palette, depth)| [false, true].map(|ascii| Theme::new(palette, depth, ascii)));
        for theme in themes {
            let draw = |phase: Phase, ghost: bool| {
                let cells =
                    [Cell { first: Some(phase), second: None, weight: 255, preempted: false, odd: false }];
                let mut buf = Buffer::empty(Rect::new(0, 0, 1, 1));
                let mut canvas = Canvas::new(buf.area, &mut buf);
                if ghost {
                    row(&mut canvas, &cells, 0, &theme);
                } else {
                    paint::row(&mut canvas, &cells, &theme);
                }
                buf
            };
            let told = [Phase::Computing, Phase::Blocked, Phase::GilWait];
            for (i, phase) in told.into_iter().enumerate() {
                let what = format!("{phase}: {:?} {:?}", theme.palette, theme.depth);
                if phase == Phase::Computing || theme.has_colours() {
                    assert_ne!(draw(phase, true), draw(phase, false), "{what}");
                }
                for other in told.into_iter().skip(i + 1) {
                    assert_ne!(draw(phase, true), draw(other, true), "{what}, beside {other}");
                }
            }
        }
    }
}
