//! What a click or a turn of the wheel changes in the model.

use crate::tui::bands::Bands;
use crate::tui::form::{Item, Kind};
use crate::tui::message::{Action, Effect};
use crate::tui::model::{Model, Panel, Screen};
use crate::tui::pointer::{Deed, Place, Pointer, Step, place};
use crate::tui::sweep::Spot;
use crate::tui::sweep::desk::Focus;
use crate::tui::update::{act, compare, lab, sweep};

/// Takes a deed of the mouse in.
pub(super) fn pointed(model: &mut Model, pointer: Pointer) -> Effect {
    let Some(place) = place(model, pointer.at).filter(|_| model.mouse) else {
        return Effect::None;
    };
    // A value that is being edited is taken first, as by the arrows; what cannot be taken keeps the focus.
    if model.edit().is_some() {
        match model.screen {
            Screen::Sweep => sweep::take_value(model),
            Screen::Lab | Screen::Compare => model.form.take(&model.machine),
        }
        if model.edit().is_some() {
            return Effect::None;
        }
    }
    match pointer.deed {
        Deed::Click => click(model, place),
        Deed::WheelUp => wheel(model, place, Action::Up),
        Deed::WheelDown => wheel(model, place, Action::Down),
    }
}

fn click(model: &mut Model, place: Place) -> Effect {
    model.remark = None;
    match place {
        Place::Key(action) => return act(model, action),
        Place::Tab(screen) => return act(model, Action::Show(screen)),
        Place::Spot(spot) => compare::click(model, spot),
        Place::Sweep(spot) => return sweep::click(model, spot),
        Place::Item(Item::Run, _) => return act(model, Action::Run),
        Place::Item(item, step) => {
            model.focus = Panel::Plan;
            model.form.at = item;
            match (item.kind(), step) {
                (Kind::Check, _) => lab::change(model, Action::Toggle),
                (_, Some(Step::Less)) => lab::change(model, Action::Less),
                (_, Some(Step::More)) => lab::change(model, Action::More),
                (_, None) => {}
            }
        }
        Place::PlanLine => lab::open_plan(model),
        Place::Run(index) => {
            model.focus = Panel::Runs;
            model.chosen = Some(index);
            model.bands = Bands::default();
        }
        Place::Panel(panel) => model.focus = panel,
        Place::Overlay => {}
        Place::Outside => lab::close(model),
    }
    Effect::None
}

/// The wheel turns what is under it, wherever the focus is.
fn wheel(model: &mut Model, place: Place, action: Action) -> Effect {
    let panel = match place {
        Place::Spot(spot) => {
            compare::turn_to(model, spot);
            return act(model, action);
        }
        Place::Sweep(Spot::Setting(_) | Spot::Panel(Focus::Plan)) => {
            sweep::turn_to(model, Focus::Plan);
            return act(model, action);
        }
        Place::Sweep(_) => {
            sweep::turn_to(model, Focus::Curve);
            return act(model, if action == Action::Up { Action::Back } else { Action::Forth });
        }
        Place::Item(..) => Panel::Plan,
        Place::Run(_) => Panel::Runs,
        Place::Panel(panel) => panel,
        Place::Overlay => model.focus,
        Place::PlanLine | Place::Key(_) | Place::Tab(_) | Place::Outside => return Effect::None,
    };
    model.focus = panel;
    act(model, action)
}
