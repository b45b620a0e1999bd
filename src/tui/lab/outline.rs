//! Planned tasks as outlines, right of what is known.

use std::ops::Range;

use ratatui::style::Style;

use crate::tui::canvas::Canvas;
use crate::tui::chart::Frame;
use crate::tui::forecast::Block;
use crate::tui::theme::Theme;

/// Draws the tasks of one slot, or the waves of several, that end after column `known`.
pub(super) fn draw(canvas: &mut Canvas<'_>, blocks: &[Block], frame: &Frame, known: u16, theme: &Theme) {
    let first = blocks.partition_point(|block| block.end <= frame.from);
    // One look for a whole lane: lines where boxes would be too narrow to be told apart.
    let narrow = |block: &Block| {
        frame.column(block.start).zip(frame.column(block.end)).is_some_and(|(start, end)| end < start + 3)
    };
    let boxes =
        canvas.height() > 1 && !blocks[first..].iter().take_while(|block| block.start < frame.to).any(narrow);
    for block in blocks[first..].iter().take_while(|block| block.start < frame.to) {
        let start = frame.column(block.start).unwrap_or(0);
        let end = frame.column(block.end).unwrap_or(frame.columns);
        if end > known && end > start {
            outline(canvas, start.max(known)..end, start >= known, boxes, block, theme);
        }
    }
}

/// One task over some columns, as a box or as a line; `whole` if its beginning is in sight.
fn outline(
    canvas: &mut Canvas<'_>,
    Range { start, end }: Range<u16>,
    whole: bool,
    boxes: bool,
    block: &Block,
    theme: &Theme,
) {
    let style = theme.faint;
    let (width, height) = (end - start, canvas.height());
    if height == 0 || width == 0 {
        return;
    }
    if !boxes {
        // In the row of the lane's name.
        let middle = (height - 1) / 2;
        canvas.fill(start, middle, width, '─', style);
        if width > 1 {
            canvas.glyph(start, middle, if whole { '├' } else { '─' }, style);
        }
        canvas.glyph(end - 1, middle, '┤', style);
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
