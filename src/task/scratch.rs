//! What a worker makes before its first task and keeps until its last: the buffer of `native`, and what tasks of other types
//! are told of their run.

use crate::plan::Work;
use crate::task::mix64;

/// So many bytes, a multiple of 8, are filled between two looks whether anybody still wants them: under a millisecond.
const STRETCH: usize = 1 << 20;

/// A worker's own memory, and what it tells its tasks; empty for task types that need none. It is given back when the worker ends.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Scratch {
    buffer: Vec<u8>,
    seed: u64,
    port: Option<u16>,
}

impl Scratch {
    /// Makes what a worker needs for `work`: for `native`, also as a part of a mix, it takes the buffer's memory, and fills it from the seed, the
    /// same for every worker, so that values agree. This takes some milliseconds for each 10 MiB. It ends early where
    /// `wanted` says so, or where there is no such memory: tasks then find their buffer missing.
    pub fn prepare(work: &Work, seed: u64, wanted: impl Fn() -> bool) -> Self {
        let none = Self { seed, ..Self::default() };
        let buffer = |work: &Work| if let Work::Native { buffer, .. } = work { Some(*buffer) } else { None };
        let Some(bytes) = work.kinds().find_map(buffer) else {
            return none;
        };
        let mut buffer = Vec::new();
        let Ok(length) = usize::try_from(bytes.0) else {
            return none;
        };
        // Refused in words, for a vector that cannot grow ends the process.
        if buffer.try_reserve_exact(length).is_err() {
            return none;
        }
        let start = mix64(seed);
        while buffer.len() < length {
            if !wanted() {
                return none;
            }
            let from = buffer.len();
            buffer.resize(length.min(from + STRETCH), 0);
            for (word, bytes) in (from as u64 / 8..).zip(buffer[from..].chunks_mut(8)) {
                let random = mix64(start.wrapping_add(word)).to_le_bytes();
                bytes.copy_from_slice(&random[..bytes.len()]);
            }
        }
        Self { buffer, ..none }
    }

    /// The same, with the port of the web server that `http` tasks without URLs ask.
    #[must_use]
    pub fn with_port(self, port: Option<u16>) -> Self {
        Self { port, ..self }
    }

    /// What tasks derive their differences from.
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// The port of poolscope's own web server, where there is one.
    pub const fn port(&self) -> Option<u16> {
        self.port
    }

    /// The buffer of `native`; empty where there is none.
    pub fn buffer(&self) -> &[u8] {
        &self.buffer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Bytes;

    fn native(bytes: u64) -> Work {
        Work::Native { buffer: Bytes(bytes), bytes }
    }

    #[test]
    fn buffers_are_as_large_as_asked_for_and_the_same_for_every_worker() {
        let fill = |bytes, seed| Scratch::prepare(&native(bytes), seed, || true);
        for bytes in [1, 7, 8, 1_000, (1 << 20) - 1, (1 << 20) + 1, 3 << 20] {
            assert_eq!(fill(bytes, 1).buffer().len() as u64, bytes);
        }
        assert_eq!(fill(3 << 20, 1), fill(3 << 20, 1));
        assert_ne!(fill(64, 1), fill(64, 2));
        // A longer buffer begins like a shorter one, across the stretches in which it is filled.
        assert!(fill(3 << 20, 1).buffer().starts_with(fill((1 << 20) + 5, 1).buffer()));
        let every = fill(1 << 20, 1);
        assert!((0..=255).all(|byte| every.buffer().contains(&byte)), "each byte occurs");
    }

    #[test]
    fn nothing_is_made_that_is_not_needed_not_wanted_or_not_to_be_had() {
        let sum = Work::Sum { iterations: 1 };
        for (work, wanted) in [(sum, true), (native(1 << 20), false), (native(u64::MAX), true)] {
            assert_eq!(Scratch::prepare(&work, 1, || wanted), Scratch { seed: 1, ..Scratch::default() });
        }
    }
}
