//! All that is known of one task. What is not known is a dash, never a guess; what was known and is not kept is said.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::clock::RunTime;
use crate::event::Outcome;
use crate::tui::canvas::{Canvas, clip, wrap};
use crate::tui::compare::desk::Opened;
use crate::tui::compare::kept::Entry;
use crate::tui::compare::moment::{Picked, process};
use crate::tui::lab::layout::inside;
use crate::tui::lab::panel::Panel;
use crate::tui::model::Model;

/// The value of a fact that only the record of a task tells, where that has made room for those of later tasks.
const NOT_KEPT: &str = "not kept";

#[expect(clippy::too_many_arguments, reason = "what is drawn, where, and of which moment")]
/// Draws the record of the task that was picked.
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
    let about = picked.map_or_else(String::new, |picked| {
        format!("{} · {}", picked.task, entry.run.start.work.part(picked.task).0.task())
    });
    if framed {
        Panel::new("Task", theme).about(&about).render(area, buf, &[], &[]);
    }
    let mut canvas = Canvas::new(inside(area, framed), buf);
    let Some(picked) = picked else {
        let words =
            format!("w{} had no task at {}, or none that was told one by one.", opened.lane, at.elapsed());
        let lines = wrap(&words, usize::from(canvas.width()), 3);
        for (y, line) in (0..).zip(&lines) {
            canvas.text(0, y, line, theme.dim);
        }
        return;
    };
    let width = canvas.width();
    for (y, (name, value)) in (0..).zip(facts(entry, opened, picked)) {
        let end = canvas.text(0, y, name, theme.dim);
        let style = match (name, picked.record) {
            ("outcome", Some(record)) if record.outcome == Outcome::Ok => theme.good,
            ("outcome", Some(_)) => theme.bad,
            _ => theme.text,
        };
        canvas.right(width, y, &clip(&value, usize::from(width.saturating_sub(end + 1))), style);
    }
}

/// The facts of a task, those first that are told it by.
fn facts(entry: &Entry<'_>, opened: Opened, picked: Picked) -> Vec<(&'static str, String)> {
    let dash = || "–".to_owned();
    let or_dash = |known: Option<String>| known.unwrap_or_else(dash);
    let run = entry.run;
    let record = picked.record;
    let slot = run.slots.get(opened.lane);
    let pid = record.map(|record| record.pid).or_else(|| slot.and_then(process));
    let outcome = match (record, picked.end) {
        (Some(record), _) if record.attempt > 0 => {
            format!("{} (attempt {})", record.outcome.name(), record.attempt + 1)
        }
        (Some(record), _) => record.outcome.name().to_owned(),
        (None, None) => "runs".to_owned(),
        (None, Some(_)) => NOT_KEPT.to_owned(),
    };
    let queued = record.map_or(Some(RunTime::START).filter(|_| run.retries == 0), |record| record.queued);
    // Only the record of a task that is over tells these: of a task that runs nobody knows them yet.
    let is_lost = record.is_none() && picked.end.is_some();
    let told = |known: Option<String>| match known {
        None if is_lost => NOT_KEPT.to_owned(),
        known => or_dash(known),
    };
    let mut facts = vec![
        ("outcome", outcome),
        ("worker", format!("w{}", opened.lane)),
        ("pid", or_dash(pid.map(|pid| pid.to_string()))),
        ("parent pid", or_dash(pid.and_then(|pid| run.parent_of(pid)).map(|pid| pid.to_string()))),
        ("CPU", told(record.and_then(|record| record.on).map(|cpu| cpu.to_string()))),
        ("CPU time", told(record.map(|record| run.cpu_of(&record).to_string()))),
        ("queued", told(queued.map(|at| format!("at {}", at.elapsed())))),
        ("start", format!("at {}", picked.start.elapsed())),
        ("end", or_dash(picked.end.map(|end| format!("at {}", end.elapsed())))),
        ("took", or_dash(picked.end.map(|end| end.since(picked.start).to_string()))),
    ];
    let log = run.commands.as_ref();
    if let Some(end) = record.and_then(|record| log?.of(record.task, record.attempt)) {
        facts.insert(1, ("command", end.status.clone()));
        facts.push(("memory", end.peak_memory.to_string()));
    }
    facts
}
