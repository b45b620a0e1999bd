//! Compare: the runs of one work on one axis of time, what they cost, and what each worker did at any moment.
//!
//! ```text
//!  poolscope  1 Lab  2 Compare                             2 CPUs · load 0.3 · trust ●●●○   header
//!  cpu · 8 tasks of 20 000 000 iterations  2 workers  same 8 results every way ✓            title
//!                                    1.20 s            elapsed  speedup   eff.  start-up
//!   1 serial       ████████████████████│█████████       4.01 s    1.00×  100 %   1.00 ms    runs
//!  ▸2 threads ×2   ████████████████    │                2.01 s    2.00×  100 %   1.00 ms
//!                  ████████████████    │
//!                  0 s       1         2         3      axis, and below it the legend
//!  Where the worker time went
//!   1 serial       ███████████ 98 % ███████████        waiting 2 %                          ledger
//!  At 1.20 s · threads ×2: 2 computing
//!  w0 █ computing #4 for 199 ms   pid 4000             w1 █ computing #5 …                  read-out
//!  ▸ What came out, in a sentence or two.                                                   finding
//!  ↑ ↓ run  Enter open  ← → moment  ? help  q quit                                          footer
//! ```
//!
//! Runs are kept over several comparisons; those of the same work are shown together. Nothing is run or changed here.

mod blocks;
pub(crate) mod desk;
mod differ;
pub(crate) mod kept;
mod layout;
pub(crate) mod ledger;
pub(crate) mod moment;
mod naming;
mod opened;
mod places;
mod readout;
mod title;

pub(crate) use layout::compare_layout;
pub(crate) use places::{Spot, spot};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use crate::tui::canvas::{Canvas, wrap};
use crate::tui::compare::differ::Differ;
use crate::tui::compare::kept::Entry;
use crate::tui::compare::ledger::LedgerBars;
use crate::tui::compare::opened::OpenedLayout;
use crate::tui::compare::readout::Readout;
use crate::tui::compare::title::Title;
use crate::tui::footer::Footer;
use crate::tui::lab::finding;
use crate::tui::lab::header::Header;
use crate::tui::model::{Activity, Model, Remark};

/// Brings the lanes that are shown up to date.
pub(crate) fn refresh(model: &mut Model) {
    match model.compare.opened {
        Some(opened) => opened::refresh(model, opened),
        None => blocks::refresh(model),
    }
}

/// Where everything is of the run that is opened.
pub(crate) fn opened_layout(model: &Model, entries: &[Entry<'_>]) -> OpenedLayout {
    let entry = entries.get(desk::chosen(model, entries));
    entry.map(|entry| opened::opened_layout(model.area, entry)).unwrap_or_default()
}

/// The fewest lines in which the last tasks stand below the read-out: a heading, the columns, and three tasks.
const TABLE: u16 = 5;

/// Draws the screen, without what lies over it.
pub(crate) fn view(model: &Model, buf: &mut Buffer) {
    let entries = kept::shown(model);
    let layout = compare_layout(model.area, model, &entries);
    let opened = model.compare.opened;
    Header::new(model).render(layout.header, buf);
    Footer::new(model).render(layout.footer, buf);
    if entries.is_empty() {
        nothing(model, buf);
        return;
    }
    if let Some(opened) = opened {
        opened::view(model, &entries, opened, buf);
        let area = opened_layout(model, &entries).finding;
        finding(model, &entries, &mut Canvas::new(area, buf));
        return;
    }
    Title::new(model, &entries).render(layout.title, buf);
    blocks::draw(model, &entries, &layout, buf);
    if let Some(area) = layout.ledger {
        LedgerBars::new(model, &entries, &layout.columns).render(area, buf);
    }
    if let Some(area) = layout.readout {
        if model.compare.differences {
            Differ::new(model, &entries).render(area, buf);
        } else {
            Readout::new(model, &entries).render(area, buf);
            let used = layout.readings + 1;
            let spare = area.height.saturating_sub(used + 1);
            if spare >= TABLE {
                let area = Rect { y: area.y + used + 1, height: spare, ..area };
                opened::last_tasks(model, &entries, area, buf);
            }
        }
    }
    finding(model, &entries, &mut Canvas::new(layout.finding, buf));
}

/// Before there is anything to compare: what to do about it.
fn nothing(model: &Model, buf: &mut Buffer) {
    let mut canvas = Canvas::new(model.area, buf);
    let words = if model.sweep.is_going() {
        "There is nothing to compare yet, and a sweep is going on: 3 shows it."
    } else if model.is_busy() {
        "The first run is about to begin."
    } else {
        "There is nothing to compare yet. Enter runs the plan of the Lab, each way; 1 goes back to it."
    };
    let width = usize::from(canvas.width());
    let lines = wrap(words, width.saturating_sub(8).min(60), 4);
    let top = canvas.height().saturating_sub(lines.len() as u16) / 2;
    for (y, line) in (top..).zip(&lines) {
        let x = (width - line.chars().count().min(width)) / 2;
        canvas.text(x as u16, y, line, model.theme.text);
    }
}

/// What came out of the comparison of the run that is looked at.
fn finding(model: &Model, entries: &[Entry<'_>], canvas: &mut Canvas<'_>) {
    let theme = &model.theme;
    let said = || match model.activity {
        Activity::Quitting => Some("ending the workers…".to_owned()),
        Activity::Stopping => Some(format!("cancelled: waiting for the workers to end; {}", model.way_out())),
        Activity::Idle | Activity::Running => {
            entries[desk::chosen(model, entries)].said.map(ToOwned::to_owned)
        }
    };
    let (text, style) = match &model.remark {
        Some(Remark::Problem(words)) => (words.clone(), theme.bad),
        Some(Remark::Note(words)) => (words.clone(), theme.text),
        None => (said().unwrap_or_default(), theme.text),
    };
    let notices = if model.remark.is_none() { desk::notices(model, entries) } else { &[] };
    finding::write(canvas, notices, (&text, style), theme);
}

#[cfg(test)]
mod tests;
