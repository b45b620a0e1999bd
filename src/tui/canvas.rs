//! Drawing text and cells into a part of the screen, clipped on every side.
//!
//! Coordinates are relative to the part, so that no widget computes an absolute one, and whatever lies outside is not
//! drawn: a widget of any size cannot panic.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

use crate::report::text;

/// A part of the screen to draw on.
pub(crate) struct Canvas<'a> {
    buf: &'a mut Buffer,
    area: Rect,
}

impl<'a> Canvas<'a> {
    /// The part of `buf` that `area` covers.
    pub(crate) fn new(area: Rect, buf: &'a mut Buffer) -> Self {
        let area = area.intersection(*buf.area());
        Self { buf, area }
    }

    /// Columns that can be drawn on.
    pub(crate) const fn width(&self) -> u16 {
        self.area.width
    }

    /// Rows that can be drawn on.
    pub(crate) const fn height(&self) -> u16 {
        self.area.height
    }

    /// A part of this part.
    pub(crate) fn part(&mut self, x: u16, y: u16, width: u16, height: u16) -> Canvas<'_> {
        let x = x.min(self.area.width);
        let y = y.min(self.area.height);
        let area = Rect {
            x: self.area.x + x,
            y: self.area.y + y,
            width: width.min(self.area.width - x),
            height: height.min(self.area.height - y),
        };
        Canvas { buf: self.buf, area }
    }

    /// Writes text from column `x` on; returns the column after it.
    pub(crate) fn text(&mut self, x: u16, y: u16, text: &str, style: Style) -> u16 {
        if x >= self.area.width || y >= self.area.height {
            return x;
        }
        let room = usize::from(self.area.width - x);
        let (end, _) = self.buf.set_stringn(self.area.x + x, self.area.y + y, text, room, style);
        end - self.area.x
    }

    /// Writes text that ends before column `end`; returns the column where it begins.
    pub(crate) fn right(&mut self, end: u16, y: u16, text: &str, style: Style) -> u16 {
        let start = end.min(self.area.width).saturating_sub(text::width(text) as u16);
        self.text(start, y, text, style);
        start
    }

    /// Draws one cell.
    pub(crate) fn glyph(&mut self, x: u16, y: u16, glyph: char, style: Style) {
        if x < self.area.width && y < self.area.height {
            self.buf[(self.area.x + x, self.area.y + y)].set_char(glyph).set_style(style);
        }
    }

    /// Draws `width` cells alike.
    pub(crate) fn fill(&mut self, x: u16, y: u16, width: u16, glyph: char, style: Style) {
        for x in x..x.saturating_add(width).min(self.area.width) {
            self.glyph(x, y, glyph, style);
        }
    }

    /// Draws one cell over what is there, on the colour that most of it has.
    pub(crate) fn mark(&mut self, x: u16, y: u16, glyph: char, style: Style) {
        if x < self.area.width && y < self.area.height {
            let cell = &mut self.buf[(self.area.x + x, self.area.y + y)];
            let back = if ["▅", "▆", "▇", "█"].contains(&cell.symbol()) { cell.fg } else { cell.bg };
            cell.set_char(glyph).set_style(style).set_bg(back);
        }
    }

    /// Leaves a hair of room at the top of full cells, so that what stands above is told apart; none where there is but
    /// one line.
    pub(crate) fn part_above(&mut self) {
        if self.area.height < 2 {
            return;
        }
        for x in 0..self.area.width {
            let cell = &mut self.buf[(self.area.x + x, self.area.y)];
            if cell.symbol() == "█" {
                cell.set_symbol("▇").set_bg(Color::Reset);
            }
        }
    }

    /// Gives `width` cells a style and leaves what they show.
    pub(crate) fn restyle(&mut self, x: u16, y: u16, width: u16, style: Style) {
        for x in x..x.saturating_add(width).min(self.area.width) {
            if y < self.area.height {
                self.buf[(self.area.x + x, self.area.y + y)].set_style(style);
            }
        }
    }
}

/// The longest beginning of `text` that fits into `width` columns, with `…` where something had to go.
pub(crate) fn clip(text: &str, width: usize) -> String {
    // Glyphs become ASCII when a frame is done, not here.
    text::clip(text, width, false)
}

/// `text` in lines of at most `width` columns, broken between words; at most `most` lines, the last one clipped.
pub(crate) fn wrap(text: &str, width: usize, most: usize) -> Vec<String> {
    let mut lines = text::wrap(text, width, false);
    if lines.len() > most {
        let rest = lines.split_off(most.saturating_sub(1)).join(" ");
        lines.push(clip(&rest, width));
        lines.truncate(most);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_lies_outside_is_not_drawn() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 4, 2));
        let mut canvas = Canvas::new(Rect::new(2, 1, 10, 10), &mut buf);
        assert_eq!((canvas.width(), canvas.height()), (2, 1));
        canvas.text(0, 0, "héllo", Style::new());
        canvas.text(0, 5, "nowhere", Style::new());
        canvas.glyph(9, 9, 'x', Style::new());
        canvas.fill(1, 0, u16::MAX, '-', Style::new());
        canvas.part(7, 7, 7, 7).text(0, 0, "no", Style::new());
        assert_eq!(buf, Buffer::with_lines(["    ", "  h-"]));
    }

    #[test]
    fn a_hair_of_room_is_left_at_the_top_of_what_is_full() {
        let mut buf = Buffer::with_lines(["██", "█▄", "██"]);
        Canvas::new(Rect::new(0, 1, 2, 2), &mut buf).part_above();
        assert_eq!(buf, Buffer::with_lines(["██", "▇▄", "██"]));
        Canvas::new(Rect::new(0, 2, 2, 1), &mut buf).part_above();
        assert_eq!(buf, Buffer::with_lines(["██", "▇▄", "██"]), "a single line has none to spare");
    }

    #[test]
    fn text_is_clipped_and_wrapped_by_width() {
        assert_eq!(clip("computing", 5), "comp…");
        assert_eq!(clip("日本語", 4), "日…");
        assert_eq!(clip("ab", 2), "ab");
        assert_eq!(clip("ab", 0), "");
        assert_eq!(wrap("one two three four", 9, 2), ["one two", "three fo…"]);
        assert_eq!(wrap("", 9, 2), Vec::<String>::new());
        assert_eq!(wrap("word", 9, 0), Vec::<String>::new());
    }
}
