//! Control groups: how much CPU time and memory they grant, and how long they held threads back.
//!
//! The group of a process and every group above it may set a limit, and the smallest holds. Version 1 has a tree for each
//! controller, version 2 one for all, and both may be mounted at once; a container sees a part of the tree, or none. So
//! each level is asked for both versions' files by what is mounted there, and an absent file sets no limit.

use std::path::{Path, PathBuf};

use crate::probe::files::Files;
use crate::units::{Bytes, Nanos};

/// The groups that hold this process.
#[derive(Debug, Default)]
pub(super) struct Groups {
    cpu: Vec<Level>,
    memory: Vec<Level>,
    pids: Vec<Level>,
}

/// One group: its folder, and how its files are named.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Level {
    folder: PathBuf,
    version: Version,
}

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Version {
    One,
    Two,
}

impl Groups {
    /// Finds the groups of this process.
    pub(super) fn find(files: &Files) -> Self {
        let own = files.text("/proc/self/cgroup").unwrap_or_default();
        let mounts = files.text("/proc/self/mountinfo").unwrap_or_default();
        let of = |controller| levels(&own, &mounts, controller);
        Self { cpu: of("cpu"), memory: of("memory"), pids: of("pids") }
    }

    /// CPUs' worth of time that the tightest quota grants; none without a quota.
    pub(super) fn quota(&self, files: &Files) -> Option<f64> {
        self.cpu.iter().filter_map(|level| level.quota(files)).min_by(f64::total_cmp)
    }

    /// Memory that the tightest limit still leaves; none without a limit.
    pub(super) fn memory_left(&self, files: &Files) -> Option<Bytes> {
        self.memory.iter().filter_map(|level| level.memory_left(files)).min()
    }

    /// The most threads and processes that the tightest limit allows in its group; none without a limit.
    pub(super) fn most_tasks(&self, files: &Files) -> Option<u64> {
        // The file has the same name in both versions.
        let limit = |level: &Level| level.text(files, "pids.max")?.trim().parse().ok();
        self.pids.iter().filter_map(limit).min()
    }

    /// The files that say how long a quota held threads back, of those groups that have a quota: reading one can make the
    /// kernel add up the whole group.
    pub(super) fn throttling(&self, files: &Files) -> Vec<PathBuf> {
        let limited = self.cpu.iter().filter(|level| level.quota(files).is_some());
        limited.map(|level| level.folder.join("cpu.stat")).collect()
    }
}

impl Level {
    fn text(&self, files: &Files, name: &str) -> Option<String> {
        files.text(self.folder.join(name))
    }

    fn quota(&self, files: &Files) -> Option<f64> {
        match self.version {
            Version::Two => quota_of(&self.text(files, "cpu.max")?),
            Version::One => {
                let quota = self.text(files, "cpu.cfs_quota_us")?;
                let period = self.text(files, "cpu.cfs_period_us")?;
                quota_of(&format!("{quota} {period}"))
            }
        }
    }

    fn memory_left(&self, files: &Files) -> Option<Bytes> {
        let (limit, used, cache) = match self.version {
            Version::Two => ("memory.max", "memory.current", "inactive_file"),
            Version::One => ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
        };
        let number = |name| self.text(files, name)?.trim().parse::<u64>().ok();
        let limit = number(limit)?;
        // Files that nobody reads any more count as used, and are given up first.
        let cached = self.text(files, "memory.stat").and_then(|text| value(&text, cache)).unwrap_or(0);
        let used = number(used).unwrap_or(0).saturating_sub(cached);
        Some(Bytes(limit.saturating_sub(used)))
    }
}

/// A quota in CPUs from quota and period in the same unit, `150000 100000`; none for `max`, -1 and nonsense.
fn quota_of(text: &str) -> Option<f64> {
    let mut numbers = text.split_ascii_whitespace().map(str::parse::<f64>);
    let quota = numbers.next()?.ok()?;
    let period = numbers.next()?.ok()?;
    (quota > 0.0 && period > 0.0 && (quota / period).is_finite()).then_some(quota / period)
}

/// How long a quota has held threads back so far, all CPUs together, from a cpu.stat of either version.
pub(super) fn throttled(text: &str) -> Option<Nanos> {
    let usec = value(text, "throttled_usec").map(|n| Nanos::from_micros(1) * n);
    usec.or_else(|| value(text, "throttled_time").map(Nanos))
}

/// The number after `key` in a text of lines `key number`.
fn value(text: &str, key: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(' ')?.trim().parse().ok())
}

/// The folders of the groups of a process for one controller, from its own group up to the top of what is mounted, each
/// version's in turn. `own` is /proc/self/cgroup, `mounts` is /proc/self/mountinfo.
fn levels(own: &str, mounts: &str, controller: &str) -> Vec<Level> {
    let mut out = Vec::new();
    for line in own.lines() {
        let mut parts = line.splitn(3, ':');
        let (Some(number), Some(names), Some(path)) = (parts.next(), parts.next(), parts.next()) else {
            continue;
        };
        let version = match names {
            "" if number == "0" => Version::Two,
            names if names.split(',').any(|name| name == controller) => Version::One,
            _ => continue,
        };
        let path = Path::new(path);
        let suitable = |mount: &Mount<'_>| match version {
            Version::Two => mount.kind == "cgroup2",
            Version::One => mount.kind == "cgroup" && mount.options.split(',').any(|o| o == controller),
        };
        let mut mounts = mounts.lines().filter_map(Mount::read).filter(suitable);
        // The tree may be mounted more than once; the place that shows this group is the one.
        let first = mounts.next();
        let shows = |mount: &Mount<'_>| path.starts_with(&mount.root);
        let mounted = match first {
            Some(mount) if !shows(&mount) => mounts.find(shows).or(Some(mount)),
            first => first,
        };
        if let Some(mount) = mounted {
            let below = mount.below(path);
            let folders = below.ancestors().map(|part| mount.point.join(part));
            out.extend(folders.map(|folder| Level { folder, version }));
        }
    }
    out
}

/// A line of mountinfo.
struct Mount<'a> {
    /// The folder within the file system that is seen at `point`.
    root: PathBuf,
    point: PathBuf,
    kind: &'a str,
    options: &'a str,
}

impl<'a> Mount<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let (place, what) = line.split_once(" - ")?;
        let mut place = place.split(' ').skip(3);
        let mut what = what.split(' ');
        Some(Self {
            root: unescaped(place.next()?),
            point: unescaped(place.next()?),
            kind: what.next()?,
            options: what.nth(1).unwrap_or(""),
        })
    }

    /// The part of a group's path that lies below the mount. Where the group cannot be seen from here (a container that
    /// was given its own group as the top, under a name from outside), what is mounted is the group.
    fn below(&self, path: &Path) -> PathBuf {
        let below = path.strip_prefix(&self.root).unwrap_or(Path::new(""));
        let outside = below.components().any(|part| part == std::path::Component::ParentDir);
        if outside { PathBuf::new() } else { below.strip_prefix("/").unwrap_or(below).to_owned() }
    }
}

/// A path of mountinfo, in which blanks, tabs, line ends and backslashes stand as three octal digits.
fn unescaped(text: &str) -> PathBuf {
    let plain = [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")];
    let text = plain.iter().fold(text.to_owned(), |text, (code, plain)| text.replace(code, plain));
    PathBuf::from(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const V2_MOUNT: &str = "35 24 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";
    const V1_CPU: &str =
        "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n";
    const V1_MEMORY: &str = "36 31 0:33 /docker/ab /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n";

    fn folders(own: &str, mounts: &str, controller: &str) -> Vec<String> {
        levels(own, mounts, controller).iter().map(|l| l.folder.display().to_string()).collect()
    }

    #[test]
    fn a_group_is_found_with_all_above_it() {
        let folders_of_v2 = folders("0::/user.slice/run-1.scope\n", V2_MOUNT, "cpu");
        assert_eq!(
            folders_of_v2,
            ["/sys/fs/cgroup/user.slice/run-1.scope", "/sys/fs/cgroup/user.slice", "/sys/fs/cgroup/"]
        );
        assert_eq!(folders("0::/\n", V2_MOUNT, "cpu"), ["/sys/fs/cgroup/"]);
        // A name from outside of the container's view.
        assert_eq!(folders("0::/../../x\n", V2_MOUNT, "cpu"), ["/sys/fs/cgroup/"]);
        let own = "4:memory:/docker/ab/in\n3:cpu,cpuacct:/a\n";
        let mounts = format!("{V1_CPU}{V1_MEMORY}");
        assert_eq!(
            folders(own, &mounts, "cpu"),
            ["/sys/fs/cgroup/cpu,cpuacct/a", "/sys/fs/cgroup/cpu,cpuacct/"]
        );
        assert_eq!(folders(own, &mounts, "memory"), ["/sys/fs/cgroup/memory/in", "/sys/fs/cgroup/memory/"]);
        // The mount shows another part of the tree than the one named.
        assert_eq!(folders("4:memory:/docker/cd\n", &mounts, "memory"), ["/sys/fs/cgroup/memory/"]);
        let twice = format!("40 24 0:30 /other /mnt rw - cgroup2 cgroup2 rw\n{V2_MOUNT}");
        assert_eq!(folders("0::/a\n", &twice, "cpu"), ["/sys/fs/cgroup/a", "/sys/fs/cgroup/"]);
        let odd = "36 31 0:33 / /mnt/my\\040groups rw - cgroup2 none rw\n";
        assert_eq!(folders("0::/a\n", odd, "cpu"), ["/mnt/my groups/a", "/mnt/my groups/"]);
    }

    #[test]
    fn without_groups_or_mounts_there_are_none() {
        for (own, mounts) in
            [("", ""), ("0::/x", ""), ("", V2_MOUNT), ("rubbish", "rub - bish"), ("0::", "- - -")]
        {
            assert_eq!(folders(own, mounts, "cpu"), Vec::<String>::new(), "{own:?} {mounts:?}");
        }
    }

    #[test]
    fn quotas_of_both_versions_are_read() {
        for (text, quota) in [
            ("150000 100000\n", Some(1.5)),
            ("50000\n 100000\n", Some(0.5)),
            ("max 100000\n", None),
            ("-1\n 100000\n", None),
            ("0 100000", None),
            ("1000 0", None),
            ("1000", None),
            ("", None),
        ] {
            assert_eq!(quota_of(text), quota, "{text:?}");
        }
    }

    #[test]
    fn throttling_of_both_versions_is_read() {
        let v2 = "usage_usec 9\nnr_periods 4\nnr_throttled 2\nthrottled_usec 1500\nnr_bursts 0\n";
        assert_eq!(throttled(v2), Some(Nanos::from_micros(1_500)));
        let v1 = "nr_periods 4\nnr_throttled 2\nthrottled_time 1500000\n";
        assert_eq!(throttled(v1), Some(Nanos::from_micros(1_500)));
        assert_eq!(throttled("usage_usec 9\n"), None);
    }

    fn tree(texts: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in texts {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        dir
    }

    #[test]
    fn the_tightest_limit_of_a_mixed_tree_holds() {
        let mounts =
            format!("{V1_CPU}{V1_MEMORY}{}", V2_MOUNT.replace("/sys/fs/cgroup ", "/sys/fs/cgroup/unified "));
        let dir = tree(&[
            ("proc/self/cgroup", "4:memory:/docker/ab\n3:cpu,cpuacct:/a/b\n0::/a\n"),
            ("proc/self/mountinfo", &mounts),
            ("sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_quota_us", "-1\n"),
            ("sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_period_us", "100000\n"),
            ("sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "250000\n"),
            ("sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us", "100000\n"),
            ("sys/fs/cgroup/unified/a/cpu.max", "300000 100000\n"),
            ("sys/fs/cgroup/memory/memory.limit_in_bytes", "1000000\n"),
            ("sys/fs/cgroup/memory/memory.usage_in_bytes", "700000\n"),
            ("sys/fs/cgroup/memory/memory.stat", "cache 500000\ntotal_inactive_file 200000\n"),
        ]);
        let files = Files::under(dir.path());
        let groups = Groups::find(&files);
        assert_eq!(groups.quota(&files), Some(2.5));
        assert_eq!(groups.memory_left(&files), Some(Bytes(500_000)));
        let stats = groups.throttling(&files);
        assert_eq!(
            stats,
            [
                Path::new("/sys/fs/cgroup/cpu,cpuacct/a/cpu.stat"),
                Path::new("/sys/fs/cgroup/unified/a/cpu.stat")
            ]
        );
    }

    #[test]
    fn version_two_alone_is_read_the_same_way() {
        let dir = tree(&[
            ("proc/self/cgroup", "0::/app/one\n"),
            ("proc/self/mountinfo", V2_MOUNT),
            ("sys/fs/cgroup/app/one/cpu.max", "max 100000\n"),
            ("sys/fs/cgroup/app/one/memory.max", "max\n"),
            ("sys/fs/cgroup/app/cpu.max", "50000 100000\n"),
            ("sys/fs/cgroup/app/memory.max", "4096\n"),
            ("sys/fs/cgroup/app/memory.current", "9999\n"),
            ("sys/fs/cgroup/app/one/pids.max", "max\n"),
            ("sys/fs/cgroup/app/pids.max", "512\n"),
        ]);
        let files = Files::under(dir.path());
        let groups = Groups::find(&files);
        assert_eq!(groups.quota(&files), Some(0.5));
        assert_eq!(groups.memory_left(&files), Some(Bytes(0)));
        assert_eq!(groups.most_tasks(&files), Some(512));
    }

    #[test]
    fn no_files_at_all_are_no_limits() {
        let dir = tree(&[]);
        let files = Files::under(dir.path());
        let groups = Groups::find(&files);
        assert_eq!((groups.quota(&files), groups.memory_left(&files)), (None, None));
        assert_eq!(groups.most_tasks(&files), None);
    }
}
