//! Who descends from this process: read from /proc, and signalled without ever meeting somebody else.
//!
//! A number that this process does not reap itself may pass to a stranger at any moment; such processes are signalled by
//! a descriptor that is opened first and compared with the process's start after that. Where there is no /proc, nobody
//! is found.

use std::collections::BTreeSet;

use rustix::process::Signal;

use crate::units::Nanos;

/// A process, for as long as it lives: numbers come again, but not with the same start.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct Process {
    pub(super) pid: i32,
    /// When it started, in the system's ticks since it came up.
    pub(super) start: u64,
}

pub(super) use system::{below, children, holds, one, run_delay, signal};

/// Stops everybody who descends from this process, again and again until nobody new has appeared. Returns them.
pub(super) fn stop_all() -> BTreeSet<Process> {
    let me = std::process::id() as i32;
    let mut stopped = BTreeSet::new();
    loop {
        let new: Vec<Process> = below(&[me]).into_iter().filter(|process| stopped.insert(*process)).collect();
        if new.is_empty() {
            return stopped;
        }
        for process in new {
            signal(process, Signal::STOP);
        }
    }
}

/// Kills everybody who descends from this process, and returns when nobody is left.
///
/// Everything is stopped first, again and again until nothing new has appeared, so that nobody has children while the
/// others die; then everything is killed and reaped. Processes that their parents leave behind come to this process.
pub(super) fn end_all() {
    let mut pause = Nanos::from_micros(200);
    loop {
        while let Some(pid) = crate::sys::dead_child() {
            let _ = crate::sys::reap(pid);
        }
        if children().is_empty() {
            return;
        }
        for process in stop_all() {
            signal(process, Signal::KILL);
        }
        // They die within microseconds; one that the system holds back is asked for more and more seldom.
        std::thread::sleep(pause.to_std());
        pause = (pause * 2).min(Nanos::from_millis(50));
    }
}

#[cfg(target_os = "linux")]
mod system {
    use std::collections::BTreeMap;
    use std::fs;

    use rustix::io::Errno;
    use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open, pidfd_send_signal};

    use super::Process;
    use crate::units::Nanos;

    /// What /proc says about a process.
    struct Stat {
        process: Process,
        parent: i32,
        dead: bool,
    }

    fn stat(pid: i32) -> Option<Stat> {
        let text = fs::read(format!("/proc/{pid}/stat")).ok()?;
        // The name stands in parentheses, and may hold any of them.
        let end = text.iter().rposition(|byte| *byte == b')')?;
        let text = String::from_utf8_lossy(&text[end + 1..]);
        let mut fields = text.split_ascii_whitespace();
        let dead = matches!(fields.next()?, "Z" | "X" | "x");
        let parent = fields.next()?.parse().ok()?;
        // The start is the 22nd field, and the parent was the 4th.
        let start = fields.nth(17)?.parse().ok()?;
        Some(Stat { process: Process { pid, start }, parent, dead })
    }

    /// A process that lives, or is dead and not reaped.
    pub(in super::super) fn one(pid: i32) -> Option<Process> {
        stat(pid).map(|stat| stat.process)
    }

    fn all() -> Vec<Stat> {
        let Ok(entries) = fs::read_dir("/proc") else {
            return Vec::new();
        };
        let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        pids.filter_map(stat).collect()
    }

    /// Children of this process, dead ones that are not reaped included. As it has one thread and is the only one to
    /// reap them, nobody is missed.
    pub(in super::super) fn children() -> Vec<i32> {
        let parse = |text: &str| text.split_ascii_whitespace().filter_map(|pid| pid.parse().ok()).collect();
        // Not every kernel is built with this file.
        fs::read_to_string("/proc/thread-self/children").map_or_else(|_| by_parent(), |text| parse(&text))
    }

    fn by_parent() -> Vec<i32> {
        let me = std::process::id() as i32;
        all().iter().filter(|stat| stat.parent == me).map(|stat| stat.process.pid).collect()
    }

    /// Everybody alive who descends from one of these, without these themselves.
    pub(in super::super) fn below(roots: &[i32]) -> Vec<Process> {
        let mut of_parent: BTreeMap<i32, Vec<Stat>> = BTreeMap::new();
        for stat in all() {
            of_parent.entry(stat.parent).or_default().push(stat);
        }
        let (mut left, mut found) = (roots.to_vec(), Vec::new());
        while let Some(parent) = left.pop() {
            for stat in of_parent.remove(&parent).unwrap_or_default() {
                left.push(stat.process.pid);
                if !stat.dead {
                    found.push(stat.process);
                }
            }
        }
        found
    }

    /// Whether a process has the pipe with this number open.
    pub(in super::super) fn holds(pid: i32, pipe: u64) -> bool {
        let Ok(entries) = fs::read_dir(format!("/proc/{pid}/fd")) else {
            return false;
        };
        let name = format!("pipe:[{pipe}]");
        entries
            .flatten()
            .any(|entry| fs::read_link(entry.path()).is_ok_and(|to| to.as_os_str() == name.as_str()))
    }

    /// How long the first thread of a process was ready and had no CPU, as long as the process is not reaped. Of other threads
    /// nobody knows it once they have ended, and none is counted for the children that it waited for.
    pub(in super::super) fn run_delay(pid: i32) -> Option<Nanos> {
        let text = fs::read_to_string(format!("/proc/{pid}/schedstat")).ok()?;
        let mut fields = text.split_ascii_whitespace().skip(1).map(str::parse::<u64>);
        let (delay, turns) = (fields.next()?.ok()?, fields.next()?.ok()?);
        // Whoever has ended has had a turn; where none is counted, nothing is.
        (turns > 0).then_some(Nanos(delay))
    }

    /// Signals this very process, if it still lives.
    pub(in super::super) fn signal(process: Process, signal: Signal) {
        let Some(pid) = Pid::from_raw(process.pid) else {
            return;
        };
        let descriptor = pidfd_open(pid, PidfdFlags::empty());
        if one(process.pid) != Some(process) {
            return;
        }
        // It is dead or gone in the meantime, or may not be signalled: nothing is to be done about either.
        let _ = match descriptor {
            Ok(descriptor) => pidfd_send_signal(&descriptor, signal),
            // A kernel before 5.3: the number can only be reused in the instant since it was compared.
            Err(Errno::NOSYS) => kill_process(pid, signal),
            Err(_) => Ok(()),
        };
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use rustix::process::Signal;

    use super::Process;
    use crate::units::Nanos;

    pub(in super::super) const fn run_delay(_pid: i32) -> Option<Nanos> {
        None
    }

    pub(in super::super) const fn one(_pid: i32) -> Option<Process> {
        None
    }

    pub(in super::super) const fn children() -> Vec<i32> {
        Vec::new()
    }

    pub(in super::super) const fn below(_roots: &[i32]) -> Vec<Process> {
        Vec::new()
    }

    pub(in super::super) const fn holds(_pid: i32, _pipe: u64) -> bool {
        false
    }

    pub(in super::super) const fn signal(_process: Process, _signal: Signal) {}
}
