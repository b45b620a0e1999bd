//! Task types: what one task does, and the words for it. The work itself is in [`crate::task`].

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What one task does.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TaskType {
    /// Floating-point work: the sum of ln(i+1) and i^1.1 for i below the size, as in the notes.
    Cpu,
    /// Integer work: the sum of i for i below the size, modulo 2⁶⁴.
    Sum,
    /// Whether a number is prime, by trial division.
    Primes,
    /// Waiting, as for a disk or a network: the worker is blocked and no CPU is used.
    Sleep,
    /// `cpu` work and then `sleep`.
    Mixed,
    /// Memory work: a histogram of the bytes of a buffer that each worker has.
    Native,
    /// Disk work: a file is written, brought to the disk, read back and compared.
    File,
    /// Network work: a page is asked for, see [`crate::plan::urls`].
    Http,
    /// A command of the user's, run once for each task: see [`crate::plan::command`].
    Command,
    /// Tasks of several of these types in one run: see [`crate::plan::mix`]. It is the type of a workload only, never of a
    /// task, and is named by its parts.
    Mix,
}

impl TaskType {
    /// Every type that a task can have, in the order in which they are offered.
    pub const ALL: [Self; 9] = [
        Self::Cpu,
        Self::Sum,
        Self::Primes,
        Self::Native,
        Self::Sleep,
        Self::Mixed,
        Self::File,
        Self::Http,
        Self::Command,
    ];

    /// The word for it, the same everywhere.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Sum => "sum",
            Self::Primes => "primes",
            Self::Sleep => "sleep",
            Self::Mixed => "mixed",
            Self::Native => "native",
            Self::File => "file",
            Self::Http => "http",
            Self::Command => "command",
            Self::Mix => "mix",
        }
    }

    /// What it does, in a few words.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Cpu => "floating-point work: logarithms and powers",
            Self::Sum => "integer work: adding numbers",
            Self::Primes => "is a number prime? trial division",
            Self::Sleep => "waiting, as for a disk or a network",
            Self::Mixed => "computing and waiting, by turns",
            Self::Native => "memory work: a histogram of a buffer's bytes",
            Self::File => "disk work: a file written, brought to the disk and read back",
            Self::Http => "network work: pages of the web, or of a server of its own",
            Self::Command => "a command of your own, once for each task",
            Self::Mix => "tasks of several types, in a repeated block",
        }
    }

    /// How its size is written, by example.
    pub const fn size_hint(self) -> &'static str {
        match self {
            Self::Cpu | Self::Sum => "iterations or time: 5000000, 100ms",
            Self::Primes => "numbers or time: 112272535095293, 100ms",
            Self::Sleep => "time: 200ms",
            Self::Mixed => "compute+wait: 20ms+80ms",
            Self::Native => "memory, bytes or time: 32MiB, 100000000, 100ms",
            Self::File => "memory or bytes: 1MiB, 100000",
            Self::Http => "its URLs: a list with --urls FILE, or loopback, for five of its own",
            Self::Command => "the command itself: leave --size out",
            Self::Mix => "one for each task type, by name: cpu=100ms,sleep=1ms",
        }
    }

    /// Whether a part of a task is waiting without a CPU; of a mix, whether that can be.
    pub const fn blocks(self) -> bool {
        matches!(self, Self::Sleep | Self::Mixed | Self::File | Self::Http | Self::Command | Self::Mix)
    }

    /// Whether a part of a task is computing, by the worker itself: what a command computes is its own.
    pub const fn computes(self) -> bool {
        !matches!(self, Self::Sleep | Self::Http | Self::Command)
    }

    /// Whether it computes only with the lock of an interpreter, where there is one: native code lets it go, and so does
    /// who waits for a command or a page.
    pub const fn needs_lock(self) -> bool {
        !matches!(self, Self::Native | Self::Http | Self::Command)
    }

    /// Whether tasks of this type can be part of a mix: it runs alone where nothing is known of it beforehand.
    pub const fn can_be_mixed(self) -> bool {
        !matches!(self, Self::File | Self::Http | Self::Command | Self::Mix)
    }

    /// The number that tells the values of one task type from another's in a digest; never changed once used. A mix has
    /// none: its tasks have types of their own.
    pub const fn tag(self) -> u64 {
        match self {
            Self::Cpu => 1,
            Self::Sum => 2,
            Self::Primes => 3,
            Self::Sleep => 4,
            Self::Mixed => 5,
            Self::Native => 6,
            Self::File => 7,
            Self::Http => 8,
            Self::Command => 9,
            Self::Mix => 0,
        }
    }
}

impl fmt::Display for TaskType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Why a word is no task type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no task type; there are cpu, sum, primes, native, sleep, mixed, file, http, command")]
pub struct UnknownTask(pub String);

impl FromStr for TaskType {
    type Err = UnknownTask;

    fn from_str(text: &str) -> Result<Self, UnknownTask> {
        let word = text.trim().to_ascii_lowercase();
        Self::ALL.into_iter().find(|t| t.name() == word).ok_or_else(|| UnknownTask(text.trim().to_owned()))
    }
}
