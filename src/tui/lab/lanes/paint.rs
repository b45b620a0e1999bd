//! A row of cells: the height of a block is the share of a column's first phase, its background the second; of computing
//! that was without a CPU for more than the second phase took, that part.

use ratatui::style::{Color, Style};

use crate::event::Phase;
use crate::tui::canvas::Canvas;
use crate::tui::chart::Cell;
use crate::tui::glyphs::{HEIGHTS, PREEMPTED, phase_glyph};
use crate::tui::theme::Theme;

/// Draws a row of cells over the height of the canvas.
pub(crate) fn row(canvas: &mut Canvas<'_>, cells: &[Cell], theme: &Theme) {
    for (x, cell) in cells.iter().enumerate() {
        if theme.tells_by_colour() {
            coloured(canvas, x as u16, *cell, theme);
        } else {
            plain(canvas, x as u16, *cell, theme);
        }
    }
}

/// What computing without a CPU looks like, alone.
pub(crate) fn preempted(theme: &Theme) -> (char, Style) {
    let grey = theme.other;
    if theme.tells_by_colour() {
        (PREEMPTED, grey.bg(grey.fg.unwrap_or(Color::Reset)))
    } else {
        (PREEMPTED, grey)
    }
}

/// Whether a phase is drawn as emptiness, with a sign in its middle.
const fn is_quiet(phase: Phase) -> bool {
    matches!(phase, Phase::Absent | Phase::Waiting)
}

fn coloured(canvas: &mut Canvas<'_>, x: u16, cell: Cell, theme: &Theme) {
    let Some(mut first) = cell.first else { return };
    let (mut second, mut weight) = (cell.second, u32::from(cell.weight));
    // Emptiness has no block: the other phase is drawn with its own share.
    if is_quiet(first)
        && let Some(loud) = second.filter(|phase| !is_quiet(*phase))
    {
        (first, second, weight) = (loud, Some(first), 255 - weight);
    }
    let mut behind =
        second.filter(|phase| !is_quiet(*phase)).map_or(Color::Reset, |phase| theme.phase(phase, cell.odd));
    if cell.shows_preempted() {
        weight = 255 - u32::from(cell.preempted);
        behind = theme.other.fg.unwrap_or(Color::Reset);
    }
    let height = canvas.height();
    if is_quiet(first) {
        let (glyph, sign) = (phase_glyph(first), Style::new().fg(theme.phase(first, false)));
        for y in 0..height {
            canvas.glyph(x, y, if y == (height - 1) / 2 { glyph } else { ' ' }, sign);
        }
        return;
    }
    let full = u32::from(height) * 8;
    let eighths = ((weight * full + 127) / 255).max(1);
    let colour = theme.phase(first, cell.odd);
    for y in 0..height {
        let here = eighths.saturating_sub(u32::from(height - 1 - y) * 8).min(8);
        let (glyph, style) = match here {
            8 if eighths == full => (phase_glyph(first), theme.pure(first, cell.odd)),
            8 => ('█', Style::new().fg(colour).bg(colour)),
            0 => (' ', Style::new().bg(behind)),
            part => (HEIGHTS[part as usize - 1], Style::new().fg(colour).bg(behind)),
        };
        canvas.glyph(x, y, glyph, style);
    }
}

fn plain(canvas: &mut Canvas<'_>, x: u16, cell: Cell, theme: &Theme) {
    let Some(first) = cell.first else { return };
    let without_cpu = cell.shows_preempted() && cell.preempted > 127;
    // In ASCII there may be colours too: those of the legend.
    let (glyph, style) = match first {
        Phase::Computing if without_cpu => preempted(theme),
        Phase::Computing if cell.odd => ('▓', Style::new().fg(theme.phase(first, true))),
        phase => (phase_glyph(phase), Style::new().fg(theme.phase(phase, cell.odd))),
    };
    for y in 0..canvas.height() {
        let quiet_edge = is_quiet(first) && y != (canvas.height() - 1) / 2;
        canvas.glyph(x, y, if quiet_edge { ' ' } else { glyph }, style);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::{Depth, Palette};
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;

    fn drawn(cell: Cell, height: u16, theme: &Theme) -> Buffer {
        let mut buf = Buffer::empty(Rect::new(0, 0, 1, height));
        row(&mut Canvas::new(buf.area, &mut buf), &[cell], theme);
        buf
    }

    #[test]
    fn the_height_is_the_share_of_the_first_phase_and_the_ground_is_the_second() {
        let theme = Theme::new(Palette::Dark, Depth::Sixteen, false);
        let cell = Cell {
            first: Some(Phase::Computing),
            second: Some(Phase::Sending),
            weight: 191,
            preempted: 0,
            odd: false,
        };
        let buf = drawn(cell, 2, &theme);
        assert_eq!([buf[(0, 0)].symbol(), buf[(0, 1)].symbol()], ["▄", "█"]);
        assert_eq!((buf[(0, 0)].fg, buf[(0, 0)].bg), (Color::Green, Color::Magenta));
    }

    #[test]
    fn emptiness_leaves_its_share_empty() {
        let theme = Theme::new(Palette::Dark, Depth::Sixteen, false);
        let cell = Cell {
            first: Some(Phase::Waiting),
            second: Some(Phase::Computing),
            weight: 191,
            preempted: 0,
            odd: false,
        };
        let buf = drawn(cell, 1, &theme);
        assert_eq!((buf[(0, 0)].symbol(), buf[(0, 0)].bg), ("▂", Color::Reset));
        let idle = Cell { first: Some(Phase::Waiting), second: None, weight: 255, preempted: 0, odd: false };
        assert_eq!(drawn(idle, 1, &theme)[(0, 0)].symbol(), "·");
    }

    #[test]
    fn computing_without_a_cpu_is_the_ground_of_computing() {
        let theme = Theme::new(Palette::Dark, Depth::Sixteen, false);
        let cell =
            Cell { first: Some(Phase::Computing), second: None, weight: 255, preempted: 128, odd: false };
        let buf = drawn(cell, 2, &theme);
        assert_eq!([buf[(0, 0)].symbol(), buf[(0, 1)].symbol()], [" ", "█"]);
        assert_eq!(Some(buf[(0, 0)].bg), theme.other.fg);
        let more_blocked = Cell { second: Some(Phase::Blocked), weight: 130, ..cell };
        assert_eq!(drawn(more_blocked, 2, &theme)[(0, 0)].bg, Color::Blue);
        let mono = Theme::new(Palette::Mono, Depth::Sixteen, false);
        assert_eq!(drawn(cell, 1, &mono)[(0, 0)].symbol(), "▤");
    }

    #[test]
    fn in_ascii_a_phase_has_the_colour_of_its_sample_in_the_legend() {
        let theme = Theme::new(Palette::Dark, Depth::True, true);
        for phase in Phase::ALL {
            let cell = Cell { first: Some(phase), second: None, weight: 255, preempted: 0, odd: false };
            let drawn = drawn(cell, 1, &theme);
            assert_eq!(Some(drawn[(0, 0)].fg), theme.pure(phase, false).fg);
            assert_eq!(theme.pure(phase, false).bg, None, "a letter must not vanish on its own colour");
        }
    }

    #[test]
    fn without_colour_every_phase_has_its_glyph() {
        let theme = Theme::new(Palette::Mono, Depth::True, false);
        for phase in Phase::ALL {
            let cell = Cell { first: Some(phase), second: None, weight: 255, preempted: 0, odd: false };
            let buf = drawn(cell, 1, &theme);
            assert_eq!(buf[(0, 0)].symbol().chars().next(), Some(phase_glyph(phase)));
            assert_eq!((buf[(0, 0)].fg, buf[(0, 0)].bg), (Color::Reset, Color::Reset));
        }
    }
}
