//! Text for a terminal: what came from outside made harmless, widths, wrapping, and an ASCII twin of our own words.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::text::{REPLACEMENT, is_hidden};

/// A text from outside on one line, without anything that a terminal would obey: control characters (C0, DEL, C1) and
/// those that cannot be seen or turn the direction of text become `U+FFFD`; line breaks and tabs become spaces.
pub fn harmless(text: &str) -> String {
    text.chars().map(harmless_char).collect()
}

const fn harmless_char(c: char) -> char {
    match c {
        '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => REPLACEMENT,
        c if is_hidden(c) => REPLACEMENT,
        c => c,
    }
}

/// Whether a text is none: more than a third of its characters could not be shown.
pub fn is_binary(text: &str) -> bool {
    let signs = text.chars().filter(|c| !is_drawable(*c)).count();
    signs * 3 > text.chars().count()
}

/// Whether a character takes one column or two of every terminal. Marks that stand upon others, those that choose a form,
/// those of private use, and what stood for no character at all are drawn in as many columns as a terminal likes.
pub fn is_drawable(c: char) -> bool {
    let private = matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..);
    !private && c != REPLACEMENT && matches!(c.width(), Some(1 | 2))
}

/// Whether a quotation is nothing to be read: more than an eighth of its characters could not be shown.
fn is_garbled(text: &str) -> bool {
    let signs = text.chars().filter(|c| !is_drawable(*c)).count();
    signs * 8 > text.chars().count()
}

/// A sentence that quotes what a program said, without that where it is no text: `exit status 1: (binary)`.
pub fn without_binary(sentence: &str) -> String {
    let Some(first) = sentence.find(|c| !is_drawable(c)) else { return sentence.to_owned() };
    let (before, after) = sentence.split_at(first);
    // What was said begins behind the words that name it, or with the quotation.
    let named = before.rfind(": ").map(|at| at + 2);
    let quoted = before.rfind('"').map(|at| at + 1);
    let from = named.max(quoted).unwrap_or(first);
    let to = after.find('"').map_or(sentence.len(), |at| first + at);
    match (sentence.get(..from), sentence.get(from..to), sentence.get(to..)) {
        (Some(before), Some(said), Some(after)) if is_garbled(said) => format!("{before}(binary){after}"),
        _ => sentence.to_owned(),
    }
}

/// A text with every character that is not ASCII written in ASCII: `×` as `x`, `µs` as `us`.
pub fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_ascii() => out.push(c),
            '×' => out.push('x'),
            'µ' | 'μ' => out.push('u'),
            '≈' => out.push('~'),
            '·' | '–' | '—' | '─' => out.push('-'),
            '→' => out.push_str("->"),
            '✓' => out.push_str("ok"),
            '›' => out.push('>'),
            '‹' => out.push('<'),
            'α' => out.push_str("alpha"),
            'β' => out.push_str("beta"),
            'γ' => out.push_str("gamma"),
            '…' => out.push_str("..."),
            '●' => out.push('*'),
            '○' => out.push('.'),
            '≥' => out.push_str(">="),
            '≤' => out.push_str("<="),
            '“' | '”' => out.push('"'),
            '‘' | '’' => out.push('\''),
            _ => out.push('?'),
        }
    }
    out
}

/// Columns that a text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// As much of a text as fits into `columns`; where something is cut off, the last column that fits is `…` or `~`.
pub fn clip(text: &str, columns: usize, ascii: bool) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        let wide = c.width().unwrap_or(0);
        if used + wide >= columns {
            break;
        }
        used += wide;
        out.push(c);
    }
    if columns > 0 {
        out.push(if ascii { '~' } else { '…' });
    }
    out
}

/// A text on lines of at most `columns`, broken at spaces, but not between a number and its unit or within a number; a
/// word that is longer than a line is cut.
pub fn wrap(text: &str, columns: usize, ascii: bool) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match words.last_mut() {
            Some(last) if last.ends_with(|c: char| c.is_ascii_digit()) && follows_a_number(word) => {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in &words {
        if !line.is_empty() && width(&line) + 1 + width(word) > columns {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&clip(word, columns, ascii));
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// Whether a word belongs to the number before it: a unit, or further digits of it.
fn follows_a_number(word: &str) -> bool {
    let word = word.trim_end_matches(['.', ',', ':', ';', ')']);
    let digits = word.len() == 3 && word.bytes().all(|b| b.is_ascii_digit());
    digits || ["%", "s", "ms", "µs", "us", "ns", "min", "h", "k", "M"].contains(&word)
}

/// A text with spaces up to `columns`, before it or after it.
pub fn pad(text: &str, columns: usize, right: bool) -> String {
    let gap = " ".repeat(columns.saturating_sub(width(text)));
    if right { format!("{gap}{text}") } else { format!("{text}{gap}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_from_outside_can_command_a_terminal() {
        assert_eq!(harmless("plain é 漢"), "plain é 漢");
        assert_eq!(harmless("a\u{1b}[31mb\u{9b}c\u{7f}\0"), "a\u{fffd}[31mb\u{fffd}c\u{fffd}\u{fffd}");
        assert_eq!(harmless("one\ntwo\tthree\r"), "one two three ");
        assert_eq!(harmless("\u{202e}evil\u{2066}"), "\u{fffd}evil\u{fffd}");
    }

    #[test]
    fn what_is_no_text_is_not_quoted() {
        assert!(is_binary("\u{fffd}\u{fffd}a") && is_binary("\u{301}"));
        assert!(!is_binary("ab\u{fffd}") && !is_binary("text") && !is_binary(""));
        for (sentence, said) in [
            (
                "2 of 2 failed; the first is #0: \"exit status 1: ELF\u{fffd}\u{fffd}\u{fffd}\". Look at it.",
                "2 of 2 failed; the first is #0: \"exit status 1: (binary)\". Look at it.",
            ),
            ("task #0: \"a;~+(\u{fffd}\u{fffd}HK\u{fffd})a$\"", "task #0: \"(binary)\""),
            ("task #0: exit status 1: \u{fffd}\u{fffd}", "task #0: exit status 1: (binary)"),
            ("task #0: \"caf\u{fffd} au lait\"", "task #0: \"caf\u{fffd} au lait\""),
            ("nothing was quoted", "nothing was quoted"),
        ] {
            assert_eq!(without_binary(sentence), said);
        }
    }

    #[test]
    fn our_own_words_have_an_ascii_twin() {
        assert_eq!(ascii("threads ×4 ≈ 85.0 µs · ✓ → …"), "threads x4 ~ 85.0 us - ok -> ...");
    }

    #[test]
    fn texts_are_clipped_and_wrapped_by_columns() {
        assert_eq!(clip("漢字漢字", 5, false), "漢字…");
        assert_eq!(clip("abcdef", 4, true), "abc~");
        assert_eq!(clip("abc", 3, true), "abc");
        assert_eq!(wrap("one two  three", 7, false), ["one two", "three"]);
        assert_eq!(wrap("extraordinary", 5, false), ["extr…"]);
        assert_eq!(
            wrap("it took 85.0 µs for 10 000 tasks", 12, false),
            ["it took", "85.0 µs for", "10 000 tasks"]
        );
        assert_eq!(pad("µs", 4, true), "  µs");
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_asked(text in ".{0,80}", columns in 1usize..40) {
            let text = harmless(&text);
            prop_assert!(width(&clip(&text, columns, false)) <= columns);
            for line in wrap(&text, columns, false) {
                prop_assert!(width(&line) <= columns, "{line:?}");
            }
        }
    }
}
