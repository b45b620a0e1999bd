//! What people are shown of a run: the columns, and their cells. Which of them fit a page is not known here.

use crate::analysis::{RunSummary, where_time_went};
use crate::units::{Nanos, grouped, three_digits};

/// One way that a workload was done.
pub(super) struct Row<'a> {
    /// The run; with several repeats, the median.
    pub(super) run: &'a RunSummary,
    /// The shortest and the longest elapsed of several repeats.
    pub(super) range: Option<(Nanos, Nanos)>,
}

/// One thing that is said of each row.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Column {
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
    /// The words above it.
    pub(super) const fn name(self) -> &'static str {
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

    /// Whether its cells are words, which begin at the left; numbers end at the right.
    pub(super) const fn is_words(self) -> bool {
        matches!(self, Self::Strategy | Self::Where(_))
    }

    /// The columns that have something to say of these rows, in their order.
    pub(super) fn of(rows: &[Row]) -> Vec<Self> {
        let any = |count: fn(&RunSummary) -> u64| rows.iter().any(|row| count(row.run) > 0);
        let columns = [
            (Self::Strategy, true),
            (Self::Elapsed, true),
            (Self::Range, rows.iter().any(|row| row.range.is_some())),
            (Self::StartUp, true),
            (Self::Speedup, rows.iter().any(|row| row.run.speedup.is_some())),
            (Self::Efficiency, rows.iter().any(|row| row.run.efficiency.is_some())),
            (Self::Throughput, true),
            (Self::Cpu, true),
            (Self::Ok, true),
            (Self::Failed, any(RunSummary::failed)),
            (Self::Cancelled, any(|run| run.tasks.cancelled)),
            (Self::Where(3), true),
        ];
        columns.into_iter().filter_map(|(column, has)| has.then_some(column)).collect()
    }

    /// What it says of a row.
    pub(super) fn cell(self, row: &Row) -> String {
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
            Self::Where(parts) => where_time_went(&run.ledger, run.computed_by_commands(), parts),
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
