//! Pages scroll: as far as there is more of them, and from page to page a row stays in sight.

use crate::tui::message::Action;
use crate::tui::model::{Model, Overlay};
use crate::tui::page::{reach, room};

/// Scrolls the page that is open.
pub(super) fn scroll(model: &mut Model, action: Action) {
    let (shown, last) = reach(model, room(model.area));
    let page = shown.saturating_sub(1).max(1);
    if let Some(Overlay::Consent { scroll, .. } | Overlay::Output { scroll, .. }) = &mut model.overlay {
        let to = match action {
            Action::Up => scroll.saturating_sub(1),
            Action::Down => scroll.saturating_add(1),
            Action::PageUp => scroll.saturating_sub(page),
            Action::PageDown => scroll.saturating_add(page),
            Action::First => 0,
            _ => last,
        };
        *scroll = to.min(last);
    }
}
