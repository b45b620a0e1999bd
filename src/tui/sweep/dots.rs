//! Lines in the dots of braille cells, two columns and four rows to a cell. Of several lines in one cell all dots are
//! seen, in the colour of the one that matters most; where there is only ASCII, it is the letter of that line.

use ratatui::style::Style;

use crate::tui::canvas::Canvas;
use crate::tui::sweep::pen::Pen;

/// The bit of each dot of a cell, by column and row.
const BITS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];

/// Dots to be drawn.
pub(crate) struct Dots {
    width: u16,
    height: u16,
    cells: Vec<Cell>,
}

/// The dots of a cell, and the line that was drawn there last.
#[derive(Copy, Clone)]
struct Cell {
    bits: u8,
    style: Style,
    /// The letter, with the colour of its line.
    letter: Option<(char, Style)>,
}

impl Dots {
    /// None, over so many cells.
    pub(crate) fn new(width: u16, height: u16) -> Self {
        let empty = Cell { bits: 0, style: Style::new(), letter: None };
        Self { width, height, cells: vec![empty; usize::from(width) * usize::from(height)] }
    }

    /// A dot, from the left and from the top. What lies outside is not drawn; what is set later gives the cell its colour.
    fn set(&mut self, x: i32, y: i32, pen: Pen, style: Style) {
        if x < 0 || y < 0 || x >= i32::from(self.width) * 2 || y >= i32::from(self.height) * 4 {
            return;
        }
        let (x, y) = (x as usize, y as usize);
        if let Some(cell) = self.cells.get_mut((y / 4) * usize::from(self.width) + x / 2) {
            let letter = pen.letter().map(|letter| (letter, style)).or(cell.letter);
            *cell = Cell { bits: cell.bits | BITS[x % 2][y % 4], style, letter };
        }
    }

    /// A line through points, dashed as its kind is.
    pub(crate) fn line(&mut self, points: &[(f64, f64)], pen: Pen, style: Style) {
        let (on, off) = pen.dashes();
        let mut count = 0;
        for two in points.windows(2) {
            let [(x0, y0), (x1, y1)] = [two[0], two[1]];
            let steps = (x1 - x0).abs().max((y1 - y0).abs()).ceil().clamp(1.0, 8_192.0) as usize;
            for step in 0..steps {
                let part = step as f64 / steps as f64;
                if count % (on + off).max(1) < on {
                    let (x, y) = (x0 + (x1 - x0) * part, y0 + (y1 - y0) * part);
                    self.set(x.round() as i32, y.round() as i32, pen, style);
                }
                count += 1;
            }
        }
    }

    /// Lets the axis in a row of cells go on through those with dots, which would leave gaps in it.
    pub(crate) fn join(&mut self, row: u16) {
        let from = usize::from(row) * usize::from(self.width);
        for cell in self.cells.iter_mut().skip(from).take(self.width.into()) {
            if cell.bits > 0 {
                cell.bits |= BITS[0][2] | BITS[1][2];
            }
        }
    }

    /// Whether there is no dot in some cells of a row, all of which exist.
    pub(crate) fn is_free(&self, x: u16, y: u16, columns: u16) -> bool {
        let from = usize::from(y) * usize::from(self.width) + usize::from(x);
        let cells = self.cells.get(from..from + usize::from(columns));
        x + columns <= self.width && cells.is_some_and(|cells| cells.iter().all(|cell| cell.bits == 0))
    }

    /// Draws all of them, or letters; cells without a dot are left as they are.
    pub(crate) fn draw(&self, canvas: &mut Canvas<'_>, ascii: bool) {
        for (index, Cell { bits, style, letter }) in self.cells.iter().enumerate() {
            let (x, y) = (index % usize::from(self.width), index / usize::from(self.width));
            let dots = char::from_u32(0x2800 + u32::from(*bits)).filter(|_| *bits > 0);
            let shown = if ascii { *letter } else { dots.map(|dots| (dots, *style)) };
            if let Some((glyph, style)) = shown {
                canvas.glyph(x as u16, y as u16, glyph, style);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;

    #[test]
    fn dots_of_one_cell_are_one_glyph() {
        let mut dots = Dots::new(2, 1);
        for (x, y) in [(0, 0), (1, 3), (3, 0), (-1, 0), (0, 4), (4, 0)] {
            dots.set(x, y, Pen::Fitted, Style::new());
        }
        let mut buf = Buffer::empty(Rect::new(0, 0, 3, 1));
        dots.draw(&mut Canvas::new(buf.area, &mut buf), false);
        assert_eq!(buf, Buffer::with_lines(["⢁⠈ "]));
    }

    #[test]
    fn where_there_is_only_ascii_a_cell_has_the_letter_of_the_last_line() {
        let mut dots = Dots::new(3, 1);
        for (x, pen) in [(0, Pen::Ideal), (0, Pen::Level), (2, Pen::Ideal), (2, Pen::Fitted), (4, Pen::Level)]
        {
            dots.set(x, 0, pen, Style::new());
        }
        let mut buf = Buffer::with_lines(["---"]);
        dots.draw(&mut Canvas::new(buf.area, &mut buf), true);
        assert_eq!(buf, Buffer::with_lines(["/~-"]));
    }

    #[test]
    fn what_is_free_has_no_dots_and_lies_within() {
        let mut dots = Dots::new(4, 2);
        dots.set(2, 4, Pen::Ideal, Style::new());
        assert!(dots.is_free(0, 0, 4) && dots.is_free(2, 1, 2) && dots.is_free(0, 1, 1));
        assert!(!dots.is_free(0, 1, 2) && !dots.is_free(3, 0, 2) && !dots.is_free(0, 2, 1));
    }

    #[test]
    fn the_axis_goes_on_through_dots() {
        let mut dots = Dots::new(2, 2);
        for (x, y) in [(0, 0), (0, 4)] {
            dots.set(x, y, Pen::Fitted, Style::new());
        }
        dots.join(1);
        let mut buf = Buffer::with_lines(["──", "──"]);
        dots.draw(&mut Canvas::new(buf.area, &mut buf), false);
        assert_eq!(buf, Buffer::with_lines(["⠁─", "⠥─"]));
    }

    proptest! {
        #[test]
        fn a_line_from_anywhere_to_anywhere_does_not_panic(
            points in proptest::collection::vec((-1e6f64..1e6, -1e6f64..1e6), 0..5),
            pen in proptest::sample::select(vec![Pen::Ideal, Pen::Possible, Pen::Joined, Pen::Interval]),
            (width, height) in (0u16..40, 0u16..20),
        ) {
            let mut dots = Dots::new(width, height);
            dots.line(&points, pen, Style::new());
            prop_assert_eq!(dots.cells.len(), usize::from(width) * usize::from(height));
        }
    }
}
