//! What the dispatcher knows, all of it under its one lock.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::exec::processes::books::{Flights, Piece};
use crate::exec::processes::wire::Kind;
use crate::exec::processes::writer::Writer;
use crate::ids::TaskIndex;
use crate::units::Nanos;

/// Why nothing more is handed out.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(in crate::exec::processes) enum Ending {
    /// Nothing has ended.
    Going,
    /// A task failed, and the plan says to stop then: what runs may come to its end.
    TaskFailed,
    /// Every outcome is known.
    Known,
    /// The run was cancelled.
    Cancelled,
}

/// Where a place stands; see README.md.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub(in crate::exec::processes) enum Stage {
    /// No child, but perhaps one soon.
    #[default]
    Vacant,
    /// Spawned, and has not said that it is ready.
    Starting,
    /// Takes chunks.
    Ready,
    /// Its end of the socket is closed; not reaped.
    Left,
    /// No child any more.
    Closed,
}

/// What the dispatcher knows about a place.
#[derive(Debug, Default)]
pub(in crate::exec::processes) struct Seat {
    pub(in crate::exec::processes) stage: Stage,
    pub(in crate::exec::processes) pid: u32,
    pub(in crate::exec::processes) writer: Option<Arc<Writer>>,
    pub(in crate::exec::processes) flights: Flights,
    /// When it came into its stage, on the watcher's clock.
    pub(in crate::exec::processes) since: Nanos,
    /// Whether its group was killed by us.
    pub(in crate::exec::processes) killed: bool,
    /// The tasks for which it was killed, as they ran too long.
    pub(in crate::exec::processes) overran: Vec<TaskIndex>,
    /// Whether it ended an outcome.
    pub(in crate::exec::processes) useful: bool,
}

#[derive(Debug)]
pub(in crate::exec::processes) struct State {
    /// The first task that was never handed out.
    pub(in crate::exec::processes) next: u64,
    /// What came back.
    pub(in crate::exec::processes) returned: Vec<Piece>,
    /// Tasks whose outcome is not known.
    pub(in crate::exec::processes) open: u64,
    pub(in crate::exec::processes) seats: Box<[Seat]>,
    pub(in crate::exec::processes) ending: Ending,
    /// When it ended, on the watcher's clock; set by the watcher.
    pub(in crate::exec::processes) ended: Option<Nanos>,
    /// Whether a task failed, where the plan says to stop then.
    pub(in crate::exec::processes) failed: bool,
    /// How often each task's worker died with it.
    pub(in crate::exec::processes) deaths: HashMap<TaskIndex, u32>,
    /// Retries that were used, for tasks that are not known yet and had any.
    pub(in crate::exec::processes) tries: HashMap<TaskIndex, u32>,
    /// The places that have had a child, without those that were given up.
    pub(in crate::exec::processes) manned: BTreeSet<usize>,
    /// Why the last place that was given up was: no child could be started there. None while no place was.
    pub(in crate::exec::processes) failure: Option<String>,
}

/// The last frame of a child that is not wanted any more.
pub(in crate::exec::processes) const fn farewell(ending: Ending) -> Kind {
    match ending {
        Ending::Cancelled => Kind::Cancel,
        Ending::Going | Ending::TaskFailed | Ending::Known => Kind::Stop,
    }
}
