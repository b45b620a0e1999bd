//! Bytes from outside as text that commands no terminal: the one place where that is decided.
//!
//! What programs, servers and files say goes through [`sanitised`] where it enters, so that whoever shows, stores or
//! prints it later need not think of it. Of a line that is quoted in a sentence [`quotable`] says how much, and whether it is a
//! text at all. Lines are not wrapped or fitted into columns here: that is the front ends' business.

use unicode_width::UnicodeWidthChar;
use vte::{Parser, Perform};

/// What stands in the place of a character that must not be shown as it is.
pub const REPLACEMENT: char = '\u{fffd}';
/// Columns between the stops of a tab.
const TAB: usize = 8;
/// So many marks may stand upon one character; no script needs more, and hundreds of them cover the lines around.
const MARKS: usize = 8;

/// The text that bytes hold, without anything that a terminal would obey.
///
/// Bytes that are no UTF-8 become `U+FFFD`. Escape sequences are taken out whole, and never reach beyond their line;
/// control characters (C0, DEL, C1) are taken out, line feeds stay, and tabs become spaces. Characters that cannot be seen
/// or change the direction of others ([`is_hidden`]) become `U+FFFD`.
pub fn sanitised(bytes: &[u8]) -> String {
    let mut seen = Seen { text: String::with_capacity(bytes.len()), column: 0, marks: 0 };
    for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if number > 0 {
            seen.text.push('\n');
            (seen.column, seen.marks) = (0, 0);
        }
        // A parser of its own for each line: a sequence that never ends hides the rest of its line, not of the text.
        Parser::new().advance(&mut seen, line);
    }
    seen.text
}

/// Whether a character cannot be seen or changes others: marks of direction, characters without width, tags, fillers and
/// other characters of format.
pub const fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}'
        | '\u{8e2}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// So many characters of a text; where there are more, `…` stands for them.
pub fn shortened(text: &str, most: usize) -> String {
    let mut out: String = text.chars().take(most).collect();
    if out.len() < text.len() {
        out.push('…');
    }
    out
}

/// A line that a program printed, as part of a sentence: so many characters of it, or that it is no text.
pub fn quotable(line: &str, most: usize) -> String {
    // In a sentence less of what is none is borne than on a page of its own; marks upon characters are text.
    let none = line.chars().filter(|c| *c == REPLACEMENT).count();
    if none * 8 > line.chars().count() { "(binary output)".to_owned() } else { shortened(line, most) }
}

/// Whether what was printed cannot be drawn as text: that is so of more than a third of its characters.
pub fn is_binary(text: &str) -> bool {
    let signs = text.chars().filter(|c| *c != '\n' && !is_drawable(*c)).count();
    signs * 3 > text.chars().count()
}

/// Whether a character takes one column or two of every terminal. Marks that stand upon others, those that choose a form,
/// those of private use, and what stood for no character at all are drawn in as many columns as a terminal likes.
pub fn is_drawable(c: char) -> bool {
    let private = matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..);
    !private && c != REPLACEMENT && matches!(c.width(), Some(1 | 2))
}

/// What of a text is seen so far.
struct Seen {
    text: String,
    column: usize,
    marks: usize,
}

impl Perform for Seen {
    fn print(&mut self, c: char) {
        let c = match c {
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => return,
            c if is_hidden(c) => REPLACEMENT,
            c => c,
        };
        let width = c.width().unwrap_or(0);
        self.marks = if width == 0 { self.marks + 1 } else { 0 };
        if self.marks <= MARKS {
            self.text.push(c);
            self.column += width;
        }
    }

    fn execute(&mut self, byte: u8) {
        if byte == b'\t' {
            let gap = TAB - self.column % TAB;
            self.text.extend(std::iter::repeat_n(' ', gap));
            self.column += gap;
            self.marks = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_that_a_terminal_obeys_gets_through() {
        for (bytes, text) in [
            (&b"plain\nlines\n"[..], "plain\nlines\n"),
            ("é 漢 🦀".as_bytes(), "é 漢 🦀"),
            (b"\x1b[31mred\x1b[0m", "red"),
            (b"\x1b]0;title\x07after", "after"),
            (b"\x1b]8;;http://x\x1b\\link", "link"),
            (b"\x1bP$q\"p\x1b\\answer", "answer"),
            (b"a\rb\x08c\x7f", "abc"),
            (b"a\tb\n\tc", "a       b\n        c"),
            ("a\u{9b}31mb".as_bytes(), "a31mb"),
            ("\u{202e}drow\u{2066}".as_bytes(), "\u{fffd}drow\u{fffd}"),
            ("a\u{200b}b\u{e0041}c".as_bytes(), "a\u{fffd}b\u{fffd}c"),
            (b"\xff\xfe!", "\u{fffd}\u{fffd}!"),
            (b"\x1b", ""),
            (b"\x1b[", ""),
            (b"\x1b]never ends\nnext", "\nnext"),
        ] {
            assert_eq!(sanitised(bytes), text, "{bytes:?}");
        }
    }

    #[test]
    fn what_stands_in_a_sentence_is_short_and_a_text() {
        assert_eq!((shortened("gzip", 4).as_str(), shortened("gzip: é", 6).as_str()), ("gzip", "gzip: …"));
        assert_eq!(quotable("gzip: no such file", 4), "gzip…");
        // The beginning of what gzip writes.
        let packed = sanitised(b"\x1f\x8b\x08\x08\xa3\xd0\xfbe\x00\x03GPL-3\x00\xbd\xd9\xcf\x8e\xe3");
        assert_eq!(quotable(&packed, 200), "(binary output)");
        for text in ["\u{e44}\u{e21}\u{e48}\u{e1e}\u{e1a}", "e\u{301}te\u{301}", "caf\u{fffd} au lait"] {
            assert_eq!(quotable(text, 200), text);
        }
        assert!(is_binary("\u{fffd}\u{fffd}a") && is_binary("\u{301}"));
        assert!(!is_binary("ab\u{fffd}") && !is_binary("a\n\n\n") && !is_binary(""));
    }

    #[test]
    fn marks_do_not_pile_up() {
        let high = format!("e{}f", "\u{301}".repeat(100));
        assert_eq!(sanitised(high.as_bytes()), format!("e{}f", "\u{301}".repeat(MARKS)));
    }

    proptest! {
        #[test]
        fn no_bytes_leave_anything_behind(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let text = sanitised(&bytes);
            prop_assert!(text.chars().all(|c| c == '\n' || !(c.is_control() || is_hidden(c))), "{text:?}");
        }

        #[test]
        fn no_text_leaves_anything_behind(all in "\\PC{0,60}|.{0,60}|[\u{1b}\u{9b}\\[\\]0-9;m\u{7}a\n]{0,60}") {
            let text = sanitised(all.as_bytes());
            prop_assert!(text.chars().all(|c| c == '\n' || !(c.is_control() || is_hidden(c))), "{text:?}");
            prop_assert_eq!(sanitised(text.as_bytes()), text);
        }

        #[test]
        fn plain_text_stays_as_it_is(text in "[ -~\n]{0,200}") {
            prop_assert_eq!(sanitised(text.as_bytes()), text);
        }
    }
}
