//! The help: every key, by where it means something, from the table of keys.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Clear, Widget};

use crate::event::Phase;
use crate::tui::canvas::Canvas;
use crate::tui::glyphs::phase_glyph;
use crate::tui::keys::{self, Context, TABLE};
use crate::tui::lab::lanes::paint;
use crate::tui::lab::legend::{self, PHASES};
use crate::tui::lab::panel::Panel;
use crate::tui::message::Action;
use crate::tui::model::Screen;
use crate::tui::theme::Theme;

/// The overlay with all keys.
pub(crate) struct Help<'a> {
    theme: &'a Theme,
    screen: Screen,
    simulating: bool,
    scroll: u16,
    gil: bool,
    commands: bool,
}

/// A line of the help.
enum Line {
    Heading(&'static str),
    Key(&'static str, &'static str),
    Phase(Phase, &'static str),
    Sign(char, Style, &'static str, &'static str),
}

impl<'a> Help<'a> {
    /// The help of a screen, with so many lines scrolled away.
    pub(crate) const fn new(theme: &'a Theme, screen: Screen, scroll: u16) -> Self {
        Self { theme, screen, simulating: false, scroll, gil: false, commands: false }
    }

    /// With the keys of a simulated run that goes on, or without.
    #[must_use]
    pub(crate) const fn simulating(mut self, simulating: bool) -> Self {
        self.simulating = simulating;
        self
    }

    /// With the keys of a run that goes on under interpreters' locks, or without.
    #[must_use]
    pub(crate) const fn gil(mut self, gil: bool) -> Self {
        self.gil = gil;
        self
    }

    /// With the keys of a run whose tasks are commands, or without.
    #[must_use]
    pub(crate) const fn commands(mut self, commands: bool) -> Self {
        self.commands = commands;
        self
    }
}

impl Widget for Help<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let theme = self.theme;
        let lines = lines(self.screen, (self.simulating, self.gil, self.commands), theme);
        let columns: u16 = if area.width >= 80 { 2 } else { 1 };
        let per_column = (lines.len() as u16).div_ceil(columns);
        let width = (columns * 38 + 4).min(area.width);
        let height = (per_column + 2).min(area.height);
        let area = Rect {
            x: area.x + (area.width - width) / 2,
            y: area.y + (area.height - height) / 2,
            width,
            height,
        };
        Clear.render(area, buf);
        let more = height < per_column + 2;
        let scroll =
            if more { format!("{} scroll · ", keys::named("↑ ↓", theme)) } else { String::new() };
        let below = format!("{scroll}Esc close");
        Panel::new("Keys", theme).focused(true).render(area, buf, &[], &[(below.as_str(), theme.dim)]);
        let mut canvas = Canvas::new(area, buf);
        let mut inner = canvas.part(2, 1, width.saturating_sub(4), height.saturating_sub(2));
        let rows = inner.height();
        let scroll = self.scroll.min(per_column.saturating_sub(rows));
        for (index, line) in lines.iter().enumerate() {
            let index = index as u16;
            let (column, row) = (index / per_column.max(1), index % per_column.max(1));
            if row < scroll || row - scroll >= rows {
                continue;
            }
            draw(&mut inner, column * 38, row - scroll, line, theme);
        }
    }
}

fn draw(canvas: &mut Canvas<'_>, x: u16, y: u16, line: &Line, theme: &Theme) {
    match line {
        Line::Heading(text) => {
            canvas.text(x, y, text, theme.bright);
        }
        Line::Key(keys, label) => {
            canvas.text(x + 1, y, keys::named(keys, theme), theme.accent);
            canvas.text(x + 12, y, label, theme.text);
        }
        Line::Sign(sign, style, name, words) => {
            canvas.glyph(x + 1, y, *sign, *style);
            canvas.text(x + 3, y, name, theme.text);
            canvas.text(x + 13, y, words, theme.dim);
        }
        Line::Phase(phase, words) => {
            canvas.glyph(x + 1, y, phase_glyph(*phase), theme.pure(*phase, false));
            canvas.text(x + 3, y, phase.name(), theme.text);
            canvas.text(x + 13, y, words, theme.dim);
        }
    }
}

/// The contexts of the Lab, by their headings.
const LAB: [(Context, &str); 5] = [
    (Context::Lab, "Lab"),
    (Context::Plan, "Plan"),
    (Context::Editing, "A value that is edited"),
    (Context::Runs, "Runs"),
    (Context::Workers, "Workers"),
];
/// The same of Compare.
const COMPARE: [(Context, &str); 2] =
    [(Context::Compare, "Compare"), (Context::Opened, "A run that is opened")];

/// The same of the Sweep screen.
const SWEEP: [(Context, &str); 4] = [
    (Context::Sweep, "Sweep"),
    (Context::Curve, "Curve"),
    (Context::Plan, "Plan"),
    (Context::Editing, "A value that is edited"),
];

fn lines(screen: Screen, (simulating, gil, commands): (bool, bool, bool), theme: &Theme) -> Vec<Line> {
    let mut lines = Vec::new();
    let own: &[(Context, &'static str)] = match screen {
        Screen::Lab => &LAB,
        Screen::Compare => &COMPARE,
        Screen::Sweep => &SWEEP,
    };
    let simulated = simulating.then_some((Context::Simulating, "A simulated run"));
    let everywhere = [(Context::Everywhere, "Everywhere")].into_iter().chain(simulated);
    for (context, heading) in everywhere.chain(own.iter().copied()) {
        lines.push(Line::Heading(heading));
        let still = matches!(screen, Screen::Sweep);
        // Over numbers of workers there is no time to freeze or to zoom into.
        let means = |row: &&keys::Binding| match row.action {
            Action::GilShorter => gil,
            Action::Output => commands,
            Action::Freeze | Action::ZoomIn | Action::Earlier => !still,
            _ => true,
        };
        let rows = TABLE.iter().filter(|row| row.context == context && !row.shown.is_empty()).filter(means);
        lines.extend(rows.map(|row| Line::Key(row.shown, row.label)));
    }
    lines.push(Line::Heading("What a worker does"));
    lines.extend(PHASES.map(|(phase, words)| Line::Phase(phase, words)));
    lines.push(Line::Heading("What else is told"));
    let (sign, style) = paint::preempted(theme);
    lines.push(Line::Sign(sign, style, "preempted", "has work, and no CPU"));
    let (sign, style) = legend::shade(Phase::Computing, theme);
    lines.push(Line::Sign(sign, style, "next task", "has the second shade"));
    lines.push(Line::Sign('%', theme.text, "at work", "computing or blocked"));
    lines.push(Line::Sign('×', theme.bad, "stolen", "by the hypervisor"));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::{Depth, Palette};

    #[test]
    fn arrows_have_names_where_they_would_look_like_other_keys() {
        let theme = |ascii| Theme::new(Palette::Dark, Depth::True, ascii);
        let shown = |ascii| TABLE.iter().map(move |row| row.shown(&theme(ascii))).collect::<Vec<_>>();
        assert!(shown(true).iter().all(|keys| keys.is_ascii()), "{:?}", shown(true));
        assert!(shown(true).contains(&"< >") && shown(true).contains(&"Left Right"));
        assert!(shown(false).contains(&"← →"));
    }

    #[test]
    fn the_help_names_every_shown_key() {
        let theme = Theme::new(Palette::Dark, Depth::True, true);
        let named = |screen| {
            lines(screen, (true, true, true), &theme)
                .iter()
                .filter(|line| matches!(line, Line::Key(..)))
                .count()
        };
        let rows =
            |context| TABLE.iter().filter(|row| row.context == context && !row.shown.is_empty()).count();
        // What the help itself and an empty Compare take is told by their last line.
        let told =
            |context| !matches!(context, Context::Help | Context::Empty | Context::Consent | Context::Output);
        let shown = TABLE.iter().filter(|row| told(row.context) && !row.shown.is_empty()).count();
        // What holds everywhere is named on all three, and a form on two of them; time is
        // not drawn on one.
        assert_eq!(
            named(Screen::Lab) + named(Screen::Compare) + named(Screen::Sweep),
            shown
                + 2 * (rows(Context::Everywhere) + rows(Context::Simulating))
                + rows(Context::Plan)
                + rows(Context::Editing)
                - 3
        );
    }
}
