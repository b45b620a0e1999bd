//! A point whose lanes are not kept: where the time of its workers went, its figures, and why there is no more.

use crate::tui::canvas::{Canvas, clip};
use crate::tui::compare::ledger;
use crate::tui::lab::ledger::{lines, pairs};
use crate::tui::model::Model;
use crate::tui::sweep::desk::Course;
use crate::tui::sweep::kept::{Account, Kept, LANES_KEPT};
use crate::tui::sweep::measure::{Measure, is_compared, spread};
use crate::tui::theme::Theme;
use crate::units::grouped;

/// Columns before the bar.
const NAME: u16 = 8;
/// Columns of the figures.
const FIGURES: u16 = 36;
/// The fewest columns in which the parts of the ledger are lines beside the figures, and the most that these need.
const PARTS: std::ops::RangeInclusive<u16> = 28..=60;
/// From this height on there is air between what is drawn.
const AIRY: u16 = 10;

/// Draws it: the bar first, then why there are no lanes, then as many figures as there is room for.
pub(super) fn draw(model: &Model, course: &Course, kept: &Kept, canvas: &mut Canvas<'_>) {
    let theme = &model.theme;
    let (width, height) = (canvas.width(), canvas.height());
    let Account { ledger, commands, .. } = kept.account;
    canvas.text(0, 0, "time", theme.dim);
    ledger::bar(&mut canvas.part(NAME, 0, width.saturating_sub(NAME), 1), &ledger, commands, theme);
    let legend = u16::from(height > 2);
    ledger::legend(&mut canvas.part(0, 1, width, legend), NAME, &ledger, commands, theme);
    let air = u16::from(height >= AIRY);
    let top = 1 + legend + air;
    let room = height.saturating_sub(top + air + 1);
    let figures = figures(course, kept, theme);
    let mut used = (figures.len() as u16).min(room);
    pairs(&mut canvas.part(0, top, FIGURES, room), 0, &figures, model);
    let beside = width.saturating_sub(FIGURES + 4).min(*PARTS.end());
    if beside >= *PARTS.start() {
        let parts = lines(&mut canvas.part(FIGURES + 4, top, beside, room), &ledger, commands, model);
        used = used.max(parts.min(room));
    }
    let most = grouped(LANES_KEPT as u64);
    let why = [
        format!("Its lanes are not kept: a sweep keeps {most}, where workers are few."),
        "Its lanes are not kept.".to_owned(),
    ];
    let fits = why.iter().find(|words| words.len() <= usize::from(width)).or(why.last());
    let words = fits.map_or(String::new(), |words| clip(words, width.into()));
    canvas.text(0, top + used + air, &words, theme.dim);
}

/// What is known of the point, what matters most first.
fn figures(course: &Course, kept: &Kept, theme: &Theme) -> Vec<(&'static str, String)> {
    let mut figures = Vec::new();
    if let Some(point) = course.point(kept.key) {
        let spread = spread(point, theme);
        let rate = Measure::Throughput.words(point.rate);
        let aside = match (point.failed, point.set_aside.len()) {
            (0, 0) => String::new(),
            (0, aside) => format!(", {aside} set aside"),
            (failed, _) => format!(", {failed} failed"),
        };
        let runs = point.elapsed.len() + point.failed;
        figures.push(("throughput", format!("{rate} tasks/s{spread}")));
        figures.push((if runs > 1 { "elapsed, median" } else { "elapsed" }, point.median.to_string()));
        for (name, measure) in [("speedup", Measure::Speedup), ("efficiency", Measure::Efficiency)] {
            let compared = is_compared(course.points(), point.strategy);
            figures.extend(measure.of(point).map(|value| (name, measure.guessed(value, compared))));
        }
        figures.push(("runs", format!("{runs}{aside}")));
    } else {
        figures.push(("elapsed", kept.account.elapsed.to_string()));
    }
    let Account { startup, shutdown, latency, .. } = kept.account;
    figures.extend([
        ("task, half below", latency.p50.to_string()),
        ("task, 9 of 10 below", latency.p90.to_string()),
        ("start-up", startup.to_string()),
        ("ending", shutdown.to_string()),
    ]);
    figures
}
