//! The worker's side: what a child does from its first to its last moment.
//!
//! The main thread reads frames for as long as the parent lives, also while tasks run, and ends the process at the end of
//! the socket. Worker threads take chunks from its queue, do their tasks and send results. Whichever of them is the last
//! to have nothing left to do ends the process.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use signal_hook::consts::{SIGCONT, SIGSTOP, SIGTSTP};
use signal_hook::iterator::Signals;
use signal_hook::low_level::raise;

use super::output::{Output, Voice};
use super::wire::{self, Chunk, Failure, FrameReader, Hello, Kind, MAGIC, News, PROTOCOL, Preamble, Ready};
use super::{WORKER_ARGUMENT, build};
use crate::clock::{Clock, RunClock};
use crate::event::Phase;
use crate::exec::attempt::{Ended, Job};
use crate::exec::gil::{Gil, GilSeat, Interval};
use crate::exec::lane::{LaneTeller, LaneWriter, Lanes};
use crate::exec::{CancelToken, command, commands, crowd};
use crate::ids::{SlotId, TaskIndex};
use crate::plan::OnError;
use crate::task::Scratch;
use crate::units::Nanos;

/// The status of a child that ends because its parent is gone. Nobody will ask for it.
pub(super) const ORPHANED: i32 = 3;
/// The status of a child that met a fault of its own, as that of any program that panics.
const BROKEN: i32 = 101;
/// The status of a child that refuses to work.
const REFUSED: u8 = 2;
/// How long a child waits for its handshake.
const HANDSHAKE: Nanos = Nanos::from_secs(10);
/// Tasks longer than this are told of at once; shorter ones may wait for others.
const LONG_TASK: Nanos = Nanos::from_millis(1);
/// How often results that wait behind a task that is longer than expected are sent after all.
const SWEEP: Nanos = Nanos::from_millis(10);
/// How often a lane that is not shared is told of.
const NEWS: Nanos = Nanos::from_millis(50);

/// Why a child does not work.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("this is the worker side of poolscope, which poolscope starts itself; run `poolscope` instead")]
    ByHand,
    #[error("there is no standard input: {0}")]
    NoInput(io::Error),
    #[error("no handshake: {0}")]
    NoHandshake(String),
    #[error("a handshake that cannot be read: {0}")]
    Unreadable(#[from] wire::WireError),
    #[error(
        "another build of poolscope asks for a worker (it expects {asked}, this is {own}); it was replaced while running?"
    )]
    OtherBuild { asked: String, own: String },
    #[error("the process that asked for a worker is gone")]
    ParentGone,
    #[error("start a thread: {0}")]
    Thread(io::Error),
}

/// The worker's `main`.
pub(super) fn main() -> ExitCode {
    match serve() {
        Ok(code) => code,
        Err(refusal) => {
            // If even this cannot be said, the status has to do.
            let _ = writeln!(io::stderr(), "poolscope {WORKER_ARGUMENT}: {refusal}");
            ExitCode::from(REFUSED)
        }
    }
}

fn serve() -> Result<ExitCode, Refusal> {
    // First of all: die with the parent, whatever happens below.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));

    let descriptor = io::stdin().as_fd().try_clone_to_owned().map_err(Refusal::NoInput)?;
    let mut stream = UnixStream::from(descriptor);
    // Only a socket has an address; a terminal or a file means that a person is trying this out.
    if stream.local_addr().is_err() {
        return Err(Refusal::ByHand);
    }
    let mut frames = FrameReader::new();
    let hello = shake_hands(&mut stream, &mut frames)?;
    // The parent may have died before the death signal was asked for. Its number is compared, not 1: orphans may have
    // another guardian than init.
    if rustix::process::getppid().map(|pid| pid.as_raw_nonzero().get() as u32) != Some(hello.parent) {
        return Err(Refusal::ParentGone);
    }
    if hello.work.command().is_some() {
        if let Some(soft) = hello.open_files {
            command::keep_open_files(soft);
        }
        stop_commands_first();
    }
    let voice = stream.try_clone().map_err(|error| Refusal::NoHandshake(error.to_string()))?;
    let child = Arc::new(Child::new(hello, Voice::new(voice)));
    for thread in 0..child.hello.threads {
        let worker = Arc::clone(&child);
        let name = SlotId(child.hello.first_slot.0 + thread).to_string();
        let work = move || {
            // Panics of tasks are caught in there. Beside them one would be a fault of ours: with its thread gone the
            // child would hold its tasks for ever, so that it dies, and they go back.
            if catch_unwind(AssertUnwindSafe(|| worker.work(thread))).is_err() {
                std::process::exit(BROKEN);
            }
        };
        std::thread::Builder::new().name(name).spawn(work).map_err(Refusal::Thread)?;
    }
    let ready = Ready { run_key: child.hello.run_key, shared: child.tellers.is_none() };
    let mut frame = Vec::new();
    wire::write(&mut frame, Kind::Ready, &ready)?;
    child.voice.say(&frame);
    // A read that ends in time is a look at the clock for free.
    let _ = stream.set_read_timeout(child.patience().map(Nanos::to_std));
    Ok(child.listen(&mut stream, &mut frames))
}

/// Reads the handshake, and checks that both sides are the same program.
fn shake_hands(stream: &mut UnixStream, frames: &mut FrameReader) -> Result<Hello, Refusal> {
    let no = |error: io::Error| Refusal::NoHandshake(error.to_string());
    stream.set_read_timeout(Some(HANDSHAKE.to_std())).map_err(no)?;
    loop {
        if let Some((kind, body)) = frames.next()? {
            if kind != Kind::Hello {
                return Err(Refusal::NoHandshake(format!("a {kind:?} frame came first")));
            }
            // In two steps, for only the first part reads alike in all builds.
            let (preamble, rest) =
                postcard::take_from_bytes::<Preamble>(body).map_err(wire::WireError::from)?;
            let own = build::own();
            if preamble.magic != MAGIC {
                return Err(Refusal::NoHandshake("it does not begin like one".to_owned()));
            }
            if preamble.protocol != PROTOCOL || preamble.build != own {
                return Err(Refusal::OtherBuild { asked: preamble.build, own });
            }
            return Ok(wire::body(rest)?);
        }
        match frames.fill(stream) {
            Ok(0) => return Err(Refusal::NoHandshake("the socket was closed".to_owned())),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(no(error)),
        }
    }
}

/// What the child's threads share.
struct Child {
    hello: Hello,
    job: Job,
    clock: RunClock,
    lanes: Arc<Lanes>,
    /// Of lanes that are not shared, one for each thread.
    tellers: Option<Mutex<Vec<LaneTeller>>>,
    voice: Voice,
    /// Results not sent yet, by thread. The main thread looks at them now and then.
    outputs: Box<[Mutex<Output>]>,
    queue: Mutex<Queue>,
    /// Told when there is something in the queue, or nothing more to come.
    filled: Condvar,
    cancel: CancelToken,
    /// The lock of the interpreter that its threads share, where they have one.
    gil: Option<(Arc<Gil>, Nanos)>,
    /// Whether no further task is to begin.
    stopping: AtomicBool,
}

struct Queue {
    /// Chunks as they came: who does one reads it, so that its time is seen.
    chunks: VecDeque<Box<[u8]>>,
    closed: bool,
    /// Worker threads that have not ended.
    workers: u16,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Child {
    fn new(hello: Hello, voice: Voice) -> Self {
        let Hello { lanes: path, slots, cpus, run_key, threads, work, .. } = &hello;
        let parts = work.parts().len();
        let shared =
            path.as_deref().and_then(|path| Lanes::attach(path, *slots, *cpus, parts, *run_key).ok());
        let (lanes, tellers) = if let Some(lanes) = shared {
            (lanes, None)
        } else {
            let lanes = Lanes::private(u32::from(*threads), *cpus, parts);
            let tellers = (0..*threads).map(|thread| tell_from(&lanes, SlotId(thread), &hello)).collect();
            (lanes, Some(Mutex::new(tellers)))
        };
        let job = Job::new(hello.work.clone(), hello.timeout, hello.fault, own_program);
        let queue = Queue { chunks: VecDeque::new(), closed: false, workers: *threads };
        Self {
            job,
            clock: RunClock::new(Clock::monotonic(), hello.epoch),
            lanes,
            tellers,
            voice,
            outputs: (0..*threads).map(|_| Mutex::default()).collect(),
            queue: Mutex::new(queue),
            filled: Condvar::new(),
            cancel: CancelToken::default(),
            gil: hello.runtime.gil().map(|gil| (Arc::new(Gil::new(Interval::new(gil.rule))), gil.stretch)),
            stopping: AtomicBool::new(false),
            hello,
        }
    }

    /// How long the main thread reads before it looks after other things.
    fn patience(&self) -> Option<Nanos> {
        if self.tellers.is_some() { Some(NEWS) } else { (self.hello.estimate <= LONG_TASK).then_some(SWEEP) }
    }

    /// The main thread: hears the parent until it is silent for ever.
    fn listen(&self, stream: &mut UnixStream, frames: &mut FrameReader) -> ExitCode {
        let mut told = self.clock.now();
        loop {
            let mut chunks = Vec::new();
            loop {
                match frames.next() {
                    Ok(Some((Kind::Chunk, body))) => chunks.push(body.into()),
                    Ok(Some((Kind::Stop, _))) => self.stop(false),
                    Ok(Some((Kind::Cancel, _))) => self.stop(true),
                    Ok(Some((Kind::Interval, body))) => self.change(body),
                    Ok(None) => break,
                    Ok(Some(_)) | Err(_) => {
                        let _ = writeln!(
                            io::stderr(),
                            "poolscope {WORKER_ARGUMENT}: a frame that makes no sense"
                        );
                        std::process::exit(i32::from(REFUSED));
                    }
                }
            }
            if !chunks.is_empty() {
                lock(&self.queue).chunks.extend(chunks);
                self.filled.notify_all();
            }
            match frames.fill(stream) {
                // The parent is gone, or wants no more of us: tasks that run are nobody's any more.
                Ok(0) => std::process::exit(ORPHANED),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.sweep(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => std::process::exit(ORPHANED),
            }
            if self.tellers.is_some() {
                let now = self.clock.now();
                if now.since(told) >= NEWS {
                    told = now;
                    self.tell();
                }
            }
        }
    }

    /// Changes when holders of the interpreter's lock let go. What cannot be read changes nothing.
    fn change(&self, rule: &[u8]) {
        if let (Some((gil, _)), Ok(rule)) = (&self.gil, wire::body(rule)) {
            gil.interval().set(rule);
        }
    }

    /// Lets no further task begin, and cancels those that run if they are not wanted any more.
    fn stop(&self, cancel: bool) {
        self.stopping.store(true, Ordering::Relaxed);
        if cancel {
            self.cancel.cancel();
        }
        // Under the lock, so that a worker that is about to wait has either seen it or is woken.
        lock(&self.queue).closed = true;
        self.filled.notify_all();
    }

    /// Sends results that wait behind a task that takes longer than expected.
    fn sweep(&self) {
        for output in &self.outputs {
            // Whoever holds the lock is sending, or at work with short tasks.
            if let Ok(mut output) = output.try_lock()
                && output.is_due(self.clock.now())
            {
                output.flush(&self.voice);
            }
        }
    }

    /// Tells of lanes that are not shared.
    fn tell(&self) {
        let Some(tellers) = &self.tellers else {
            return;
        };
        let mut frame = Vec::new();
        for (teller, thread) in lock(tellers).iter_mut().zip(0..) {
            let slot = SlotId(self.hello.first_slot.0 + thread);
            frame.clear();
            if wire::write(&mut frame, Kind::News, &News { slot, lane: teller.news() }).is_ok() {
                self.voice.say(&frame);
            }
        }
    }

    /// A worker thread: does chunks until there are no more.
    fn work(&self, thread: u16) {
        // Lanes of its own begin at 0.
        let first = if self.tellers.is_some() { 0 } else { self.hello.first_slot.0 };
        let slot = SlotId(first + thread);
        if self.hello.crowded {
            crowd::step_back();
        }
        // Before the lane counts CPU time, which begins when a worker is ready.
        let going = || !self.stopping.load(Ordering::Relaxed);
        let scratch = Scratch::prepare(&self.job.work, self.hello.seed, going).with_port(self.hello.port);
        self.job.prepare();
        let mut lane = LaneWriter::attach(&self.lanes, slot, self.clock.clone(), std::process::id());
        let output = &self.outputs[usize::from(thread)];
        lane.enter(Phase::Waiting);
        let mut seat =
            self.gil.as_ref().map(|(gil, stretch)| GilSeat::new(Arc::clone(gil), thread.into(), *stretch));
        while let Some(chunk) = self.take(&mut lane, output, seat.as_mut()) {
            lane.enter(Phase::Receiving);
            let Ok(Chunk { first, count, attempt, tries }) = wire::body(&chunk) else {
                let _ = writeln!(io::stderr(), "poolscope {WORKER_ARGUMENT}: a chunk that cannot be read");
                std::process::exit(i32::from(REFUSED));
            };
            for index in (first.0..).take(count as usize) {
                if self.stopping.load(Ordering::Relaxed) {
                    break;
                }
                let own = SlotId(self.hello.first_slot.0 + thread);
                let tries = (attempt, tries);
                self.settle(TaskIndex(index), tries, own, &mut lane, &scratch, output, seat.as_mut());
            }
        }
        if let Some(seat) = &mut seat {
            seat.give(&mut lane);
        }
        self.send(&mut lane, output);
        lane.finish();
        let mut queue = lock(&self.queue);
        queue.workers -= 1;
        if queue.workers == 0 {
            self.job.close();
            self.tell();
            std::process::exit(0);
        }
    }

    /// The next chunk; none when there are no more. Before it waits, it sends what it has.
    fn take(
        &self,
        lane: &mut LaneWriter,
        output: &Mutex<Output>,
        seat: Option<&mut GilSeat>,
    ) -> Option<Box<[u8]>> {
        let mut queue = lock(&self.queue);
        if queue.chunks.is_empty() && !queue.closed {
            drop(queue);
            if let Some(seat) = seat {
                seat.give(lane);
            }
            self.send(lane, output);
            queue = lock(&self.queue);
            if queue.chunks.is_empty() && !queue.closed {
                lane.enter(Phase::Waiting);
            }
            let idle = |queue: &mut Queue| queue.chunks.is_empty() && !queue.closed;
            queue = self.filled.wait_while(queue, idle).unwrap_or_else(PoisonError::into_inner);
        }
        if queue.closed { None } else { queue.chunks.pop_front() }
    }

    /// Tries a task until it ends for good, beginning with an attempt of this number after so many retries.
    #[expect(clippy::too_many_arguments, reason = "a task, and everything that its worker has")]
    fn settle(
        &self,
        index: TaskIndex,
        (attempt, tries): (u8, u32),
        slot: SlotId,
        lane: &mut LaneWriter,
        scratch: &Scratch,
        output: &Mutex<Output>,
        mut seat: Option<&mut GilSeat>,
    ) {
        for more in 0.. {
            let number = u32::from(attempt).saturating_add(more).min(255) as u8;
            let (ended, left) = self.job.run(index, number, lane, scratch, &self.cancel, seat.as_deref_mut());
            let at = lane.since();
            if let Some(mut left) = left {
                left.slot = slot;
                lock(output).command(left, at);
            }
            let failure = match ended {
                Ended::Ok(value) => {
                    lock(output).value(index, value, at);
                    break;
                }
                // The parent knows that it is cancelled.
                Ended::Cancelled => break,
                Ended::Error(words) => Failure::Error(words),
                Ended::TimedOut => Failure::TimedOut,
            };
            if tries + more < self.hello.retries && !self.stopping.load(Ordering::Relaxed) {
                lock(output).retry(index, at);
                continue;
            }
            if self.hello.on_error == OnError::Stop {
                // The parent tells the others, and this one too.
                self.stopping.store(true, Ordering::Relaxed);
            }
            lock(output).failure(index, failure, at);
            break;
        }
        let due = self.hello.estimate > LONG_TASK || lock(output).is_due(lane.since());
        if due {
            self.send(lane, output);
        }
    }

    fn send(&self, lane: &mut LaneWriter, output: &Mutex<Output>) {
        let mut output = lock(output);
        if !output.is_empty() {
            lane.enter(Phase::Sending);
            output.flush(&self.voice);
        }
    }
}

/// The program that this process was started from, which is what supervises commands too.
fn own_program() -> PathBuf {
    // Leads to the file itself, even if its name is gone.
    let link = PathBuf::from("/proc/self/exe");
    if link.exists() { link } else { std::env::current_exe().unwrap_or_default() }
}

/// Lets Ctrl-Z stop the commands first and then this process, and lets them go on with it: they have groups of their own,
/// which no signal to this one's reaches.
fn stop_commands_first() {
    let Ok(mut signals) = Signals::new([SIGTSTP, SIGCONT]) else { return };
    let heed = move || {
        while let Some(signal) = signals.wait().next() {
            if signal == SIGCONT {
                commands::continue_all();
            } else {
                commands::stop_all();
                // Whoever asked may have thought better of it meanwhile, and would not ask again.
                if signals.pending().any(|signal| signal == SIGCONT) {
                    commands::continue_all();
                } else {
                    let _ = raise(SIGSTOP);
                }
            }
        }
    };
    // Without it, SIGTSTP is lost and the stop with it: commands go on, and so do their clocks.
    let _ = std::thread::Builder::new().name("ps-signal".to_owned()).stack_size(64 << 10).spawn(heed);
}

/// A teller of a slot that is in the state in which the parent's is: starting, since it was asked for. What was before is
/// the parent's to tell.
fn tell_from(lanes: &Arc<Lanes>, slot: SlotId, hello: &Hello) -> LaneTeller {
    lanes.gone(slot, hello.spawned);
    lanes.spawned(slot, hello.spawned);
    let mut teller = LaneTeller::new(lanes, slot);
    teller.news();
    teller
}
