//! The curve: a measure over numbers of workers, for each strategy.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::analysis::sizing::{PointSummary, Recommendation, StrategyFit};
use crate::plan::Strategy;
use crate::tui::canvas::Canvas;
use crate::tui::lab::layout::inside;
use crate::tui::lab::panel::Panel;
use crate::tui::model::Model;
use crate::tui::sweep::axes::{self, GUTTER};
use crate::tui::sweep::begin;
use crate::tui::sweep::desk::{Course, Focus, Key, key};
use crate::tui::sweep::dots::Dots;
use crate::tui::sweep::legend;
use crate::tui::sweep::measure::Measure;
use crate::tui::sweep::naming::{self, Nameless, Taken};
use crate::tui::sweep::pen::Pen;
use crate::tui::sweep::scale::{Scale, one_worker};
use crate::tui::theme::Theme;
use crate::units::plural;

/// Below this width the panel has a short heading.
const SHORT: u16 = 60;
/// The interval of what is recommended is shaded where it has at most one in so many columns.
const SHADED: u16 = 3;
/// Where points of several strategies stand in one cell.
pub(crate) const SEVERAL: char = '◆';

/// How lines are drawn.
struct Look<'a> {
    measure: Measure,
    scale: &'a Scale,
    theme: &'a Theme,
}

/// What a strategy's points look like.
pub(crate) const fn mark(strategy: Strategy) -> char {
    match strategy {
        Strategy::Serial | Strategy::Threads => '●',
        Strategy::Processes => '■',
        Strategy::Hybrid => '▲',
    }
}

/// The points of a strategy that its curve goes through: of several shapes with as many workers the fastest.
pub(crate) fn of(course: &Course, strategy: Strategy) -> Vec<&PointSummary> {
    let mut points: Vec<&PointSummary> =
        course.points().iter().filter(|point| point.strategy == strategy).collect();
    points.sort_by(|a, b| a.workers().cmp(&b.workers()).then(b.rate.total_cmp(&a.rate)));
    points.dedup_by_key(|point| point.workers());
    points
}

/// Where values are drawn within the panel, and how.
pub(crate) fn plot(model: &Model, area: Rect, framed: bool) -> (Rect, Scale) {
    let inner = inside(area, framed);
    let gutter = GUTTER.min(inner.width);
    let plot = Rect {
        x: inner.x + gutter,
        width: inner.width - gutter,
        height: inner.height.saturating_sub(1),
        ..inner
    };
    (plot, Scale::of(model, plot.width, plot.height.max(1)))
}

/// Draws the panel.
pub(crate) fn draw(model: &Model, area: Rect, framed: bool, buf: &mut Buffer) {
    let theme = &model.theme;
    let desk = &model.sweep;
    let explained = if framed { frame(model, area, buf) } else { Vec::new() };
    let (plot, scale) = plot(model, area, framed);
    if plot.height < 2 || plot.width < 8 {
        return;
    }
    axes::draw(model, &scale, plot, buf);
    let mut canvas = Canvas::new(plot, buf);
    let course = desk.course.as_ref();
    let recommended = course.filter(|course| course.is_telling()).and_then(|course| course.recommended());
    if let Some(r) = recommended {
        interval(r, &scale, &mut canvas, theme);
    }
    let columns = recommended.map_or_else(Vec::new, |r| {
        [r.interval.0, r.workers(), r.interval.1].map(|workers| scale.column(workers)).to_vec()
    });
    let first = u16::from(recommended.is_some());
    let ideal = ideal(model, &scale);
    let dots = lines(model, &ideal, &scale, plot);
    dots.draw(&mut canvas, theme.ascii);
    let marks_at = marked(model, &scale).into_iter().map(|(_, x, y)| (x, y, 1)).collect();
    let mut taken = Taken { dots: &dots, columns, first, axis: plot.height - 1, words: marks_at };
    let sure = course.and_then(one_worker).is_some() || desk.expected.one.is_none();
    let possible = course.map_or_else(Vec::new, |course| ceilings(course, desk.measure, &scale));
    let ceiling = possible.into_iter().find(|points| !points.is_empty()).unwrap_or_default();
    for (pen, name, points) in
        [(Pen::Ideal, if sure { "ideal" } else { "≈ ideal" }, &ideal), (Pen::Possible, "possible", &ceiling)]
    {
        if !explained.contains(&pen) {
            naming::name(&Nameless { name, points, style: theme.dim }, &mut taken, &mut canvas);
        }
    }
    if let Some(r) = recommended {
        name(r, &scale, &mut canvas, theme);
    }
    if let Some(course) = course {
        marks(model, course, &scale, &mut canvas);
    }
    if course.is_none_or(|course| course.points().is_empty()) {
        begin::draw(model, course, &mut canvas);
    }
}

/// All lines.
fn lines(model: &Model, ideal: &[(f64, f64)], scale: &Scale, plot: Rect) -> Dots {
    let theme = &model.theme;
    let mut dots = Dots::new(plot.width, plot.height);
    dots.line(ideal, Pen::Ideal, theme.dim);
    if let Some(course) = &model.sweep.course {
        let look = Look { measure: model.sweep.measure, scale, theme };
        for points in ceilings(course, look.measure, scale) {
            dots.line(&points, Pen::Possible, theme.dim);
        }
        for strategy in strategies(course) {
            line(course, strategy, &look, &mut dots);
        }
        dots.join(plot.height - 1);
    }
    dots
}

/// The frame, with what lines mean as far as there is room; the lines that it explains.
fn frame(model: &Model, area: Rect, buf: &mut Buffer) -> Vec<Pen> {
    let theme = &model.theme;
    let desk = &model.sweep;
    let room = |title: &str| usize::from(area.width).saturating_sub(title.len() + 8);
    let mut title = if area.width < SHORT { desk.measure.name() } else { desk.measure.title() };
    let (_, scale) = plot(model, area, true);
    let several = desk.course.as_ref().is_some_and(|course| has_several(model, course, &scale));
    let mut parts = legend::legend(model, several);
    // The unit says what is drawn, too.
    if legend::long(&parts) > room(title) {
        title = desk.measure.name();
    }
    // What lines mean goes first where there is no room.
    while legend::long(&parts) > room(title) && !parts.is_empty() {
        parts.pop();
    }
    let words: Vec<(&str, Style)> = parts.iter().map(|part| (part.text.as_str(), part.style)).collect();
    let below = legend::readout(model, usize::from(area.width.saturating_sub(8)));
    let panel = Panel::new(title, theme).focused(desk.focus == Focus::Curve);
    panel.render(area, buf, &words, &[(below.as_str(), theme.text)]);
    parts.iter().filter_map(|part| part.pen).collect()
}

/// The strategies that are measured, in their order.
pub(crate) fn strategies(course: &Course) -> Vec<Strategy> {
    course.sweep.plan().plan.strategies.clone()
}

/// The fitted laws.
pub(crate) fn fits(course: &Course) -> impl Iterator<Item = &StrategyFit> {
    course.sizing.iter().flat_map(|sizing| &sizing.fits)
}

/// Whether a law holds.
pub(crate) fn is_valid(fit: &StrategyFit) -> bool {
    fit.fit.as_ref().is_ok_and(|report| report.valid)
}

/// A line at what is recommended, with its interval behind it. Where that is wide its ends alone are drawn: a plot shaded
/// from end to end says nothing, and its curves are harder to see.
fn interval(r: &Recommendation, scale: &Scale, canvas: &mut Canvas<'_>, theme: &Theme) {
    let (low, high) = (scale.column(r.interval.0), scale.column(r.interval.1));
    let x = scale.column(r.workers());
    let rows = canvas.height().saturating_sub(1);
    if high > low {
        let wide = high - low + 1;
        // Without colours the row of the focus is reversed: two white bars from top to bottom say too much.
        let shaded = wide <= canvas.width() / SHADED && theme.row.bg.is_some();
        let ground = if shaded { theme.row } else { Style::new() };
        for y in 1..rows {
            canvas.restyle(low, y, wide, ground);
            for x in [low, high] {
                canvas.glyph(x, y, '┊', theme.dim.patch(ground));
            }
        }
    }
    for y in 1..rows {
        canvas.glyph(x, y, '┆', theme.accent);
    }
}

/// What the line stands for, at its upper end.
fn name(r: &Recommendation, scale: &Scale, canvas: &mut Canvas<'_>, theme: &Theme) {
    let x = scale.column(r.workers());
    let words = format!(" {} ", plural(r.workers().into(), "worker"));
    let wide = words.len() as u16;
    let from = x.saturating_sub(wide / 2).min(canvas.width().saturating_sub(wide));
    canvas.text(from, 0, &words, theme.accent);
}

/// As many times as fast as one worker: as that was measured, else as it is expected. Where nobody knows, it is a line all
/// the same, over an axis without values.
fn ideal(model: &Model, scale: &Scale) -> Vec<(f64, f64)> {
    let desk = &model.sweep;
    let measured = desk.course.as_ref().and_then(one_worker);
    let widest = scale.counts.last().copied().map_or(1.0, f64::from);
    let one = measured.or(desk.expected.one).unwrap_or(scale.top / widest);
    let at = |x: f64| {
        let workers = scale.workers(x);
        let value = desk.measure.value(one * workers, workers, Some(one))?;
        (value <= scale.top).then(|| (x, scale.y(value)))
    };
    scale.dots().filter_map(at).collect()
}

/// What CPUs, whole rounds of tasks and locks allow each strategy: a ceiling, as far as it lies within the axis.
fn ceilings(course: &Course, measure: Measure, scale: &Scale) -> Vec<Vec<(f64, f64)>> {
    let at = |point: &PointSummary| {
        let workers = f64::from(point.workers());
        let value = measure.value(point.possible?, workers, crate::tui::sweep::measure::one(point))?;
        (value <= scale.top).then(|| (scale.x(workers), scale.y(value)))
    };
    let of = |strategy| of(course, strategy).into_iter().filter_map(at).collect();
    strategies(course).into_iter().map(of).collect()
}

/// The fitted law where it holds, and else what joins the points; and the intervals of the repeats.
fn line(course: &Course, strategy: Strategy, look: &Look<'_>, dots: &mut Dots) {
    let Look { measure, scale, theme } = look;
    let style = theme.strategy(strategy);
    let points = of(course, strategy);
    let one = points.iter().find_map(|point| crate::tui::sweep::measure::one(point));
    let fit = fits(course).find(|fit| fit.strategy == strategy && is_valid(fit));
    let fitted = fit.and_then(|fit| fit.fit.as_ref().ok()).map(|report| report.fit.curve);
    let ends = points.first().zip(points.last()).map(|(a, b)| [a, b].map(|p| f64::from(p.workers())));
    if let (Some(curve), Some([from, to])) = (fitted, ends) {
        let between = scale.dots().filter(|x| (scale.x(from)..=scale.x(to)).contains(x));
        let along: Vec<(f64, f64)> = between
            .filter_map(|x| {
                let workers = scale.workers(x);
                let value = measure.value(curve.rate(workers), workers, one)?;
                Some((x, scale.y(value.clamp(0.0, scale.top))))
            })
            .collect();
        dots.line(&along, Pen::Fitted, style);
    } else {
        let at =
            |point: &&PointSummary| Some((scale.x(f64::from(point.workers())), scale.y(measure.of(point)?)));
        let through: Vec<(f64, f64)> = points.iter().filter_map(at).collect();
        dots.line(&through, Pen::Joined, style);
    }
    for point in points {
        if let Some((low, high)) = measure.interval(point) {
            let x = f64::from(scale.column(point.workers())) * 2.0;
            let ends = [low, high].map(|value| scale.y(value.clamp(0.0, scale.top)));
            dots.line(&[(x, ends[0]), (x, ends[1])], Pen::Interval, style);
        }
        level(point, look, dots, style);
    }
}

/// A short line through the mark of a point, at the height of its value: the mark itself stands in a whole row.
fn level(point: &PointSummary, look: &Look<'_>, dots: &mut Dots, style: Style) {
    let Some(value) = look.measure.of(point) else { return };
    let x = f64::from(look.scale.column(point.workers())) * 2.0;
    let y = look.scale.y(value.clamp(0.0, look.scale.top));
    dots.line(&[(x - 2.0, y), (x + 4.0, y)], Pen::Level, style);
}

/// Where a point's mark stands; none where its value is not known.
pub(crate) fn place(course: &Course, measure: Measure, scale: &Scale, point: Key) -> Option<(u16, u16)> {
    let value = measure.of(course.point(point)?)?;
    Some((scale.column(point.1.slots()), scale.row(value.clamp(0.0, scale.top))))
}

/// The cells of marks, each with the points that stand in it; what is looked at comes first.
fn cells(model: &Model, course: &Course, scale: &Scale) -> Vec<((u16, u16), Vec<Key>)> {
    let chosen = model.sweep.chosen();
    let of_curves = strategies(course).into_iter().flat_map(|strategy| of(course, strategy));
    let mut points: Vec<Key> = of_curves.map(|point| (point.strategy, point.shape)).collect();
    points.retain(|point| Some(*point) != chosen);
    points.splice(0..0, chosen);
    let mut cells: Vec<((u16, u16), Vec<Key>)> = Vec::new();
    for point in points {
        let Some(at) = place(course, model.sweep.measure, scale, point) else { continue };
        match cells.iter_mut().find(|(other, _)| *other == at) {
            Some((_, points)) => points.push(point),
            None => cells.push((at, vec![point])),
        }
    }
    cells
}

/// Whether points in one cell are of several strategies.
fn are_several(points: &[Key]) -> bool {
    points.iter().any(|point| points.first().is_some_and(|first| first.0 != point.0))
}

/// Whether any mark stands for several strategies.
fn has_several(model: &Model, course: &Course, scale: &Scale) -> bool {
    let chosen = model.sweep.chosen();
    let alone = |points: &[Key]| points.first().copied() == chosen;
    cells(model, course, scale).iter().any(|(_, points)| are_several(points) && !alone(points))
}

/// A mark for each point, where it belongs; one for several strategies that a cell cannot tell apart. What is looked at
/// keeps its own.
fn marks(model: &Model, course: &Course, scale: &Scale, canvas: &mut Canvas<'_>) {
    let theme = &model.theme;
    let chosen = model.sweep.chosen();
    for ((x, y), points) in cells(model, course, scale) {
        let Some(first) = points.first().copied() else { continue };
        let (glyph, style) = match first {
            first if Some(first) == chosen => (mark(first.0), chosen_mark(theme)),
            _ if are_several(&points) => (SEVERAL, theme.bright),
            first => (mark(first.0), theme.strategy(first.0).add_modifier(Modifier::BOLD)),
        };
        canvas.glyph(x, y, glyph, style);
    }
}

/// What the mark looks like that is looked at: its shape still tells the strategy.
const fn chosen_mark(theme: &Theme) -> Style {
    if theme.has_colours() { theme.accent } else { theme.button }
}

/// Every point that has a mark, and where it is.
pub(crate) fn marked(model: &Model, scale: &Scale) -> Vec<(Key, u16, u16)> {
    let Some(course) = &model.sweep.course else { return Vec::new() };
    let cells = course.cells().map(key);
    cells
        .filter_map(|point| place(course, model.sweep.measure, scale, point).map(|(x, y)| (point, x, y)))
        .collect()
}
