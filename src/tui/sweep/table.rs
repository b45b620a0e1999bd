//! The points as numbers: one line for each number of workers, one column for each strategy.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::plan::Strategy;
use crate::sweep::Cell;
use crate::tui::canvas::{Canvas, clip};
use crate::tui::lab::lanes::fitting;
use crate::tui::lab::layout::inside;
use crate::tui::lab::panel::Panel;
use crate::tui::model::Model;
use crate::tui::sweep::desk::{Course, End, Key};
use crate::tui::sweep::{curve, scale};

/// Columns of the number of workers, with the mark before it.
const WORKERS: u16 = 9;
/// Columns of a strategy.
const STRATEGY: u16 = 11;
/// After the value of a point that is measured no further.
const EARLY: char = '↓';
/// Columns of the repeats.
const RUNS: u16 = 8;

/// Columns that the panel would like, with its frame.
pub(crate) fn columns(model: &Model, wide: bool) -> u16 {
    let strategies = strategies(model).len() as u16;
    let runs = if wide && strategies < 3 { RUNS } else { 0 };
    4 + WORKERS + (if wide { STRATEGY } else { STRATEGY - 1 }) * strategies.max(1) + runs
}

/// Lines that there would be, with the heading.
pub(crate) fn rows(model: &Model) -> u16 {
    1 + counts(model).len() as u16
}

fn strategies(model: &Model) -> Vec<Strategy> {
    match &model.sweep.course {
        Some(course) => curve::strategies(course),
        None => model.sweep.form.plan().plan.strategies,
    }
}

/// The numbers of workers that have a line.
fn counts(model: &Model) -> Vec<u32> {
    let mut counts = scale::counts(model);
    // The end of an axis that has none is no number that is measured.
    if let Some(course) = model.sweep.course.as_ref().filter(|course| course.sweep.plan().counts.is_open()) {
        counts.retain(|n| course.sweep.cells().iter().any(|cell| cell.shape.slots() == *n));
    }
    counts
}

/// The cell that a line shows of a strategy: of several shapes the fastest, or the one that is looked at.
fn cell(course: &Course, strategy: Strategy, workers: u32, chosen: Option<Key>) -> Option<&Cell> {
    let there = |cell: &&Cell| cell.strategy == strategy && cell.shape.slots() == workers;
    let rate = |cell: &Cell| course.point((cell.strategy, cell.shape)).map_or(0.0, |point| point.rate);
    let cells = || course.sweep.cells().iter().filter(there);
    let looked_at = cells().find(|cell| chosen == Some((cell.strategy, cell.shape)));
    looked_at.or_else(|| cells().max_by(|a, b| rate(a).total_cmp(&rate(b))))
}

/// The first line that is shown, so that the cursor's is, or what is recommended. What is measured moves nothing.
fn first(model: &Model, counts: &[u32], rows: usize) -> usize {
    let course = model.sweep.course.as_ref().filter(|course| course.end.is_some());
    let recommended =
        || course.and_then(Course::recommended).map(crate::analysis::sizing::Recommendation::workers);
    let shown = model.sweep.cursor.map(|point| point.1.slots()).or_else(recommended);
    let at = counts.iter().position(|n| Some(*n) == shown).unwrap_or(0);
    (at + 1).saturating_sub(rows).min(counts.len().saturating_sub(rows))
}

/// The point of a line of the panel, from its upper edge.
pub(crate) fn point_at(model: &Model, area: Rect, framed: bool, y: u16) -> Option<Key> {
    let inner = inside(area, framed);
    let line = usize::from(y.checked_sub(inner.y + 1).filter(|_| y < inner.bottom())?);
    let counts = counts(model);
    let first = first(model, &counts, usize::from(inner.height.saturating_sub(1)));
    let workers = *counts.get(first + line)?;
    let course = model.sweep.course.as_ref()?;
    let chosen = model.sweep.chosen();
    let strategy = chosen.map(|point| point.0).or_else(|| strategies(model).first().copied())?;
    let cell = cell(course, strategy, workers, chosen).filter(|cell| !cell.samples.is_empty())?;
    Some((cell.strategy, cell.shape))
}

/// Draws the panel.
pub(crate) fn draw(model: &Model, area: Rect, framed: bool, buf: &mut Buffer) {
    let theme = &model.theme;
    let desk = &model.sweep;
    let counts = counts(model);
    let inner = inside(area, framed);
    let rows = usize::from(inner.height.saturating_sub(1));
    let first = first(model, &counts, rows);
    if framed {
        let early =
            desk.course.as_ref().is_some_and(|course| course.sweep.cells().iter().any(|cell| cell.skipped));
        let mut below: Vec<String> = Vec::new();
        below.extend((rows < counts.len()).then(|| format!("{rows} of {}", counts.len())));
        below.extend(early.then(|| format!("{EARLY} no further repeats")));
        let below = fitting(&below, usize::from(area.width.saturating_sub(8)));
        let title = if desk.course.is_some() { "Measured" } else { "To be measured" };
        let about = if area.width >= 34 { desk.measure.name() } else { "" };
        Panel::new(title, theme).about(about).render(area, buf, &[], &[(below.as_str(), theme.dim)]);
    }
    let mut canvas = Canvas::new(inner, buf);
    let strategies = strategies(model);
    let width = canvas.width();
    let many = strategies.len().max(1) as u16;
    let runs = if WORKERS + STRATEGY * many + RUNS <= width { RUNS } else { 0 };
    let each = (width.saturating_sub(WORKERS + runs) / many).min(STRATEGY + 4);
    canvas.right(WORKERS, 0, "workers", theme.dim);
    for (end, strategy) in ends(each, &strategies) {
        let name = clip(strategy.name(), usize::from(each.saturating_sub(1)));
        canvas.right(end, 0, &name, theme.strategy(strategy));
    }
    if runs > 0 {
        canvas.right(WORKERS + each * many + RUNS, 0, "runs", theme.dim);
    }
    let chosen = desk.chosen();
    let told = desk.course.as_ref().filter(|course| course.is_telling());
    let best = told.and_then(Course::recommended).map(|r| (r.strategy, r.shape));
    for (y, workers) in (1..).zip(counts.iter().skip(first).take(rows)) {
        let looked_at = chosen.is_some_and(|point| point.1.slots() == *workers);
        if looked_at {
            canvas.restyle(0, y, width, theme.row);
            canvas.text(0, y, "▸", theme.accent);
        }
        let recommended = best.is_some_and(|point| point.1.slots() == *workers);
        let style = if recommended { theme.accent } else { theme.text };
        canvas.right(WORKERS, y, &workers.to_string(), style);
        let Some(course) = &desk.course else {
            ends(each, &strategies).for_each(|(end, _)| {
                canvas.right(end, y, "–", theme.dim);
            });
            continue;
        };
        for (end, strategy) in ends(each, &strategies) {
            let cell = cell(course, strategy, *workers, chosen);
            let key = cell.map(|cell| (cell.strategy, cell.shape));
            let value = key.and_then(|key| course.point(key)).and_then(|point| desk.measure.of(point));
            let going = course.step.map(|step| (step.strategy, step.shape));
            let (text, style) = match value {
                Some(value) if best == key => (desk.measure.words(value), theme.accent),
                Some(value) if cell.is_some_and(|cell| cell.skipped) => {
                    (format!("{}{EARLY}", desk.measure.words(value)), theme.dim)
                }
                Some(value) if looked_at && chosen == key => (desk.measure.words(value), theme.bright),
                Some(value) => (desk.measure.words(value), theme.text),
                None if key.is_some() && key == going => ("…".to_owned(), theme.strategy(strategy)),
                None => ("–".to_owned(), theme.dim),
            };
            canvas.right(end, y, &text, style);
        }
        if runs > 0 {
            canvas.right(WORKERS + each * many + RUNS, y, &repeats(course, *workers), theme.dim);
        }
    }
}

/// Where the column of each strategy ends.
fn ends(each: u16, strategies: &[Strategy]) -> impl Iterator<Item = (u16, Strategy)> {
    (1..).zip(strategies.iter().copied()).map(move |(n, strategy)| (WORKERS + each * n, strategy))
}

/// How many runs with so many workers are over, of how many.
fn repeats(course: &Course, workers: u32) -> String {
    let cells = || course.sweep.cells().iter().filter(|cell| cell.shape.slots() == workers);
    let done: u32 = cells().map(|cell| cell.samples.len() as u32).sum();
    let repeats = course.sweep.repeats();
    let missing = |cell: &Cell| {
        let goes_on = cell.planned && !cell.skipped && course.end != Some(End::Whole);
        if goes_on { repeats.saturating_sub(cell.samples.len() as u32) } else { 0 }
    };
    match cells().map(missing).sum::<u32>() {
        0 => done.to_string(),
        missing => format!("{done}/{}", done + missing),
    }
}
