//! The size of a task, in its task type's own unit, as a person writes it.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::plan::command::{Command, CommandError};
use crate::plan::mix::{self, Part};
use crate::plan::task::{TaskType, UnknownTask};
use crate::plan::urls;
use crate::plan::urls::{Urls, UrlsError};
use crate::units::{Bytes, Nanos, UnitError};

/// The most iterations that one task may have: about a day of the slowest kernel.
pub const MAX_ITERATIONS: u64 = 10_000_000_000_000;
/// The longest time that a size may name.
pub const MAX_TIME: Nanos = Nanos::from_secs(24 * 3_600);
/// The buffer of a `native` worker, unless the size says another: far more than the caches of a CPU.
pub const BUFFER: Bytes = Bytes(32 << 20);
/// A `file`, unless the size says another.
pub const FILE: Bytes = Bytes(1 << 20);
/// The largest buffer or file that a size may name; what a machine has may be less.
pub const MAX_BUFFER: Bytes = Bytes(64 << 30);
/// The most numbers that one `primes` size may list.
pub const MAX_NUMBERS: usize = 10_000;

/// The six numbers of the notes: five primes, one of them twice, and a composite.
pub const NOTES_PRIMES: [u64; 6] = [
    112_272_535_095_293,
    112_582_705_942_171,
    112_272_535_095_293,
    115_280_095_190_773,
    115_797_848_077_099,
    1_099_726_899_285_419,
];

/// How much a task computes: a count, or a time that calibration turns into a count once per comparison.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Compute {
    /// So many iterations of the kernel.
    Iterations(u64),
    /// As many iterations as take this long on one quiet thread of this machine.
    Time(Nanos),
}

/// The size of one task.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Size {
    /// `cpu`, `sum`, `native` in bytes or by time, and `primes` by time: how much it computes.
    Compute(Compute),
    /// `primes`: the numbers to test; task i tests number i modulo their count.
    Numbers(Vec<u64>),
    /// `sleep`: how long it waits.
    Wait(Nanos),
    /// `mixed`: how much it computes, and then how long it waits.
    Mixed(Compute, Nanos),
    /// `native`: one pass over a buffer of this size; `file`: a file of this size.
    Buffer(Bytes),
    /// `http`: whose pages are asked for.
    Urls(Urls),
    /// `command`: what is run.
    Command(Arc<Command>),
    /// A mix: the sizes of its parts.
    Mix(Vec<Part>),
}

/// Why a text is no size for a task type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SizeError {
    /// A part of the text is not a number or time.
    #[error("{part:?} {source}")]
    Part {
        /// The part that could not be read.
        part: String,
        /// What is wrong with it.
        source: UnitError,
    },
    /// The form does not suit the task type: a count for `sleep`, one part for `mixed`.
    #[error("does not suit {task}, whose size is {}", task.size_hint())]
    Form {
        /// The task type.
        task: TaskType,
    },
    /// More than the limits of this module.
    #[error("is larger than one task may be ({limit})")]
    TooLarge {
        /// The limit, in words.
        limit: &'static str,
    },
    /// A size of nothing.
    #[error("is zero; a task needs some work")]
    Zero,
    /// The size of one task type among several is wrong.
    #[error("{task}: {source}")]
    Of {
        /// The task type.
        task: TaskType,
        /// What is wrong with its size.
        source: Box<SizeError>,
    },
    /// A name is no task type.
    #[error(transparent)]
    Name(UnknownTask),
    /// A task type has two sizes.
    #[error("gives {task} two sizes; name it once")]
    Twice {
        /// The task type.
        task: TaskType,
    },
    /// Sizes are named, but not this one.
    #[error("{part:?} has no name; write each size with its task type, as cpu=100ms,sleep=1ms")]
    Unnamed {
        /// The size without a name.
        part: String,
    },
    /// URLs that cannot be asked for.
    #[error("its URLs: {0}")]
    Urls(#[from] UrlsError),
    /// A command that cannot be run.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// A size of a task type of which there are no tasks.
    #[error("names {task}, of which there are no tasks here; there are {there}")]
    Stranger {
        /// The task type.
        task: TaskType,
        /// The task types that there are.
        there: String,
    },
}

impl SizeError {
    /// The same, said of one task type among several.
    #[must_use]
    pub fn of(self, task: TaskType) -> Self {
        Self::Of { task, source: Box::new(self) }
    }
}

impl Size {
    /// Reads the size of a task of type `task`.
    ///
    /// # Errors
    /// A [`SizeError`], which says the part that is wrong and the form that is right.
    pub fn parse(task: TaskType, text: &str) -> Result<Self, SizeError> {
        let text = text.trim();
        let form = || SizeError::Form { task };
        let size = match task {
            TaskType::Native | TaskType::File if text.ends_with(['B', 'b']) => {
                Self::Buffer(parse_bytes(text)?)
            }
            TaskType::File => Self::Buffer(Bytes(parse_count(text)?)),
            TaskType::Http if text == urls::LOOPBACK_HOST => Self::Urls(Urls::default()),
            TaskType::Cpu | TaskType::Sum | TaskType::Native => Self::Compute(parse_compute(text)?),
            TaskType::Primes if text.contains(',') => {
                Self::Numbers(text.split(',').map(|n| parse_count(n.trim())).collect::<Result<_, _>>()?)
            }
            TaskType::Primes => match parse_compute(text)? {
                Compute::Iterations(number) => Self::Numbers(vec![number]),
                time @ Compute::Time(_) => Self::Compute(time),
            },
            TaskType::Sleep => {
                if text.bytes().all(|b| b.is_ascii_digit() || b == b'_') {
                    return Err(form());
                }
                Self::Wait(parse_time(text)?)
            }
            TaskType::Mixed => {
                let (compute, wait) = text.split_once('+').ok_or_else(form)?;
                Self::Mixed(parse_compute(compute.trim())?, parse_time(wait.trim())?)
            }
            // A list of URLs is read from a file, and a command's words are given one by one. Which parts a mix has stands in
            // the list of task types: see [`crate::plan::Workload::resize`].
            TaskType::Http | TaskType::Command | TaskType::Mix => return Err(form()),
        };
        size.check(task).map(|()| size)
    }

    /// Checks that the size suits the task type and lies within the limits.
    ///
    /// # Errors
    /// A [`SizeError`] that says the limit or the form.
    pub fn check(&self, task: TaskType) -> Result<(), SizeError> {
        match (self, task) {
            (Self::Compute(c), TaskType::Cpu | TaskType::Sum | TaskType::Native)
            | (Self::Compute(c @ Compute::Time(_)), TaskType::Primes) => check_compute(*c),
            (Self::Buffer(Bytes(0)), TaskType::Native | TaskType::File) => Err(SizeError::Zero),
            (Self::Buffer(b), TaskType::Native | TaskType::File) if *b > MAX_BUFFER => {
                Err(SizeError::TooLarge { limit: "64 GiB" })
            }
            (Self::Numbers(n), TaskType::Primes) if n.is_empty() => Err(SizeError::Zero),
            (Self::Numbers(n), TaskType::Primes) if n.len() > MAX_NUMBERS => {
                Err(SizeError::TooLarge { limit: "10 000 numbers" })
            }
            // No limit on a number itself: trial division of the largest takes 2³¹ steps, some seconds.
            (Self::Numbers(_), TaskType::Primes) | (Self::Buffer(_), TaskType::Native | TaskType::File) => {
                Ok(())
            }
            (Self::Urls(urls), TaskType::Http) => Ok(urls.check()?),
            (Self::Wait(t), TaskType::Sleep) => check_time(*t),
            (Self::Mixed(c, t), TaskType::Mixed) => check_compute(*c).and_then(|()| check_time(*t)),
            (Self::Command(command), TaskType::Command) => Ok(command.check()?),
            (Self::Mix(parts), TaskType::Mix) => mix::check(parts),
            _ => Err(SizeError::Form { task }),
        }
    }

    /// The size that a plan begins with, for tasks that together take about `serial` as a plain loop. A command has none: what
    /// stands in its place passes no check. A mix has none of its own: see [`crate::plan::Workload::mix`].
    pub fn default_for(task: TaskType, serial: Nanos, tasks: u64) -> Self {
        let each = two_digits((serial / tasks.max(1)).0.max(1_000));
        match task {
            TaskType::Cpu | TaskType::Sum => Self::Compute(Compute::Time(each)),
            TaskType::Primes => Self::Numbers(NOTES_PRIMES.to_vec()),
            TaskType::Sleep => Self::Wait(each),
            TaskType::Mixed => Self::Mixed(Compute::Time(each / 2), each / 2),
            TaskType::Native => Self::Buffer(BUFFER),
            TaskType::File => Self::Buffer(FILE),
            TaskType::Http => Self::Urls(Urls::default()),
            TaskType::Command => Self::Command(Arc::default()),
            TaskType::Mix => Self::Mix(Vec::new()),
        }
    }

    /// The most memory that each worker of `native` tasks takes for its buffer; nothing for other task types.
    pub fn buffer(&self, task: TaskType) -> Bytes {
        match (self, task) {
            (Self::Mix(parts), _) => {
                parts.iter().map(|part| part.size.buffer(part.task)).max().unwrap_or_default()
            }
            (Self::Buffer(bytes), TaskType::Native) => *bytes,
            (Self::Compute(Compute::Iterations(n)), TaskType::Native) if *n < BUFFER.0 => Bytes(*n),
            (_, TaskType::Native) => BUFFER,
            _ => Bytes(0),
        }
    }
}

/// A time that a person would write, near to so many nanoseconds: nobody wants `83333333ns`.
const fn two_digits(ns: u64) -> Nanos {
    let unit = 10u64.pow(ns.ilog10().saturating_sub(1));
    Nanos((ns + unit / 2) / unit * unit)
}

fn check_compute(compute: Compute) -> Result<(), SizeError> {
    match compute {
        Compute::Iterations(0) => Err(SizeError::Zero),
        Compute::Iterations(n) if n > MAX_ITERATIONS => {
            Err(SizeError::TooLarge { limit: "10 000 000 000 000 iterations" })
        }
        Compute::Iterations(_) => Ok(()),
        Compute::Time(t) => check_time(t),
    }
}

fn check_time(time: Nanos) -> Result<(), SizeError> {
    match time {
        Nanos::ZERO => Err(SizeError::Zero),
        t if t > MAX_TIME => Err(SizeError::TooLarge { limit: "24 h" }),
        _ => Ok(()),
    }
}

fn parse_compute(text: &str) -> Result<Compute, SizeError> {
    if text.bytes().all(|b| b.is_ascii_digit() || b == b'_' || b == b' ') && !text.is_empty() {
        parse_count(text).map(Compute::Iterations)
    } else {
        parse_time(text).map(Compute::Time)
    }
}

fn parse_count(text: &str) -> Result<u64, SizeError> {
    let digits: String = text.chars().filter(|c| !matches!(c, '_' | ' ')).collect();
    let part = |source| SizeError::Part { part: text.to_owned(), source };
    match digits {
        d if d.is_empty() => Err(part(UnitError::Empty)),
        d if !d.bytes().all(|b| b.is_ascii_digit()) => Err(part(UnitError::NotANumber)),
        d => d.parse().map_err(|_too_many_digits| part(UnitError::TooLarge)),
    }
}

fn parse_time(text: &str) -> Result<Nanos, SizeError> {
    text.parse().map_err(|source| SizeError::Part { part: text.to_owned(), source })
}

/// Reads `32MiB`, `1.5 GiB`; the unit is required.
fn parse_bytes(text: &str) -> Result<Bytes, SizeError> {
    let part = |source| SizeError::Part { part: text.to_owned(), source };
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit() && c != '.');
    let unit = text.strip_prefix(digits).unwrap_or("").trim();
    let digits = digits.trim();
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return Err(part(UnitError::NotANumber));
    }
    let (_, size) = UNITS
        .into_iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(unit))
        .ok_or_else(|| part(UnitError::UnknownMemoryUnit))?;
    // Whole numbers stay exact.
    if let Ok(number) = digits.parse::<u64>() {
        return number.checked_mul(size).map(Bytes).ok_or_else(|| part(UnitError::TooLarge));
    }
    match digits.parse::<f64>() {
        Ok(number) if number * (size as f64) < u64::MAX as f64 => {
            Ok(Bytes((number * size as f64).round() as u64))
        }
        Ok(_) => Err(part(UnitError::TooLarge)),
        Err(_) => Err(part(UnitError::NotANumber)),
    }
}

/// Units of memory, the largest first.
const UNITS: [(&str, u64); 4] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

/// The shortest text that reads back as the same number of bytes: `32MiB`, `1536KiB`.
fn exact_bytes(Bytes(bytes): Bytes) -> String {
    let (unit, size) = UNITS.into_iter().find(|(_, size)| bytes.is_multiple_of(*size)).unwrap_or(("B", 1));
    format!("{}{unit}", bytes / size)
}

impl fmt::Display for Compute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Iterations(n) => write!(f, "{n}"),
            Self::Time(t) => f.write_str(&t.exact()),
        }
    }
}

/// The text that [`Size::parse`] reads back as the same size; of a list of URLs, how many they are; of a command, its words as they would be typed.
impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compute(c) => write!(f, "{c}"),
            Self::Numbers(numbers) => {
                let words: Vec<String> = numbers.iter().map(u64::to_string).collect();
                f.write_str(&words.join(","))
            }
            Self::Wait(t) => f.write_str(&t.exact()),
            Self::Mixed(c, t) => write!(f, "{c}+{}", t.exact()),
            Self::Urls(urls) if urls.are_loopback() => f.write_str(urls::LOOPBACK_HOST),
            Self::Urls(urls) => write!(f, "{urls}"),
            Self::Command(command) => f.write_str(&command.label()),
            Self::Mix(parts) => mix::write_sizes(parts, f),
            Self::Buffer(bytes) => f.write_str(&exact_bytes(*bytes)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_to_begin_with_are_as_a_person_would_write_them() {
        let size = |tasks| Size::default_for(TaskType::Sleep, Nanos::from_secs(4), tasks).to_string();
        assert_eq!([size(8), size(12), size(48)], ["500ms", "330ms", "83ms"]);
    }

    #[test]
    fn sizes_read_back_as_they_are_written() {
        for (task, text) in [
            (TaskType::Cpu, "5000000"),
            (TaskType::Cpu, "100ms"),
            (TaskType::Sum, "1"),
            (TaskType::Primes, "112272535095293"),
            (TaskType::Primes, "7,8,9"),
            (TaskType::Primes, "50ms"),
            (TaskType::Sleep, "200ms"),
            (TaskType::Mixed, "20ms+80ms"),
            (TaskType::Mixed, "1000+80ms"),
            (TaskType::Native, "32MiB"),
            (TaskType::Native, "1536KiB"),
            (TaskType::Native, "2GiB"),
            (TaskType::Native, "777B"),
            (TaskType::Native, "100000000"),
            (TaskType::Native, "100ms"),
            (TaskType::File, "1MiB"),
            (TaskType::File, "777B"),
            (TaskType::Http, "loopback"),
        ] {
            assert_eq!(Size::parse(task, text).unwrap().to_string(), text);
        }
        assert_eq!(Size::parse(TaskType::Cpu, "5 000 000").unwrap().to_string(), "5000000");
    }

    #[test]
    fn memory_is_read_with_its_unit() {
        for (text, bytes) in [
            ("32MiB", 32 << 20),
            ("64 kib", 64 << 10),
            ("1.5 GiB", 3 << 29),
            (" 0.5MiB ", 1 << 19),
            ("12 B", 12),
        ] {
            assert_eq!(Size::parse(TaskType::Native, text), Ok(Size::Buffer(Bytes(bytes))), "{text}");
        }
        for (text, buffer) in
            [("16MiB", 16 << 20), ("5000", 5_000), ("1000000000", 32 << 20), ("2s", 32 << 20)]
        {
            let size = Size::parse(TaskType::Native, text).unwrap();
            assert_eq!(size.buffer(TaskType::Native), Bytes(buffer), "{text}");
        }
        assert_eq!(Size::Compute(Compute::Iterations(9)).buffer(TaskType::Sum), Bytes(0));
    }

    #[test]
    fn wrong_sizes_are_refused_in_words() {
        for (task, text, words) in [
            (TaskType::Cpu, "5 parsecs", "needs a unit of time"),
            (TaskType::Cpu, "-1", "is not a number"),
            (TaskType::Cpu, "0", "is zero"),
            (TaskType::Cpu, "99999999999999999999", "is too large"),
            (TaskType::Cpu, "10000000000001", "larger than one task may be"),
            (TaskType::Sleep, "200", "does not suit sleep"),
            (TaskType::Sleep, "25h", "24 h"),
            (TaskType::Mixed, "20ms", "does not suit mixed"),
            (TaskType::Primes, "7,,9", "is empty"),
            (TaskType::Native, "32MB", "needs a unit of memory"),
            (TaskType::Native, "MiB", "is not a number"),
            (TaskType::Native, "1.2.3MiB", "is not a number"),
            (TaskType::Native, "-1MiB", "is not a number"),
            (TaskType::Native, "0KiB", "is zero"),
            (TaskType::Native, "65GiB", "64 GiB"),
            (TaskType::Native, "99999999999GiB", "is too large"),
            (TaskType::Native, "5 parsecs", "needs a unit of time"),
            (TaskType::Cpu, "32MiB", "needs a unit of time"),
            (TaskType::File, "0", "is zero"),
            (TaskType::File, "100ms", "is not a number"),
            (TaskType::File, "65GiB", "64 GiB"),
            (TaskType::Http, "5", "does not suit http, whose size is its URLs"),
        ] {
            let error = Size::parse(task, text).unwrap_err().to_string();
            assert!(error.contains(words), "{task} {text:?}: {error}");
        }
    }
}
