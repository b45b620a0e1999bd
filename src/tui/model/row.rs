//! A run of the comparison as a row of the screen: what is planned of it, what is known, and what it should take.

use crate::plan::{PlannedRun, Shape};
use crate::state::RunState;
use crate::tui::forecast::{RunForecast, rounded};
use crate::units::Nanos;

/// A run of the comparison, planned or begun.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Row<'a> {
    /// What is planned.
    pub(crate) planned: PlannedRun,
    /// The run, once it has begun.
    pub(crate) run: Option<&'a RunState>,
    /// What it should take.
    pub(crate) forecast: Option<&'a RunForecast>,
    /// What was predicted of it, where that is to be shown.
    pub(crate) predicted: Option<&'a RunState>,
    /// Its worker slots.
    pub(crate) slots: u32,
    /// The same as processes with threads.
    pub(crate) shape: Shape,
    /// Its tasks.
    pub(crate) tasks: u64,
}

/// What a run was predicted to take.
pub(super) fn predicted_text(run: &RunState) -> String {
    format!("≈ {}", rounded(run.elapsed(run.now)))
}

impl Row<'_> {
    /// What it should take: as it was predicted, else by the forecast.
    pub(crate) fn hoped(&self) -> Option<Nanos> {
        let predicted = self.predicted.map(|run| run.elapsed(run.now));
        predicted.or_else(|| self.forecast.map(|forecast| forecast.elapsed))
    }

    /// The same in words short enough for a column.
    pub(crate) fn hoped_text(&self) -> Option<String> {
        self.predicted.map(predicted_text).or_else(|| self.forecast.map(RunForecast::text))
    }
}
