//! What one core looks like: as a bar, as one cell, and as a moment of its history.
//!
//! In a cell the glyph alone tells this run (a height), other programs (a shade), time that was stolen and a core that
//! is not allowed; the colour says it again.

use ratatui::style::Style;

use crate::event::{CoreLoad, Phase};
use crate::tui::canvas::Canvas;
use crate::tui::glyphs::{HEIGHTS, WIDTHS};
use crate::tui::theme::Theme;
use crate::units::Share;

/// The shades of other programs, by eighths.
const SHADES: [char; 8] = ['░', '░', '░', '▒', '▒', '▒', '▓', '▓'];
/// Heights and shades in ASCII, where the twins of single glyphs would meet.
const ASCII: [[char; 8]; 2] =
    [['.', '.', '-', '-', '=', '=', '#', '#'], [':', ':', 'o', 'o', '%', '%', '@', '@']];

/// A core as one cell: its height or shade is its use, whoever used it.
pub(super) fn level(core: &CoreLoad, theme: &Theme) -> (char, Style) {
    let (busy, ours, steal) = (core.busy.fraction(), core.ours.fraction(), core.steal.fraction());
    let eighths = ((busy + steal) * 8.0).round().min(8.0) as usize;
    let [heights, shades] = if theme.ascii { ASCII } else { [HEIGHTS, SHADES] };
    match eighths.checked_sub(1) {
        _ if !core.allowed => ('╌', theme.faint),
        None => (if theme.ascii { '_' } else { '·' }, theme.faint),
        Some(_) if steal > busy => ('×', theme.bad),
        Some(eighth) if ours * 2.0 >= busy => (heights[eighth], green(theme)),
        Some(eighth) => (shades[eighth], theme.other),
    }
}

/// A core a while ago: with colours, heights of two; else as a cell.
pub(super) fn spark(core: &CoreLoad, theme: &Theme) -> (char, Style) {
    let (glyph, style) = level(core, theme);
    let eighths = (core.busy.fraction() * 8.0).round() as usize;
    let plain = theme.tells_by_colour() && glyph != '×' && core.allowed;
    if plain { (HEIGHTS[eighths.clamp(1, 8) - 1], style) } else { (glyph, style) }
}

fn green(theme: &Theme) -> Style {
    Style::new().fg(theme.phase(Phase::Computing, false))
}

/// A core's use as a bar: this run's part, everything else, what was stolen, and what is free.
pub(super) fn draw_bar(canvas: &mut Canvas<'_>, core: &CoreLoad, theme: &Theme) {
    let width = canvas.width();
    let eighths = |share: Share| (share.fraction() * f64::from(width) * 8.0).round() as u16;
    let (ours, busy) = (eighths(core.ours), eighths(core.busy));
    let (ours_style, other_style) = (green(theme), theme.other);
    // Whole columns after those that have anything of the other parts.
    let stolen = busy.div_ceil(8)..busy.div_ceil(8) + (eighths(core.steal) + 4) / 8;
    for x in 0..width {
        let mine = ours.saturating_sub(x * 8).min(8);
        let any = busy.saturating_sub(x * 8).min(8);
        let (glyph, style) = match (mine, any) {
            (8, _) => ('█', ours_style),
            (0, 0) if stolen.contains(&x) => ('×', theme.bad),
            (0, 0) => ('─', theme.faint),
            (0, 8) if theme.tells_by_colour() => ('█', other_style),
            (0, _) if !theme.tells_by_colour() => ('░', other_style),
            (0, any) => (WIDTHS[usize::from(any) - 1], other_style),
            (mine, any) if any > mine && theme.tells_by_colour() => {
                let behind = if any >= 6 { other_style.fg } else { None };
                let style = behind.map_or(ours_style, |colour| ours_style.bg(colour));
                (WIDTHS[usize::from(mine) - 1], style)
            }
            (mine, _) => (WIDTHS[usize::from(mine) - 1], ours_style),
        };
        canvas.glyph(x, 0, glyph, style);
    }
}
