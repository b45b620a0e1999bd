//! The finding: what came out, in a sentence or two; before that, what there is to do, or what goes on. What the reader must
//! know to believe it, such as that workers are missing, comes first.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use crate::plan::{Strategy, TaskType, Workload};
use crate::report::text::harmless;
use crate::tui::canvas::{Canvas, clip, wrap};
use crate::tui::forecast::rounded;
use crate::tui::lab::prediction;
use crate::tui::model::{Activity, Model, Remark};
use crate::tui::theme::Theme;
use crate::units::plural;

/// The most lines that are added for notices.
const NOTICES: usize = 3;

/// Lines of the finding on a screen of this size, with some for what is told before it.
pub(crate) fn rows(area: Rect, notices: &[String]) -> u16 {
    match (area.height, area.width) {
        (0..14, _) => 0,
        (14..22, _) => 1 + added(area, notices),
        (_, 0..90) => 3 + added(area, notices),
        _ => 2 + added(area, notices),
    }
}

/// A line for what one worker alone suggests, on the Lab of a screen that can spare it and has no room beside.
pub(crate) fn spare(area: Rect) -> u16 {
    u16::from(area.height >= 36 && (90..160).contains(&area.width))
}

/// Lines that are added for notices, where the panels can spare them.
pub(crate) fn added(area: Rect, notices: &[String]) -> u16 {
    if area.height < 18 { 0 } else { told(notices, room(area.width), NOTICES).len() as u16 }
}

/// Columns of its text.
fn room(width: u16) -> usize {
    usize::from(width.saturating_sub(4))
}

/// The last of the notices, as many as fit into so many lines, each wrapped on its own.
fn told(notices: &[String], width: usize, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for notice in notices.iter().rev() {
        let mut above = wrap(&harmless(notice), width, most);
        if above.len() + lines.len() > most {
            break;
        }
        above.append(&mut lines);
        lines = above;
    }
    lines
}

/// Writes notices, and below them what came out; returns the lines that it took.
pub(crate) fn write(
    canvas: &mut Canvas<'_>,
    notices: &[String],
    (text, style): (&str, Style),
    theme: &Theme,
) -> u16 {
    let (width, height) = (room(canvas.width()), usize::from(canvas.height()));
    // A line is left for what came out, unless there is but one.
    let notices = told(notices, width, height.saturating_sub(1).clamp(height.min(1), NOTICES));
    let lines = wrap(text, width, height - notices.len());
    let notices = notices.iter().map(|line| (line, theme.text));
    let mut y = 0;
    for (line, style) in notices.chain(lines.iter().map(|line| (line, style))) {
        if y == 0 {
            canvas.text(1, 0, "▸", theme.accent);
        }
        canvas.text(3, y, line, style);
        y += 1;
    }
    y
}

/// What is told before what came out: what was predicted, and what the reader must know to believe it.
pub(crate) fn notices(model: &Model) -> Vec<String> {
    prediction::words(model).into_iter().chain(model.shown().notices.iter().cloned()).collect()
}

/// What one worker alone suggests, where it fits above the rest: it never moves a panel.
fn diagnosis(model: &Model, notices: &[String], text: &str, area: Rect) -> Option<String> {
    let words = model.verdict.diagnosis.as_ref().filter(|_| model.is_busy() || !model.is_edited())?;
    let (width, height) = (room(area.width), usize::from(area.height));
    let all = notices.iter().map(String::as_str).chain([words.as_str(), text]);
    let lines: usize = all.map(|text| wrap(text, width, usize::MAX).len()).sum();
    (lines <= height && notices.len() < NOTICES).then(|| words.clone())
}

/// The sentence below the panels.
pub(crate) struct Finding<'a>(&'a Model);

impl<'a> Finding<'a> {
    /// The finding of a model.
    pub(crate) const fn new(model: &'a Model) -> Self {
        Self(model)
    }
}

impl Widget for Finding<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let Self(model) = self;
        let theme = &model.theme;
        let mut canvas = Canvas::new(area, buf);
        let (text, style) = match &model.remark {
            Some(Remark::Problem(words)) => (words.clone(), theme.bad),
            Some(Remark::Note(words)) => (words.clone(), theme.text),
            None => (sentence(model), theme.text),
        };
        // A remark answers a key, and is gone with the next one.
        let mut notices = if model.remark.is_none() { notices(model) } else { Vec::new() };
        if model.remark.is_none() {
            notices.splice(0..0, diagnosis(model, &notices, &text, area));
        }
        let y = write(&mut canvas, &notices, (&text, style), theme);
        // Where there is no room for it in the ledger of the workers' time.
        let said = model.remark.is_none() && !model.is_busy() && !model.is_edited();
        if let Some(doubt) = model.verdict.doubt().filter(|_| said && model.area.width < 100) {
            let room = room(canvas.width());
            canvas.text(3, y, &clip(&doubt, room), theme.dim);
        }
    }
}

fn sentence(model: &Model) -> String {
    if let Some(step) = model.sweep.step().filter(|_| model.activity == Activity::Running) {
        return format!("A sweep is going on, now with {}: 3 shows it, x stops it.", step.label());
    }
    match model.activity {
        Activity::Quitting => return "ending the workers…".to_owned(),
        Activity::Stopping => {
            return format!("cancelled: waiting for the workers to end; {}", model.way_out());
        }
        Activity::Idle | Activity::Running => {}
    }
    if model.is_edited() && !model.is_busy() {
        return format!("The plan has changed. {}", invitation(model));
    }
    if let Some(conclusion) = &model.verdict.conclusion {
        return conclusion.clone();
    }
    match model.session.running() {
        Some(run) => about(run.start.strategy).to_owned(),
        None if model.is_busy() => "starting…".to_owned(),
        None => invitation(model),
    }
}

const fn about(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::Serial => "Serial first: a plain loop on one thread, the measure of everything else.",
        Strategy::Threads => "Threads share one process: they start in microseconds and see the same memory.",
        Strategy::Processes => {
            "Processes share nothing: each is started, is sent its tasks and sends its results back."
        }
        Strategy::Hybrid => "Hybrid is both: a few processes, each with threads that share its memory.",
    }
}

fn invitation(model: &Model) -> String {
    let plan = &model.form.plan;
    let ways: Vec<&str> = plan.strategies.iter().map(|strategy| strategy.name()).collect();
    let ways = match ways.as_slice() {
        [] => return "Choose at least one way to run it: serial, threads, processes or hybrid.".to_owned(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    };
    let tasks = plan.workloads.first().map_or(0, |load| load.tasks);
    let types = plan.workloads.first().map(Workload::tasks_text).unwrap_or_default();
    let kind = if model.form.task() == TaskType::Mix { "the mix" } else { "type" };
    let work = format!("{} of {kind} {types}", plural(tasks, "task"));
    let time = match model.forecast.longest() {
        crate::units::Nanos::ZERO => String::new(),
        longest if model.forecast.is_at_most() => {
            format!("; the longest should take at most {}", rounded(longest))
        }
        longest => format!("; the longest should take {}", rounded(longest)),
    };
    format!("Enter runs {work} as {ways}{time}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices_come_first_and_leave_a_line_for_what_came_out() {
        let few = "processes: running with 155 of 1 000 workers: too many open files; raise the limit with ulimit -n";
        let notices = ["older ".repeat(40), few.to_owned()];
        assert_eq!(told(&notices, 76, 3).len(), 2, "the older one does not fit, and is not cut");
        assert_eq!(rows(Rect::new(0, 0, 80, 24), &notices), 3 + 2);
        assert_eq!(rows(Rect::new(0, 0, 80, 24), &[]), 3);
        assert_eq!(rows(Rect::new(0, 0, 80, 10), &notices), 0);
        assert_eq!(told(&[few.to_owned()], 36, 1), ["processes: running with 155 of 1 00…"]);
    }
}
