//! Lines in the dots of braille cells, two columns and four rows to a cell. Of several lines in one cell all dots are
//! seen, in the colour of the one that matters most.

use ratatui::style::Style;

use crate::tui::canvas::Canvas;

/// The bit of each dot of a cell, by column and row.
const BITS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];

/// Dots to be drawn.
pub(crate) struct Dots {
    width: u16,
    height: u16,
    cells: Vec<(u8, Style)>,
}

impl Dots {
    /// None, over so many cells.
    pub(crate) fn new(width: u16, height: u16) -> Self {
        Self { width, height, cells: vec![(0, Style::new()); usize::from(width) * usize::from(height)] }
    }

    /// A dot, from the left and from the top. What lies outside is not drawn; what is set later gives the cell its colour.
    pub(crate) fn set(&mut self, x: i32, y: i32, style: Style) {
        if x < 0 || y < 0 || x >= i32::from(self.width) * 2 || y >= i32::from(self.height) * 4 {
            return;
        }
        let (x, y) = (x as usize, y as usize);
        if let Some(cell) = self.cells.get_mut((y / 4) * usize::from(self.width) + x / 2) {
            *cell = (cell.0 | BITS[x % 2][y % 4], style);
        }
    }

    /// A line through points: so many of its dots, then none where so many more would be, and again.
    pub(crate) fn line(&mut self, points: &[(f64, f64)], (on, off): (usize, usize), style: Style) {
        let mut count = 0;
        for two in points.windows(2) {
            let [(x0, y0), (x1, y1)] = [two[0], two[1]];
            let steps = (x1 - x0).abs().max((y1 - y0).abs()).ceil().clamp(1.0, 8_192.0) as usize;
            for step in 0..steps {
                let part = step as f64 / steps as f64;
                if count % (on + off).max(1) < on {
                    let (x, y) = (x0 + (x1 - x0) * part, y0 + (y1 - y0) * part);
                    self.set(x.round() as i32, y.round() as i32, style);
                }
                count += 1;
            }
        }
    }

    /// Lets the axis in a row of cells go on through those with dots, which would leave gaps in it.
    pub(crate) fn join(&mut self, row: u16) {
        let from = usize::from(row) * usize::from(self.width);
        for (bits, _) in self.cells.iter_mut().skip(from).take(self.width.into()) {
            if *bits > 0 {
                *bits |= BITS[0][2] | BITS[1][2];
            }
        }
    }

    /// Draws all of them; cells without a dot are left as they are.
    pub(crate) fn draw(&self, canvas: &mut Canvas<'_>) {
        for (index, (bits, style)) in self.cells.iter().enumerate() {
            let (x, y) = (index % usize::from(self.width), index / usize::from(self.width));
            if let Some(glyph) = char::from_u32(0x2800 + u32::from(*bits)).filter(|_| *bits > 0) {
                canvas.glyph(x as u16, y as u16, glyph, *style);
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
            dots.set(x, y, Style::new());
        }
        let mut buf = Buffer::empty(Rect::new(0, 0, 3, 1));
        dots.draw(&mut Canvas::new(buf.area, &mut buf));
        assert_eq!(buf, Buffer::with_lines(["⢁⠈ "]));
    }

    #[test]
    fn the_axis_goes_on_through_dots() {
        let mut dots = Dots::new(2, 2);
        for (x, y) in [(0, 0), (0, 4)] {
            dots.set(x, y, Style::new());
        }
        dots.join(1);
        let mut buf = Buffer::with_lines(["──", "──"]);
        dots.draw(&mut Canvas::new(buf.area, &mut buf));
        assert_eq!(buf, Buffer::with_lines(["⠁─", "⠥─"]));
    }

    proptest! {
        #[test]
        fn a_line_from_anywhere_to_anywhere_does_not_panic(
            points in proptest::collection::vec((-1e6f64..1e6, -1e6f64..1e6), 0..5),
            dashes in (0usize..5, 0usize..5),
            (width, height) in (0u16..40, 0u16..20),
        ) {
            let mut dots = Dots::new(width, height);
            dots.line(&points, dashes, Style::new());
            prop_assert_eq!(dots.cells.len(), usize::from(width) * usize::from(height));
        }
    }
}
