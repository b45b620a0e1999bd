//! What is recommended and why, or why nothing is. Where there is no room for all of it, what matters less is left out.

pub(super) mod page;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::analysis::sizing::{Advice, Limit, Recommendation, Sizing};
use crate::plan::Strategy;
use crate::report::sweep as words;
use crate::report::text::harmless;
use crate::tui::canvas::Canvas;
use crate::tui::lab::layout::inside;
use crate::tui::lab::panel::Panel;
use crate::tui::model::Model;
use crate::tui::sweep::desk::{Course, End, Opened};
use crate::tui::sweep::measure::{Measure, is_compared, plus_minus, spread};
use crate::tui::sweep::verdict::page::{MOST_LINES, Page};
use crate::units::plural;

/// Before what is to be known of a recommendation.
pub(super) const WARNING: &str = "! ";

/// What is said of laws.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Laws {
    None,
    /// With one reason of those that do not hold.
    Brief,
    /// With all of them.
    Whole,
}

/// Draws the panel.
pub(crate) fn draw(model: &Model, area: Rect, buf: &mut Buffer) {
    let theme = &model.theme;
    let inner = inside(area, true);
    let course = model.sweep.course.as_ref();
    let sizing = course.and_then(|course| course.sizing.as_ref());
    let whole = course.is_some_and(|course| course.end.is_some());
    let refused = sizing.is_some_and(|sizing| matches!(sizing.advice, Advice::Refused(_)));
    let title = match (whole, refused) {
        (true, true) => "Nothing is recommended",
        (true, false) => head(course),
        (false, _) if sizing.is_some() => "So far",
        _ => "What it will say",
    };
    let (width, height) = (usize::from(inner.width), usize::from(inner.height));
    let filled = |is_dense: bool, with: Laws| {
        let mut page = Page::new(width, height, is_dense);
        fill(model, with, &mut page);
        page
    };
    let alone = model.sweep.opened == Some(Opened::Why);
    let whole_laws = filled(false, Laws::Whole);
    let laws = if whole_laws.is_cut && !alone { Laws::Brief } else { Laws::Whole };
    // Where not all of it fits, there is no room for air, unless no more would fit without.
    let (airy, dense) = (filled(false, laws), filled(true, laws));
    let page = if airy.is_cut && dense.said() > airy.said() { dense } else { airy }.airy();
    let more: &[(&str, Style)] = match (page.is_cut, alone) {
        (false, _) => &[],
        (true, true) => &[("more than fits", theme.dim)],
        (true, false) => &[("w", theme.accent), (" more", theme.dim)],
    };
    Panel::new(title, theme).render(area, buf, &[], more);
    let mut canvas = Canvas::new(inner, buf);
    for (y, (text, style)) in (0..).zip(&page.lines) {
        canvas.text(0, y, text, *style);
        // The sign is red, the words are to be read.
        if text.starts_with(WARNING) {
            canvas.text(0, y, WARNING, theme.bad);
        }
    }
}

/// Lines of what there is to say in a panel of so many columns, both with their frame; the law has to do with what is left.
pub(crate) fn height(model: &Model, columns: u16) -> u16 {
    let inner = inside(Rect { x: 0, y: 0, width: columns, height: 3 }, true);
    let mut page = Page::new(usize::from(inner.width), usize::from(MOST_LINES), false);
    fill(model, Laws::None, &mut page);
    page.lines.len() as u16 + 2
}

/// What the recommendation of a sweep that is over is called.
pub(super) fn head(course: Option<&Course>) -> &'static str {
    let stopped = course.is_some_and(|course| course.end == Some(End::Stopped));
    if stopped { "So far (stopped)" } else { "Recommended" }
}

/// What there is to say, as far as there is room.
fn fill(model: &Model, with: Laws, page: &mut Page) {
    let theme = &model.theme;
    let course = model.sweep.course.as_ref();
    let sizing = course.and_then(|course| course.sizing.as_ref());
    let whole = course.is_some_and(|course| course.end.is_some());
    match (course, sizing) {
        (Some(course), Some(sizing)) => match &sizing.advice {
            Advice::Recommended(r) => {
                recommended(model, course, sizing, r, page);
                // Before the end there are too few points for them, as a rule.
                if with != Laws::None && whole {
                    laws(sizing, r, with == Laws::Brief, model, page);
                }
            }
            Advice::Refused(refused) => {
                let style = if whole { theme.bright } else { theme.text };
                for reason in &refused.reasons {
                    page.paragraph(&plus_minus(&sentence_of(&harmless(reason)), theme), style);
                }
                if whole && !refused.next.is_empty() {
                    page.line(String::new(), theme.text);
                    page.line("What to do next:".to_owned(), theme.dim);
                    for next in &refused.next {
                        page.paragraph(next, theme.text);
                    }
                }
            }
        },
        _ => {
            for words in [
                "How many workers are worth it, with an interval.",
                "What keeps more from being of use: CPUs, a lock, the number of tasks, something shared.",
                "What the next workers would bring.",
                "Or why nothing can be said.",
            ] {
                page.paragraph(words, theme.dim);
            }
        }
    }
}

/// A clause as a sentence.
fn sentence_of(clause: &str) -> String {
    let mut chars = clause.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", chars.as_str())
}

/// `10 threads`.
fn workers(r: &Recommendation) -> String {
    let noun = match r.strategy {
        Strategy::Threads => "thread",
        Strategy::Processes => "process",
        Strategy::Serial | Strategy::Hybrid => "worker",
    };
    let count = plural(r.workers().into(), noun);
    if r.strategy == Strategy::Hybrid { format!("{count} as {}", r.shape) } else { count }
}

fn recommended(model: &Model, course: &Course, sizing: &Sizing, r: &Recommendation, page: &mut Page) {
    let theme = &model.theme;
    page.line(workers(r), theme.accent);
    page.line(String::new(), theme.text);
    let point = course.point((r.strategy, r.shape));
    let spread = point.map_or_else(String::new, |point| spread(point, theme));
    let compared = is_compared(&sizing.points, r.strategy);
    let mut pairs = vec![("throughput", format!("{} tasks/s{spread}", Measure::Throughput.words(r.rate)))];
    if let Some(speedup) = r.speedup.filter(|_| r.workers() > 1) {
        pairs.push(("speedup", format!("{} one worker", Measure::Speedup.guessed(speedup, compared))));
        let efficiency = speedup / f64::from(r.workers()) * 100.0;
        let efficiency = Measure::Efficiency.guessed(efficiency, compared);
        pairs.push(("efficiency", format!("{efficiency} per worker")));
    }
    let fastest = sizing.points.iter().max_by(|a, b| a.rate.total_cmp(&b.rate));
    let part = fastest.map_or(100.0, |fastest| (r.rate / fastest.rate * 100.0).round());
    if let Some(fastest) = fastest.filter(|_| part < 100.0) {
        let part = format!("{part:.0} %");
        pairs.push(("of the best", format!("{part} ({})", fastest.strategy.label(fastest.shape))));
    }
    let (low, high) = r.interval;
    if low < high {
        pairs.push(("95 % range", format!("{low} to {high} workers")));
    }
    if r.chunk > 1 && r.workers() > 1 {
        pairs.push(("in chunks of", plural(r.chunk.into(), "task")));
    }
    for (name, value) in pairs {
        page.line(format!("{name:<13}{value}"), theme.text);
    }
    page.line(String::new(), theme.text);
    if !course.is_telling() {
        // What next to nothing is known of has no reasons yet.
        page.paragraph("What keeps more from being of use is said when more is measured.", theme.dim);
        return;
    }
    // Before the reasons, which may not all fit. Of a sweep that goes on it is known that little is known.
    for caution in r.cautions.iter().filter(|_| course.end.is_some()) {
        page.paragraph(&format!("{WARNING}{}.", harmless(caution)), theme.text);
    }
    for why in why(course, r).iter().chain(words::knee(r).as_ref()) {
        page.paragraph(why, theme.text);
    }
    if let Some((what, numbers)) = words::proposed(r).filter(|_| course.end.is_some()) {
        page.paragraph(&format!("{what}, measure {numbers} as well."), theme.text);
    }
}

/// Why so many. While larger numbers of workers are still to be measured, what is not known of them is not known yet.
pub(super) fn why(course: &Course, r: &Recommendation) -> Vec<String> {
    let more = |cell: &&crate::sweep::Cell| {
        cell.strategy == r.strategy && cell.shape.slots() > r.workers() && cell.planned && !cell.skipped
    };
    let to_come = course.end.is_none()
        && matches!(r.limit, Limit::Range(_))
        && (course.sweep.progress().at_least || course.sweep.cells().iter().any(|cell| more(&cell)));
    if !to_come {
        return r.why.clone();
    }
    r.why.iter().map(|words| words.replace("were not measured", "are not yet measured")).collect()
}

/// What the laws say: first those that say something, with that of the recommended strategy, and last those that do not hold,
/// with as many in a sentence as have the same reason. What is not to be relied on has no figures here.
fn laws(sizing: &Sizing, r: &Recommendation, brief: bool, model: &Model, page: &mut Page) {
    let style = model.theme.dim;
    let said = || sizing.laws.iter().filter_map(|law| Some((&law.title, law.said.as_ref().ok()?)));
    let wide = said().map(|(title, _)| title.chars().count()).max().unwrap_or(0) + 2;
    page.part();
    for (title, reading) in said() {
        page.hanging(title, wide, &format!("{}.", reading.words), style);
    }
    let refused = sizing.laws.iter().filter_map(|law| Some((law.title.as_str(), law.said.clone().err()?)));
    let mut refused: Vec<(&str, String)> = refused.collect();
    for fit in sizing.fits.iter().filter(|fit| fit.strategy == r.strategy) {
        match &fit.fit {
            Ok(report) if !report.valid => {
                let doubts: Vec<String> = report.doubts.iter().map(ToString::to_string).collect();
                let more = doubts.len().saturating_sub(1);
                // One reason is enough where there is little room.
                let why = match doubts.first().filter(|_| brief && more > 0) {
                    Some(first) => format!("{first} (w: {})", plural(more as u64, "more reason")),
                    None => doubts.join("; "),
                };
                refused.push(("Scaling law", why));
            }
            _ => page.hanging("", 0, &format!("Scaling law: {}", words::law(fit)), style),
        }
    }
    for (index, (_, reason)) in refused.iter().enumerate() {
        if refused[..index].iter().any(|(_, other)| other == reason) {
            continue;
        }
        let same = refused.iter().filter(|(_, other)| other == reason);
        let titles: Vec<&str> = same.map(|(title, _)| *title).collect();
        let verb = if titles.len() > 1 { "do" } else { "does" };
        page.hanging("", 0, &format!("{} {verb} not hold: {reason}.", titles.join(", ")), style);
    }
}
