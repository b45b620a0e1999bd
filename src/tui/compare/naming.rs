//! What runs are called beside each other: the strategy with its workers, and the runtime only where it tells them apart.
//! It stands after the strategy where there is room for all of them, below it where there is not, and where there is no
//! line below it, it is one word.

use crate::plan::Runtime;
use crate::tui::compare::kept::Entry;

/// Columns below a name that say how often a lock went to another: `199/s switches`.
const SWITCHES: u16 = 14;

/// How some runs are called, in the columns that names have.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Naming {
    /// Whether they had different runtimes.
    differ: bool,
    /// Whether every strategy has room for its runtime after it.
    after: bool,
    /// Columns of a name, without its number.
    pub(crate) room: u16,
}

impl Naming {
    /// The names of some runs, in at most so many columns.
    pub(crate) fn of(entries: &[Entry<'_>], most: u16) -> Self {
        let differ = common(entries).is_none();
        let after = differ && longest(entries.iter().map(Entry::label)) <= most;
        let room = match (differ, after) {
            (false, _) => longest(entries.iter().map(Entry::way)),
            (true, true) => longest(entries.iter().map(Entry::label)),
            (true, false) => longest(entries.iter().map(brief)),
        };
        let below =
            if entries.iter().any(|entry| entry.run.start.runtime.gil().is_some()) { SWITCHES } else { 0 };
        Self { differ, after, room: room.max(below).min(most) }
    }

    /// What a run is called where it has a line, and what stands below where it has more.
    pub(crate) fn name(self, entry: &Entry<'_>, lines: u16) -> (String, Option<String>) {
        let runtime = entry.run.start.runtime;
        if !self.differ || runtime == Runtime::Native {
            return (entry.way(), None);
        }
        if self.after {
            return (entry.label(), None);
        }
        let below = Some(runtime.to_string()).filter(|words| words.len() <= usize::from(self.room));
        match below {
            Some(_) if lines > 1 => (entry.way(), below),
            _ => (brief(entry), None),
        }
    }
}

/// The runtime that some runs have in common.
pub(crate) fn common(entries: &[Entry<'_>]) -> Option<Runtime> {
    let first = entries.first()?.run.start.runtime;
    entries.iter().all(|entry| entry.run.start.runtime == first).then_some(first)
}

/// Columns of the longest of some names.
fn longest(names: impl Iterator<Item = String>) -> u16 {
    names.map(|name| name.chars().count()).max().unwrap_or(0) as u16
}

/// A strategy with its runtime in one word.
fn brief(entry: &Entry<'_>) -> String {
    match entry.run.start.runtime {
        Runtime::Native => entry.way(),
        Runtime::Gil(_) => entry.way() + " gil",
        Runtime::Simulated(_) => entry.way() + " sim",
    }
}
