//! What runs mean: their summaries, findings, trust, and the sentence under them.
//!
//! Everything here is computed from a [`Session`] and nothing else: no clock, no input or output, nothing drawn. Front
//! ends and reports read it. A number that stands here is the number that stands everywhere.

mod bounds;
mod conclusion;
mod difference;
pub mod finding;
mod prediction;
pub mod scaling;
pub mod sizing;
mod summary;
mod trust;
mod words;

pub use conclusion::{conclusion, conclusion_of};
pub use difference::{Differences, differences};
pub use finding::{Finding, FindingKind, Weight};
pub use prediction::beside_prediction;
pub use summary::{GilSummary, GilWorker, PartSummary, RunSummary, WorkerSummary, summarise};
pub use trust::Trust;
pub use words::where_time_went;

use crate::state::Session;

/// The runs of a comparison that are over, side by side.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// The runs, in the order in which they were run: task, repeat, strategy.
    pub runs: Vec<RunSummary>,
    /// Whether all runs of each workload came to the same results; none where no workload has two results that are known.
    pub same_results: Option<bool>,
    /// What is worth knowing, the most important first. What several runs have in common is said once.
    pub findings: Vec<Finding>,
}

impl Comparison {
    /// The runs of one workload, by its index in the plan.
    pub fn of_workload(&self, workload: usize) -> impl Iterator<Item = &RunSummary> {
        self.runs.iter().filter(move |run| run.workload == workload)
    }

    /// The median run of each strategy of a workload, in the order in which they were run. Runs that did not go to their
    /// end count only where there are no others, for their times are of less work.
    pub fn medians(&self, workload: usize) -> Vec<&RunSummary> {
        let mut by_strategy: Vec<Vec<&RunSummary>> = Vec::new();
        for run in self.of_workload(workload) {
            let same =
                |group: &&mut Vec<&RunSummary>| group.iter().any(|other| other.strategy == run.strategy);
            match by_strategy.iter_mut().find(same) {
                Some(group) => group.push(run),
                None => by_strategy.push(vec![run]),
            }
        }
        by_strategy.into_iter().filter_map(median).collect()
    }

    /// Whether all runs of one workload came to the same results; none where fewer than two results are known.
    pub fn same_results_of(&self, workload: usize) -> Option<bool> {
        let mut digests = self.of_workload(workload).filter_map(|run| run.digest);
        let first = digests.next()?;
        let mut others = digests.peekable();
        others.peek()?;
        Some(others.all(|digest| digest == first))
    }
}

/// The run in the middle, by elapsed, of those that went to their end; of all if none did.
fn median(mut group: Vec<&RunSummary>) -> Option<&RunSummary> {
    group.sort_by_key(|run| (run.stopped.is_some(), run.elapsed));
    let whole = group.iter().filter(|run| run.stopped.is_none()).count();
    let among = if whole == 0 { group.len() } else { whole };
    group.get(among.saturating_sub(1) / 2).copied()
}

/// Puts the runs of a session that are over side by side.
pub fn compare(session: &Session) -> Comparison {
    let runs: Vec<_> = session.runs.iter().filter_map(|run| summarise(session, run)).collect();
    let mut comparison = Comparison { runs, same_results: None, findings: Vec::new() };
    let workloads = comparison.runs.iter().map(|run| run.workload + 1).max().unwrap_or(0);
    // Of several repeats the median speaks, so that its sentences fit its row; what went wrong counts in any of them.
    let medians: Vec<&RunSummary> = (0..workloads).flat_map(|load| comparison.medians(load)).collect();
    let spoken = medians.iter().flat_map(|run| &run.findings);
    let wrong = comparison.runs.iter().flat_map(|run| &run.findings);
    let wrong = wrong.filter(|f| f.weight == Weight::Alarm || f.kind == FindingKind::EndedEarly);
    comparison.findings = finding::together(spoken.chain(wrong));
    let known: Vec<bool> = (0..workloads).filter_map(|load| comparison.same_results_of(load)).collect();
    comparison.same_results = (!known.is_empty()).then(|| known.iter().all(|same| *same));
    comparison
}

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;
