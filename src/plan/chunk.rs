//! Chunks: how many tasks are handed out at a time.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The size of a chunk, as a person writes it.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Chunk {
    /// By the rule of CPython's `Pool.map`.
    #[default]
    Auto,
    /// So many tasks at a time.
    Tasks(u32),
}

impl Chunk {
    /// The number of tasks in a chunk (the last may be smaller), at least 1.
    pub fn resolve(self, tasks: u64, workers: u32) -> u32 {
        match self {
            Self::Auto => u32::try_from(map_chunk(tasks, workers)).unwrap_or(u32::MAX).max(1),
            Self::Tasks(n) => n.max(1),
        }
    }
}

/// CPython's rule for `Pool.map` and `starmap` (Lib/multiprocessing/pool.py, `_map_async`): four chunks for each worker,
/// rounded up.
pub fn map_chunk(tasks: u64, workers: u32) -> u64 {
    tasks.div_ceil(4 * u64::from(workers.max(1)))
}

impl fmt::Display for Chunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Tasks(n) => write!(f, "{n}"),
        }
    }
}

impl From<Chunk> for String {
    fn from(chunk: Chunk) -> Self {
        chunk.to_string()
    }
}

/// Why a text is no chunk size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no chunk size; write auto, or a number of tasks from 1")]
pub struct ChunkError(pub String);

impl FromStr for Chunk {
    type Err = ChunkError;

    fn from_str(text: &str) -> Result<Self, ChunkError> {
        let text = text.trim();
        match text.parse::<u32>() {
            _ if text.eq_ignore_ascii_case("auto") => Ok(Self::Auto),
            Ok(n) if n > 0 => Ok(Self::Tasks(n)),
            _ => Err(ChunkError(text.to_owned())),
        }
    }
}

impl TryFrom<String> for Chunk {
    type Error = ChunkError;

    fn try_from(text: String) -> Result<Self, ChunkError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auto_is_the_rule_of_cpython_map() {
        // (tasks, workers) → chunk, as CPython computes them.
        for (tasks, workers, chunk) in
            [(10, 4, 1), (100, 4, 7), (500, 4, 32), (1000, 8, 32), (20_000, 2, 2_500), (10, 2, 2), (1, 4, 1)]
        {
            assert_eq!(Chunk::Auto.resolve(tasks, workers), chunk, "{tasks} tasks, {workers} workers");
        }
        assert_eq!(map_chunk(0, 4), 0);
    }

    #[test]
    fn chunk_sizes_read_back_as_they_are_written() {
        for text in ["auto", "1", "64"] {
            assert_eq!(text.parse::<Chunk>().unwrap().to_string(), text);
        }
        for text in ["0", "", "many", "-1"] {
            assert!(text.parse::<Chunk>().is_err(), "{text}");
        }
    }
}
