//! What is under the cursor, in words: one worker, or a band of them.

use crate::event::{Phase, WorkerExit};
use crate::state::{RunState, SlotState};
use crate::tui::lab::lanes::{figures, gil, name};
use crate::tui::lab::layout::WorkersLayout;
use crate::tui::model::{Model, Row};
use crate::units::grouped;

/// What the row under the cursor is and does.
pub(super) fn words(model: &Model, layout: &WorkersLayout, row: &Row<'_>) -> String {
    let all = row.slots as usize;
    let y = model.bands.row(all, layout.fold);
    let slots = model.chart.frame().slots(y as u16, all);
    let mut words = vec![name(&slots)];
    match row.run.map(|run| (run, run.slots.get(slots.clone()).unwrap_or(&[]))) {
        None => words.push("planned".to_owned()),
        Some((run, [slot])) => one(&mut words, model, run, (slots.start, slot)),
        Some((run, band)) => several(&mut words, model, run, band, slots.start),
    }
    words.join(" · ")
}

fn one(words: &mut Vec<String>, model: &Model, run: &RunState, (index, slot): (usize, &SlotState)) {
    let levels = &slot.levels;
    let pid = slot.pids.last().copied().unwrap_or(levels.pid);
    if pid > 0 {
        words.push(format!("pid {pid}"));
    }
    if run.end.is_none() {
        words.extend(levels.task.map(|task| format!("task {task}")));
        words.push(format!("{} for {}", levels.phase, model.moment().since(levels.since)));
    }
    words.push(format!("{} done", grouped(levels.done)));
    if levels.failed > 0 {
        words.push(format!("{} failed", grouped(levels.failed)));
    }
    words.extend(gil::shares(run, index, model.moment()));
    words.push(format!("{} % at work", figures::at_work(slot, run, model).percent()));
    match slot.exits.last().filter(|exit| **exit != WorkerExit::Finished) {
        Some(exit) => words.push(exit.to_string()),
        None if run.end.is_some() => words.push(format!("CPU time {}", levels.cpu_time)),
        None => words.extend(levels.cpu.map(|cpu| format!("cpu {cpu}"))),
    }
}

fn several(words: &mut Vec<String>, model: &Model, run: &RunState, band: &[SlotState], first: usize) {
    if run.end.is_none() {
        let in_flight = band.iter().filter(|slot| slot.levels.task.is_some()).count();
        words.push(format!("{in_flight} of {} in flight", band.len()));
        let computing = band.iter().filter(|slot| slot.levels.phase == Phase::Computing).count();
        words.push(format!("{computing} computing"));
    }
    let done: u64 = band.iter().map(|slot| slot.levels.done).sum();
    let failed: u64 = band.iter().map(|slot| slot.levels.failed).sum();
    words.push(format!("{} done", grouped(done)));
    if failed > 0 {
        words.push(format!("{} failed", grouped(failed)));
    }
    let parts = figures::spread(band, run, model);
    if let (Some((least, low)), Some((most, high))) = (parts.first(), parts.last()) {
        words.push(format!("at work {least} % (w{}) to {most} % (w{})", first + low, first + high));
    }
}
