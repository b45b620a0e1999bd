//! Keys, and deeds of the mouse, from the bytes that a terminal sends in their place.
//!
//! It knows the sequences of xterm, of the Linux console and of everything that imitates them, as far as this program has
//! a use for the key, and skips every other sequence as a whole. Nothing that is sent can make it wait for ever: a
//! sequence that does not go on is given up, and one that is too long is none.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Position;

use crate::tui::input::Input;
use crate::tui::pointer::{Deed, Pointer};

const ESCAPE: u8 = 0x1b;
/// The longest sequence that a key has, with some to spare.
const LONGEST: usize = 32;
/// The longest string that is skipped as a whole.
const LONGEST_STRING: usize = 4_096;

/// Bytes on their way to becoming input.
#[derive(Debug, Default)]
pub(super) struct Parser {
    held: Vec<u8>,
    /// Within a string: how much of it has been skipped.
    string: Option<usize>,
}

/// What the beginning of some bytes is.
enum Read {
    /// So many bytes are this input, or none that matters.
    Input(usize, Option<Input>),
    /// So many bytes begin a string: what a terminal answers, of any length.
    String(usize),
    /// The beginning of something.
    More,
}

impl Parser {
    /// Takes bytes in; returns the input that is complete.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Vec<Input> {
        self.held.extend_from_slice(bytes);
        let mut inputs = Vec::new();
        let mut at = 0;
        while let Some(rest) = self.held.get(at..).filter(|rest| !rest.is_empty()) {
            if let Some(skipped) = self.string {
                let (length, ends) = string(rest);
                let skipped = skipped + length;
                self.string = (!ends && skipped < LONGEST_STRING).then_some(skipped);
                at += length;
                if length == 0 && self.string.is_some() {
                    break;
                }
                continue;
            }
            match read(rest) {
                Read::String(length) => {
                    at += length;
                    self.string = Some(0);
                }
                Read::Input(length, input) => {
                    at += length;
                    inputs.extend(input);
                }
                Read::More if rest.len() > LONGEST => at += 1,
                Read::More => break,
            }
        }
        self.held.drain(..at);
        inputs
    }

    /// Whether there is the beginning of a sequence.
    pub(super) fn is_waiting(&self) -> bool {
        !self.held.is_empty() || self.string.is_some()
    }

    /// Nothing followed: an escape alone is the Esc key, anything else is nothing.
    pub(super) fn give_up(&mut self) -> Option<Input> {
        let held = std::mem::take(&mut self.held);
        let within = self.string.take().is_some();
        (held == [ESCAPE] && !within).then(|| plain(KeyCode::Esc))
    }
}

const fn plain(code: KeyCode) -> Input {
    Input::Key(KeyEvent::new(code, KeyModifiers::NONE))
}

const fn ctrl(c: char) -> Input {
    Input::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL))
}

fn read(bytes: &[u8]) -> Read {
    let Some(&first) = bytes.first() else { return Read::More };
    match first {
        ESCAPE => escape(bytes),
        b'\r' | b'\n' => Read::Input(1, Some(plain(KeyCode::Enter))),
        b'\t' => Read::Input(1, Some(plain(KeyCode::Tab))),
        0x08 | 0x7f => Read::Input(1, Some(plain(KeyCode::Backspace))),
        1..=26 => Read::Input(1, Some(ctrl(char::from(first - 1 + b'a')))),
        0..=31 => Read::Input(1, None),
        _ => character(bytes),
    }
}

fn character(bytes: &[u8]) -> Read {
    let end = bytes.len().min(4);
    let head = bytes.get(..end).unwrap_or(bytes);
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.valid_up_to() > 0 => {
            std::str::from_utf8(head.get(..error.valid_up_to()).unwrap_or(&[])).unwrap_or_default()
        }
        Err(error) if error.error_len().is_none() && end < 4 => return Read::More,
        Err(_) => return Read::Input(1, None),
    };
    match text.chars().next() {
        Some(c) => Read::Input(c.len_utf8(), (!c.is_control()).then(|| plain(KeyCode::Char(c)))),
        None => Read::Input(1, None),
    }
}

fn escape(bytes: &[u8]) -> Read {
    match bytes.get(1) {
        None => Read::More,
        Some(b'[') => control_sequence(bytes),
        Some(b'O') => match bytes.get(2) {
            None => Read::More,
            Some(last) => Read::Input(3, named(*last, &[]).map(plain)),
        },
        // What a terminal has to say of itself, at any time.
        Some(b']' | b'P' | b'X' | b'^' | b'_') => Read::String(2),
        // A key with Alt, which means nothing here; or Esc and at once another key, which do.
        Some(_) => Read::Input(1, Some(plain(KeyCode::Esc))),
    }
}

/// How much of these bytes belongs to a string, and whether it ends with them: at BEL, at `ESC \`, and before any other
/// control character, which no answer has.
fn string(bytes: &[u8]) -> (usize, bool) {
    let length = bytes.iter().take_while(|byte| !matches!(byte, 0..=0x1f | 0x7f)).count();
    match bytes.get(length..).unwrap_or(&[]) {
        [] | [ESCAPE] => (length, false),
        [0x07, ..] => (length + 1, true),
        [ESCAPE, b'\\', ..] => (length + 2, true),
        _ => (length, true),
    }
}

/// `ESC [`, parameters, and the byte that ends them and says what it was.
fn control_sequence(bytes: &[u8]) -> Read {
    let rest = bytes.get(2..).unwrap_or(&[]);
    // The Linux console's F1 to F5.
    if let [b'[', more @ ..] = rest {
        return match more.first() {
            None => Read::More,
            Some(last) => Read::Input(4, (*last == b'A').then(|| plain(KeyCode::F(1)))),
        };
    }
    for (index, &byte) in rest.iter().enumerate() {
        match byte {
            0x20..=0x3f => {}
            0x40..=0x7e => {
                let parameters = rest.get(..index).unwrap_or(&[]);
                let input = match parameters.strip_prefix(b"<") {
                    Some(report) => pointer(byte, &numbers(report)).map(Input::Pointer),
                    None => key(byte, &numbers(parameters)).map(Input::Key),
                };
                return Read::Input(index + 3, input);
            }
            // Something else begins in the middle of it.
            _ => return Read::Input(index + 2, None),
        }
    }
    Read::More
}

fn numbers(bytes: &[u8]) -> Vec<u16> {
    let texts = bytes.split(|byte| *byte == b';');
    texts.map(|text| std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()).unwrap_or(0)).collect()
}

/// The key of a sequence; Shift changes nothing about those that have one, and with Alt none means anything.
fn key(last: u8, parameters: &[u16]) -> Option<KeyEvent> {
    let code = named(last, parameters)?;
    let bits = parameters.get(1).copied().unwrap_or(1).saturating_sub(1);
    let modifiers = if bits & 4 == 0 { KeyModifiers::NONE } else { KeyModifiers::CONTROL };
    (bits & 2 == 0).then(|| KeyEvent::new(code, modifiers))
}

/// What was done with the mouse, as the terminal reports it in decimal numbers (SGR, xterm's mode 1006): a button with
/// bits for Shift, Alt and Ctrl, column and row from 1. Releases, and the other buttons, mean nothing here.
fn pointer(last: u8, report: &[u16]) -> Option<Pointer> {
    let &[button, column, row] = report else { return None };
    let deed = match (button & !0b1_1100, last) {
        (0, b'M') => Deed::Click,
        (64, b'M') => Deed::WheelUp,
        (65, b'M') => Deed::WheelDown,
        _ => return None,
    };
    Some(Pointer { at: Position { x: column.checked_sub(1)?, y: row.checked_sub(1)? }, deed })
}

fn named(last: u8, parameters: &[u16]) -> Option<KeyCode> {
    Some(match (last, parameters.first()) {
        (b'A', _) => KeyCode::Up,
        (b'B', _) => KeyCode::Down,
        (b'C', _) => KeyCode::Right,
        (b'D', _) => KeyCode::Left,
        (b'H', _) | (b'~', Some(1 | 7)) => KeyCode::Home,
        (b'F', _) | (b'~', Some(4 | 8)) => KeyCode::End,
        (b'Z', _) => KeyCode::BackTab,
        (b'P', _) | (b'~', Some(11)) => KeyCode::F(1),
        (b'~', Some(3)) => KeyCode::Delete,
        (b'~', Some(5)) => KeyCode::PageUp,
        (b'~', Some(6)) => KeyCode::PageDown,
        (b'M', None) => KeyCode::Enter,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keys(bytes: &[u8]) -> Vec<Input> {
        Parser::default().take(bytes)
    }

    fn codes(bytes: &[u8]) -> Vec<KeyCode> {
        let code = |input| match input {
            Input::Key(key) => key.code,
            Input::Pointer(_) => KeyCode::Null,
        };
        keys(bytes).into_iter().map(code).collect()
    }

    #[test]
    fn the_mouse_is_understood_from_the_first_column_and_row_on() {
        let deed = |deed, x, y| [Input::Pointer(Pointer { at: Position { x, y }, deed })];
        assert_eq!(keys(b"\x1b[<0;1;1M"), deed(Deed::Click, 0, 0));
        assert_eq!(keys(b"\x1b[<64;120;40M"), deed(Deed::WheelUp, 119, 39));
        assert_eq!(keys(b"\x1b[<65;3;4M"), deed(Deed::WheelDown, 2, 3));
        assert_eq!(keys(b"\x1b[<16;3;4M"), deed(Deed::Click, 2, 3), "with Ctrl");
        // A release, the other buttons, a motion, and what no terminal should send.
        for report in [&b"0;1;1m"[..], b"2;1;1M", b"35;1;1M", b"0;1M", b"0;0;5M", b"0;99999;1M", b"M"] {
            assert_eq!(keys(&[b"\x1b[<", report].concat()), [], "{report:?}");
        }
    }

    #[test]
    fn keys_are_known_by_their_sequences() {
        for (bytes, code) in [
            (&b"q"[..], KeyCode::Char('q')),
            (b"\r", KeyCode::Enter),
            (b"\x7f", KeyCode::Backspace),
            (b"\x1b[A", KeyCode::Up),
            (b"\x1bOB", KeyCode::Down),
            (b"\x1b[1;2C", KeyCode::Right),
            (b"\x1b[Z", KeyCode::BackTab),
            (b"\x1b[H", KeyCode::Home),
            (b"\x1b[4~", KeyCode::End),
            (b"\x1b[6~", KeyCode::PageDown),
            (b"\x1bOP", KeyCode::F(1)),
            (b"\x1b[[A", KeyCode::F(1)),
            ("é".as_bytes(), KeyCode::Char('é')),
            ("漢".as_bytes(), KeyCode::Char('漢')),
        ] {
            assert_eq!(codes(bytes), [code], "{bytes:?}");
        }
        assert_eq!(keys(b"\x03"), [ctrl('c')]);
        assert_eq!(keys(b"\x1b[1;5D"), [Input::Key(KeyEvent::new(KeyCode::Left, KeyModifiers::CONTROL))]);
    }

    #[test]
    fn what_has_no_use_is_skipped_as_a_whole() {
        for bytes in [&b"\x1b[200~"[..], b"\x1b[<0;0;0M", b"\x1b[0;0R", b"\x1b[1;3A", b"\x00", b"\xff"] {
            assert_eq!(codes(bytes), [], "{bytes:?}");
        }
        assert_eq!(codes(b"\x1b[?1;2cx"), [KeyCode::Char('x')]);
    }

    #[test]
    fn what_a_terminal_answers_is_skipped_as_a_whole_in_one_piece_or_many() {
        let answers: [&[u8]; 4] = [
            b"\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\",
            b"\x1b]11;rgb:1e1e/1e1e/2e2e\x07",
            b"\x1bP>|a terminal with quite a long name and a version(1.2.3 q)\x1b\\",
            b"\x1b_Gi=31;OK\x1b\\",
        ];
        for answer in answers {
            for size in [1, 2, 3, 100] {
                let mut parser = Parser::default();
                let keys: Vec<_> = answer.chunks(size).flat_map(|piece| parser.take(piece)).collect();
                assert_eq!(keys, [], "{answer:?} by {size}");
                assert!(!parser.is_waiting());
                assert_eq!(parser.take(b"x"), [plain(KeyCode::Char('x'))]);
            }
        }
        // One that does not end: the next control character is a key again, and so is anything a little later.
        assert_eq!(keys(b"\x1b]11;q\x03"), [ctrl('c')]);
        assert_eq!(codes(b"\x1b]11;q\x1b[A"), [KeyCode::Up]);
        let mut parser = Parser::default();
        assert_eq!(parser.take(b"\x1b]"), []);
        assert!(parser.is_waiting());
        assert_eq!(parser.give_up(), None);
        assert_eq!(parser.take(b"q"), [plain(KeyCode::Char('q'))]);
    }

    #[test]
    fn an_escape_alone_is_the_esc_key_once_nothing_follows() {
        let mut parser = Parser::default();
        assert_eq!(parser.take(b"\x1b"), []);
        assert!(parser.is_waiting());
        assert_eq!(parser.give_up(), Some(plain(KeyCode::Esc)));
        assert_eq!(parser.take(b"\x1b["), []);
        assert_eq!(parser.give_up(), None);
        assert!(!parser.is_waiting());
        assert_eq!(parser.take(b"\x1b\x1b[A").len(), 2);
        assert_eq!(parser.take(b"\x1b\rq").len(), 3, "keys of a script come at once");
    }

    #[test]
    fn a_sequence_in_pieces_is_one_key() {
        let mut parser = Parser::default();
        assert_eq!(parser.take(b"\x1b[1"), []);
        assert_eq!(parser.take(b";2"), []);
        assert_eq!(parser.take(b"Ax"), [plain(KeyCode::Up), plain(KeyCode::Char('x'))]);
        let [first, rest @ ..] = "é".as_bytes() else { return };
        assert_eq!(parser.take(&[*first]), []);
        assert_eq!(parser.take(rest), [plain(KeyCode::Char('é'))]);
    }

    proptest! {
        #[test]
        fn after_any_garbage_a_key_is_a_key(garbage in proptest::collection::vec(any::<u8>(), 0..2_000)) {
            let mut parser = Parser::default();
            for piece in garbage.chunks(7) {
                parser.take(piece);
                prop_assert!(parser.held.len() <= LONGEST + 7);
            }
            parser.give_up();
            prop_assert_eq!(parser.take(b"q"), [plain(KeyCode::Char('q'))]);
        }
    }
}
