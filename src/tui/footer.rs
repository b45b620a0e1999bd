//! The footer: the keys that mean something now, from the table of keys.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use crate::tui::canvas::Canvas;
use crate::tui::compare::kept;
use crate::tui::form::Kind;
use crate::tui::keys::{self, Binding, Context, TABLE};
use crate::tui::lab;
use crate::tui::message::Action;
use crate::tui::model::{Activity, Model, Overlay, Panel, Screen};

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
        let Self(model) = self;
        let theme = &model.theme;
        let mut canvas = Canvas::new(area, buf);
        let contexts = keys::contexts(model);
        let mut rows: Vec<&Binding> = TABLE
            .iter()
            .filter(|row| row.rank > 0 && contexts.contains(&row.context) && means_something(row, model))
            .collect();
        rows.sort_by_key(|row| row.rank);
        let room = usize::from(canvas.width());
        // Help and quit, the last two, are always there; the rest as far as there is room.
        let width = |row: &&Binding| row.shown.width() + row.label.width() + 3;
        let keep = rows.len().saturating_sub(2);
        let mut budget = room.saturating_sub(1 + rows.iter().skip(keep).map(width).sum::<usize>());
        let mut x = 1;
        for (index, row) in rows.iter().enumerate() {
            if index < keep {
                if width(row) > budget {
                    continue;
                }
                budget -= width(row);
            }
            x = canvas.text(x, 0, row.shown, theme.accent);
            x = canvas.text(x + 1, 0, row.label, theme.dim) + 2;
        }
    }
}

/// Whether a key would do anything now that is worth a place.
fn means_something(row: &Binding, model: &Model) -> bool {
    let on_compare = model.screen == Screen::Compare;
    let contexts = keys::contexts(model);
    let running = matches!(model.activity, Activity::Running | Activity::Stopping);
    match row.action {
        Action::Run => !running,
        Action::Cancel => running,
        Action::Freeze => running || model.still.is_some(),
        Action::OpenPlan => model.overlay.is_none() && lab::lab_layout(model.area, model).plan.is_none(),
        Action::Up if row.context == Context::Workers => model.shown_row().is_some_and(|row| {
            let layout = lab::lab_layout(model.area, model);
            usize::from(layout.workers.chart_rows) * layout.workers.fold < row.slots as usize
        }),
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
