//! The screen as a picture of the model: pure, and the same for the same model.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};

use crate::tui::canvas::Canvas;
use crate::tui::compare;
use crate::tui::glyphs;
use crate::tui::help::Help;
use crate::tui::lab::{self, PlanPanel};
use crate::tui::model::{Model, Overlay, Screen};
use crate::tui::{page, sweep};

/// The smallest terminal on which there is a screen.
pub(crate) const LEAST: (u16, u16) = (40, 10);

/// Draws the model.
pub(crate) fn view(model: &Model, frame: &mut Frame<'_>) {
    draw(model, frame.buffer_mut());
}

fn draw(model: &Model, buf: &mut Buffer) {
    let area = buf.area;
    if area.width < LEAST.0 || area.height < LEAST.1 {
        notice(model, area, buf);
    } else if area == model.area {
        match model.screen {
            Screen::Lab => lab::view(model, buf),
            Screen::Compare => compare::view(model, buf),
            Screen::Sweep => sweep::view(model, buf),
        }
        overlay(model, area, buf);
    }
    if model.theme.ascii {
        glyphs::to_ascii(buf);
    }
}

fn notice(model: &Model, area: Rect, buf: &mut Buffer) {
    let have = format!("have {}×{}", area.width, area.height);
    let need = format!("need {}×{}", LEAST.0, LEAST.1);
    let mut canvas = Canvas::new(area, buf);
    let one = format!("{have}, {need}");
    if usize::from(area.width) > one.chars().count() {
        canvas.text(0, 0, &one, model.theme.text);
    } else {
        canvas.text(0, 0, &have, model.theme.text);
        canvas.text(0, 1, &need, model.theme.text);
    }
}

fn overlay(model: &Model, area: Rect, buf: &mut Buffer) {
    match model.overlay {
        Some(Overlay::Help { scroll }) => {
            // The keys stay in sight below.
            let area = Rect { height: area.height - 1, ..area };
            let gil = model.session.running().is_some_and(|run| run.gil_rule().is_some());
            let help = Help::new(&model.theme, model.screen, scroll);
            let help = help.gil(gil).simulating(model.is_simulating());
            help.commands(model.commands().is_some()).render(area, buf);
        }
        Some(Overlay::Plan) => {
            let area = PlanPanel::overlay_area(model);
            Clear.render(area, buf);
            PlanPanel::new(model).render(area, buf);
        }
        Some(Overlay::Consent { scroll, .. } | Overlay::Output { scroll, .. }) => {
            page::draw(model, scroll, page::room(area), buf);
        }
        None => {}
    }
}
