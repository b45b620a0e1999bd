//! Pages: texts from outside in an overlay, line by line, which scrolls where there are more than there is room for. What a
//! plan would run, to be agreed to, and what a command printed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Clear, Widget};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::ids::TaskIndex;
use crate::plan::Permission;
use crate::plan::consent::COLUMN;
use crate::report::output_heading;
use crate::report::text::{harmless, is_binary, is_drawable};
use crate::tui::canvas::{Canvas, clip};
use crate::tui::keys::named;
use crate::tui::lab::panel::Panel;
use crate::tui::model::{Model, Overlay};
use crate::tui::theme::Theme;
use crate::units::{Bytes, plural};

/// The widest page: longer lines cannot be followed.
const WIDEST: u16 = 120;

/// What stands for a character that no terminal is sure to draw in its place.
const SIGN: char = '?';

/// A line, and what it looks like.
type Line = (String, Style);

/// A page before it is drawn.
struct Page {
    title: String,
    /// What is said beside the title.
    about: &'static str,
    lines: Vec<Line>,
    /// A key and what it does.
    below: (&'static str, &'static str),
    /// So many columns stay empty before what is left of a line that is too long for one row; of the first line, which
    /// says what the others are, none.
    indent: usize,
}

/// The page that is open; none if there is none.
fn page(model: &Model) -> Option<Page> {
    match model.overlay {
        Some(Overlay::Consent { .. }) => Some(consent(model)),
        Some(Overlay::Output { task, attempt, .. }) => Some(output(model, task, attempt)),
        Some(Overlay::Help { .. } | Overlay::Plan) | None => None,
    }
}

/// Draws the page that is open, scrolled by so many rows.
pub(crate) fn draw(model: &Model, scroll: u16, area: Rect, buf: &mut Buffer) {
    if let Some(page) = page(model) {
        page.draw(&model.theme, scroll, area, buf);
    }
}

/// How many rows of the page that is open are shown in an area, and by how many it can be scrolled.
pub(crate) fn reach(model: &Model, area: Rect) -> (u16, u16) {
    let Some(page) = page(model) else { return (0, 0) };
    let shown = page.area(area).height.saturating_sub(2);
    let rows = page.rows(area).len().saturating_sub(shown.into());
    (shown, u16::try_from(rows).unwrap_or(u16::MAX))
}

/// The room for pages: the keys stay in sight below.
pub(crate) const fn room(area: Rect) -> Rect {
    Rect { height: area.height.saturating_sub(1), ..area }
}

/// Asks whether the plan may do what it would, and says what that is.
fn consent(model: &Model) -> Page {
    let theme = &model.theme;
    let plan = model.wanted();
    let title = match plan.permissions().as_slice() {
        [Permission::Command] => "Run these commands?",
        [Permission::Http] => "Ask for these pages?",
        _ => "Run these commands, ask for these pages?",
    };
    let about = format!("The scenario {}:", plan.says_what_is_asked());
    let asked = &model.consent.asked;
    let said = asked.lines.iter().map(|line| (line.clone(), theme.text));
    Page {
        title: title.to_owned(),
        about: if asked.all_listed { "" } else { "not all is listed" },
        lines: [(about, theme.bright), (String::new(), theme.text)].into_iter().chain(said).collect(),
        below: if asked.all_listed {
            ("y", "agrees to all of it · Esc does not")
        } else {
            ("End,", "then y agrees to all of it · Esc does not")
        },
        indent: COLUMN,
    }
}

/// What the command of an attempt printed.
fn output(model: &Model, task: TaskIndex, attempt: u8) -> Page {
    let theme = &model.theme;
    let Some(end) = model.commands().and_then(|log| log.of(task, attempt)) else {
        return Page {
            title: "Output".to_owned(),
            about: "",
            lines: vec![("this output is not kept any more".to_owned(), theme.dim)],
            below: ("", "Esc close"),
            indent: 0,
        };
    };
    let ok = end.outcome == crate::event::Outcome::Ok;
    let facts =
        format!("{} of CPU time ({} in the system), {} of memory", end.cpu(), end.system, end.peak_memory);
    let mut lines = vec![(facts, theme.dim)];
    if end.leaked > 0 {
        let left = format!(
            "it{} left {} behind, which {} killed",
            if end.unsure { ", or another command beside it," } else { "" },
            plural(end.leaked.into(), "process"),
            if end.leaked == 1 { "was" } else { "were" }
        );
        lines.push((left, theme.bad));
    }
    if end.tail.is_empty() {
        lines.push(("it printed nothing".to_owned(), theme.dim));
    } else if is_binary(&end.tail) {
        let about = Bytes(end.dropped + end.tail.chars().count() as u64);
        lines.push((format!("binary output, about {about}"), theme.dim));
    } else {
        lines.extend(end.tail.lines().map(|line| (drawable(&harmless(line)), theme.text)));
    }
    Page {
        title: output_heading(end),
        about: if ok { "" } else { "failed" },
        lines,
        below: ("n p", "other tasks · Esc close"),
        indent: 0,
    }
}

impl Page {
    fn width(area: Rect) -> u16 {
        area.width.saturating_sub(2).min(WIDEST)
    }

    /// The lines as they are shown in an area.
    fn rows(&self, area: Rect) -> Vec<Line> {
        let room = usize::from(Self::width(area).saturating_sub(4)).max(1);
        let indents = std::iter::once(0).chain(std::iter::repeat(self.indent));
        let rows = self.lines.iter().zip(indents);
        rows.flat_map(|((line, style), indent)| broken(line, room, indent, *style)).collect()
    }

    /// The middle of an area, as much of it as the page takes.
    fn area(&self, area: Rect) -> Rect {
        let width = Self::width(area);
        let height = self.rows(area).len().saturating_add(2).min(area.height.into()) as u16;
        Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
    }

    /// Draws it over the middle of an area, scrolled by so many rows as far as there are.
    fn draw(&self, theme: &Theme, scroll: u16, area: Rect, buf: &mut Buffer) {
        let rows = self.rows(area);
        let area = self.area(area);
        Clear.render(area, buf);
        let room = usize::from(area.width.saturating_sub(4)).max(1);
        let shown = usize::from(area.height.saturating_sub(2));
        let first = usize::from(scroll).min(rows.len().saturating_sub(shown));
        let (key, words) = self.below;
        let mut below = format!("{key} {words}");
        let mut about = self.about.to_owned();
        if rows.len() > shown {
            let keys = named("↑ ↓", theme);
            below = format!("{below} · {keys} PgUp PgDn scroll");
            let comma = if about.is_empty() { "" } else { ", " };
            about = format!("{about}{comma}{} to {} of {}", first + 1, first + shown, rows.len());
        }
        let title = clip(&self.title, room.saturating_sub(about.len() + 2));
        let panel = Panel::new(&title, theme).about(&about).focused(true);
        panel.render(area, buf, &[], &[(below.trim_start(), theme.dim)]);
        let mut canvas = Canvas::new(area, buf);
        let mut inner = canvas.part(2, 1, room as u16, shown as u16);
        for (y, (line, style)) in rows.iter().skip(first).take(shown).enumerate() {
            inner.text(0, y as u16, line, *style);
        }
    }
}

/// A line with a sign for every character of doubtful width; where characters together are not as wide as one by one, for
/// all that are not ASCII. A terminal that draws another width than was reckoned with tears the frame of the page, and
/// leaves cells of it behind.
fn drawable(line: &str) -> String {
    let plain: String = line.chars().map(|c| if is_drawable(c) { c } else { SIGN }).collect();
    let one_by_one: usize = plain.chars().filter_map(UnicodeWidthChar::width).sum();
    if plain.width() == one_by_one {
        return plain;
    }
    plain.chars().map(|c| if c.is_ascii() { c } else { SIGN }).collect()
}

/// A line in as many rows as it takes: it is broken anywhere, so that nothing of it is lost. All rows but the first are
/// indented, where that leaves room, so that none is taken for a line of its own.
fn broken(line: &str, width: usize, indent: usize, style: Style) -> Vec<Line> {
    let indent = if indent * 2 < width { indent } else { 0 };
    let mut rows = vec![String::new()];
    let mut used = 0;
    for c in line.chars() {
        let wide = c.width().unwrap_or(0);
        if used + wide > width {
            rows.push(" ".repeat(indent));
            used = indent;
        }
        used += wide;
        if let Some(row) = rows.last_mut() {
            row.push(c);
        }
    }
    rows.into_iter().map(|row| (row, style)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_long_line_is_broken_and_nothing_is_lost() {
        let rows = |line: &str, indent| -> Vec<String> {
            broken(line, 4, indent, Style::default()).into_iter().map(|(row, _)| row).collect()
        };
        assert_eq!(rows("abcdefghi", 0), ["abcd", "efgh", "i"]);
        assert_eq!(rows("abcdefghi", 1), ["abcd", " efg", " hi"]);
        assert_eq!(rows("abcdefghi", 2), rows("abcdefghi", 0), "no room is left for the line");
        assert_eq!(rows("", 1), [""]);
        assert_eq!(rows("a漢漢b", 0), ["a漢", "漢b"]);
    }

    #[test]
    fn what_has_no_sure_width_is_a_sign() {
        for (line, drawn) in [
            ("plain é 漢 ├── ✓", "plain é 漢 ├── ✓"),
            ("e\u{301}", "e?"),
            ("\u{fffd}\u{fffd}x", "??x"),
            ("\u{e0b0} \u{f0001}", "? ?"),
            ("❤\u{fe0f}", "❤?"),
        ] {
            assert_eq!(drawable(line), drawn);
        }
    }

    proptest! {
        /// What is drawn cell by cell is what was reckoned with.
        #[test]
        fn every_row_is_as_wide_as_it_is_drawn(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            for line in crate::text::sanitised(&bytes).lines() {
                let line = drawable(&harmless(line));
                let each: usize = line.chars().filter_map(UnicodeWidthChar::width).sum();
                prop_assert_eq!(line.width(), each);
                let mut buf = Buffer::empty(Rect::new(0, 0, 500, 1));
                let (end, _) = buf.set_stringn(0, 0, &line, 500, Style::default());
                prop_assert_eq!(usize::from(end), each.min(500));
            }
        }
    }
}
