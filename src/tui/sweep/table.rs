//! The points as numbers: one line for each number of workers, or for each shape where hybrid has several with as many; one
//! column for each strategy, and where there is room another for its runs.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::plan::{Shape, Strategy};
use crate::sweep::Cell;
use crate::tui::canvas::{Canvas, clip};
use crate::tui::lab::lanes::fitting;
use crate::tui::lab::layout::inside;
use crate::tui::lab::panel::Panel;
use crate::tui::model::Model;
use crate::tui::sweep::desk::{Course, End, Key};
use crate::tui::sweep::measure::{Measure, is_compared};
use crate::tui::sweep::{curve, scale};

/// The fewest columns of the number of workers, with the mark before it.
const WORKERS: u16 = 9;
/// Columns of a strategy, at most and at least.
const STRATEGY: (u16, u16) = (15, 10);
/// After the value of a point that is measured no further.
const EARLY: char = '↓';
/// Columns of the runs of a strategy.
const RUNS: u16 = 6;

/// A line.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
struct Row {
    workers: u32,
    /// Of hybrid, where there are several with as many workers.
    shape: Option<Shape>,
    /// Whether it is the first line with so many: the other strategies stand there.
    first: bool,
}

impl Row {
    fn label(&self) -> String {
        self.shape.map_or_else(|| self.workers.to_string(), |shape| format!("{} ({shape})", self.workers))
    }

    /// Whether it shows a point.
    fn shows(&self, (strategy, shape): Key) -> bool {
        match self.shape.filter(|_| strategy == Strategy::Hybrid) {
            Some(own) => own == shape,
            None => self.first && self.workers == shape.slots(),
        }
    }

    fn cell<'a>(&self, course: &'a Course, strategy: Strategy) -> Option<&'a Cell> {
        let mut cells = course.sweep.cells().iter();
        cells.find(|cell| cell.strategy == strategy && self.shows((cell.strategy, cell.shape)))
    }
}

/// The lines.
fn lines(model: &Model) -> Vec<Row> {
    let shapes = shapes(model);
    let of = |workers: u32| shapes.iter().copied().filter(move |shape| shape.slots() == workers);
    let several = shapes.iter().any(|shape| of(shape.slots()).count() > 1);
    let mut rows = Vec::new();
    for workers in counts(model) {
        let before = rows.len();
        let own = of(workers).filter(|_| several).enumerate();
        rows.extend(own.map(|(index, shape)| Row { workers, shape: Some(shape), first: index == 0 }));
        if rows.len() == before {
            rows.push(Row { workers, shape: None, first: true });
        }
    }
    rows
}

/// The shapes of hybrid, measured or planned, by their processes.
fn shapes(model: &Model) -> Vec<Shape> {
    let mut shapes: Vec<Shape> = if let Some(course) = &model.sweep.course {
        let hybrid = course.sweep.cells().iter().filter(|cell| cell.strategy == Strategy::Hybrid);
        hybrid.map(|cell| cell.shape).collect()
    } else {
        let plan = model.sweep.form.plan();
        let machine = plan.plan.machine(&model.machine);
        let planned = plan.counts.fixed(&machine).into_iter();
        let hybrid = planned.filter(|_| plan.plan.strategies.contains(&Strategy::Hybrid));
        hybrid.map(|count| Strategy::Hybrid.shape(count.shape(&machine))).collect()
    };
    shapes.sort_unstable_by_key(|shape| (shape.processes, shape.threads));
    shapes.dedup();
    shapes
}

/// Columns of the labels of lines.
fn label_columns(rows: &[Row]) -> u16 {
    let longest = rows.iter().map(|row| row.label().chars().count() as u16).max().unwrap_or(0);
    WORKERS.max(longest + 3)
}

/// Columns that the panel would like, with its frame.
pub(crate) fn columns(model: &Model, wide: bool) -> u16 {
    let strategies = strategies(model).len() as u16;
    let runs = if wide && strategies < 3 { RUNS } else { 0 };
    4 + label_columns(&lines(model)) + (STRATEGY.1 + runs) * strategies.max(1)
}

/// Lines that there would be, with the heading.
pub(crate) fn rows(model: &Model) -> u16 {
    1 + lines(model).len() as u16
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

/// The first line that is shown, so that the cursor's is, or what is recommended. What is measured moves nothing.
fn first(model: &Model, lines: &[Row], rows: usize) -> usize {
    let course = model.sweep.course.as_ref().filter(|course| course.end.is_some());
    let recommended = || course.and_then(Course::recommended).map(|r| (r.strategy, r.shape));
    let shown = model.sweep.cursor.or_else(recommended);
    let at = lines.iter().position(|row| shown.is_some_and(|point| row.shows(point))).unwrap_or(0);
    (at + 1).saturating_sub(rows).min(lines.len().saturating_sub(rows))
}

/// The point of a line of the panel, from its upper edge.
pub(crate) fn point_at(model: &Model, area: Rect, framed: bool, y: u16) -> Option<Key> {
    let inner = inside(area, framed);
    let line = usize::from(y.checked_sub(inner.y + 1).filter(|_| y < inner.bottom())?);
    let lines = lines(model);
    let first = first(model, &lines, usize::from(inner.height.saturating_sub(1)));
    let row = lines.get(first + line)?;
    let course = model.sweep.course.as_ref()?;
    let chosen = model.sweep.chosen().map(|point| point.0);
    // A line of hybrid alone has no other.
    let wanted = [chosen, strategies(model).first().copied(), row.shape.map(|_| Strategy::Hybrid)];
    let mut cells = wanted.into_iter().flatten().filter_map(|strategy| row.cell(course, strategy));
    let cell = cells.find(|cell| !cell.samples.is_empty())?;
    Some((cell.strategy, cell.shape))
}

/// Where the columns are.
struct Columns {
    label: u16,
    each: u16,
    /// Those of the runs; 0 where there is no room.
    runs: u16,
}

impl Columns {
    fn of(width: u16, label: u16, strategies: usize) -> Self {
        let room = width.saturating_sub(label) / strategies.max(1) as u16;
        let runs = if room >= STRATEGY.1 + RUNS { RUNS } else { 0 };
        Self { label, each: room.min(STRATEGY.0 + runs), runs }
    }

    /// Where the values of each strategy end, and its runs.
    fn ends<'a>(&'a self, strategies: &'a [Strategy]) -> impl Iterator<Item = (u16, u16, Strategy)> + 'a {
        (1..).zip(strategies).map(|(n, strategy)| {
            let end = self.label + self.each * n;
            (end.saturating_sub(self.runs), end, *strategy)
        })
    }
}

/// Draws the panel.
pub(crate) fn draw(model: &Model, area: Rect, framed: bool, buf: &mut Buffer) {
    let theme = &model.theme;
    let desk = &model.sweep;
    let lines = lines(model);
    let inner = inside(area, framed);
    let rows = usize::from(inner.height.saturating_sub(1));
    let first = first(model, &lines, rows);
    if framed {
        frame(model, area, (rows, lines.len()), buf);
    }
    let mut canvas = Canvas::new(inner, buf);
    let strategies = strategies(model);
    let width = canvas.width();
    let columns = Columns::of(width, label_columns(&lines), strategies.len());
    canvas.right(columns.label, 0, "workers", theme.dim);
    for (end, runs, strategy) in columns.ends(&strategies) {
        let name = clip(strategy.name(), usize::from(columns.each.saturating_sub(columns.runs + 1)));
        canvas.right(end, 0, &name, theme.strategy(strategy));
        if columns.runs > 0 {
            canvas.right(runs, 0, "runs", theme.dim);
        }
    }
    let chosen = desk.chosen();
    let told = desk.course.as_ref().filter(|course| course.is_telling());
    let best = told.and_then(Course::recommended).map(|r| (r.strategy, r.shape));
    for (y, row) in (1..).zip(lines.iter().skip(first).take(rows)) {
        if chosen.is_some_and(|point| row.shows(point)) {
            canvas.restyle(0, y, width, theme.row);
            canvas.text(0, y, "▸", theme.accent);
        }
        let recommended = best.is_some_and(|point| row.shows(point));
        let style = if recommended { theme.accent } else { theme.text };
        canvas.right(columns.label, y, &row.label(), style);
        for (end, runs, strategy) in columns.ends(&strategies) {
            if !row.first && strategy != Strategy::Hybrid {
                continue;
            }
            let cell = desk.course.as_ref().and_then(|course| row.cell(course, strategy));
            let Some((course, cell)) = desk.course.as_ref().zip(cell) else {
                canvas.right(end, y, "–", theme.dim);
                continue;
            };
            let key = (cell.strategy, cell.shape);
            let compared = is_compared(course.points(), strategy);
            let value = course.point(key).and_then(|point| desk.measure.of(point));
            let value = value.map(|value| desk.measure.guessed(value, compared));
            let going = course.step.map(|step| (step.strategy, step.shape));
            let (text, style) = match value {
                Some(value) if best == Some(key) => (value, theme.accent),
                Some(value) if cell.skipped => (format!("{value}{EARLY}"), theme.dim),
                Some(value) if chosen == Some(key) => (value, theme.bright),
                Some(value) => (value, theme.text),
                None if going == Some(key) => ("…".to_owned(), theme.strategy(strategy)),
                None => ("–".to_owned(), theme.dim),
            };
            canvas.right(end, y, &text, style);
            if columns.runs > 0 {
                canvas.right(runs, y, &repeats(course, cell), theme.dim);
            }
        }
    }
}

/// The frame: what stands in the lines, and how many of them.
fn frame(model: &Model, area: Rect, (rows, lines): (usize, usize), buf: &mut Buffer) {
    let theme = &model.theme;
    let desk = &model.sweep;
    let early =
        desk.course.as_ref().is_some_and(|course| course.sweep.cells().iter().any(|cell| cell.skipped));
    let mut below: Vec<String> = Vec::new();
    below.extend((rows < lines).then(|| format!("{rows} of {lines}")));
    below.extend(early.then(|| format!("{EARLY} no further repeats")));
    let below = fitting(&below, usize::from(area.width.saturating_sub(8)));
    // A speedup follows from what was measured, and may be a guess.
    let title = match (&desk.course, desk.measure) {
        (None, _) => "To be measured",
        (Some(_), Measure::Throughput) => "Measured",
        (Some(_), measure) => measure.title(),
    };
    let with_unit = area.width >= 34 && desk.measure == Measure::Throughput;
    let about = if with_unit { desk.measure.name() } else { "" };
    Panel::new(title, theme).about(about).render(area, buf, &[], &[(below.as_str(), theme.dim)]);
}

/// How many runs of a point are over, of how many.
fn repeats(course: &Course, cell: &Cell) -> String {
    let done = cell.samples.len() as u32;
    let goes_on = cell.planned && !cell.skipped && course.end != Some(End::Whole);
    match course.sweep.repeats().saturating_sub(done) {
        missing if goes_on && missing > 0 => format!("{done}/{}", done + missing),
        _ => done.to_string(),
    }
}
