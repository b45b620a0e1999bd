//! Starting a command: its process group, its pipe, and why it could not be started.

use std::fs::File;
use std::io::{self, PipeReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::io::Errno;
use rustix::process::{Pid, Resource, Rlimit, getrlimit, setrlimit};

use super::wire::Work;
use super::{End, TOO_LONG};

/// What commands are started with.
#[derive(Debug)]
pub(super) struct Starter {
    /// Nothing to read: opened once.
    null: File,
    /// The limits of open files of the supervisor, and of commands where theirs is lower.
    limits: Option<(Rlimit, Rlimit)>,
}

impl Starter {
    /// Commands get `open_files` as their soft limit of open files, if that is lower than the supervisor's own.
    pub(super) fn new(open_files: Option<u64>) -> io::Result<Self> {
        let own = getrlimit(Resource::Nofile);
        let lower = open_files.filter(|soft| own.current.is_none_or(|own| *soft < own));
        let theirs = lower.map(|soft| Rlimit { current: Some(soft), maximum: own.maximum });
        Ok(Self { null: File::open("/dev/null")?, limits: theirs.map(|theirs| (own, theirs)) })
    }

    /// Starts a command as the leader of a process group of its own; what it writes comes through the pipe.
    pub(super) fn start(&self, work: &Work) -> Result<(Pid, PipeReader), End> {
        let program = Path::new(&work.program);
        if !program.is_absolute() {
            return Err(End::NotStarted("its path is not absolute".to_owned()));
        }
        self.spawn(program, work).map_err(|error| reason(program, &error))
    }

    fn spawn(&self, program: &Path, work: &Work) -> io::Result<(Pid, PipeReader)> {
        let (reader, writer) = io::pipe()?;
        let mut command = Command::new(program);
        command.args(&work.arguments).process_group(0);
        // Everything that needs a descriptor is made before the limit is lowered.
        command.stdin(Stdio::from(self.null.try_clone()?));
        command.stdout(Stdio::from(writer.try_clone()?)).stderr(Stdio::from(writer));
        if let Some((_, theirs)) = &self.limits {
            setrlimit(Resource::Nofile, *theirs)?;
        }
        let child = command.spawn();
        if let Some((own, _)) = &self.limits {
            // It was so before: the hard limit has not changed.
            let _ = setrlimit(Resource::Nofile, *own);
        }
        Ok((Pid::from_child(&child?), reader))
    }
}

/// Why a program does not start.
fn reason(program: &Path, error: &io::Error) -> End {
    let words = match Errno::from_io_error(error) {
        Some(Errno::NOENT | Errno::NOTDIR) if std::fs::symlink_metadata(program).is_err() => {
            return End::NotFound;
        }
        Some(Errno::NOENT) => "the interpreter that its first line names does not exist".to_owned(),
        Some(Errno::ACCESS) => "it is not a file that may be executed".to_owned(),
        Some(Errno::NOEXEC) => {
            "it is neither a program nor a script whose first line names an interpreter, such as #!/bin/sh"
                .to_owned()
        }
        Some(Errno::TOOBIG) => TOO_LONG.to_owned(),
        Some(Errno::MFILE | Errno::NFILE) => {
            "too many open files; use fewer workers, or raise `ulimit -n`".to_owned()
        }
        Some(Errno::AGAIN) => "too many processes; use fewer workers, or raise `ulimit -u`".to_owned(),
        None if error.kind() == io::ErrorKind::InvalidInput => "an argument holds a zero byte".to_owned(),
        _ => error.to_string(),
    };
    End::NotStarted(words)
}
