//! How CPUs belong together, from the tree of the kernel: which are threads of one core, what they share, and what is
//! switched off. Where the tree is hidden, nothing is known, and nothing is guessed.

use std::collections::{BTreeMap, BTreeSet};

use crate::ids::CpuId;
use crate::plan::topology::{CpuPlace, Topology};
use crate::probe::Cache;
use crate::probe::files::Files;
use crate::probe::kernel;

const CPUS: &str = "/sys/devices/system/cpu";
const NODES: &str = "/sys/devices/system/node";

/// What belongs together. Two files are read for each core.
pub(super) fn topology(files: &Files) -> Topology {
    let list = |path: String| files.text(path).map(|text| kernel::cpu_list(&text)).unwrap_or_default();
    let online = list(format!("{CPUS}/online"));
    let mut cpus = Vec::with_capacity(online.len());
    let mut known = BTreeSet::new();
    for cpu in &online {
        if known.contains(cpu) {
            continue;
        }
        let folder = format!("{CPUS}/cpu{}/topology", cpu.0);
        let mut siblings = list(format!("{folder}/thread_siblings_list"));
        siblings.retain(|sibling| online.binary_search(sibling).is_ok());
        let package = files.text(format!("{folder}/physical_package_id"));
        // Virtual machines may say -1: that is one package.
        let package = package.and_then(|text| text.trim().parse().ok()).unwrap_or(0);
        let Some(core) = siblings.first().copied() else { continue };
        cpus.extend(siblings.iter().map(|cpu| CpuPlace { package, core, cpu: *cpu }));
        known.extend(siblings);
    }
    cpus.sort_unstable_by_key(|place| place.cpu);
    let mut offline = list(format!("{CPUS}/present"));
    offline.retain(|cpu| online.binary_search(cpu).is_err());
    // Nodes are listed as CPUs are.
    let nodes = list(format!("{NODES}/online")).into_iter();
    let nodes = nodes.map(|node| list(format!("{NODES}/node{}/cpulist", node.0)));
    Topology { cpus, offline, nodes: nodes.filter(|cpus| !cpus.is_empty()).collect() }
}

/// The caches of the CPUs in `online`, alike ones together, small ones first.
pub(super) fn caches(files: &Files, online: &[CpuId]) -> Vec<Cache> {
    let mut found: BTreeMap<(u8, String, u64), BTreeSet<String>> = BTreeMap::new();
    for cpu in online {
        // The kernel numbers the caches of a CPU from 0 on.
        for index in 0.. {
            let folder = format!("{CPUS}/cpu{}/cache/index{index}", cpu.0);
            let word = |name| files.text(format!("{folder}/{name}")).map(|text| text.trim().to_owned());
            let Some(level) = word("level").and_then(|text| text.parse().ok()) else { break };
            let kind = match word("type").as_deref() {
                Some("Data") => "d",
                Some("Instruction") => "i",
                _ => "",
            };
            let Some(size) = word("size").and_then(|text| kibibytes(&text)) else { continue };
            let shared = word("shared_cpu_list").unwrap_or_else(|| cpu.0.to_string());
            found.entry((level, kind.to_owned(), size)).or_default().insert(shared);
        }
    }
    let cache = |((level, kind, kib), places): ((u8, String, u64), BTreeSet<String>)| Cache {
        name: format!("L{level}{kind}"),
        size: crate::units::Bytes(kib.saturating_mul(1024)),
        count: places.len() as u32,
    };
    found.into_iter().map(cache).collect()
}

/// A size as the kernel writes it, `32K`.
fn kibibytes(text: &str) -> Option<u64> {
    let number = text.strip_suffix('K').unwrap_or(text);
    number.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Bytes;
    use std::fs;
    use std::path::Path;

    fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path.trim_start_matches('/'));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn a_tree_of_the_kernel_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        write(root, &format!("{CPUS}/online"), "0-2,4\n");
        write(root, &format!("{CPUS}/present"), "0-5\n");
        for (cpu, siblings) in [(0, "0,2"), (1, "1,3"), (2, "0,2"), (4, "4")] {
            let folder = format!("{CPUS}/cpu{cpu}");
            write(root, &format!("{folder}/topology/thread_siblings_list"), siblings);
            write(
                root,
                &format!("{folder}/topology/physical_package_id"),
                if cpu == 4 { "1\n" } else { "0\n" },
            );
            for (index, kind, size, shared) in [
                (0, "Data", "32K", siblings),
                (1, "Instruction", "64K", siblings),
                (2, "Unified", "2048K", "0-3"),
            ] {
                let folder = format!("{folder}/cache/index{index}");
                write(root, &format!("{folder}/level"), if index == 2 { "2\n" } else { "1\n" });
                write(root, &format!("{folder}/type"), kind);
                write(root, &format!("{folder}/size"), size);
                write(root, &format!("{folder}/shared_cpu_list"), shared);
            }
        }
        write(root, &format!("{NODES}/online"), "0-1\n");
        write(root, &format!("{NODES}/node0/cpulist"), "0-5\n");
        write(root, &format!("{NODES}/node1/cpulist"), "\n");
        let files = Files::under(root);
        let topology = topology(&files);
        let cores: Vec<Vec<u16>> =
            topology.cores().iter().map(|core| core.iter().map(|cpu| cpu.0).collect()).collect();
        // The thread 3 of the core 1 is off.
        assert_eq!(cores, [vec![0, 2], vec![1], vec![4]]);
        assert_eq!((topology.packages(), topology.nodes.len()), (2, 1));
        assert_eq!(topology.offline, [CpuId(3), CpuId(5)]);
        let online: Vec<CpuId> = topology.cpus.iter().map(|place| place.cpu).collect();
        let caches = caches(&files, &online);
        let told: Vec<_> = caches.iter().map(|c| (c.name.as_str(), c.size, c.count)).collect();
        let k = |n: u64| Bytes(n * 1024);
        assert_eq!(told, [("L1d", k(32), 3), ("L1i", k(64), 3), ("L2", k(2_048), 1)]);
    }

    #[test]
    fn a_hidden_tree_tells_nothing() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(topology(&Files::under(dir.path())), Topology::default());
        // CPUs that are listed, and nothing else of them.
        write(dir.path(), &format!("{CPUS}/online"), "0-3");
        assert_eq!(topology(&Files::under(dir.path())), Topology::default());
        assert_eq!(caches(&Files::under(dir.path()), &[CpuId(0)]), []);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_machine_has_a_core_for_each_cpu() {
        let topology = topology(&Files::system());
        for core in topology.cores() {
            assert!(core.is_sorted() && !core.is_empty());
        }
        assert_eq!(topology.cores().concat().len(), topology.cpus.len());
    }
}
