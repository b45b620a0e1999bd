//! The mouse: where a click or a turn of the wheel went, and what it asks for there.
//!
//! It does nothing that a key cannot do, and is off until it is asked for, so that text can be selected. Only presses and
//! the wheel are reported then: a report of every motion would wake the screen for nothing.

use ratatui::layout::{Position, Rect};

use crate::tui::compare::{self, Spot};
use crate::tui::footer::Footer;
use crate::tui::form::Item;
use crate::tui::lab::header::Header;
use crate::tui::lab::{self, PlanPanel, RunList};
use crate::tui::message::Action;
use crate::tui::model::{Model, Overlay, Panel, Screen};
use crate::tui::sweep;

/// What was done with the mouse, and where: columns and rows from 0.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) struct Pointer {
    /// Where.
    pub(crate) at: Position,
    /// What.
    pub(crate) deed: Deed,
}

/// What can be done with the mouse.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Deed {
    /// The first button was pressed.
    Click,
    /// The wheel was turned away, so that what is above comes into sight.
    WheelUp,
    /// The wheel was turned towards the person.
    WheelDown,
}

/// What lies at a place of the screen.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    /// An item of the plan, and what a click there changes of it: its value downwards or upwards.
    Item(Item, Option<Step>),
    /// The plan where it is one line.
    PlanLine,
    /// A row of the runs.
    Run(usize),
    /// A panel otherwise.
    Panel(Panel),
    /// Something on Compare.
    Spot(Spot),
    /// Something on the Sweep screen.
    Sweep(sweep::Spot),
    /// A tab.
    Tab(Screen),
    /// A key of the footer.
    Key(Action),
    /// What lies over the screen.
    Overlay,
    /// Beside what lies over the screen.
    Outside,
}

/// A way to change a value.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Step {
    /// To the previous one.
    Less,
    /// To the next one.
    More,
}

/// What lies there; none where nothing can be done.
pub(crate) fn place(model: &Model, at: Position) -> Option<Place> {
    let layout = lab::lab_layout(model.area, model);
    // Who agrees to commands presses a key for it.
    if matches!(model.overlay, Some(Overlay::Consent { .. })) {
        return Some(Place::Overlay);
    }
    if layout.footer.contains(at) {
        return Footer::new(model).action_at(layout.footer, at).map(Place::Key);
    }
    match model.overlay {
        Some(Overlay::Help { .. } | Overlay::Consent { .. } | Overlay::Output { .. }) => {
            return Some(Place::Overlay);
        }
        Some(Overlay::Plan) => {
            let area = PlanPanel::overlay_area(model);
            let within = item(model, area, at).unwrap_or(Place::Panel(Panel::Plan));
            return Some(if area.contains(at) { within } else { Place::Outside });
        }
        None => {}
    }
    if let Some(screen) = Header::new(model).screen_at(layout.header, at) {
        return Some(Place::Tab(screen));
    }
    match model.screen {
        Screen::Compare => return compare::spot(model, at).map(Place::Spot),
        Screen::Sweep => return sweep::spot(model, at).map(Place::Sweep),
        Screen::Lab => {}
    }
    if let Some(area) = layout.plan.filter(|area| area.contains(at)) {
        return Some(item(model, area, at).unwrap_or(Place::Panel(Panel::Plan)));
    }
    if layout.summary.is_some_and(|area| area.contains(at)) {
        return Some(Place::PlanLine);
    }
    if let Some(area) = layout.runs.filter(|area| area.contains(at)) {
        let run = RunList::new(model).framed(layout.framed).run_at(area, at.y);
        return Some(run.map_or(Place::Panel(Panel::Runs), Place::Run));
    }
    layout.workers.panel.contains(at).then_some(Place::Panel(Panel::Workers))
}

fn item(model: &Model, area: Rect, at: Position) -> Option<Place> {
    let (item, step) = PlanPanel::new(model).item_at(area, at)?;
    Some(Place::Item(item, step))
}

#[cfg(test)]
mod tests;
