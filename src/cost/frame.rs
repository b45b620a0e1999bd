//! What one frame of the screen costs while many workers work.

use crate::cost::{NotMeasured, Rig};
use crate::event::RunEvent;
use crate::plan::{Size, Strategy, TaskType};
use crate::tui;
use crate::units::Nanos;

/// So many lanes.
const WORKERS: u32 = 64;
/// So many columns and rows, of which every lane has one at least.
const SIZE: (u16, u16) = (200, 100);

/// The times of `frames` frames with 64 workers, 200 columns wide, in the middle of a real run, each drawn anew and compared
/// with the one before as a terminal needs it.
///
/// # Errors
/// Where that run fails.
pub fn times(rig: &Rig, frames: u32) -> Result<Vec<Nanos>, NotMeasured> {
    let mut events = Vec::new();
    let size = Size::Wait(Nanos::from_millis(10));
    let plan = rig.plan(Strategy::Threads, (TaskType::Sleep, size), u64::from(WORKERS) * 30, WORKERS);
    rig.run_and_watch(plan, |event, _| events.push(event.clone()))?;
    // Without its end the run goes on, as far as a screen knows.
    events.retain(|event| !matches!(event, RunEvent::RunFinished(_) | RunEvent::Finished));
    Ok(tui::time_frames(rig.engine().machine().clone(), &events, SIZE, frames))
}
