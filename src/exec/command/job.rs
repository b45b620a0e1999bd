//! One command from its start to its report: its output, its stages, and its end.

use std::io::{PipeReader, Read};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::process::ExitStatusExt;

use rustix::process::{Pid, Signal, getpgid, kill_process_group};

use super::strangers::Strangers;
use super::tail::Tail;
use super::tree::{self, Process};
use super::wire::Work;
use super::{End, MOST_KEPT, Report};
use crate::clock::Stamp;
use crate::event::PeakMemory;
use crate::sys::{Reaped, own_peak};
use crate::units::{Bytes, Nanos};

/// How long after a command's end its pipe may stay open, and processes that it left may go on.
const SETTLE: Nanos = Nanos::from_millis(100);
/// How long processes have to end when they are asked to.
const GRACE: Nanos = Nanos::from_millis(500);
/// How long a death by SIGKILL is waited for, before the command is reported without it.
const DEATH: Nanos = Nanos::from_secs(5);
/// How often it is looked whether the killed are dead, which are killed again, and whether what was left behind means to stay.
const AGAIN: Nanos = Nanos::from_millis(10);

/// Moments are in active time: see [`watch`](super::watch).
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Stage {
    /// It runs.
    Going,
    /// It has ended by itself, and what is left of it may still end by itself.
    Settling(Nanos),
    /// It, or what is left of it, was asked to end.
    Grace(Nanos),
    /// Everything was killed.
    Killed(Nanos),
}

/// How a command's own process ended.
#[derive(Copy, Clone, Debug)]
struct Death {
    reaped: Reaped,
    run_delay: Option<Nanos>,
    elapsed: Nanos,
    /// What the supervisor itself had at most until then, of which the command's process began as a part.
    floor: Bytes,
}

/// A command that has been started, and is not reported.
#[derive(Debug)]
pub(super) struct Job {
    number: u64,
    pid: Pid,
    spawned: Stamp,
    deadline: Option<Nanos>,
    /// The end of its pipe, and the pipe's number; none once it is closed.
    output: Option<(PipeReader, Option<u64>)>,
    tail: Tail,
    stage: Stage,
    /// That, and why, it was ended.
    forced: Option<End>,
    death: Option<Death>,
    leaked: u32,
    /// Whether some of these may stem from others.
    unsure: bool,
    /// Everybody who was seen below it when it was ended.
    seen: Vec<Process>,
}

impl Job {
    /// A command that was started a moment ago, at `spawned`; `now` is in active time.
    pub(super) fn new(
        number: u64,
        work: &Work,
        (pid, output): (Pid, PipeReader),
        spawned: Stamp,
        now: Nanos,
    ) -> Self {
        let pipe = rustix::fs::fstat(&output).ok().map(|stat| stat.st_ino);
        Self {
            number,
            pid,
            spawned,
            deadline: work.timeout.map(|timeout| now + timeout),
            output: Some((output, pipe)),
            tail: Tail::new(work.keep.min(MOST_KEPT)),
            stage: Stage::Going,
            forced: None,
            death: None,
            leaked: 0,
            unsure: false,
            seen: Vec::new(),
        }
    }

    pub(super) const fn number(&self) -> u64 {
        self.number
    }

    pub(super) const fn pid(&self) -> Pid {
        self.pid
    }

    /// Whether this is its own process, and not reaped.
    pub(super) fn leads(&self, pid: i32) -> bool {
        self.death.is_none() && self.pid.as_raw_nonzero().get() == pid
    }

    pub(super) fn has_seen(&self, process: Process) -> bool {
        self.seen.contains(&process)
    }

    /// The number of its pipe, while that is open.
    pub(super) fn pipe(&self) -> Option<u64> {
        self.output.as_ref().and_then(|(_, pipe)| *pipe)
    }

    /// What there is to be waited for and read.
    pub(super) fn output(&self) -> Option<BorrowedFd<'_>> {
        self.output.as_ref().map(|(reader, _)| reader.as_fd())
    }

    /// Reads once. The caller knows that there is something, or the end.
    pub(super) fn drain(&mut self, buffer: &mut [u8]) {
        if let Some((reader, _)) = &mut self.output {
            match reader.read(buffer) {
                Ok(0) => self.output = None,
                Ok(count) => self.tail.push(&buffer[..count]),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => self.output = None,
            }
        }
    }

    /// Its own process is dead, and reaped; `run_delay` is how long it was ready and had no CPU, where that is known.
    pub(super) fn died(&mut self, (reaped, run_delay): (Reaped, Option<Nanos>), at: Stamp, now: Nanos) {
        self.death = Some(Death { reaped, run_delay, elapsed: at.since(self.spawned), floor: own_peak() });
        if self.stage == Stage::Going {
            self.stage = Stage::Settling(now + SETTLE);
        }
    }

    /// Signals its group, for as long as its number cannot be anybody else's.
    pub(super) fn signal_group(&self, signal: Signal) {
        if self.death.is_none() {
            // Everybody in it may be dead already.
            let _ = kill_process_group(self.pid, signal);
        }
    }

    /// Asks it to end, once.
    pub(super) fn end(&mut self, why: End, now: Nanos) {
        if self.death.is_some() || self.forced.is_some() {
            return;
        }
        self.forced = Some(why);
        self.seen = tree::below(&[self.pid.as_raw_nonzero().get()]);
        self.signal_group(Signal::TERM);
        for process in &self.seen {
            let group = Pid::from_raw(process.pid).and_then(|pid| getpgid(Some(pid)).ok());
            // Its group has heard it; for some programs a second time means more.
            if group != Some(self.pid) {
                tree::signal(*process, Signal::TERM);
                tree::signal(*process, Signal::CONT);
            }
        }
        // Who was stopped hears it only when it goes on.
        self.signal_group(Signal::CONT);
        self.stage = Stage::Grace(now + GRACE);
    }

    /// Kills it at once.
    pub(super) fn kill(&mut self, why: End, now: Nanos, strangers: &Strangers) {
        if self.death.is_none() {
            self.forced.get_or_insert(why);
            self.seen.extend(tree::below(&[self.pid.as_raw_nonzero().get()]));
            self.signal_group(Signal::KILL);
            for process in &self.seen {
                tree::signal(*process, Signal::KILL);
            }
        }
        if !matches!(self.stage, Stage::Killed(_)) {
            self.stage = Stage::Killed(now + DEATH);
        }
        kill_all(&strangers.all_of(self.number));
    }

    /// Does what is due. Whether the command is over.
    pub(super) fn advance(&mut self, now: Nanos, strangers: &Strangers) -> bool {
        if self.death.is_some() && self.output.is_none() && strangers.of(self.number).next().is_none() {
            return true;
        }
        match self.stage {
            Stage::Going if self.deadline.is_some_and(|deadline| now >= deadline) => {
                self.end(End::TimedOut, now);
            }
            Stage::Settling(until) if now >= until || self.is_left_for_good(strangers) => {
                let left = strangers.all_of(self.number);
                if left.is_empty() {
                    // Somebody else holds its pipe, who does not stem from it.
                    return true;
                }
                self.leaked = left.len() as u32;
                self.unsure = strangers.is_unsure_of(self.number);
                for process in left {
                    tree::signal(process, Signal::TERM);
                    tree::signal(process, Signal::CONT);
                }
                self.stage = Stage::Grace(now + GRACE);
            }
            Stage::Grace(until) if now >= until => self.kill(End::Cancelled, now, strangers),
            Stage::Killed(until) if now >= until => return true,
            Stage::Killed(_) => kill_all(&strangers.all_of(self.number)),
            _ => {}
        }
        false
    }

    /// Whether all that is left of it has turned away from it: nobody has its pipe or is in its group any more.
    fn is_left_for_good(&self, strangers: &Strangers) -> bool {
        let in_group = |process: Process| {
            let group = Pid::from_raw(process.pid).and_then(|pid| getpgid(Some(pid)).ok());
            group == Some(self.pid)
        };
        self.output.is_none() && !strangers.of(self.number).any(in_group)
    }

    /// How long nothing is due, if anything will be.
    pub(super) fn patience(&self, now: Nanos) -> Option<Nanos> {
        match self.stage {
            Stage::Going => self.deadline.map(|deadline| deadline - now),
            // Nothing tells of its leaving the group.
            Stage::Settling(until) if self.output.is_none() => Some(AGAIN.min(until - now)),
            Stage::Settling(until) | Stage::Grace(until) => Some(until - now),
            Stage::Killed(_) => Some(AGAIN),
        }
    }

    /// What is said about it, and the end of its output. `at` stands for its end where its own process could not be killed.
    pub(super) fn finish(self, at: Stamp) -> (Report, Vec<u8>) {
        let (tail, dropped) = self.tail.finish();
        let status = self.death.map(|death| death.reaped.status);
        let signal = status.and_then(|status| status.signal());
        let natural = match (signal, status.and_then(|status| status.code())) {
            (Some(signal), _) => End::Signalled(signal),
            (None, Some(code)) => End::Exited(code),
            (None, None) => End::Signalled(Signal::KILL.as_raw()),
        };
        let elapsed = self.death.map_or_else(|| at.since(self.spawned), |death| death.elapsed);
        let used = self.death.map(|death| death.reaped);
        let report = Report {
            end: self.forced.unwrap_or(natural),
            elapsed,
            user: used.map_or(Nanos::ZERO, |used| used.user),
            system: used.map_or(Nanos::ZERO, |used| used.system),
            run_delay: self.death.and_then(|death| death.run_delay).map(|delay| delay.min(elapsed)),
            peak_memory: self
                .death
                .map_or_else(PeakMemory::default, |death| PeakMemory::above(death.floor, death.reaped.peak)),
            tail: String::new(),
            dropped,
            leaked: self.leaked,
            unsure: self.unsure,
            settled: at.since(self.spawned) - elapsed,
        };
        (report, tail)
    }
}

fn kill_all(processes: &[Process]) {
    for process in processes {
        tree::signal(*process, Signal::KILL);
    }
}
