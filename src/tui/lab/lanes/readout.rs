//! What is under the cursor, in words: one worker, or a band of them.

use unicode_width::UnicodeWidthStr;

use crate::event::WorkerExit;
use crate::state::{RunState, SlotState};
use crate::tui::lab::lanes::{computing, figures, gil, name};
use crate::tui::lab::layout::WorkersLayout;
use crate::tui::model::{Model, Row};
use crate::units::grouped;

/// Figures in the order in which they are read, each with its rank: where there is no room for all, those of the highest
/// rank go first.
#[derive(Default)]
struct Figures(Vec<(u8, String)>);

impl Figures {
    fn add(&mut self, rank: u8, words: impl Into<String>) {
        self.0.push((rank, words.into()));
    }

    /// As many whole figures as there is room for.
    fn fitting(mut self, room: usize) -> String {
        loop {
            let words: Vec<&str> = self.0.iter().map(|(_, words)| words.as_str()).collect();
            let words = words.join(" · ");
            if words.width() <= room {
                return words;
            }
            let least = self.0.iter().enumerate().max_by_key(|(_, (rank, _))| *rank);
            let Some((at, _)) = least else { return words };
            self.0.remove(at);
        }
    }
}

/// What the row under the cursor is and does, in so many columns.
pub(super) fn words(model: &Model, layout: &WorkersLayout, row: &Row<'_>, room: usize) -> String {
    let all = row.slots as usize;
    let y = model.bands.row(all, layout.fold);
    let slots = model.chart.frame().slots(y as u16, all);
    let mut figures = Figures::default();
    figures.add(0, name(&slots));
    match row.run.map(|run| (run, run.slots.get(slots.clone()).unwrap_or(&[]))) {
        None => figures.add(1, "planned"),
        Some((run, [slot])) => one(&mut figures, model, run, (slots.start, slot)),
        Some((run, band)) => several(&mut figures, model, run, band, slots.start),
    }
    figures.fitting(room)
}

fn one(words: &mut Figures, model: &Model, run: &RunState, (index, slot): (usize, &SlotState)) {
    let levels = &slot.levels;
    let pid = slot.pids.last().copied().unwrap_or(levels.pid);
    if pid > 0 {
        words.add(8, format!("pid {pid}"));
    }
    if run.end.is_none() {
        if let Some(task) = levels.task {
            words.add(3, format!("task {task}"));
        }
        words.add(2, format!("{} for {}", levels.phase, model.moment().since(levels.since)));
    }
    words.add(6, format!("{} done", grouped(levels.done)));
    if levels.failed > 0 {
        words.add(1, format!("{} failed", grouped(levels.failed)));
    }
    for (rank, share) in [4, 5, 10].into_iter().zip(gil::shares(run, index, model.moment())) {
        words.add(rank, share);
    }
    words.add(7, format!("{} % at work", figures::at_work(slot, run, model).percent()));
    match slot.exits.last().filter(|exit| **exit != WorkerExit::Finished) {
        Some(exit) => words.add(1, exit.to_string()),
        None if run.end.is_some() => words.add(9, format!("CPU time {}", levels.cpu_time)),
        None => {
            if let Some(cpu) = levels.cpu {
                words.add(9, format!("cpu {cpu}"));
            }
        }
    }
}

fn several(words: &mut Figures, model: &Model, run: &RunState, band: &[SlotState], first: usize) {
    if run.end.is_none() {
        let in_flight = band.iter().filter(|slot| slot.levels.task.is_some()).count();
        words.add(3, format!("{in_flight} of {} in flight", band.len()));
        let (computing, without_cpu) = computing(band);
        words.add(4, format!("{computing} computing"));
        if without_cpu > 0 {
            words.add(5, format!("{without_cpu} without a CPU"));
        }
    }
    let done: u64 = band.iter().map(|slot| slot.levels.done).sum();
    let failed: u64 = band.iter().map(|slot| slot.levels.failed).sum();
    words.add(2, format!("{} done", grouped(done)));
    if failed > 0 {
        words.add(1, format!("{} failed", grouped(failed)));
    }
    let parts = figures::spread(band, run, model);
    if let (Some((least, low)), Some((most, high))) = (parts.first(), parts.last()) {
        words.add(6, format!("at work {least} % (w{}) to {most} % (w{})", first + low, first + high));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_figures_go_where_there_is_no_room_and_those_that_matter_least_go_first() {
        let fitting = |room| {
            let mut figures = Figures::default();
            for (rank, words) in [(0, "w0"), (3, "pid 7"), (1, "held 90 %"), (2, "waited 9 %")] {
                figures.add(rank, words);
            }
            figures.fitting(room)
        };
        assert_eq!(fitting(36), "w0 · pid 7 · held 90 % · waited 9 %");
        assert_eq!(fitting(34), "w0 · held 90 % · waited 9 %");
        assert_eq!(fitting(20), "w0 · held 90 %");
        assert_eq!(fitting(2), "w0");
        assert_eq!(fitting(1), "");
    }
}
