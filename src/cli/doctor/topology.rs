//! How the CPUs belong together, as `doctor` says it.

use serde::Serialize;

use crate::cli::doctor::Missing;
use crate::plan::Machine;
use crate::plan::topology::folded;
use crate::probe::Cache;

/// What there is to say of packages, cores and what they share. Lists of CPUs are folded, as `0-3,8`.
#[derive(Serialize, Debug)]
pub(super) struct TopologyFacts {
    pub(super) packages: usize,
    pub(super) cores: usize,
    /// The threads of the core that has the fewest.
    pub(super) threads_per_core_min: usize,
    /// The threads of the core that has the most: the same where cores are alike.
    pub(super) threads_per_core_max: usize,
    /// The CPUs of each core.
    pub(super) siblings: Vec<String>,
    /// The CPUs of each NUMA node.
    pub(super) nodes: Vec<String>,
    /// CPUs that are switched off.
    pub(super) offline: String,
    pub(super) caches: Vec<CacheFacts>,
}

#[derive(Serialize, Debug)]
pub(super) struct CacheFacts {
    pub(super) name: String,
    pub(super) size_bytes: u64,
    pub(super) count: u32,
}

impl TopologyFacts {
    /// What is known; none where the system does not say.
    pub(super) fn of(machine: &Machine, caches: &[Cache]) -> Option<Self> {
        let topology = &machine.topology;
        let cores = topology.cores();
        let counts = || cores.iter().map(Vec::len);
        let cache = |cache: &Cache| CacheFacts {
            name: cache.name.clone(),
            size_bytes: cache.size.0,
            count: cache.count,
        };
        Some(Self {
            packages: topology.packages(),
            cores: cores.len(),
            threads_per_core_min: counts().min()?,
            threads_per_core_max: counts().max()?,
            siblings: cores.iter().map(|core| folded(core)).collect(),
            nodes: topology.nodes.iter().map(|node| folded(node)).collect(),
            offline: folded(&topology.offline),
            caches: caches.iter().map(cache).collect(),
        })
    }
}

/// What is not as it should be.
pub(super) fn missing(machine: &Machine) -> Option<Missing> {
    let topology = &machine.topology;
    if topology.cpus.is_empty() && machine.os == "linux" {
        return Some(Missing {
            what: "which CPUs are threads of one core is not known".to_owned(),
            way_out: "mount /sys".to_owned(),
        });
    }
    let first = topology.offline.first()?;
    Some(Missing {
        what: format!("CPUs are switched off: {}", folded(&topology.offline)),
        way_out: format!("as root, write 1 to /sys/devices/system/cpu/cpu{}/online, and so on", first.0),
    })
}
