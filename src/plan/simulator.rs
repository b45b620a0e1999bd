//! What the simulator takes everything to cost: the figures of a machine that need not exist.
//!
//! The defaults are those of one reference machine on which CPython's and poolscope's own pools were measured: 2 virtual
//! cores at 2.3 GHz with Linux 6. All are whole numbers, so that a plan that holds them can be compared and is written
//! exactly. Nothing here simulates: that is done below [`crate::exec`].

use serde::{Deserialize, Serialize};

use crate::plan::work::Costs;
use crate::units::Nanos;

/// What the kernel adds to the time that a thread sleeps, beside waking it: Linux lets a sleep's timer be late by up to
/// 50 µs, so that timers fall together. With it a sleep is 85 µs late on the reference machine.
pub const SLACK: Nanos = Nanos::from_micros(25);
/// Bytes of a chunk that a process is given.
pub const CHUNK_BYTES: u64 = 16;
/// Bytes of one result that it sends.
pub const RESULT_BYTES: u64 = 10;

/// What one iteration of each kernel costs on one core that has the machine to itself, in picoseconds.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FixedCosts {
    /// One iteration of `cpu` (a logarithm and a power).
    pub cpu_ps: u64,
    /// One iteration of `sum` (an addition).
    pub sum_ps: u64,
    /// One iteration of `primes` (a division).
    pub primes_ps: u64,
    /// One iteration of `native` (a byte counted).
    pub native_ps: u64,
}

/// What the simulator takes everything to cost.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Parameters {
    /// The kernels.
    pub costs: FixedCosts,
    /// A core's time slice where others want the core: 3 ms, Linux's base slice on two or more CPUs.
    pub slice: Nanos,
    /// A core's turn from one thread to another: 3 µs.
    pub switch: Nanos,
    /// From an event (a timer, a condition) to the woken thread running on a free core: 60 µs. Waking an idle virtual
    /// core takes 50 to 150 µs on the reference machine.
    pub wake: Nanos,
    /// From asking for a worker thread to its being ready, one after another: 60 µs (Rust's threads: 21 to 77 µs).
    pub thread_start: Nanos,
    /// The same for a worker process: 1.2 ms (one's own program: 0.7 to 1.1 ms; CPython's fork: 1.0 to 1.8 ms).
    pub process_start: Nanos,
    /// From asking a worker thread to end to its being gone, one after another: 10 µs.
    pub thread_stop: Nanos,
    /// The same for a worker process, as many at once as there are cores: 400 µs.
    pub process_stop: Nanos,
    /// A thread taking a chunk from the queue: 100 ns (40 to 80 ns through a channel).
    pub take: Nanos,
    /// A process receiving a chunk and sending its results, both together: 15 µs (7 to 25 µs of CPython's pools).
    pub chunk: Nanos,
    /// A worker's books for each task: 70 ns.
    pub task: Nanos,
    /// What each byte of a chunk and of its results costs beside that, in picoseconds: 400, as large messages through a
    /// socket do at 2.5 GB/s.
    pub byte_ps: u64,
    /// Between two looks of a computing task at whether the interpreter's lock is asked for: 5 µs.
    pub check: Nanos,
    /// The speed of each core when all are busy, in 1/1000 of that of one alone, from 1 to 1000; between these it falls
    /// evenly with the number of busy cores. 1000 are independent cores; two threads of one core have about 620.
    pub full_speed_permille: u32,
}

impl Default for FixedCosts {
    /// Those of the reference machine, as `poolscope doctor` measures them there.
    fn default() -> Self {
        Self { cpu_ps: 19_600, sum_ps: 350, primes_ps: 3_340, native_ps: 650 }
    }
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            costs: FixedCosts::default(),
            slice: Nanos::from_millis(3),
            switch: Nanos::from_micros(3),
            wake: Nanos::from_micros(60),
            thread_start: Nanos::from_micros(60),
            process_start: Nanos::from_micros(1_200),
            thread_stop: Nanos::from_micros(10),
            process_stop: Nanos::from_micros(400),
            take: Nanos(100),
            chunk: Nanos::from_micros(15),
            task: Nanos(70),
            byte_ps: 400,
            check: Nanos::from_micros(5),
            full_speed_permille: 1_000,
        }
    }
}

impl Default for Costs {
    /// Those of a common machine, as the simulator takes them: for where none is measured, since no task asks for them.
    fn default() -> Self {
        FixedCosts::default().into()
    }
}

impl From<FixedCosts> for Costs {
    fn from(fixed: FixedCosts) -> Self {
        let ns = |ps: u64| ps as f64 / 1e3;
        Self {
            cpu_ns: ns(fixed.cpu_ps),
            sum_ns: ns(fixed.sum_ps),
            primes_ns: ns(fixed.primes_ps),
            native_ns: ns(fixed.native_ps),
        }
    }
}

impl From<Costs> for FixedCosts {
    /// To the nearest picosecond.
    fn from(costs: Costs) -> Self {
        let ps = |ns: f64| (ns * 1e3).round() as u64;
        Self {
            cpu_ps: ps(costs.cpu_ns),
            sum_ps: ps(costs.sum_ns),
            primes_ps: ps(costs.primes_ns),
            native_ps: ps(costs.native_ns),
        }
    }
}

/// The longest time of anything: beyond it nobody would wait.
const MOST_TIME: Nanos = Nanos::from_secs(10);
/// A slice is at least so many switches long.
const SWITCHES: u64 = 4;
/// The most picoseconds of anything: a microsecond and more is no longer the cost of an iteration or of a byte.
const MOST_PS: u64 = 1_000_000_000;

/// A parameter by its name in scenarios.
#[derive(Debug)]
pub enum Parameter<'a> {
    /// A length of time, and the least that it may be.
    Time(&'a mut Nanos, Nanos),
    /// Picoseconds, and the least that they may be.
    Picoseconds(&'a mut u64, u64),
    /// Thousandths, at least 1.
    Permille(&'a mut u32),
}

impl Parameters {
    /// The names of all of them, in their order.
    pub const NAMES: [&'static str; 17] = [
        "cpu_ps",
        "sum_ps",
        "primes_ps",
        "native_ps",
        "slice",
        "switch",
        "wake",
        "thread_start",
        "process_start",
        "thread_stop",
        "process_stop",
        "take",
        "chunk",
        "task",
        "byte_ps",
        "check",
        "full_speed_permille",
    ];

    /// The parameter of a name.
    pub fn by_name(&mut self, name: &str) -> Option<Parameter<'_>> {
        use Parameter::{Permille, Picoseconds, Time};
        let (any, some) = (Nanos::ZERO, Nanos::from_micros(1));
        Some(match name {
            "cpu_ps" => Picoseconds(&mut self.costs.cpu_ps, 1),
            "sum_ps" => Picoseconds(&mut self.costs.sum_ps, 1),
            "primes_ps" => Picoseconds(&mut self.costs.primes_ps, 1),
            "native_ps" => Picoseconds(&mut self.costs.native_ps, 1),
            "slice" => Time(&mut self.slice, some),
            "switch" => Time(&mut self.switch, any),
            "wake" => Time(&mut self.wake, any),
            "thread_start" => Time(&mut self.thread_start, any),
            "process_start" => Time(&mut self.process_start, any),
            "thread_stop" => Time(&mut self.thread_stop, any),
            "process_stop" => Time(&mut self.process_stop, any),
            "take" => Time(&mut self.take, any),
            "chunk" => Time(&mut self.chunk, any),
            "task" => Time(&mut self.task, any),
            "byte_ps" => Picoseconds(&mut self.byte_ps, 0),
            "check" => Time(&mut self.check, Nanos(100)),
            "full_speed_permille" => Permille(&mut self.full_speed_permille),
            _ => return None,
        })
    }

    /// The value of a name as it stands in a table `[simulator]`: `25000`, `"60us"`. None for a name that there is not.
    pub fn written(mut self, name: &str) -> Option<String> {
        Some(match self.by_name(name)? {
            Parameter::Time(time, _) => format!("\"{}\"", time.exact()),
            Parameter::Picoseconds(ps, _) => ps.to_string(),
            Parameter::Permille(part) => part.to_string(),
        })
    }

    /// Every parameter that no simulation can go by: its name, its value, and what it may be.
    pub fn out_of_range(mut self) -> Vec<(&'static str, String, String)> {
        let mut wrong = Vec::new();
        for name in Self::NAMES {
            let (right, value, range) = match self.by_name(name) {
                Some(Parameter::Time(time, least)) => (
                    (least..=MOST_TIME).contains(time),
                    time.exact(),
                    format!("{} to {}", least.exact(), MOST_TIME.exact()),
                ),
                Some(Parameter::Picoseconds(ps, least)) => {
                    ((least..=MOST_PS).contains(ps), ps.to_string(), format!("{least} to {MOST_PS}"))
                }
                Some(Parameter::Permille(part)) => {
                    ((1..=1_000).contains(part), part.to_string(), "1 to 1000".to_owned())
                }
                None => continue,
            };
            if !right {
                wrong.push((name, value, range));
            }
        }
        // A thread that spends its slice on switches never comes to its work.
        let speed = u64::from(self.full_speed_permille.clamp(1, 1_000));
        let least = Nanos(self.switch.0.saturating_mul(SWITCHES * 1_000).div_ceil(speed));
        if wrong.is_empty() && self.slice < least {
            let range = format!(
                "{} to {}, {SWITCHES} switches of {} on the slowest core",
                least.exact(),
                MOST_TIME.exact(),
                self.switch.exact()
            );
            wrong.push(("slice", self.slice.exact(), range));
        }
        wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_costs_are_costs_to_the_picosecond() {
        let fixed = FixedCosts { cpu_ps: 24_813, sum_ps: 497, primes_ps: 8_001, native_ps: 1 };
        assert_eq!(FixedCosts::from(Costs::from(fixed)), fixed);
    }

    #[test]
    fn a_slice_that_switches_would_use_up_is_refused() {
        let with = |slice, switch, full_speed_permille| Parameters {
            slice: Nanos(slice),
            switch: Nanos(switch),
            full_speed_permille,
            ..Parameters::default()
        };
        assert!(with(12_000, 3_000, 1_000).out_of_range().is_empty());
        assert!(with(1_000, 0, 1).out_of_range().is_empty());
        for wrong in [with(11_999, 3_000, 1_000), with(3_000_000, 3_000, 3)] {
            assert_eq!(wrong.out_of_range().first().map(|(name, ..)| *name), Some("slice"), "{wrong:?}");
        }
    }

    #[test]
    fn the_reference_machine_is_in_range_and_every_name_has_a_parameter() {
        let mut parameters = Parameters::default();
        assert!(parameters.out_of_range().is_empty());
        assert!(Parameters::NAMES.iter().all(|name| parameters.by_name(name).is_some()));
        assert!(parameters.by_name("costs").is_none());
    }
}
