//! What lies where on the Sweep screen, for the mouse.

use ratatui::layout::Position;

use crate::plan::Strategy;
use crate::tui::model::Model;
use crate::tui::sweep::desk::{Focus, Key};
use crate::tui::sweep::form::Setting;
use crate::tui::sweep::{curve, grid, plan, sweep_layout, table};

/// A mark that is further away than so many columns is not meant.
const NEAR: u16 = 4;

/// What lies at a place.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Spot {
    /// A point, of the curve or of the table.
    Point(Key),
    /// A line of the form.
    Setting(Setting),
    /// A panel otherwise.
    Panel(Focus),
}

/// What lies there; none where nothing can be done.
pub(crate) fn spot(model: &Model, at: Position) -> Option<Spot> {
    let layout = sweep_layout(model.area, model);
    if let Some(area) = layout.plan.filter(|area| area.contains(at)) {
        return Some(plan::setting_at(model, area, at).map_or(Spot::Panel(Focus::Plan), Spot::Setting));
    }
    if let Some(area) = layout.table.filter(|area| area.contains(at)) {
        let point = table::point_at(model, area, layout.framed, at.y);
        return Some(point.map_or(Spot::Panel(Focus::Curve), Spot::Point));
    }
    let area = layout.curve.filter(|area| area.contains(at))?;
    if model.sweep.grid {
        let shape = grid::shape_at(model, area, layout.framed, at);
        return Some(shape.map_or(Spot::Panel(Focus::Curve), |shape| Spot::Point((Strategy::Hybrid, shape))));
    }
    let (plot, scale) = curve::plot(model, area, layout.framed);
    let (x, y) = (at.x.saturating_sub(plot.x), at.y.saturating_sub(plot.y));
    let away = |(_, column, row): &(Key, u16, u16)| (column.abs_diff(x), row.abs_diff(y));
    let nearest = curve::marked(model, &scale).into_iter().min_by_key(away);
    let near = nearest.filter(|mark| away(mark).0 <= NEAR);
    Some(near.map_or(Spot::Panel(Focus::Curve), |(point, ..)| Spot::Point(point)))
}
