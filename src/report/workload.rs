//! What people are told of one workload, whatever it is written on: its heading and its rows.

use crate::analysis::{Comparison, RunSummary};
use crate::event::Percentiles;
use crate::plan::{Strategy, Work};
use crate::report::columns::{self, Row};
use crate::state::Session;
use crate::units::{grouped, plural};

/// The workloads that have a run, in the plan's order.
pub(super) fn those_with_runs(comparison: &Comparison) -> Vec<usize> {
    let mut workloads: Vec<usize> = comparison.runs.iter().map(|run| run.workload).collect();
    workloads.dedup();
    workloads
}

/// What stands above its rows, in parts: the task type, how many of what, and what all pools have in common.
pub(super) fn heading(session: &Session, comparison: &Comparison, workload: usize) -> Vec<String> {
    let Some(first) = comparison.of_workload(workload).next() else {
        return Vec::new();
    };
    // What is the same for all pools stands in the heading; serial has one worker, whatever the plan says.
    let pool = comparison.of_workload(workload).find(|run| run.strategy != Strategy::Serial);
    let start = session.runs.iter().map(|run| &run.start).find(|start| start.workload == workload);
    let each = start.map(|start| start.serial_estimate / start.tasks.max(1));
    // `8 tasks of 5 000 000`, but `6 tasks, 6 numbers`: there no task has more than one of them.
    let joint = match start.map(|start| &start.work) {
        Some(Work::Primes { numbers }) if numbers.len() > 1 => ", ",
        Some(Work::Http(_)) => ", ",
        _ => " of ",
    };
    let work = start.map(|start| start.work.label()).unwrap_or_default();
    let is_bound = start.is_some_and(|start| start.work.may_end_early());
    let each = match each {
        // Where a task only waits, its size says how long it takes; where it may end early, nobody knows.
        Some(each) if each.0 > 0 && first.task.computes() && !is_bound => format!(" (≈ {each} each)"),
        _ => String::new(),
    };
    let mut parts = vec![first.task.name().to_owned()];
    match start.filter(|start| !start.work.parts().is_empty()) {
        // Part by part, so that a line can be broken between them.
        Some(start) => {
            parts.push(plural(first.tasks.total, "task"));
            let block = start.work.parts().iter();
            parts.extend(block.map(|(work, weight)| work.label_of(u64::from(*weight))));
        }
        None => parts.push(format!("{}{joint}{work}{each}", plural(first.tasks.total, "task"))),
    }
    if let Some(pool) = pool {
        parts.push(plural(u64::from(pool.workers), "worker"));
        parts.push(format!("chunk {}", grouped(u64::from(pool.chunk))));
    }
    let repeats = comparison.of_workload(workload).filter(|run| run.strategy == first.strategy).count();
    if repeats > 1 {
        parts.push(format!("medians of {repeats}"));
    }
    parts
}

/// A row for each way that it was done: of several repeats the median, with the range of them.
pub(super) fn rows(comparison: &Comparison, workload: usize) -> Vec<Row<'_>> {
    let medians = comparison.medians(workload).into_iter();
    medians
        .map(|run| {
            let same = comparison.of_workload(workload).filter(|other| other.strategy == run.strategy);
            let mut elapsed: Vec<_> =
                same.filter(|other| other.stopped.is_none()).map(|other| other.elapsed).collect();
            elapsed.sort_unstable();
            let range = elapsed.first().copied().zip(elapsed.last().copied());
            Row { run, range: range.filter(|_| elapsed.len() > 1) }
        })
        .collect()
}

/// Of a mix, how long the tasks of each part took, for each way that it was done; nothing for other work. Its first line is
/// the names of the columns.
pub(super) fn parts(rows: &[Row<'_>]) -> Vec<Vec<String>> {
    let head = ["tasks of", "part", "ok", "p50", "p90", "p99", "max"];
    let mut lines: Vec<Vec<String>> = Vec::new();
    for Row { run, .. } in rows {
        for (at, part) in run.parts.iter().enumerate() {
            let label = if at == 0 { run.label() } else { String::new() };
            let Percentiles { p50, p90, p99, max } = part.latency;
            let mut line = vec![label, part.task.name().to_owned(), grouped(part.ok)];
            line.extend([p50, p90, p99, max].map(|time| match part.ok {
                0 => "–".to_owned(),
                _ => time.to_string(),
            }));
            lines.push(line);
        }
    }
    if !lines.is_empty() {
        lines.insert(0, head.map(str::to_owned).to_vec());
    }
    lines
}

/// How the interpreters' locks went, for each way that has several workers under them; nothing where there are none. Its
/// first line is the names of the columns.
pub(super) fn gil(rows: &[Row<'_>]) -> Vec<Vec<String>> {
    let head = ["GIL", "switches/s", "held: least", "median", "most", "wait p50", "p99"];
    let mut lines: Vec<Vec<String>> = Vec::new();
    for Row { run, .. } in rows.iter().filter(|row| row.run.workers > 1) {
        let Some(gil) = run.gil else { continue };
        let workers = run.per_worker.iter().filter_map(|worker| worker.gil);
        let mut held: Vec<u32> = workers.map(|gil| gil.counts.held.share_of(run.elapsed).percent()).collect();
        held.sort_unstable();
        let part = |half: usize| {
            held.get(held.len().saturating_sub(1) * half / 2)
                .map_or_else(|| "–".to_owned(), |held| format!("{held} %"))
        };
        // A worker alone with its lock takes it from nobody.
        let switches = match run.shape.threads {
            1 => "–".to_owned(),
            _ => format!("{:.1}", gil.counts.switches as f64 / run.elapsed.as_secs_f64().max(1e-9)),
        };
        let mut line = vec![run.label(), switches];
        line.extend([0, 1, 2].map(part));
        line.extend([gil.wait.p50, gil.wait.p99].map(|time| time.to_string()));
        lines.push(line);
    }
    if !lines.is_empty() {
        lines.insert(0, head.map(str::to_owned).to_vec());
    }
    lines
}

/// Tasks down, strategies across, and what each took: the table that a comparison of several workloads is about. Its
/// first line is the names of the columns.
pub(super) fn matrix(comparison: &Comparison, workloads: &[usize]) -> Vec<Vec<String>> {
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
        let task = runs
            .first()
            .map_or_else(String::new, |run| run.mix().unwrap_or_else(|| run.task.name().to_owned()));
        let elapsed = strategies.iter().map(|strategy| {
            let run = runs.iter().find(|run| run.strategy == *strategy);
            run.map_or_else(|| "–".to_owned(), |run| columns::elapsed(run))
        });
        lines.push(std::iter::once(task).chain(elapsed).collect());
    }
    lines
}
