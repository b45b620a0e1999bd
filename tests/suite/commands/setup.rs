//! What the tests of commands have in common.

use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use poolscope::exec::CancelToken;
use poolscope::exec::command::{Order, Report, Supervisor};

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_mins(1);

/// A supervisor of its own.
pub(super) fn supervisor() -> Supervisor {
    Supervisor::start(Path::new(env!("CARGO_BIN_EXE_poolscope"))).unwrap()
}

pub(super) fn order(program: &str, arguments: &[&str]) -> Order {
    let arguments = arguments.iter().map(Into::into).collect();
    Order { program: program.into(), arguments, timeout: None, keep: 4_096 }
}

pub(super) fn sh(script: &str) -> Order {
    order("/bin/sh", &["-c", script])
}

/// Runs a command under a supervisor that many tests share.
pub(super) fn run(order: &Order) -> Report {
    static SHARED: OnceLock<Supervisor> = OnceLock::new();
    SHARED.get_or_init(supervisor).run(order, &CancelToken::default()).unwrap()
}

/// Waits until something is so.
#[track_caller]
pub(super) fn within(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// State and parent of a process.
fn stat(pid: u32) -> Option<(char, u32)> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = text.rsplit_once(") ")?.1.split(' ');
    Some((fields.next()?.chars().next()?, fields.next()?.parse().ok()?))
}

pub(super) fn state_of(pid: u32) -> Option<char> {
    stat(pid).map(|(state, _)| state)
}

pub(super) fn parent_of(pid: u32) -> Option<u32> {
    stat(pid).map(|(_, parent)| parent)
}

fn all() -> impl Iterator<Item = u32> {
    let entries = std::fs::read_dir("/proc").unwrap();
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

/// Children of a process that live.
pub(super) fn children_of(parent: u32) -> Vec<u32> {
    all().filter(|pid| stat(*pid).is_some_and(|(state, of)| of == parent && state != 'Z')).collect()
}

/// Processes that live and have this word among their arguments.
pub(super) fn marked(mark: &str) -> Vec<u32> {
    let has_mark = |pid: &u32| {
        let words = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        words.split(|byte| *byte == 0).any(|word| word == mark.as_bytes())
    };
    all().filter(has_mark).filter(|pid| state_of(*pid).is_some_and(|state| state != 'Z')).collect()
}

/// A number of seconds, about a day, that no other process sleeps for.
pub(super) fn mark() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("86400.{:07}{:04}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}
