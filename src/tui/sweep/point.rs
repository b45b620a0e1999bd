//! One point: where the time of its workers went in its last run, and its lanes.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::clock::RunTime;
use crate::event::Phase;
use crate::state::{Ledger, RunState};
use crate::sweep::Kind;
use crate::tui::canvas::Canvas;
use crate::tui::chart::Frame;
use crate::tui::compare::ledger;
use crate::tui::lab::axis;
use crate::tui::lab::lanes::{self, paint};
use crate::tui::lab::layout::inside;
use crate::tui::lab::legend as words;
use crate::tui::lab::panel::Panel;
use crate::tui::model::Model;
use crate::tui::sweep::desk::Key;
use crate::tui::sweep::{account, sweep_layout};
use crate::tui::theme::Theme;
use crate::units::{Nanos, plural};

/// The fewest columns of a lane's name.
const NAME: u16 = 8;
/// The most lines of a lane.
const HIGHEST: u16 = 5;
/// From this height on what is drawn is explained in two lines, which leaves air where one is enough.
const EXPLAINED: u16 = 7;

/// Where everything is within the panel.
struct Places {
    /// Columns of a lane's name, with air behind the longest.
    name: u16,
    ledger: Rect,
    lanes: Rect,
    rows: u16,
    height: u16,
    fold: usize,
    axis: Rect,
    legend: Rect,
}

fn places(area: Rect, framed: bool, slots: usize) -> Places {
    let inner = inside(area, framed);
    let line = |y: u16| Rect { y: inner.y + y, height: u16::from(y < inner.height), ..inner };
    let explained = if inner.height >= EXPLAINED { 2 } else { 1 };
    let above = (1 + explained).min(inner.height);
    let below = 1.min(inner.height - above);
    let room = inner.height - above - below;
    let slots = slots.max(1);
    let fold = slots.div_ceil(usize::from(room.max(1)));
    let rows = (slots.div_ceil(fold) as u16).min(room);
    let height = (room / rows.max(1)).clamp(1, HIGHEST);
    let lanes = Rect { y: inner.y + above, height: rows * height, ..inner };
    let after = above + lanes.height;
    let legend = Rect { height: above.saturating_sub(1), ..line(1) };
    let last = lanes::name(&(slots.saturating_sub(fold)..slots));
    let name = NAME.max(last.len() as u16 + 1);
    Places { name, ledger: line(0), lanes, rows, height, fold, axis: line(after), legend }
}

/// Brings the lanes of the point that is looked at up to date.
pub(crate) fn refresh(model: &mut Model) {
    let layout = sweep_layout(model.area, model);
    let mut chart = std::mem::take(&mut model.sweep.lanes);
    let run = model.sweep.chosen().and_then(|point| model.sweep.course.as_ref()?.run(point));
    if let Some(((run, number), area)) = run.zip(layout.point) {
        let now = moment(model, run);
        let places = places(area, layout.framed, run.slots.len());
        let frame = Frame {
            run: number,
            from: RunTime::START,
            to: RunTime(length(model, run).0),
            columns: places.lanes.width.saturating_sub(places.name),
            first: 0,
            end: run.slots.len(),
            rows: places.rows,
            fold: places.fold,
        };
        chart.refresh(run, now, frame);
    }
    model.sweep.lanes = chart;
}

/// Up to where a run is known.
fn moment(model: &Model, run: &RunState) -> RunTime {
    let now = model.sweep.course.as_ref().map_or(RunTime::START, |course| course.now);
    run.end.as_ref().map_or(now, |end| RunTime(end.elapsed.0))
}

/// The end of its time axis: a little beyond its end; of a run that goes on what it should take, and from there on in
/// steps.
fn length(model: &Model, run: &RunState) -> Nanos {
    if let Some(end) = &run.end {
        return Nanos((end.elapsed.0 / 100).max(1) * 101);
    }
    let course = model.sweep.course.as_ref();
    let hoped = course.and_then(|course| {
        let step = course.step?;
        course.sweep.estimate(step.strategy, step.shape)
    });
    let mut length = hoped.map_or(Nanos::from_secs(1), |hoped| Nanos((hoped.0 / 100).max(1_000) * 104));
    while moment(model, run).0 > length.0 {
        length = length + length / 4;
    }
    length
}

/// Draws the panel.
pub(crate) fn draw(model: &Model, area: Rect, framed: bool, buf: &mut Buffer) {
    let theme = &model.theme;
    let desk = &model.sweep;
    let chosen = desk.chosen();
    let label = chosen.map_or_else(|| "Workers".to_owned(), |point| point.0.label(point.1));
    let found = chosen.and_then(|point| desk.course.as_ref()?.run(point));
    if framed {
        let about = chosen.map_or(String::new(), |point| about(model, point, found.map(|(run, _)| run)));
        Panel::new(&label, theme).about(&about).render(area, buf, &[], &[]);
    }
    let Some((run, _)) = found else {
        let mut canvas = Canvas::new(inside(area, framed), buf);
        let course = desk.course.as_ref();
        if let Some((course, kept)) = course.zip(chosen.and_then(|point| course?.kept_of(point))) {
            account::draw(model, course, kept, &mut canvas);
            return;
        }
        let words = match (course, chosen) {
            (None, _) => "The lanes of a point, and where the time of its workers went.",
            (Some(course), None) if course.end.is_some() => "Nothing was measured that could be looked at.",
            (Some(_), None) => "The first run is about to begin.",
            (Some(_), Some(_)) => "Its first run is about to begin.",
        };
        let x = canvas.width().saturating_sub(words.chars().count() as u16) / 2;
        canvas.text(x, canvas.height() / 2, words, theme.dim);
        return;
    };
    let places = places(area, framed, run.slots.len());
    let mut canvas = Canvas::new(places.ledger, buf);
    let width = canvas.width();
    canvas.text(0, 0, "time", theme.dim);
    let (whole, commands) = (run.ledger(), run.computed_by_commands());
    let (name, columns) = (places.name, width.saturating_sub(places.name));
    ledger::bar(&mut canvas.part(name, 0, columns, 1), &whole, commands, theme);
    let chart = &desk.lanes;
    let mut canvas = Canvas::new(places.lanes, buf);
    for row in 0..places.rows {
        let slots = chart.frame().slots(row, run.slots.len());
        canvas.text(0, row * places.height, &lanes::name(&slots), theme.dim);
        let mut cells = canvas.part(name, row * places.height, columns, places.height);
        paint::row(&mut cells, chart.row(row), theme);
        if row > 0 {
            cells.part_above();
        }
    }
    axis::draw(&mut Canvas::new(places.axis, buf), name, chart.frame(), theme);
    let commands = run.start.work.command().map(|_| commands);
    legend(&mut Canvas::new(places.legend, buf), name, &whole, commands, theme);
}

/// What the parts of the bar and of the lanes look like, from column `x` on: those with the largest share first, and in a
/// second line those that the first has no room for; of commands with what they computed.
fn legend(canvas: &mut Canvas<'_>, x: u16, whole: &Ledger, commands: Option<Nanos>, theme: &Theme) {
    let width = canvas.width();
    let (of_commands, commands) = (commands.is_some(), commands.unwrap_or_default());
    ledger::legend(&mut canvas.part(0, 0, width, 1), x, whole, commands, theme);
    let rest = rest(whole, commands, width.saturating_sub(x));
    let mut second = canvas.part(0, 1, width, 1);
    let preempted = rest.contains(&"preempted");
    let x = if preempted { words::preempted(&mut second, x, theme) } else { x };
    words::phases(&mut second, x, rest.into_iter().filter_map(Phase::of_part), of_commands, theme);
}

/// The parts that a line of so many columns has no room for, those with the largest share first.
fn rest(whole: &Ledger, commands: Nanos, columns: u16) -> Vec<&'static str> {
    let mut parts: Vec<(&str, Nanos)> = whole.parts_with(commands).to_vec();
    parts.retain(|(_, time)| *time > Nanos::ZERO);
    parts.sort_by_key(|(_, time)| std::cmp::Reverse(*time));
    let mut left = usize::from(columns);
    let told = parts.iter().take_while(|(name, _)| {
        let fits = name.len() + 2 <= left;
        left = left.saturating_sub(name.len() + 5);
        fits
    });
    let told = told.count();
    parts.into_iter().skip(told).map(|(name, _)| name).collect()
}

/// Which run it is.
fn about(model: &Model, point: Key, run: Option<&RunState>) -> String {
    let course = model.sweep.course.as_ref();
    if run.is_none_or(|run| run.end.is_some()) {
        let kept = course.and_then(|course| course.kept_of(point));
        return kept.map_or(String::new(), |kept| {
            let which = if kept.kind == Kind::WarmUp { "its warm-up" } else { "its last run" };
            format!("{which}, {}", kept.account.elapsed)
        });
    }
    let first = course.is_some_and(|course| course.points().is_empty());
    match model.sweep.step().map(|step| step.kind) {
        Some(Kind::WarmUp) => "warming up, which does not count".to_owned(),
        Some(Kind::Baseline) if first => "one worker, which the others are compared with".to_owned(),
        Some(Kind::Baseline) => "one worker, to see whether the machine changes".to_owned(),
        _ => format!("{} at work", plural(point.1.slots().into(), "worker")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_line_has_no_room_for_is_told_in_the_next() {
        let each = [Nanos(7), Nanos(6), Nanos(5), Nanos(4), Nanos(3)];
        let [computing, waiting, receiving, sending, preempted] = each;
        let ledger = Ledger { computing, preempted, sending, receiving, waiting, ..Ledger::default() };
        let names = ["computing", "waiting", "receiving", "sending", "preempted"];
        for columns in 0..80 {
            let area = Rect::new(0, 0, columns, 2);
            let mut buf = Buffer::empty(area);
            let theme = Theme::new(crate::tui::theme::Palette::Dark, crate::tui::theme::Depth::True, false);
            legend(&mut Canvas::new(area, &mut buf), 0, &ledger, None, &theme);
            let said: String = buf.content.iter().map(ratatui::buffer::Cell::symbol).collect();
            let counts = names.map(|name| said.matches(name).count());
            assert!(counts.iter().all(|count| *count <= 1), "{said}");
            assert!(columns < 42 || counts == [1; 5], "{columns}: {said}");
        }
    }

    #[test]
    fn names_of_bands_do_not_touch_their_lanes() {
        for slots in [1, 16, 100, 128, 1_000, 4_096] {
            let places = places(Rect::new(0, 0, 100, 17), true, slots);
            let all = (0..slots).step_by(places.fold);
            let longest =
                all.map(|first| lanes::name(&(first..(first + places.fold).min(slots))).len()).max();
            assert!(longest.is_some_and(|longest| longest < usize::from(places.name)), "{slots}");
        }
    }
}
