//! The footer: the keys that mean something now, from the table of keys.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use crate::state::RunState;
use crate::tui::canvas::Canvas;
use crate::tui::compare::kept;
use crate::tui::form::Kind;
use crate::tui::ghost;
use crate::tui::keys::{self, Binding, Context, TABLE};
use crate::tui::lab;
use crate::tui::message::Action;
use crate::tui::model::{Activity, Model, Overlay, Panel, Screen};
use crate::tui::page;
use crate::tui::sweep::desk::{Focus, Intent};

/// The last line of the screen.
pub(crate) struct Footer<'a>(&'a Model);

impl<'a> Footer<'a> {
    /// The footer of a model.
    pub(crate) const fn new(model: &'a Model) -> Self {
        Self(model)
    }
}

impl Widget for Footer<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let theme = &self.0.theme;
        let mut canvas = Canvas::new(area, buf);
        for (x, binding) in self.places(area.width) {
            let x = canvas.text(x, 0, binding.shown(theme), theme.accent);
            canvas.text(x + 1, 0, keys::label(binding, self.0), theme.dim);
        }
    }
}

impl Footer<'_> {
    /// What the key asks for that is named at a place of the footer; none where it would be several.
    pub(crate) fn action_at(&self, area: Rect, at: Position) -> Option<Action> {
        let x = at.x.checked_sub(area.x)?;
        let theme = &self.0.theme;
        let within = |(from, row): &(u16, &Binding)| {
            (*from..from + (row.shown(theme).width() + keys::label(row, self.0).width() + 1) as u16)
                .contains(&x)
        };
        let (_, row) = self.places(area.width).into_iter().find(within)?;
        (!row.shown.contains(' ')).then_some(row.action)
    }

    /// The keys that there is room for, and the columns at which they begin.
    fn places(&self, columns: u16) -> Vec<(u16, &'static Binding)> {
        let Self(model) = self;
        let contexts = keys::contexts(model);
        let mut rows: Vec<&'static Binding> = TABLE
            .iter()
            .filter(|row| row.rank > 0 && contexts.contains(&row.context) && means_something(row, model))
            .collect();
        rows.sort_by_key(|row| row.rank);
        let room = usize::from(columns);
        // Help and quit, the last two, are always there; the rest as far as there is room.
        let width = |row: &&Binding| row.shown(&model.theme).width() + keys::label(row, model).width() + 3;
        let keep = rows.len().saturating_sub(2);
        let mut budget = room.saturating_sub(1 + rows.iter().skip(keep).map(width).sum::<usize>());
        let mut x = 1;
        let mut places = Vec::new();
        for (index, row) in rows.into_iter().enumerate() {
            if index < keep {
                if width(&row) > budget {
                    continue;
                }
                budget -= width(&row);
            }
            places.push((x, row));
            x += width(&row) as u16;
        }
        places
    }
}

/// The same on the Sweep screen.
fn means_something_in_a_sweep(row: &Binding, model: &Model) -> bool {
    let desk = &model.sweep;
    let points = desk.course.as_ref().is_some_and(|course| !course.points().is_empty());
    match row.action {
        Action::Run => !model.is_busy() && desk.intent() != Intent::Again,
        Action::StartAnew => !model.is_busy() && matches!(desk.intent(), Intent::Again | Intent::Resume),
        Action::Cancel => matches!(model.activity, Activity::Running | Activity::Stopping),
        Action::Freeze | Action::ZoomIn | Action::Earlier => false,
        Action::OpenPlan => desk.focus == Focus::Curve,
        Action::Less => desk.form.at.kind() != Kind::Check && desk.form.at.kind() != Kind::Button,
        Action::Toggle => desk.form.at.kind() == Kind::Check,
        Action::Close => model.overlay.is_some() || desk.opened.is_some() || desk.focus == Focus::Plan,
        // There is nothing drawn while something else has its place.
        Action::NextMeasure => points && desk.opened.is_none(),
        Action::Back | Action::Open | Action::Export | Action::Why => points,
        Action::Output => model.commands().is_some_and(|log| log.totals.ended > 0),
        Action::Up if row.context == Context::Curve => {
            let course = desk.course.as_ref();
            points && course.is_some_and(|course| course.sweep.plan().plan.strategies.len() > 1)
        }
        _ => true,
    }
}

/// Whether a key would do anything now that is worth a place.
fn means_something(row: &Binding, model: &Model) -> bool {
    if matches!(row.context, Context::Consent | Context::Output) {
        return match row.action {
            Action::Agree => model.may_agree(),
            Action::Up => page::reach(model, page::room(model.area)).1 > 0,
            _ => true,
        };
    }
    let on_compare = model.screen == Screen::Compare;
    if model.screen == Screen::Sweep {
        return means_something_in_a_sweep(row, model);
    }
    let contexts = keys::contexts(model);
    let running = matches!(model.activity, Activity::Running | Activity::Stopping);
    match row.action {
        Action::Run => !running,
        // What cannot be predicted can still be switched off.
        Action::Predict => !running && (model.ghost.on || ghost::refusal(&model.form.plan).is_none()),
        Action::Cancel => running,
        // One worker alone never waits for the lock.
        Action::GilShorter => {
            let contends = |run: &RunState| run.gil_rule().is_some() && run.start.shape.threads > 1;
            model.session.running().is_some_and(contends)
        }
        Action::Output => model.commands().is_some_and(|log| log.totals.ended > 0),
        Action::Freeze => running || model.still.is_some(),
        Action::OpenPlan => model.overlay.is_none() && lab::lab_layout(model.area, model).plan.is_none(),
        Action::Up if row.context == Context::Workers => model.shown_row().is_some_and(|row| row.slots > 1),
        Action::OpenBand => lab::lab_layout(model.area, model).workers.fold > 1,
        Action::Less => model.form.at.kind() != Kind::Check && model.form.at.kind() != Kind::Button,
        Action::Toggle => model.form.at.kind() == Kind::Check,
        Action::Close if row.context == Context::Everywhere => {
            on_compare && (model.compare.opened.is_some() || model.compare.differences)
        }
        Action::NextWork => kept::works(&kept::all(model)).len() > 1,
        Action::ZoomIn if on_compare => !contexts.contains(&Context::Empty),
        Action::ZoomIn => !model.shown().runs.is_empty() && model.form.at.kind() != Kind::Value,
        Action::Earlier
            if !on_compare && row.context == Context::Everywhere && model.focus == Panel::Workers =>
        {
            false
        }
        Action::Earlier if on_compare => model.compare.window.is_zoomed(),
        Action::Earlier => model.window.is_zoomed(),
        Action::NextPanel => model.overlay != Some(Overlay::Plan),
        Action::Expand => model.focus != Panel::Plan || model.expanded,
        _ => true,
    }
}
