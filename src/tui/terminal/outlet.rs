//! Where bytes leave for the terminal, without ever waiting long for it.
//!
//! The terminal is opened a second time: whether a write waits is a property of an open file, and the shell shares the
//! file that is our standard output. Where that cannot be had, because the terminal belongs to another user say, writes
//! go to standard output itself and may wait.

use std::io;
use std::time::Duration;

/// How long a terminal that reads may take to make room.
const ROOM: Duration = Duration::from_millis(25);
/// So often it is given that time for one frame.
const PATIENCE: u32 = 4;

/// The way out, and what waits before it.
#[derive(Debug)]
pub(super) struct Outlet {
    #[cfg(unix)]
    terminal: Option<std::os::fd::OwnedFd>,
    /// What the terminal has not taken yet.
    kept: Vec<u8>,
}

impl Outlet {
    /// One that leads to standard output.
    pub(super) const fn closed() -> Self {
        Self {
            #[cfg(unix)]
            terminal: None,
            kept: Vec::new(),
        }
    }

    /// Whether the terminal has taken everything.
    pub(super) const fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Opens the terminal that is standard output, for writes that do not wait.
    pub(super) fn open(&mut self) {
        #[cfg(unix)]
        {
            use rustix::fs::{Mode, OFlags, open};
            let path = if cfg!(target_os = "linux") { "/proc/self/fd/1" } else { "/dev/tty" };
            let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
            self.terminal = open(path, flags, Mode::empty()).ok();
        }
    }

    /// Writes what was kept and then `bytes`; keeps what the terminal does not take.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.kept.extend_from_slice(bytes);
        self.drain(ROOM, PATIENCE)
    }

    /// Writes `bytes` if the terminal takes them at once; true if it has. What it has not taken is kept.
    pub(super) fn write_now(&mut self, bytes: &[u8]) -> bool {
        if !self.is_empty() {
            return false;
        }
        self.kept.extend_from_slice(bytes);
        self.drain(Duration::ZERO, 0).is_ok() && self.is_empty()
    }

    /// Writes the last words and closes the way out. If the terminal does not take them in time, everything that it has
    /// not read is dropped for them.
    pub(super) fn close(&mut self, words: &[u8], patience: Duration) {
        // One that has not been reading is not given much more time.
        let patience = if self.is_empty() { patience } else { patience.min(ROOM) };
        self.kept.extend_from_slice(words);
        // It is gone if this fails, and nothing can be done for it.
        if !patience.is_zero() {
            let _ = self.drain(patience, 1);
        }
        if !self.is_empty() {
            drop_unread();
            self.kept.clear();
            self.kept.extend_from_slice(words);
            let _ = self.drain(ROOM, PATIENCE);
        }
        *self = Self::closed();
    }

    /// Writes until everything is out, waiting for room so long and so often.
    #[cfg(unix)]
    fn drain(&mut self, room: Duration, mut often: u32) -> io::Result<()> {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        use rustix::io::{Errno, write};
        use std::os::fd::AsFd;
        let stdout = io::stdout();
        let terminal = self.terminal.as_ref().map_or(stdout.as_fd(), AsFd::as_fd);
        while !self.kept.is_empty() {
            match write(terminal, &self.kept) {
                Ok(written) if written == self.kept.len() => self.kept = Vec::new(),
                Ok(written @ 1..) => drop(self.kept.drain(..written)),
                Err(Errno::INTR) => {}
                Ok(0) | Err(Errno::AGAIN) if often > 0 => {
                    often -= 1;
                    let mut wanted = [PollFd::new(&terminal, PollFlags::OUT)];
                    let patience = Timespec::try_from(room).map_err(io::Error::other)?;
                    if poll(&mut wanted, Some(&patience)) == Ok(0) {
                        return Ok(());
                    }
                }
                Ok(0) | Err(Errno::AGAIN) => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    #[cfg(not(unix))]
    fn drain(&mut self, _room: Duration, _often: u32) -> io::Result<()> {
        use std::io::Write;
        let mut stdout = io::stdout();
        stdout.write_all(&self.kept)?;
        self.kept.clear();
        stdout.flush()
    }
}

/// Drops what the terminal has been sent and has not read.
fn drop_unread() {
    #[cfg(unix)]
    {
        use rustix::termios::{QueueSelector, tcflush};
        let _ = tcflush(io::stdout(), QueueSelector::OFlush);
    }
}
