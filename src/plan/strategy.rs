//! Strategies, and how many workers: the words, the shapes, and what `50%` or `2x4` means on a machine.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::plan::limits::Machine;
use crate::plan::shape::Shape;

/// A way to run a workload.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Strategy {
    /// A plain loop on one thread: what every speedup is measured against.
    Serial,
    /// A pool of threads in one process.
    Threads,
    /// A pool of processes with one thread each.
    Processes,
    /// A pool of processes with several threads each.
    Hybrid,
}

impl Strategy {
    /// Every strategy, in the order in which they run.
    pub const ALL: [Self; 4] = [Self::Serial, Self::Threads, Self::Processes, Self::Hybrid];

    /// Those that a plan begins with.
    pub const FIRST: [Self; 3] = [Self::Serial, Self::Threads, Self::Processes];

    /// The word for it, the same everywhere.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Serial => "serial",
            Self::Threads => "threads",
            Self::Processes => "processes",
            Self::Hybrid => "hybrid",
        }
    }

    /// The word for it with its workers: `threads ×4`, `hybrid 2×2`; serial has no number.
    pub fn label(self, shape: Shape) -> String {
        match self {
            Self::Serial => self.name().to_owned(),
            Self::Threads | Self::Processes => format!("{} ×{}", self.name(), shape.slots()),
            Self::Hybrid => format!("{} {shape}", self.name()),
        }
    }

    /// The shape that its workers have when a plan asks for those of `wanted`.
    pub const fn shape(self, wanted: Shape) -> Shape {
        match self {
            Self::Serial => Shape::new(1, 1),
            Self::Threads => Shape::new(1, wanted.slots()),
            Self::Processes => Shape::new(wanted.slots(), 1),
            Self::Hybrid => wanted,
        }
    }

    /// Whether its workers live in processes of their own.
    pub const fn has_processes(self) -> bool {
        matches!(self, Self::Processes | Self::Hybrid)
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Why a word is no strategy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no strategy; there are serial, threads, processes, hybrid")]
pub struct UnknownStrategy(pub String);

impl FromStr for Strategy {
    type Err = UnknownStrategy;

    fn from_str(text: &str) -> Result<Self, UnknownStrategy> {
        let word = text.trim().to_ascii_lowercase();
        Self::ALL
            .into_iter()
            .find(|s| s.name() == word)
            .ok_or_else(|| UnknownStrategy(text.trim().to_owned()))
    }
}

/// A number of workers as a person writes it; what it means depends on the machine.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum WorkerCount {
    /// Exactly so many.
    Exactly(u32),
    /// So many percent of the CPUs available, rounded up, at least one.
    Percent(u32),
    /// As many as there are CPUs available.
    All,
    /// So many more than there are CPUs available.
    Plus(u32),
    /// So many processes with so many threads each, for hybrid; as many workers as that together for the others.
    Grid(Shape),
}

impl WorkerCount {
    /// The number of workers on `machine`. Zero only for `Exactly(0)`, `Percent(0)` and a
    /// grid of nothing, which the plan's check refuses.
    pub fn resolve(self, machine: &Machine) -> u32 {
        let available = machine.available();
        match self {
            Self::Exactly(n) => n,
            Self::Percent(p) => {
                (u64::from(available) * u64::from(p)).div_ceil(100).try_into().unwrap_or(u32::MAX)
            }
            Self::All => available,
            Self::Plus(n) => available.saturating_add(n),
            Self::Grid(shape) => shape.slots(),
        }
    }

    /// The shape that so many workers have as processes with threads on `machine`.
    pub fn shape(self, machine: &Machine) -> Shape {
        match self {
            Self::Grid(shape) => shape,
            _ => Shape::of(self.resolve(machine)),
        }
    }
}

impl fmt::Display for WorkerCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(n) => write!(f, "{n}"),
            Self::Percent(p) => write!(f, "{p}%"),
            Self::All => f.write_str("all"),
            Self::Plus(n) => write!(f, "+{n}"),
            Self::Grid(Shape { processes, threads }) => write!(f, "{processes}x{threads}"),
        }
    }
}

impl From<WorkerCount> for String {
    fn from(count: WorkerCount) -> Self {
        count.to_string()
    }
}

/// Why a text is not a number of workers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorkerCountError {
    /// Several numbers, where one is wanted.
    #[error("{0:?} names several numbers of workers, and one is wanted here")]
    Several(String),
    /// Anything else.
    #[error("{0:?} is not a number of workers; write 4, 50%, all, +2 or 2x4")]
    Unreadable(String),
}

impl FromStr for WorkerCount {
    type Err = WorkerCountError;

    fn from_str(text: &str) -> Result<Self, WorkerCountError> {
        let text = text.trim();
        let number = |digits: &str| {
            digits
                .parse::<u32>()
                .ok()
                .filter(|_| digits.bytes().all(|b| b.is_ascii_digit()))
                .ok_or_else(|| WorkerCountError::Unreadable(text.to_owned()))
        };
        if text.contains(',') || text.contains("..") {
            return Err(WorkerCountError::Several(text.to_owned()));
        }
        if text.eq_ignore_ascii_case("all") {
            Ok(Self::All)
        } else if let Some(digits) = text.strip_suffix('%') {
            number(digits).map(Self::Percent)
        } else if let Some(digits) = text.strip_prefix('+') {
            number(digits).map(Self::Plus)
        } else if let Some((processes, threads)) = text.split_once(['x', 'X', '×']) {
            Ok(Self::Grid(Shape::new(number(processes.trim())?, number(threads.trim())?)))
        } else {
            number(text).map(Self::Exactly)
        }
    }
}

impl TryFrom<String> for WorkerCount {
    type Error = WorkerCountError;

    fn try_from(text: String) -> Result<Self, WorkerCountError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_workers_mean_what_they_say_on_a_machine() {
        let machine = Machine { quota: Some(1.5), ..Machine::example(8) };
        for (text, workers) in
            [("4", 4), ("all", 2), ("+2", 4), ("50%", 1), ("51%", 2), ("0", 0), ("2x4", 8), ("0x4", 0)]
        {
            let count: WorkerCount = text.parse().unwrap();
            assert_eq!(count.resolve(&machine), workers, "{text}");
            assert_eq!(count.to_string(), text);
        }
        for text in ["", "four", "-1", "1..16", "1,2", "2x", "x2", "2x2x2", "-1x2", "4294967296"] {
            assert!(text.parse::<WorkerCount>().is_err(), "{text}");
        }
        assert_eq!("3 × 2".parse(), Ok(WorkerCount::Grid(Shape::new(3, 2))));
    }

    #[test]
    fn every_strategy_has_as_many_workers_as_asked_for_in_its_own_shape() {
        let machine = Machine::example(8);
        for (text, labels) in [
            ("4", ["serial", "threads ×4", "processes ×4", "hybrid 2×2"]),
            ("4x2", ["serial", "threads ×8", "processes ×8", "hybrid 4×2"]),
            ("all", ["serial", "threads ×8", "processes ×8", "hybrid 2×4"]),
            ("5", ["serial", "threads ×5", "processes ×5", "hybrid 1×5"]),
        ] {
            let wanted = text.parse::<WorkerCount>().unwrap().shape(&machine);
            assert_eq!(Strategy::ALL.map(|strategy| strategy.label(strategy.shape(wanted))), labels);
        }
    }
}
