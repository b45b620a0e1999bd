//! How a machine's CPUs belong together: which are threads of one core, which cores share a package, and which CPUs are
//! near the same memory.
//!
//! `probe` finds it out; the cores are shown by it. No plan depends on it.

use serde::{Deserialize, Serialize};

use crate::ids::CpuId;

/// What belongs together. Empty where the system does not say.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Topology {
    /// The CPUs that are online and have a known place, in order of their numbers.
    pub cpus: Vec<CpuPlace>,
    /// CPUs that are there and switched off, in order of their numbers.
    pub offline: Vec<CpuId>,
    /// The CPUs of each NUMA node, in order of the nodes' numbers; nodes without CPUs are left out.
    pub nodes: Vec<Vec<CpuId>>,
}

/// Where a CPU is. The order is that of packages, then of cores, then of numbers: threads of a core stand together.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct CpuPlace {
    /// The package (socket) that it is in, by the system's number.
    pub package: u32,
    /// The core that it is a thread of, named by the lowest number of its CPUs that are online.
    pub core: CpuId,
    /// Its own number.
    pub cpu: CpuId,
}

impl Topology {
    /// Where a CPU is; none if that is not known.
    pub fn place(&self, cpu: CpuId) -> Option<CpuPlace> {
        let index = self.cpus.binary_search_by_key(&cpu, |place| place.cpu).ok()?;
        self.cpus.get(index).copied()
    }

    /// The number of packages; 0 where nothing is known.
    pub fn packages(&self) -> usize {
        distinct(self.cpus.iter().map(|place| place.package))
    }

    /// The CPUs of each core, cores in order of packages and numbers.
    pub fn cores(&self) -> Vec<Vec<CpuId>> {
        let mut places = self.cpus.clone();
        places.sort_unstable();
        let cores = places.chunk_by(|a, b| (a.package, a.core) == (b.package, b.core));
        cores.map(|core| core.iter().map(|place| place.cpu).collect()).collect()
    }
}

fn distinct(numbers: impl Iterator<Item = u32>) -> usize {
    let mut numbers: Vec<u32> = numbers.collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers.len()
}

/// Numbers of CPUs as the kernel writes them, `0-3,8`; the list is in ascending order.
pub fn folded(cpus: &[CpuId]) -> String {
    let runs = cpus.chunk_by(|a, b| u32::from(b.0) == u32::from(a.0) + 1);
    let run = |run: &[CpuId]| match run {
        [first, .., last] => format!("{}-{}", first.0, last.0),
        [only] => only.0.to_string(),
        [] => String::new(),
    };
    runs.map(run).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(package: u32, core: u16, cpu: u16) -> CpuPlace {
        CpuPlace { package, core: CpuId(core), cpu: CpuId(cpu) }
    }

    #[test]
    fn threads_of_a_core_stand_together() {
        // Two packages of two cores; numbers go round the packages, then round the threads.
        let cpus = (0..8).map(|cpu| place(u32::from(cpu % 2), cpu % 4, cpu)).collect();
        let topology = Topology { cpus, ..Topology::default() };
        assert_eq!(topology.packages(), 2);
        let cores: Vec<String> = topology.cores().iter().map(|core| folded(core)).collect();
        assert_eq!(cores, ["0,4", "2,6", "1,5", "3,7"]);
        assert_eq!(topology.place(CpuId(5)), Some(place(1, 1, 5)));
        assert_eq!(topology.place(CpuId(8)), None);
        assert_eq!((Topology::default().packages(), Topology::default().cores().len()), (0, 0));
    }

    #[test]
    fn lists_are_folded_as_the_kernel_does() {
        let fold = |cpus: &[u16]| folded(&cpus.iter().copied().map(CpuId).collect::<Vec<_>>());
        assert_eq!(fold(&[0, 1, 2, 3, 8]), "0-3,8");
        assert_eq!(fold(&[0, 2, 4]), "0,2,4");
        assert_eq!(fold(&[6, 7]), "6-7");
        assert_eq!(fold(&[]), "");
        assert_eq!(fold(&[u16::MAX]), "65535");
    }
}
