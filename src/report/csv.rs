//! The results for spreadsheets and data frames: a row for each run, flat, by RFC 4180.
//!
//! Columns are called as the keys of the JSON ([`super::json()`]), those of objects behind the object's key, and a unit
//! stands last: `tasks.ok` is `tasks_ok`, `latency_ns.p50` is `latency_p50_ns`. What has no value is an empty cell. The
//! machine, the plan, single workers and all errors of tasks are in the JSON alone, for they do not fit into one row.
//! Columns are added at the end, never changed.
//!
//! Spreadsheets take a cell that begins with `=`, `+`, `-` or `@` for a formula, and a file of results must not run one.
//! Such a text gets an apostrophe before it, which spreadsheets take for "this is text". Numbers below zero stay numbers.

pub(super) mod sweep;

use crate::analysis::{GilSummary, RunSummary, compare};
use crate::plan::Strategy;
use crate::report::text::harmless;
use crate::state::{CommandTotals, Session};

/// The results of a session as CSV: the names of the columns, and a row for each run that is over. Lines end in CR LF, as
/// the RFC says.
pub fn csv(session: &Session) -> String {
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(Vec::new());
    // Writing into memory cannot fail, and every row has the same number of cells.
    let _ = writer.write_record(COLUMNS.iter().map(|(name, _)| name));
    for run in &compare(session).runs {
        let _ = writer.write_record(COLUMNS.iter().map(|(_, cell)| cell(run).text()));
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What stands in a cell.
enum Cell {
    Whole(u64),
    /// A whole number that may be below zero.
    Signed(i64),
    Number(f64),
    Text(String),
    Nothing,
}

impl Cell {
    fn text(self) -> String {
        match self {
            Self::Whole(n) => n.to_string(),
            Self::Signed(n) => n.to_string(),
            Self::Number(n) if n.is_finite() => n.to_string(),
            Self::Text(text) => no_formula(harmless(&text)),
            Self::Number(_) | Self::Nothing => String::new(),
        }
    }

    fn number(n: Option<f64>) -> Self {
        n.map_or(Self::Nothing, Self::Number)
    }

    fn words(text: Option<String>) -> Self {
        text.map_or(Self::Nothing, Self::Text)
    }
}

/// A number about the interpreters' locks, where there are any.
fn gil(run: &RunSummary, number: fn(&GilSummary) -> u64) -> Cell {
    run.gil.as_ref().map_or(Cell::Nothing, |gil| Cell::Whole(number(gil)))
}

/// A number about commands, where tasks are commands.
fn command(run: &RunSummary, number: fn(&CommandTotals) -> u64) -> Cell {
    run.commands.as_ref().map_or(Cell::Nothing, |commands| Cell::Whole(number(commands)))
}

/// A text that no spreadsheet computes.
fn no_formula(text: String) -> String {
    // The wide twins count, too: some spreadsheets read them as the same.
    if text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) { format!("'{text}") } else { text }
}

/// A column: its name, and what it says of a run.
type Column = (&'static str, fn(&RunSummary) -> Cell);

const COLUMNS: [Column; 64] = [
    ("strategy", |run| Cell::Text(run.strategy.name().to_owned())),
    ("runtime", |run| Cell::Text(run.runtime.to_string())),
    ("task", |run| Cell::Text(run.task.name().to_owned())),
    ("size", |run| Cell::Text(run.size.clone())),
    ("iterations", |run| Cell::Whole(run.iterations)),
    ("repeat", |run| Cell::Whole(run.repeat.into())),
    ("workers", |run| Cell::Whole(run.workers.into())),
    // As -w takes it: processes × threads.
    ("shape", |run| {
        let shape = format!("{}x{}", run.shape.processes, run.shape.threads);
        Cell::words((run.strategy == Strategy::Hybrid).then_some(shape))
    }),
    ("elapsed_ns", |run| Cell::Whole(run.elapsed.0)),
    ("startup_ns", |run| Cell::Whole(run.startup.0)),
    ("shutdown_ns", |run| Cell::Whole(run.shutdown.0)),
    ("cpu_ns", |run| Cell::Whole(run.cpu.0)),
    ("overhead_cpu_ns", |run| Cell::Whole(run.overhead_cpu.0)),
    ("tasks_total", |run| Cell::Whole(run.tasks.total)),
    ("tasks_ok", |run| Cell::Whole(run.tasks.ok)),
    ("tasks_error", |run| Cell::Whole(run.tasks.error)),
    ("tasks_timed_out", |run| Cell::Whole(run.tasks.timed_out)),
    ("tasks_cancelled", |run| Cell::Whole(run.tasks.cancelled)),
    ("tasks_lost", |run| Cell::Whole(run.tasks.lost)),
    ("tasks_retried", |run| Cell::Whole(run.tasks.retried)),
    ("throughput_per_s", |run| Cell::Number(run.throughput_per_s)),
    ("speedup", |run| Cell::number(run.speedup)),
    ("efficiency", |run| Cell::number(run.efficiency)),
    ("digest", |run| Cell::words(run.digest.map(|digest| format!("{digest:016x}")))),
    ("latency_p50_ns", |run| Cell::Whole(run.latency.p50.0)),
    ("latency_p90_ns", |run| Cell::Whole(run.latency.p90.0)),
    ("latency_p99_ns", |run| Cell::Whole(run.latency.p99.0)),
    ("latency_max_ns", |run| Cell::Whole(run.latency.max.0)),
    ("queue_p50_ns", |run| Cell::Whole(run.queue.p50.0)),
    ("queue_p90_ns", |run| Cell::Whole(run.queue.p90.0)),
    ("queue_p99_ns", |run| Cell::Whole(run.queue.p99.0)),
    ("queue_max_ns", |run| Cell::Whole(run.queue.max.0)),
    ("ledger_starting_ns", |run| Cell::Whole(run.ledger.starting.0)),
    ("ledger_computing_ns", |run| Cell::Whole(run.ledger.computing.0)),
    ("ledger_preempted_ns", |run| Cell::Whole(run.ledger.preempted.0)),
    ("ledger_blocked_ns", |run| Cell::Whole(run.ledger.blocked.0)),
    ("ledger_gil_wait_ns", |run| Cell::Whole(run.ledger.gil_wait.0)),
    ("ledger_lock_wait_ns", |run| Cell::Whole(run.ledger.lock_wait.0)),
    ("ledger_sending_ns", |run| Cell::Whole(run.ledger.sending.0)),
    ("ledger_receiving_ns", |run| Cell::Whole(run.ledger.receiving.0)),
    ("ledger_waiting_ns", |run| Cell::Whole(run.ledger.waiting.0)),
    ("ledger_stopping_ns", |run| Cell::Whole(run.ledger.stopping.0)),
    ("ledger_absent_ns", |run| Cell::Whole(run.ledger.absent.0)),
    ("ledger_unexplained_ns", |run| Cell::Signed(run.ledger.unexplained_ns)),
    ("dropped_events", |run| Cell::Whole(run.dropped_events)),
    ("summarised_tasks", |run| Cell::Whole(run.summarised_tasks)),
    ("trust_level", |run| run.trust.as_ref().map_or(Cell::Nothing, |trust| Cell::Whole(trust.level.into()))),
    ("trust_reasons", |run| Cell::words(run.trust.as_ref().map(|trust| trust.reasons.join("; ")))),
    // Their kinds, the most important first; the sentences are in every other form.
    ("findings_kind", |run| {
        Cell::Text(run.findings.iter().map(|finding| finding.kind.name()).collect::<Vec<_>>().join(" "))
    }),
    // The first one, as the task said it.
    ("errors_message", |run| Cell::words(run.errors.first().map(|(_, message)| message.clone()))),
    ("stopped", |run| Cell::words(run.stopped.as_ref().map(ToString::to_string))),
    ("gil_held_ns", |run| gil(run, |gil| gil.counts.held.0)),
    ("gil_switches", |run| gil(run, |gil| gil.counts.switches)),
    ("gil_requests", |run| gil(run, |gil| gil.counts.requests)),
    ("gil_forced", |run| gil(run, |gil| gil.counts.forced)),
    ("gil_false_wakes", |run| gil(run, |gil| gil.counts.false_wakes)),
    ("gil_wait_p50_ns", |run| gil(run, |gil| gil.wait.p50.0)),
    ("gil_wait_p90_ns", |run| gil(run, |gil| gil.wait.p90.0)),
    ("gil_wait_p99_ns", |run| gil(run, |gil| gil.wait.p99.0)),
    ("gil_wait_max_ns", |run| gil(run, |gil| gil.wait.max.0)),
    // As -t takes it; its size is that of all parts. How long each part took is in the JSON.
    ("mix", |run| Cell::words(run.mix())),
    ("command_cpu_ns", |run| command(run, |commands| commands.cpu().0)),
    // Nothing too where it is not known.
    ("peak_memory_bytes", |run| {
        let known = run.commands.and_then(|commands| commands.peak_memory.known());
        known.map_or(Cell::Nothing, |bytes| Cell::Whole(bytes.0))
    }),
    ("leaked_processes", |run| command(run, |commands| commands.leaked)),
];

#[cfg(test)]
mod tests;
