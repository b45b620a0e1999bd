//! What systems other than Linux say about the machine, by way of `sysinfo`. They have neither an affinity that can be
//! asked for by safe means nor control groups: every CPU is allowed, and there is no quota.

use sysinfo::{CpuRefreshKind, System};

use crate::ids::CpuId;
use crate::plan::topology::Topology;
use crate::probe::Cache;
use crate::units::Bytes;

/// Logical CPUs that are online.
pub(super) fn online() -> Option<u32> {
    cpus(|system| Some(system.cpus().len() as u32)).filter(|n| *n > 0)
}

/// The CPUs that this process may use: not known here.
pub(super) const fn allowed() -> Option<Vec<CpuId>> {
    None
}

/// Leaves only some CPUs to this process: there are no safe means for it here.
pub(super) fn restrict(_cpus: &[CpuId]) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}

/// How CPUs belong together: not known here.
pub(super) fn topology() -> Topology {
    Topology::default()
}

/// The caches: not known here.
pub(super) const fn caches() -> Vec<Cache> {
    Vec::new()
}

/// The most threads and processes: not known here.
pub(super) const fn most_tasks() -> Option<u64> {
    None
}

/// Whether it is counted how long processes wait for a CPU: not here.
pub(super) const fn tells_run_delay() -> bool {
    false
}

/// What the clock is read from: not known here.
pub(super) const fn clock_source() -> Option<String> {
    None
}

/// CPUs' worth of time that is granted: not known here.
pub(super) const fn quota() -> Option<f64> {
    None
}

/// Memory that can be had.
pub(super) fn memory_available() -> Option<Bytes> {
    let mut system = System::new().ok()?;
    system.refresh_memory();
    Some(Bytes(system.available_memory())).filter(|bytes| bytes.0 > 0)
}

/// The processor's own name.
pub(super) fn cpu_model() -> Option<String> {
    cpus(|system| Some(system.cpus().first()?.brand().trim().to_owned())).filter(|name| !name.is_empty())
}

/// One more than the highest CPU number that may occur.
pub(super) fn highest_cpu() -> Option<u32> {
    online()
}

/// The average number of runnable threads over the last minute; Windows has none.
pub(super) fn load_average() -> Option<f64> {
    if cfg!(windows) { None } else { System::load_average().ok().map(|load| load.one) }
}

fn cpus<T>(answer: impl FnOnce(&System) -> Option<T>) -> Option<T> {
    let mut system = System::new().ok()?;
    system.refresh_cpu_list(CpuRefreshKind::nothing());
    answer(&system)
}
