//! Mixes: one workload with tasks of several types, which follow a repeated block.
//!
//! With `cpu:4,sleep:1` tasks 0 to 3 are `cpu`, 4 is `sleep`, 5 to 8 are `cpu`, and so on. Here is how lists of task types
//! and sizes by name are read, and which task of a mix is of which part; what tasks do is not known here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ids::TaskIndex;
use crate::plan::limits::MAX_TASKS;
use crate::plan::size::{Size, SizeError};
use crate::plan::task::{TaskType, UnknownTask};
use crate::plan::{FIRST_SERIAL, Work, Workload, default_tasks as usual_tasks};

/// The most parts of a mix: each task type once, but for the three of which nothing is known beforehand.
pub const MAX_PARTS: usize = TaskType::ALL.len() - 3;
/// The most tasks of one type that may follow one another in a block.
pub const MAX_WEIGHT: u32 = 1_000_000;

/// One task type of a mix.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Part {
    /// What a task of this part does.
    pub task: TaskType,
    /// How much it does.
    pub size: Size,
    /// How many of them follow one another in a block; 1 to [`MAX_WEIGHT`].
    pub weight: u32,
}

/// An item of a list of task types: `cpu`, or with a weight `cpu:4`.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Item {
    task: TaskType,
    weight: Option<u32>,
}

/// What a list of task types means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Tasks {
    /// A workload for each.
    Several(Vec<TaskType>),
    /// One workload, a mix of them, with their weights.
    Mix(Vec<(TaskType, u32)>),
}

/// Why a text is no list of task types.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TasksError {
    /// A word of it is no task type.
    #[error(transparent)]
    Unknown(#[from] UnknownTask),
    /// What follows a colon is no weight.
    #[error("{0:?} has no weight of 1 to 1 000 000 after its colon; write cpu:4")]
    Weight(String),
    /// A mix names a task type twice.
    #[error("names {0} twice; a mix has each task type once, with a weight, as {0}:4")]
    Twice(TaskType),
    /// A mix of one.
    #[error("is a mix of {0} alone; write {0} without a weight, or name another beside it, as {0}:4,{1}:1")]
    Alone(TaskType, TaskType),
    /// A task type that runs alone.
    #[error("names {0}, which cannot be part of a mix: nobody knows what it takes; run it alone")]
    NotMixed(TaskType),
    /// Several workloads where one is wanted.
    #[error("names several task types; write weights to mix them in one run, as {0}")]
    Several(String),
}

impl FromStr for Item {
    type Err = TasksError;

    fn from_str(text: &str) -> Result<Self, TasksError> {
        let Some((task, weight)) = text.split_once(':') else {
            return Ok(Self { task: text.parse()?, weight: None });
        };
        let task = task.parse()?;
        let digits: String = weight.trim().chars().filter(|c| !matches!(c, '_' | ' ')).collect();
        let number = digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten();
        let weight = number.filter(|weight| (1..=MAX_WEIGHT).contains(weight));
        let weight = Some(weight.ok_or_else(|| TasksError::Weight(text.trim().to_owned()))?);
        Ok(Self { task, weight })
    }
}

impl Tasks {
    /// What these items mean together: a mix as soon as one of them has a weight; the others have 1 then.
    ///
    /// # Errors
    /// Where a mix names a task type twice, or one only.
    pub fn of(items: &[Item]) -> Result<Self, TasksError> {
        if items.iter().all(|item| item.weight.is_none()) {
            return Ok(Self::Several(items.iter().map(|item| item.task).collect()));
        }
        let mut parts: Vec<(TaskType, u32)> = Vec::new();
        for item in items {
            if !item.task.can_be_mixed() {
                return Err(TasksError::NotMixed(item.task));
            }
            if parts.iter().any(|(task, _)| *task == item.task) {
                return Err(TasksError::Twice(item.task));
            }
            parts.push((item.task, item.weight.unwrap_or(1)));
        }
        match parts.as_slice() {
            [(alone, _)] => {
                let other = if *alone == TaskType::Sleep { TaskType::Cpu } else { TaskType::Sleep };
                Err(TasksError::Alone(*alone, other))
            }
            _ => Ok(Self::Mix(parts)),
        }
    }
}

impl FromStr for Tasks {
    type Err = TasksError;

    fn from_str(text: &str) -> Result<Self, TasksError> {
        Self::of(&text.split(',').map(str::parse).collect::<Result<Vec<Item>, _>>()?)
    }
}

/// The number of tasks that a mix begins with: the usual one, and as many more as fill its last block.
pub fn default_tasks(parts: &[(TaskType, u32)], workers: u32) -> u64 {
    let block: u64 = parts.iter().map(|(_, weight)| u64::from(*weight)).sum();
    (4 * u64::from(workers.max(1))).next_multiple_of(block.max(1)).min(MAX_TASKS)
}

/// How many of `tasks` tasks are of each part, for parts with their weights.
pub fn tasks_of<T>(parts: &[(T, u32)], tasks: u64) -> Vec<u64> {
    let block: u64 = parts.iter().map(|(_, weight)| u64::from(*weight)).sum::<u64>().max(1);
    let (rounds, mut rest) = (tasks / block, tasks % block);
    let count = |(_, weight): &(T, u32)| {
        let weight = u64::from(*weight);
        let of_rest = rest.min(weight);
        rest -= of_rest;
        rounds * weight + of_rest
    };
    parts.iter().map(count).collect()
}

/// Reads sizes by the names of their task types, in order: `cpu=100ms,primes=7,8,sleep=1ms`. What has no name goes on with
/// the numbers of `primes`. Each size is left as a text.
///
/// # Errors
/// Where a name is unknown or missing, or comes twice.
pub fn sizes_by_name(text: &str) -> Result<Vec<(TaskType, String)>, SizeError> {
    let mut sizes: Vec<(TaskType, String)> = Vec::new();
    for word in text.split(',') {
        match (word.split_once('='), sizes.last_mut()) {
            (Some((name, size)), _) => {
                let task = name.parse().map_err(SizeError::Name)?;
                if sizes.iter().any(|(named, _)| *named == task) {
                    return Err(SizeError::Twice { task });
                }
                sizes.push((task, size.trim().to_owned()));
            }
            (None, Some((TaskType::Primes, numbers))) => {
                numbers.push(',');
                numbers.push_str(word.trim());
            }
            (None, _) => return Err(SizeError::Unnamed { part: word.trim().to_owned() }),
        }
    }
    Ok(sizes)
}

/// Checks the parts of a mix, each with its size.
pub(super) fn check(parts: &[Part]) -> Result<(), SizeError> {
    let twice = |at: usize| parts[..at].iter().any(|other| other.task == parts[at].task);
    let wrong = |(at, part): (usize, &Part)| {
        !part.task.can_be_mixed() || !(1..=MAX_WEIGHT).contains(&part.weight) || twice(at)
    };
    if parts.len() < 2 || parts.iter().enumerate().any(wrong) {
        return Err(SizeError::Form { task: TaskType::Mix });
    }
    parts.iter().try_for_each(|part| part.size.check(part.task).map_err(|error| error.of(part.task)))
}

impl Workload {
    /// Tasks of one type, with the size to begin with.
    pub fn of(task: TaskType, tasks: u64) -> Self {
        Self { task, size: Size::default_for(task, FIRST_SERIAL, tasks), tasks }
    }

    /// A mix of these task types and weights, each with the size to begin with.
    pub fn mix(parts: &[(TaskType, u32)], tasks: u64) -> Self {
        let part = |&(task, weight): &(TaskType, u32)| {
            let size = Size::default_for(task, FIRST_SERIAL, tasks);
            Part { task, size, weight }
        };
        Self { task: TaskType::Mix, size: Size::Mix(parts.iter().map(part).collect()), tasks }
    }

    /// Reads one workload's task types, `cpu` or `cpu:4,sleep:1`, with sizes and a number of tasks to begin with for so
    /// many workers, unless there is such a number.
    ///
    /// # Errors
    /// Where the text is no task type and no mix.
    pub fn read(text: &str, workers: u32, tasks: Option<u64>) -> Result<Self, TasksError> {
        match text.parse()? {
            Tasks::Several(types) => match types.as_slice() {
                &[task] => Ok(Self::of(task, tasks.unwrap_or_else(|| usual_tasks(task, workers)))),
                several => {
                    let weighted: Vec<String> = several.iter().map(|task| format!("{task}:1")).collect();
                    Err(TasksError::Several(weighted.join(",")))
                }
            },
            Tasks::Mix(parts) => {
                Ok(Self::mix(&parts, tasks.unwrap_or_else(|| default_tasks(&parts, workers))))
            }
        }
    }

    /// Its task types as `-t` takes them: `cpu`, or `cpu:4,sleep:1`.
    pub fn tasks_text(&self) -> String {
        let Size::Mix(parts) = &self.size else { return self.task.name().to_owned() };
        let words: Vec<String> = parts.iter().map(|part| format!("{}:{}", part.task, part.weight)).collect();
        words.join(",")
    }

    /// The types that its tasks have.
    pub fn types(&self) -> Vec<TaskType> {
        match &self.size {
            Size::Mix(parts) => parts.iter().map(|part| part.task).collect(),
            _ => vec![self.task],
        }
    }

    /// Gives the tasks of one type a size; false where there are none.
    pub fn resize_type(&mut self, task: TaskType, size: &Size) -> bool {
        let place = match &mut self.size {
            Size::Mix(parts) => parts.iter_mut().find(|part| part.task == task).map(|part| &mut part.size),
            own => (self.task == task).then_some(own),
        };
        place.map(|place| *place = size.clone()).is_some()
    }

    /// Takes a size as it is typed: of a mix by names, of others by name too if one likes. Parts of a mix that are not
    /// named keep theirs.
    ///
    /// # Errors
    /// A [`SizeError`]; sizes before the wrong one have been taken then.
    pub fn resize(&mut self, text: &str) -> Result<(), SizeError> {
        // A list of URLs is no text that could be read back.
        if matches!(self.size, Size::Urls(_)) && text == self.size.to_string() {
            return Ok(());
        }
        if !text.contains('=') {
            self.size = Size::parse(self.task, text)?;
            return Ok(());
        }
        for (task, text) in sizes_by_name(text)? {
            let size = Size::parse(task, &text).map_err(|error| error.of(task))?;
            if !self.resize_type(task, &size) {
                return Err(SizeError::Stranger { task, there: self.tasks_text() });
            }
        }
        Ok(())
    }
}

impl Work {
    /// The parts of a mix with their weights; nothing for others.
    pub fn parts(&self) -> &[(Self, u32)] {
        match self {
            Self::Mix { parts } => parts,
            _ => &[],
        }
    }

    /// Each kind of work that its tasks do: the parts of a mix, or itself.
    pub fn kinds(&self) -> impl Iterator<Item = &Self> {
        let parts = self.parts();
        parts.iter().map(|(work, _)| work).chain(parts.is_empty().then_some(self))
    }

    /// The number of the part that a task is of, and the task's number among the tasks of that part; none where it is no
    /// mix.
    pub fn place(&self, index: TaskIndex) -> Option<(usize, TaskIndex)> {
        let parts = self.parts();
        let block: u64 = parts.iter().map(|(_, weight)| u64::from(*weight)).sum();
        let round = u64::from(index.0).checked_div(block)?;
        let mut within = u64::from(index.0) % block;
        for (number, (_, weight)) in parts.iter().enumerate() {
            let weight = u64::from(*weight);
            if within < weight {
                // Not beyond the index itself, which fits.
                return Some((number, TaskIndex((round * weight + within) as u32)));
            }
            within -= weight;
        }
        None
    }

    /// What task `index` does, and its number among those that do the same: of a mix the task's part, else itself.
    pub fn part(&self, index: TaskIndex) -> (&Self, TaskIndex) {
        let place = self.place(index).and_then(|(part, within)| Some((&self.parts().get(part)?.0, within)));
        place.unwrap_or((self, index))
    }

    /// How many of `tasks` tasks are of each part of a mix, in their order; nothing for others.
    pub fn tasks_of_parts(&self, tasks: u64) -> Vec<u64> {
        tasks_of(self.parts(), tasks)
    }
}

/// The sizes of a mix as [`sizes_by_name`] reads them.
pub(super) fn write_sizes(parts: &[Part], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (at, Part { task, size, .. }) in parts.iter().enumerate() {
        let comma = if at > 0 { "," } else { "" };
        write!(f, "{comma}{task}={size}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
