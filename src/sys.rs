//! Calls to the system that no safe crate offers: which child has died, what it used until then, what this
//! one used, what is passed on to programs that are started, and the mutex of the C library.
//!
//! Asking is apart from reaping, because a dead child's number may be signalled (it names its group) until it is reaped,
//! and not after. Only the supervising process of commands asks for *any* child; nobody else may wait in that process.

#![expect(unsafe_code, reason = "the system fills in structures, and descriptors are named by number")]

mod monitor;

use std::mem::MaybeUninit;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

pub(crate) use self::monitor::{Held, Monitor};
use crate::units::{Bytes, Nanos};

/// What a child was until its end.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Reaped {
    /// How it ended.
    pub(crate) status: ExitStatus,
    /// CPU time in user mode, its own and that of its children that it waited for.
    pub(crate) user: Nanos,
    /// CPU time in the kernel, likewise.
    pub(crate) system: Nanos,
    /// The most memory that it, or one of its children that it waited for, held at once. On Linux a process begins as a part
    /// of the one that starts it, whose own most counts for it too: see [`own_peak`].
    pub(crate) peak: Bytes,
}

/// A child that is dead and not reaped, if there is one. Does not wait, and leaves it as it is.
pub(crate) fn dead_child() -> Option<i32> {
    let options = libc::WEXITED | libc::WNOWAIT | libc::WNOHANG;
    loop {
        let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
        // SAFETY: `info` is large enough and writable; nothing else is passed.
        let result = unsafe { libc::waitid(libc::P_ALL, 0, info.as_mut_ptr(), options) };
        if result == 0 {
            // SAFETY: zero bytes are a valid `siginfo_t`, and a successful call fills in the fields of a child's death, or
            // leaves them zero where nobody is dead.
            let pid = unsafe { info.assume_init().si_pid() };
            return (pid > 0).then_some(pid);
        }
        if std::io::Error::last_os_error().kind() != std::io::ErrorKind::Interrupted {
            return None;
        }
    }
}

/// Reaps a child that is dead, so that its number is free; none if it is not dead, or not a child.
pub(crate) fn reap(pid: i32) -> Option<Reaped> {
    loop {
        let mut status = 0;
        let mut usage = MaybeUninit::<libc::rusage>::zeroed();
        // SAFETY: both are large enough and writable.
        let result = unsafe { libc::wait4(pid, &raw mut status, libc::WNOHANG, usage.as_mut_ptr()) };
        if result == pid {
            // SAFETY: zero bytes are a valid `rusage`, and a successful call fills it in.
            let usage = unsafe { usage.assume_init() };
            return Some(Reaped {
                status: ExitStatus::from_raw(status),
                user: length(usage.ru_utime),
                system: length(usage.ru_stime),
                peak: peak(&usage),
            });
        }
        let interrupted = std::io::Error::last_os_error().kind() == std::io::ErrorKind::Interrupted;
        if result == 0 || !interrupted {
            return None;
        }
    }
}

/// The most memory that this process has held at once; nothing where the system does not say.
pub(crate) fn own_peak() -> Bytes {
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: `usage` is large enough and writable.
    let result = unsafe { libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr()) };
    // SAFETY: zero bytes are a valid `rusage`, and a successful call fills it in.
    if result == 0 { peak(&unsafe { usage.assume_init() }) } else { Bytes(0) }
}

/// Has a descriptor closed in programs that this one starts. Nothing happens where there is no such descriptor.
pub(crate) fn close_on_exec(descriptor: i32) {
    // SAFETY: this sets a flag, and touches no memory; whoever owns the descriptor keeps it.
    unsafe { libc::fcntl(descriptor, libc::F_SETFD, libc::FD_CLOEXEC) };
}

/// Bytes in what `ru_maxrss` counts.
const PEAK_UNIT: u64 = if cfg!(target_vendor = "apple") { 1 } else { 1024 };

fn peak(usage: &libc::rusage) -> Bytes {
    Bytes((usage.ru_maxrss.max(0) as u64).saturating_mul(PEAK_UNIT))
}

fn length(time: libc::timeval) -> Nanos {
    Nanos::from_secs(time.tv_sec as u64) + Nanos::from_micros(time.tv_usec as u64)
}
