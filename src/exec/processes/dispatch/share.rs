//! How much a child holds, and which of what came back.

use crate::exec::processes::books::{Flights, Piece};
use crate::units::Nanos;

/// Chunks in flight for one worker, so that it never waits for the next one…
const WINDOW: u64 = 16;
/// …as long as that many do not take longer than this, so that no child sits on work that others could do.
const WINDOW_TIME: Nanos = Nanos::from_millis(2);
/// Chunks in flight for one child, whatever its workers are: far less than a socket holds; but one for each worker in any case.
const CHILD_WINDOW: u64 = 128;
/// A task that should take longer is handed out when the one before it is done.
const LONG_TASK: Nanos = Nanos::from_millis(1);
/// What a task costs beside its work.
const TASK_COST: Nanos = Nanos(150);

/// How many chunks a child with so many workers may have in flight, when each of them should have `each`.
pub(super) fn most_in_flight(each: u64, workers: u64) -> u64 {
    (each * workers).min(CHILD_WINDOW.max(workers))
}

/// The piece that came back last, if this child may have it. A task whose worker died is not done beside another such
/// one: if one of them kills its process again, the others would be charged with a death each time, and be lost with it.
pub(super) fn take_back(returned: &mut Vec<Piece>, flights: &Flights, threads: u64) -> Option<Piece> {
    let alone = threads > 1 && flights.holds_begun();
    let at = returned.iter().rposition(|piece| !(alone && piece.was_begun()))?;
    Some(returned.remove(at))
}

/// How many chunks a worker may have in flight.
pub(super) fn window(estimate: Nanos, chunk: u64) -> u64 {
    if estimate > LONG_TASK {
        return 1;
    }
    let time = (estimate + TASK_COST) * chunk;
    (WINDOW_TIME.0 / time.0.max(1)).clamp(2, WINDOW)
}
