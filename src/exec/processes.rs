//! Worker processes: this program started again, as often as there are workers, and fed with frames.
//!
//! A child is `worker_program __worker`. It is spoken to over a socket pair, its standard input; it does one chunk of
//! tasks after another, writes down what it does in its lane, and sends results back. The parent alone keeps the books:
//! a child may die at any moment, and what it had not told is done again by another. States, protocol, orderings and the
//! races that they prevent are in the README.md beside this module.
//!
//! What this does not do: look after processes that tasks start themselves, and run where there are no sockets between
//! processes (a run says so there, and stops).

#[cfg(unix)]
mod books;
#[cfg(unix)]
pub(super) mod build;
#[cfg(unix)]
mod child;
#[cfg(unix)]
mod dispatch;
#[cfg(unix)]
mod feeder;
#[cfg(unix)]
mod output;
#[cfg(unix)]
mod place;
#[cfg(unix)]
mod registry;
#[cfg(unix)]
mod run;
#[cfg(unix)]
mod spawn;
#[cfg(unix)]
mod stderr;
#[cfg(unix)]
mod wire;
#[cfg(unix)]
mod writer;

use std::process::ExitCode;

use crate::exec::{Books, Executor, RunEnv, RunSpec};

/// The word that makes the program a worker, as its first argument.
pub const WORKER_ARGUMENT: &str = "__worker";

/// The processes strategy, and hybrid: the same with several threads in each child.
#[derive(Debug)]
pub(super) struct Processes;

impl Executor for Processes {
    #[cfg(unix)]
    fn run(&self, spec: &RunSpec, env: &RunEnv) -> Books {
        run::Run::go(spec, env)
    }

    #[cfg(not(unix))]
    fn run(&self, spec: &RunSpec, _env: &RunEnv) -> Books {
        use crate::event::{Outcome, StopReason};
        use crate::exec::outcomes::Outcomes;

        let why = "worker processes need sockets between processes, which are not available on this system";
        Outcomes::new(spec.tasks, &spec.work)
            .books(Some(StopReason::Workers(why.to_owned())), Outcome::Cancelled)
    }
}

/// The whole life of a worker process. `main` calls this, before it looks at anything else, when the first argument is
/// [`WORKER_ARGUMENT`]; the process ends with the code. Started by anybody but this program it refuses with 2.
pub fn worker_main() -> ExitCode {
    #[cfg(unix)]
    {
        child::main()
    }
    #[cfg(not(unix))]
    {
        use std::io::Write;
        let _ = writeln!(
            std::io::stderr(),
            "poolscope {WORKER_ARGUMENT}: there are no worker processes on this system"
        );
        ExitCode::from(2)
    }
}

/// What can be done to all children at once.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum GroupSignal {
    /// They stop where they are, as for Ctrl-Z.
    Stop,
    /// They go on.
    Continue,
    /// They are dead.
    Kill,
}

/// Signals the process groups of all children of all runs, at once and without waiting. Nothing where there are none.
pub fn signal_all(signal: GroupSignal) {
    #[cfg(unix)]
    registry::signal_all(signal);
    #[cfg(not(unix))]
    let _ = signal;
}

/// The process numbers of all children that live now.
pub fn live_workers() -> Vec<u32> {
    #[cfg(unix)]
    {
        registry::all()
    }
    #[cfg(not(unix))]
    {
        Vec::new()
    }
}
