//! What stands in the frame of the curve: what its marks and lines mean, and the point that is looked at in numbers.

use ratatui::style::Style;

use crate::tui::model::Model;
use crate::tui::sweep::curve::{SEVERAL, fits, is_valid, mark, strategies};
use crate::tui::sweep::measure::{Measure, spread};
use crate::tui::sweep::scale::one_worker;

/// What marks and lines mean, those that matter most first; `several` where a mark stands for more than one strategy.
pub(crate) fn legend(model: &Model, several: bool) -> Vec<(String, Style)> {
    let theme = &model.theme;
    let plan = model.sweep.form.plan();
    let course = model.sweep.course.as_ref();
    let strategies = course.map_or(plan.plan.strategies, strategies);
    let names = strategies
        .into_iter()
        .map(|strategy| (format!("{} {}", mark(strategy), strategy.name()), theme.strategy(strategy)));
    let mut parts: Vec<(String, Style)> = names.collect();
    if several {
        let words = if parts.len() > 2 { "several" } else { "both" };
        parts.push((format!("{SEVERAL} {words}"), theme.bright));
    }
    // Until one worker was measured, it is what one should do; without a value it is but a direction.
    let expected = ("⠄⠂ ideal (estimated)".to_owned(), theme.dim);
    let expected = model.sweep.expected.one.map(|_| expected);
    let Some(course) = course else {
        parts.extend(expected);
        return spaced(parts);
    };
    if fits(course).any(is_valid) {
        parts.push(("⠤⠤ fitted law".to_owned(), theme.dim));
    }
    if course.points().iter().any(|point| point.possible.is_some()) {
        parts.push(("⠤⠄⠠⠤ possible".to_owned(), theme.dim));
    }
    match one_worker(course) {
        Some(_) => parts.push(("⠄⠂ ideal".to_owned(), theme.dim)),
        None => parts.extend(expected),
    }
    if course.points().iter().any(|point| Measure::Throughput.interval(point).is_some()) {
        parts.push(("⡇ 95 %".to_owned(), theme.dim));
    }
    spaced(parts)
}

/// The parts of a legend with air before all but the first.
fn spaced(mut parts: Vec<(String, Style)>) -> Vec<(String, Style)> {
    for (text, _) in parts.iter_mut().skip(1) {
        text.insert_str(0, "  ");
    }
    parts
}

/// Columns of a legend.
pub(crate) fn long(legend: &[(String, Style)]) -> usize {
    legend.iter().map(|(text, _)| text.chars().count()).sum()
}

/// The point that is looked at, in numbers.
pub(crate) fn readout(model: &Model, room: usize) -> String {
    let Some(course) = &model.sweep.course else { return String::new() };
    let Some(chosen) = model.sweep.chosen() else { return String::new() };
    let label = chosen.0.label(chosen.1);
    let Some(point) = course.point(chosen) else { return label };
    let spread = spread(point);
    let rate = format!("{label} · {} tasks/s{spread}", Measure::Throughput.words(point.rate));
    let speedup = Measure::Speedup.of(point).map(|value| Measure::Speedup.words(value));
    let efficiency = Measure::Efficiency.of(point).map(|value| Measure::Efficiency.words(value));
    let with_speedup = speedup.map_or_else(|| rate.clone(), |speedup| format!("{rate} · {speedup}"));
    let all = efficiency.map(|efficiency| format!("{with_speedup} · efficiency {efficiency}"));
    let words = [all, Some(with_speedup), Some(rate), Some(label)];
    words.into_iter().flatten().find(|words| words.chars().count() <= room).unwrap_or_default()
}
