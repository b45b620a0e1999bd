//! The header: where we are, and what state the machine is in.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use crate::tui::canvas::Canvas;
use crate::tui::model::{Model, Screen};
use crate::units::plural;

const NAME: &str = "poolscope";
/// From this width on all tabs are shown.
const TABS: u16 = 50;

/// The first line of the screen.
pub(crate) struct Header<'a>(&'a Model);

impl<'a> Header<'a> {
    /// The header of a model.
    pub(crate) const fn new(model: &'a Model) -> Self {
        Self(model)
    }
}

impl Header<'_> {
    /// The tabs that there is room for: the column at which each begins, its screen, and its words.
    fn tabs(&self, width: u16) -> impl Iterator<Item = (u16, Screen, &'static str)> {
        let open = self.0.screen;
        let all = [(Screen::Lab, " 1 Lab "), (Screen::Compare, " 2 Compare "), (Screen::Sweep, " 3 Sweep ")];
        // Where there is no room for all, the one that is open says where we are.
        let shown = all.into_iter().filter(move |(screen, _)| width >= TABS || *screen == open);
        shown.scan(1 + NAME.len() as u16 + 2, |x, (screen, tab)| {
            let at = *x;
            *x += tab.len() as u16 + 1;
            Some((at, screen, tab))
        })
    }

    /// The screen whose tab lies at a place of the header.
    pub(crate) fn screen_at(&self, area: Rect, at: Position) -> Option<Screen> {
        let x = at.x.checked_sub(area.x).filter(|_| area.contains(at))?;
        let mut tabs = self.tabs(area.width);
        tabs.find(|(from, _, tab)| (*from..from + tab.len() as u16).contains(&x)).map(|(_, screen, _)| screen)
    }
}

impl Widget for Header<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let Self(model) = self;
        let theme = &model.theme;
        let mut canvas = Canvas::new(area, buf);
        let mut x = canvas.text(1, 0, NAME, theme.accent);
        for (at, screen, tab) in self.tabs(area.width) {
            let style = match screen {
                screen if screen == model.screen => theme.bright.patch(theme.row),
                // A sweep goes on wherever one looks.
                Screen::Sweep if model.sweep.is_going() => theme.accent,
                _ => theme.dim,
            };
            x = canvas.text(at, 0, tab, style);
        }
        if model.still.is_some() {
            x = canvas.text(x + 2, 0, " frozen ", theme.button);
        }
        let plan = model.shown_plan();
        let machine = &*plan.machine(&model.machine);
        let available = machine.available();
        let mut cpus = if available == machine.cpus {
            plural(available.into(), "CPU")
        } else {
            format!("{available} of {} CPUs", machine.cpus)
        };
        if machine.is_simulated() {
            cpus = plural(available.into(), "simulated CPU");
            if model.is_simulating() {
                cpus = format!("{cpus} · {}", model.pace);
            }
        } else if let Some(load) = model.shown().cores.latest().and_then(|sample| sample.load) {
            cpus = format!("{cpus} · load {load:.1}");
        }
        let trust = model.verdict.trust.as_ref().map(|trust| {
            let level = usize::from(trust.level.min(4));
            format!(" · trust {}{}", "●".repeat(level), "○".repeat(4 - level))
        });
        let right = cpus + trust.as_deref().unwrap_or_default();
        let reason = model.verdict.trust.as_ref().and_then(|trust| trust.in_short);
        let reason = reason.map(|words| format!("{right}: {words}"));
        let fits = |words: &String| usize::from(x) + words.width() + 3 <= usize::from(canvas.width());
        if let Some(words) = reason.into_iter().chain([right]).find(fits) {
            canvas.right(canvas.width() - 1, 0, &words, theme.dim);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::analysis::Trust;
    use crate::tui::script::{finished, text};

    #[test]
    fn why_a_run_is_not_to_be_trusted_is_said_where_there_is_room() {
        for (columns, said) in [(120, true), (80, false)] {
            let mut model = finished(columns, 40);
            let (reasons, in_short) = (vec!["serial took longer".to_owned()], Some("unsteady speed"));
            model.verdict.trust = Some(Trust { level: 3, reasons, in_short });
            let first = text(&model).lines().next().unwrap_or_default().to_owned();
            assert!(first.contains("trust ●●●○"), "{first}");
            assert_eq!(first.contains("trust ●●●○: unsteady speed"), said, "{first}");
        }
    }
}
