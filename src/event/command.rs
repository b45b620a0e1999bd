//! What a command left behind when it ended: how, what it took of the machine, and the end of what it printed.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::event::Outcome;
use crate::ids::{SlotId, TaskIndex};
use crate::units::{Bytes, Nanos};

/// One attempt of a task that ran a command, when the command is over.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CommandEnd {
    /// The task.
    pub task: TaskIndex,
    /// The number of the attempt, from 0.
    pub attempt: u8,
    /// The worker that waited for it.
    pub slot: SlotId,
    /// How the attempt ended.
    pub outcome: Outcome,
    /// How the command ended, in words: `exit status 3`, `killed by SIGSEGV`.
    pub status: String,
    /// From its start to its end, as its supervising process saw it.
    pub elapsed: Nanos,
    /// CPU time in the program itself and in libraries, of it and of those of its children that it waited for.
    pub user: Nanos,
    /// CPU time in the system on its behalf, of the same.
    pub system: Nanos,
    /// How long it was ready and had no CPU, at least: of it alone, not of its children or of threads beside its first. None
    /// where the system does not say.
    pub run_delay: Option<Nanos>,
    /// The most memory that it had at a time, or the largest of those children.
    pub peak_memory: PeakMemory,
    /// The end of what it printed, on standard output and on standard error, with nothing in it that a terminal would obey;
    /// lines end with `\n`.
    pub tail: String,
    /// Bytes that it printed before that.
    pub dropped: u64,
    /// Processes that it left behind, and that were killed.
    pub leaked: u32,
    /// Whether some of these may have been left by another command, which ran at the same time.
    pub unsure: bool,
}

/// The most memory that a command had at a time, as far as it can be told. The process that starts a command counts with it,
/// so that what is not more than that one's own cannot be told.
#[derive(Copy, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct PeakMemory {
    /// It was no more than this. Compared first: of several, the largest is no more than the largest of these.
    most: Bytes,
    /// Whether it was this much.
    is_known: bool,
}

impl PeakMemory {
    /// Exactly this.
    pub const fn of(bytes: Bytes) -> Self {
        Self { most: bytes, is_known: true }
    }

    /// What the system says, of which up to `floor` may not be the command's.
    pub fn above(floor: Bytes, said: Bytes) -> Self {
        // The kernel counts pages for each CPU and sums them up now and then: the same memory may be told as a little more.
        let floor = Bytes(floor.0 + (1 << 20));
        if said > floor { Self::of(said) } else { Self { most: floor, is_known: false } }
    }

    /// How much it was, if that is known.
    pub fn known(self) -> Option<Bytes> {
        self.is_known.then_some(self.most)
    }
}

/// `12.4 MiB`, `under 5.1 MiB`.
impl fmt::Display for PeakMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let under = if self.is_known { "" } else { "under " };
        write!(f, "{under}{}", self.most)
    }
}

impl CommandEnd {
    /// CPU time, the program's and the system's.
    pub fn cpu(&self) -> Nanos {
        self.user + self.system
    }

    /// The last line of its output that is not blank.
    pub fn last_line(&self) -> Option<&str> {
        self.tail.lines().map(str::trim).rfind(|line| !line.is_empty())
    }
}
