//! Where readings come from: the machine, or a script.
//!
//! Of `sysinfo` this takes each core's usage and nothing else: its figures of processes miss the short ones, and asking for
//! them before `refresh_cpu_usage` would stop the cores' for good. It finds cores by their position in /proc/stat, so that
//! after one goes offline each following figure belongs to another core. The numbers are therefore read from that file
//! here, and when they change, `sysinfo` makes its list anew. Steal is read in the same pass, for `sysinfo` does not tell it.

use std::collections::VecDeque;
use std::fmt;

use sysinfo::{CpuRefreshKind, System};

use crate::clock::Clock;
use crate::ids::CpuId;
use crate::probe::own;
use crate::probe::sampler::{CoreReading, Reading};
use crate::units::{Nanos, Share};

/// Gives readings. It is asked from one thread, not more often than [`Source::shortest_period`].
pub trait Source: fmt::Debug {
    /// Looks once.
    fn read(&mut self) -> Reading;

    /// The time that must lie between two readings for their difference to mean anything.
    fn shortest_period(&self) -> Nanos {
        Nanos::ZERO
    }
}

/// Readings made by hand, one after the other; the last is given again and again.
#[derive(Debug, Default)]
pub struct Scripted {
    ahead: VecDeque<Reading>,
    last: Reading,
}

impl Scripted {
    /// A script of readings.
    pub fn new(readings: impl IntoIterator<Item = Reading>) -> Self {
        Self { ahead: readings.into_iter().collect(), last: Reading::default() }
    }
}

impl Source for Scripted {
    fn read(&mut self) -> Reading {
        if let Some(next) = self.ahead.pop_front() {
            self.last = next;
        }
        self.last.clone()
    }
}

/// Below 200 ms `sysinfo` gives the old figures again, and the kernel's ticks of 10 ms make steps of 5 points.
const SHORTEST_PERIOD: Nanos = Nanos::from_millis(250);

/// This machine.
#[derive(Debug)]
pub(super) struct Machine {
    clock: Clock,
    system: Option<System>,
    /// The numbers of `sysinfo`'s cores, in its order.
    numbers: Vec<CpuId>,
    #[cfg(target_os = "linux")]
    files: linux::OpenFiles,
}

impl Machine {
    pub(super) fn new(clock: Clock) -> Self {
        Self {
            clock,
            // Where it cannot be had there are no cores to show, and everything else goes on.
            system: System::new().ok(),
            numbers: Vec::new(),
            #[cfg(target_os = "linux")]
            files: linux::OpenFiles::open(),
        }
    }

    /// The usage of each core, in the order of `numbers`; nothing for a core that has no reading before this.
    fn usages(&mut self, numbers: impl FnOnce(&System) -> Vec<CpuId>) -> Vec<Option<Share>> {
        let Some(system) = &mut self.system else {
            return Vec::new();
        };
        system.refresh_cpu_usage();
        let numbers = numbers(system);
        if numbers == self.numbers && numbers.len() == system.cpus().len() {
            system.cpus().iter().map(|cpu| Some(Share::of(f64::from(cpu.usage()), 100.0))).collect()
        } else {
            if !self.numbers.is_empty() {
                system.refresh_cpu_list(CpuRefreshKind::nothing().with_usage());
            }
            let none = vec![None; numbers.len()];
            self.numbers = numbers;
            none
        }
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use super::{CoreReading, CpuId, Machine, Nanos, Reading, SHORTEST_PERIOD, Source, own};
    use crate::probe::cgroup::{self, Groups};
    use crate::probe::files::{Files, Reread};
    use crate::probe::kernel;

    /// Files that are read with every sample.
    #[derive(Debug)]
    pub(super) struct OpenFiles {
        stat: Option<Reread>,
        load: Option<Reread>,
        /// Of each control group with a quota.
        throttling: Vec<Reread>,
    }

    impl OpenFiles {
        pub(super) fn open() -> Self {
            let files = Files::system();
            let throttling = Groups::find(&files).throttling(&files);
            Self {
                stat: files.open("/proc/stat"),
                load: files.open("/proc/loadavg"),
                throttling: throttling.into_iter().filter_map(|path| files.open(path)).collect(),
            }
        }

        fn throttled(&mut self) -> Option<Nanos> {
            let total = |file: &mut Reread| cgroup::throttled(&file.text(|_| false));
            self.throttling.iter_mut().filter_map(total).reduce(|a, b| a + b)
        }
    }

    impl Source for Machine {
        fn read(&mut self) -> Reading {
            let mut cores = Vec::new();
            let mut stat = self.files.stat.take();
            let usages = self.usages(|_| {
                // After the refresh, so that both look at the same period.
                cores = stat
                    .as_mut()
                    .map_or_else(Vec::new, |file| kernel::stat_cores(&file.text(kernel::stat_holds_cores)));
                cores.iter().map(|(cpu, _)| *cpu).collect()
            });
            self.files.stat = stat;
            let at = self.clock.now();
            let allowed = crate::probe::linux::allowed();
            let may_use = |cpu: CpuId| allowed.as_ref().is_none_or(|list| list.binary_search(&cpu).is_ok());
            let core =
                |((cpu, ticks), usage)| CoreReading { cpu, usage, ticks: Some(ticks), allowed: may_use(cpu) };
            Reading {
                at,
                cores: cores.into_iter().zip(usages).map(core).collect(),
                load: self.files.load.as_mut().and_then(|file| kernel::load_average(&file.text(|_| true))),
                own: own::cpu_time(),
                throttled: self.files.throttled(),
            }
        }

        fn shortest_period(&self) -> Nanos {
            SHORTEST_PERIOD
        }
    }
}

#[cfg(not(target_os = "linux"))]
impl Source for Machine {
    fn read(&mut self) -> Reading {
        // Cores are known by their position here.
        let usages = self.usages(|system| (0..system.cpus().len() as u16).map(CpuId).collect());
        let core = |(index, usage)| CoreReading { cpu: CpuId(index), usage, ticks: None, allowed: true };
        Reading {
            at: self.clock.now(),
            cores: (0u16..).zip(usages).map(core).collect(),
            load: crate::probe::load_average(),
            own: own::cpu_time(),
            throttled: None,
        }
    }

    fn shortest_period(&self) -> Nanos {
        SHORTEST_PERIOD
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::sampler::Sampler;

    #[test]
    fn this_machine_shows_every_core_from_the_second_reading_on() {
        let mut machine = Machine::new(Clock::monotonic());
        let mut sampler = Sampler::default();
        let first = machine.read();
        assert!(!first.cores.is_empty());
        assert!(first.cores.iter().all(|core| core.usage.is_none()), "{first:?}");
        assert_eq!(sampler.next(&first, |_| Nanos::ZERO), None);
        std::thread::sleep(machine.shortest_period().to_std());
        let sample = sampler.next(&machine.read(), |_| Nanos::ZERO).unwrap();
        assert_eq!(sample.cores.len(), first.cores.len());
        assert!(sample.cores.iter().any(|core| core.allowed));
        assert!(sample.cores.is_sorted_by_key(|core| core.cpu));
    }

    #[test]
    fn a_script_repeats_its_last_reading() {
        let reading = |ms| Reading { load: Some(ms), ..Reading::default() };
        let mut script = Scripted::new([reading(1.0), reading(2.0)]);
        let loads: Vec<_> = (0..3).map(|_| script.read().load).collect();
        assert_eq!(loads, [Some(1.0), Some(2.0), Some(2.0)]);
    }

    /// What a sample costs; run by hand: `cargo test --release --lib sample_costs -- --ignored --nocapture`.
    #[test]
    #[ignore = "measures, and does not check"]
    fn sample_costs() {
        own::register_current_thread();
        let mut machine = Machine::new(Clock::monotonic());
        machine.read();
        let mut costs: Vec<Nanos> = (0..40)
            .map(|_| {
                std::thread::sleep(SHORTEST_PERIOD.to_std());
                let before = crate::clock::thread_cpu();
                machine.read();
                crate::clock::thread_cpu() - before
            })
            .collect();
        costs.sort_unstable();
        println!("median {}, worst {}", costs[20], costs[39]);
    }
}
