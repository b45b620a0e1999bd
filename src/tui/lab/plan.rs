//! The plan: a form in a panel, or one line where there is no room for it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use crate::plan::Strategy;
use crate::tui::canvas::{Canvas, clip, wrap};
use crate::tui::form::{Edit, Item, Kind};
use crate::tui::lab::layout::inside;
use crate::tui::lab::panel;
use crate::tui::model::{Model, Overlay, Panel};
use crate::tui::pointer::Step;
use crate::units::plural;

/// Columns of the overlay.
const OVERLAY_WIDTH: u16 = 52;
/// The column at which values begin.
const VALUES: u16 = 11;

/// A line of the form.
enum Line {
    Item(Item),
    Said(String),
    Wrong(String),
    Blank,
    About(String),
}

/// Lines that the form needs to show everything.
pub(super) const fn rows_wanted(_model: &Model) -> u16 {
    20
}

/// The form.
pub(crate) struct PlanPanel<'a>(&'a Model);

impl<'a> PlanPanel<'a> {
    /// The form of a model.
    pub(crate) const fn new(model: &'a Model) -> Self {
        Self(model)
    }

    /// Where the overlay that shows the form is: in the middle, above the keys.
    pub(crate) fn overlay_area(model: &Model) -> Rect {
        let area = model.area;
        let width = OVERLAY_WIDTH.min(area.width);
        let height = (rows_wanted(model) + 2).min(area.height.saturating_sub(1));
        let y = area.y + (area.height.saturating_sub(1) - height) / 2;
        Rect { x: area.x + (area.width - width) / 2, y, width, height }
    }

    /// The item that a place of the form shows, and what a click there changes.
    pub(crate) fn item_at(&self, area: Rect, at: Position) -> Option<(Item, Option<Step>)> {
        let inner = inside(area, true);
        if !inner.contains(at) {
            return None;
        }
        let lines = self.lines(usize::from(inner.width), usize::from(inner.height));
        let Some(Line::Item(item)) = lines.get(usize::from(at.y - inner.y)) else { return None };
        let (x, arrows) = (at.x - inner.x, inner.width.saturating_sub(3));
        let value = self.0.form.value(*item, &self.0.machine);
        let step = match item.kind() {
            // Between the marks of a choice, and on the second of them, the next one comes.
            Kind::Choice if (VALUES..VALUES + 2).contains(&x) => Some(Step::Less),
            Kind::Choice if (VALUES + 2..VALUES + 4 + value.width() as u16).contains(&x) => Some(Step::More),
            Kind::Value if self.0.form.at == *item && x == arrows => Some(Step::Less),
            Kind::Value if self.0.form.at == *item && x == arrows + 2 => Some(Step::More),
            _ => None,
        };
        Some((*item, step))
    }

    fn has_focus(&self) -> bool {
        self.0.focus == Panel::Plan || self.0.overlay == Some(Overlay::Plan)
    }

    /// The lines, as many as fit: what only explains goes first, then what only parts.
    fn lines(&self, width: usize, height: usize) -> Vec<Line> {
        let model = self.0;
        let problem = model.form.edit.as_ref().and_then(|edit| edit.problem.as_deref());
        let mut lines = Vec::new();
        for item in Item::ALL {
            if matches!(item, Item::Way(Strategy::Serial) | Item::Chunk) {
                lines.push(Line::Blank);
            }
            if item == Item::Run {
                lines.push(Line::Blank);
                let about = if self.has_focus() { model.form.at } else { Item::Run };
                let mut about = wrap(about.about(model.form.task()), width, 2);
                about.resize(if problem.is_some() { 0 } else { 2 }, String::new());
                lines.extend(about.into_iter().map(Line::About));
                lines.push(Line::Blank);
            }
            lines.push(Line::Item(item));
            if item == Item::Size {
                lines.push(Line::Said(model.forecast.size_words(&model.form.plan)));
            }
            if let Some(problem) = problem.filter(|_| item == model.form.at) {
                lines.extend(wrap(problem, width, 3).into_iter().map(Line::Wrong));
            }
        }
        for expendable in [
            (|line: &Line| matches!(line, Line::About(text) if text.is_empty())) as fn(&Line) -> bool,
            |line| matches!(line, Line::Blank),
            |line| matches!(line, Line::About(_)),
            |line| matches!(line, Line::Said(_)),
        ] {
            while lines.len() > height {
                let Some(at) = lines.iter().rposition(expendable) else { break };
                lines.remove(at);
            }
        }
        lines
    }
}

impl Widget for PlanPanel<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let model = self.0;
        let theme = &model.theme;
        let edited: &[(&str, Style)] = if model.is_edited() { &[("edited", theme.dim)] } else { &[] };
        panel::Panel::new("Plan", theme).focused(self.has_focus()).render(area, buf, edited, &[]);
        let mut canvas = Canvas::new(area, buf);
        let (width, height) = (canvas.width().saturating_sub(4), canvas.height().saturating_sub(2));
        let mut inner = canvas.part(2, 1, width, height);
        let lines = self.lines(usize::from(width), usize::from(height));
        for (y, line) in lines.iter().enumerate() {
            let y = y as u16;
            match line {
                Line::Item(item) => self.item(&mut inner, y, *item),
                Line::Said(text) => {
                    // A long one begins further left: nothing else is in its line.
                    let x = VALUES.min(width.saturating_sub(text.width() as u16));
                    inner.text(x, y, text, theme.dim);
                }
                Line::Wrong(text) => {
                    inner.text(0, y, text, theme.bad);
                }
                Line::About(text) => {
                    inner.text(0, y, text, theme.dim);
                }
                Line::Blank => {}
            }
        }
    }
}

impl PlanPanel<'_> {
    fn item(&self, canvas: &mut Canvas<'_>, y: u16, item: Item) {
        let model = self.0;
        let theme = &model.theme;
        let focused = self.has_focus() && model.form.at == item;
        let width = canvas.width();
        if item == Item::Run {
            button(canvas, y, focused, model);
            return;
        }
        if focused {
            canvas.restyle(0, y, width, theme.row);
            canvas.text(0, y, "▸", theme.accent);
        }
        canvas.text(2, y, item.label(), if focused { theme.text } else { theme.dim });
        if let Some(edit) = model.form.edit.as_ref().filter(|_| focused) {
            draw_edit(canvas, y, edit, model);
            return;
        }
        let value = model.form.value(item, &model.machine);
        let style = if focused { theme.accent } else { theme.bright };
        let room = usize::from(width.saturating_sub(VALUES));
        match item.kind() {
            Kind::Check => {
                let Item::Way(strategy) = item else { return };
                let on = model.form.plan.strategies.contains(&strategy);
                let (mark, style) =
                    if on { ("☑", style) } else { ("☐", if focused { style } else { theme.dim }) };
                canvas.text(VALUES, y, mark, style);
                let end = canvas.text(VALUES + 2, y, &value, style);
                let time = model.planned_text(strategy).filter(|_| on);
                let room = usize::from(width.saturating_sub(end + 1));
                if let Some(time) = time.filter(|time| time.width() <= room) {
                    canvas.right(width, y, &time, theme.dim);
                }
            }
            Kind::Choice => {
                let x = canvas.text(VALUES, y, "‹ ", theme.dim);
                // A mix may be longer than there is room.
                let x = canvas.text(x, y, &clip(&value, room.saturating_sub(4)), style);
                canvas.text(x, y, " ›", theme.dim);
            }
            _ => {
                canvas.text(VALUES, y, &clip(&value, room), style);
                if focused && room > value.width() + 4 {
                    canvas.right(width, y, "‹ ›", theme.dim);
                }
            }
        }
    }
}

fn draw_edit(canvas: &mut Canvas<'_>, y: u16, edit: &Edit, model: &Model) {
    let room = usize::from(canvas.width().saturating_sub(VALUES + 1));
    // The end of a long text matters while it is typed.
    let skip = edit.text.chars().count().saturating_sub(room);
    let shown: String = edit.text.chars().skip(skip).collect();
    let x = canvas.text(VALUES, y, &shown, model.theme.bright);
    canvas.text(x, y, " ", model.theme.button);
}

fn button(canvas: &mut Canvas<'_>, y: u16, focused: bool, model: &Model) {
    let theme = &model.theme;
    let (text, style) = match (model.is_busy(), focused) {
        (true, _) if model.sweep.is_going() => ("a sweep is going on", theme.dim),
        (true, _) => ("running", theme.dim),
        (false, true) => ("   Run   Enter   ", theme.button),
        (false, false) => ("[  Run   Enter  ]", theme.accent),
    };
    let x = canvas.width().saturating_sub(text.len() as u16) / 2;
    canvas.text(x, y, text, style);
}

/// The plan in one line.
pub(crate) struct PlanLine<'a>(&'a Model);

impl<'a> PlanLine<'a> {
    /// The line of a model.
    pub(crate) const fn new(model: &'a Model) -> Self {
        Self(model)
    }
}

impl Widget for PlanLine<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let Self(model) = self;
        let theme = &model.theme;
        let form = &model.form;
        let mut canvas = Canvas::new(area, buf);
        let focused = model.focus == Panel::Plan && model.overlay.is_none();
        let (text, style) = match (model.is_busy(), focused) {
            (true, _) => ("", theme.dim),
            (false, true) => (" Run  Enter ", theme.button),
            (false, false) => ("[Run  Enter]", theme.accent),
        };
        let end = canvas.width().saturating_sub(1);
        let end = if text.is_empty() { end } else { canvas.right(end, 0, text, style).saturating_sub(2) };
        let value = |item| form.value(item, &model.machine);
        let ways: Vec<&str> = form.plan.strategies.iter().map(|strategy| strategy.name()).collect();
        let runtime = form.plan.runtime.after(String::new());
        let work = format!(
            "{} × {} {} · {} workers",
            value(Item::Tasks),
            value(Item::Task),
            value(Item::Size),
            value(Item::Workers),
        );
        let label = if focused { theme.focus } else { theme.dim };
        let x = canvas.text(1, 0, "Plan", label) + 2;
        let room = usize::from(end.saturating_sub(x));
        // The ways are in the list of the runs, too.
        let all = [
            format!("{work} · {}{runtime}", ways.join(", ")),
            format!("{work} · {}{runtime}", plural(ways.len() as u64, "way")),
            format!("{work}{}", if runtime.is_empty() { String::new() } else { format!(" ·{runtime}") }),
        ];
        let fits = all.iter().find(|words| words.chars().count() <= room);
        canvas.text(x, 0, &clip(fits.unwrap_or(&work), room), theme.text);
    }
}
