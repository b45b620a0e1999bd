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

mod columns;
mod notes;
mod page;

use columns::{Grid, Row};
use page::{Page, Tone};

use crate::analysis::{Comparison, RunSummary, compare};
use crate::plan::{Strategy, Work};
use crate::state::Session;
use crate::units::{grouped, plural};

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
    let workloads: Vec<usize> = workloads(&comparison);
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
        matrix(&mut page, &comparison, &workloads);
    }
    notes::below(&mut page, session, &comparison);
    page.finish()
}

/// The workloads that have a run, in the plan's order.
fn workloads(comparison: &Comparison) -> Vec<usize> {
    let mut workloads: Vec<usize> = comparison.runs.iter().map(|run| run.workload).collect();
    workloads.dedup();
    workloads
}

/// One workload: what was done, and a row for each way that it was done.
fn block(page: &mut Page, session: &Session, comparison: &Comparison, workload: usize) {
    heading(page, session, comparison, workload);
    let rows = comparison.medians(workload).into_iter().map(|run| {
        let same = comparison.of_workload(workload).filter(|other| other.strategy == run.strategy);
        let mut elapsed: Vec<_> =
            same.filter(|other| other.stopped.is_none()).map(|other| other.elapsed).collect();
        elapsed.sort_unstable();
        Row {
            run,
            range: elapsed.first().copied().zip(elapsed.last().copied()).filter(|_| elapsed.len() > 1),
        }
    });
    Grid::of(rows.collect()).print(page);
    match comparison.same_results_of(workload) {
        Some(true) => page.line(&[(Tone::Dim, "  same results "), (Tone::Plain, "✓")]),
        Some(false) => page.line(&[(Tone::Bold, "  results differ !")]),
        None => {}
    }
}

fn heading(page: &mut Page, session: &Session, comparison: &Comparison, workload: usize) {
    let Some(first) = comparison.of_workload(workload).next() else {
        return;
    };
    // What is the same for all pools stands in the heading; serial has one worker, whatever the plan says.
    let pool = comparison.of_workload(workload).find(|run| run.strategy != Strategy::Serial);
    let start = session.runs.iter().map(|run| &run.start).find(|start| start.workload == workload);
    let each = start.map(|start| start.serial_estimate / start.tasks.max(1));
    // `8 tasks of 5 000 000`, but `6 tasks, 6 numbers`: there no task has more than one of them.
    let joint = match start.map(|start| &start.work) {
        Some(Work::Primes { numbers }) if numbers.len() > 1 => ", ",
        _ => " of ",
    };
    let work = start.map(|start| start.work.label()).unwrap_or_default();
    let is_bound = start.is_some_and(|start| start.work.may_end_early());
    let each = match each {
        // Where a task only waits, its size says how long it takes; where it may end early, nobody knows.
        Some(each) if each.0 > 0 && first.task.computes() && !is_bound => format!(" (≈ {each} each)"),
        _ => String::new(),
    };
    let mut parts = vec![
        first.task.name().to_owned(),
        format!("{}{joint}{work}{each}", plural(first.tasks.total, "task")),
    ];
    if let Some(pool) = pool {
        parts.push(plural(u64::from(pool.workers), "worker"));
        parts.push(format!("chunk {}", grouped(u64::from(pool.chunk))));
    }
    let repeats = comparison.of_workload(workload).filter(|run| run.strategy == first.strategy).count();
    if repeats > 1 {
        parts.push(format!("medians of {repeats}"));
    }
    page.parts(&parts);
}

/// Tasks down, strategies across, and what each took: the table that the whole comparison is about.
fn matrix(page: &mut Page, comparison: &Comparison, workloads: &[usize]) {
    let medians: Vec<Vec<&RunSummary>> =
        workloads.iter().map(|workload| comparison.medians(*workload)).collect();
    let mut strategies: Vec<Strategy> = Vec::new();
    for run in medians.iter().flatten() {
        if !strategies.contains(&run.strategy) {
            strategies.push(run.strategy);
        }
    }
    let mut lines = vec![vec!["task".to_owned()]];
    lines[0].extend(strategies.iter().map(|strategy| {
        let run = medians.iter().flatten().find(|run| run.strategy == *strategy);
        run.map_or_else(String::new, |run| run.label())
    }));
    for runs in &medians {
        let task = runs.first().map_or_else(String::new, |run| run.task.name().to_owned());
        let elapsed = strategies.iter().map(|strategy| {
            let run = runs.iter().find(|run| run.strategy == *strategy);
            run.map_or_else(|| "–".to_owned(), |run| columns::elapsed(run))
        });
        lines.push(std::iter::once(task).chain(elapsed).collect());
    }
    page.gap();
    page.line(&[(Tone::Bold, "Elapsed")]);
    columns::aligned(page, &lines, 1);
}

#[cfg(test)]
mod tests;
