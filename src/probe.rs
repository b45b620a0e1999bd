//! What the machine has, and what its cores are doing.
//!
//! [`machine`] fills the [`Machine`] that plans are checked on; [`Probe`] is the one sampling thread, `ps-probe`, which
//! reads every core about twice a second and says [`RunEvent::Cores`](crate::event::RunEvent::Cores). Whatever a file of
//! the kernel fails to tell has a fallback, for containers hide any of them. Nothing here looks at other processes, or
//! decides what a number of CPUs should mean for a plan: that is [`Machine::available`].
//!
//! Three counts of CPUs are kept apart, for in containers they differ: those of the machine that are online, those that
//! this process may run on, and the time that a control group grants. `sysinfo` knows the first alone.

#[cfg(any(target_os = "linux", test))]
mod cgroup;
mod charges;
#[cfg(any(target_os = "linux", test))]
mod files;
#[cfg(any(target_os = "linux", test))]
mod kernel;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod other;
pub mod own;
mod sampler;
mod source;
mod storage;
mod thread;
#[cfg(any(target_os = "linux", test))]
mod topology;

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(not(target_os = "linux"))]
use other as system;

pub use sampler::{CoreReading, Reading, Ticks, idle};
pub use source::{Scripted, Source};
pub use storage::storage;
pub use thread::{Probe, ProbeOptions};

use crate::ids::CpuId;
use crate::plan::Machine;
use crate::units::Bytes;

/// What is taken for the available memory where the system does not say: little enough to be there.
const MEMORY_UNKNOWN: Bytes = Bytes(1 << 30);

/// The most threads and processes that this user, or the control group, may have at a time, those of other programs
/// included; none where there is no limit.
pub fn most_tasks() -> Option<u64> {
    #[cfg(unix)]
    let of_user = rustix::process::getrlimit(rustix::process::Resource::Nproc).current;
    #[cfg(not(unix))]
    let of_user = None;
    of_user.into_iter().chain(system::most_tasks()).min()
}

/// Whether the system tells how long a process was ready and had no CPU.
pub fn tells_run_delay() -> bool {
    system::tells_run_delay()
}

/// What the system's clock is read from, as `tsc`; none where the system does not say.
pub fn clock_source() -> Option<String> {
    system::clock_source()
}

/// Caches of one kind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cache {
    /// Level and what is kept there, as `L1d`, `L1i` or `L2`.
    pub name: String,
    /// The size of each.
    pub size: Bytes,
    /// How many there are.
    pub count: u32,
}

/// The caches of the CPUs that are online, small ones first; none where the system does not say. Reads a dozen files for
/// each CPU, so not to be asked for before a first frame.
pub fn caches() -> Vec<Cache> {
    system::caches()
}

/// Reads what this machine has. Takes about a millisecond, and three with hundreds of CPUs. The limit of open files is the one in force now, so
/// [`raise_open_files`] comes first.
pub fn machine() -> Machine {
    let cpus = system::online().unwrap_or_else(parallelism).max(1);
    let allowed = system::allowed().map_or(cpus, |list| list.len() as u32).max(1);
    Machine {
        os: std::env::consts::OS.to_owned(),
        arch: std::env::consts::ARCH.to_owned(),
        cpu_model: system::cpu_model().unwrap_or_default(),
        cpus,
        allowed,
        quota: system::quota(),
        memory_available: system::memory_available().unwrap_or(MEMORY_UNKNOWN),
        open_files: open_files(),
        topology: Box::new(system::topology()),
    }
}

/// The CPUs that this process may run on, in order of their numbers; all from 0 on where the system does not say.
pub fn allowed_cpus() -> Vec<CpuId> {
    system::allowed().filter(|list| !list.is_empty()).unwrap_or_else(|| {
        let online = system::online().unwrap_or_else(parallelism).clamp(1, u32::from(u16::MAX));
        (0..online as u16).map(CpuId).collect()
    })
}

/// Leaves only these CPUs to the calling thread, and to all threads and processes that it starts from now on.
///
/// # Errors
/// Where the system refuses, or has no such thing.
pub fn restrict(cpus: &[CpuId]) -> std::io::Result<()> {
    system::restrict(cpus)
}

/// One more than the highest number that a CPU of this machine may ever have, those not there yet included: the length of
/// a table by [`CpuId`].
pub fn highest_cpu() -> u32 {
    system::highest_cpu().unwrap_or_else(|| system::online().unwrap_or_else(parallelism)).max(1)
}

/// The process that started this one, where the system says.
pub fn parent() -> Option<u32> {
    #[cfg(unix)]
    {
        Some(std::os::unix::process::parent_id())
    }
    #[cfg(not(unix))]
    {
        None
    }
}

/// The average number of runnable threads of the whole machine over the last minute; none where the system has no such
/// number.
pub fn load_average() -> Option<f64> {
    system::load_average()
}

/// Raises the limit of open files of this process, and of the children that it will start, as far as it may: each child
/// costs its parent a few, and common soft limits are low. Users' commands get the limit that held before. Without effect where the system refuses.
pub fn raise_open_files() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        /// The most that macOS grants where it names no hard limit (its `OPEN_MAX`).
        const OPEN_MAX: u64 = 10_240;
        let limit = getrlimit(Resource::Nofile);
        if let Some(soft) = limit.current {
            // Some programs close every number below theirs, or cannot use one above 1023.
            crate::exec::command::keep_open_files(soft);
        }
        let raised =
            |soft| setrlimit(Resource::Nofile, Rlimit { current: soft, maximum: limit.maximum }).is_ok();
        if limit.current != limit.maximum
            && !raised(limit.maximum)
            && limit.current.is_some_and(|soft| soft < OPEN_MAX)
        {
            // A refusal leaves the limit as it was, which `machine` will report.
            raised(Some(OPEN_MAX));
        }
    }
}

#[cfg(unix)]
fn open_files() -> Option<u64> {
    rustix::process::getrlimit(rustix::process::Resource::Nofile).current
}

#[cfg(not(unix))]
const fn open_files() -> Option<u64> {
    None
}

/// The standard library's word, for want of a better one.
fn parallelism() -> u32 {
    std::thread::available_parallelism().map_or(1, |n| n.get() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_something_of_everything() {
        raise_open_files();
        let machine = machine();
        assert!(machine.cpus >= 1 && machine.allowed >= 1, "{machine:?}");
        assert!(machine.memory_available > Bytes(1 << 20), "{machine:?}");
        assert!(machine.quota.is_none_or(|q| q > 0.0), "{machine:?}");
        let cpus = allowed_cpus();
        assert_eq!(cpus.len(), machine.allowed as usize);
        assert!(cpus.is_sorted() && cpus.iter().all(|cpu| u32::from(cpu.0) < highest_cpu()));
    }

    #[cfg(unix)]
    #[test]
    fn the_limit_of_open_files_goes_up_and_never_down() {
        let before = open_files().unwrap_or(u64::MAX);
        raise_open_files();
        assert!(open_files().unwrap_or(u64::MAX) >= before);
    }
}
