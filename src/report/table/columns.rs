//! The columns of a workload's rows, and which of them fit.

use super::page::{Page, Tone};
use crate::analysis::{RunSummary, where_time_went};
use crate::report::text::{pad, width};
use crate::units::{Nanos, grouped, three_digits};

/// Before the first column.
const INDENT: usize = 2;
/// Between two columns.
const GAP: usize = 2;

/// One way that a workload was done.
pub(super) struct Row<'a> {
    /// The run; with several repeats, the median.
    pub(super) run: &'a RunSummary,
    /// The shortest and the longest elapsed of several repeats.
    pub(super) range: Option<(Nanos, Nanos)>,
}

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Column {
    Strategy,
    Elapsed,
    Range,
    StartUp,
    Speedup,
    Efficiency,
    Throughput,
    Cpu,
    Ok,
    Failed,
    Cancelled,
    /// So many parts of the ledger.
    Where(usize),
}

impl Column {
    const fn name(self) -> &'static str {
        match self {
            Self::Strategy => "strategy",
            Self::Elapsed => "elapsed",
            Self::Range => "range",
            Self::StartUp => "start-up",
            Self::Speedup => "speedup",
            Self::Efficiency => "efficiency",
            Self::Throughput => "tasks/s",
            Self::Cpu => "CPU",
            Self::Ok => "ok",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Where(_) => "where the time went",
        }
    }

    const fn is_words(self) -> bool {
        matches!(self, Self::Strategy | Self::Where(_))
    }

    fn cell(self, row: &Row) -> String {
        let run = row.run;
        let nothing = || "–".to_owned();
        match self {
            Self::Strategy => run.label(),
            Self::Elapsed => elapsed(run),
            Self::Range => row.range.map_or_else(nothing, |(least, most)| format!("{least} – {most}")),
            Self::StartUp => run.startup.to_string(),
            Self::Speedup => run.speedup.map_or_else(nothing, |s| format!("{}×", three_digits(s))),
            Self::Efficiency => {
                // Above 100 % there is such a thing: caches.
                run.efficiency.map_or_else(nothing, |e| format!("{:.0} %", e * 100.0))
            }
            Self::Throughput => rate(run.throughput_per_s),
            Self::Cpu => run.cpu.to_string(),
            Self::Ok => grouped(run.tasks.ok),
            Self::Failed => grouped(run.failed()),
            Self::Cancelled => grouped(run.tasks.cancelled),
            Self::Where(parts) => where_time_went(&run.ledger, parts),
        }
    }
}

/// Elapsed, with a mark where the run did not go to its end.
pub(super) fn elapsed(run: &RunSummary) -> String {
    if run.stopped.is_some() { format!("{}!", run.elapsed) } else { run.elapsed.to_string() }
}

/// A number per second: `4.76`, `250 k`, `9.35 M`.
fn rate(per_second: f64) -> String {
    match per_second {
        r if r >= 999_500.0 => format!("{} M", three_digits(r / 1e6)),
        r if r >= 9_999.5 => format!("{} k", three_digits(r / 1e3)),
        r => three_digits(r),
    }
}

/// The rows of one workload.
pub(super) struct Grid<'a> {
    rows: Vec<Row<'a>>,
    columns: Vec<Column>,
}

impl<'a> Grid<'a> {
    pub(super) fn of(rows: Vec<Row<'a>>) -> Self {
        let any = |count: fn(&RunSummary) -> u64| rows.iter().any(|row| count(row.run) > 0);
        let columns = [
            (Column::Strategy, true),
            (Column::Elapsed, true),
            (Column::Range, rows.iter().any(|row| row.range.is_some())),
            (Column::StartUp, true),
            (Column::Speedup, rows.iter().any(|row| row.run.speedup.is_some())),
            (Column::Efficiency, rows.iter().any(|row| row.run.efficiency.is_some())),
            (Column::Throughput, true),
            (Column::Cpu, true),
            (Column::Ok, true),
            (Column::Failed, any(RunSummary::failed)),
            (Column::Cancelled, any(|run| run.tasks.cancelled)),
            (Column::Where(3), true),
        ];
        let columns = columns.into_iter().filter_map(|(column, has)| has.then_some(column)).collect();
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
