//! The supervisor's `main`: who may ask, what it is to the system, and that it ends only when nobody is left.

use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use super::watch::Watch;
use super::wire::{self, Frames, Hello, MAGIC, Tell, WireError};
use super::{SUPERVISE_ARGUMENT, tree};
use crate::exec::processes::build;
use crate::units::Nanos;

/// The status of a supervisor that refuses to work.
const REFUSED: u8 = 2;
/// The status of one that met a fault of its own, as that of any program that panics.
pub(super) const BROKEN: u8 = 101;
/// How long it waits for its handshake.
const HANDSHAKE: Nanos = Nanos::from_secs(10);

/// Why a supervisor does not work.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error(
        "this is the part of poolscope that runs commands, which poolscope starts itself; run `poolscope` instead"
    )]
    ByHand,
    #[error("no handshake: {0}")]
    NoHandshake(#[from] WireError),
    #[error("no handshake: it does not begin like one")]
    NotOurs,
    #[error(
        "another build of poolscope asks for a supervisor (it expects {asked}, this is {own}); it was replaced while running?"
    )]
    OtherBuild { asked: String, own: String },
    #[error("cannot supervise commands: {0}")]
    System(#[from] io::Error),
}

pub(super) fn main() -> ExitCode {
    let descriptor = io::stdin().as_fd().try_clone_to_owned();
    // Only a socket has an address; a terminal or a file means that a person is trying this out.
    let stream = descriptor.map(UnixStream::from).ok().filter(|stream| stream.local_addr().is_ok());
    let (refusal, stream) = match stream {
        None => (Refusal::ByHand, None),
        Some(mut stream) => match work(&mut stream) {
            Ok(code) => return code,
            Err(refusal) => (refusal, Some(stream)),
        },
    };
    // If even this cannot be said, the status has to do.
    let _ = writeln!(io::stderr(), "poolscope {SUPERVISE_ARGUMENT}: {refusal}");
    if let Some(mut stream) = stream
        && let Ok(bytes) = wire::frame(&Tell::Refused(refusal.to_string()))
    {
        let _ = stream.write_all(&bytes);
    }
    ExitCode::from(REFUSED)
}

fn work(stream: &mut UnixStream) -> Result<ExitCode, Refusal> {
    #[cfg(target_os = "linux")]
    if std::env::args_os().nth(2).is_none_or(|word| word != super::KEPT_ARGUMENT) {
        return Ok(super::keep::keep(stream)?);
    }
    let mut watch = prepare(stream)?;
    Ok(supervise(&mut watch))
}

fn supervise(watch: &mut Watch) -> ExitCode {
    // A fault of its own must not leave commands behind either.
    let served = catch_unwind(AssertUnwindSafe(|| watch.serve()));
    if cfg!(not(target_os = "linux")) {
        watch.kill_groups();
    }
    tree::end_all();
    if served.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(BROKEN) }
}

/// Reads the handshake, becomes what a supervisor is, and says so.
fn prepare(stream: &mut UnixStream) -> Result<Watch, Refusal> {
    // No terminal belongs to the new session: its signals do not come here, and no command can ask it for a password.
    // Whoever leads a group already cannot leave it, and needs not.
    let _ = rustix::process::setsid();
    stream.set_read_timeout(Some(HANDSHAKE.to_std()))?;
    let mut frames = Frames::default();
    let hello: Hello = frames.wait(stream)?;
    if hello.magic != MAGIC {
        return Err(Refusal::NotOurs);
    }
    // What poolscope itself was started with, such as a lock's file, is not for commands.
    for entry in std::fs::read_dir("/dev/fd")?.flatten() {
        if let Some(descriptor) = entry.file_name().to_str().and_then(|name| name.parse().ok()) {
            crate::sys::close_on_exec(descriptor);
        }
    }
    let own = build::own();
    if hello.build != own {
        return Err(Refusal::OtherBuild { asked: hello.build, own });
    }
    #[cfg(target_os = "linux")]
    {
        rustix::process::set_child_subreaper(Some(rustix::process::getpid())).map_err(io::Error::from)?;
        let _ = rustix::thread::set_name(c"ps-supervise");
    }
    let watch = Watch::new(stream.try_clone()?, frames, hello.open_files)?;
    stream.write_all(&wire::frame(&Tell::Ready(hello.nonce, std::process::id()))?)?;
    Ok(watch)
}
