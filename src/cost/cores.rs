//! How near what is shown of the cores is to the kernel's own counters, and how much of the machine others took meanwhile.

use std::collections::BTreeMap;

use crate::cost::{NotMeasured, Rig};
use crate::event::{CoreSample, RunEvent};
use crate::plan::size::Compute;
use crate::plan::{Size, Strategy, TaskType};
use crate::units::{Nanos, Share};

/// Tasks of 10 ms on one worker: three seconds, and in them a few whole ones between two readings.
const TASKS: u64 = 300;

/// What the kernel has counted for a CPU so far, in its ticks.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
struct Counted {
    all: u64,
    /// Neither idle nor taken away.
    busy: u64,
    steal: u64,
}

/// The largest difference, in points of a percent, between what poolscope says of a core over a second and what the
/// kernel's counters say of the same second, while one worker computes.
///
/// # Errors
/// Where the run fails, or where the kernel's counters cannot be read (only Linux has them).
pub fn largest_difference(rig: &Rig) -> Result<f64, NotMeasured> {
    let size = Size::Compute(Compute::Time(Nanos::from_millis(10)));
    let plan = rig.plan(Strategy::Threads, (TaskType::Cpu, size), TASKS, 1);
    let mut readings: Vec<(CoreSample, BTreeMap<String, Counted>)> = Vec::new();
    rig.run_and_watch(plan, |event, _| {
        if let RunEvent::Cores(sample) = event {
            readings.push((sample.clone(), counters()));
        }
    })?;
    let seconds = readings.windows(3).flat_map(|window| {
        let [(_, before), (first, _), (second, after)] = window else {
            return Vec::new();
        };
        let cores = first.cores.iter().zip(&second.cores);
        let differences = cores.filter_map(|(one, two)| {
            let name = format!("cpu{}", one.cpu.0);
            let (before, after) = (before.get(&name)?, after.get(&name)?);
            let counted = Share::of((after.busy - before.busy) as f64, (after.all - before.all) as f64);
            let time = first.period + second.period;
            let shown = one.busy.fraction() * first.period.as_secs_f64()
                + two.busy.fraction() * second.period.as_secs_f64();
            Some((shown / time.as_secs_f64() - counted.fraction()).abs() * 100.0)
        });
        differences.collect()
    });
    seconds
        .reduce(f64::max)
        .ok_or_else(|| NotMeasured("the kernel's counters could not be read for a second".to_owned()))
}

/// What the hypervisor took away, from when this was made.
#[derive(Copy, Clone, Debug)]
pub struct Stolen(Option<Counted>);

impl Stolen {
    /// From now on.
    pub fn from_now() -> Self {
        Self(whole())
    }

    /// Its part of all time of all CPUs since; none where the system does not say.
    pub fn share(self) -> Option<Share> {
        let (before, now) = (self.0?, whole()?);
        Some(Share::of((now.steal - before.steal) as f64, (now.all - before.all) as f64))
    }
}

/// The part of all CPUs that was neither used nor taken away over some time, for which this waits; none where the system
/// does not say.
pub fn idle_over(time: Nanos) -> Option<Share> {
    let before = whole()?;
    std::thread::sleep(time.to_std());
    let now = whole()?;
    let used = (now.busy - before.busy) + (now.steal - before.steal);
    let all = now.all - before.all;
    Some(Share::of(all.saturating_sub(used) as f64, all as f64))
}

fn whole() -> Option<Counted> {
    counters().get("cpu").copied()
}

/// The counters of every CPU, and those of all together as `cpu`.
fn counters() -> BTreeMap<String, Counted> {
    let text = std::fs::read_to_string("/proc/stat").unwrap_or_default();
    text.lines().take_while(|line| line.starts_with("cpu")).filter_map(counted).collect()
}

/// A line of `/proc/stat`: user, nice, system, idle, iowait, irq, softirq, steal, and guests, who are in user already.
fn counted(line: &str) -> Option<(String, Counted)> {
    let mut words = line.split_whitespace();
    let name = words.next()?.to_owned();
    let ticks: Vec<u64> = words.take(8).map_while(|word| word.parse().ok()).collect();
    let [_, _, _, idle, iowait, _, _, steal] = ticks.as_slice() else {
        return None;
    };
    let all = ticks.iter().sum();
    Some((name, Counted { all, busy: all - idle - iowait - steal, steal: *steal }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_kernel_is_read() {
        let (name, found) = counted("cpu1 10 1 5 70 4 3 2 5 9 9").unwrap();
        assert_eq!(name, "cpu1");
        assert_eq!(found, Counted { all: 100, busy: 21, steal: 5 });
        assert_eq!(counted("cpu0 1 2"), None);
    }
}
