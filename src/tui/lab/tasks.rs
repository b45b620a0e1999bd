//! Tasks that are being worked on, and the last that ended, one line each, the newest first. Before there
//! are any, what the lanes will show.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use crate::event::{Outcome, Phase};
use crate::ids::{SlotId, TaskIndex};
use crate::plan::Strategy;
use crate::state::RunState;
use crate::tui::canvas::Canvas;
use crate::tui::glyphs::phase_glyph;
use crate::tui::lab::legend;
use crate::tui::model::Model;
use crate::tui::theme::Theme;
use crate::units::{Share, plural};

/// Where each column ends (numbers) or begins (words).
const TASK: u16 = 7;
const OUTCOME: u16 = 10;
/// Between the number of a task and the words behind it.
const GAP: u16 = OUTCOME - TASK;
/// Columns of a task's type, which stands there in a mix.
const TYPE_WIDTH: u16 = 8;
const WORKER: u16 = 22;
const PID: u16 = 36;
const START: u16 = 49;
const TOOK: u16 = 61;
const CPU: u16 = 73;

/// The table of the last tasks.
pub(crate) struct TaskTable<'a>(&'a Model);

impl<'a> TaskTable<'a> {
    /// The last tasks of the run that is shown.
    pub(crate) const fn new(model: &'a Model) -> Self {
        Self(model)
    }
}

impl Widget for TaskTable<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let Self(model) = self;
        let theme = &model.theme;
        let mut canvas = Canvas::new(area, buf);
        let Some(run) = model.shown_row().and_then(|row| row.run) else {
            explain(&mut canvas, model);
            return;
        };
        let summarised: u64 = run.slots.iter().map(|slot| slot.levels.summarised).sum();
        let more = if run.start.work.parts().is_empty() { 0 } else { TYPE_WIDTH };
        let words = format!("{} too short to be listed", plural(summarised, "task"));
        let most = canvas.width();
        // What was left out is said beside the headings, unless columns would have to go for it.
        let beside = Some(words.len() as u16 + 2).filter(|room| summarised > 0 && most >= CPU + more + room);
        let at = stretch(most - beside.unwrap_or(0), more);
        // A column that does not fit is not shown, and nothing is drawn over what does.
        let mut canvas = canvas.part(0, 0, fitting(most, more), u16::MAX);
        canvas.right(at(TASK), 0, "task", theme.dim);
        if more > 0 {
            canvas.text(at(TASK) + GAP, 0, "type", theme.dim);
        }
        canvas.text(at(OUTCOME), 0, "outcome", theme.dim);
        canvas.text(at(WORKER), 0, "worker", theme.dim);
        for (end, heading) in
            [(at(PID), "pid"), (at(START), "start"), (at(TOOK), "took"), (at(CPU), "CPU time")]
        {
            right(&mut canvas, end, 0, heading, theme.dim);
        }
        let rows = usize::from(canvas.height().saturating_sub(1));
        let first = going(&mut canvas, run, rows / 2, model, &at) as usize;
        for (y, task) in run.recent.iter().rev().take(rows - first).enumerate() {
            let y = (first + y) as u16 + 1;
            canvas.right(at(TASK), y, &task.task.to_string(), theme.text);
            own_type(&mut canvas, run, task.task, y, &at, theme);
            let style = if task.outcome == Outcome::Ok { theme.good } else { theme.bad };
            let mut x = canvas.text(at(OUTCOME), y, task.outcome.name(), style);
            if task.attempt > 0 {
                x += 1;
                canvas.text(x, y, &format!("({})", task.attempt + 1), theme.dim);
            }
            canvas.text(at(WORKER), y, &task.slot.to_string(), theme.text);
            right(&mut canvas, at(PID), y, &task.pid.to_string(), theme.dim);
            right(&mut canvas, at(START), y, &task.start.elapsed().to_string(), theme.dim);
            right(&mut canvas, at(TOOK), y, &task.end.since(task.start).to_string(), theme.text);
            right(&mut canvas, at(CPU), y, &run.cpu_of(task).to_string(), theme.dim);
        }
        if beside.is_some() {
            Canvas::new(area, buf).right(area.width, 0, &words, theme.dim);
        }
    }
}

/// In a mix, what a task is.
fn own_type(
    canvas: &mut Canvas<'_>,
    run: &RunState,
    task: TaskIndex,
    y: u16,
    at: &dyn Fn(u16) -> u16,
    theme: &Theme,
) {
    if let Some((part, _)) = run.start.work.place(task) {
        canvas.text(at(TASK) + GAP, y, run.start.work.parts()[part].0.task().name(), theme.dim);
    }
}

/// Where the last column ends that a width has room for, with `more` columns before the outcome.
fn fitting(width: u16, more: u16) -> u16 {
    let room = width.saturating_sub(more);
    if room >= CPU {
        width
    } else {
        [TOOK, START, PID].into_iter().find(|end| *end <= room).map_or(width, |end| end + more)
    }
}

/// Writes a value that ends before column `end`, if that column is there.
fn right(canvas: &mut Canvas<'_>, end: u16, y: u16, text: &str, style: Style) {
    if end <= canvas.width() {
        canvas.right(end, y, text, style);
    }
}

/// Stretches the columns over a width, as far as a row can still be followed, with `more` columns before the outcome.
fn stretch(width: u16, more: u16) -> impl Fn(u16) -> u16 {
    let whole = CPU + 3 + more;
    let place = move |column| if column > TASK { column + more } else { column };
    move |column| {
        (u32::from(place(column)) * u32::from(width.clamp(whole, 2 * whole)) / u32::from(whole)) as u16
    }
}

/// Tasks that workers have now, at most `most` of them; returns how many lines they took.
fn going(
    canvas: &mut Canvas<'_>,
    run: &RunState,
    most: usize,
    model: &Model,
    at: &dyn Fn(u16) -> u16,
) -> u16 {
    let theme = &model.theme;
    let mut y = 0;
    for (slot, state) in run.slots.iter().enumerate() {
        let Some(task) = state.levels.task.filter(|_| usize::from(y) < most) else { continue };
        y += 1;
        canvas.right(at(TASK), y, &task.to_string(), theme.text);
        own_type(canvas, run, task, y, at, theme);
        canvas.text(at(OUTCOME), y, state.levels.phase.name(), theme.word(state.levels.phase));
        canvas.text(at(WORKER), y, &SlotId(slot as u16).to_string(), theme.text);
        right(canvas, at(PID), y, &state.levels.pid.to_string(), theme.dim);
        if state.levels.progress > 0 {
            let share = Share::of(f64::from(state.levels.progress), 65_536.0);
            right(canvas, at(TOOK), y, &format!("{} %", share.percent()), theme.dim);
        }
    }
    y
}

/// Before there are tasks: what the lanes will show.
fn explain(canvas: &mut Canvas<'_>, model: &Model) {
    let theme = &model.theme;
    canvas.text(TASK - 2, 0, "What a worker does", theme.dim);
    let plan = model.shown_plan();
    let sent = plan.strategies.iter().any(|way| matches!(way, Strategy::Processes | Strategy::Hybrid));
    let phases = legend::PHASES.iter().filter(|(phase, _)| match phase {
        Phase::GilWait => plan.runtime.gil().is_some(),
        Phase::Receiving | Phase::Sending => sent,
        _ => true,
    });
    for (y, (phase, words)) in (1..).zip(phases) {
        canvas.glyph(TASK - 2, y, phase_glyph(*phase), theme.pure(*phase, false));
        canvas.text(TASK, y, phase.name(), theme.text);
        // A part of a word explains nothing.
        if usize::from(canvas.width()) >= usize::from(TASK + 11) + words.len() {
            canvas.text(TASK + 11, y, words, theme.dim);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::tui::lab::legend::PHASES;
    use crate::tui::script::{before, text};

    #[test]
    fn what_phases_are_is_said_whole_or_not_at_all() {
        for columns in (40..=120).step_by(4) {
            let drawn = text(&before(columns, 50));
            for (phase, words) in PHASES {
                let begin: String = words.chars().take(8).collect();
                assert_eq!(
                    drawn.matches(words).count(),
                    drawn.matches(&begin).count(),
                    "{columns}, {phase}: {drawn}"
                );
            }
        }
    }
}
