//! What another monitor uses on a terminal of 120×40: the peers of the screen, where they are installed.

#![expect(clippy::disallowed_methods, reason = "a bench waits by the real clock")]

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use poolscope::cost::NotMeasured;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};

/// Before it draws steadily, and how long it is watched then.
const SETTLE: Duration = Duration::from_secs(2);
const WATCH: Duration = Duration::from_secs(10);

pub(crate) struct Use {
    /// Share of one core.
    pub(crate) cpu: f64,
    pub(crate) bytes_per_second: f64,
}

/// Runs a program by its name, watches it, and ends it.
pub(crate) fn used(name: &str, args: &[&str]) -> Result<Use, NotMeasured> {
    let failed = |error: &dyn std::fmt::Display| NotMeasured(format!("{name}: {error}"));
    let size = PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).map_err(|error| failed(&error))?;
    let mut command = CommandBuilder::new(name);
    command.args(args);
    command.env("TERM", "xterm-256color");
    command.env("LC_ALL", "C.UTF-8");
    let mut child = pair.slave.spawn_command(command).map_err(|_error| failed(&"is not installed"))?;
    let mut reader = pair.master.try_clone_reader().map_err(|error| failed(&error))?;
    let written = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&written);
    std::thread::spawn(move || {
        let mut buffer = vec![0; 65_536];
        while let Ok(n @ 1..) = reader.read(&mut buffer) {
            count.fetch_add(n as u64, Ordering::Relaxed);
        }
    });
    let pid = child.process_id().unwrap_or_default();
    std::thread::sleep(SETTLE);
    let (start, cpu, bytes) = (Instant::now(), cpu_ns(pid), written.load(Ordering::Relaxed));
    std::thread::sleep(WATCH);
    let seconds = start.elapsed().as_secs_f64();
    let now = cpu_ns(pid);
    let bytes = written.load(Ordering::Relaxed) - bytes;
    let _ = child.kill();
    let _ = child.wait();
    match (cpu, now) {
        (Some(before), Some(now)) => Ok(Use {
            cpu: now.saturating_sub(before) as f64 / 1e9 / seconds,
            bytes_per_second: bytes as f64 / seconds,
        }),
        _ => Err(failed(&"it ended by itself")),
    }
}

/// CPU time of all threads of a process so far; none where there is no such process.
fn cpu_ns(pid: u32) -> Option<u64> {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).ok()?;
    let of = |folder: std::fs::DirEntry| {
        let text = std::fs::read_to_string(folder.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    };
    Some(threads.flatten().filter_map(of).sum())
}
