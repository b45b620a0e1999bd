//! The supervisor's loop: one thread, one poll, everything that can happen.
//!
//! *Active time* counts at most 100 ms for each look at the clock, and nothing while commands are stopped, so that neither
//! Ctrl-Z nor a machine that does not let the supervisor run makes a command late.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::Signal;
use signal_hook::consts::{SIGCHLD, SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::iterator::backend::SignalDelivery;
use signal_hook::iterator::exfiltrator::SignalOnly;

use super::job::Job;
use super::order::Starter;
use super::strangers::Strangers;
use super::tree::{self, Process};
use super::wire::{self, Ask, Frames, Tell, Work};
use super::{End, Report};
use crate::clock::{Clock, Stamp};
use crate::sys;
use crate::units::Nanos;

/// Signals that are heard. Those that would end the process have a handler and no effect: a handler, unlike a signal that is
/// ignored, is not passed on to commands.
const HEARD: [i32; 7] = [SIGCHLD, SIGCONT, SIGTSTP, SIGHUP, SIGINT, SIGQUIT, SIGTERM];
/// The most that one look counts.
const LOOK: Nanos = Nanos::from_millis(100);
/// Bytes of output read at a time: what a pipe holds.
const ROOM: usize = 64 << 10;

/// Everything that the supervisor knows.
pub(super) struct Watch {
    stream: UnixStream,
    frames: Frames,
    /// Frames that the client has not taken yet.
    out: VecDeque<u8>,
    signals: SignalDelivery<UnixStream, SignalOnly>,
    starter: Starter,
    jobs: BTreeMap<u64, Job>,
    strangers: Strangers,
    /// Orders that came while everything is stopped.
    held: VecDeque<(u64, Work)>,
    stopped: bool,
    /// Everybody who was stopped with it, in whatever group.
    frozen: BTreeSet<Process>,
    clock: Clock,
    looked: Stamp,
    active: Nanos,
    buffer: Vec<u8>,
}

/// What a poll found.
struct Ready {
    asked: bool,
    signalled: bool,
    outputs: Vec<u64>,
}

impl Watch {
    /// Begins to hear signals. `open_files` is what commands get.
    pub(super) fn new(stream: UnixStream, frames: Frames, open_files: Option<u64>) -> io::Result<Self> {
        let (read, write) = UnixStream::pair()?;
        write.set_nonblocking(true)?;
        stream.set_nonblocking(true)?;
        let clock = Clock::monotonic();
        Ok(Self {
            signals: SignalDelivery::with_pipe(read, write, SignalOnly, HEARD)?,
            starter: Starter::new(open_files)?,
            looked: clock.now(),
            stream,
            frames,
            out: VecDeque::new(),
            jobs: BTreeMap::new(),
            strangers: Strangers::default(),
            held: VecDeque::new(),
            stopped: false,
            frozen: BTreeSet::new(),
            clock,
            active: Nanos::ZERO,
            buffer: vec![0; ROOM],
        })
    }

    /// Does what is asked until the client is gone.
    pub(super) fn serve(&mut self) {
        loop {
            let ready = self.wait();
            self.look_at_clock();
            for number in ready.outputs {
                if let Some(job) = self.jobs.get_mut(&number) {
                    job.drain(&mut self.buffer);
                }
            }
            if ready.signalled {
                self.hear();
            }
            if ready.asked && self.listen().is_err() {
                return;
            }
            self.advance();
            if self.flush().is_err() {
                return;
            }
        }
    }

    /// Kills the groups of all commands: all that can be done where descendants cannot be found.
    pub(super) fn kill_groups(&self) {
        for job in self.jobs.values() {
            job.signal_group(Signal::KILL);
        }
    }

    fn wait(&self) -> Ready {
        let with_output = self.jobs.values().filter_map(|job| Some((job.number(), job.output()?)));
        let (numbers, outputs): (Vec<u64>, Vec<_>) = with_output.unzip();
        let out = if self.out.is_empty() { PollFlags::empty() } else { PollFlags::OUT };
        let stream = PollFd::new(&self.stream, PollFlags::IN | out);
        let signals = PollFd::from_borrowed_fd(self.signals.get_read().as_fd(), PollFlags::IN);
        let outputs = outputs.into_iter().map(|output| PollFd::from_borrowed_fd(output, PollFlags::IN));
        let mut all: Vec<PollFd<'_>> = [stream, signals].into_iter().chain(outputs).collect();
        let patience = self.patience().map(|wait| Timespec {
            tv_sec: (wait.0 / 1_000_000_000) as i64,
            tv_nsec: (wait.0 % 1_000_000_000) as _,
        });
        // An interrupted wait found nothing.
        let found = poll(&mut all, patience.as_ref()).is_ok();
        let is_ready = |fd: &PollFd<'_>| found && fd.revents().intersects(!PollFlags::OUT);
        Ready {
            asked: is_ready(&all[0]),
            signalled: is_ready(&all[1]),
            outputs: numbers
                .into_iter()
                .zip(&all[2..])
                .filter(|(_, fd)| is_ready(fd))
                .map(|(n, _)| n)
                .collect(),
        }
    }

    /// How long nothing will be due.
    fn patience(&self) -> Option<Nanos> {
        if self.stopped {
            return None;
        }
        // No longer than a look counts.
        self.jobs.values().filter_map(|job| job.patience(self.active)).min().map(|wait| wait.min(LOOK))
    }

    fn look_at_clock(&mut self) {
        let now = self.clock.now();
        if !self.stopped {
            self.active += now.since(self.looked).min(LOOK);
        }
        self.looked = now;
    }

    /// Hears signals, and reaps whoever is dead.
    fn hear(&mut self) {
        for signal in self.signals.pending().collect::<Vec<_>>() {
            match signal {
                SIGTSTP => self.stop(),
                SIGCONT => self.resume(),
                _ => {}
            }
        }
        let mut deaths = false;
        while let Some(pid) = sys::dead_child() {
            let leader = self.jobs.values_mut().find(|job| job.leads(pid));
            if cfg!(not(target_os = "linux"))
                && let Some(job) = &leader
            {
                // What it left in its group cannot be found later.
                job.signal_group(Signal::KILL);
            }
            // After that, nothing is known of it any more.
            let run_delay = leader.as_ref().and_then(|_| tree::run_delay(pid));
            let Some(reaped) = sys::reap(pid) else {
                break;
            };
            match leader {
                Some(job) => {
                    job.died((reaped, run_delay), self.looked, self.active);
                    deaths = true;
                }
                None => self.strangers.forget(pid),
            }
        }
        if deaths {
            // What a process leaves behind is a child of this one before its own death can be seen.
            self.strangers.look(&self.jobs);
        }
    }

    /// Reads what is asked; an error means that the client is gone.
    fn listen(&mut self) -> Result<(), wire::WireError> {
        match self.frames.fill(&mut self.stream) {
            Ok(0) => return Err(wire::WireError::Closed),
            Err(error) if !is_passing(&error) => return Err(error.into()),
            _ => {}
        }
        while let Some(ask) = self.frames.next()? {
            match ask {
                Ask::Run(number, work) if self.stopped => self.held.push_back((number, work)),
                Ask::Run(number, work) => self.start(number, &work),
                Ask::Cancel(number) => self.end(number, false),
                Ask::Kill(number) => self.end(number, true),
                Ask::Stop => self.stop(),
                Ask::Resume => self.resume(),
            }
        }
        Ok(())
    }

    fn start(&mut self, number: u64, work: &Work) {
        let spawned = self.clock.now();
        match self.starter.start(work) {
            Ok(started) => {
                let job = Job::new(number, work, started, spawned, self.active);
                self.jobs.insert(number, job);
            }
            Err(end) => {
                let elapsed = self.clock.now().since(spawned);
                self.tell(number, Report { elapsed, ..Report::bare(end) }, Vec::new());
            }
        }
    }

    fn end(&mut self, number: u64, at_once: bool) {
        if let Some(at) = self.held.iter().position(|(held, _)| *held == number) {
            self.held.remove(at);
            self.tell(number, Report::bare(End::Cancelled), Vec::new());
        } else if let Some(job) = self.jobs.get_mut(&number) {
            if at_once {
                job.kill(End::Cancelled, self.active, &self.strangers);
            } else {
                job.end(End::Cancelled, self.active);
            }
        }
    }

    fn stop(&mut self) {
        self.stopped = true;
        for job in self.jobs.values() {
            job.signal_group(Signal::STOP);
        }
        self.frozen.extend(tree::stop_all());
    }

    fn resume(&mut self) {
        if !std::mem::take(&mut self.stopped) {
            return;
        }
        for job in self.jobs.values() {
            job.signal_group(Signal::CONT);
        }
        for process in std::mem::take(&mut self.frozen) {
            tree::signal(process, Signal::CONT);
        }
        for (number, work) in std::mem::take(&mut self.held) {
            self.start(number, &work);
        }
    }

    fn advance(&mut self) {
        let (now, strangers) = (self.active, &self.strangers);
        let over = |(number, job): (&u64, &mut Job)| job.advance(now, strangers).then_some(*number);
        for number in self.jobs.iter_mut().filter_map(over).collect::<Vec<_>>() {
            if let Some(job) = self.jobs.remove(&number) {
                self.strangers.release(number);
                let (report, tail) = job.finish(self.looked);
                self.tell(number, report, tail);
            }
        }
    }

    fn tell(&mut self, number: u64, report: Report, tail: Vec<u8>) {
        // Its parts are limited, so that it always fits.
        if let Ok(bytes) = wire::frame(&Tell::Done(number, report, tail)) {
            self.out.extend(bytes);
        }
    }

    /// Sends as much as the client takes now; an error means that it is gone.
    fn flush(&mut self) -> io::Result<()> {
        while !self.out.is_empty() {
            match self.stream.write(self.out.as_slices().0) {
                Ok(count) => drop(self.out.drain(..count)),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

fn is_passing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock)
}
