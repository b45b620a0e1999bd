//! Hybrid as a grid: processes down, threads in each across, and in each cell how much that shape does.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::analysis::sizing::PointSummary;
use crate::plan::{Shape, Strategy};
use crate::tui::canvas::Canvas;
use crate::tui::lab::layout::inside;
use crate::tui::lab::panel::Panel;
use crate::tui::model::Model;
use crate::tui::sweep::desk::Focus;
use crate::tui::sweep::measure::Measure;

/// Columns of the number of processes.
const PROCESSES: u16 = 11;
/// The fewest and the most columns of a shape.
const SHAPE: (u16, u16) = (6, 16);
/// What cells look like, from the least to the most.
const SHADES: [char; 4] = ['░', '▒', '▓', '█'];

/// Whether hybrid was measured in several shapes of both.
pub(crate) fn is_one(points: &[PointSummary]) -> bool {
    sides(points).is_some()
}

/// Processes and threads of the shapes.
fn sides(points: &[PointSummary]) -> Option<(Vec<u32>, Vec<u32>)> {
    let distinct = |what: fn(&PointSummary) -> u32| {
        let hybrid = points.iter().filter(|point| point.strategy == Strategy::Hybrid);
        let mut values: Vec<u32> = hybrid.map(what).collect();
        values.sort_unstable();
        values.dedup();
        values
    };
    let (processes, threads) = (distinct(|p| p.shape.processes), distinct(|p| p.shape.threads));
    (processes.len() > 1 && threads.len() > 1).then_some((processes, threads))
}

/// The cells that there is room for: each shape with its place.
fn cells(model: &Model, area: Rect, framed: bool) -> Vec<(Shape, Rect)> {
    let inner = inside(area, framed);
    let Some((processes, threads)) = model.sweep.course.as_ref().and_then(|course| sides(course.points()))
    else {
        return Vec::new();
    };
    let wide = (inner.width.saturating_sub(PROCESSES) / threads.len().max(1) as u16).clamp(SHAPE.0, SHAPE.1);
    let high = (inner.height.saturating_sub(1) / processes.len().max(1) as u16).clamp(1, 3);
    let mut cells = Vec::new();
    for (row, p) in (0..).zip(&processes) {
        for (column, t) in (0..).zip(&threads) {
            let (x, y) = (inner.x + PROCESSES + column * wide, inner.y + 1 + row * high);
            if x + wide <= inner.right() && y + high <= inner.bottom() {
                cells.push((Shape::new(*p, *t), Rect { x, y, width: wide, height: high }));
            }
        }
    }
    cells
}

/// The shape at a place.
pub(crate) fn shape_at(
    model: &Model,
    area: Rect,
    framed: bool,
    at: ratatui::layout::Position,
) -> Option<Shape> {
    cells(model, area, framed).into_iter().find(|(_, cell)| cell.contains(at)).map(|(shape, _)| shape)
}

/// Draws the panel.
pub(crate) fn draw(model: &Model, area: Rect, framed: bool, buf: &mut Buffer) {
    let theme = &model.theme;
    let desk = &model.sweep;
    let Some(course) = &desk.course else { return };
    if framed {
        let panel = Panel::new("Hybrid: processes with threads in each, tasks/s", theme);
        panel.focused(desk.focus == Focus::Curve).render(area, buf, &[], &[]);
    }
    let hybrid = || course.points().iter().filter(|point| point.strategy == Strategy::Hybrid);
    let most = hybrid().map(|point| point.rate).fold(0.0, f64::max);
    let least = hybrid().map(|point| point.rate).fold(most, f64::min);
    let cells = cells(model, area, framed);
    let inner = inside(area, framed);
    let mut canvas = Canvas::new(inner, buf);
    canvas.text(0, 0, "processes", theme.dim);
    let best = course.recommended().filter(|r| r.strategy == Strategy::Hybrid).map(|r| r.shape);
    for (shape, cell) in cells {
        let (x, y) = (cell.x - inner.x, cell.y - inner.y);
        let middle = y + (cell.height - 1) / 2;
        if y == 1 {
            let head = format!("×{}", shape.threads);
            canvas.text(x + cell.width.saturating_sub(head.chars().count() as u16) / 2, 0, &head, theme.dim);
        }
        canvas.right(PROCESSES - 2, middle, &shape.processes.to_string(), theme.dim);
        let Some(point) = hybrid().find(|point| point.shape == shape) else {
            canvas.text(x + cell.width / 2, middle, "–", theme.dim);
            continue;
        };
        let part = if most > least { (point.rate - least) / (most - least) } else { 1.0 };
        let shade = SHADES[((part * SHADES.len() as f64) as usize).min(SHADES.len() - 1)];
        for row in y..y + cell.height {
            canvas.fill(x, row, cell.width.saturating_sub(1), shade, theme.strategy(Strategy::Hybrid));
        }
        let style = match shape {
            shape if desk.chosen() == Some((Strategy::Hybrid, shape)) => theme.button,
            shape if best == Some(shape) => Style::reset().patch(theme.accent),
            _ => Style::reset().patch(theme.text),
        };
        let text = format!(" {} ", Measure::Throughput.words(point.rate));
        let wide = (text.chars().count() as u16).min(cell.width);
        canvas.text(x + (cell.width - wide) / 2, middle, &text, style);
    }
}
