//! The ghost: what was predicted of the runs, and stands beside the real ones.
//!
//! It holds what was worked out elsewhere; nothing is simulated here, and nothing is drawn.

use std::sync::Arc;

use crate::engine::PredictError;
use crate::plan::{Plan, Strategy, TaskType};
use crate::state::RunState;
use crate::tui::chart::Chart;

/// What was predicted of a plan.
#[derive(Debug)]
pub(crate) struct Prediction {
    /// The plan.
    pub(crate) plan: Plan,
    /// The runs of its first repeat, or why there are none.
    pub(crate) runs: Result<Vec<RunState>, PredictError>,
}

impl Prediction {
    /// One run of it, which stands for each of its repeats.
    pub(crate) fn run(&self, workload: usize, strategy: Strategy) -> Option<&RunState> {
        let runs = self.runs.as_ref().ok()?;
        runs.iter().find(|run| (run.start.workload, run.start.strategy) == (workload, strategy))
    }
}

/// The predictions that can be shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ghost {
    /// Whether they are wanted.
    pub(crate) on: bool,
    /// Whether this machine is being measured for the first of them.
    pub(crate) measuring: bool,
    /// Whether a comparison waits until it has been.
    pub(crate) held: bool,
    /// The lanes of the predicted run that is shown, as cells.
    pub(crate) chart: Chart,
    /// That of the plan in the form, and that of the comparison.
    made: Vec<Arc<Prediction>>,
}

impl Ghost {
    /// What was predicted of a plan.
    pub(crate) fn of(&self, plan: &Plan) -> Option<&Prediction> {
        self.made.iter().find(|made| made.plan == *plan).map(|made| &**made)
    }

    /// Takes a prediction in, and keeps of the others that of the comparison.
    pub(crate) fn take(&mut self, prediction: Arc<Prediction>, compared: Option<&Plan>) {
        self.made.retain(|made| Some(&made.plan) == compared && made.plan != prediction.plan);
        self.made.push(prediction);
        self.chart.clear();
    }
}

/// Why no run of a plan can be predicted, by what it runs: known without trying, so that nobody is offered it. None where it
/// has to be tried.
pub(crate) fn refusal(plan: &Plan) -> Option<PredictError> {
    let unknown = plan.workloads.iter().find_map(|load| match load.task {
        TaskType::Http => Some("a page"),
        TaskType::File => Some("writing a file"),
        TaskType::Command => Some("a command"),
        _ => None,
    });
    let simulated = plan.runtime.simulated().map(|_| PredictError::Simulated);
    unknown.map(PredictError::Unknown).or(simulated)
}

#[cfg(test)]
mod tests;
