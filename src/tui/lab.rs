//! The Lab: configure a comparison, run it, and watch every worker.
//!
//! ```text
//!  poolscope  1 Lab                                        2 CPUs · load 0.3 · trust ●●●○   header
//! ╭ Plan ──────────╮╭ Cores ──────────────────────────────────────── ■ this run  ■ other ╮
//! │ Task   ‹ cpu › ││ 0 ██████████████████████████  99 %  ▁▅███                            │
//! │ Size   500ms   │╰──────────────────────────────────────────────────────── 1.9 of 2 busy ╯
//! │ …              │╭ Runs ─────────────────────────────── done  elapsed  speedup ─────────╮
//! │                ││ ✓ serial     ████████████████████    8/8   4.01 s   1.00×            │
//! │                ││ ▶ threads ×2 ██████──────            4/8   1.02 s   1.96×            │
//! │ [ Run  Enter ] │╰───────────────────────────────────────────────────── same results ✓ ╯
//! ╰────────────────╯╭ Workers · threads ×2 ────────────────────────────────── 2 computing ╮
//! ╭ Worker time ───╮│ w0 ██████████████╭────────╮╭────────╮  #4   2 done  99 %             │
//! │ computing 97 % ││ w1 ██████████████╰────────╯╰────────╯  #5   2 done  98 %             │
//! ╰────────────────╯╰──────────────────────────────────────────────────────────────────────╯
//!  ▸ What came out, in a sentence or two.                                            finding
//!  Enter run  Tab next panel  ? help  q quit                                          footer
//! ```
//!
//! - **Header**: where we are, and what state the machine is in.
//! - **Plan**: the form. Where it has no room, it is one line, and opens as an overlay.
//! - **Cores**: each core's use, by this run and by everything else. Where there is little room, one line.
//! - **Runs**: one row for each way to run the work; the length of a bar is time, on one scale for all.
//! - **Workers**: a lane for each worker of one run, planned tasks as outlines, then what they really did.
//! - **Worker time**: where that run's time went.
//! - **Finding**: what came out, or what there is to do.
//! - **Footer**: the keys that mean something now.

pub(crate) mod axis;
pub(crate) mod cores;
pub(crate) mod finding;
pub(crate) mod header;
pub(crate) mod lanes;
pub(crate) mod layout;
pub(crate) mod ledger;
pub(crate) mod legend;
pub(crate) mod locks;
mod outline;
pub(crate) mod panel;
mod plan;
mod prediction;
mod rate;
mod runs;
mod tasks;

use ratatui::buffer::Buffer;
use ratatui::widgets::Widget;

#[cfg(test)]
pub(crate) use layout::LabLayout;
pub(crate) use layout::lab_layout;
pub(crate) use plan::PlanPanel;
pub(crate) use runs::RunList;

use crate::tui::lab::cores::{CoreGrid, CoreStrip};
use crate::tui::lab::finding::Finding;
use crate::tui::lab::header::Header;
use crate::tui::lab::lanes::WorkersPanel;
use crate::tui::lab::ledger::LedgerPanel;
use crate::tui::lab::plan::PlanLine;
use crate::tui::model::Model;

/// Draws the screen, without what lies over it.
pub(crate) fn view(model: &Model, buf: &mut Buffer) {
    let layout = lab_layout(model.area, model);
    Header::new(model).render(layout.header, buf);
    if let Some(area) = layout.summary {
        PlanLine::new(model).render(area, buf);
    }
    if let Some(area) = layout.plan {
        PlanPanel::new(model).render(area, buf);
    }
    if let Some(area) = layout.ledger {
        LedgerPanel::new(model).render(area, buf);
    }
    if let Some(area) = layout.cores {
        if let Some(grid) = layout.core_grid {
            CoreGrid::new(model, grid).render(area, buf);
        } else {
            CoreStrip::new(model).render(area, buf);
        }
    }
    if let Some(area) = layout.runs {
        RunList::new(model).framed(layout.framed).render(area, buf);
    }
    if layout.workers.panel.height > 0 {
        WorkersPanel::new(model, &layout.workers).framed(layout.framed).render(layout.workers.panel, buf);
    }
    Finding::new(model).render(layout.finding, buf);
    crate::tui::footer::Footer::new(model).render(layout.footer, buf);
}
