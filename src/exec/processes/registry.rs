//! Which children live now, in the whole process: so that Ctrl-Z stops them and a quitting screen ends them.
//!
//! A child stands here from just after it was spawned until just before it is reaped, and signals are sent under the
//! same lock: a number that the system could give to somebody else is never signalled.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::process::{Pid, Signal, kill_process_group};

use super::GroupSignal;

static LIVE: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

fn live() -> MutexGuard<'static, BTreeSet<u32>> {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Enters a child that leads a process group of its own.
pub(super) fn enter(pid: u32) {
    live().insert(pid);
}

/// Ends whatever the child may have left in its group, and forgets it: from now on it may be reaped.
pub(super) fn leave(pid: u32) {
    let mut live = live();
    if live.remove(&pid) {
        send(pid, Signal::KILL);
    }
}

/// Kills one child's group, if it lives.
pub(super) fn kill(pid: u32) {
    if live().contains(&pid) {
        send(pid, Signal::KILL);
    }
}

/// Signals the groups of all children.
pub(super) fn signal_all(signal: GroupSignal) {
    let signal = match signal {
        GroupSignal::Stop => Signal::STOP,
        GroupSignal::Continue => Signal::CONT,
        GroupSignal::Kill => Signal::KILL,
    };
    for pid in live().iter() {
        send(*pid, signal);
    }
}

/// The numbers of all live children.
pub(super) fn all() -> Vec<u32> {
    live().iter().copied().collect()
}

fn send(pid: u32, signal: Signal) {
    if let Some(group) = Pid::from_raw(pid as i32) {
        // Everybody in it may be dead already, though not reaped: then there is nobody left to hear it.
        let _ = kill_process_group(group, signal);
    }
}
