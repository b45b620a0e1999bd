//! What is kept of the last run of each point: its figures in any case, and its lanes where there is room for them.

use crate::event::Percentiles;
use crate::state::{Ledger, RunState};
use crate::sweep::Kind;
use crate::tui::sweep::desk::Key;
use crate::units::Nanos;

/// Lanes that are kept, of the last runs of points. Each has some hundred kilobytes at most, and a few as a rule.
pub(crate) const LANES_KEPT: usize = 1_024;

/// The last run of a point.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    /// The point.
    pub(crate) key: Key,
    /// Its figures.
    pub(crate) account: Account,
    /// The run with its lanes; none where there were too many of them.
    pub(crate) run: Option<RunState>,
    /// Its number, among all runs.
    pub(crate) number: usize,
    /// What it was run for: a warm-up is shown until a run that counts takes its place.
    pub(crate) kind: Kind,
}

impl Kept {
    /// Lanes that it has.
    pub(super) fn lanes(&self) -> usize {
        self.run.as_ref().map_or(0, |run| run.slots.len())
    }
}

/// What is known of a run that is over without its lanes.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Account {
    /// From being asked for to the last worker gone.
    pub(crate) elapsed: Nanos,
    /// Until the first task started.
    pub(crate) startup: Nanos,
    /// From the last outcome known to the last worker gone.
    pub(crate) shutdown: Nanos,
    /// From the start of a task to its outcome.
    pub(crate) latency: Percentiles,
    /// Where the workers' time went.
    pub(crate) ledger: Ledger,
    /// What commands computed of that.
    pub(crate) commands: Nanos,
}

impl Account {
    /// That of a run; none of one that goes on.
    pub(super) fn of(run: &RunState) -> Option<Self> {
        let end = run.end.as_ref()?;
        Some(Self {
            elapsed: end.elapsed,
            startup: end.startup,
            shutdown: end.shutdown,
            latency: end.latency,
            ledger: run.ledger(),
            commands: run.computed_by_commands(),
        })
    }
}
