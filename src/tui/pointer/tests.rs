use super::*;
use crate::plan::{Strategy, TaskType};
use crate::tui::compare::desk::{self, Part};
use crate::tui::compare::kept;
use crate::tui::message::{Effect, Message};
use crate::tui::model::{Activity, Remark};
use crate::tui::script::{before, crowd, finished, press, running, text};
use crate::tui::update::{refresh, update};

/// The place where some words begin, further right by `dx`.
fn words(model: &Model, words: &str, dx: u16) -> Position {
    let screen = text(model);
    // Lines come quoted.
    let found = screen.lines().enumerate().find_map(|(y, line)| {
        Some((y, line.split(words).next()?, line)).filter(|(_, before, line)| before != line)
    });
    let (y, before, _) = found.unwrap_or_else(|| panic!("{words} on\n{screen}"));
    Position { x: before.chars().count() as u16 - 1 + dx, y: y as u16 }
}

fn deed(model: &mut Model, deed: Deed, at: Position) -> Effect {
    let effect = update(model, Message::Pointer(Pointer { at, deed }));
    refresh(model);
    effect
}

fn click(model: &mut Model, at: Position) -> Effect {
    deed(model, Deed::Click, at)
}

/// A screen with the mouse on.
fn on(mut model: Model) -> Model {
    assert_eq!(press(&mut model, "m"), Effect::Mouse(true));
    model
}

#[test]
fn it_is_off_until_it_is_asked_for() {
    let mut model = before(120, 40);
    let at = words(&model, "Workers", 0);
    click(&mut model, at);
    assert_eq!(model.form.at, Item::Run);
    let mut model = on(model);
    assert!(matches!(&model.remark, Some(Remark::Note(words)) if words.starts_with("the mouse is on")));
    click(&mut model, at);
    assert_eq!(model.form.at, Item::Workers);
    assert_eq!(press(&mut model, "<Tab>m"), Effect::Mouse(false));
}

#[test]
fn fields_are_chosen_and_changed_where_their_marks_are() {
    let mut model = on(before(120, 40));
    let at = words(&model, "‹ cpu ›", 6);
    click(&mut model, at);
    assert_eq!(model.form.task(), TaskType::Sum);
    let at = words(&model, "‹ sum ›", 0);
    click(&mut model, at);
    assert_eq!(model.form.task(), TaskType::Cpu);
    let at = words(&model, "threads    ≈", 0);
    click(&mut model, at);
    assert!(!model.form.plan.strategies.contains(&Strategy::Threads));
    let at = words(&model, "Tasks", 0);
    click(&mut model, at);
    let before = model.form.plan.workloads[0].tasks;
    let more = words(&model, "‹ ›", 2);
    click(&mut model, more);
    assert!(model.form.plan.workloads[0].tasks > before);
    let run = words(&model, "Run   Enter", 3);
    assert!(matches!(click(&mut model, run), Effect::Start(_)));
}

#[test]
fn a_value_that_is_edited_is_taken_by_a_click_elsewhere_or_keeps_the_focus() {
    let mut model = on(before(120, 40));
    press(&mut model, "<Home><Down><Down>12");
    let workers = words(&model, "Workers  2", 0);
    click(&mut model, workers);
    assert_eq!((model.form.plan.workloads[0].tasks, model.form.at), (12, Item::Workers));
    press(&mut model, "0");
    let task = words(&model, "Task ", 0);
    click(&mut model, task);
    assert_eq!(model.form.at, Item::Workers, "no workers are not taken");
    assert!(model.form.edit.is_some());
}

#[test]
fn rows_panels_and_keys_are_clicked() {
    let mut model = on(finished(120, 40));
    let at = words(&model, "serial  ", 0);
    click(&mut model, at);
    let at = words(&model, "✓ serial", 3);
    click(&mut model, at);
    assert_eq!((model.focus, model.chosen), (Panel::Runs, Some(0)));
    let at = words(&model, "w0", 10);
    click(&mut model, at);
    assert_eq!(model.focus, Panel::Workers);
    let at = words(&model, "? help", 1);
    click(&mut model, at);
    assert_eq!(model.overlay, Some(Overlay::Help { scroll: 0 }));
    let at = words(&model, "q quit", 0);
    assert_eq!(click(&mut model, at), Effect::Quit);
}

#[test]
fn the_wheel_turns_what_is_under_it() {
    let mut model = on(crowd(120, 40, 200));
    let at = words(&model, "w0", 10);
    deed(&mut model, Deed::WheelDown, at);
    assert_eq!(model.focus, Panel::Workers);
    let mut model = on(finished(120, 40));
    let at = words(&model, "✓ serial", 3);
    let shown = model.shown_index();
    deed(&mut model, Deed::WheelUp, at);
    assert_eq!(model.shown_index(), shown - 1);
    let cores = words(&model, "Cores", 3);
    let before = format!("{model:?}");
    deed(&mut model, Deed::WheelUp, cores);
    assert_eq!(before, format!("{model:?}"), "there is nothing to turn");
}

#[test]
fn the_plan_opens_from_its_line_and_closes_beside_it() {
    let mut model = on(before(80, 24));
    let line = words(&model, "Plan", 8);
    click(&mut model, line);
    assert_eq!(model.overlay, Some(Overlay::Plan));
    let at = words(&model, "Retries", 2);
    click(&mut model, at);
    assert_eq!(model.form.at, Item::Retries);
    click(&mut model, Position { x: 0, y: 12 });
    assert_eq!(model.overlay, None);
}

#[test]
fn tabs_runs_lanes_and_tasks_are_clicked() {
    let mut model = on(finished(120, 40));
    let tab = words(&model, "2 Compare", 1);
    click(&mut model, tab);
    assert_eq!(model.screen, Screen::Compare);
    let run = words(&model, "1 serial", 2);
    click(&mut model, run);
    assert_eq!(model.compare.chosen, Some(1));
    let before = desk::cursor(&model, &kept::shown(&model));
    click(&mut model, Position { x: run.x + 40, y: run.y });
    assert_ne!(desk::cursor(&model, &kept::shown(&model)), before, "the moment under the pointer");
    deed(&mut model, Deed::WheelDown, run);
    assert_eq!(model.compare.chosen, Some(2));
    press(&mut model, "<Enter>");
    let lane = words(&model, "w1", 0);
    click(&mut model, lane);
    assert_eq!(model.compare.opened.map(|opened| opened.lane), Some(1));
    let tasks = words(&model, "Last tasks", 0);
    let task = Position { x: tasks.x + 20, y: tasks.y + 2 };
    click(&mut model, task);
    assert_eq!(model.compare.opened.map(|opened| opened.part), Some(Part::Tasks));
    let tab = words(&model, "1 Lab", 1);
    click(&mut model, tab);
    assert_eq!(model.screen, Screen::Lab);
}

#[test]
fn no_place_makes_it_panic() {
    for (columns, rows) in [(40, 10), (80, 24), (120, 40), (200, 60)] {
        for keys in ["", "?", "p", "z", "<Tab>z", "2", "2<Enter>", "2<Enter><Tab>"] {
            let mut model = on(running(columns, rows));
            press(&mut model, keys);
            for y in (0..rows + 3).chain([u16::MAX]) {
                for x in (0..columns + 3).chain([u16::MAX]) {
                    let _ = place(&model, Position { x, y });
                }
            }
            assert_eq!(model.activity, Activity::Running);
        }
    }
}
