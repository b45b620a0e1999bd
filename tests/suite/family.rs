//! Who belongs to a program under test: every process that carries its mark in the environment.
//!
//! Process numbers and parents would not do: a child whose parent was killed has another parent, and numbers are used
//! again. A process that is dead and not yet reaped shows no environment, and counts as gone.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

const NAME: &str = "POOLSCOPE_TEST_FAMILY";

#[derive(Clone, Debug)]
pub(crate) struct Family {
    mark: String,
}

impl Family {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Self { mark: format!("{}-{number}", std::process::id()) }
    }

    /// The variable that every member carries.
    pub(crate) fn mark(&self) -> (&'static str, &str) {
        (NAME, &self.mark)
    }

    /// The members that live.
    pub(crate) fn members(&self) -> Vec<u32> {
        let entry = format!("{NAME}={}", self.mark);
        let has_mark = |pid: u32| {
            let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|variable| variable == entry.as_bytes())
        };
        let processes = std::fs::read_dir(Path::new("/proc")).unwrap();
        let pids = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        pids.filter(|pid| has_mark(*pid)).collect()
    }

    /// Those of them that are workers.
    pub(crate) fn workers(&self) -> Vec<u32> {
        let is_worker = |pid: &u32| {
            let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            line.split(|byte| *byte == 0).any(|word| word == b"__worker")
        };
        self.members().into_iter().filter(is_worker).collect()
    }

    /// Waits until there are so many workers.
    #[track_caller]
    pub(crate) fn until_workers(&self, count: usize) -> Vec<u32> {
        let start = Instant::now();
        loop {
            let workers = self.workers();
            if workers.len() == count {
                return workers;
            }
            assert!(start.elapsed() < Duration::from_mins(1), "{} workers, not {count}", workers.len());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until nobody is left, and says how long that took.
    #[track_caller]
    pub(crate) fn until_extinct(&self) -> Duration {
        let start = Instant::now();
        loop {
            let left = self.members();
            if left.is_empty() {
                return start.elapsed();
            }
            assert!(start.elapsed() < Duration::from_mins(1), "processes left: {left:?}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub(crate) fn kill_all(&self) {
        for pid in self.members() {
            signal(pid, "KILL");
        }
    }
}

/// Sends a process a signal, by its name.
pub(crate) fn signal(pid: u32, name: &str) {
    let status = std::process::Command::new("kill").args([format!("-{name}"), pid.to_string()]).output();
    assert!(status.is_ok(), "kill could not be run");
}
