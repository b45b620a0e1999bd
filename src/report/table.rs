//! The results for people: a block for each workload, what is worth knowing below, and with several workloads one
//! table of tasks and strategies.
//!
//! ```text
//! cpu · 16 tasks of 5 000 000 (≈ 210 ms each) · 4 workers · chunk 1
//!   strategy      elapsed  start-up  speedup  …  where the time went
//!   serial         3.36 s    118 µs    1.00×     computing 99 %
//!   threads ×4     1.71 s    204 µs    1.96×     computing 97 %, waiting 1 %
//!   same results ✓
//!
//! Findings
//!   · threads ran 1.96× faster than serial on 2 CPUs: computing 97 %, waiting 1 %.
//! ```

mod grid;
mod notes;
mod page;
pub(super) mod sweep;

use grid::Grid;
use page::{Page, Tone};

use crate::analysis::{Comparison, compare};
use crate::report::workload;
use crate::state::Session;

/// How a table may look.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct TableStyle {
    /// ASCII characters only.
    pub ascii: bool,
    /// Bold and grey, by plain ANSI sequences. Nothing is told by them alone.
    pub colour: bool,
    /// Columns of the page; no line is wider where there are at least 60.
    pub width: usize,
}

/// The fewest columns that a table is made for.
const NARROWEST: usize = 60;

/// The results of a session as a table, with what is worth knowing below it. Ends in a newline.
pub fn table(session: &Session, style: &TableStyle) -> String {
    let comparison = compare(session);
    let mut page = Page::new(style);
    let workloads = workload::those_with_runs(&comparison);
    if workloads.is_empty() {
        page.words("no run is over");
    }
    for (n, workload) in workloads.iter().enumerate() {
        if n > 0 {
            page.gap();
        }
        block(&mut page, session, &comparison, *workload);
    }
    if workloads.len() > 1 {
        page.gap();
        page.line(&[(Tone::Bold, "Elapsed")]);
        grid::aligned(&mut page, &workload::matrix(&comparison, &workloads), 1);
    }
    notes::below(&mut page, session, &comparison);
    page.finish()
}

/// One workload: what was done, and a row for each way that it was done.
fn block(page: &mut Page, session: &Session, comparison: &Comparison, workload: usize) {
    page.parts(&workload::heading(session, comparison, workload));
    let rows = workload::rows(comparison, workload);
    let (parts, gil) = (workload::parts(&rows), workload::gil(&rows));
    Grid::of(rows).print(page);
    if !parts.is_empty() {
        grid::aligned(page, &parts, 2);
    }
    if !gil.is_empty() {
        grid::aligned(page, &gil, 1);
    }
    match comparison.same_results_of(workload) {
        Some(true) => page.line(&[(Tone::Dim, "  same results "), (Tone::Plain, "✓")]),
        Some(false) => page.line(&[(Tone::Bold, "  results differ !")]),
        None => {}
    }
}

#[cfg(test)]
mod tests;
