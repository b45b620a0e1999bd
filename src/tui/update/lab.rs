//! What keys change in the Lab: the plan in its form, the panel that has the focus, what is looked at, and the part of the
//! time axis that is shown. Where Compare has a meaning of its own for such a key, it is asked.

use super::{compare, page};
use crate::tui::bands::Bands;
use crate::tui::lab::lab_layout;
use crate::tui::message::Action;
use crate::tui::model::{Model, Overlay, Panel, Screen};

pub(super) fn open_plan(model: &mut Model) {
    model.focus = Panel::Plan;
    let folded = lab_layout(model.area, model).plan.is_none();
    model.overlay = (folded && model.overlay != Some(Overlay::Plan)).then_some(Overlay::Plan);
}

pub(super) fn close(model: &mut Model) {
    if model.overlay.is_none() && model.screen == Screen::Compare {
        compare::close(model);
        return;
    }
    if model.overlay.take().is_none() && !(model.focus == Panel::Workers && model.bands.close()) {
        model.expanded = false;
    }
}

pub(super) fn step_panel(model: &mut Model, steps: usize) {
    const ORDER: [Panel; 3] = [Panel::Plan, Panel::Runs, Panel::Workers];
    if model.screen == Screen::Compare {
        compare::other_part(model);
        return;
    }
    let at = ORDER.iter().position(|panel| *panel == model.focus).unwrap_or(0);
    model.overlay = None;
    model.focus = ORDER[(at + steps) % ORDER.len()];
}

pub(super) fn edit(model: &mut Model, action: Action) {
    match action {
        Action::Type(c) if model.form.edit.is_some() => model.form.type_in(c),
        Action::Type(c) => model.form.begin(Some(c)),
        Action::Edit if model.form.at.is_typed() => model.form.begin(None),
        Action::Erase => model.form.erase(),
        Action::TakeValue => model.form.take(&model.machine),
        Action::DropValue => model.form.edit = None,
        _ => {}
    }
    // A value is edited where it can be seen.
    if model.form.edit.is_some() && lab_layout(model.area, model).plan.is_none() {
        model.overlay = Some(Overlay::Plan);
    }
}

pub(super) fn change(model: &mut Model, action: Action) {
    if unfold_plan(model) {
        return;
    }
    match action {
        Action::Toggle => model.form.toggle(),
        _ => model.form.nudge(action == Action::More, &model.machine),
    }
}

/// Opens the plan if it is folded into its line; true if it was.
fn unfold_plan(model: &mut Model) -> bool {
    let folded = model.overlay.is_none() && lab_layout(model.area, model).plan.is_none();
    if folded {
        model.overlay = Some(Overlay::Plan);
    }
    folded
}

pub(super) fn step(model: &mut Model, action: Action) {
    let workers = lab_layout(model.area, model).workers;
    let page = usize::from(workers.chart_rows.max(2)) - 1;
    let steps = match action {
        Action::Up => -1,
        Action::Down => 1,
        Action::PageUp => -(page as isize),
        Action::PageDown => page as isize,
        Action::First => isize::MIN / 2,
        _ => isize::MAX / 2,
    };
    if let Some(Overlay::Help { scroll }) = &mut model.overlay {
        *scroll = scroll.saturating_add_signed(steps.clamp(-99, 99) as i16).min(99);
        return;
    }
    if matches!(model.overlay, Some(Overlay::Consent { .. } | Overlay::Output { .. })) {
        page::scroll(model, action);
        return;
    }
    if model.form.edit.is_some() {
        model.form.take(&model.machine);
        if model.form.edit.is_some() {
            return;
        }
    }
    if model.screen == Screen::Compare {
        compare::step(model, action);
        return;
    }
    match model.focus {
        Panel::Plan => {
            if !unfold_plan(model) {
                model.form.step(steps);
            }
        }
        Panel::Runs => {
            let last = model.row_count().saturating_sub(1);
            model.chosen = Some(model.shown_index().saturating_add_signed(steps).min(last));
            model.bands = Bands::default();
        }
        Panel::Workers => {
            let slots = model.shown_row().map_or(0, |row| row.slots as usize);
            model.bands.step(steps, slots, workers.fold);
        }
    }
}

pub(super) fn zoom(model: &mut Model, action: Action) {
    if model.screen == Screen::Compare {
        compare::zoom(model, action);
        return;
    }
    let (whole, known) = (model.axis(), model.known());
    match action {
        Action::ZoomIn => model.window.zoom_in(whole, known),
        Action::ZoomOut => model.window.zoom_out(whole, known),
        Action::ZoomReset => model.window = crate::tui::window::Window::default(),
        _ => model.window.scroll(action == Action::Later, whole, known),
    }
}
