//! The page that a table is written on: width, ASCII twins and colours are seen to here and nowhere else.

use super::{NARROWEST, TableStyle};
use crate::report::text::{ascii, clip, width, wrap};

/// How a piece of text is drawn, where colours are.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    /// Headings.
    Bold,
    /// Labels: grey.
    Dim,
}

impl Tone {
    const fn sequence(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Bold => "\x1b[1m",
            Self::Dim => "\x1b[90m",
        }
    }
}

/// Lines, as they come.
pub(super) struct Page {
    out: String,
    ascii: bool,
    colour: bool,
    width: usize,
}

impl Page {
    pub(super) fn new(style: &TableStyle) -> Self {
        let TableStyle { ascii, colour, width } = *style;
        Self { out: String::new(), ascii, colour, width: width.max(NARROWEST) }
    }

    pub(super) const fn width(&self) -> usize {
        self.width
    }

    /// A text as it will stand on this page.
    pub(super) fn written(&self, text: &str) -> String {
        if self.ascii { ascii(text) } else { text.to_owned() }
    }

    /// One line of several pieces. What does not fit is cut off, and so are spaces at its end.
    pub(super) fn line(&mut self, pieces: &[(Tone, &str)]) {
        let mut left = self.width;
        let last = pieces.iter().rposition(|(_, text)| !text.trim_end().is_empty());
        for (index, (tone, text)) in pieces.iter().enumerate() {
            let text = match last {
                Some(last) if index < last => text,
                Some(last) if index == last => text.trim_end(),
                _ => continue,
            };
            let text = clip(&self.written(text), left, self.ascii);
            left -= width(&text);
            let sequence = tone.sequence();
            if self.colour && !sequence.is_empty() && !text.is_empty() {
                self.out.push_str(sequence);
                self.out.push_str(&text);
                self.out.push_str("\x1b[0m");
            } else {
                self.out.push_str(&text);
            }
        }
        self.out.push('\n');
    }

    pub(super) fn words(&mut self, text: &str) {
        self.line(&[(Tone::Plain, text)]);
    }

    /// An empty line.
    pub(super) fn gap(&mut self) {
        self.out.push('\n');
    }

    /// A heading of parts with dots between them, on as many lines as they need; only parts are kept together.
    pub(super) fn parts(&mut self, parts: &[String]) {
        let mut line = String::new();
        for part in parts {
            let part = self.written(part);
            let next = if line.is_empty() { part.clone() } else { format!("{line} · {part}") };
            if width(&next) > self.width && !line.is_empty() {
                self.line(&[(Tone::Bold, &line)]);
                line = format!("  {part}");
            } else {
                line = next;
            }
        }
        self.line(&[(Tone::Bold, &line)]);
    }

    /// A paragraph behind a mark, which hangs before it.
    pub(super) fn item(&mut self, mark: &str, text: &str) {
        self.hanging(Tone::Plain, &format!("  {mark} "), text);
    }

    /// A paragraph behind a heading on the same line.
    pub(super) fn labelled(&mut self, label: &str, text: &str) {
        self.hanging(Tone::Bold, &format!("{label}  "), text);
    }

    fn hanging(&mut self, tone: Tone, before: &str, text: &str) {
        let before = self.written(before);
        let indent = width(&before);
        let lines = wrap(&self.written(text), self.width - indent, self.ascii);
        for (index, line) in lines.iter().enumerate() {
            if index == 0 {
                self.line(&[(tone, &before), (Tone::Plain, line)]);
            } else {
                self.line(&[(Tone::Plain, &" ".repeat(indent)), (Tone::Plain, line)]);
            }
        }
    }

    pub(super) fn finish(self) -> String {
        self.out
    }
}
