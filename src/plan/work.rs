//! What one task does with every size a count: what a kernel is given, and what it should take. What people write, and
//! how that becomes this, is in [`super::workload`]; what is special about a mix of several task types in [`super::mix`].

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::ids::TaskIndex;
use crate::plan::command::Command;
use crate::plan::task::TaskType;
use crate::plan::urls::Urls;
use crate::units::{Bytes, Nanos, grouped, three_digits};

/// A task that computes and waits does so in so many turns...
const MOST_TURNS: u64 = 10;
/// ...each of which waits for so long at least, of which the overshoot of a timer is a fiftieth...
const SHORTEST_WAIT: Nanos = Nanos::from_millis(5);
/// ...and computes so many iterations of `cpu` at least: more than pass between two looks at whether to go on.
const FEWEST_ITERATIONS: u64 = 10_000;

/// What one iteration of each kernel costs on one quiet thread of this machine, in nanoseconds.
#[derive(Copy, Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Costs {
    /// One iteration of `cpu` (a logarithm and a power).
    pub cpu_ns: f64,
    /// One iteration of `sum` (an addition).
    pub sum_ns: f64,
    /// One iteration of `primes` (a division).
    pub primes_ns: f64,
    /// One iteration of `native` (a byte counted).
    pub native_ns: f64,
}

/// A task's work with every size a count: what a kernel is given. The same for every strategy, repeat and worker count.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Work {
    /// So many iterations of `cpu`.
    Cpu {
        /// Upper end of both sums.
        iterations: u64,
    },
    /// So many iterations of `sum`.
    Sum {
        /// Upper end of the sum.
        iterations: u64,
    },
    /// Numbers to be tested; task i tests number i modulo their count.
    Primes {
        /// The numbers, at least one.
        numbers: Vec<u64>,
    },
    /// A wait.
    Sleep {
        /// How long.
        wait: Nanos,
    },
    /// `cpu` iterations and a wait, in [turns](Self::alternations).
    Mixed {
        /// Iterations of `cpu`.
        iterations: u64,
        /// How long it waits in all.
        wait: Nanos,
    },
    /// So many bytes counted in a buffer, over and over from its beginning.
    Native {
        /// The size of the buffer that each worker has; at least 1.
        buffer: Bytes,
        /// Bytes counted: whole passes over the buffer, and a part of one where it does not come out even.
        bytes: u64,
    },
    /// A file that is written, brought to the disk, read back and compared. Nobody knows beforehand how long it takes.
    File {
        /// Its size, at least 1.
        bytes: Bytes,
    },
    /// Pages that are asked for. Nobody knows beforehand how long it takes.
    Http(Urls),
    /// A command of the user's. Nobody knows beforehand how long it takes.
    Command(Arc<Command>),
    /// Tasks of several types, which follow a repeated block.
    Mix {
        /// What the tasks of each part do, none of it a mix, and how many of them follow one another.
        parts: Vec<(Work, u32)>,
    },
}

impl Work {
    /// The task type whose work this is.
    pub const fn task(&self) -> TaskType {
        match self {
            Self::Cpu { .. } => TaskType::Cpu,
            Self::Sum { .. } => TaskType::Sum,
            Self::Primes { .. } => TaskType::Primes,
            Self::Sleep { .. } => TaskType::Sleep,
            Self::Mixed { .. } => TaskType::Mixed,
            Self::Native { .. } => TaskType::Native,
            Self::File { .. } => TaskType::File,
            Self::Http(_) => TaskType::Http,
            Self::Command(_) => TaskType::Command,
            Self::Mix { .. } => TaskType::Mix,
        }
    }

    /// The iterations of one task; for `primes` the divisions that its largest number can take; for `native`
    /// the bytes that are counted; 0 for what does not compute by them, and for a mix, whose parts have their own.
    pub fn iterations(&self) -> u64 {
        match self {
            Self::Cpu { iterations } | Self::Sum { iterations } | Self::Mixed { iterations, .. } => {
                *iterations
            }
            Self::Primes { numbers } => numbers.iter().map(|n| divisions(*n)).max().unwrap_or(0),
            Self::Native { bytes, .. } => *bytes,
            Self::Sleep { .. } | Self::File { .. } | Self::Http(_) | Self::Command(_) | Self::Mix { .. } => 0,
        }
    }

    /// How long task `index` should compute on one quiet thread, from calibration.
    pub fn computing(&self, index: TaskIndex, costs: &Costs) -> Nanos {
        Nanos(self.computing_ns(index, costs) as u64)
    }

    fn computing_ns(&self, index: TaskIndex, costs: &Costs) -> f64 {
        let (work, index) = self.part(index);
        match work {
            Self::Cpu { iterations } | Self::Mixed { iterations, .. } => *iterations as f64 * costs.cpu_ns,
            Self::Sum { iterations } => *iterations as f64 * costs.sum_ns,
            Self::Native { bytes, .. } => *bytes as f64 * costs.native_ns,
            Self::Primes { numbers } => {
                let number = numbers.get(index.index() % numbers.len().max(1)).copied().unwrap_or(0);
                divisions(number) as f64 * costs.primes_ns
            }
            Self::Sleep { .. } | Self::File { .. } | Self::Http(_) | Self::Command(_) | Self::Mix { .. } => {
                0.0
            }
        }
    }

    /// How long task `index` waits without a CPU, in all.
    pub fn waiting(&self, index: TaskIndex) -> Nanos {
        match self.part(index).0 {
            Self::Sleep { wait } | Self::Mixed { wait, .. } => *wait,
            _ => Nanos::ZERO,
        }
    }

    /// So many turns of computing and of waiting make up a task that does both, where it does them by turns; else 1. Ten, but
    /// none is so short that the overshoot of its wait, or the step of its computing, would show.
    pub fn alternations(&self) -> u32 {
        match self {
            Self::Mixed { iterations, wait } => {
                let most = (wait.0 / SHORTEST_WAIT.0).min(iterations / FEWEST_ITERATIONS);
                most.clamp(1, MOST_TURNS) as u32
            }
            _ => 1,
        }
    }

    /// The command that it runs, where it runs one.
    pub fn command(&self) -> Option<&Command> {
        match self {
            Self::Command(command) => Some(command),
            _ => None,
        }
    }

    /// Whether nobody knows beforehand how long its tasks take: a disk, a network or somebody's program decides. Estimates of
    /// such work are zero, and mean nothing.
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::File { .. } | Self::Http(_) | Self::Command(_))
    }

    /// The URLs whose pages it asks for, where it asks for some.
    pub const fn urls(&self) -> Option<&Urls> {
        match self {
            Self::Http(urls) => Some(urls),
            _ => None,
        }
    }

    /// Whether the estimates say only how long it can take: a composite number is found out long before its root, and
    /// nobody knows which are composite before they are tested.
    pub fn is_at_most(&self) -> bool {
        self.kinds().any(|work| matches!(work, Self::Primes { .. }))
    }

    /// How long task `index` should take on one quiet thread, from calibration; for a composite of `primes`, at most.
    pub fn estimate(&self, index: TaskIndex, costs: &Costs) -> Nanos {
        self.computing(index, costs) + self.waiting(index)
    }

    /// How long `tasks` tasks should take as a plain loop, from calibration.
    pub fn serial_estimate(&self, tasks: u64, costs: &Costs) -> Nanos {
        // Whole nanoseconds only at the end: a task may take less than one.
        Nanos(self.computing_of_all(tasks, costs).round() as u64) + self.waiting_of_all(tasks)
    }

    /// How long `tasks` tasks wait without a CPU, all together.
    pub fn waiting_of_all(&self, tasks: u64) -> Nanos {
        if self.parts().is_empty() {
            return self.waiting(TaskIndex(0)) * tasks;
        }
        let parts = self.parts().iter().zip(self.tasks_of_parts(tasks));
        parts.map(|((work, _), tasks)| work.waiting_of_all(tasks)).sum()
    }

    /// How many nanoseconds `tasks` tasks should compute as a plain loop. A part of a mix does its tasks in their order, as
    /// it would alone.
    fn computing_of_all(&self, tasks: u64, costs: &Costs) -> f64 {
        if !self.parts().is_empty() {
            let parts = self.parts().iter().zip(self.tasks_of_parts(tasks));
            return parts.map(|((work, _), tasks)| work.computing_of_all(tasks, costs)).sum();
        }
        let cycle = match self {
            Self::Primes { numbers } => numbers.len().max(1) as u64,
            _ => 1,
        };
        let sum = |n: u64| (0..n).map(|i| self.computing_ns(TaskIndex(i as u32), costs)).sum::<f64>();
        sum(cycle) * (tasks / cycle) as f64 + sum(tasks % cycle)
    }

    /// Whether estimates are only upper bounds: a composite number ends a trial division early.
    pub fn may_end_early(&self) -> bool {
        let composite = |numbers: &Vec<u64>| numbers.iter().any(|n| !is_prime(*n));
        self.kinds().any(|work| matches!(work, Self::Primes { numbers } if composite(numbers)))
    }

    /// The size as a person would write it: `5 000 000`, `200 ms`, `200 000 + 80.0 ms`, `32.0 MiB × 4 passes`; of a mix
    /// `4 × cpu 5 000 000 + 1 × sleep 1.00 ms`.
    pub fn label(&self) -> String {
        match self {
            Self::Cpu { iterations } | Self::Sum { iterations } => grouped(*iterations),
            Self::Primes { numbers } => match numbers.as_slice() {
                [one] => grouped(*one),
                many => format!("{} numbers", many.len()),
            },
            Self::Sleep { wait } => wait.to_string(),
            Self::Mixed { iterations, wait } => format!("{} + {wait}", grouped(*iterations)),
            Self::Native { buffer, bytes } if *bytes == buffer.0 => buffer.to_string(),
            Self::Native { buffer, bytes } if bytes.is_multiple_of(buffer.0.max(1)) => {
                format!("{buffer} × {} passes", grouped(bytes / buffer.0.max(1)))
            }
            Self::Native { buffer, bytes } => {
                let passes = *bytes as f64 / buffer.0.max(1) as f64;
                format!("{buffer} × {} passes", three_digits(passes))
            }
            Self::File { bytes } => bytes.to_string(),
            Self::Http(urls) => urls.to_string(),
            Self::Command(command) => command.short_label(),
            Self::Mix { parts } => {
                let part = |(work, weight): &(Self, u32)| work.label_of(u64::from(*weight));
                parts.iter().map(part).collect::<Vec<_>>().join(" + ")
            }
        }
    }
}

impl Work {
    /// So many tasks of it, with their type and size: `4 × cpu 5 000 000`.
    pub fn label_of(&self, tasks: u64) -> String {
        format!("{} × {} {}", grouped(tasks), self.task(), self.label())
    }
}

/// The divisions that trial division of `n` takes if `n` is prime: the odd numbers from 3 to its root.
fn divisions(n: u64) -> u64 {
    n.isqrt().saturating_sub(1) / 2
}

/// The smallest prime that is at least `from`.
pub(super) fn prime_from(from: u64) -> u64 {
    (from.max(3) | 1..).step_by(2).find(|n| is_prime(*n)).unwrap_or(from)
}

/// Miller-Rabin with the bases that decide every 64-bit number (Sinclair 2011). It only chooses sizes; the task type
/// itself divides, for that is the work to be measured.
fn is_prime(n: u64) -> bool {
    if n < 2 || n.is_multiple_of(2) {
        return n == 2;
    }
    let mul = |a: u64, b: u64| (u128::from(a) * u128::from(b) % u128::from(n)) as u64;
    let pow = |mut base: u64, mut exponent: u64| {
        let mut out = 1;
        while exponent > 0 {
            if exponent & 1 == 1 {
                out = mul(out, base);
            }
            base = mul(base, base);
            exponent >>= 1;
        }
        out
    };
    let twos = (n - 1).trailing_zeros();
    [2, 325, 9_375, 28_178, 450_775, 9_780_504, 1_795_265_022].into_iter().all(|base| {
        let mut x = match base % n {
            0 => return true,
            base => pow(base, (n - 1) >> twos),
        };
        if x == 1 || x == n - 1 {
            return true;
        }
        (1..twos).any(|_| {
            x = mul(x, x);
            x == n - 1
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const COSTS: Costs = Costs { cpu_ns: 50.0, sum_ns: 0.5, primes_ns: 8.0, native_ns: 0.5 };

    #[test]
    fn primes_are_told_from_composites() {
        let small: Vec<u64> = (0..30).filter(|n| is_prime(*n)).collect();
        assert_eq!(small, [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]);
        assert!(is_prime(112_272_535_095_293) && !is_prime(1_099_726_899_285_419));
        assert!(is_prime(18_446_744_073_709_551_557));
    }

    #[test]
    fn a_loop_over_six_numbers_is_estimated_number_by_number() {
        let work = Work::Primes { numbers: vec![101, 10_007, 1_000_003] };
        let one: Nanos = (0..3).map(|i| work.estimate(TaskIndex(i), &COSTS)).sum();
        assert_eq!(work.serial_estimate(6, &COSTS), one * 2);
        assert_eq!(work.serial_estimate(4, &COSTS), one + work.estimate(TaskIndex(0), &COSTS));
    }

    #[test]
    fn tasks_of_less_than_a_nanosecond_add_up() {
        let work = Work::Sum { iterations: 1 };
        assert_eq!(work.serial_estimate(1_000_000, &COSTS), Nanos::from_micros(500));
        let work = Work::Mixed { iterations: 1, wait: Nanos(3) };
        assert_eq!(work.serial_estimate(10, &Costs { cpu_ns: 0.25, ..COSTS }), Nanos(33));
    }

    #[test]
    fn only_composite_numbers_end_early() {
        let primes = |numbers: &[u64]| Work::Primes { numbers: numbers.to_vec() };
        assert!(primes(&[101, 10_005]).may_end_early());
        assert!(!primes(&[101, 10_007]).may_end_early());
        assert!(!Work::Cpu { iterations: 4 }.may_end_early());
    }
}
