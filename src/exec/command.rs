//! User commands: a process beside poolscope that runs them, watches them, and leaves nothing of them behind.
//!
//! [`Supervisor::start`] starts this program again as `program __supervise`. It runs whatever [`Order`] it is given, many
//! at once, and answers each with a [`Report`]. When its socket closes, because poolscope (or the worker process that owns
//! it) ended in whatever way, it kills every process that descends from it, and only then ends. If it is killed itself, its
//! parent does this, which on Linux stands between it and poolscope for nothing else. States, protocol and what is exact
//! about processes left behind are in the README.md beside this module.
//!
//! What this does not do: decide what a command is (words, items, shells are the plan's), try again, or keep books. On
//! Unix systems other than Linux, processes that leave their command's process group are not found; where there are no
//! process groups, no supervisor can be started.

#[cfg(unix)]
mod client;
#[cfg(unix)]
mod job;
#[cfg(target_os = "linux")]
mod keep;
#[cfg(unix)]
mod order;
#[cfg(unix)]
mod strangers;
#[cfg(unix)]
mod supervise;
#[cfg(unix)]
mod tail;
#[cfg(all(test, unix))]
mod tests;
#[cfg(unix)]
mod tree;
#[cfg(unix)]
mod watch;
#[cfg(unix)]
mod wire;

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::event::PeakMemory;
use crate::exec::CancelToken;
#[cfg(unix)]
use crate::units::Bytes;
use crate::units::Nanos;

/// The word that makes the program a supervisor, as its first argument.
pub const SUPERVISE_ARGUMENT: &str = "__supervise";
/// The word behind it in a supervisor that has a keeper already.
#[cfg(target_os = "linux")]
const KEPT_ARGUMENT: &str = "kept";
/// At most so many bytes of a command's output are kept, whatever its order says.
pub const MOST_KEPT: usize = 64 << 10;
/// Why a command with very many arguments does not start.
#[cfg(unix)]
const TOO_LONG: &str = "its arguments are longer than the system takes";

/// One command to run. It inherits environment and working directory from the supervisor; its standard input is empty.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Order {
    /// The program, as an absolute path: nothing is searched for.
    pub program: PathBuf,
    /// Its arguments, each of which arrives as it is. None may hold a zero byte.
    pub arguments: Vec<OsString>,
    /// How long it may take; stops by Ctrl-Z do not count.
    pub timeout: Option<Nanos>,
    /// Bytes kept of the end of its output, at most [`MOST_KEPT`].
    pub keep: usize,
}

/// How a command ended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum End {
    /// By itself, with this status.
    Exited(i32),
    /// By a signal that this supervisor did not send.
    Signalled(i32),
    /// There is no such program.
    NotFound,
    /// It could not be started; why, in words.
    NotStarted(String),
    /// It took longer than it may, and was ended.
    TimedOut,
    /// Its caller was cancelled, and it was ended.
    Cancelled,
}

impl End {
    /// Whether the command did what it was to do, as its status says.
    pub const fn is_ok(&self) -> bool {
        matches!(self, Self::Exited(0))
    }
}

/// `exit status 3`, `killed by SIGSEGV`, `not found`.
impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(status) => write!(f, "exit status {status}"),
            Self::Signalled(signal) => match signal_name(*signal) {
                Some(name) => write!(f, "killed by {name}"),
                None => write!(f, "killed by signal {signal}"),
            },
            Self::NotFound => f.write_str("not found"),
            Self::NotStarted(why) => write!(f, "not started: {why}"),
            Self::TimedOut => f.write_str("timed out"),
            Self::Cancelled => f.write_str("cancelled"),
        }
    }
}

/// The name of a signal that commands may die of.
fn signal_name(signal: i32) -> Option<&'static str> {
    #[cfg(unix)]
    {
        signal_hook::low_level::signal_name(signal)
    }
    #[cfg(not(unix))]
    {
        let _ = signal;
        None
    }
}

/// What became of a command.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Report {
    /// How it ended.
    pub end: End,
    /// From before it was spawned until its death was noticed.
    pub elapsed: Nanos,
    /// CPU time in user mode, of the command and of those of its children that it waited for.
    pub user: Nanos,
    /// CPU time in the kernel, likewise.
    pub system: Nanos,
    /// How long it was ready and had no CPU, at least: its first thread alone, without its children. None where the system
    /// does not say.
    pub run_delay: Option<Nanos>,
    /// The most memory that one of these held at once (not their sum).
    pub peak_memory: PeakMemory,
    /// The end of what it wrote to standard output and error, in the order in which it wrote it, made harmless by
    /// [`text::sanitised`](crate::text::sanitised).
    // It travels apart, as it was written, and becomes text for whoever asked.
    #[serde(skip)]
    pub tail: String,
    /// Bytes of output before the tail.
    pub dropped: u64,
    /// Processes that it left behind when it ended by itself, and that had to be killed.
    pub leaked: u32,
    /// Whether some of these may have been left by another command, which ran at the same time.
    pub unsure: bool,
    /// From its own end, which `elapsed` is up to, until nothing was left of it.
    pub settled: Nanos,
}

#[cfg(unix)]
impl Report {
    /// Of a command that used nothing and said nothing.
    const fn bare(end: End) -> Self {
        Self {
            end,
            elapsed: Nanos::ZERO,
            user: Nanos::ZERO,
            system: Nanos::ZERO,
            run_delay: None,
            peak_memory: PeakMemory::of(Bytes(0)),
            tail: String::new(),
            dropped: 0,
            leaked: 0,
            unsure: false,
            settled: Nanos::ZERO,
        }
    }
}

/// A supervising process, and the way to it. One for each process that runs commands; any number of threads may use it
/// at once. Dropped, it ends with every command that still runs, and is waited for.
#[derive(Debug)]
pub struct Supervisor {
    #[cfg(unix)]
    client: client::Client,
    #[cfg(not(unix))]
    never: std::convert::Infallible,
}

impl Supervisor {
    /// Starts `program __supervise` in a session of its own, and waits until it is ready (some milliseconds).
    ///
    /// # Errors
    /// The system's, where it refuses a socket, a process or a thread; what the program says where it is another build;
    /// and `Unsupported` where there are no process groups.
    pub fn start(program: &Path) -> io::Result<Self> {
        #[cfg(unix)]
        {
            client::Client::start(program).map(|client| Self { client })
        }
        #[cfg(not(unix))]
        {
            let _ = program;
            Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "commands need process groups, which this system does not have",
            ))
        }
    }

    /// Runs a command, and returns when it is over. A command that fails or cannot be started is a report too. When
    /// `cancel` is raised, the command is asked to end (SIGTERM to its group) and killed 500 ms later; where that is
    /// enforced, it is killed at once. A token that was raised before runs nothing.
    ///
    /// # Errors
    /// The supervisor itself is gone, and what it ran is not known.
    pub fn run(&self, order: &Order, cancel: &CancelToken) -> io::Result<Report> {
        #[cfg(unix)]
        {
            self.client.run(order, cancel)
        }
        #[cfg(not(unix))]
        {
            let _ = (order, cancel);
            match self.never {}
        }
    }

    /// Stops the process groups of all commands, as Ctrl-Z does, and begins none until [`resume`](Self::resume). Does not
    /// wait. SIGTSTP to the supervisor ([`id`](Self::id)) does the same.
    pub fn stop(&self) {
        #[cfg(unix)]
        self.client.say(&wire::Ask::Stop);
    }

    /// Lets them go on. SIGCONT to the supervisor does the same.
    pub fn resume(&self) {
        #[cfg(unix)]
        self.client.say(&wire::Ask::Resume);
    }

    /// The number of the supervising process.
    pub fn id(&self) -> u32 {
        #[cfg(unix)]
        {
            self.client.id()
        }
        #[cfg(not(unix))]
        {
            match self.never {}
        }
    }
}

static OPEN_FILES: OnceLock<u64> = OnceLock::new();

/// Says which soft limit of open files commands are to get: the one that held before this process (or the one that
/// started it) raised its own. Only the first call counts, and only for supervisors that are started later.
pub fn keep_open_files(soft: u64) {
    // It is known already: the first is the one that the user set.
    let _ = OPEN_FILES.set(soft);
}

/// The limit that [`keep_open_files`] was told, for a worker process to be told as well.
pub fn open_files() -> Option<u64> {
    OPEN_FILES.get().copied()
}

/// The whole life of a supervisor. `main` calls this, before it looks at anything else, when the first argument is
/// [`SUPERVISE_ARGUMENT`]; the process ends with the code. Started by anybody but this program it refuses with 2.
pub fn supervise_main() -> ExitCode {
    #[cfg(unix)]
    {
        supervise::main()
    }
    #[cfg(not(unix))]
    {
        use std::io::Write;
        let _ = writeln!(
            io::stderr(),
            "poolscope {SUPERVISE_ARGUMENT}: there are no process groups on this system"
        );
        ExitCode::from(2)
    }
}
