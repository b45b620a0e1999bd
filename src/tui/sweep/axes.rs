//! The axes of the curve: values at the left with their lines, numbers of workers below.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use crate::report::sweep::short;
use crate::tui::canvas::Canvas;
use crate::tui::model::Model;
use crate::tui::sweep::desk::Course;
use crate::tui::sweep::scale::Scale;

/// Columns before the values: a label, and air.
pub(crate) const GUTTER: u16 = 8;

/// Draws values, and what lies at them; and numbers of workers.
pub(crate) fn draw(model: &Model, scale: &Scale, plot: Rect, buf: &mut Buffer) {
    let theme = &model.theme;
    let gutter = plot.x.saturating_sub(GUTTER);
    let mut canvas =
        Canvas::new(Rect { x: gutter, width: plot.width + GUTTER, height: plot.height + 1, ..plot }, buf);
    let width = canvas.width();
    let known = model.sweep.expected.one.is_some()
        || model.sweep.course.as_ref().is_some_and(|course| !course.points().is_empty());
    // What nobody knows has no numbers, and a line without its value says nothing.
    let ticks = if known { scale.ticks() } else { Vec::new() };
    for value in ticks.into_iter().filter(|value| *value > 0.0) {
        let y = scale.row(value);
        // Where it is as bright as the curve, and a letter as they are, it must not be taken for a line of values.
        match (theme.has_colours(), theme.ascii) {
            (true, false) => canvas.fill(GUTTER, y, width, '─', theme.faint),
            (_, ascii) => {
                let dot = if ascii { '-' } else { '·' };
                (GUTTER..width).step_by(4).for_each(|x| canvas.glyph(x, y, dot, theme.faint));
            }
        }
        canvas.right(GUTTER - 1, y, &short(value), theme.dim);
    }
    let bottom = plot.height - 1;
    canvas.fill(GUTTER, bottom, width, '─', theme.dim);
    canvas.right(GUTTER - 1, bottom, "0", theme.dim);
    canvas.text(0, plot.height, "workers", theme.dim);
    labels(model, scale, &mut canvas.part(GUTTER, plot.height, width - GUTTER, 1));
}

/// The numbers of workers below the axis, as many as do not touch: its ends, powers of two, and then the others. Which of
/// them have a label depends on the axis alone; what matters now is only drawn in another way.
fn labels(model: &Model, scale: &Scale, canvas: &mut Canvas<'_>) {
    let theme = &model.theme;
    let desk = &model.sweep;
    let going = desk.step().map(|step| (step.shape.slots(), theme.strategy(step.strategy)));
    let going = going.map(|(n, style)| (n, style.add_modifier(Modifier::BOLD)));
    let chosen = desk.chosen().map(|point| (point.1.slots(), theme.bright));
    let told = desk.course.as_ref().filter(|course| course.is_telling());
    let recommended = told.and_then(Course::recommended).map(|r| (r.workers(), theme.accent));
    let style = |workers: u32| {
        let marked = [recommended, going, chosen].into_iter().flatten().find(|(n, _)| *n == workers);
        marked.map_or(theme.dim, |(_, style)| style)
    };
    let ends = [scale.counts.first(), scale.counts.last()].into_iter().flatten();
    let round = scale.counts.iter().filter(|n| n.is_power_of_two());
    let mut taken: Vec<(u16, u16)> = Vec::new();
    for workers in ends.chain(round).chain(&scale.counts) {
        let text = workers.to_string();
        let wide = text.len() as u16;
        let middle = scale.column(*workers);
        let x = middle.saturating_sub((wide - 1) / 2).min(canvas.width().saturating_sub(wide));
        let touches = |(from, to): &(u16, u16)| x <= *to && x + wide >= *from;
        if !taken.iter().any(touches) {
            canvas.text(x, 0, &text, style(*workers));
            taken.push((x, x + wide));
        }
    }
}
