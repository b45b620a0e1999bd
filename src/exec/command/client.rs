//! The client's side: orders go out from any thread, and one thread hands answers to whoever waits for them.

use std::collections::HashMap;
use std::io::{self, Write};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::Thread;

use super::wire::{self, Ask, Frames, Hello, MAGIC, Tell, WireError};
use super::{End, Order, Report, SUPERVISE_ARGUMENT, TOO_LONG};
use crate::clock::Clock;
use crate::exec::CancelToken;
use crate::exec::processes::build;
use crate::text;
use crate::units::Nanos;

/// How long a supervisor may take to become ready.
const READY: Nanos = Nanos::from_secs(10);
/// How long its end is waited for; it needs some milliseconds, unless a process cannot be killed.
const FAREWELL: Nanos = Nanos::from_secs(5);

/// The way to a supervisor.
#[derive(Debug)]
pub(super) struct Client {
    /// Whom this process started: the supervisor's keeper, where there are keepers.
    child: Child,
    /// The supervisor's number.
    id: u32,
    voice: Mutex<UnixStream>,
    desk: Arc<Desk>,
    numbers: AtomicU64,
}

/// Where callers wait.
#[derive(Debug, Default)]
struct Desk {
    state: Mutex<State>,
    /// Told when the supervisor is gone.
    left: Condvar,
}

#[derive(Debug, Default)]
struct State {
    calls: HashMap<u64, Call>,
    /// The end of the socket was read: nobody answers any more.
    gone: bool,
}

#[derive(Debug)]
struct Call {
    caller: Thread,
    /// With its output, which becomes text on the caller's thread.
    answer: Option<(Report, Vec<u8>)>,
}

impl Desk {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands out answers until the socket ends.
    fn serve(&self, mut stream: UnixStream, mut frames: Frames) {
        while let Ok(Tell::Done(number, report, tail)) = frames.wait(&mut stream) {
            if let Some(call) = self.state().calls.get_mut(&number) {
                call.answer = Some((report, tail));
                call.caller.unpark();
            }
        }
        let mut state = self.state();
        state.gone = true;
        for call in state.calls.values() {
            call.caller.unpark();
        }
        drop(state);
        self.left.notify_all();
    }
}

impl Client {
    pub(super) fn start(program: &Path) -> io::Result<Self> {
        let (mut stream, theirs) = UnixStream::pair()?;
        let mut command = Command::new(program);
        // Who kills everything that is called poolscope leaves those alive that end its commands.
        command.arg0("ps-keep");
        // Whatever it has to say it says as a frame.
        command.arg(SUPERVISE_ARGUMENT).stdin(Stdio::from(OwnedFd::from(theirs)));
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        // With the command goes our copy of its end: its death is the socket's end.
        drop(command);
        let met = greet(&mut stream, program).and_then(|(frames, id)| {
            let desk = Arc::new(Desk::default());
            let (reader, voice) = (Arc::clone(&desk), stream.try_clone()?);
            let thread = std::thread::Builder::new().name("ps-commands".to_owned()).stack_size(256 << 10);
            thread.spawn(move || reader.serve(stream, frames))?;
            Ok((voice, desk, id))
        });
        match met {
            Ok((voice, desk, id)) => {
                Ok(Self { child, id, voice: Mutex::new(voice), desk, numbers: AtomicU64::new(0) })
            }
            Err(error) => {
                // It runs nothing yet.
                let _ = child.kill();
                let _ = child.wait();
                Err(error)
            }
        }
    }

    pub(super) const fn id(&self) -> u32 {
        self.id
    }

    pub(super) fn run(&self, order: &Order, cancel: &CancelToken) -> io::Result<Report> {
        if cancel.is_cancelled() {
            return Ok(Report::bare(End::Cancelled));
        }
        // Relaxed: a number has to be new, nothing else.
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let bytes = match wire::frame(&Ask::Run(number, order.into())) {
            Ok(bytes) => bytes,
            // No system takes as much as a frame may hold.
            Err(WireError::Length(_)) => {
                return Ok(Report::bare(End::NotStarted(TOO_LONG.to_owned())));
            }
            Err(error) => return Err(io::Error::other(error)),
        };
        let _waking = cancel.waking();
        let call = Call { caller: std::thread::current(), answer: None };
        self.desk.state().calls.insert(number, call);
        self.send(&bytes);
        let (mut asked, mut killed) = (false, false);
        loop {
            {
                let mut state = self.desk.state();
                let gone = state.gone;
                if let Some(call) = state.calls.get_mut(&number)
                    && (call.answer.is_some() || gone)
                {
                    let answer = call.answer.take();
                    state.calls.remove(&number);
                    drop(state);
                    let (report, tail) = answer.ok_or_else(lost)?;
                    return Ok(Report { tail: text::sanitised(&tail), ..report });
                }
            }
            if cancel.is_enforced() && !killed {
                killed = true;
                self.say(&Ask::Kill(number));
            } else if cancel.is_cancelled() && !asked {
                asked = true;
                self.say(&Ask::Cancel(number));
            }
            // Whoever changes one of these unparks this thread afterwards, and an unparking that came before this is
            // not lost.
            std::thread::park();
        }
    }

    pub(super) fn say(&self, ask: &Ask) {
        if let Ok(bytes) = wire::frame(ask) {
            self.send(&bytes);
        }
    }

    fn send(&self, bytes: &[u8]) {
        // An error means that the supervisor is gone, which the reader notices.
        let _ = self.voice.lock().unwrap_or_else(PoisonError::into_inner).write_all(bytes);
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let voice = self.voice.get_mut().unwrap_or_else(PoisonError::into_inner);
        let _ = voice.shutdown(Shutdown::Write);
        let stays = |state: &mut State| !state.gone;
        let waited = self.desk.left.wait_timeout_while(self.desk.state(), FAREWELL.to_std(), stays);
        if waited.unwrap_or_else(PoisonError::into_inner).0.gone {
            // Its end of the socket closes with the process.
            let _ = self.child.wait();
        }
    }
}

/// Says who asks, and hears that the supervisor is ready, and its number.
fn greet(stream: &mut UnixStream, program: &Path) -> io::Result<(Frames, u32)> {
    let failed =
        |error: WireError| io::Error::other(format!("the supervisor of commands does not answer: {error}"));
    let nonce = Clock::monotonic().now().0 ^ (u64::from(std::process::id()) << 40);
    let hello = Hello { magic: MAGIC, build: build::of(program), nonce, open_files: super::open_files() };
    stream.set_read_timeout(Some(READY.to_std()))?;
    let hello = wire::frame(&hello).map_err(failed)?;
    // A program that ended at once does not even take it.
    stream.write_all(&hello).map_err(|error| failed(error.into()))?;
    let mut frames = Frames::default();
    let id = match frames.wait(stream).map_err(failed)? {
        Tell::Ready(given, id) if given == nonce => id,
        Tell::Refused(why) => return Err(io::Error::other(why)),
        _ => return Err(io::Error::other("the supervisor of commands answers something else")),
    };
    stream.set_read_timeout(None)?;
    Ok((frames, id))
}

fn lost() -> io::Error {
    io::Error::new(
        io::ErrorKind::BrokenPipe,
        "the process that supervises commands has ended; what it ran is not known",
    )
}
