//! The shape of a run's workers: so many processes with so many threads each.

use std::fmt;

use serde::{Deserialize, Serialize};

/// So many processes, and so many worker threads in each. Threads alone are one process, processes alone have one thread.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Shape {
    /// Processes.
    pub processes: u32,
    /// Worker threads in each of them.
    pub threads: u32,
}

impl Shape {
    /// The shape of so many processes with so many threads each.
    pub const fn new(processes: u32, threads: u32) -> Self {
        Self { processes, threads }
    }

    /// The shape that `workers` workers have as processes with threads when nothing else is said: as many processes as
    /// the largest divisor of `workers` that is not above its root, so that 8 are 2×4 and 7 are 1×7.
    pub fn of(workers: u32) -> Self {
        let divisor = (1..=workers.isqrt()).rev().find(|n| workers.is_multiple_of(*n)).unwrap_or(1);
        Self { processes: divisor, threads: workers / divisor }
    }

    /// The number of worker slots: threads of all processes.
    pub const fn slots(self) -> u32 {
        self.processes.saturating_mul(self.threads)
    }
}

/// `2×4`.
impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}×{}", self.processes, self.threads)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_number_of_workers_becomes_the_squarest_shape_with_fewer_processes() {
        for (workers, shape) in [
            (0, "1×0"),
            (1, "1×1"),
            (2, "1×2"),
            (4, "2×2"),
            (6, "2×3"),
            (7, "1×7"),
            (8, "2×4"),
            (9, "3×3"),
            (12, "3×4"),
            (1_000, "25×40"),
            (4_096, "64×64"),
        ] {
            assert_eq!(Shape::of(workers).to_string(), shape);
        }
    }

    proptest! {
        #[test]
        fn no_worker_is_lost_or_made_up(workers in any::<u32>()) {
            let shape = Shape::of(workers);
            prop_assert_eq!(shape.slots(), workers);
            prop_assert!(u64::from(shape.processes).pow(2) <= u64::from(workers).max(1));
        }
    }
}
