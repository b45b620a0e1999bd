//! A row of cells: the height of a block is the share of a column's first phase, its background the second, or computing
//! that was without a CPU.

use ratatui::style::{Color, Style};

use crate::event::Phase;
use crate::tui::canvas::Canvas;
use crate::tui::chart::Cell;
use crate::tui::glyphs::{HEIGHTS, ODD, PREEMPTED, phase_glyph};
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

/// What is drawn of a column: its colour, and its look where nothing is beside it.
#[derive(Copy, Clone)]
struct Part {
    colour: Color,
    alone: (char, Style),
}

fn coloured(canvas: &mut Canvas<'_>, x: u16, cell: Cell, theme: &Theme) {
    let Some(first) = cell.first else { return };
    let solid = |phase| Part {
        colour: theme.phase(phase, cell.odd),
        alone: (phase_glyph(phase), theme.pure(phase, cell.odd)),
    };
    let second = cell.second.filter(|phase| !is_quiet(*phase)).map(|phase| {
        let alone = preempted(theme);
        let without = Part { colour: alone.1.fg.unwrap_or(Color::Reset), alone };
        if cell.preempted { without } else { solid(phase) }
    });
    let height = canvas.height();
    let (block, behind, weight) = match (is_quiet(first), second) {
        (false, second) => (solid(first), second, cell.weight),
        // Emptiness has no block: the other phase is drawn with its own share.
        (true, Some(second)) => (second, None, 255 - cell.weight),
        (true, None) => {
            quiet(canvas, x, first, theme);
            return;
        }
    };
    let full = u32::from(height) * 8;
    let eighths = (u32::from(weight) * full + 127) / 255;
    // What there is of a phase is to be seen.
    let eighths = if weight == 0 && behind.is_some() { 0 } else { eighths.max(1) };
    let ground = behind.map_or(Color::Reset, |part| part.colour);
    for y in 0..height {
        let here = eighths.saturating_sub(u32::from(height - 1 - y) * 8).min(8);
        let (glyph, style) = match here {
            8 if eighths == full => block.alone,
            8 => ('█', Style::new().fg(block.colour).bg(block.colour)),
            0 => (' ', Style::new().bg(ground)),
            part => (HEIGHTS[part as usize - 1], Style::new().fg(block.colour).bg(ground)),
        };
        canvas.glyph(x, y, glyph, style);
    }
}

fn quiet(canvas: &mut Canvas<'_>, x: u16, phase: Phase, theme: &Theme) {
    let (height, sign) = (canvas.height(), Style::new().fg(theme.phase(phase, false)));
    for y in 0..height {
        let glyph = if y == (height - 1) / 2 { phase_glyph(phase) } else { ' ' };
        canvas.glyph(x, y, glyph, sign);
    }
}

fn plain(canvas: &mut Canvas<'_>, x: u16, cell: Cell, theme: &Theme) {
    let Some(first) = cell.first else { return };
    let without_cpu = cell.preempted && cell.weight < 128;
    // In ASCII there may be colours too: those of the legend.
    let (glyph, style) = match first {
        _ if without_cpu => preempted(theme),
        Phase::Computing if cell.odd => (ODD, Style::new().fg(theme.phase(first, true))),
        phase => (phase_glyph(phase), Style::new().fg(theme.phase(phase, cell.odd))),
    };
    for y in 0..canvas.height() {
        let quiet_edge = is_quiet(first) && !without_cpu && y != (canvas.height() - 1) / 2;
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
            preempted: false,
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
            preempted: false,
            odd: false,
        };
        let buf = drawn(cell, 1, &theme);
        assert_eq!((buf[(0, 0)].symbol(), buf[(0, 0)].bg), ("▂", Color::Reset));
        let idle =
            Cell { first: Some(Phase::Waiting), second: None, weight: 255, preempted: false, odd: false };
        assert_eq!(drawn(idle, 1, &theme)[(0, 0)].symbol(), "·");
    }

    #[test]
    fn computing_without_a_cpu_is_the_ground_of_computing() {
        let theme = Theme::new(Palette::Dark, Depth::Sixteen, false);
        let cell = Cell {
            first: Some(Phase::Computing),
            second: Some(Phase::Computing),
            weight: 127,
            preempted: true,
            odd: false,
        };
        let buf = drawn(cell, 2, &theme);
        assert_eq!([buf[(0, 0)].symbol(), buf[(0, 1)].symbol()], [" ", "█"]);
        assert_eq!(Some(buf[(0, 0)].bg), theme.other.fg);
        let beside_waiting = Cell { first: Some(Phase::Waiting), weight: 191, ..cell };
        let buf = drawn(beside_waiting, 1, &theme);
        assert_eq!((buf[(0, 0)].symbol(), Some(buf[(0, 0)].fg)), ("▂", theme.other.fg));
        let nothing_else = Cell { weight: 0, ..cell };
        assert_eq!(Some(drawn(nothing_else, 1, &theme)[(0, 0)].bg), theme.other.fg);
        let mono = Theme::new(Palette::Mono, Depth::Sixteen, false);
        assert_eq!(drawn(cell, 1, &mono)[(0, 0)].symbol(), "▤");
    }

    #[test]
    fn in_ascii_a_phase_has_the_colour_of_its_sample_in_the_legend() {
        let theme = Theme::new(Palette::Dark, Depth::True, true);
        for phase in Phase::ALL {
            let cell = Cell { first: Some(phase), second: None, weight: 255, preempted: false, odd: false };
            let drawn = drawn(cell, 1, &theme);
            assert_eq!(Some(drawn[(0, 0)].fg), theme.pure(phase, false).fg);
            assert_eq!(theme.pure(phase, false).bg, None, "a letter must not vanish on its own colour");
        }
    }

    #[test]
    fn without_colour_every_phase_has_its_glyph() {
        let theme = Theme::new(Palette::Mono, Depth::True, false);
        for phase in Phase::ALL {
            let cell = Cell { first: Some(phase), second: None, weight: 255, preempted: false, odd: false };
            let buf = drawn(cell, 1, &theme);
            assert_eq!(buf[(0, 0)].symbol().chars().next(), Some(phase_glyph(phase)));
            assert_eq!((buf[(0, 0)].fg, buf[(0, 0)].bg), (Color::Reset, Color::Reset));
        }
    }
}
