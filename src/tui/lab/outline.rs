//! Planned tasks as outlines, right of what is known.

use ratatui::style::Style;

use crate::tui::canvas::Canvas;
use crate::tui::chart::Frame;
use crate::tui::forecast::Block;
use crate::tui::theme::Theme;

/// Draws the tasks of one slot, or the waves of several, that end after column `known`.
pub(super) fn draw(canvas: &mut Canvas<'_>, blocks: &[Block], frame: &Frame, known: u16, theme: &Theme) {
    let first = blocks.partition_point(|block| block.end <= frame.from);
    for block in blocks[first..].iter().take_while(|block| block.start < frame.to) {
        let start = frame.column(block.start).unwrap_or(0);
        let end = frame.column(block.end).unwrap_or(frame.columns);
        if end > known && end > start {
            outline(canvas, start.max(known), end, start >= known, block, theme);
        }
    }
}

/// One task from column `start` to before `end`; `whole` if its beginning is in sight.
fn outline(canvas: &mut Canvas<'_>, start: u16, end: u16, whole: bool, block: &Block, theme: &Theme) {
    let style = theme.faint;
    let (width, height) = (end - start, canvas.height());
    if height == 0 || width == 0 {
        return;
    }
    if height == 1 || width < 3 {
        canvas.fill(start, height / 2, width, '─', style);
        if width >= 3 {
            canvas.glyph(start, height / 2, if whole { '├' } else { '─' }, style);
            canvas.glyph(end - 1, height / 2, '┤', style);
        }
        return;
    }
    for (y, left, right) in [(0, '╭', '╮'), (height - 1, '╰', '╯')] {
        canvas.fill(start, y, width, '─', style);
        if whole {
            canvas.glyph(start, y, left, style);
        }
        canvas.glyph(end - 1, y, right, style);
    }
    for y in 1..height - 1 {
        if whole {
            canvas.glyph(start, y, '│', style);
        }
        canvas.glyph(end - 1, y, '│', style);
    }
    number(canvas, start, width, block, theme.dim);
}

/// The task's number, if its outline is large enough to hold it.
fn number(canvas: &mut Canvas<'_>, start: u16, width: u16, block: &Block, style: Style) {
    let text = block.task.to_string();
    if canvas.height() > 2 && usize::from(width) >= text.len() + 4 {
        canvas.text(start + 2, (canvas.height() - 1) / 2, &text, style);
    }
}
