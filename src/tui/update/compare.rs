//! What keys change on Compare: which run, which moment, how much of the time.

use crate::clock::RunTime;
use crate::report::tasks_csv;
use crate::tui::compare::desk::{Opened, Part};
use crate::tui::compare::{Spot, compare_layout, desk, kept, moment, opened_layout};
use crate::tui::message::{Action, Effect, Export};
use crate::tui::model::{Model, Remark};
use crate::units::{grouped, plural};

/// Takes an action of Compare.
pub(super) fn act(model: &mut Model, action: Action) {
    match action {
        Action::Back => walk(model, -1),
        Action::Forth => walk(model, 1),
        Action::FarBack => walk(model, -10),
        Action::FarForth => walk(model, 10),
        Action::NextWork => next_work(model),
        Action::Open => {
            model.compare.differences = false;
            // What is opened stays what it was while others begin.
            model.compare.chosen = desk::chosen_number(model);
            open(model);
            reveal(model);
        }
        Action::NextTask => to_task(model, true),
        Action::PreviousTask => to_task(model, false),
        Action::Differences => model.compare.differences = !model.compare.differences,
        _ => {}
    }
}

/// Opens the run that is looked at, on the first lane that has a task at the moment. Where none has one, and nobody chose
/// the moment, that becomes the beginning of the last task before it.
fn open(model: &mut Model) {
    let entries = kept::shown(model);
    let Some(entry) = entries.get(desk::chosen(model, &entries)) else { return };
    let at = desk::cursor(model, &entries);
    let busy = (0..entry.run.slots.len()).find(|lane| moment::picked(entry.run, *lane, at).is_some());
    let before = entry.run.recent.iter().filter(|task| task.start <= at).max_by_key(|task| task.start);
    let before = before.filter(|_| busy.is_none() && model.compare.cursor.is_none());
    let before = before.map(|task| (task.slot.index(), task.start));
    let lane = busy.or(before.map(|(lane, _)| lane)).unwrap_or(0);
    model.compare.opened = Some(Opened { part: Part::Lanes, lane, first: 0 });
    model.compare.cursor = before.map(|(_, start)| start).or(model.compare.cursor);
}

/// Chooses a run, or the first or last moment.
pub(super) fn step(model: &mut Model, action: Action) {
    let entries = kept::shown(model);
    let (_, known) = desk::axis(model, &entries);
    let at = desk::chosen(model, &entries);
    if let Some(opened) = model.compare.opened {
        step_opened(model, opened, action);
        return;
    }
    let number = |at: usize| entries.get(at).map(|entry| entry.number);
    match action {
        Action::Up => model.compare.chosen = number(at.saturating_sub(1)),
        Action::Down => model.compare.chosen = number((at + 1).min(entries.len().saturating_sub(1))),
        Action::First => move_to(model, RunTime::START),
        Action::Last => move_to(model, known),
        _ => {}
    }
}

/// Looks at what was clicked.
pub(super) fn click(model: &mut Model, spot: Spot) {
    turn_to(model, spot);
    match spot {
        Spot::Run { number, moment } => {
            model.compare.chosen = Some(number);
            model.compare.cursor = moment.or(model.compare.cursor);
        }
        Spot::Lane { lane, moment } => {
            model.compare.cursor = moment.or(model.compare.cursor);
            if let Some(opened) = &mut model.compare.opened {
                opened.lane = lane;
            }
        }
        Spot::Task { lane, start } => {
            if let Some(opened) = &mut model.compare.opened {
                opened.lane = lane;
            }
            move_to(model, start);
        }
        Spot::Part(_) => {}
    }
}

/// Gives the panel that a place belongs to the focus.
pub(super) fn turn_to(model: &mut Model, spot: Spot) {
    if let Some(opened) = &mut model.compare.opened {
        opened.part = match spot {
            Spot::Part(part) => part,
            Spot::Task { .. } => Part::Tasks,
            Spot::Run { .. } | Spot::Lane { .. } => Part::Lanes,
        };
    }
}

/// Closes what is open.
pub(super) fn close(model: &mut Model) {
    if model.compare.opened.take().is_none() {
        model.compare.differences = false;
    }
    reveal(model);
}

/// Moves by columns.
fn walk(model: &mut Model, columns: i64) {
    let entries = kept::shown(model);
    let (whole, known) = desk::axis(model, &entries);
    let (from, to) = model.compare.window.stretch(whole, known);
    let width = match model.compare.opened {
        Some(_) => opened_layout(model, &entries).columns,
        None => compare_layout(model.area, model, &entries).columns.time,
    }
    .max(1);
    let at = desk::cursor(model, &entries);
    // To the middle of a column, so that the line does not waver between two.
    let column = (to.since(from).0 / u64::from(width)).max(1);
    let index = (at.0.saturating_sub(from.0) / column) as i64 + columns;
    let moved = from.0 as i64 + index * column as i64 + (column / 2) as i64;
    move_to(model, RunTime(moved.max(0) as u64).min(known));
}

/// Looks at a moment, and shows it.
fn move_to(model: &mut Model, at: RunTime) {
    model.compare.cursor = Some(at);
    reveal(model);
}

/// Shows the moment that is looked at, wherever it is on the axis by now.
fn reveal(model: &mut Model) {
    let entries = kept::shown(model);
    let (whole, known) = desk::axis(model, &entries);
    let (from, to) = model.compare.window.stretch(whole, known);
    let at = desk::cursor(model, &entries);
    if at < from || at >= to {
        model.compare.window.centre(at, whole, known);
    }
}

/// Zooms around the moment that is looked at, or moves along.
pub(super) fn zoom(model: &mut Model, action: Action) {
    let entries = kept::shown(model);
    let (whole, known) = desk::axis(model, &entries);
    let at = desk::cursor(model, &entries);
    let window = &mut model.compare.window;
    match action {
        Action::ZoomIn => window.zoom_in(whole, known),
        Action::ZoomOut => window.zoom_out(whole, known),
        Action::ZoomReset => *window = crate::tui::window::Window::default(),
        _ => window.scroll(action == Action::Later, whole, known),
    }
    if matches!(action, Action::ZoomIn | Action::ZoomOut) {
        window.centre(at, whole, known);
        model.compare.cursor = Some(at);
    }
}

/// The next work that there are runs of.
fn next_work(model: &mut Model) {
    let all = kept::all(model);
    let works = kept::works(&all);
    let shown = kept::shown(model);
    let at = works.iter().position(|work| shown.first().is_some_and(|entry| entry.did(work)));
    let next = at.map_or(0, |at| at + 1) % works.len().max(1);
    model.compare.work = works.get(next).cloned();
    model.compare.chosen = None;
    model.compare.cursor = None;
    model.compare.window = crate::tui::window::Window::default();
}

/// The other panel of the run that is opened.
pub(super) fn other_part(model: &mut Model) {
    if let Some(opened) = &mut model.compare.opened {
        opened.part = match opened.part {
            Part::Lanes => Part::Tasks,
            Part::Tasks => Part::Lanes,
        };
    }
}

/// Moves over the lanes of the run that is opened, or over its tasks.
fn step_opened(model: &mut Model, opened: Opened, action: Action) {
    let entries = kept::shown(model);
    let Some(entry) = entries.get(desk::chosen(model, &entries)) else { return };
    let layout = opened_layout(model, &entries);
    let page = match opened.part {
        Part::Lanes => usize::from(layout.rows),
        Part::Tasks => usize::from(layout.tasks.map_or(0, |area| area.height.saturating_sub(3))),
    };
    let page = page.max(2) as isize - 1;
    let steps = match action {
        Action::Up => -1,
        Action::Down => 1,
        Action::PageUp => -page,
        Action::PageDown => page,
        Action::First => isize::MIN / 2,
        _ => isize::MAX / 2,
    };
    if opened.part == Part::Lanes {
        let last = entry.run.slots.len().saturating_sub(1);
        let lane = opened.lane.saturating_add_signed(steps).min(last);
        model.compare.opened = Some(Opened { lane, ..opened });
        return;
    }
    let recent = entry.run.recent_by_end();
    let at = desk::cursor(model, &entries);
    let picked = moment::picked(entry.run, opened.lane, at).and_then(|picked| picked.record);
    let next = match picked.and_then(|record| recent.iter().position(|task| **task == record)) {
        Some(index) => index.saturating_add_signed(steps),
        // Between tasks: the one that ended before the moment, or the one after it.
        None if steps < 0 => recent.partition_point(|task| task.end <= at).saturating_add_signed(steps),
        None => recent.partition_point(|task| task.end <= at).saturating_add_signed(steps - 1),
    };
    if let Some(task) = recent.get(next.min(recent.len().saturating_sub(1))) {
        let (lane, start) = (task.slot.index(), task.start);
        model.compare.opened = Some(Opened { lane, ..opened });
        move_to(model, start);
    }
}

/// To the beginning of the next task of the lane that is looked at, or of the previous one.
fn to_task(model: &mut Model, later: bool) {
    let Some(opened) = model.compare.opened else { return };
    let entries = kept::shown(model);
    let Some(entry) = entries.get(desk::chosen(model, &entries)) else { return };
    let at = desk::cursor(model, &entries);
    if let Some(start) = moment::next_task(entry.run, opened.lane, at, later) {
        move_to(model, start);
    }
}

/// Has the tasks of the run that is looked at written into a file.
pub(super) fn export(model: &mut Model) -> Effect {
    let entries = kept::shown(model);
    let Some(entry) = entries.get(desk::chosen(model, &entries)) else { return Effect::None };
    let kept = entry.run.recent.len() as u64;
    if kept == 0 {
        let words = format!("{} has no task yet that was told one by one", entry.name());
        model.remark = Some(Remark::Problem(words));
        return Effect::None;
    }
    let ended = entry.run.ended();
    let last = if kept < ended {
        format!("the last {} of {}", grouped(kept), plural(ended, "task"))
    } else {
        plural(kept, "task")
    };
    let what = format!("{last} of {}", entry.name());
    let files = vec![("csv", tasks_csv(entry.run, entry.number))];
    Effect::Write(Box::new(Export { what, stem: "poolscope-tasks", files }))
}

#[cfg(test)]
mod tests {
    use crate::ids::SlotId;
    use crate::state::Timeline;
    use crate::tui::script::{compared, ms, press, text};

    #[test]
    fn a_run_is_opened_on_the_first_lane_that_has_a_task() {
        let mut model = compared(120, 40, 1);
        let run = model.session.runs.last_mut().unwrap();
        run.slots[0].timeline = Timeline::new(2);
        run.recent.retain(|task| task.slot != SlotId(0));
        press(&mut model, "<Enter>");
        assert_eq!(model.compare.opened.unwrap().lane, 1);
        assert!(text(&model).contains("outcome"), "with the record of its task: {}", text(&model));
    }

    #[test]
    fn where_nobody_has_a_task_the_last_one_before_is_looked_at() {
        let mut model = compared(120, 40, 1);
        let run = model.session.runs.last_mut().unwrap();
        run.slots.iter_mut().for_each(|slot| slot.timeline = Timeline::new(2));
        run.recent.iter_mut().for_each(|task| task.end = task.start.after(crate::units::Nanos(1)));
        press(&mut model, "<Enter>");
        let opened = model.compare.opened.unwrap();
        assert_eq!((opened.lane, model.compare.cursor), (1, Some(ms(520))));
        // Whoever chose a moment stays there.
        press(&mut model, "<Esc><Home><Enter>");
        assert_eq!((model.compare.opened.unwrap().lane, model.compare.cursor), (0, Some(ms(0))));
    }
}
