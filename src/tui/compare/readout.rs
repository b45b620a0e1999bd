//! What each worker of the run that is looked at did at the moment of the line: task, phase, since when, and its process.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use crate::event::Phase;
use crate::tui::canvas::{Canvas, clip};
use crate::tui::compare::desk;
use crate::tui::compare::kept::Entry;
use crate::tui::compare::layout::READING;
use crate::tui::compare::moment::{Doing, WithoutCpu, doing, process};
use crate::tui::glyphs::phase_glyph;
use crate::tui::lab::lanes::paint;
use crate::tui::model::Model;
use crate::units::{grouped, plural};

/// What a worker did that had something to compute, and no CPU.
pub(super) const NO_CPU: &str = "no CPU";
/// From this width on there is room for every word.
const ROOMY: u16 = 46;

/// The read-out of the run that is looked at.
pub(crate) struct Readout<'a> {
    model: &'a Model,
    entries: &'a [Entry<'a>],
}

impl<'a> Readout<'a> {
    /// The read-out of one of some runs.
    pub(crate) const fn new(model: &'a Model, entries: &'a [Entry<'a>]) -> Self {
        Self { model, entries }
    }
}

impl Widget for Readout<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let Self { model, entries } = self;
        let theme = &model.theme;
        let mut canvas = Canvas::new(area, buf);
        let Some(entry) = entries.get(desk::chosen(model, entries)) else { return };
        let at = desk::cursor(model, entries);
        let readings: Vec<Doing> = entry.run.slots.iter().map(|slot| doing(entry.run, slot, at)).collect();
        let without = WithoutCpu::of(entry.run, &readings, at);
        let x = canvas.text(0, 0, &format!("At {}", at.elapsed()), theme.bright);
        let per_line = usize::from(canvas.width() / READING).max(1);
        let wide = canvas.width() / per_line as u16;
        let lines = usize::from(canvas.height().saturating_sub(1));
        let fit = lines * per_line;
        let hidden = readings.len().saturating_sub(fit);
        let more = plural(hidden as u64, "worker");
        let hints = match hidden {
            0 => [String::new(), String::new()],
            _ => [format!(" +{more}: Enter opens the run "), format!(" +{more} ")],
        };
        let label = format!(" · {}: ", entry.label());
        let room = |hint: &String| {
            usize::from(canvas.width().saturating_sub(x)).saturating_sub(hint.chars().count())
        };
        let head = |most: usize| format!("{label}{}", together(&readings, without.count, most));
        let whole = head(usize::MAX).chars().count();
        let [long, short] = &hints;
        let hint = if whole <= room(long) { long } else { short };
        let room = room(hint);
        let head = head(room.saturating_sub(label.chars().count()));
        canvas.text(x, 0, &clip(&head, room), theme.dim);
        canvas.right(canvas.width(), 0, hint, theme.dim);
        // From top to bottom, column by column: neighbours stay neighbours.
        let rows = readings.len().div_ceil(per_line).clamp(1, lines.max(1));
        for (index, reading) in readings.iter().enumerate().take(fit) {
            let (column, row) = (index / rows, index % rows);
            let mut part = canvas.part(column as u16 * wide, row as u16 + 1, wide.saturating_sub(2), 1);
            let pid = entry.run.slots.get(index).and_then(process);
            let has_cpu = without.who.binary_search(&index).is_err();
            one(&mut part, (index, readings.len()), (*reading, has_cpu), pid, at, model);
        }
    }
}

/// How many workers did what, in so many columns, and how many of those that computed had no CPU: where there is no room
/// for all, what the fewest did is left out.
fn together(readings: &[Doing], without_cpu: usize, most: usize) -> String {
    if readings.iter().all(|reading| *reading == Doing::Over) {
        return "over".to_owned();
    }
    let count = |phase: Phase| readings.iter().filter(|reading| reading.phase() == Some(phase)).count();
    let counts = Phase::ALL.into_iter().rev().flat_map(|phase| match (count(phase), phase) {
        (all, Phase::Computing) => {
            [(all - without_cpu.min(all), phase.name()), (without_cpu.min(all), "without a CPU")]
        }
        (all, phase) => [(all, phase.name()), (0, "")],
    });
    let mut counts: Vec<(usize, &str)> = counts.filter(|(count, _)| *count > 0).collect();
    let say = |counts: &[(usize, &str)]| {
        let words = counts.iter().map(|(count, what)| format!("{} {what}", grouped(*count as u64)));
        words.collect::<Vec<_>>().join(", ")
    };
    let mut words = say(&counts);
    while words.chars().count() > most && counts.len() > 1 {
        let fewest = counts.iter().map(|(count, _)| *count).min();
        let Some(at) = counts.iter().rposition(|(count, _)| Some(*count) == fewest) else { break };
        counts.remove(at);
        words = say(&counts) + ", …";
    }
    words
}

fn one(
    canvas: &mut Canvas<'_>,
    (index, of): (usize, usize),
    (reading, has_cpu): (Doing, bool),
    pid: Option<u32>,
    at: crate::clock::RunTime,
    model: &Model,
) {
    let theme = &model.theme;
    let digits = of.saturating_sub(1).to_string().len();
    let mut x = canvas.text(0, 0, &format!("{:<w$} ", format!("w{index}"), w = digits + 1), theme.dim);
    if let Some(phase) = reading.phase() {
        let pure = (phase_glyph(phase), theme.pure(phase, false));
        let (glyph, style) = if has_cpu { pure } else { paint::preempted(theme) };
        canvas.glyph(x, 0, glyph, style);
    }
    x += 2;
    let (words, style) = match reading {
        _ if !has_cpu => (NO_CPU.to_owned(), theme.dim),
        Doing::This { phase, .. } => (phase.name().to_owned(), theme.word(phase)),
        Doing::Mostly(phase) => (format!("mostly {phase}"), theme.word(phase)),
        Doing::Over => ("over".to_owned(), theme.dim),
        Doing::Unknown => ("–".to_owned(), theme.dim),
    };
    x = canvas.text(x, 0, &words, style).max(x + 9) + 1;
    if let Doing::This { task, since, .. } = reading {
        if let Some(task) = task {
            x = canvas.text(x, 0, &task.to_string(), theme.text) + 1;
        }
        let ago = at.since(since);
        let ago = if canvas.width() < ROOMY { ago.to_string() } else { format!("for {ago}") };
        if usize::from(x) + ago.chars().count() <= usize::from(canvas.width()) {
            x = canvas.text(x, 0, &ago, theme.dim) + 1;
        }
    }
    let pid = pid.map_or_else(|| "–".to_owned(), |pid| pid.to_string());
    let room = usize::from(canvas.width().saturating_sub(x));
    // Where there is no room for the word, the number has to do.
    let texts = [format!("pid {pid}"), pid];
    if let Some(text) = texts.iter().find(|text| reading != Doing::Over && text.chars().count() <= room) {
        canvas.right(canvas.width(), 0, text, theme.dim);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::TaskIndex;

    #[test]
    fn who_has_no_cpu_is_counted_apart() {
        let this = |phase| Doing::This {
            phase,
            task: Some(TaskIndex(0)),
            since: crate::clock::RunTime::START,
            until: None,
        };
        let four = [Phase::Computing, Phase::Computing, Phase::Computing, Phase::Blocked].map(this);
        assert_eq!(together(&four, 0, 80), "1 blocked, 3 computing");
        assert_eq!(together(&four, 2, 80), "1 blocked, 1 computing, 2 without a CPU");
        assert_eq!(together(&four, 3, 80), "1 blocked, 3 without a CPU");
        assert_eq!(together(&four, 2, 20), "2 without a CPU, …");
    }
}
