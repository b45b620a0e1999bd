//! What is wrong with a scenario, and where.

use std::fmt;

use crate::text::{self, is_hidden};

/// The most characters of a fault's text that are shown: a value can be as long as the file.
const MOST_SHOWN: usize = 300;
/// The most faults that are looked for; a file that is no scenario at all has one in each line.
pub(super) const MOST_FAULTS: usize = 20;

/// A place in a text.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Place {
    /// Number of the line, from 1.
    pub line: usize,
    /// Number of the character within its line, from 1.
    pub column: usize,
}

impl Place {
    /// The place of byte `offset` of `text`; its end where it has no such byte, or where it is within a character.
    pub fn of(text: &str, offset: usize) -> Self {
        Self::after(text.get(..offset).unwrap_or(text))
    }

    /// The place that follows `text`.
    pub fn after(text: &str) -> Self {
        let line = text.matches('\n').count() + 1;
        let last = text.rsplit('\n').next().unwrap_or_default();
        Self { line, column: last.chars().count() + 1 }
    }
}

/// One thing that is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// Where it stands; none where something is missing from the whole.
    pub place: Option<Place>,
    /// The key, its value, what is wrong and what to do, in one line.
    pub text: String,
}

/// Everything that is wrong with a scenario: at least one fault and at most twenty, in the order of the file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Faults {
    /// What the file is called.
    pub source_name: String,
    /// What is wrong.
    pub faults: Vec<Fault>,
}

impl Faults {
    /// A single fault.
    pub(super) fn one(source_name: &str, place: Option<Place>, text: String) -> Self {
        Self { source_name: source_name.to_owned(), faults: vec![Fault { place, text }] }
    }
}

/// One line for each fault: `my.toml:7:11: workers "four" is not a number of workers; write 4, 50%, all, +2 or 2x4`.
impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, fault) in self.faults.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            write!(f, "{}:", self.source_name)?;
            if let Some(Place { line, column }) = fault.place {
                write!(f, "{line}:{column}:")?;
            }
            write!(f, " {}", fault.text)?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

/// A character that a terminal would obey, or that nobody would see, becomes a blank.
pub(super) fn plain(c: char) -> char {
    if c.is_control() || is_hidden(c) { ' ' } else { c }
}

/// `text` in one line of bearable length, of plain characters.
pub(super) fn shortened(text: &str) -> String {
    text::shortened(text, MOST_SHOWN).chars().map(plain).collect()
}

/// The word of `words` that was probably meant: the one that the fewest changes of a letter lead to, where those are few.
pub(super) fn nearest<'a>(typed: &str, words: &[&'a str]) -> Option<&'a str> {
    if typed.len() > 40 {
        return None;
    }
    let typed = typed.to_lowercase();
    let distance = |word: &&&str| changes(&typed, word);
    words.iter().min_by_key(distance).copied().filter(|word| changes(&typed, word) <= word.len().div_ceil(3))
}

/// The number of letters to be put in, taken out or replaced to make one word of the other (Levenshtein's distance).
fn changes(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, y) in row.iter_mut().skip(1).zip(b.chars()) {
            let best = (diagonal + usize::from(x != y)).min(left + 1).min(*cell + 1);
            diagonal = std::mem::replace(cell, best);
            left = best;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_characters_from_one() {
        let text = "a\r\nbµ=1\n";
        for (offset, line, column) in [(0, 1, 1), (1, 1, 2), (3, 2, 1), (6, 2, 3), (9, 3, 1), (99, 3, 1)] {
            assert_eq!(Place::of(text, offset), Place { line, column }, "{offset}");
        }
    }

    #[test]
    fn the_nearest_word_is_offered_only_where_it_is_near() {
        let words = ["workers", "chunk", "seed", "task", "tasks"];
        for (typed, meant) in [
            ("worker", Some("workers")),
            ("Chunks", Some("chunk")),
            ("sede", Some("seed")),
            ("tsak", Some("task")),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(nearest(typed, &words), meant, "{typed}");
        }
        assert_eq!((changes("kitten", "sitting"), changes("", "abc"), changes("abc", "")), (3, 3, 3));
    }

    #[test]
    fn long_and_wild_texts_are_tamed() {
        assert_eq!(shortened("a\u{1b}[31m\nb"), "a [31m b");
        assert_eq!(shortened(&"x".repeat(1_000)).chars().count(), MOST_SHOWN + 1);
    }
}
