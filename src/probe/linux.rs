//! What Linux says about the machine. Each answer has a second source where the first may be hidden.

use std::path::PathBuf;

use crate::ids::CpuId;
use crate::plan::topology::Topology;
use crate::probe::cgroup::Groups;
use crate::probe::files::Files;
use crate::probe::kernel;
use crate::probe::{Cache, topology as tree};
use crate::units::Bytes;

const CPUS: &str = "/sys/devices/system/cpu";

/// Logical CPUs that are online.
pub(super) fn online() -> Option<u32> {
    let files = Files::system();
    let listed = files.text(PathBuf::from(CPUS).join("online")).map(|text| kernel::cpu_list(&text).len());
    let lines = || files.text("/proc/stat").map(|text| kernel::stat_cores(&text).len());
    listed.filter(|n| *n > 0).or_else(lines).filter(|n| *n > 0).map(|n| n as u32)
}

/// The CPUs that affinity and cpuset leave to the calling thread, in ascending order.
pub(super) fn allowed() -> Option<Vec<CpuId>> {
    if let Ok(set) = rustix::thread::sched_getaffinity(None) {
        let numbers = 0..rustix::thread::CpuSet::MAX_CPU;
        return Some(numbers.filter(|n| set.is_set(*n)).map(|n| CpuId(n as u16)).collect());
    }
    // The call has room for 1,024 CPUs; the file for any number.
    kernel::status_allowed(&Files::system().text("/proc/thread-self/status")?)
}

/// Leaves only these CPUs to the calling thread, and to threads and processes that it starts from now on.
pub(super) fn restrict(cpus: &[CpuId]) -> std::io::Result<()> {
    let mut set = rustix::thread::CpuSet::new();
    for cpu in cpus.iter().filter(|cpu| cpu.index() < rustix::thread::CpuSet::MAX_CPU) {
        set.set(cpu.index());
    }
    rustix::thread::sched_setaffinity(None, &set).map_err(Into::into)
}

/// How CPUs belong together.
pub(super) fn topology() -> Topology {
    tree::topology(&Files::system())
}

/// The caches of the CPUs that are online.
pub(super) fn caches() -> Vec<Cache> {
    let files = Files::system();
    let online = files.text(PathBuf::from(CPUS).join("online")).unwrap_or_default();
    tree::caches(&files, &kernel::cpu_list(&online))
}

/// The most threads and processes that control groups allow.
pub(super) fn most_tasks() -> Option<u64> {
    let files = Files::system();
    Groups::find(&files).most_tasks(&files)
}

/// Whether it is counted how long processes wait for a CPU: then, how often this one has got one is counted, too.
pub(super) fn tells_run_delay() -> bool {
    let turns =
        |text: String| text.split_ascii_whitespace().nth(2).and_then(|turns| turns.parse::<u64>().ok());
    Files::system().text("/proc/self/schedstat").and_then(turns).is_some_and(|turns| turns > 0)
}

/// What the clock is read from.
pub(super) fn clock_source() -> Option<String> {
    let text = Files::system().text("/sys/devices/system/clocksource/clocksource0/current_clocksource")?;
    Some(text.trim().to_owned()).filter(|name| !name.is_empty())
}

/// CPUs' worth of time that control groups grant.
pub(super) fn quota() -> Option<f64> {
    let files = Files::system();
    Groups::find(&files).quota(&files)
}

/// Memory that can be had, within what control groups grant.
pub(super) fn memory_available() -> Option<Bytes> {
    let files = Files::system();
    let machine = files.text("/proc/meminfo").and_then(|text| kernel::memory_available(&text));
    let group = Groups::find(&files).memory_left(&files);
    machine.into_iter().chain(group).min()
}

/// The processor's own name.
pub(super) fn cpu_model() -> Option<String> {
    // The beginning is enough, and the whole can take the kernel long: it asks every core for its frequency.
    kernel::cpu_model(&Files::system().open("/proc/cpuinfo")?.text(|_| true))
}

/// One more than the highest CPU number that may occur.
pub(super) fn highest_cpu() -> Option<u32> {
    let files = Files::system();
    let highest = |name: &str| {
        let cpus = kernel::cpu_list(&files.text(PathBuf::from(CPUS).join(name))?);
        cpus.last().map(|cpu| u32::from(cpu.0) + 1)
    };
    // Where neither is shown, the lines of /proc/stat at least name those that are online.
    let lines = || {
        let cores = kernel::stat_cores(&files.text("/proc/stat")?);
        cores.iter().map(|(cpu, _)| u32::from(cpu.0) + 1).max()
    };
    highest("possible").or_else(|| highest("present")).or_else(lines)
}

/// The average number of runnable threads over the last minute.
pub(super) fn load_average() -> Option<f64> {
    kernel::load_average(&Files::system().text("/proc/loadavg")?)
}
