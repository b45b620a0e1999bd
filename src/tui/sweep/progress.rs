//! How far the sweep is, in a line: a bar, the run that goes on, and how long the rest takes.

use crate::sweep::{Kind, Progress, Step};
use crate::tui::canvas::{Canvas, clip};
use crate::tui::forecast::rounded;
use crate::tui::glyphs::WIDTHS;
use crate::tui::model::{Activity, Model};
use crate::tui::sweep::desk::{Course, End, Intent};
use crate::units::{Nanos, plural};

/// Columns of the bar.
const BAR: u16 = 24;

/// Draws the line.
pub(crate) fn draw(model: &Model, canvas: &mut Canvas<'_>) {
    let theme = &model.theme;
    let Some(course) = &model.sweep.course else {
        let words = planned(model);
        canvas.text(0, 0, &clip(&words, usize::from(canvas.width())), theme.dim);
        return;
    };
    let progress = course.sweep.progress();
    let width = canvas.width();
    // Of what nobody knows the end there is no part.
    let bar = if width >= 60 && !progress.at_least { BAR.min(width / 5) } else { 0 };
    let all = (progress.done + progress.left).max(1);
    let done = f64::from(progress.done) + part(course);
    let eighths = (done / f64::from(all) * f64::from(bar) * 8.0) as u16;
    canvas.fill(0, 0, bar, '─', theme.faint);
    canvas.fill(0, 0, eighths / 8, '█', theme.accent);
    if !eighths.is_multiple_of(8) {
        canvas.glyph(eighths / 8, 0, WIDTHS[usize::from(eighths % 8) - 1], theme.accent);
    }
    let x = if bar > 0 { bar + 1 } else { 0 };
    let room = usize::from(width.saturating_sub(x));
    let variants = words(model, course, progress);
    let fits = variants.iter().find(|words| words.chars().count() <= room);
    let words = fits.or(variants.last()).map_or("", String::as_str);
    canvas.text(x, 0, &clip(words, room), theme.text);
}

/// The part that is done of the run that goes on, if it counts.
fn part(course: &Course) -> f64 {
    let counts = course.step.is_some_and(|step| step.kind != Kind::WarmUp);
    let run = course.session.running().filter(|_| counts);
    run.map_or(0.0, |run| run.progress().fraction())
}

/// What there is to say, from the longest to the shortest.
fn words(model: &Model, course: &Course, progress: Progress) -> Vec<String> {
    let of = if progress.at_least {
        plural(progress.done.into(), "run")
    } else {
        format!("{} of {} runs", progress.done, progress.done + progress.left)
    };
    match (course.step, course.end) {
        (Some(step), _) => {
            let ending = if model.activity == Activity::Stopping { "ending: " } else { "now " };
            let now = format!("{ending}{}", run(course, step));
            if progress.at_least {
                return vec![format!("exploring: {of} · {now}"), format!("exploring: {of}"), of];
            }
            let left = left(course, progress).map_or(String::new(), |left| format!(" · {left} left"));
            vec![format!("{of} · {now}{left}"), format!("{of}{left}"), of]
        }
        (None, Some(End::Stopped)) => {
            let enter = match model.sweep.intent() {
                Intent::Changed => "the plan has changed: Enter starts anew and drops them",
                _ => "Enter goes on, R starts anew",
            };
            vec![format!("stopped after {of} · {enter}"), format!("stopped after {of}")]
        }
        _ => {
            let took =
                if course.spent > Nanos::ZERO { format!(" in {}", course.spent) } else { String::new() };
            let done = format!("{}{took}", plural(progress.done.into(), "run"));
            let enter = match model.sweep.intent() {
                Intent::Changed => "the plan has changed: Enter starts anew and drops them",
                _ => "E exports, R measures again",
            };
            vec![format!("{done} · {enter}"), done]
        }
    }
}

/// The run that goes on: `threads ×4, repeat 2 of 5`.
pub(super) fn run(course: &Course, step: Step) -> String {
    let label = step.label();
    match step.kind {
        Kind::WarmUp => format!("{label}, to warm up"),
        Kind::Baseline if course.points().is_empty() => format!("{label}: one worker"),
        Kind::Baseline => format!("{label}, to see whether the machine changes"),
        Kind::Repeat => {
            let same =
                |cell: &&crate::sweep::Cell| (cell.strategy, cell.shape) == (step.strategy, step.shape);
            let done = course.sweep.cells().iter().find(same).map_or(0, |cell| cell.samples.len());
            format!("{label}, repeat {} of {}", done + 1, course.sweep.repeats())
        }
    }
}

/// How long the rest takes; none before one worker was measured.
fn left(course: &Course, progress: Progress) -> Option<String> {
    let left = progress.time_left?.saturating_sub(course.now.elapsed());
    Some(rounded(left))
}

/// What a sweep of the form would be.
fn planned(model: &Model) -> String {
    let plan = model.sweep.form.plan();
    let machine = plan.plan.machine(&model.machine).into_owned();
    let sweep = crate::sweep::Sweep::new(plan, &machine);
    let progress = sweep.progress();
    if progress.at_least {
        "not measured yet: numbers of workers grow until more do not help".to_owned()
    } else {
        // A simulated machine needs none.
        let warm_up = if model.sweep.form.is_simulated() { "" } else { " and one to warm up" };
        format!("not measured yet: {}{warm_up}", plural(progress.left.into(), "run"))
    }
}
