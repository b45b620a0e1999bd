//! A panel: a frame with a heading, and something said at its right and below.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use crate::tui::canvas::Canvas;
use crate::tui::theme::Theme;

/// The frame of a panel.
pub(crate) struct Panel<'a> {
    theme: &'a Theme,
    title: &'a str,
    about: &'a str,
    focused: bool,
}

impl<'a> Panel<'a> {
    /// A frame with a heading.
    pub(crate) const fn new(title: &'a str, theme: &'a Theme) -> Self {
        Self { theme, title, about: "", focused: false }
    }

    /// With something less bright after the heading.
    #[must_use]
    pub(crate) const fn about(mut self, about: &'a str) -> Self {
        self.about = about;
        self
    }

    /// With the look of having the focus.
    #[must_use]
    pub(crate) const fn focused(mut self, focused: bool) -> Self {
        self.focused = focused;
        self
    }

    /// Draws the frame; `right` stands at the right of the heading, `below` at the right of the lower edge.
    pub(crate) fn render(
        &self,
        area: Rect,
        buf: &mut Buffer,
        right: &[(&str, Style)],
        below: &[(&str, Style)],
    ) {
        let mut canvas = Canvas::new(area, buf);
        let (width, height) = (canvas.width(), canvas.height());
        if width < 2 || height < 2 {
            return;
        }
        let edge = if self.focused { self.theme.accent } else { self.theme.faint };
        let edge = edge.remove_modifier(ratatui::style::Modifier::BOLD);
        for y in [0, height - 1] {
            canvas.fill(1, y, width - 2, '─', edge);
        }
        for y in 1..height - 1 {
            canvas.glyph(0, y, '│', edge);
            canvas.glyph(width - 1, y, '│', edge);
        }
        for (x, y, corner) in
            [(0, 0, '╭'), (width - 1, 0, '╮'), (0, height - 1, '╰'), (width - 1, height - 1, '╯')]
        {
            canvas.glyph(x, y, corner, edge);
        }
        let title = if self.focused { self.theme.focus } else { self.theme.bright };
        let mut x = canvas.text(2, 0, " ", edge);
        x = canvas.text(x, 0, self.title, title);
        if !self.about.is_empty() {
            x = canvas.text(x, 0, " · ", self.theme.dim);
            x = canvas.text(x, 0, self.about, self.theme.text);
        }
        x = canvas.text(x, 0, " ", edge);
        at_the_right(&mut canvas, 0, x, right);
        at_the_right(&mut canvas, height - 1, 2, below);
    }
}

/// Writes words that end before the right corner, if they fit after column `from`.
fn at_the_right(canvas: &mut Canvas<'_>, y: u16, from: u16, words: &[(&str, Style)]) {
    let length: usize = words.iter().map(|(text, _)| text.width()).sum();
    let end = canvas.width().saturating_sub(2);
    if length == 0 || usize::from(end) < usize::from(from) + length + 2 {
        return;
    }
    let mut x = end - length as u16 - 2;
    x = canvas.text(x, y, " ", Style::new());
    for (text, style) in words {
        x = canvas.text(x, y, text, *style);
    }
    canvas.text(x, y, " ", Style::new());
}
