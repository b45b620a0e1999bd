//! Which children live now, in the whole process: so that Ctrl-Z stops them and a quitting screen ends them.
//!
//! A child stands here from just after it was spawned until just before it is reaped, and signals are sent under the
//! same lock: a number that the system could give to somebody else is never signalled.
//!
//! A child that is being spawned stands here too, though nobody knows its number yet: whoever stops all children waits for
//! it, and while they are stopped no further one is begun. Otherwise one that came a moment too late would work on while
//! everything else stands still.

use std::collections::BTreeSet;
use std::process::Child;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

use super::GroupSignal;

/// How long a stop waits for a child that is being spawned, which takes a millisecond or two. One that takes longer is
/// stopped as soon as it has a number.
const BIRTH: Duration = Duration::from_millis(250);

struct Live {
    pids: BTreeSet<u32>,
    /// Whether a child is being spawned: there is one spawner.
    spawning: bool,
    /// Whether all children are stopped.
    stopped: bool,
}

static LIVE: Mutex<Live> = Mutex::new(Live { pids: BTreeSet::new(), spawning: false, stopped: false });
/// Told when `spawning` or `stopped` becomes false.
static CHANGED: Condvar = Condvar::new();

fn live() -> MutexGuard<'static, Live> {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Spawns a child that leads a process group of its own, and enters it. Waits first while all children are stopped.
pub(super) fn bear(spawn: impl FnOnce() -> std::io::Result<Child>) -> std::io::Result<Child> {
    let stopped = |live: &mut Live| live.stopped;
    CHANGED.wait_while(live(), stopped).unwrap_or_else(PoisonError::into_inner).spawning = true;
    // Not under the lock: a spawn that hangs in the system must not keep anybody from killing the others.
    let child = spawn();
    let mut live = live();
    live.spawning = false;
    if let Ok(child) = &child {
        live.pids.insert(child.id());
        if live.stopped {
            send(child.id(), Signal::STOP);
        }
    }
    CHANGED.notify_all();
    child
}

/// Ends whatever the child may have left in its group, and forgets it: from now on it may be reaped.
pub(super) fn leave(pid: u32) {
    let mut live = live();
    if live.pids.remove(&pid) {
        send(pid, Signal::KILL);
    }
}

/// Kills one child's group, if it lives.
pub(super) fn kill(pid: u32) {
    if live().pids.contains(&pid) {
        send(pid, Signal::KILL);
    }
}

/// Signals the groups of all children.
pub(super) fn signal_all(which: GroupSignal) {
    let signal = match which {
        GroupSignal::Stop => Signal::STOP,
        GroupSignal::Continue => Signal::CONT,
        GroupSignal::Kill => Signal::KILL,
    };
    let mut live = live();
    live.stopped = which == GroupSignal::Stop;
    if live.stopped {
        let spawning = |live: &mut Live| live.spawning;
        let waited = CHANGED.wait_timeout_while(live, BIRTH, spawning);
        live = waited.unwrap_or_else(PoisonError::into_inner).0;
    }
    CHANGED.notify_all();
    for pid in &live.pids {
        send(*pid, signal);
    }
}

/// The numbers of all live children.
pub(super) fn all() -> Vec<u32> {
    live().pids.iter().copied().collect()
}

fn send(pid: u32, signal: Signal) {
    if let Some(group) = Pid::from_raw(pid as i32) {
        // Everybody in it may be dead already, though not reaped: then there is nobody left to hear it.
        let _ = kill_process_group(group, signal);
    }
}
