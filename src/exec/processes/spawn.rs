//! The one thread that spawns children, and never ends.
//!
//! Two reasons: the signal that a child gets when its parent dies follows the *thread* that spawned it, so that a child of
//! a thread that ends would be killed with it; and where descriptors are marked close-on-exec only after they were made,
//! nobody else spawns in between.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use rustix::process::{Resource, getrlimit};

use super::{WORKER_ARGUMENT, registry, stderr};
use crate::clock::thread_cpu;
use crate::units::Nanos;

/// Descriptors that are left to the rest of the program, which has files to read and to write meanwhile.
const RESERVED: u64 = 32;

/// A child that has just been spawned, and the parent's end of its socket.
#[derive(Debug)]
pub(super) struct Spawned {
    pub(super) child: Child,
    pub(super) stream: UnixStream,
    /// CPU time that spawning it took here.
    pub(super) cpu: Nanos,
}

#[derive(Debug)]
struct Order {
    program: PathBuf,
    /// Whether it is asked to stop, and not stopped: see [`registry::bear`].
    asked: bool,
    wanted: Arc<AtomicBool>,
    reply: mpsc::Sender<Option<io::Result<Spawned>>>,
}

/// Where orders go; none before the first.
static ORDERS: Mutex<Option<mpsc::Sender<Order>>> = Mutex::new(None);

/// Spawns a child, and enters it among the live ones; `asked` says that it stops by itself when it is asked to. None if it was no longer wanted when its turn came.
///
/// # Errors
/// The system's, where it refuses a socket, a process or the thread.
pub(super) fn spawn(program: PathBuf, asked: bool, wanted: &Arc<AtomicBool>) -> Option<io::Result<Spawned>> {
    let (reply, answer) = mpsc::channel();
    let order = Order { program, asked, wanted: Arc::clone(wanted), reply };
    let sent = orders().and_then(|orders| orders.send(order).map_err(io::Error::other));
    if let Err(error) = sent {
        return Some(Err(error));
    }
    answer.recv().unwrap_or_else(|error| Some(Err(io::Error::other(error))))
}

fn orders() -> io::Result<mpsc::Sender<Order>> {
    let mut orders = ORDERS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(sender) = &*orders {
        return Ok(sender.clone());
    }
    let (sender, receiver) = mpsc::channel::<Order>();
    let serve = move || {
        // It never ends, for one sender is kept.
        for Order { program, asked, wanted, reply } in receiver {
            // Relaxed: a child too many is told to stop like any other.
            let answer = wanted.load(Ordering::Relaxed).then(|| start(program, asked));
            // Whoever asked waits for the answer.
            let _ = reply.send(answer);
        }
    };
    std::thread::Builder::new().name("ps-spawn".to_owned()).stack_size(256 << 10).spawn(serve)?;
    *orders = Some(sender.clone());
    Ok(sender)
}

fn start(program: PathBuf, asked: bool) -> io::Result<Spawned> {
    let before = thread_cpu();
    let (stream, theirs) = UnixStream::pair()?;
    // The system gives the lowest number that is free.
    let most = getrlimit(Resource::Nofile).current;
    if most.is_some_and(|most| stream.as_raw_fd() as u64 + RESERVED >= most) {
        return Err(rustix::io::Errno::MFILE.into());
    }
    // The socket goes both ways on standard input alone: whatever a task prints goes to the drained pipe, and can never
    // be taken for a frame. No `pre_exec`: it would make the system copy this process's page tables for each child.
    let mut command = Command::new(program);
    command.arg(WORKER_ARGUMENT).stdin(Stdio::from(OwnedFd::from(theirs)));
    command.stdout(stderr::for_child()).stderr(stderr::for_child()).process_group(0);
    let child = registry::bear(asked, || command.spawn())?;
    // With the command goes our copy of the child's end: the child's death is the socket's end.
    drop(command);
    Ok(Spawned { child, stream, cpu: thread_cpu().saturating_sub(before) })
}
