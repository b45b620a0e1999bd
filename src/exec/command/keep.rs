//! The keeper: the supervisor's parent, which does nothing but outlive it.
//!
//! Whatever a process that is killed leaves behind comes to its nearest ancestor that is a subreaper. The keeper is that one
//! for the supervisor, and has no other child; so what comes to it stems from commands, and it ends all of it. It reads
//! nothing and writes nothing. That it holds the supervisor's socket makes the end of that socket mean that nobody is left.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};

use super::supervise::BROKEN;
use super::{KEPT_ARGUMENT, SUPERVISE_ARGUMENT, tree};

/// Starts the supervisor upon the socket, and returns with its status when nobody is left of it.
///
/// # Errors
/// The system does not let it be what it is, or start the supervisor.
pub(super) fn keep(stream: &UnixStream) -> io::Result<ExitCode> {
    // Whoever leads a group already cannot leave it, and needs not.
    let _ = rustix::process::setsid();
    for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] {
        // Handlers whose effect nobody asks for: unlike a signal that is ignored, they are not passed on.
        signal_hook::flag::register(signal, Arc::default())?;
    }
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    let _ = rustix::thread::set_name(c"ps-keep");
    // This very file, whatever its name leads to by now.
    let mut command = Command::new("/proc/self/exe");
    command.arg0("ps-supervise").args([SUPERVISE_ARGUMENT, KEPT_ARGUMENT]);
    let mut supervisor = command.stdin(Stdio::from(OwnedFd::from(stream.try_clone()?))).spawn()?;
    let status = supervisor.wait();
    tree::end_all();
    let code = status?.code().and_then(|code| u8::try_from(code).ok());
    Ok(ExitCode::from(code.unwrap_or(BROKEN)))
}
