//! Which command's output is looked at.

use crate::event::CommandEnd;
use crate::tui::compare::{desk, kept, moment};
use crate::tui::model::{Model, Overlay, Remark, Screen};

/// Opens the output of a task: of the one that is looked at on Compare; elsewhere of the last that failed, or of the last.
pub(super) fn open(model: &mut Model) {
    let Some(log) = model.commands() else {
        let words = "only commands have an output, as in: poolscope -- gzip -kf {item}";
        model.remark = Some(Remark::Problem(words.to_owned()));
        return;
    };
    let picked = picked(model).and_then(|(task, attempt)| log.of(task, attempt));
    let all = log.all();
    let end = match model.screen {
        Screen::Compare => picked,
        Screen::Lab | Screen::Sweep => log.failed().last().or(all.last().copied()),
    };
    let Some(end) = end else {
        let words = "no command is over here, or its output is not kept any more; choose another task";
        model.remark = Some(Remark::Problem(words.to_owned()));
        return;
    };
    model.overlay = Some(overlay(end));
}

/// The attempt that is looked at in a run that is opened.
fn picked(model: &Model) -> Option<(crate::ids::TaskIndex, u8)> {
    let opened = model.compare.opened?;
    let entries = kept::shown(model);
    let entry = entries.get(desk::chosen(model, &entries))?;
    let record = moment::picked(entry.run, opened.lane, desk::cursor(model, &entries))?.record?;
    Some((record.task, record.attempt))
}

/// To the output of the next task, or of the previous one.
pub(super) fn walk(model: &mut Model, later: bool) {
    let Some(Overlay::Output { task, attempt, .. }) = model.overlay else { return };
    let Some(log) = model.commands() else { return };
    let all = log.all();
    let key = |end: &&CommandEnd| (end.task, end.attempt);
    let next = if later {
        all.iter().find(|end| key(end) > (task, attempt))
    } else {
        all.iter().rev().find(|end| key(end) < (task, attempt))
    };
    if let Some(end) = next {
        model.overlay = Some(overlay(end));
    }
}

const fn overlay(end: &CommandEnd) -> Overlay {
    Overlay::Output { task: end.task, attempt: end.attempt, scroll: 0 }
}
