//! Keys, as a test names them.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::tui::message::{Effect, Message};
use crate::tui::model::Model;
use crate::tui::update::{refresh, update};

/// Presses keys: characters, and names in angle brackets as `<Enter>`; returns the effect of the last one.
pub(in crate::tui) fn press(model: &mut Model, keys: &str) -> Effect {
    let mut effect = Effect::None;
    let mut rest = keys;
    while let Some(c) = rest.chars().next() {
        let name = rest
            .strip_prefix('<')
            .and_then(|named| named.split_once('>'))
            .filter(|(name, _)| !name.is_empty());
        let (code, modifiers, after) = match name {
            Some((name, after)) => {
                let (code, modifiers) = named(name);
                (code, modifiers, after)
            }
            None => (KeyCode::Char(c), KeyModifiers::NONE, rest.split_at(c.len_utf8()).1),
        };
        effect = update(model, Message::Key(KeyEvent::new(code, modifiers)));
        refresh(model);
        rest = after;
    }
    effect
}

fn named(name: &str) -> (KeyCode, KeyModifiers) {
    let code = match name {
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Tab" => KeyCode::Tab,
        "BackTab" => KeyCode::BackTab,
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "Left" => KeyCode::Left,
        "Right" => KeyCode::Right,
        "Home" => KeyCode::Home,
        "End" => KeyCode::End,
        "PageUp" => KeyCode::PageUp,
        "PageDown" => KeyCode::PageDown,
        "Backspace" => KeyCode::Backspace,
        "F1" => KeyCode::F(1),
        "C-c" => return (KeyCode::Char('c'), KeyModifiers::CONTROL),
        "C-l" => return (KeyCode::Char('l'), KeyModifiers::CONTROL),
        "C-z" => return (KeyCode::Char('z'), KeyModifiers::CONTROL),
        other => panic!("no key {other}"),
    };
    (code, KeyModifiers::NONE)
}
