//! A sweep as CSV: a row for each run that counts.

use super::Cell;
use crate::analysis::sizing::Sample;
use crate::plan::Strategy;
use crate::sweep::Sweep;

/// The runs of a sweep as CSV: the names of the columns, and a row for each. Columns are added at the end, never changed.
pub fn csv(sweep: &Sweep) -> String {
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(Vec::new());
    // Writing into memory cannot fail, and every row has the same number of cells.
    let _ = writer.write_record(COLUMNS.iter().map(|(name, _)| name));
    for cell in sweep.cells() {
        for (repeat, sample) in cell.samples.iter().enumerate() {
            let row = Row { cell, sample, repeat: repeat as u64 };
            let _ = writer.write_record(COLUMNS.iter().map(|(_, text)| text(&row).text()));
        }
    }
    String::from_utf8_lossy(&writer.into_inner().unwrap_or_default()).into_owned()
}

struct Row<'a> {
    cell: &'a crate::sweep::Cell,
    sample: &'a Sample,
    repeat: u64,
}

type Column = (&'static str, fn(&Row) -> Cell);

const COLUMNS: [Column; 28] = [
    ("strategy", |row| Cell::Text(row.cell.strategy.name().to_owned())),
    ("workers", |row| Cell::Whole(row.cell.shape.slots().into())),
    // As -w takes it: processes × threads.
    ("shape", |row| {
        let shape = format!("{}x{}", row.cell.shape.processes, row.cell.shape.threads);
        Cell::words((row.cell.strategy == Strategy::Hybrid).then_some(shape))
    }),
    ("repeat", |row| Cell::Whole(row.repeat)),
    ("chunk", |row| Cell::Whole(row.sample.chunk.into())),
    ("elapsed_ns", |row| Cell::Whole(row.sample.elapsed.0)),
    ("startup_ns", |row| Cell::Whole(row.sample.startup.0)),
    ("shutdown_ns", |row| Cell::Whole(row.sample.shutdown.0)),
    ("tasks_total", |row| Cell::Whole(row.sample.tasks)),
    ("tasks_ok", |row| Cell::Whole(row.sample.ok)),
    ("throughput_per_s", |row| Cell::Number(row.sample.rate())),
    ("cpu_ns", |row| Cell::Whole(row.sample.cpu.0)),
    ("ledger_starting_ns", |row| Cell::Whole(row.sample.ledger.starting.0)),
    ("ledger_computing_ns", |row| Cell::Whole(row.sample.ledger.computing.0)),
    ("ledger_preempted_ns", |row| Cell::Whole(row.sample.ledger.preempted.0)),
    ("ledger_blocked_ns", |row| Cell::Whole(row.sample.ledger.blocked.0)),
    ("ledger_gil_wait_ns", |row| Cell::Whole(row.sample.ledger.gil_wait.0)),
    ("ledger_sending_ns", |row| Cell::Whole(row.sample.ledger.sending.0)),
    ("ledger_receiving_ns", |row| Cell::Whole(row.sample.ledger.receiving.0)),
    ("ledger_waiting_ns", |row| Cell::Whole(row.sample.ledger.waiting.0)),
    ("digest", |row| Cell::words(row.sample.digest.map(|digest| format!("{digest:016x}")))),
    ("idle_before", |row| Cell::number(row.sample.idle_before.map(crate::units::Share::fraction))),
    ("taken", |row| Cell::Number(row.sample.taken.fraction())),
    ("stopped", |row| Cell::words(row.sample.stopped.clone())),
    ("ledger_lock_wait_ns", |row| Cell::Whole(row.sample.ledger.lock_wait.0)),
    ("ledger_stopping_ns", |row| Cell::Whole(row.sample.ledger.stopping.0)),
    ("ledger_absent_ns", |row| Cell::Whole(row.sample.ledger.absent.0)),
    ("ledger_unexplained_ns", |row| Cell::Signed(row.sample.ledger.unexplained_ns)),
];
