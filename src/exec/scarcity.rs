//! What the system has run out of when it refuses a worker, in words, and how a run says that it goes on with fewer.
//!
//! A run that cannot have all its workers runs with those that it can have: what was measured is said together with how
//! many measured it.

use std::io;

use crate::event::RunEvent;
use crate::plan::Strategy;
use crate::units::grouped;

/// What there was too little of, and the way out; none if the refusal has another reason.
pub(super) fn words(error: &io::Error) -> Option<String> {
    #[cfg(unix)]
    {
        use rustix::io::Errno;
        let words = match Errno::from_io_error(error)? {
            Errno::MFILE => "too many open files; raise the limit with ulimit -n",
            Errno::NFILE => "too many open files in the whole system; raise fs.file-max",
            Errno::AGAIN => {
                "too many threads and processes; raise the limit with ulimit -u, or that of the control group"
            }
            Errno::NOMEM => "too little memory; raise the limit with ulimit -v, or that of the control group",
            _ => return None,
        };
        Some(words.to_owned())
    }
    #[cfg(not(unix))]
    {
        (error.kind() == io::ErrorKind::OutOfMemory).then(|| "too little memory".to_owned())
    }
}

/// Says that of `all` workers of a strategy only so many are `there`, and why.
pub(super) fn notice(strategy: Strategy, there: usize, all: usize, why: &str) -> RunEvent {
    let (there, all) = (grouped(there as u64), grouped(all as u64));
    RunEvent::Notice(format!("{strategy}: running with {there} of {all} workers: {why}"))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_ran_out_is_named_with_the_way_out() {
        let said = |errno: rustix::io::Errno| words(&errno.into());
        assert_eq!(
            said(rustix::io::Errno::MFILE).as_deref(),
            Some("too many open files; raise the limit with ulimit -n")
        );
        assert_eq!(said(rustix::io::Errno::NOENT), None);
        assert_eq!(
            notice(Strategy::Processes, 508, 1_000, "too many open files"),
            RunEvent::Notice("processes: running with 508 of 1 000 workers: too many open files".to_owned())
        );
    }
}
