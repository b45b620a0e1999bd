//! What follows from the model and costs too much to be worked out for each frame: forecasts, axes, lanes, verdicts.

use crate::analysis::{self, sizing};
use crate::clock::RunTime;
use crate::plan::Plan;
use crate::report::text::{harmless, without_binary};
use crate::state::RunState;
use crate::tui::chart::Frame;
use crate::tui::compare;
use crate::tui::forecast::Forecast;
use crate::tui::lab;
use crate::tui::model::{Model, Screen, Verdict};
use crate::tui::sweep;
use crate::units::Nanos;

/// Brings up to date whatever follows from the rest: before each frame, not for each message.
pub(crate) fn refresh(model: &mut Model) {
    foresee(model);
    stretch_axes(model);
    match model.screen {
        Screen::Lab => draw_lanes(model),
        Screen::Compare => compare::refresh(model),
        Screen::Sweep => sweep::refresh(model),
    }
    let shown = model.shown_row().and_then(|row| row.run);
    model.ledger = shown.map(RunState::ledger);
}

/// Asks analysis about the comparison so far.
pub(super) fn judge(model: &mut Model) {
    let session = &model.session;
    let done = session.runs.iter().filter(|run| run.end.is_some());
    let trust = done.clone().next_back().and_then(|run| analysis::summarise(session, run));
    let error = session.runs.iter().rev().find_map(|run| run.end.as_ref()?.errors.first());
    let conclusion = analysis::conclusion(session).map(|said| match error {
        // The conclusion of runs that all failed names an error itself.
        Some((task, words)) if !said.contains("; the first is ") => {
            format!("{said} First error: task {task}: {}", without_binary(&harmless(words)))
        }
        _ => without_binary(&said),
    });
    let workload = session.runs.last().map(|run| run.start.workload);
    model.verdict = Verdict {
        conclusion,
        diagnosis: workload.and_then(|w| sizing::diagnosis(session, w)).map(|said| said.words),
        trust: trust.and_then(|summary| summary.trust),
        same_results: if done.count() > 1 { analysis::compare(session).same_results } else { None },
    };
    model.compare.archive.judge(session);
}

fn foresee(model: &mut Model) {
    let Some(costs) = model.costs else { return };
    let key = (model.form.plan.clone(), costs);
    if model.foreseen.as_ref() == Some(&key) {
        return;
    }
    let (plan, costs) = &key;
    model.forecast = Forecast::of(plan, &model.machine, costs);
    model.foreseen = Some(key);
    promise(model);
}

/// A comparison that begins before calibration is over learns its forecast a little later.
fn promise(model: &mut Model) {
    let is_same = |plan: &Plan| *plan == model.form.plan;
    if model.promise == Forecast::default() && model.session.plan.as_ref().is_some_and(is_same) {
        model.promise = model.forecast.clone();
    }
}

/// The axis of a run begins a little longer than the run should take, grows by a quarter when that was too short, and
/// shrinks once at the end if it was much too long: nothing on the screen creeps.
fn stretch_axes(model: &mut Model) {
    let now = model.moment();
    let ends: Vec<Nanos> = model
        .rows()
        .map_while(|row| row.run.map(|run| (run, row.hoped(), row.predicted)))
        .enumerate()
        .map(|(index, (run, hoped, predicted))| {
            let known = run.end.as_ref().map_or(now.elapsed(), |end| end.elapsed);
            // The ends of both are in sight.
            let known = predicted.map_or(known, |predicted| known.max(predicted.elapsed(predicted.now)));
            let hoped = hoped.unwrap_or(Nanos::from_secs(1));
            let begin = Nanos((hoped.0 / 100).max(1_000) * 104);
            let mut axis = model.axes.get(index).copied().unwrap_or(begin);
            while known > axis {
                axis = axis + axis / 4;
            }
            if run.end.is_some() && (known.0 as f64) < axis.0 as f64 * 0.85 {
                axis = Nanos((known.0 / 100).max(1) * 102);
            }
            axis
        })
        .collect();
    model.axes = ends;
}

fn draw_lanes(model: &mut Model) {
    let layout = lab::lab_layout(model.area, model);
    let workers = &layout.workers;
    let shown = model.bands.shown(model.shown_row().map_or(0, |row| row.slots as usize));
    let (from, to) = model.window.stretch(model.axis(), model.known());
    let run = model.shown_index();
    let frame = Frame {
        run,
        from,
        to,
        columns: workers.columns,
        first: shown.start,
        end: shown.end,
        rows: workers.chart_rows,
        fold: workers.fold,
    };
    let mut chart = std::mem::take(&mut model.chart);
    match model.shown().runs.get(run) {
        Some(run) => chart.refresh(run, moment_of(model, run), frame),
        None => chart.blank(frame),
    }
    model.chart = chart;
    let mut chart = std::mem::take(&mut model.ghost.chart);
    if let Some(run) = model.shown_row().and_then(|row| row.predicted) {
        chart.refresh(run, run.now, frame);
    }
    model.ghost.chart = chart;
}

/// The moment up to which a run is shown.
fn moment_of(model: &Model, run: &RunState) -> RunTime {
    run.end.as_ref().map_or_else(|| model.moment(), |end| RunTime(end.elapsed.0))
}
