//! What lies where on Compare, for the mouse.

use ratatui::layout::Position;

use crate::clock::RunTime;
use crate::tui::chart::Frame;
use crate::tui::compare::desk::{self, Part};
use crate::tui::compare::{compare_layout, kept, opened};
use crate::tui::model::Model;

/// What lies at a place.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Spot {
    /// The run of this number, at this moment where it is within its lanes.
    Run { number: u32, moment: Option<RunTime> },
    /// A lane of the run that is opened, the same.
    Lane { lane: usize, moment: Option<RunTime> },
    /// One of its last tasks, by the lane on which it ran and its beginning.
    Task { lane: usize, start: RunTime },
    /// A panel of it otherwise.
    Part(Part),
}

/// What lies there; none where nothing can be done.
pub(crate) fn spot(model: &Model, at: Position) -> Option<Spot> {
    let entries = kept::shown(model);
    let frame = model.compare.pictures.first().map(|picture| *picture.chart.frame())?;
    if let Some(now) = model.compare.opened {
        let entry = entries.get(desk::chosen(model, &entries))?;
        let layout = opened::opened_layout(model.area, entry);
        if layout.lanes.contains(at) {
            let (row, column) = layout.cell(at, frame.first);
            let lane = row.map(|row| frame.first + row).filter(|lane| *lane < entry.run.slots.len());
            let spot = |lane| Spot::Lane { lane, moment: moment(&frame, column) };
            return Some(lane.map_or(Spot::Part(Part::Lanes), spot));
        }
        let area = layout.tasks.filter(|area| area.contains(at))?;
        let task = opened::task_at(model, entry, now, area, layout.framed(), at.y);
        return Some(task.map_or(Spot::Part(Part::Tasks), |(lane, start)| Spot::Task { lane, start }));
    }
    let layout = compare_layout(model.area, model, &entries);
    let block = layout.blocks.iter().find(|block| block.area.contains(at))?;
    let number = entries.get(block.entry)?.number;
    let column = (at.x - block.area.x).checked_sub(layout.columns.name);
    Some(Spot::Run { number, moment: moment(&frame, column) })
}

/// The middle of what a column shows.
fn moment(frame: &Frame, column: Option<u16>) -> Option<RunTime> {
    let column = column.filter(|column| *column < frame.columns)?;
    Some(RunTime(u64::midpoint(frame.time(column).0, frame.time(column + 1).0)))
}
