//! The plan of a sweep as a form in a panel, as the Lab has one.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::tui::canvas::{Canvas, clip, wrap};
use crate::tui::form::{Item, Kind};
use crate::tui::lab::layout::inside;
use crate::tui::lab::panel::Panel;
use crate::tui::model::Model;
use crate::tui::sweep::desk::{Focus, Intent};
use crate::tui::sweep::form::Setting;

/// Columns of the form where it lies over the curve.
const OVERLAY: u16 = 52;
/// The column at which values begin.
const VALUES: u16 = 11;

/// A line of the form.
enum Line {
    Setting(Setting),
    Said(String),
    Wrong(String),
    About(String),
    Blank,
}

/// Where the form lies over the curve: in the middle, above the keys.
pub(crate) fn overlay_area(area: Rect) -> Rect {
    let width = OVERLAY.min(area.width);
    let height = (Setting::ALL.len() as u16 + 9).min(area.height.saturating_sub(1));
    let y = area.y + (area.height.saturating_sub(1) - height) / 2;
    Rect { x: area.x + (area.width - width) / 2, y, width, height }
}

/// The setting that a place of the panel shows.
pub(crate) fn setting_at(model: &Model, area: Rect, at: Position) -> Option<Setting> {
    let inner = inside(area, true);
    if !inner.contains(at) {
        return None;
    }
    let lines = lines(model, usize::from(inner.width), usize::from(inner.height));
    match lines.get(usize::from(at.y - inner.y)) {
        Some(Line::Setting(setting)) => Some(*setting),
        _ => None,
    }
}

/// Draws the panel.
pub(crate) fn draw(model: &Model, area: Rect, buf: &mut Buffer) {
    let theme = &model.theme;
    let desk = &model.sweep;
    let edited: &[(&str, Style)] =
        if desk.intent() == Intent::Changed { &[("edited", theme.dim)] } else { &[] };
    Panel::new("Plan", theme).focused(desk.focus == Focus::Plan).render(area, buf, edited, &[]);
    let mut canvas = Canvas::new(inside(area, true), buf);
    let (width, height) = (canvas.width(), canvas.height());
    for (y, line) in (0..).zip(lines(model, usize::from(width), usize::from(height))) {
        match line {
            Line::Setting(Setting::Start) => button(model, &mut canvas, y),
            Line::Setting(one) => setting(model, &mut canvas, y, one),
            Line::Said(text) => {
                // A long one begins further left: nothing else is in its line.
                let x = VALUES.min(width.saturating_sub(text.chars().count() as u16));
                canvas.text(x, y, &text, theme.dim);
            }
            Line::Wrong(text) => {
                canvas.text(0, y, &text, theme.bad);
            }
            Line::About(text) => {
                canvas.text(0, y, &text, theme.dim);
            }
            Line::Blank => {}
        }
    }
}

/// The lines, as many as fit: what only parts goes first, then what explains; then those far from the focus.
fn lines(model: &Model, width: usize, height: usize) -> Vec<Line> {
    let form = &model.sweep.form;
    let problem = form.edit().and_then(|edit| edit.problem.as_deref());
    let mut lines = Vec::new();
    for setting in Setting::ALL {
        if matches!(setting, Setting::Counts | Setting::Repeats | Setting::Plan(Item::Runtime)) {
            lines.push(Line::Blank);
        }
        if setting == Setting::Start {
            lines.push(Line::Blank);
            let at = if model.sweep.focus == Focus::Plan { form.at } else { Setting::Start };
            let mut about = wrap(form.about(at), width, 2);
            about.resize(if problem.is_some() { 0 } else { 2 }, String::new());
            lines.extend(about.into_iter().map(Line::About));
            lines.push(Line::Blank);
        }
        lines.push(Line::Setting(setting));
        if setting == Setting::Plan(Item::Size) {
            lines.push(Line::Said(model.sweep.expected.size.clone()));
        }
        if let Some(problem) = problem.filter(|_| setting == form.at) {
            lines.extend(wrap(problem, width, 3).into_iter().map(Line::Wrong));
        }
    }
    for expendable in [
        (|line: &Line| matches!(line, Line::Blank)) as fn(&Line) -> bool,
        |line| matches!(line, Line::About(_)),
        |line| matches!(line, Line::Said(_)),
    ] {
        while lines.len() > height {
            let Some(at) = lines.iter().rposition(expendable) else { break };
            lines.remove(at);
        }
    }
    let focus = lines.iter().position(|line| matches!(line, Line::Setting(setting) if *setting == form.at));
    let first = (focus.unwrap_or(0) + 1).saturating_sub(height.saturating_sub(1).max(1));
    let first = first.min(lines.len().saturating_sub(height));
    lines.drain(..first);
    lines
}

fn setting(model: &Model, canvas: &mut Canvas<'_>, y: u16, setting: Setting) {
    let theme = &model.theme;
    let form = &model.sweep.form;
    let focused = model.sweep.focus == Focus::Plan && form.at == setting;
    let width = canvas.width();
    if focused {
        canvas.restyle(0, y, width, theme.row);
        canvas.text(0, y, "▸", theme.accent);
    }
    canvas.text(2, y, setting.label(form.base().task()), if focused { theme.text } else { theme.dim });
    let room = usize::from(width.saturating_sub(VALUES));
    if let Some(edit) = form.edit().filter(|_| focused) {
        // The end of a long text matters while it is typed.
        let skip = (edit.text.chars().count() + 1).saturating_sub(room);
        let shown: String = edit.text.chars().skip(skip).collect();
        let x = canvas.text(VALUES, y, &shown, theme.bright);
        canvas.text(x, y, " ", theme.button);
        return;
    }
    let value = form.value(setting, &model.machine);
    let style = if focused { theme.accent } else { theme.bright };
    match (setting.kind(), setting) {
        (Kind::Check, Setting::Plan(Item::Way(strategy))) => {
            let on = form.base().plan.strategies.contains(&strategy);
            let off = if focused { style } else { theme.dim };
            let (mark, style) = match (on, theme.ascii) {
                (true, false) => ("☑", style),
                (true, true) => ("[x]", style),
                (false, false) => ("☐", off),
                (false, true) => ("[ ]", off),
            };
            let x = canvas.text(VALUES, y, mark, style);
            canvas.text(x + 1, y, &value, style);
        }
        (Kind::Choice, _) => {
            let x = canvas.text(VALUES, y, "‹ ", theme.dim);
            let x = canvas.text(x, y, &clip(&value, room.saturating_sub(4)), style);
            canvas.text(x, y, " ›", theme.dim);
        }
        _ => {
            canvas.text(VALUES, y, &clip(&value, room), style);
            if focused && room > value.chars().count() + 4 {
                canvas.right(width, y, "‹ ›", theme.dim);
            }
        }
    }
}

fn button(model: &Model, canvas: &mut Canvas<'_>, y: u16) {
    let theme = &model.theme;
    let desk = &model.sweep;
    let words = match desk.intent() {
        Intent::Start => "Measure",
        Intent::Resume => "Go on",
        Intent::Changed => "Start anew",
        Intent::Again => "",
    };
    let focused = desk.focus == Focus::Plan && desk.form.at == Setting::Start;
    let (text, style) = match (model.is_busy(), focused) {
        (true, _) if desk.is_going() => ("measuring".to_owned(), theme.dim),
        (true, _) => ("a comparison is running".to_owned(), theme.dim),
        (false, _) if words.is_empty() => ("all is measured; R: again".to_owned(), theme.dim),
        (false, true) => (format!("   {words}   Enter   "), theme.button),
        (false, false) => (format!("[  {words}   Enter  ]"), theme.accent),
    };
    let x = canvas.width().saturating_sub(text.len() as u16) / 2;
    canvas.text(x, y, &text, style);
}
