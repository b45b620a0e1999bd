//! What keys change on the Sweep screen, and how a sweep goes from run to run: when one is over, the next is asked for.

use crate::event::{RunEvent, StopReason};
use crate::report::sweep as report;
use crate::state::Session;
use crate::tui::form::Kind;
use crate::tui::message::{Action, Effect, Export};
use crate::tui::model::{Activity, Model, Remark};
use crate::tui::sweep::desk::{Course, End, Focus, Intent, Opened, key};
use crate::tui::sweep::form::{Setting, SweepForm};
use crate::tui::sweep::measure::Measure;
use crate::tui::sweep::{Spot, grid, sweep_layout};
use crate::units::{Nanos, plural};

/// Comes to the screen.
pub(super) fn enter(model: &mut Model) {
    if !model.sweep.visited {
        model.sweep.visited = true;
        model.sweep.form = SweepForm::of(&model.form.plan, model.sweep.asked.clone(), &model.machine);
        // Where the form would lie over the curve, it waits until it is asked for.
        let beside = sweep_layout(model.area, model).wide;
        model.sweep.focus = if beside { Focus::Plan } else { Focus::Curve };
    }
}

/// Takes an action that means something of its own here; none for one that means the same everywhere.
pub(super) fn act(model: &mut Model, action: Action) -> Option<Effect> {
    if model.overlay.is_some() {
        return None;
    }
    match action {
        Action::Run => return Some(begin(model, false)),
        Action::StartAnew => return Some(begin(model, true)),
        Action::Export => return Some(export(model)),
        Action::NextMeasure => next_measure(model),
        Action::OpenPlan => turn_to(model, Focus::Plan),
        Action::NextPanel | Action::PreviousPanel => {
            let other = if model.sweep.focus == Focus::Plan { Focus::Curve } else { Focus::Plan };
            turn_to(model, other);
        }
        Action::Close => close(model),
        Action::Open => open(model, Opened::Lanes),
        Action::Why => open(model, Opened::Why),
        Action::Type(_) | Action::Erase | Action::Edit | Action::TakeValue | Action::DropValue => {
            edit(model, action);
        }
        Action::Less => model.sweep.form.nudge(false, &model.machine),
        Action::More => model.sweep.form.nudge(true, &model.machine),
        Action::Toggle => model.sweep.form.toggle(),
        Action::Up
        | Action::Down
        | Action::First
        | Action::Last
        | Action::PageUp
        | Action::PageDown
        | Action::Back
        | Action::Forth => {
            step(model, action);
        }
        // Time is not drawn here: there is nothing to freeze, to zoom into or to scroll.
        Action::Freeze
        | Action::Expand
        | Action::ZoomIn
        | Action::ZoomOut
        | Action::ZoomReset
        | Action::Earlier
        | Action::Later => {}
        _ => return None,
    }
    Some(Effect::None)
}

/// Gives the form or the curve the focus.
pub(super) fn turn_to(model: &mut Model, focus: Focus) {
    model.sweep.focus = focus;
}

fn close(model: &mut Model) {
    model.sweep.focus = Focus::Curve;
    model.sweep.opened = None;
}

/// Gives something the place of the curve, or takes it back.
fn open(model: &mut Model, what: Opened) {
    let desk = &mut model.sweep;
    desk.opened = if desk.opened == Some(what) { None } else { Some(what) };
    desk.focus = Focus::Curve;
}

/// The next measure; behind the last comes the grid of hybrid, where there is one.
fn next_measure(model: &mut Model) {
    let desk = &mut model.sweep;
    let has_grid = desk.course.as_ref().is_some_and(|course| grid::is_one(course.points()));
    if desk.grid {
        desk.grid = false;
        return;
    }
    desk.measure = desk.measure.next();
    desk.grid = has_grid && desk.measure == Measure::Throughput;
}

/// Takes the value that is edited, if it can be taken.
pub(super) fn take_value(model: &mut Model) {
    model.sweep.form.take(&model.machine);
}

fn edit(model: &mut Model, action: Action) {
    let form = &mut model.sweep.form;
    match action {
        Action::Type(c) if form.edit().is_some() => form.type_in(c),
        Action::Type(c) if form.at.begins_with(c) => form.begin(Some(c)),
        Action::Type(c) => form.refuse(c),
        Action::Edit if form.at.is_typed() => form.begin(None),
        Action::Erase => form.erase(),
        Action::TakeValue => form.take(&model.machine),
        Action::DropValue => form.drop_value(),
        _ => {}
    }
}

fn step(model: &mut Model, action: Action) {
    if model.sweep.form.edit().is_some() {
        take_value(model);
        if model.sweep.form.edit().is_some() {
            return;
        }
    }
    if model.sweep.focus == Focus::Curve {
        walk(model, action);
        return;
    }
    model.sweep.form.step(match action {
        Action::Up => -1,
        Action::Down => 1,
        Action::First => isize::MIN / 2,
        Action::Last => isize::MAX / 2,
        _ => 0,
    });
}

/// Walks over the points: along a curve, or to the next one.
fn walk(model: &mut Model, action: Action) {
    let Some(course) = &model.sweep.course else { return };
    let Some(now) = model.sweep.chosen() else { return };
    let all: Vec<_> = course.cells().map(key).collect();
    let same: Vec<_> = all.iter().copied().filter(|point| point.0 == now.0).collect();
    let at = same.iter().position(|point| *point == now).unwrap_or(0);
    let last = same.len().saturating_sub(1);
    let other = |later: bool| {
        let mut strategies: Vec<_> = all.iter().map(|point| point.0).collect();
        strategies.dedup();
        let at = strategies.iter().position(|strategy| *strategy == now.0)?;
        let wanted = *strategies.get(if later { at + 1 } else { at.checked_sub(1)? })?;
        let near = all.iter().copied().filter(|point| point.0 == wanted);
        near.min_by_key(|point| point.1.slots().abs_diff(now.1.slots()))
    };
    let next = match action {
        Action::Back => same.get(at.saturating_sub(1)).copied(),
        Action::Forth => same.get((at + 1).min(last)).copied(),
        Action::First => same.first().copied(),
        Action::Last => same.last().copied(),
        Action::Up => other(false),
        Action::Down => other(true),
        _ => None,
    };
    model.sweep.cursor = next.or(Some(now));
}

/// What a click means.
pub(super) fn click(model: &mut Model, spot: Spot) -> Effect {
    match spot {
        Spot::Point(point) => {
            turn_to(model, Focus::Curve);
            model.sweep.cursor = Some(point);
        }
        Spot::Setting(Setting::Start) => return begin(model, false),
        Spot::Setting(setting) => {
            turn_to(model, Focus::Plan);
            model.sweep.form.go(setting);
            match setting.kind() {
                Kind::Check => model.sweep.form.toggle(),
                Kind::Choice => model.sweep.form.nudge(true, &model.machine),
                Kind::Value | Kind::Button => {}
            }
        }
        Spot::Panel(focus) => turn_to(model, focus),
    }
    Effect::None
}

/// Starts the sweep, or lets it go on where it was stopped; `anew` drops what was measured in any case.
pub(super) fn begin(model: &mut Model, anew: bool) -> Effect {
    if model.is_busy() {
        let words = match model.activity {
            Activity::Running if model.sweep.is_going() => "the sweep is going on; x stops it".to_owned(),
            Activity::Running => "a comparison is running in the Lab; x cancels it".to_owned(),
            _ => format!("what runs is ending; {}", model.way_out()),
        };
        model.remark = Some(Remark::Problem(words));
        return Effect::None;
    }
    if let Some((setting, problem)) = model.sweep.form.problem(&model.machine) {
        model.sweep.focus = Focus::Plan;
        model.sweep.form.go(setting);
        model.remark = Some(Remark::Problem(problem));
        return Effect::None;
    }
    if model.asks(anew) {
        return Effect::None;
    }
    if model.ghost.measuring {
        let words = "this machine is being measured for a prediction, which a sweep would disturb; try again";
        model.remark = Some(Remark::Problem(words.to_owned()));
        return Effect::None;
    }
    let intent = if anew { Intent::Changed } else { model.sweep.intent() };
    if intent == Intent::Again {
        // An hour of measuring must not be lost by one key too many.
        let words = "everything that the plan asks for is measured; R drops that and measures it again";
        model.remark = Some(Remark::Note(words.to_owned()));
        return Effect::None;
    }
    let desk = &mut model.sweep;
    if let (Some(course), Intent::Resume) = (&mut desk.course, intent) {
        course.sweep = course.sweep.resumed();
        course.end = None;
    } else {
        desk.course = Some(Course::new(desk.form.plan(), &model.machine));
        desk.cursor = None;
        desk.grid = false;
    }
    desk.focus = Focus::Curve;
    desk.opened = None;
    desk.lanes.clear();
    model.activity = Activity::Running;
    // What the cores did last tells whether the machine is idle before the first run.
    let cores = model.session.cores.clone();
    if let Some(course) = &mut model.sweep.course {
        course.session = Session::default();
        course.session.cores = cores;
    }
    next(model)
}

/// The run that comes next; none where there is nothing left to do.
fn next(model: &mut Model) -> Effect {
    let Some(course) = &mut model.sweep.course else { return Effect::None };
    course.step = course.sweep.next(course.spent);
    let Some(step) = course.step else {
        course.end = Some(End::Whole);
        super::over(model);
        return Effect::None;
    };
    course.begun += 1;
    Effect::Start(Box::new(step.plan(course.sweep.plan())))
}

/// Takes in what happened in the run that goes on; when it is over, asks for the next.
pub(super) fn take(model: &mut Model, event: &RunEvent) -> Effect {
    if let RunEvent::Cores(sample) = event
        && !sample.simulated
    {
        model.session.apply(event);
    }
    let Some(course) = &mut model.sweep.course else { return Effect::None };
    match event {
        RunEvent::Calibrated { costs, .. } if !course.session.is_simulating() => {
            model.costs = costs.or(model.costs);
        }
        RunEvent::RunStarted(_) => course.now = crate::clock::RunTime::START,
        _ => {}
    }
    course.session.apply(event);
    if matches!(event, RunEvent::Finished) { finished(model) } else { Effect::None }
}

fn finished(model: &mut Model) -> Effect {
    let Some(course) = &mut model.sweep.course else { return Effect::None };
    let Some(step) = course.step.take() else { return Effect::None };
    for notice in &course.session.notices {
        if !course.sweep.notices().contains(notice) {
            course.sweep.note(notice.clone());
        }
    }
    if let Some(run) = course.session.runs.last().filter(|run| run.start.runtime.simulated().is_none()) {
        course.spent += run.end.as_ref().map_or(Nanos::ZERO, |end| end.elapsed);
    }
    let recorded = course.sweep.record(step, &course.session);
    if matches!(recorded, crate::sweep::Recorded::Counted(_)) {
        course.judge();
    }
    // A run that was cancelled says nothing of its point.
    let end = course.session.runs.last().and_then(|run| run.end.as_ref());
    if end.is_some_and(|end| end.stopped != Some(StopReason::Cancelled)) {
        course.keep(step);
    }
    // What is over must not pass for the run that comes next.
    course.session.runs.clear();
    match model.activity {
        Activity::Running => next(model),
        Activity::Stopping => {
            stop(model);
            Effect::None
        }
        Activity::Idle | Activity::Quitting => Effect::None,
    }
}

/// Leaves the sweep where it is.
pub(super) fn stop(model: &mut Model) {
    if let Some(course) = &mut model.sweep.course {
        course.step = None;
        course.end = Some(End::Stopped);
    }
    super::over(model);
}

/// Has the curve drawn and the measurements written, each into a file.
fn export(model: &mut Model) -> Effect {
    let course = model.sweep.course.as_ref().filter(|course| !course.points().is_empty());
    let Some((course, sizing)) = course.and_then(|course| Some((course, course.sizing.as_ref()?))) else {
        let words = "nothing was measured yet that could be exported";
        model.remark = Some(Remark::Problem(words.to_owned()));
        return Effect::None;
    };
    Effect::Write(Box::new(Export {
        what: format!("the curve and {}", plural(sizing.points.len() as u64, "point")),
        stem: "poolscope-sweep",
        files: vec![
            ("svg", report::svg(&course.sweep, sizing)),
            ("json", report::json(&course.sweep, sizing)),
        ],
    }))
}
