//! What keys change on Compare: which run, which moment, how much of the time.

use crate::clock::RunTime;
use crate::tui::compare::{compare_layout, desk, kept};
use crate::tui::message::Action;
use crate::tui::model::Model;

/// Takes an action of Compare.
pub(super) fn act(model: &mut Model, action: Action) {
    match action {
        Action::Back => walk(model, -1),
        Action::Forth => walk(model, 1),
        Action::FarBack => walk(model, -10),
        Action::FarForth => walk(model, 10),
        Action::NextWork => next_work(model),
        Action::Differences => model.compare.differences = !model.compare.differences,
        _ => {}
    }
}

/// Chooses a run, or the first or last moment.
pub(super) fn step(model: &mut Model, action: Action) {
    let entries = kept::shown(model);
    let (_, known) = desk::axis(model, &entries);
    let at = desk::chosen(model, &entries);
    let number = |at: usize| entries.get(at).map(|entry| entry.number);
    match action {
        Action::Up => model.compare.chosen = number(at.saturating_sub(1)),
        Action::Down => model.compare.chosen = number((at + 1).min(entries.len().saturating_sub(1))),
        Action::First => move_to(model, RunTime::START),
        Action::Last => move_to(model, known),
        _ => {}
    }
}

/// Closes what is open.
pub(super) fn close(model: &mut Model) {
    if model.compare.opened.take().is_none() {
        model.compare.differences = false;
    }
}

/// Moves by columns.
fn walk(model: &mut Model, columns: i64) {
    let entries = kept::shown(model);
    let (whole, known) = desk::axis(model, &entries);
    let (from, to) = model.compare.window.stretch(whole, known);
    let width = compare_layout(model.area, model, &entries).columns.time.max(1);
    let at = desk::cursor(model, &entries);
    // To the middle of a column, so that the line does not waver between two.
    let column = (to.since(from).0 / u64::from(width)).max(1);
    let index = (at.0.saturating_sub(from.0) / column) as i64 + columns;
    let moved = from.0 as i64 + index * column as i64 + (column / 2) as i64;
    move_to(model, RunTime(moved.max(0) as u64).min(known));
}

/// Looks at a moment, and shows it.
fn move_to(model: &mut Model, at: RunTime) {
    let entries = kept::shown(model);
    let (whole, known) = desk::axis(model, &entries);
    let (from, to) = model.compare.window.stretch(whole, known);
    model.compare.cursor = Some(at);
    if at < from || at >= to {
        model.compare.window.centre(at, whole, known);
    }
}

/// Zooms around the moment that is looked at, or moves along.
pub(super) fn zoom(model: &mut Model, action: Action) {
    let entries = kept::shown(model);
    let (whole, known) = desk::axis(model, &entries);
    let at = desk::cursor(model, &entries);
    let window = &mut model.compare.window;
    match action {
        Action::ZoomIn => window.zoom_in(whole, known),
        Action::ZoomOut => window.zoom_out(whole, known),
        Action::ZoomReset => *window = crate::tui::window::Window::default(),
        _ => window.scroll(action == Action::Later, whole, known),
    }
    if matches!(action, Action::ZoomIn | Action::ZoomOut) {
        window.centre(at, whole, known);
        model.compare.cursor = Some(at);
    }
}

/// The next work that there are runs of.
fn next_work(model: &mut Model) {
    let all = kept::all(model);
    let works = kept::works(&all);
    let shown = kept::shown(model);
    let at = works.iter().position(|work| shown.first().is_some_and(|entry| entry.did(work)));
    let next = at.map_or(0, |at| at + 1) % works.len().max(1);
    model.compare.work = works.get(next).cloned();
    model.compare.chosen = None;
    model.compare.cursor = None;
    model.compare.window = crate::tui::window::Window::default();
}
