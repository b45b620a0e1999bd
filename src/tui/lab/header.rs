//! The header: where we are, and what state the machine is in.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use crate::tui::canvas::Canvas;
use crate::tui::model::{Model, Screen};
use crate::units::plural;

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

impl Widget for Header<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let Self(model) = self;
        let theme = &model.theme;
        let mut canvas = Canvas::new(area, buf);
        let mut x = canvas.text(1, 0, "poolscope", theme.accent);
        x += 2;
        // Where there is no room for all tabs, the one that is open says where we are.
        let wide = canvas.width() >= TABS;
        for (screen, tab) in [(Screen::Lab, " 1 Lab "), (Screen::Compare, " 2 Compare ")] {
            if screen == model.screen {
                x = canvas.text(x, 0, tab, theme.bright.patch(theme.row)) + 1;
            } else if wide {
                x = canvas.text(x, 0, tab, theme.dim) + 1;
            }
        }
        x -= 1;
        if model.still.is_some() {
            x = canvas.text(x + 2, 0, " frozen ", theme.button);
        }
        let machine = &model.machine;
        let available = machine.available();
        let mut cpus = if available == machine.cpus {
            plural(available.into(), "CPU")
        } else {
            format!("{available} of {} CPUs", machine.cpus)
        };
        if let Some(load) = model.shown().cores.latest().and_then(|sample| sample.load) {
            cpus = format!("{cpus} · load {load:.1}");
        }
        let trust = model.verdict.trust.as_ref().map(|trust| {
            let level = usize::from(trust.level.min(4));
            format!(" · trust {}{}", "●".repeat(level), "○".repeat(4 - level))
        });
        let right = cpus + trust.as_deref().unwrap_or_default();
        if usize::from(x) + right.width() + 3 <= usize::from(canvas.width()) {
            canvas.right(canvas.width() - 1, 0, &right, theme.dim);
        }
    }
}
