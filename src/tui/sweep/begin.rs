//! What stands in the place of the curve before there is a point: what there is to do, or what goes on now and in which
//! order the rest comes.

use ratatui::style::Style;

use crate::state::RunState;
use crate::sweep::{Kind, Step};
use crate::tui::canvas::{Canvas, clip, wrap};
use crate::tui::glyphs::WIDTHS;
use crate::tui::model::Model;
use crate::tui::sweep::desk::{Course, Intent};
use crate::tui::sweep::progress;
use crate::units::{grouped, plural};

/// Columns of the words, at most.
const WIDE: u16 = 60;
/// Columns of what a line is about.
const HEAD: u16 = 6;
/// Columns of the bar of a run.
const BAR: u16 = 20;

/// Draws it over axes and the ideal line.
pub(super) fn draw(model: &Model, course: Option<&Course>, canvas: &mut Canvas<'_>) {
    let theme = &model.theme;
    let Some(course) = course else {
        in_the_middle(canvas, invitation(model), theme.text);
        return;
    };
    match course.step {
        _ if course.has_failed() => {
            in_the_middle(canvas, "No run went to its end with every task ok.", theme.dim);
        }
        Some(step) => going(model, course, step, canvas),
        None => in_the_middle(canvas, "Nothing was measured.", theme.dim),
    }
}

/// Before anything was measured: what there is to do.
fn invitation(model: &Model) -> &'static str {
    match (model.is_busy(), model.sweep.intent()) {
        (true, _) => {
            "A comparison is running in the Lab; when it is over, Enter measures numbers of workers here."
        }
        (false, Intent::Start) => {
            "Enter measures how throughput grows with the number of workers, point by point, and says how many are \
             worth it."
        }
        _ => "",
    }
}

fn in_the_middle(canvas: &mut Canvas<'_>, words: &str, style: Style) {
    let width = usize::from(canvas.width());
    let most = width.saturating_sub(6).min(56);
    let count = wrap(words, most, 8).len();
    // Lines of one length: no word stands alone in the last.
    let least = (most / 2..most).find(|width| wrap(words, *width, 8).len() == count);
    let lines = wrap(words, least.unwrap_or(most), 8);
    let top = canvas.height().saturating_sub(lines.len() as u16) / 2;
    for (y, line) in (top..).zip(&lines) {
        let x = width.saturating_sub(line.chars().count()) / 2;
        canvas.text(x as u16, y, &clip(&format!(" {line} "), width), style);
    }
}

/// The run that goes on, how far it is, and what comes after it.
fn going(model: &Model, course: &Course, step: Step, canvas: &mut Canvas<'_>) {
    let theme = &model.theme;
    let width = canvas.width().saturating_sub(4).min(WIDE);
    let words = usize::from(width.saturating_sub(HEAD + 2));
    let hanging = |head: &'static str, text: &str, style: Style| -> Vec<(&'static str, String, Style)> {
        let lines = wrap(text, words, 3).into_iter().enumerate();
        lines.map(|(index, line)| (if index == 0 { head } else { "" }, line, style)).collect()
    };
    let mut lines = hanging("now", &progress::run(course, step), theme.text);
    let bar = lines.len() as u16;
    lines.push(("", String::new(), theme.text));
    if step.kind == Kind::WarmUp {
        lines.extend(hanging("next", "one worker, to compare with", theme.dim));
    }
    lines.extend(hanging("then", &order(course), theme.dim));
    let high = (lines.len() as u16).min(canvas.height());
    let x = canvas.width().saturating_sub(width) / 2;
    let y = canvas.height().saturating_sub(high) / 2;
    let mut part = canvas.part(x, y, width, high);
    for (y, (head, text, style)) in (0..high).zip(&lines) {
        part.text(0, y, &format!(" {head:<5}"), theme.dim);
        part.text(HEAD, y, &format!(" {text} "), *style);
    }
    how_far(model, course.session.running(), &mut part.part(HEAD, bar, width - HEAD, 1));
}

/// How far a run is; before it is there, that it is being started.
fn how_far(model: &Model, run: Option<&RunState>, canvas: &mut Canvas<'_>) {
    let theme = &model.theme;
    let Some(run) = run else {
        canvas.text(0, 0, " starting… ", theme.dim);
        return;
    };
    let words = format!(" {} of {} ", grouped(run.ended()), plural(run.start.tasks, "task"));
    let wide = BAR.min(canvas.width().saturating_sub(words.len() as u16 + 1));
    let eighths = (run.progress().fraction() * f64::from(wide) * 8.0) as u16;
    canvas.glyph(0, 0, ' ', theme.text);
    canvas.fill(1, 0, wide, '─', theme.faint);
    canvas.fill(1, 0, eighths / 8, '█', theme.accent);
    if !eighths.is_multiple_of(8) {
        canvas.glyph(1 + eighths / 8, 0, WIDTHS[usize::from(eighths % 8) - 1], theme.accent);
    }
    canvas.text(1 + wide, 0, &words, theme.text);
}

/// In which order numbers of workers come.
fn order(course: &Course) -> String {
    let first = if course.sweep.plan().counts.is_open() {
        "more workers while more help"
    } else {
        "each number of workers once"
    };
    match course.sweep.repeats() {
        1 => first.to_owned(),
        repeats => format!("{first}, then again: {repeats} times each"),
    }
}
