//! What was predicted, in words: before a run of all of them, after it of the one that is shown, beside what it took.

use crate::analysis;
use crate::plan::{Plan, Strategy};
use crate::state::RunState;
use crate::tui::ghost::Prediction;
use crate::tui::lab::runs;
use crate::tui::model::{Activity, Model};
use crate::units::{Nanos, three_digits};

/// The sentence, while predictions are wanted.
pub(crate) fn words(model: &Model) -> Option<String> {
    if !model.ghost.on || matches!(model.activity, Activity::Stopping | Activity::Quitting) {
        return None;
    }
    // Of a plan that was changed there are no runs yet.
    if model.shown().plan.is_some() && (model.is_busy() || !model.is_edited()) {
        return about_run(model);
    }
    let plan = &model.form.plan;
    Some(match model.ghost.of(plan) {
        Some(Prediction { runs: Ok(runs), .. }) => format!("predicted: {}", all(plan, runs)),
        Some(Prediction { runs: Err(error), .. }) => format!("not predicted: {error}"),
        None if model.ghost.measuring => "predicting… (measuring this machine first)".to_owned(),
        None if model.wanted_prediction().is_some() => "predicting…".to_owned(),
        None => return None,
    })
}

/// Of the run that is shown.
fn about_run(model: &Model) -> Option<String> {
    let row = model.shown_row()?;
    let name = runs::label(model, &row);
    let Some(predicted) = row.predicted else {
        let failed = model.ghost.of(model.shown_plan()).and_then(|made| made.runs.as_ref().err());
        return Some(match failed {
            Some(error) => format!("not predicted: {error}"),
            None if model.is_busy() => "not predicted before it began; worked out when it is over".to_owned(),
            None => "predicting…".to_owned(),
        });
    };
    let compared = row.run.and_then(|run| analysis::beside_prediction(run, predicted));
    let words = compared.unwrap_or_else(|| format!("predicted {}", elapsed(predicted)));
    Some(format!("{name}: {words}"))
}

/// `serial 4.00 s, threads 2.01 s (1.99×)`, for each workload.
fn all(plan: &Plan, runs: &[RunState]) -> String {
    let of = |workload: usize| {
        let of: Vec<&RunState> = runs.iter().filter(|run| run.start.workload == workload).collect();
        let serial = of.iter().find(|run| run.start.strategy == Strategy::Serial).map(|run| elapsed(run));
        let one = |run: &&RunState| {
            let took = elapsed(run);
            let speedup =
                serial.filter(|_| run.start.strategy != Strategy::Serial).map_or(String::new(), |serial| {
                    format!(" ({}×)", three_digits(serial.as_secs_f64() / took.as_secs_f64().max(1e-9)))
                });
            format!("{} {took}{speedup}", run.start.strategy)
        };
        let words = of.iter().map(one).collect::<Vec<_>>().join(", ");
        match plan.workloads.get(workload).filter(|_| plan.workloads.len() > 1) {
            Some(load) => format!("{}: {words}", load.tasks_text()),
            None => words,
        }
    };
    (0..plan.workloads.len()).map(of).collect::<Vec<_>>().join("; ")
}

fn elapsed(run: &RunState) -> Nanos {
    run.elapsed(run.now)
}
