//! What stands in the frame of the curve: what its marks and lines mean, and the point that is looked at in numbers.

use ratatui::style::Style;

use crate::tui::model::Model;
use crate::tui::sweep::curve::{SEVERAL, fits, is_valid, mark, strategies};
use crate::tui::sweep::measure::{Measure, is_compared, spread};
use crate::tui::sweep::pen::Pen;
use crate::tui::sweep::scale::one_worker;
use crate::tui::theme::Theme;

/// A part of the legend.
pub(crate) struct Part {
    pub(crate) text: String,
    pub(crate) style: Style,
    /// The line that it explains, if it is one.
    pub(crate) pen: Option<Pen>,
}

impl Part {
    fn mark(text: String, style: Style) -> Self {
        Self { text, style, pen: None }
    }

    fn line(pen: Pen, words: &str, theme: &Theme) -> Self {
        Self { text: format!("{} {words}", pen.sample(theme)), style: theme.dim, pen: Some(pen) }
    }
}

/// What marks and lines mean, those that matter most first; `several` where a mark stands for more than one strategy.
pub(crate) fn legend(model: &Model, several: bool) -> Vec<Part> {
    let theme = &model.theme;
    let plan = model.sweep.form.plan();
    let course = model.sweep.course.as_ref();
    let strategies = course.map_or(plan.plan.strategies, strategies);
    let names = strategies.into_iter().map(|strategy| {
        Part::mark(format!("{} {}", mark(strategy), strategy.name()), theme.strategy(strategy))
    });
    let mut parts: Vec<Part> = names.collect();
    if several {
        let words = if parts.len() > 2 { "several" } else { "both" };
        parts.push(Part::mark(format!("{SEVERAL} {words}"), theme.bright));
    }
    let points = course.map_or(&[][..], |course| course.points());
    if course.is_some_and(|course| fits(course).any(is_valid)) {
        parts.push(Part::line(Pen::Fitted, "fitted law", theme));
    }
    if points.iter().any(|point| point.possible.is_some()) {
        parts.push(Part::line(Pen::Possible, "possible", theme));
    }
    // Until one worker was measured, it is what one should do; without a value it is but a direction.
    let estimated = course.and_then(one_worker).is_none() && model.sweep.expected.one.is_some();
    parts.push(Part::line(Pen::Ideal, if estimated { "ideal (estimated)" } else { "ideal" }, theme));
    if points.iter().any(|point| Measure::Throughput.interval(point).is_some()) {
        parts.push(Part::line(Pen::Interval, "95 %", theme));
    }
    // Air before all but the first.
    for part in parts.iter_mut().skip(1) {
        part.text.insert_str(0, "  ");
    }
    parts
}

/// Columns of a legend.
pub(crate) fn long(legend: &[Part]) -> usize {
    legend.iter().map(|part| part.text.chars().count()).sum()
}

/// The point that is looked at, in numbers.
pub(crate) fn readout(model: &Model, room: usize) -> String {
    let Some(course) = &model.sweep.course else { return String::new() };
    let Some(chosen) = model.sweep.chosen() else { return String::new() };
    let label = chosen.0.label(chosen.1);
    let Some(point) = course.point(chosen) else { return label };
    let spread = spread(point, &model.theme);
    let rate = format!("{label} · {} tasks/s{spread}", Measure::Throughput.words(point.rate));
    let words = |measure: Measure| {
        let value = measure.of(point)?;
        Some(measure.guessed(value, is_compared(course.points(), point.strategy)))
    };
    let (speedup, efficiency) = (words(Measure::Speedup), words(Measure::Efficiency));
    let with_speedup = speedup.map_or_else(|| rate.clone(), |speedup| format!("{rate} · {speedup}"));
    let all = efficiency.map(|efficiency| format!("{with_speedup} · efficiency {efficiency}"));
    let words = [all, Some(with_speedup), Some(rate), Some(label)];
    words.into_iter().flatten().find(|words| words.chars().count() <= room).unwrap_or_default()
}
