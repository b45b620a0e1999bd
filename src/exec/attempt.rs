//! One attempt of one task on a worker's own thread: the same for threads and for children.

use std::any::Any;
use std::cell::Cell;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Once};

use crate::clock::RunTime;
use crate::event::{CommandEnd, Outcome, Phase};
use crate::exec::commands::{Commands, Ran};
use crate::exec::gil::GilSeat;
use crate::exec::lane::LaneWriter;
use crate::exec::{CancelToken, Fault};
use crate::ids::TaskIndex;
use crate::plan::{Command, Work};
use crate::task::{Host, Scratch, Stop, Value, Watch, perform};
use crate::units::Nanos;

/// What every attempt of a run has in common.
#[derive(Clone, Debug)]
pub struct Job {
    /// What a task does.
    pub work: Work,
    /// How long an attempt may take.
    pub timeout: Option<Nanos>,
    /// Something that goes wrong on purpose.
    pub fault: Option<Fault>,
    /// Who runs commands, where tasks are commands.
    commands: Option<Arc<Commands>>,
}

/// Of what passes between two looks at the clock, at most so much counts towards a task's time limit: a stop by Ctrl-Z,
/// or a machine that lets nobody run, makes no task late.
const STRIDE: Nanos = Nanos::from_millis(100);

/// How an attempt ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ended {
    /// With a value.
    Ok(Value),
    /// With an error, in words.
    Error(String),
    /// Not in time.
    TimedOut,
    /// With the run.
    Cancelled,
}

impl Ended {
    /// The outcome, without value or words.
    pub const fn outcome(&self) -> Outcome {
        match self {
            Self::Ok(_) => Outcome::Ok,
            Self::Error(_) => Outcome::Error,
            Self::TimedOut => Outcome::TimedOut,
            Self::Cancelled => Outcome::Cancelled,
        }
    }
}

impl Job {
    /// What attempts of this work have in common. Commands need a supervisor, which is started from `program`.
    pub fn new(
        work: Work,
        timeout: Option<Nanos>,
        fault: Option<Fault>,
        program: impl FnOnce() -> PathBuf,
    ) -> Self {
        let commands = Commands::of(&work, program);
        Self { work, timeout, fault, commands }
    }

    /// Prepares what tasks need besides a worker's scratch; a worker calls this while it is starting.
    pub(super) fn prepare(&self) {
        if let Some(commands) = &self.commands {
            commands.prepare();
        }
    }

    /// Ends what was prepared, when no task runs any more.
    pub(super) fn close(&self) {
        if let Some(commands) = &self.commands {
            commands.close();
        }
    }

    /// Runs attempt number `attempt` of task `index` on a worker with this lane and this scratch, and what it left where it
    /// ran a command. A panic is the attempt's error.
    pub fn run(
        &self,
        index: TaskIndex,
        attempt: u8,
        lane: &mut LaneWriter,
        scratch: &Scratch,
        cancel: &CancelToken,
        mut seat: Option<&mut GilSeat>,
    ) -> (Ended, Option<Box<CommandEnd>>) {
        if let Some(seat) = &mut seat {
            seat.take(lane);
        }
        lane.start_task(index, attempt);
        let start = lane.since();
        let limit = self.timeout.map(|timeout| Limit { timeout, used: Nanos::ZERO, seen: start });
        let commands = self.commands.as_deref();
        let mut host = Watched { lane, cancel, limit, seat, attempt, commands, left: None, over: None };
        let result = quietly(|| {
            if let Some(fault) = self.fault {
                fault.strike(index);
            }
            perform(&self.work, index, scratch, &mut host)
        });
        // It may have come to its end between two checkpoints, but late all the same.
        let late = host.is_late();
        let (left, over) = (host.left.take(), host.over);
        let ended = match result {
            // Whether a command was in time is its supervisor's to say.
            Ok(Ok(_)) if late && left.is_none() => Ended::TimedOut,
            Ok(Ok(value)) => Ended::Ok(value),
            Ok(Err(Stop::Cancelled)) => Ended::Cancelled,
            Ok(Err(Stop::TimedOut)) => Ended::TimedOut,
            Ok(Err(Stop::NoBuffer)) => Ended::Error("there was no memory for its worker's buffer".to_owned()),
            Ok(Err(Stop::Failed(words))) | Err(words) => Ended::Error(words),
        };
        let took = match over {
            Some(over) => lane.end_task_at(ended.outcome(), over),
            None => lane.end_task(ended.outcome()),
        };
        if let Some((part, _)) = self.work.place(index) {
            lane.count_part(part, took, self.work.waiting(index));
        }
        (ended, left)
    }
}

/// The host of a task on a worker.
struct Watched<'a> {
    lane: &'a mut LaneWriter,
    cancel: &'a CancelToken,
    limit: Option<Limit>,
    /// Where tasks need the lock of an interpreter.
    seat: Option<&'a mut GilSeat>,
    /// The number of the attempt.
    attempt: u8,
    /// Who runs commands, where tasks are commands.
    commands: Option<&'a Commands>,
    /// What a command left.
    left: Option<Box<CommandEnd>>,
    /// When the task was over, where its worker had to wait for something after that.
    over: Option<RunTime>,
}

/// A time limit, and how much of it is used up.
struct Limit {
    timeout: Nanos,
    used: Nanos,
    /// The last look at the clock.
    seen: RunTime,
}

impl Limit {
    /// Takes note of the moment; `expected` is how long nobody was going to look. Returns what is left.
    fn look(&mut self, now: RunTime, expected: Nanos) -> Nanos {
        self.used += now.since(self.seen).min(expected + STRIDE);
        self.seen = now;
        self.timeout - self.used
    }
}

impl Watched<'_> {
    fn verdict(&mut self, now: RunTime) -> ControlFlow<Stop> {
        if self.cancel.is_cancelled() {
            return ControlFlow::Break(Stop::Cancelled);
        }
        match self.limit.as_mut().map(|limit| limit.look(now, Nanos::ZERO)) {
            Some(Nanos::ZERO) => ControlFlow::Break(Stop::TimedOut),
            _ => ControlFlow::Continue(()),
        }
    }

    fn is_late(&mut self) -> bool {
        let now = |lane: &LaneWriter| lane.clock().now();
        self.limit.as_mut().is_some_and(|limit| limit.look(now(self.lane), Nanos::ZERO) == Nanos::ZERO)
    }
}

impl Host for Watched<'_> {
    fn checkpoint(&mut self, progress: u16) -> ControlFlow<Stop> {
        let now = self.lane.checkpoint(progress);
        self.verdict(now)
    }

    fn block(&mut self, wait: Nanos) -> ControlFlow<Stop> {
        self.leave();
        self.lane.enter(Phase::Blocked);
        let end = self.lane.since().after(wait);
        loop {
            let now = self.lane.clock().now();
            self.verdict(now)?;
            let mut rest = end.since(now);
            if rest == Nanos::ZERO {
                break;
            }
            if let Some(limit) = &mut self.limit {
                rest = rest.min(limit.look(now, Nanos::ZERO));
            }
            self.cancel.wait(rest);
            if let Some(limit) = &mut self.limit {
                limit.look(self.lane.clock().now(), rest);
            }
        }
        self.come_back();
        self.lane.enter(Phase::Computing);
        ControlFlow::Continue(())
    }

    fn during<T>(&mut self, call: impl FnOnce(&Watch) -> T) -> T {
        self.leave();
        self.lane.enter(Phase::Blocked);
        let before = self.lane.since();
        let rest = self.limit.as_mut().map(|limit| limit.look(before, Nanos::ZERO));
        let cancel = self.cancel.clone();
        let watch = Watch::new(move || cancel.is_cancelled(), rest);
        let result = call(&watch);
        if let Some(limit) = &mut self.limit {
            let now = self.lane.clock().now();
            let told = watch.waited();
            limit.look(now, if told > Nanos::ZERO { told } else { now.since(before) });
        }
        self.come_back();
        self.lane.enter(Phase::Computing);
        result
    }

    fn command(&mut self, index: TaskIndex, command: &Command) -> ControlFlow<Stop> {
        let Some(commands) = self.commands else {
            return ControlFlow::Break(Stop::Failed(format!("nobody is here to run {}", command.label())));
        };
        // Who waits for a command has no use for an interpreter's lock.
        self.leave();
        self.lane.enter(Phase::Blocked);
        let now = self.lane.since();
        self.verdict(now)?;
        let rest = self.limit.as_mut().map(|limit| limit.look(now, Nanos::ZERO));
        let Ran { result, left, settled } =
            commands.run((command, index), (self.lane.slot(), self.attempt), rest, self.cancel);
        if let Some(delay) = left.as_ref().and_then(|left| left.run_delay) {
            self.lane.count_run_delay(delay);
        }
        self.left = left;
        if settled > Nanos::ZERO && self.seat.is_none() {
            self.over = Some(RunTime(self.lane.clock().now().0.saturating_sub(settled.0)));
        } else {
            self.come_back();
            self.lane.enter(Phase::Computing);
        }
        match result {
            Ok(()) => ControlFlow::Continue(()),
            Err(stop) => ControlFlow::Break(stop),
        }
    }

    #[inline]
    fn tick(&mut self) {
        if let Some(seat) = &mut self.seat {
            seat.tick(self.lane);
        }
    }

    fn leave(&mut self) {
        if let Some(seat) = &mut self.seat {
            seat.give(self.lane);
        }
    }

    fn come_back(&mut self) {
        if let Some(seat) = &mut self.seat {
            seat.take(self.lane);
            if self.lane.phase() == Phase::GilWait {
                self.lane.enter(Phase::Computing);
            }
        }
    }
}

thread_local! {
    /// Whether this thread is inside a task: its panics are caught, and nothing is printed about them.
    static IN_TASK: Cell<bool> = const { Cell::new(false) };
    /// Where the last panic of a task on this thread happened.
    static WHERE: Cell<Option<String>> = const { Cell::new(None) };
}

/// Runs `task`; a panic becomes its message and place, and reaches neither screen nor standard error.
fn quietly<T>(task: impl FnOnce() -> T) -> Result<T, String> {
    install_hook();
    IN_TASK.set(true);
    let result = catch_unwind(AssertUnwindSafe(task));
    IN_TASK.set(false);
    result.map_err(|payload| {
        let words = message(payload.as_ref());
        match WHERE.take() {
            Some(place) => format!("panicked at {place}: {words}"),
            None => format!("panicked: {words}"),
        }
    })
}

/// Whoever sets a panic hook later (the screen does) has this one below it and must call it for other threads.
fn install_hook() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if IN_TASK.get() {
                WHERE.set(info.location().map(ToString::to_string));
            } else {
                previous(info);
            }
        }));
    });
}

/// Whether the calling thread is inside a task, whose panics are caught.
pub fn in_task() -> bool {
    IN_TASK.get()
}

fn message(payload: &(dyn Any + Send)) -> String {
    let words = payload.downcast_ref::<&str>().map(|s| (*s).to_owned());
    let words = words.or_else(|| payload.downcast_ref::<String>().cloned());
    words.unwrap_or_else(|| "with something that is no text".to_owned())
}
