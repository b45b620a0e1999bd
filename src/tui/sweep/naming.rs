//! Names of lines, beside the lines themselves: where the frame of the curve has no room to say what they are.

use ratatui::style::Style;

use crate::tui::canvas::Canvas;
use crate::tui::sweep::dots::Dots;

/// A name is looked for a place along so many rows of a line from its end: further on, lines tend to run together.
const ROWS: usize = 2;
/// It may stand so many columns away, where other lines are near.
const AWAY: u16 = 6;

/// A line that has no name yet.
pub(super) struct Nameless<'a> {
    /// What it is called.
    pub(super) name: &'a str,
    /// Its points, in dots, from the left to the right.
    pub(super) points: &'a [(f64, f64)],
    pub(super) style: Style,
}

/// Writes the name of a line where nothing else is, near its right end: left of it, right of it, above or below. Its cells
/// are no others' from then on. It is left out where there is no such place.
pub(super) fn name(line: &Nameless<'_>, taken: &mut Taken<'_>, canvas: &mut Canvas<'_>) {
    let wide = line.name.chars().count() as u16 + 2;
    for (y, left, right) in rows(line.points).into_iter().take(ROWS) {
        let over = right.checked_sub(wide - 1);
        let before = (0..=AWAY).map(|away| (left.checked_sub(wide + away), Some(y)));
        let after = (0..=AWAY).map(|away| (Some(right + 1 + away), Some(y)));
        let beside = [(over, y.checked_sub(1)), (over, Some(y + 1))];
        let mut places = before.chain(after).chain(beside).filter_map(|(x, y)| x.zip(y));
        if let Some((x, y)) = places.find(|(x, y)| taken.is_free(*x, *y, wide)) {
            canvas.text(x, y, &format!(" {} ", line.name), line.style);
            taken.words.push((x, y, wide));
            return;
        }
    }
}

/// The rows of cells that a line goes through, from its right end, each with its first and its last column there.
fn rows(points: &[(f64, f64)]) -> Vec<(u16, u16, u16)> {
    let mut rows: Vec<(u16, u16, u16)> = Vec::new();
    for (x, y) in points.iter().rev() {
        let (x, y) = ((*x / 2.0) as u16, (*y / 4.0) as u16);
        match rows.last_mut().filter(|(row, ..)| *row == y) {
            Some((_, left, _)) => *left = x,
            None => rows.push((y, x, x)),
        }
    }
    rows
}

/// Where something is already.
pub(super) struct Taken<'a> {
    /// Lines.
    pub(super) dots: &'a Dots,
    /// Columns that something has from top to bottom.
    pub(super) columns: Vec<u16>,
    /// Rows from here on may have names: those above have others.
    pub(super) first: u16,
    /// The last row is that of the axis.
    pub(super) axis: u16,
    /// Cells of marks and of names: column, row, and how many.
    pub(super) words: Vec<(u16, u16, u16)>,
}

impl Taken<'_> {
    /// Whether so many columns have nothing yet.
    fn is_free(&self, x: u16, y: u16, wide: u16) -> bool {
        let touches = |(from, row, long): &(u16, u16, u16)| *row == y && x < from + long && *from < x + wide;
        y >= self.first
            && y < self.axis
            && !self.columns.iter().any(|column| (x..x + wide).contains(column))
            && !self.words.iter().any(touches)
            && self.dots.is_free(x, y, wide)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::sweep::pen::Pen;
    use ratatui::buffer::Buffer;

    fn named(points: &[(f64, f64)], columns: &[u16], first: u16) -> Buffer {
        let mut buf = Buffer::with_lines(["............"; 4]);
        let mut dots = Dots::new(12, 4);
        dots.line(points, Pen::Fitted, Style::new());
        let mut taken = Taken { dots: &dots, columns: columns.to_vec(), first, axis: 3, words: Vec::new() };
        let line = Nameless { name: "top", points, style: Style::new() };
        name(&line, &mut taken, &mut Canvas::new(buf.area, &mut buf));
        buf
    }

    #[test]
    fn a_line_is_named_near_its_end_where_nothing_else_is() {
        let rising: Vec<(f64, f64)> = (0..15).map(|x| (f64::from(x), 14.0 - f64::from(x))).collect();
        let at = |buf: &Buffer| buf.content.iter().position(|cell| cell.symbol() == "t");
        assert_eq!(at(&named(&rising, &[], 0)), Some(1), "left of its end");
        // A column that something else has is left free, and so are the first rows.
        assert_eq!(at(&named(&rising, &[4], 0)), Some(12 + 7), "right of it, where it is lower");
        assert_eq!(at(&named(&rising, &[], 1)), Some(12 + 7));
        let level: Vec<(f64, f64)> = (0..20).map(|x| (f64::from(x), 9.0)).collect();
        assert_eq!(at(&named(&level, &[], 0)), Some(12 + 6), "above it");
        assert_eq!(at(&named(&level, &[0, 3, 6, 9], 0)), None, "nowhere");
    }
}
