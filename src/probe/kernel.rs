//! How the files under /proc and /sys are read: texts in, numbers out. Nothing here opens a file, and no text, however
//! odd, is an error: what cannot be understood is left out.

use crate::ids::CpuId;
use crate::probe::sampler::Ticks;
use crate::units::{Bytes, Nanos};

/// A tick of /proc/*/stat; `USER_HZ` is 100 on every architecture that Rust's standard library supports.
const TICK: Nanos = Nanos::from_millis(10);

/// A list of CPUs as the kernel writes it, `0-3,8`, in ascending order.
pub(super) fn cpu_list(text: &str) -> Vec<CpuId> {
    let mut cpus = Vec::new();
    for part in text.trim().split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        if let (Ok(first), Ok(last)) = (first.trim().parse::<u16>(), last.trim().parse::<u16>()) {
            cpus.extend((first..=last).map(CpuId));
        }
    }
    cpus.sort_unstable();
    cpus.dedup();
    cpus
}

/// Each core of /proc/stat by the number in its line (offline CPUs have no line), with its time so far.
pub(super) fn stat_cores(text: &str) -> Vec<(CpuId, Ticks)> {
    let core = |line: &str| {
        let (number, times) = line.strip_prefix("cpu")?.split_once(' ')?;
        let mut all = 0u64;
        let mut steal = 0;
        // user nice system idle iowait irq softirq steal; what follows (guests) is contained in user and nice.
        for (i, field) in times.split_ascii_whitespace().take(8).enumerate() {
            let ticks: u64 = field.parse().ok()?;
            all = all.saturating_add(ticks);
            if i == 7 {
                steal = ticks;
            }
        }
        Some((CpuId(number.parse().ok()?), Ticks { all, steal }))
    };
    text.lines().filter_map(core).collect()
}

/// Whether the beginning of /proc/stat holds all its cores; the rest (interrupts) can be ten times as long.
pub(super) fn stat_holds_cores(text: &[u8]) -> bool {
    // The first line that is not a core's begins with "i", for "intr".
    text.windows(2).any(|pair| pair == b"\ni")
}

/// The first number of /proc/loadavg: runnable threads, averaged over a minute.
pub(super) fn load_average(text: &str) -> Option<f64> {
    text.split_ascii_whitespace().next()?.parse().ok().filter(|load: &f64| load.is_finite() && *load >= 0.0)
}

/// Memory of /proc/meminfo that can be had without swapping; estimated for kernels that do not say it.
pub(super) fn memory_available(text: &str) -> Option<Bytes> {
    let kibibytes = |key: &str| {
        let rest = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
        rest.split_ascii_whitespace().next()?.parse::<u64>().ok()
    };
    let estimate = || Some(kibibytes("MemFree")?.saturating_add(kibibytes("Cached").unwrap_or(0)));
    kibibytes("MemAvailable").or_else(estimate).map(|k| Bytes(k.saturating_mul(1024)))
}

/// The processor's own name in /proc/cpuinfo, whose keys differ by architecture.
pub(super) fn cpu_model(text: &str) -> Option<String> {
    ["model name", "Processor", "cpu model", "cpu", "uarch", "Model"].into_iter().find_map(|key| {
        text.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            let value = value.trim();
            (name.trim() == key && !value.is_empty()).then(|| value.to_owned())
        })
    })
}

/// The CPUs that /proc/self/status allows.
pub(super) fn status_allowed(text: &str) -> Option<Vec<CpuId>> {
    text.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).map(cpu_list)
}

/// CPU time of a thread in its schedstat: the first number, in nanoseconds.
pub(super) fn schedstat_cpu(text: &str) -> Option<Nanos> {
    text.split_ascii_whitespace().next()?.parse().ok().map(Nanos)
}

/// CPU time of a thread in its stat, in ticks of 10 ms: user and system time are the 12th and 13th field after the name,
/// which may itself hold blanks and parentheses.
pub(super) fn stat_cpu(text: &str) -> Option<Nanos> {
    let (_, fields) = text.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    Some(TICK * ticks()?.saturating_add(ticks()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(cpus: &[CpuId]) -> Vec<u16> {
        cpus.iter().map(|cpu| cpu.0).collect()
    }

    #[test]
    fn lists_of_cpus_are_read_as_the_kernel_writes_them() {
        for (text, cpus) in [
            ("0-3\n", vec![0, 1, 2, 3]),
            ("0,2,4-5", vec![0, 2, 4, 5]),
            ("7", vec![7]),
            ("8-9,0", vec![0, 8, 9]),
            ("\n", vec![]),
            ("3-1", vec![]),
            ("junk,2,99999,-4", vec![2]),
        ] {
            assert_eq!(ids(&cpu_list(text)), cpus, "{text:?}");
        }
        assert_eq!(cpu_list("0-65535").len(), 65_536);
    }

    const STAT: &str = "cpu  400 0 40 9000 10 0 0 50 7 0\n\
                        cpu0 100 1 20 3000 5 2 3 40 7 0\n\
                        cpu2 300 0 20 6000 5 0 0 10 0 0\n\
                        intr 12345 0 0\nctxt 99\nbtime 17\n";

    #[test]
    fn cores_keep_their_numbers_when_one_is_offline() {
        assert_eq!(
            stat_cores(STAT),
            [(CpuId(0), Ticks { all: 3_171, steal: 40 }), (CpuId(2), Ticks { all: 6_335, steal: 10 })]
        );
        // Kernels before steal was counted, lines cut short, and things that are no cores.
        assert_eq!(stat_cores("cpu5 1 2 3 4\n"), [(CpuId(5), Ticks { all: 10, steal: 0 })]);
        assert_eq!(stat_cores("cpu5 1 x\ncpux 1 2\ncpu99999 1\ncpu1\n\n"), []);
    }

    #[test]
    fn a_beginning_that_holds_every_core_is_enough() {
        assert!(stat_holds_cores(STAT.as_bytes()));
        assert!(!stat_holds_cores(STAT.split("intr").next().unwrap().as_bytes()));
    }

    #[test]
    fn load_and_memory_are_read_or_left_out() {
        assert_eq!(load_average("0.42 0.30 0.10 2/345 6789\n"), Some(0.42));
        for text in ["", "many", "NaN 1 2", "-1 0 0"] {
            assert_eq!(load_average(text), None, "{text:?}");
        }
        let text = "MemTotal: 100 kB\nMemFree:  20 kB\nMemAvailable:     64 kB\nCached: 30 kB\n";
        assert_eq!(memory_available(text), Some(Bytes(65_536)));
        assert_eq!(memory_available("MemFree: 2 kB\nCached: 1 kB\n"), Some(Bytes(3_072)));
        assert_eq!(memory_available("MemAvailableX: 1 kB\n"), None);
        assert_eq!(memory_available("MemAvailable: 99999999999999999999 kB"), None);
    }

    #[test]
    fn processors_are_named_on_every_architecture() {
        for (text, name) in [
            (
                "processor\t: 0\nmodel\t\t: 85\nmodel name\t: Intel(R) Xeon(R) @ 2.60GHz\n",
                "Intel(R) Xeon(R) @ 2.60GHz",
            ),
            ("processor : 0\ncpu : POWER9, altivec supported\n", "POWER9, altivec supported"),
            ("processor : 0\nBogoMIPS : 50.00\nModel : Raspberry Pi 4\n", "Raspberry Pi 4"),
        ] {
            assert_eq!(cpu_model(text).as_deref(), Some(name));
        }
        assert_eq!(cpu_model("processor : 0\nmodel name :\n"), None);
    }

    #[test]
    fn what_a_process_may_use_is_in_its_status() {
        let text = "Name:\tx\nCpus_allowed:\tff\nCpus_allowed_list:\t0-1,6\nMems_allowed:\t1\n";
        assert_eq!(status_allowed(text).map(|cpus| ids(&cpus)), Some(vec![0, 1, 6]));
        assert_eq!(status_allowed("Name: x\n"), None);
    }

    #[test]
    fn cpu_time_of_a_thread_is_read_from_either_file() {
        assert_eq!(schedstat_cpu("123456789 42 7\n"), Some(Nanos(123_456_789)));
        assert_eq!(schedstat_cpu(""), None);
        let stat = "71 (ps-ui (x) y) S 1 1 1 0 -1 4194560 10 0 0 0 25 5 0 0 20 0 1 0 100 0 0";
        assert_eq!(stat_cpu(stat), Some(Nanos::from_millis(300)));
        assert_eq!(stat_cpu("71 (ps-ui"), None);
        assert_eq!(stat_cpu("71 (x) S 1"), None);
    }
}
