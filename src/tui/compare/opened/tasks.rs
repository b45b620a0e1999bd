//! The last tasks of a run, in the order of their ends, with the one that was picked among them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use crate::analysis::{PartSummary, RunSummary};
use crate::clock::RunTime;
use crate::event::Outcome;
use crate::state::{RunState, TaskRecord};
use crate::tui::canvas::{Canvas, clip};
use crate::tui::compare::desk::{Opened, Part};
use crate::tui::compare::kept::Entry;
use crate::tui::compare::moment::Picked;
use crate::tui::lab::layout::inside;
use crate::tui::lab::panel::Panel;
use crate::tui::model::Model;
use crate::units::grouped;

/// What a column shows of a task of a run.
type Value = fn(&TaskRecord, &RunState) -> String;

/// A column: heading, width, from which width of the table on there is room for it, and what it shows.
type Column = (&'static str, u16, u16, Value);

/// What a task is, in a mix: it stands behind the task's number.
const TYPE: Column = ("type", 8, 0, |task, run| run.start.work.part(task.task).0.task().to_string());

const COLUMNS: [Column; 9] = [
    ("task", 7, 0, |task, _| task.task.to_string()),
    ("outcome", 11, 0, |task, _| task.outcome.name().to_owned()),
    ("worker", 7, 0, |task, _| task.slot.to_string()),
    ("pid", 9, 56, |task, _| task.pid.to_string()),
    ("CPU", 5, 86, |task, _| task.on.map_or_else(|| "–".to_owned(), |cpu| cpu.to_string())),
    ("start", 10, 38, |task, _| task.start.elapsed().to_string()),
    ("end", 10, 66, |task, _| task.end.elapsed().to_string()),
    ("took", 10, 28, |task, _| task.end.since(task.start).to_string()),
    ("CPU time", 10, 78, |task, run| run.cpu_of(task).to_string()),
];

#[expect(clippy::too_many_arguments, reason = "what is drawn, where, and of which moment")]
/// Draws the table.
pub(super) fn draw(
    model: &Model,
    entry: &Entry<'_>,
    opened: Opened,
    picked: Option<Picked>,
    at: RunTime,
    area: Rect,
    framed: bool,
    buf: &mut Buffer,
) {
    let theme = &model.theme;
    let recent = &entry.run.recent;
    let focused = opened.part == Part::Tasks && model.overlay.is_none();
    if framed {
        let ended = entry.run.ended();
        let kept = recent.len() as u64;
        let about = format!("{} of {}", grouped(kept), grouped(ended.max(kept)));
        let panel = Panel::new("Last tasks", theme).about(&about).focused(focused);
        let parts = entry.summary.map(|summary| parts(summary, usize::from(area.width))).unwrap_or_default();
        panel.render(area, buf, &[], &[(parts.as_str(), theme.dim)]);
    }
    table(&mut Canvas::new(inside(area, framed), buf), entry, picked, at, model);
}

/// How long the tasks of each part of a mix took, in as many words as there is room for; empty for other work.
pub(crate) fn parts(summary: &RunSummary, width: usize) -> String {
    let each = |words: fn(&PartSummary) -> String| {
        let parts: Vec<String> = summary.parts.iter().filter(|part| part.ok > 0).map(words).collect();
        parts.join(" · ")
    };
    let long = each(|part| format!("{} p50 {}, p99 {}", part.task, part.latency.p50, part.latency.p99));
    let short = each(|part| format!("{} p50 {}", part.task, part.latency.p50));
    // Beside the corners and the ends of the line.
    [long, short].into_iter().find(|words| words.width() + 6 <= width).unwrap_or_default()
}

fn index_of(recent: &[&TaskRecord], picked: Option<Picked>) -> Option<usize> {
    let record = picked.and_then(|picked| picked.record)?;
    recent.iter().position(|task| **task == record)
}

/// The first task that is shown in so many rows: the chosen one stands in the middle; without one, what ended last before
/// the moment.
fn first(recent: &[&TaskRecord], chosen: Option<usize>, at: RunTime, rows: usize) -> usize {
    let about = chosen.unwrap_or_else(|| recent.partition_point(|task| task.end <= at));
    about.saturating_sub(rows / 2).min(recent.len().saturating_sub(rows))
}

/// The task in a line below the headings of a table that is so high.
pub(super) fn at(
    entry: &Entry<'_>,
    picked: Option<Picked>,
    moment: RunTime,
    height: u16,
    line: u16,
) -> Option<TaskRecord> {
    let recent = entry.run.recent_by_end();
    let rows = usize::from(height.saturating_sub(1));
    let first = first(&recent, index_of(&recent, picked), moment, rows);
    recent.get(first + usize::from(line)).filter(|_| usize::from(line) < rows).map(|task| **task)
}

/// The tasks, below a line of headings.
pub(super) fn table(
    canvas: &mut Canvas<'_>,
    entry: &Entry<'_>,
    picked: Option<Picked>,
    at: RunTime,
    model: &Model,
) {
    let theme = &model.theme;
    let recent = entry.run.recent_by_end();
    let width = canvas.width();
    let work = &entry.run.start.work;
    let more = if work.parts().is_empty() { 0 } else { TYPE.1 };
    let (number, others) = COLUMNS.split_at(1);
    let of_mix = (more > 0).then_some(&TYPE);
    let columns = || {
        let room = width.saturating_sub(more);
        number.iter().chain(of_mix).chain(others).filter(move |(_, _, least, _)| room >= *least)
    };
    let mut x = 0;
    for (heading, wide, ..) in columns() {
        x += wide;
        canvas.right(x, 0, heading, theme.dim);
    }
    let rows = usize::from(canvas.height().saturating_sub(1));
    let chosen = index_of(&recent, picked);
    let first = first(&recent, chosen, at, rows);
    for (y, (index, task)) in (1..).zip(recent.iter().enumerate().skip(first).take(rows)) {
        let is_chosen = Some(index) == chosen;
        if is_chosen {
            canvas.restyle(0, y, width, theme.row);
            canvas.text(0, y, "▸", theme.accent.patch(theme.row));
        }
        let mut x = 0;
        for (heading, wide, _, value) in columns() {
            x += wide;
            let style = match *heading {
                "outcome" if task.outcome == Outcome::Ok => theme.good,
                "outcome" => theme.bad,
                "task" | "type" | "worker" | "took" => theme.text,
                _ => theme.dim,
            };
            let style = if is_chosen { style.patch(theme.row) } else { style };
            canvas.right(x, y, &clip(&value(task, entry.run), usize::from(wide - 1)), style);
        }
    }
    if recent.is_empty() {
        canvas.text(1, 1, &clip("none that was told one by one", usize::from(width)), theme.dim);
    }
}
