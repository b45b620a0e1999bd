//! What is recommended and why, or why nothing is; and what one worker alone says.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::analysis::sizing::{Advice, Recommendation, Sizing};
use crate::plan::Strategy;
use crate::report::sweep as words;
use crate::report::text::harmless;
use crate::tui::canvas::{Canvas, wrap};
use crate::tui::lab::layout::inside;
use crate::tui::lab::panel::Panel;
use crate::tui::model::{Activity, Model, Remark};
use crate::tui::sweep::desk::{Course, End, Intent, Opened};
use crate::tui::sweep::measure::{Measure, spread};
use crate::units::plural;

/// Before what is to be known of a recommendation.
const WARNING: &str = "! ";
/// Behind what is to be known, before what that means.
const MEANING: [&str; 4] = ["; ", ", so ", ", too ", ", though "];
/// More lines than there ever are to be said.
const MOST_LINES: u16 = 200;

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
    let page = page(model, usize::from(inner.width), usize::from(inner.height), true).airy();
    let alone = model.sweep.opened == Some(Opened::Why);
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
    page(model, usize::from(inner.width), usize::from(MOST_LINES), false).lines.len() as u16 + 2
}

/// What the recommendation of a sweep that is over is called.
fn head(course: Option<&Course>) -> &'static str {
    let stopped = course.is_some_and(|course| course.end == Some(End::Stopped));
    if stopped { "So far (stopped)" } else { "Recommended" }
}

/// What there is to say, as far as there is room.
fn page(model: &Model, width: usize, height: usize, with_law: bool) -> Page {
    let theme = &model.theme;
    let course = model.sweep.course.as_ref();
    let sizing = course.and_then(|course| course.sizing.as_ref());
    let whole = course.is_some_and(|course| course.end.is_some());
    let mut page = Page { lines: Vec::new(), paragraphs: Vec::new(), is_cut: false, width, height };
    match (course, sizing) {
        (Some(course), Some(sizing)) => match &sizing.advice {
            Advice::Recommended(r) => {
                recommended(model, course, sizing, r, &mut page);
                // Before the end there are too few points for it, as a rule.
                let law = with_law && whole;
                let laws = words::laws(sizing);
                let wide = laws.iter().map(|(title, _)| title.chars().count()).max().unwrap_or(0) + 2;
                for (index, (title, said)) in laws.iter().enumerate().filter(|_| law) {
                    if index == 0 {
                        page.paragraphs.push(page.lines.len());
                    }
                    page.hanging(title, wide, said, theme.dim);
                }
                for fit in sizing.fits.iter().filter(|fit| law && fit.strategy == r.strategy) {
                    page.paragraph(&format!("Scaling law: {}", words::law(fit)), theme.dim);
                }
            }
            Advice::Refused(refused) => {
                let style = if whole { theme.bright } else { theme.text };
                for reason in &refused.reasons {
                    page.paragraph(&sentence_of(&harmless(reason)), style);
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
    page
}

/// What stands in the panel: only what fits whole.
struct Page {
    lines: Vec<(String, Style)>,
    /// Where paragraphs begin.
    paragraphs: Vec<usize>,
    /// Whether something did not fit.
    is_cut: bool,
    width: usize,
    height: usize,
}

impl Page {
    fn line(&mut self, text: String, style: Style) {
        if self.lines.len() < self.height {
            self.lines.push((text, style));
        }
    }

    fn paragraph(&mut self, text: &str, style: Style) {
        let lines = wrap(text, self.width, self.height.max(1));
        if self.lines.len() + lines.len() <= self.height {
            self.paragraphs.push(self.lines.len());
            self.lines.extend(lines.into_iter().map(|line| (line, style)));
        } else {
            self.is_cut = true;
        }
    }

    /// A paragraph whose lines begin behind a title of so many columns.
    fn hanging(&mut self, title: &str, columns: usize, text: &str, style: Style) {
        let lines = wrap(text, self.width.saturating_sub(columns), self.height.max(1));
        if self.lines.len() + lines.len() <= self.height {
            for (index, line) in lines.into_iter().enumerate() {
                let title = if index == 0 { title } else { "" };
                self.lines.push((format!("{title:<columns$}{line}"), style));
            }
        } else {
            self.is_cut = true;
        }
    }

    /// With a line of air before each paragraph, where there is room for all of them.
    fn airy(mut self) -> Self {
        let follows =
            |at: &usize| *at > 0 && self.lines.get(*at - 1).is_some_and(|(text, _)| !text.is_empty());
        self.paragraphs.retain(follows);
        if self.lines.len() + self.paragraphs.len() <= self.height {
            for at in self.paragraphs.iter().rev() {
                self.lines.insert(*at, (String::new(), Style::new()));
            }
        }
        self
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
    let spread = point.map_or_else(String::new, spread);
    let mut pairs = vec![("throughput", format!("{} tasks/s{spread}", Measure::Throughput.words(r.rate)))];
    if let Some(speedup) = r.speedup.filter(|_| r.workers() > 1) {
        pairs.push(("speedup", format!("{} one worker", Measure::Speedup.words(speedup))));
        let efficiency = Measure::Efficiency.words(speedup / f64::from(r.workers()) * 100.0);
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
    for why in r.why.iter().chain(words::knee(r).as_ref()) {
        page.paragraph(why, theme.text);
    }
    if let Some((what, numbers)) = words::proposed(r).filter(|_| course.end.is_some()) {
        page.paragraph(&format!("{what}, measure {numbers} as well."), theme.text);
    }
}

/// What is to be known of a recommendation where there is little room: the first of it without what it means, and how much
/// more there is to be read.
fn careful(cautions: &[String]) -> String {
    let Some((first, more)) = cautions.split_first() else { return String::new() };
    let ends = MEANING.iter().filter_map(|words| first.find(words));
    let short = ends.min().and_then(|end| first.get(..end)).unwrap_or(first);
    let more = if more.is_empty() { String::new() } else { format!(" (w: {} more)", more.len()) };
    format!("{WARNING}{}{more}. ", harmless(short))
}

/// What is said below everything: a remark, what goes on, and what came out where it does not stand beside.
pub(crate) fn finding(model: &Model, beside: bool, canvas: &mut Canvas<'_>) {
    let theme = &model.theme;
    let (text, style) = match &model.remark {
        Some(Remark::Problem(words)) => (words.clone(), theme.bad),
        Some(Remark::Note(words)) => (words.clone(), theme.text),
        None => (sentence(model, beside), theme.text),
    };
    let notices: &[String] = match (&model.remark, &model.sweep.course) {
        // Where there is little room, the marks of the table have to do.
        (None, Some(course)) if beside => course.sweep.notices(),
        _ => &[],
    };
    let (width, height) = (usize::from(canvas.width().saturating_sub(4)), usize::from(canvas.height()));
    let mut lines = wrap(&text, width, height);
    if !lines.is_empty() {
        canvas.text(1, 0, "▸", theme.accent);
    }
    for (y, line) in (0..).zip(&lines) {
        canvas.text(3, y, line, style);
    }
    // What goes on matters more: the last of them, where they fit whole.
    for notice in notices.iter().rev() {
        let more = wrap(&harmless(notice), width, MOST_LINES.into());
        if lines.len() + more.len() > height {
            break;
        }
        for (y, line) in (lines.len() as u16..).zip(&more) {
            canvas.text(3, y, line, theme.text);
        }
        lines.extend(more);
    }
}

fn sentence(model: &Model, beside: bool) -> String {
    let desk = &model.sweep;
    match model.activity {
        Activity::Quitting => return "ending the workers…".to_owned(),
        Activity::Stopping => {
            let what = if desk.is_going() { "stopping the sweep" } else { "a comparison was cancelled" };
            return format!("{what}: waiting for the workers to end; {}", model.way_out());
        }
        Activity::Running if !desk.is_going() => {
            return "A comparison is running in the Lab (1): a sweep can begin when it is over.".to_owned();
        }
        Activity::Idle | Activity::Running => {}
    }
    if desk.intent() == Intent::Changed && !model.is_busy() {
        return "The plan has changed: Enter starts anew, and drops what was measured. E exports it first."
            .to_owned();
    }
    if let Some(course) = desk.course.as_ref().filter(|course| course.has_failed()) {
        let error = course
            .first_error()
            .map_or(String::new(), |error| format!("; the first error is that of {error}"));
        return format!("No run went to its end with every task ok{error}.");
    }
    let Some(sizing) = desk.course.as_ref().and_then(|course| course.sizing.as_ref()) else {
        return match &desk.course {
            Some(course) if course.end.is_some() => "Nothing was measured.".to_owned(),
            Some(_) => "What one worker alone does with its time will say what to expect.".to_owned(),
            None => format!(
                "Enter measures each number of workers {}; p changes the plan. Its task is that of the Lab.",
                desk.form.often()
            ),
        };
    };
    let diagnosis = match &sizing.diagnosis {
        Ok(diagnosis) => diagnosis.words.clone(),
        Err(why) => format!("No diagnosis: {why}."),
    };
    if beside {
        return diagnosis;
    }
    let whole = desk.course.as_ref().is_some_and(|course| course.end.is_some());
    match &sizing.advice {
        Advice::Recommended(r) => {
            let first = r.why.first().map_or("", String::as_str);
            let head = if whole { head(desk.course.as_ref()) } else { "So far" };
            let caution = if whole { careful(&r.cautions) } else { String::new() };
            format!("{head}: {}. {caution}{first} {diagnosis}", words::sentence(r))
        }
        Advice::Refused(refused) if whole => {
            format!("Nothing is recommended: {}. {diagnosis}", harmless(&refused.reasons.join("; ")))
        }
        Advice::Refused(_) => diagnosis,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cautions_are_short_where_there_is_little_room() {
        let said = |cautions: &[&str]| careful(&cautions.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>());
        assert_eq!(said(&[]), "");
        let few = "only 3 numbers of workers were measured, too few to see the shape";
        assert_eq!(said(&[few]), "! only 3 numbers of workers were measured. ");
        let single = "with one repeat of 1, 2 and 4 workers these cannot be told from others for sure; more would tell";
        let short = "! with one repeat of 1, 2 and 4 workers these cannot be told from others for sure";
        assert_eq!(said(&[single, few]), format!("{short} (w: 1 more). "));
        assert_eq!(said(&["2 runs did not do all tasks"]), "! 2 runs did not do all tasks. ");
    }
}
