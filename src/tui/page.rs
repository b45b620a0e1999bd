//! Pages: texts from outside in an overlay, line by line, as much as there is room for. What a plan would run, to be agreed
//! to, and what a command printed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Clear, Widget};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::ids::TaskIndex;
use crate::report::output_heading;
use crate::report::text::harmless;
use crate::text::REPLACEMENT;
use crate::tui::canvas::{Canvas, clip};
use crate::tui::keys;
use crate::tui::lab::panel::Panel;
use crate::tui::model::{Model, Screen};
use crate::units::{Bytes, plural};

/// The widest page: longer lines cannot be followed.
const WIDEST: u16 = 120;

/// What stands for a character that no terminal is sure to draw in its place.
const SIGN: char = '?';

/// A line, and what it looks like.
type Line = (String, Style);

/// Asks whether the plan's commands may be run, and says what they are.
pub(crate) fn consent(model: &Model, scroll: u16, area: Rect, buf: &mut Buffer) {
    let theme = &model.theme;
    let said = match model.screen {
        Screen::Lab | Screen::Compare => model.wanted().says_what_it_runs(&model.machine),
        Screen::Sweep => model.sweep.form.plan().says_what_it_runs(&model.machine),
    };
    let mut lines = vec![
        ("The scenario runs what its author wrote, on this machine and as you:".to_owned(), theme.bright),
        (String::new(), theme.text),
    ];
    lines.extend(said.into_iter().map(|line| (line, theme.text)));
    draw(model, ("Run these commands?", ""), &lines, ("y", "runs them · Esc does not"), scroll, area, buf);
}

/// Shows what the command of an attempt printed.
pub(crate) fn output(
    model: &Model,
    (task, attempt): (TaskIndex, u8),
    scroll: u16,
    area: Rect,
    buf: &mut Buffer,
) {
    let theme = &model.theme;
    let Some(end) = model.commands().and_then(|log| log.of(task, attempt)) else {
        let lines = [("this output is not kept any more".to_owned(), theme.dim)];
        return draw(model, ("Output", ""), &lines, ("", "Esc close"), 0, area, buf);
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
    let heading = output_heading(end);
    let about = if ok { "" } else { "failed" };
    draw(model, (&heading, about), &lines, ("n p", "other tasks · Esc close"), scroll, area, buf);
}

/// Draws a page over the middle of an area, scrolled by so many lines as far as there are.
fn draw(
    model: &Model,
    (title, about): (&str, &str),
    lines: &[Line],
    (key, words): (&str, &str),
    scroll: u16,
    area: Rect,
    buf: &mut Buffer,
) {
    let theme = &model.theme;
    let width = area.width.saturating_sub(2).min(WIDEST);
    let room = usize::from(width.saturating_sub(4)).max(1);
    let rows: Vec<Line> = lines.iter().flat_map(|(line, style)| broken(line, room, *style)).collect();
    let height = (rows.len() as u16).saturating_add(2).min(area.height);
    let area =
        Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height };
    Clear.render(area, buf);
    let shown = usize::from(height.saturating_sub(2));
    let more = rows.len() > shown;
    let below = if more {
        format!("{key} {words} · {} scroll", keys::named("↑ ↓", theme))
    } else {
        format!("{key} {words}")
    };
    let title = clip(title, room.saturating_sub(about.len() + 2));
    let panel = Panel::new(&title, theme).about(about).focused(true);
    panel.render(area, buf, &[], &[(below.trim_start(), theme.dim)]);
    let mut canvas = Canvas::new(area, buf);
    let mut inner = canvas.part(2, 1, width.saturating_sub(4), height.saturating_sub(2));
    let first = usize::from(scroll).min(rows.len().saturating_sub(shown));
    for (y, (line, style)) in rows.iter().skip(first).take(shown).enumerate() {
        inner.text(0, y as u16, line, *style);
    }
}

/// Whether a text is none: more than a third of its characters could not be shown.
fn is_binary(text: &str) -> bool {
    let signs = text.chars().filter(|c| !is_drawable(*c)).count();
    signs * 3 > text.chars().count()
}

/// Whether a character takes one column or two of every terminal. Marks that stand upon others, those that choose a form,
/// those of private use, and what stood for no character at all are drawn in as many columns as a terminal likes.
fn is_drawable(c: char) -> bool {
    let private = matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..);
    !private && c != REPLACEMENT && matches!(c.width(), Some(1 | 2))
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

/// A line in as many rows as it takes: it is broken anywhere, so that nothing of it is lost.
fn broken(line: &str, width: usize, style: Style) -> Vec<Line> {
    let mut rows = vec![String::new()];
    let mut used = 0;
    for c in line.chars() {
        let wide = c.width().unwrap_or(0);
        if used + wide > width {
            rows.push(String::new());
            used = 0;
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
        let rows = |line: &str| -> Vec<String> {
            broken(line, 4, Style::default()).into_iter().map(|(row, _)| row).collect()
        };
        assert_eq!(rows("abcdefghi"), ["abcd", "efgh", "i"]);
        assert_eq!(rows(""), [""]);
        assert_eq!(rows("a漢漢b"), ["a漢", "漢b"]);
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
        assert!(is_binary("\u{fffd}\u{fffd}a") && is_binary("\u{301}"));
        assert!(!is_binary("ab\u{fffd}") && !is_binary("text") && !is_binary(""));
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
