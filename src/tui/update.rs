//! What a message changes in the model, and what has to be done about it. Nothing is done here.

mod chores;
mod compare;
mod lab;
mod mouse;
mod output;
mod page;
mod sweep;

pub(crate) use chores::refresh;

use ratatui::layout::Rect;

use crate::clock::RunTime;
use crate::engine::Pace;
use crate::event::RunEvent;
use crate::state::RunState;
use crate::tui::bands::Bands;
use crate::tui::ghost;
use crate::tui::keys::{self, Chord};
use crate::tui::lab::lab_layout;
use crate::tui::message::{Action, Effect, Message};
use crate::tui::model::{Activity, Model, Overlay, Panel, Remark, Screen};
use crate::tui::terminal::{MOST_COLUMNS, MOST_ROWS};
use crate::tui::throughput::Throughput;

/// Takes a message in.
pub(crate) fn update(model: &mut Model, message: Message) -> Effect {
    match message {
        Message::Key(event) => match keys::action(model, Chord::of(&event)) {
            Some(action) => act(model, action),
            None => Effect::None,
        },
        Message::Pointer(pointer) => mouse::pointed(model, pointer),
        Message::Resized(columns, rows) => {
            model.area = Rect::new(0, 0, columns.min(MOST_COLUMNS), rows.min(MOST_ROWS));
            Effect::None
        }
        Message::Calibrated(costs) => {
            model.costs = Some(costs);
            Effect::None
        }
        Message::Measured => {
            model.ghost.measuring = false;
            if std::mem::take(&mut model.ghost.held) { run(model) } else { Effect::None }
        }
        Message::Predicted(prediction) => {
            model.ghost.take(prediction, model.session.plan.as_ref());
            Effect::None
        }
        Message::News(events, now) => {
            let mut effect = Effect::None;
            for event in &events {
                if !model.sweep.is_going() {
                    take(model, event);
                } else if let next @ Effect::Start(_) = sweep::take(model, event) {
                    effect = next;
                }
            }
            if let Some(course) = model.sweep.course.as_mut().filter(|course| course.step.is_some()) {
                course.now = now.unwrap_or(course.now);
                return effect;
            }
            // The engine's clock is gone a little before the end of a run is told.
            let going = model.session.running().is_some();
            model.now = now.unwrap_or(if going { model.now } else { RunTime::START });
            effect
        }
        Message::Refused(words) => {
            if model.sweep.is_going() {
                sweep::stop(model);
            }
            model.activity = Activity::Idle;
            model.remark = Some(Remark::Problem(words));
            Effect::None
        }
        Message::Written(Ok(words)) => {
            model.remark = Some(Remark::Note(words));
            Effect::None
        }
        Message::Written(Err(words)) => {
            model.remark = Some(Remark::Problem(words));
            Effect::None
        }
        Message::StopAsked => Effect::Suspend,
        Message::Continued => Effect::Reclaim,
        Message::EndAsked(_) => {
            model.activity = Activity::Quitting;
            Effect::Quit
        }
        Message::TerminalLost => Effect::Abandon,
    }
}

fn take(model: &mut Model, event: &RunEvent) {
    match event {
        RunEvent::Accepted { .. } => {
            model.compare.archive.keep(&mut model.session);
            model.compare.follow();
            model.promise = model.forecast.clone();
            model.throughput.clear();
            model.axes.clear();
            model.chart.clear();
            model.chosen = None;
            model.bands = Bands::default();
            model.window = crate::tui::window::Window::default();
        }
        // What the simulator takes for granted is none of this machine's.
        RunEvent::Calibrated { costs, .. } if !model.session.is_simulating() => {
            model.costs = costs.or(model.costs);
        }
        RunEvent::RunStarted(_) => {
            model.throughput.push(Throughput::default());
            model.now = RunTime::START;
            model.bands = Bands::default();
        }
        RunEvent::Lane { record, .. } => {
            let run = model.session.subject();
            if let Some(throughput) = run.and_then(|run| model.throughput.get_mut(run)) {
                throughput.take(record);
            }
        }
        RunEvent::Finished if model.activity != Activity::Quitting && model.sweep.is_going() => {
            model.activity = Activity::Idle;
        }
        RunEvent::Finished if model.activity != Activity::Quitting => over(model),
        _ => {}
    }
    model.session.apply(event);
    if matches!(event, RunEvent::Accepted { .. } | RunEvent::RunFinished(_) | RunEvent::Finished) {
        chores::judge(model);
    }
}

/// Nothing goes on any more: what was said about that is not true any more.
fn over(model: &mut Model) {
    model.activity = Activity::Idle;
    if matches!(model.remark, Some(Remark::Problem(_))) {
        model.remark = None;
    }
}

fn act(model: &mut Model, action: Action) -> Effect {
    model.remark = None;
    if model.screen == Screen::Sweep
        && let Some(effect) = sweep::act(model, action)
    {
        return effect;
    }
    match action {
        Action::Run => return run(model),
        Action::Agree if !model.may_agree() => {}
        Action::Agree => {
            model.consent.agree();
            let anew = matches!(model.overlay.take(), Some(Overlay::Consent { anew: true, .. }));
            let swept = model.screen == Screen::Sweep;
            return if swept { sweep::begin(model, anew) } else { run(model) };
        }
        Action::Output => output::open(model),
        Action::NextTask | Action::PreviousTask if matches!(model.overlay, Some(Overlay::Output { .. })) => {
            output::walk(model, action == Action::NextTask);
        }
        Action::Predict => predict(model),
        Action::Cancel => return cancel(model),
        Action::Quit | Action::Interrupt => {
            model.activity = Activity::Quitting;
            return Effect::Quit;
        }
        Action::GilShorter | Action::GilLonger => return scale_interval(model, action == Action::GilLonger),
        Action::Slower | Action::Faster => {
            model.pace = if action == Action::Slower { model.pace.slower() } else { model.pace.faster() };
            return Effect::Pace(model.pace);
        }
        Action::ToTheEnd => return Effect::Pace(Pace::AtOnce),
        Action::Export => return compare::export(model),
        Action::Suspend => return Effect::Suspend,
        Action::Repaint => return Effect::Repaint,
        Action::Freeze => model.freeze(),
        Action::Theme => model.theme = model.theme.next(),
        Action::Mouse => {
            model.mouse = !model.mouse;
            let words = if model.mouse {
                "the mouse is on: click, or turn the wheel; Shift selects text in most terminals"
            } else {
                "the mouse is off: it selects text again"
            };
            model.remark = Some(Remark::Note(words.to_owned()));
            return Effect::Mouse(model.mouse);
        }
        Action::Help => model.overlay = Some(Overlay::Help { scroll: 0 }),
        Action::OpenPlan => lab::open_plan(model),
        Action::Close => lab::close(model),
        // The plan is shown whole already, or as an overlay.
        Action::Expand => model.expanded = !model.expanded && model.focus != Panel::Plan,
        Action::OpenBand => {
            let fold = lab_layout(model.area, model).workers.fold;
            model.bands.open(model.shown_row().map_or(0, |row| row.slots as usize), fold);
        }
        Action::NextPanel => lab::step_panel(model, 1),
        Action::PreviousPanel => lab::step_panel(model, 2),
        Action::Type(_) | Action::Erase | Action::Edit | Action::TakeValue | Action::DropValue => {
            lab::edit(model, action);
        }
        Action::Show(screen) => show(model, screen),
        Action::Back
        | Action::Forth
        | Action::FarBack
        | Action::FarForth
        | Action::Open
        | Action::NextWork
        | Action::NextTask
        | Action::PreviousTask
        | Action::Differences => compare::act(model, action),
        // Of the Sweep screen alone.
        Action::StartAnew | Action::NextMeasure | Action::Why => {}
        Action::Less | Action::More | Action::Toggle => lab::change(model, action),
        Action::Up | Action::Down | Action::PageUp | Action::PageDown | Action::First | Action::Last => {
            lab::step(model, action);
        }
        Action::ZoomIn | Action::ZoomOut | Action::ZoomReset | Action::Earlier | Action::Later => {
            lab::zoom(model, action);
        }
    }
    Effect::None
}

fn run(model: &mut Model) -> Effect {
    if model.is_busy() {
        let words = match model.activity {
            Activity::Running if model.sweep.is_going() => {
                Some("a sweep is going on; 3 shows it, x stops it".to_owned())
            }
            Activity::Running => Some("a comparison is running; x cancels it".to_owned()),
            Activity::Stopping => Some(format!("a comparison is ending; {}", model.way_out())),
            Activity::Idle | Activity::Quitting => None,
        };
        model.remark = words.map(Remark::Problem);
        return Effect::None;
    }
    if let Some((item, problem)) = model.form.problem(&model.machine) {
        model.form.at = item;
        model.focus = Panel::Plan;
        model.remark = Some(Remark::Problem(problem));
        return Effect::None;
    }
    if model.asks(false) {
        return Effect::None;
    }
    if model.ghost.measuring && !model.ghost.held {
        model.ghost.held = true;
        model.remark = Some(Remark::Note(
            "measuring this machine for the prediction; the run begins after it".to_owned(),
        ));
        return Effect::None;
    }
    model.ghost.held = false;
    model.remark = None;
    model.overlay = None;
    model.still = None;
    model.activity = Activity::Running;
    Effect::Start(Box::new(model.form.plan.clone()))
}

fn predict(model: &mut Model) {
    if let Some(why) = ghost::refusal(&model.form.plan).filter(|_| !model.ghost.on) {
        model.remark = Some(Remark::Note(format!("there is nothing to predict: {why}")));
        return;
    }
    model.ghost.on = !model.ghost.on;
    model.ghost.chart.clear();
}

fn show(model: &mut Model, screen: Screen) {
    model.overlay = None;
    model.screen = screen;
    if screen == Screen::Sweep {
        sweep::enter(model);
    }
}

fn cancel(model: &mut Model) -> Effect {
    match model.activity {
        Activity::Running => {
            model.activity = Activity::Stopping;
            Effect::Cancel
        }
        Activity::Stopping => Effect::Enforce,
        Activity::Idle | Activity::Quitting => Effect::None,
    }
}

/// Changes when holders of interpreters' locks let go, if a run goes on that has such locks.
fn scale_interval(model: &Model, longer: bool) -> Effect {
    let gil = model.session.running().and_then(RunState::gil_rule);
    gil.map_or(Effect::None, |_| Effect::ScaleInterval { longer })
}

#[cfg(test)]
mod tests;
