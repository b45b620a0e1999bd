//! What is to be done, whoever does it: a task type, a size and a number of tasks. The same after calibration is
//! [`super::work`]; what is special about a mix of several task types is in [`super::mix`].

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::plan::mix::Part;
use crate::plan::size::{BUFFER, Compute, Size};
use crate::plan::task::TaskType;
use crate::plan::work::{Costs, Work, prime_from};
use crate::units::Bytes;

/// What is to be done: so many tasks of one type and size.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Workload {
    /// What one task does.
    pub task: TaskType,
    /// How much one task does.
    pub size: Size,
    /// How many tasks there are.
    pub tasks: u64,
}

impl Workload {
    /// The same work with each time of computing turned into iterations by calibration. Counts are rounded to two
    /// significant digits, for they stand in plans and are read by people.
    pub fn resolve(&self, costs: &Costs) -> Work {
        let iterations = |compute: Compute, ns_each: f64| match compute {
            Compute::Iterations(n) => n,
            Compute::Time(t) => two_digits(t.0 as f64 / ns_each.max(1e-3)),
        };
        match (self.task, &self.size) {
            (TaskType::Sum, Size::Compute(c)) => Work::Sum { iterations: iterations(*c, costs.sum_ns) },
            (TaskType::Primes, Size::Compute(c)) => {
                let root = iterations(*c, costs.primes_ns).saturating_mul(2);
                Work::Primes { numbers: vec![prime_from(root.saturating_mul(root).min(1 << 62))] }
            }
            (TaskType::Native, Size::Compute(c)) => {
                let bytes = iterations(*c, costs.native_ns);
                Work::Native { buffer: Bytes(bytes).min(BUFFER), bytes }
            }
            (TaskType::File, Size::Buffer(bytes)) => Work::File { bytes: *bytes },
            (_, Size::Buffer(buffer)) => Work::Native { buffer: *buffer, bytes: buffer.0 },
            (_, Size::Compute(c)) => Work::Cpu { iterations: iterations(*c, costs.cpu_ns) },
            (_, Size::Numbers(numbers)) => Work::Primes { numbers: numbers.clone() },
            (_, Size::Wait(wait)) => Work::Sleep { wait: *wait },
            (_, Size::Mixed(c, wait)) => {
                Work::Mixed { iterations: iterations(*c, costs.cpu_ns), wait: *wait }
            }
            (_, Size::Urls(urls)) => Work::Http(urls.clone()),
            (_, Size::Command(command)) => Work::Command(Arc::clone(command)),
            (_, Size::Mix(parts)) => {
                let part = |part: &Part| {
                    let load = Self { task: part.task, size: part.size.clone(), tasks: self.tasks };
                    (load.resolve(costs), part.weight)
                };
                Work::Mix { parts: parts.iter().map(part).collect() }
            }
        }
    }

    /// The same, but of the pages on the loopback those that answer, where each was asked for once: no task of it fails.
    #[must_use]
    pub fn with_pages_that_answer(self) -> Self {
        match &self.size {
            Size::Urls(urls) if self.tasks == urls.count() as u64 => {
                let urls = urls.clone().answering();
                Self { tasks: urls.count() as u64, size: Size::Urls(urls), ..self }
            }
            _ => self,
        }
    }

    /// Whether [`Workload::resolve`] needs calibration.
    pub fn needs_calibration(&self) -> bool {
        let needs =
            |size: &Size| matches!(size, Size::Compute(Compute::Time(_)) | Size::Mixed(Compute::Time(_), _));
        match &self.size {
            Size::Mix(parts) => parts.iter().any(|part| needs(&part.size)),
            size => needs(size),
        }
    }
}

/// `value` with two significant digits, at least 1.
fn two_digits(value: f64) -> u64 {
    let value = value.max(1.0);
    let unit = 10f64.powf((value.log10().floor() - 1.0).max(0.0));
    ((value / unit).round() * unit) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::TaskIndex;
    use crate::units::Nanos;

    const COSTS: Costs = Costs { cpu_ns: 50.0, sum_ns: 0.5, primes_ns: 8.0, native_ns: 0.5 };

    #[test]
    fn a_time_becomes_iterations_of_two_digits() {
        let load = Workload {
            task: TaskType::Cpu,
            size: Size::Compute(Compute::Time(Nanos::from_millis(123))),
            tasks: 8,
        };
        assert_eq!(load.resolve(&COSTS), Work::Cpu { iterations: 2_500_000 });
        assert_eq!(two_digits(0.2), 1);
        assert_eq!(two_digits(99.6), 100);
    }

    #[test]
    fn a_time_of_primes_becomes_a_prime_that_takes_that_long() {
        let load = Workload {
            task: TaskType::Primes,
            size: Size::Compute(Compute::Time(Nanos::from_millis(100))),
            tasks: 8,
        };
        let work = load.resolve(&COSTS);
        let took = work.estimate(TaskIndex(0), &COSTS).as_millis_f64();
        assert!((95.0..105.0).contains(&took), "{took} ms");
    }

    #[test]
    fn native_work_is_passes_over_a_buffer() {
        for (size, buffer, bytes, label) in [
            ("32MiB", 32 << 20, 32 << 20, "32.0 MiB"),
            ("134217728", 32 << 20, 128 << 20, "32.0 MiB × 4 passes"),
            ("100ms", 32 << 20, 200_000_000, "32.0 MiB × 5.96 passes"),
            ("1ms", 2_000_000, 2_000_000, "1.91 MiB"),
        ] {
            let size = Size::parse(TaskType::Native, size).unwrap();
            let work = Workload { task: TaskType::Native, size, tasks: 8 }.resolve(&COSTS);
            assert_eq!(work, Work::Native { buffer: Bytes(buffer), bytes });
            assert_eq!(work.label(), label);
            assert_eq!((work.task(), work.iterations()), (TaskType::Native, bytes));
            assert_eq!(work.serial_estimate(2, &COSTS), Nanos(bytes));
        }
    }
}
