//! The legend: what the colours and glyphs mean, and how much of the workers' time each phase had.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use crate::event::{GilMark, Phase, PhaseTotals};
use crate::plan::{TaskType, Workload};
use crate::state::RunState;
use crate::tui::canvas::Canvas;
use crate::tui::chart::{Chart, Frame};
use crate::tui::glyphs::{CHANGED, ODD, PREDICTED, failure_glyph, gil_glyph, phase_glyph};
use crate::tui::lab::lanes::{self, MARKED, paint};
use crate::tui::model::Model;
use crate::tui::theme::Theme;
use crate::units::Nanos;

/// The phases in the order in which they are explained, each in at most 25 columns.
pub(crate) const PHASES: [(Phase, &str); 9] = [
    (Phase::Computing, "has work for a CPU"),
    (Phase::Blocked, "waits, or runs a command"),
    (Phase::GilWait, "waits for its GIL"),
    (Phase::Starting, "asked for, not ready yet"),
    (Phase::Receiving, "takes tasks in"),
    (Phase::Sending, "gives results back"),
    (Phase::Waiting, "has nothing to do"),
    (Phase::Stopping, "asked to end"),
    (Phase::Absent, "not started, or gone"),
];

/// What the colours mean.
pub(crate) struct Legend<'a> {
    model: &'a Model,
    indent: u16,
    locks: bool,
}

impl<'a> Legend<'a> {
    /// The legend of the lanes that are shown, from column `indent` on; `locks` if interpreters' locks have lines among them.
    pub(crate) const fn new(model: &'a Model, indent: u16, locks: bool) -> Self {
        Self { model, indent, locks }
    }
}

impl Widget for Legend<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let theme = &self.model.theme;
        let mut canvas = Canvas::new(area, buf);
        let row = self.model.shown_row();
        let run = row.and_then(|row| row.run);
        let predicted = row.and_then(|row| row.predicted);
        let types = self.model.shown_plan().workloads.first().map(Workload::types);
        let any = |is: fn(TaskType) -> bool| types.iter().flatten().any(|task| is(*task));
        let of_commands = any(|task| task == TaskType::Command);
        let mut sums = PhaseTotals::default();
        for slot in run.iter().chain(&predicted).flat_map(|run| &run.slots) {
            for phase in Phase::ALL {
                sums.add(phase, slot.levels.totals.get(phase));
            }
        }
        let mut x = self.indent;
        if predicted.is_some() {
            canvas.glyph(x, 0, PREDICTED, theme.dim);
            // Beside what happened it has the same colours, but dim.
            let dim = run.is_some() && lanes::ghost::is_dim(theme);
            x = canvas.text(x + 2, 0, if dim { "predicted (dim)" } else { "predicted" }, theme.dim) + 3;
        } else if run.is_none() {
            x = canvas.text(x, 0, "├─┤ ", theme.faint);
            x = canvas.text(x, 0, "planned task", theme.dim) + 3;
        }
        // What is rare and grave comes first: there may be no room for everything.
        for (outcome, words) in MARKED {
            let mut failures = run.iter().flat_map(|run| &run.slots).flat_map(|slot| &slot.failures);
            let room = usize::from(canvas.width().saturating_sub(x));
            if let Some(glyph) = failure_glyph(outcome)
                && failures.any(|(_, how)| *how == outcome)
                && room >= words.len() + 2
            {
                canvas.glyph(x, 0, glyph, theme.bad);
                x = canvas.text(x + 2, 0, words, theme.dim) + 3;
            }
        }
        let frame = self.model.chart.frame();
        if let Some(run) = run {
            x = gil(&mut canvas, x, run, frame, theme);
        }
        let told = PHASES.into_iter().map(|(phase, _)| phase).filter(|phase| {
            let always = match phase {
                Phase::Waiting => true,
                Phase::Computing => types.is_none() || any(TaskType::computes),
                Phase::Blocked => any(TaskType::blocks),
                _ => false,
            };
            // Of what was predicted, nobody is left empty.
            let empty = *phase == Phase::Absent && run.is_none();
            always || (is_told(*phase, &sums) && !empty)
        });
        let ghost = run.is_none() && predicted.is_some();
        let look = |phase| if ghost { lanes::ghost::sample(phase, theme) } else { solid(phase, theme) };
        let chart = if run.is_some() { &self.model.chart } else { &self.model.ghost.chart };
        if chart.shows_preempted() {
            x = preempted(&mut canvas, x, theme);
        }
        let words = |phase| word(phase, of_commands);
        for phase in fitting(told.collect(), &words, &sums, canvas.width().saturating_sub(x)) {
            x = sample(&mut canvas, x, words(phase), look(phase), theme);
        }
        if !ghost {
            x = next_task(&mut canvas, x, chart, theme);
        }
        if let Some(row) = row.filter(|_| self.locks) {
            holders(&mut canvas, x, row.slots as usize, theme);
        }
    }
}

/// What the marks of interpreters' locks mean, of those that a stretch of a run has, from column `x` on; returns the column
/// after them.
pub(crate) fn gil(canvas: &mut Canvas<'_>, mut x: u16, run: &RunState, frame: &Frame, theme: &Theme) -> u16 {
    let marks = GilMark::ALL.into_iter().filter(|mark| lanes::gil::is_marked(run, frame, *mark));
    let marks = marks.map(|mark| (gil_glyph(mark), mark.name(), lanes::gil::mark_style(mark, theme)));
    let changed = run.rules.iter().any(|(at, _)| frame.column(*at).is_some());
    for (glyph, words, style) in marks.chain(changed.then_some((CHANGED, "interval changed", theme.accent))) {
        if usize::from(canvas.width().saturating_sub(x)) >= words.len() + 2 {
            canvas.glyph(x, 0, glyph, style);
            x = canvas.text(x + 2, 0, words, theme.dim) + 3;
        }
    }
    x
}

/// The most workers whose colours are told: there are no more colours.
const HOLDERS: usize = 8;

/// Whose colours, or numbers, the line of an interpreter's lock has, from column `x` on; returns the column after them. It
/// is left out where there is no room for all.
pub(crate) fn holders(canvas: &mut Canvas<'_>, x: u16, slots: usize, theme: &Theme) -> u16 {
    const WORDS: &str = "who holds the GIL";
    let names: Vec<String> = (0..slots.min(HOLDERS)).map(|slot| format!("w{slot}")).collect();
    let more = if slots > HOLDERS { " …" } else { "" };
    let wide = names.len() * 3 + WORDS.len() + more.chars().count();
    if names.is_empty() || usize::from(canvas.width().saturating_sub(x)) < wide {
        return x;
    }
    let mut end = canvas.text(x, 0, WORDS, theme.dim);
    for (slot, name) in names.iter().enumerate() {
        end = canvas.text(end + 1, 0, name, theme.holder_name(slot));
    }
    canvas.text(end, 0, more, theme.dim) + 3
}

/// Whether a phase had time enough to be explained: every worker is absent for a moment before it is there.
fn is_told(phase: Phase, totals: &PhaseTotals) -> bool {
    let whole: Nanos = Phase::ALL.into_iter().map(|phase| totals.get(phase)).sum();
    let least = if phase == Phase::Absent { whole / 20 } else { Nanos::ZERO };
    totals.get(phase) > least
}

/// What the sample of a phase is called, of tasks that are commands or not.
const fn word(phase: Phase, of_commands: bool) -> &'static str {
    match phase {
        Phase::Blocked if of_commands => "blocked: command",
        phase => phase.name(),
    }
}

/// Those of some phases whose words there is room for, in their order: where it is short, those that had the least time go.
fn fitting(
    mut phases: Vec<Phase>,
    words: &dyn Fn(Phase) -> &'static str,
    totals: &PhaseTotals,
    room: u16,
) -> Vec<Phase> {
    // The air behind the last is no part of it.
    let room = usize::from(room) + 1;
    while phases.iter().map(|phase| words(*phase).len() + 5).sum::<usize>() > room {
        let least = phases.iter().enumerate().rev().min_by_key(|(_, phase)| totals.get(**phase));
        let Some((at, _)) = least else { break };
        phases.remove(at);
    }
    phases
}

/// What something looks like and is called, and the column after it.
fn sample(canvas: &mut Canvas<'_>, x: u16, words: &str, (glyph, style): (char, Style), theme: &Theme) -> u16 {
    canvas.glyph(x, 0, glyph, style);
    canvas.text(x + 2, 0, words, theme.dim) + 3
}

/// What the second shade of a phase means, where a chart has one and there is room, from column `x` on; returns the column
/// after it.
pub(crate) fn next_task(canvas: &mut Canvas<'_>, x: u16, chart: &Chart, theme: &Theme) -> u16 {
    let room = usize::from(canvas.width().saturating_sub(x));
    match chart.shaded() {
        Some(phase) if room >= NEXT_TASK.len() + 2 => {
            sample(canvas, x, NEXT_TASK, shade(phase, theme), theme)
        }
        _ => x,
    }
}

/// What the second shade of a phase is called.
const NEXT_TASK: &str = "next task";

/// The second shade of a phase, alone.
pub(crate) const fn shade(phase: Phase, theme: &Theme) -> (char, Style) {
    let glyph = match phase {
        Phase::Computing if !theme.tells_by_colour() => ODD,
        phase => phase_glyph(phase),
    };
    (glyph, theme.pure(phase, true))
}

/// What a phase looks like that happened.
const fn solid(phase: Phase, theme: &Theme) -> (char, Style) {
    (phase_glyph(phase), theme.pure(phase, false))
}

/// What computing without a CPU looks like, from column `x` on; returns the column after it. It comes before the phases, for
/// nobody would guess it.
pub(crate) fn preempted(canvas: &mut Canvas<'_>, x: u16, theme: &Theme) -> u16 {
    const WORD: &str = "preempted";
    if usize::from(canvas.width().saturating_sub(x)) < WORD.len() + 2 {
        return x;
    }
    sample(canvas, x, WORD, paint::preempted(theme), theme)
}

/// The phases that some runs had, in the order in which they are explained; waiting always.
fn seen<'a>(runs: impl Iterator<Item = &'a RunState> + Clone) -> impl Iterator<Item = Phase> {
    let had = move |phase: Phase| {
        let levels = runs.clone().flat_map(|run| &run.slots).map(|slot| &slot.levels);
        levels.into_iter().any(|levels| match phase {
            Phase::Absent => is_told(phase, &levels.totals),
            _ => levels.phase == phase || levels.totals.get(phase) > Nanos::ZERO,
        })
    };
    PHASES.map(|(phase, _)| phase).into_iter().filter(move |phase| *phase == Phase::Waiting || had(*phase))
}

/// What the colours of some runs' phases mean, from column `x` on; returns the column after them.
pub(crate) fn draw<'a>(
    canvas: &mut Canvas<'_>,
    x: u16,
    runs: impl Iterator<Item = &'a RunState> + Clone,
    theme: &Theme,
) -> u16 {
    let of_commands = runs.clone().all(|run| run.start.work.command().is_some());
    phases(canvas, x, seen(runs), of_commands, theme)
}

/// What the colours of these phases mean, of tasks that are commands or not, from column `x` on; returns the column after
/// them.
pub(crate) fn phases(
    canvas: &mut Canvas<'_>,
    mut x: u16,
    phases: impl Iterator<Item = Phase>,
    of_commands: bool,
    theme: &Theme,
) -> u16 {
    for phase in phases {
        let words = word(phase, of_commands);
        if usize::from(canvas.width().saturating_sub(x)) < words.len() + 2 {
            break;
        }
        x = sample(canvas, x, words, solid(phase, theme), theme);
    }
    x
}
