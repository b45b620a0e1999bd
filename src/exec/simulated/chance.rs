//! Chance: a seeded generator, for what a system does not promise.

use crate::task::mix64;

/// A sequence of numbers that looks random, and is the same for the same seed.
#[derive(Debug)]
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        // Mixed, or the sequences of neighbouring seeds would be the same one, begun at neighbouring places.
        Self(mix64(seed))
    }

    /// A number below `n`; 0 for none. The bias of so few out of 2⁶⁴ is nothing.
    pub(super) fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(1);
        (mix64(self.0) % (n as u64).max(1)) as usize
    }
}
