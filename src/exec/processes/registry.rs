//! Which children live now, in the whole process: so that Ctrl-Z stops them and a quitting screen ends them.
//!
//! A child stands here from just after it was spawned until just before it is reaped, and signals are sent under the
//! same lock: a number that the system could give to somebody else is never signalled.
//!
//! A child that is being spawned stands here too, though nobody knows its number yet: whoever stops all children waits for
//! it, and while they are stopped no further one is begun. Otherwise one that came a moment too late would work on while
//! everything else stands still.

use std::collections::BTreeMap;
use std::process::Child;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

use super::GroupSignal;

/// How long a stop waits for a child that is being spawned, which takes a millisecond or two. One that takes longer is
/// stopped as soon as it has a number.
const BIRTH: Duration = Duration::from_millis(250);

struct Live {
    /// Each with the signal that stops it.
    pids: BTreeMap<u32, Signal>,
    /// Whether a child is being spawned: there is one spawner.
    spawning: bool,
    /// Whether all children are stopped.
    stopped: bool,
}

static LIVE: Mutex<Live> = Mutex::new(Live { pids: BTreeMap::new(), spawning: false, stopped: false });
/// Told when `spawning` or `stopped` becomes false.
static CHANGED: Condvar = Condvar::new();

fn live() -> MutexGuard<'static, Live> {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Spawns a child that leads a process group of its own, and enters it. Waits first while all children are stopped. One that
/// is `asked` to stop has others to stop first, and then stops itself.
pub(super) fn bear(asked: bool, spawn: impl FnOnce() -> std::io::Result<Child>) -> std::io::Result<Child> {
    let stopped = |live: &mut Live| live.stopped;
    CHANGED.wait_while(live(), stopped).unwrap_or_else(PoisonError::into_inner).spawning = true;
    // Not under the lock: a spawn that hangs in the system must not keep anybody from killing the others.
    let child = spawn();
    let mut live = live();
    live.spawning = false;
    if let Ok(child) = &child {
        let stop = if asked { Signal::TSTP } else { Signal::STOP };
        live.pids.insert(child.id(), stop);
        if live.stopped {
            send(child.id(), stop);
        }
    }
    CHANGED.notify_all();
    child
}

/// Ends whatever the child may have left in its group, and forgets it: from now on it may be reaped.
pub(super) fn leave(pid: u32) {
    let mut live = live();
    if live.pids.remove(&pid).is_some() {
        send(pid, Signal::KILL);
    }
}

/// Kills one child's group, if it lives.
pub(super) fn kill(pid: u32) {
    if live().pids.contains_key(&pid) {
        send(pid, Signal::KILL);
    }
}

/// Signals the groups of all children.
pub(super) fn signal_all(which: GroupSignal) {
    let mut live = live();
    live.stopped = which == GroupSignal::Stop;
    if live.stopped {
        let spawning = |live: &mut Live| live.spawning;
        let waited = CHANGED.wait_timeout_while(live, BIRTH, spawning);
        live = waited.unwrap_or_else(PoisonError::into_inner).0;
    }
    CHANGED.notify_all();
    for (pid, stop) in &live.pids {
        let signal = match which {
            GroupSignal::Stop => *stop,
            GroupSignal::Continue => Signal::CONT,
            GroupSignal::Kill => Signal::KILL,
        };
        send(*pid, signal);
    }
}

/// The numbers of all live children.
pub(super) fn all() -> Vec<u32> {
    live().pids.keys().copied().collect()
}

fn send(pid: u32, signal: Signal) {
    if let Some(group) = Pid::from_raw(pid as i32) {
        // Everybody in it may be dead already, though not reaped: then there is nobody left to hear it.
        let _ = kill_process_group(group, signal);
    }
}
