//! The rows of a workload on a page: which columns fit, and where they begin.

use super::page::{Page, Tone};
use crate::report::columns::{Column, Row};
use crate::report::text::{pad, width};

/// Before the first column.
const INDENT: usize = 2;
/// Between two columns.
const GAP: usize = 2;

/// The rows of one workload.
pub(super) struct Grid<'a> {
    rows: Vec<Row<'a>>,
    columns: Vec<Column>,
}

impl<'a> Grid<'a> {
    pub(super) fn of(rows: Vec<Row<'a>>) -> Self {
        let columns = Column::of(&rows);
        Self { rows, columns }
    }

    /// Leaves out what matters least until the rest fits, and prints it.
    pub(super) fn print(mut self, page: &mut Page) {
        let steps = [
            (Column::Where(3), Some(Column::Where(2))),
            (Column::Cpu, None),
            (Column::Throughput, None),
            (Column::Efficiency, None),
            (Column::Where(2), Some(Column::Where(1))),
            (Column::StartUp, None),
            (Column::Range, None),
            (Column::Where(1), None),
            (Column::Cancelled, None),
        ];
        let mut lines = self.lines();
        for (from, to) in steps {
            if INDENT + columns_of(page, &lines).iter().map(|w| w + GAP).sum::<usize>() - GAP <= page.width()
            {
                break;
            }
            match (self.columns.iter().position(|column| *column == from), to) {
                (Some(at), Some(to)) => self.columns[at] = to,
                (Some(at), None) => {
                    self.columns.remove(at);
                }
                (None, _) => {}
            }
            lines = self.lines();
        }
        let words = |index: usize| self.columns.get(index).is_some_and(|column| column.is_words());
        print_aligned(page, &lines, words);
    }

    /// The names of the columns, and then the cells of each row.
    fn lines(&self) -> Vec<Vec<String>> {
        let names = self.columns.iter().map(|column| column.name().to_owned()).collect();
        let cells = |row| self.columns.iter().map(|column| column.cell(row)).collect();
        std::iter::once(names).chain(self.rows.iter().map(cells)).collect()
    }
}

/// Prints lines of cells, the first line as names; the first `words` columns are words, the others numbers.
pub(super) fn aligned(page: &mut Page, lines: &[Vec<String>], words: usize) {
    print_aligned(page, lines, |index| index < words);
}

/// Prints lines of cells, the first line as names; columns named in `spare` are left out, in this order, until the rest fits.
/// All but the last column are numbers.
pub(super) fn fitting(page: &mut Page, mut lines: Vec<Vec<String>>, spare: &[&str]) {
    for name in spare {
        if INDENT + columns_of(page, &lines).iter().map(|w| w + GAP).sum::<usize>() - GAP <= page.width() {
            break;
        }
        let Some(at) = lines.first().and_then(|names| names.iter().position(|other| other == name)) else {
            continue;
        };
        for line in &mut lines {
            line.remove(at);
        }
    }
    let last = lines.first().map_or(0, Vec::len).saturating_sub(1);
    print_aligned(page, &lines, |index| index == last);
}

fn columns_of(page: &Page, lines: &[Vec<String>]) -> Vec<usize> {
    let count = lines.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |index| {
        let cells = lines.iter().filter_map(|line| line.get(index));
        cells.map(|cell: &String| width(&page.written(cell))).max().unwrap_or(0)
    };
    (0..count).map(widest).collect()
}

fn print_aligned(page: &mut Page, lines: &[Vec<String>], is_words: impl Fn(usize) -> bool) {
    let widths = columns_of(page, lines);
    for (index, line) in lines.iter().enumerate() {
        let mut text = " ".repeat(INDENT);
        for (column, (cell, width)) in line.iter().zip(&widths).enumerate() {
            if column > 0 {
                text.push_str(&" ".repeat(GAP));
            }
            text.push_str(&pad(&page.written(cell), *width, !is_words(column)));
        }
        page.line(&[(if index == 0 { Tone::Dim } else { Tone::Plain }, &text)]);
    }
}
