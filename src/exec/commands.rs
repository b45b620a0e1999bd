//! The commands of a run's tasks, within one process of workers: its supervisor, started when a worker needs it first, and
//! what a supervisor's report means for a task.
//!
//! How commands are started, watched and ended is [`super::command`]'s.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::event::{CommandEnd, Outcome};
use crate::exec::CancelToken;
use crate::exec::command::{End, Order, Report, Supervisor};
use crate::ids::{SlotId, TaskIndex};
use crate::plan::{Command, Work};
use crate::task::Stop;
use crate::text;
use crate::units::Nanos;

/// So much of the end of a command's output is kept.
pub const TAIL_KEPT: usize = 4 << 10;
/// The longest part of its last line that stands in an error.
const LINE_SHOWN: usize = 200;

/// Supervisors that live in this process, so that Ctrl-Z reaches their commands.
static LIVE: Mutex<Vec<Weak<Supervisor>>> = Mutex::new(Vec::new());

/// A command that was run for an attempt.
#[derive(Debug)]
pub(super) struct Ran {
    /// What becomes of the attempt.
    pub(super) result: Result<(), Stop>,
    /// What it left; none where there is no supervisor to tell.
    pub(super) left: Option<Box<CommandEnd>>,
    /// How long the end of what it left behind was waited for, after its own.
    pub(super) settled: Nanos,
}

/// Runs the commands of tasks.
#[derive(Debug)]
pub(super) struct Commands {
    /// What is started as a supervisor: this program.
    program: PathBuf,
    /// None before it is needed and after it has ended; an error where it could not be had.
    supervisor: Mutex<Option<Result<Arc<Supervisor>, String>>>,
}

impl Commands {
    /// Who runs the commands of this work; none where it has none.
    pub(super) fn of(work: &Work, program: impl FnOnce() -> PathBuf) -> Option<Arc<Self>> {
        work.command()?;
        Some(Arc::new(Self { program: program(), supervisor: Mutex::new(None) }))
    }

    /// Sees to it that the supervisor is there: a worker calls this while it is starting.
    pub(super) fn prepare(&self) {
        // Why there is none is the error of each task.
        let _ = self.supervisor();
    }

    fn supervisor(&self) -> Result<Arc<Supervisor>, String> {
        let mut supervisor = self.supervisor.lock().unwrap_or_else(PoisonError::into_inner);
        let started = supervisor.get_or_insert_with(|| {
            let started = Supervisor::start(&self.program)
                .map_err(|error| format!("start the process that supervises commands: {error}"))?;
            let started = Arc::new(started);
            let mut live = LIVE.lock().unwrap_or_else(PoisonError::into_inner);
            live.retain(|known| known.strong_count() > 0);
            live.push(Arc::downgrade(&started));
            Ok(started)
        });
        started.clone()
    }

    /// A supervisor is gone: the next command is another one's.
    fn forget(&self, gone: &Arc<Supervisor>) {
        let mut supervisor = self.supervisor.lock().unwrap_or_else(PoisonError::into_inner);
        supervisor.take_if(|known| known.as_ref().is_ok_and(|known| Arc::ptr_eq(known, gone)));
    }

    /// Ends the supervisor, and with it whatever commands may have left.
    pub(super) fn close(&self) {
        let supervisor = self.supervisor.lock().unwrap_or_else(PoisonError::into_inner).take();
        // Not under the lock: its end is waited for.
        drop(supervisor);
    }

    /// Runs the command of an attempt to its end.
    pub(super) fn run(
        &self,
        (command, index): (&Command, TaskIndex),
        (slot, attempt): (SlotId, u8),
        timeout: Option<Nanos>,
        cancel: &CancelToken,
    ) -> Ran {
        let order = Order {
            program: command.program().to_owned(),
            arguments: command.arguments(index.0.into()).into_iter().map(Into::into).collect(),
            timeout,
            keep: TAIL_KEPT,
        };
        let ran = self.supervisor().and_then(|supervisor| {
            let ran = supervisor.run(&order, cancel);
            ran.map_err(|error| {
                self.forget(&supervisor);
                error.to_string()
            })
        });
        let report = match ran {
            Ok(report) => report,
            Err(words) => {
                return Ran { result: Err(Stop::Failed(words)), left: None, settled: Nanos::ZERO };
            }
        };
        let settled = report.settled;
        let end = end_of(report, (slot, index, attempt));
        Ran { result: verdict(&end), left: Some(Box::new(end)), settled }
    }
}

/// What a report says of an attempt.
fn end_of(report: Report, (slot, task, attempt): (SlotId, TaskIndex, u8)) -> CommandEnd {
    let outcome = match report.end {
        End::Exited(0) => Outcome::Ok,
        End::TimedOut => Outcome::TimedOut,
        End::Cancelled => Outcome::Cancelled,
        End::Exited(_) | End::Signalled(_) | End::NotFound | End::NotStarted(_) => Outcome::Error,
    };
    let status = report.end.to_string();
    let Report { elapsed, user, system, run_delay, peak_memory, tail, dropped, leaked, unsure, .. } = report;
    CommandEnd {
        task,
        attempt,
        slot,
        outcome,
        status,
        elapsed,
        user,
        system,
        run_delay,
        peak_memory,
        tail,
        dropped,
        leaked,
        unsure,
    }
}

/// What becomes of the task: an error says how the command ended, and the last that it said.
fn verdict(end: &CommandEnd) -> Result<(), Stop> {
    match end.outcome {
        Outcome::Ok => Ok(()),
        Outcome::TimedOut => Err(Stop::TimedOut),
        Outcome::Cancelled => Err(Stop::Cancelled),
        Outcome::Error | Outcome::Lost => {
            let said = end.last_line().map(|line| format!(": {}", text::quotable(line, LINE_SHOWN)));
            let said = said.unwrap_or_default();
            Err(Stop::Failed(format!("{}{said}", end.status)))
        }
    }
}

/// Stops every command that runs in this process's care, as Ctrl-Z does.
pub fn stop_all() {
    for supervisor in live() {
        supervisor.stop();
    }
}

/// Lets them go on.
pub fn continue_all() {
    for supervisor in live() {
        supervisor.resume();
    }
}

fn live() -> Vec<Arc<Supervisor>> {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner).iter().filter_map(Weak::upgrade).collect()
}
