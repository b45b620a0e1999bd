//! Sweep: throughput over numbers of workers, measured point by point, and what it recommends.
//!
//! ```text
//!  poolscope  1 Lab  2 Compare  3 Sweep                     2 CPUs · load 0.3 · trust ●●●○   header
//!  mixed: 400 tasks of 20 ms + 80 ms   threads and processes · 1..16 workers · 5 repeats     title
//! ╭ Throughput, tasks/s ─────── ● threads ■ processes ╮╭ Recommended ─────────────────────╮
//! │ 100 ┤                   ┆10 workers               ││ 10 threads  (8 to 12)            │  verdict
//! │     │             .' ●──●─┆─●────●                ││ throughput 97.0/s ± 1 %          │  (or the plan,
//! │  50 ┤        ●  '         ┆                       ││ Both CPUs are busy. …            │   as a form)
//! │     │   ●                 ┆                       │╰──────────────────────────────────╯
//! │   0 ┼───┬────┬─────┬──────┬──┬────┬               │╭ Measured ────────────────────────╮
//! ╰─────────────────────────────────────────── workers╯│ workers   threads  processes     │  table
//! ╭ threads ×10 · run 41 ─────────────────────────────╮│       1      10.0        9.9     │
//! │ its worker time as a bar, and its lanes           ││       2      20.0       19.7     │  point
//! ╰───────────────────────────────────────────────────╯╰──────────────────────────────────╯
//!  ▸ What one worker does with its time; what came out, where there is no room beside.        finding
//!  ■■■■■■■■■■■■■──── 41 of 60 runs · now threads ×8, repeat 4 of 5 · 12 s left                progress
//!  Enter measure  x stop  ← → point    y what is drawn  ? help  q quit                        footer
//! ```
//!
//! - **Curve**: one for each strategy, with the interval of its repeats, over axes that are fixed by the plan; the fitted
//!   law where it holds; what as many times one worker would be; a line at what is recommended, with its interval. Hybrid
//!   that was measured in several shapes is a grid of processes and threads, too.
//! - **Verdict**: the recommendation with its reasons, or why there is none.
//! - **Table**: the points as numbers. **Point**: where the worker time of one of them went, and its lanes.
//! - **Plan**: the form; beside the curve, or over it where there is no room.
//!
//! What comes next and what it means is the business of [`crate::sweep`] and [`crate::analysis::sizing`]; runs are asked
//! for one by one in `tui/update/sweep.rs`. Nothing here measures or runs anything.

mod account;
mod axes;
mod begin;
mod curve;
pub(crate) mod desk;
mod dots;
mod expected;
mod finding;
pub(crate) mod form;
pub(crate) mod grid;
mod kept;
mod layout;
mod legend;
pub(crate) mod measure;
mod naming;
mod pen;
mod places;
mod plan;
mod point;
mod progress;
mod scale;
mod setting;
mod table;
mod verdict;

pub(crate) use layout::sweep_layout;
pub(crate) use places::{Spot, spot};

use ratatui::buffer::Buffer;
use ratatui::widgets::{Clear, Widget};

use crate::tui::canvas::{Canvas, clip};
use crate::tui::footer::Footer;
use crate::tui::lab::cores::CoreStrip;
use crate::tui::lab::header::Header;
use crate::tui::model::Model;
use crate::tui::sweep::form::SweepForm;

/// Brings up to date what costs too much to be worked out for each frame: what should be measured, and lanes.
pub(crate) fn refresh(model: &mut Model) {
    if let Some(costs) = model.costs {
        let widest = scale::counts(model).last().copied().unwrap_or(1);
        let desk = &mut model.sweep;
        let drawn = desk.course.as_ref().map(|course| course.sweep.plan().clone());
        let drawn = drawn.unwrap_or_else(|| desk.form.plan());
        desk.expected.follow(&drawn, widest, &model.machine, costs);
        desk.expected.follow_form(&desk.form.plan().plan, costs);
    }
    point::refresh(model);
}

/// Draws the screen, without what lies over it.
pub(crate) fn view(model: &Model, buf: &mut Buffer) {
    let layout = sweep_layout(model.area, model);
    Header::new(model).render(layout.header, buf);
    title(model, &mut Canvas::new(layout.title, buf));
    if let Some(area) = layout.curve {
        if model.sweep.grid {
            grid::draw(model, area, layout.framed, buf);
        } else {
            curve::draw(model, area, layout.framed, buf);
        }
    }
    if let Some(area) = layout.point {
        point::draw(model, area, layout.framed, buf);
    }
    if let Some(area) = layout.verdict {
        verdict::draw(model, area, buf);
    }
    if let Some(area) = layout.table {
        table::draw(model, area, layout.framed, buf);
    }
    if let Some(area) = layout.cores {
        CoreStrip::new(model).render(area, buf);
    }
    finding::draw(model, layout.verdict.is_some(), &mut Canvas::new(layout.finding, buf));
    progress::draw(model, &mut Canvas::new(layout.progress, buf));
    Footer::new(model).render(layout.footer, buf);
    if let Some(area) = layout.plan {
        Clear.render(area, buf);
        plan::draw(model, area, buf);
    }
}

/// The plan in a line: that of what is drawn, and where the form's is another, both.
fn title(model: &Model, canvas: &mut Canvas<'_>) {
    let theme = &model.theme;
    let desk = &model.sweep;
    let (work, how) = desk.form.words(&model.machine);
    let room = usize::from(canvas.width());
    let other = desk.course.as_ref().filter(|course| *course.sweep.plan() != desk.form.plan());
    let Some(course) = other else {
        // On another runtime it is something else: the work gives way to its name.
        let least = how.last().filter(|words| !words.is_empty());
        let work_room = room.saturating_sub(least.map_or(0, |words| words.chars().count() + 3));
        let x = canvas.text(0, 0, &clip(&work, work_room), theme.bright);
        let left = room.saturating_sub(usize::from(x) + 3);
        if let Some(words) = how.iter().find(|words| words.chars().count() <= left) {
            canvas.text(x + 3, 0, words, theme.dim);
        }
        return;
    };
    let (measured, before) = SweepForm::showing(course.sweep.plan()).words(&model.machine);
    let both = |a: &str, b: &str| (format!("measured: {a}"), format!(" · plan now: {b}"));
    let full = |work: &str, how: &str| match how {
        "" => work.to_owned(),
        how => format!("{work}, {how}"),
    };
    let pairs = before.iter().zip(&how);
    let variants: Vec<(String, String)> = if measured == work {
        // What differs is how it is measured.
        pairs.filter(|(a, b)| !a.is_empty() && !b.is_empty()).map(|(a, b)| both(a, b)).collect()
    } else {
        pairs.map(|(a, b)| both(&full(&measured, a), &full(&work, b))).collect()
    };
    let long = |(a, b): &&(String, String)| a.chars().count() + b.chars().count() <= room;
    let Some((measured, now)) = variants.iter().find(long).or(variants.last()) else { return };
    let x = canvas.text(0, 0, &clip(measured, room), theme.bright);
    canvas.text(x, 0, &clip(now, room.saturating_sub(usize::from(x))), theme.accent);
}

#[cfg(test)]
mod script;
#[cfg(test)]
mod tests;
