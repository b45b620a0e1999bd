//! One point: where the time of its workers went in its last run, and its lanes.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::clock::RunTime;
use crate::state::RunState;
use crate::sweep::Kind;
use crate::tui::canvas::Canvas;
use crate::tui::chart::Frame;
use crate::tui::compare::ledger;
use crate::tui::lab::axis;
use crate::tui::lab::lanes::{self, paint};
use crate::tui::lab::layout::inside;
use crate::tui::lab::panel::Panel;
use crate::tui::model::Model;
use crate::tui::sweep::desk::{Key, key};
use crate::tui::sweep::sweep_layout;
use crate::units::{Nanos, plural};

/// Columns of a lane's name.
const NAME: u16 = 8;
/// The most lines of a lane.
const HIGHEST: u16 = 5;

/// Where everything is within the panel.
struct Places {
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
    let above = 2.min(inner.height);
    let below = 2.min(inner.height - above);
    let room = inner.height - above - below;
    let slots = slots.max(1);
    let fold = slots.div_ceil(usize::from(room.max(1)));
    let rows = (slots.div_ceil(fold) as u16).min(room);
    let height = (room / rows.max(1)).clamp(1, HIGHEST);
    let lanes = Rect { y: inner.y + above, height: rows * height, ..inner };
    let after = above + lanes.height;
    Places { ledger: line(0), lanes, rows, height, fold, axis: line(after), legend: line(after + 1) }
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
            columns: places.lanes.width.saturating_sub(NAME),
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
        let about = chosen.zip(found).map_or(String::new(), |(point, (run, _))| about(model, point, run));
        Panel::new(&label, theme).about(&about).render(area, buf, &[], &[]);
    }
    let Some((run, _)) = found else {
        let words = match (&desk.course, chosen) {
            (None, _) => "The lanes of a point, and where the time of its workers went.",
            (Some(_), None) => "The first run is about to begin.",
            (Some(course), Some(point))
                if course.cells().any(|cell| key(cell) == point && !cell.samples.is_empty()) =>
            {
                "The lanes of its runs are not kept: there were too many of them."
            }
            (Some(_), Some(_)) => "Its first run is about to begin.",
        };
        let mut canvas = Canvas::new(inside(area, framed), buf);
        let x = canvas.width().saturating_sub(words.chars().count() as u16) / 2;
        canvas.text(x, canvas.height() / 2, words, theme.dim);
        return;
    };
    let places = places(area, framed, run.slots.len());
    let mut canvas = Canvas::new(places.ledger, buf);
    let width = canvas.width();
    canvas.text(0, 0, "time", theme.dim);
    let (whole, commands) = (run.ledger(), run.computed_by_commands());
    ledger::bar(&mut canvas.part(NAME, 0, width.saturating_sub(NAME), 1), &whole, commands, theme);
    let chart = &desk.lanes;
    let mut canvas = Canvas::new(places.lanes, buf);
    for row in 0..places.rows {
        let slots = chart.frame().slots(row, run.slots.len());
        canvas.text(0, row * places.height, &lanes::name(&slots), theme.dim);
        let mut cells = canvas.part(NAME, row * places.height, width.saturating_sub(NAME), places.height);
        paint::row(&mut cells, chart.row(row), theme);
        if row > 0 {
            cells.part_above();
        }
    }
    axis::draw(&mut Canvas::new(places.axis, buf), NAME, chart.frame(), theme);
    ledger::legend(
        &mut Canvas::new(places.legend, buf),
        NAME,
        &run.ledger(),
        run.computed_by_commands(),
        theme,
    );
}

/// Which run it is.
fn about(model: &Model, point: Key, run: &RunState) -> String {
    let course = model.sweep.course.as_ref();
    let took = run.end.as_ref().map(|end| {
        let kept = course.and_then(|course| course.kept_of(point));
        let warm_up = kept.is_some_and(|kept| kept.kind == Kind::WarmUp);
        let which = if warm_up { "its warm-up" } else { "its last run" };
        format!("{which}, {}", end.elapsed)
    });
    let first = course.is_some_and(|course| course.points().is_empty());
    took.unwrap_or_else(|| match model.sweep.step().map(|step| step.kind) {
        Some(Kind::WarmUp) => "warming up, which does not count".to_owned(),
        Some(Kind::Baseline) if first => "one worker, which the others are compared with".to_owned(),
        Some(Kind::Baseline) => "one worker, to see whether the machine changes".to_owned(),
        _ => format!("{} at work", plural(run.slots.len() as u64, "worker")),
    })
}
