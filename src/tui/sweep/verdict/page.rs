//! What stands in a panel of words: only what fits whole, what matters most first.

use ratatui::style::Style;

use crate::tui::canvas::wrap;

/// More lines than there ever are to be said.
pub(in crate::tui::sweep) const MOST_LINES: u16 = 200;

/// Lines of so many columns, as many as there is room for.
pub(super) struct Page {
    pub(super) lines: Vec<(String, Style)>,
    /// Where paragraphs begin.
    paragraphs: Vec<usize>,
    /// Whether something did not fit: then nothing that matters less follows.
    pub(super) is_cut: bool,
    width: usize,
    height: usize,
    is_dense: bool,
}

impl Page {
    /// An empty one; a dense one has no empty lines.
    pub(super) const fn new(width: usize, height: usize, is_dense: bool) -> Self {
        Self { lines: Vec::new(), paragraphs: Vec::new(), is_cut: false, width, height, is_dense }
    }

    /// A line by itself, or an empty one.
    pub(super) fn line(&mut self, text: String, style: Style) {
        if self.is_dense && text.is_empty() {
            return;
        }
        if self.lines.len() < self.height && !self.is_cut {
            self.lines.push((text, style));
        } else if !text.is_empty() {
            self.is_cut = true;
        }
    }

    /// How many lines say something.
    pub(super) fn said(&self) -> usize {
        self.lines.iter().filter(|(text, _)| !text.is_empty()).count()
    }

    /// What follows is a paragraph by itself, even where its lines hang.
    pub(super) fn part(&mut self) {
        self.paragraphs.push(self.lines.len());
    }

    /// A paragraph: as many of its sentences as fit.
    pub(super) fn paragraph(&mut self, text: &str, style: Style) {
        let sentences = sentences(text);
        let most = if self.is_cut { 0 } else { sentences.len() };
        let room = self.height.saturating_sub(self.lines.len());
        let some = |count: usize| wrap(&sentences[..count].join(" "), self.width, MOST_LINES.into());
        let fitting =
            (1..=most).rev().map(|count| (count, some(count))).find(|(_, lines)| lines.len() <= room);
        let (count, lines) = fitting.unwrap_or_default();
        self.is_cut |= count < sentences.len();
        if count > 0 {
            self.part();
        }
        self.lines.extend(lines.into_iter().map(|line| (line, style)));
    }

    /// Lines that begin behind a title of so many columns; all of them or none.
    pub(super) fn hanging(&mut self, title: &str, columns: usize, text: &str, style: Style) {
        let lines = wrap(text, self.width.saturating_sub(columns), MOST_LINES.into());
        if self.is_cut || self.lines.len() + lines.len() > self.height {
            self.is_cut = true;
            return;
        }
        for (index, line) in lines.into_iter().enumerate() {
            let title = if index == 0 { title } else { "" };
            self.lines.push((format!("{title:<columns$}{line}"), style));
        }
    }

    /// With a line of air before each paragraph, where there is room for all of them.
    pub(super) fn airy(mut self) -> Self {
        let follows =
            |at: &usize| *at > 0 && self.lines.get(*at - 1).is_some_and(|(text, _)| !text.is_empty());
        self.paragraphs.retain(|at| *at < self.lines.len() && follows(at));
        self.paragraphs.dedup();
        if self.lines.len() + self.paragraphs.len() <= self.height {
            for at in self.paragraphs.iter().rev() {
                self.lines.insert(*at, (String::new(), Style::new()));
            }
        }
        self
    }
}

/// The sentences of a text: each ends with a full stop, and the next begins with a capital or a number.
pub(in crate::tui::sweep) fn sentences(text: &str) -> Vec<&str> {
    let begins = |rest: &str| rest.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit());
    let ends = text.match_indices(". ").map(|(at, _)| at + 1);
    let ends = ends.filter(|end| text.get(end + 1..).is_some_and(begins)).chain([text.len()]);
    let mut from = 0;
    let mut sentences = Vec::new();
    for end in ends {
        sentences.extend(text.get(from..end).map(str::trim).filter(|words| !words.is_empty()));
        from = end;
    }
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn page(width: usize, height: usize, paragraphs: &[&str]) -> Page {
        let mut page = Page::new(width, height, false);
        for text in paragraphs {
            page.paragraph(text, Style::new());
        }
        page.airy()
    }

    fn shown(page: &Page) -> Vec<&str> {
        page.lines.iter().map(|(text, _)| text.as_str()).collect()
    }

    #[test]
    fn sentences_end_where_the_next_begins() {
        assert_eq!(
            sentences("2 CPUs × (1 + 4) = 10.0. Start with 1.5 of them. 3 are. more"),
            ["2 CPUs × (1 + 4) = 10.0.", "Start with 1.5 of them.", "3 are. more"]
        );
        assert_eq!(sentences(""), Vec::<&str>::new());
    }

    #[test]
    fn what_does_not_fit_is_cut_to_whole_sentences_and_nothing_comes_after_it() {
        let text = ["One is here. Two is a longer sentence than that.", "Short."];
        assert_eq!(
            shown(&page(20, 9, &text)),
            ["One is here. Two is", "a longer sentence", "than that.", "", "Short."]
        );
        assert!(!page(20, 9, &text).is_cut);
        let cut = page(20, 2, &text);
        assert_eq!((shown(&cut), cut.is_cut), (vec!["One is here."], true));
        let none = page(20, 0, &text);
        assert!(none.lines.is_empty() && none.is_cut);
        let mut lines = Page::new(20, 1, false);
        lines.line("first".to_owned(), Style::new());
        lines.line(String::new(), Style::new());
        assert!(!lines.is_cut, "an empty line is nothing that is missed");
        lines.hanging("title", 8, "words", Style::new());
        assert_eq!((shown(&lines), lines.is_cut), (vec!["first"], true));
    }

    proptest! {
        #[test]
        fn nothing_is_higher_than_its_place_or_clipped(text in "([A-Z][a-z ]{0,30}\\. ?){0,6}", width in 34usize..60, height in 0usize..8) {
            let page = page(width, height, &[&text, &text]);
            prop_assert!(page.lines.len() <= height);
            prop_assert!(page.lines.iter().all(|(line, _)| !line.contains('…')));
        }
    }
}
