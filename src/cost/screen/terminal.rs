//! A pseudo-terminal with the lab on it: its keys, what it writes, and its end.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::clock::{Clock, Stamp};
use crate::cost::screen::threads;
use crate::cost::{NotMeasured, WATCHED_ARGUMENT};
use crate::units::Nanos;

/// What ends every frame: the end of a synchronised update.
const FRAME_END: &[u8] = b"\x1b[?2026l";
/// How long anything may take that should come at once.
const PATIENCE: Nanos = Nanos::from_secs(10);
/// By when a run that goes on is seen.
const SEEN: Nanos = Nanos::from_secs(5);
/// How long a run may take.
const LONGEST: Nanos = Nanos::from_secs(60);
/// Between two looks.
const LOOK: Nanos = Nanos::from_millis(5);
/// The thread that is there while a run goes on.
const RUNNING: &str = "ps-engine";

/// The program on a terminal of its own.
pub(super) struct Terminal {
    child: Child,
    master: File,
    clock: Clock,
    start: Stamp,
    written: Arc<AtomicU64>,
    frame: mpsc::Receiver<Stamp>,
}

impl Terminal {
    /// Starts the lab with options, on a terminal of so many columns and rows.
    pub(super) fn start(
        program: &Path,
        (columns, rows): (u16, u16),
        options: &[String],
    ) -> Result<Self, NotMeasured> {
        let (master, slave) = open(columns, rows).map_err(std::io::Error::from)?;
        let master = File::from(master);
        let clock = Clock::monotonic();
        let start = clock.now();
        let child = Command::new(program)
            .arg(WATCHED_ARGUMENT)
            .args(options)
            .env("TERM", "xterm-256color")
            .env("COLORTERM", "truecolor")
            .env("LC_ALL", "C.UTF-8")
            .env_remove("NO_COLOR")
            .stdin(Stdio::from(slave.try_clone()?))
            .stdout(Stdio::from(slave))
            .stderr(Stdio::piped())
            .spawn()?;
        let written = Arc::new(AtomicU64::new(0));
        let (seen, frame) = mpsc::channel();
        let (count, reader, times) = (Arc::clone(&written), master.try_clone()?, clock.clone());
        // Ends with the program, when nobody holds the other side any more.
        std::thread::Builder::new().name("terminal".to_owned()).spawn(move || {
            read_all(reader, &count, &times, &seen);
        })?;
        Ok(Self { child, master, clock, start, written, frame })
    }

    /// The time from the program's start to its first full frame.
    pub(super) fn first_frame(&mut self) -> Result<Nanos, NotMeasured> {
        match self.frame.recv_timeout(PATIENCE.to_std()) {
            Ok(seen) => Ok(seen.since(self.start)),
            Err(_) => Err(NotMeasured("the screen drew nothing".to_owned())),
        }
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Bytes written so far.
    pub(super) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Whether a run goes on.
    pub(super) fn is_running(&self) -> bool {
        threads(self.pid()).any(|(name, _)| name == RUNNING)
    }

    /// Presses Enter, and waits until the run is seen to go on. One that is over between two looks is never seen; whether
    /// it did its tasks, its results say.
    pub(super) fn run(&mut self) -> Result<(), NotMeasured> {
        self.master.write_all(b"\r")?;
        self.wait(SEEN, Self::is_running);
        Ok(())
    }

    /// Waits until the run is over.
    pub(super) fn until_over(&mut self) -> Result<(), NotMeasured> {
        let is_over = self.wait(LONGEST, |terminal| !terminal.is_running());
        if is_over { Ok(()) } else { Err(NotMeasured("the run did not end".to_owned())) }
    }

    /// Leaves the screen; what it said on standard error.
    pub(super) fn end(mut self) -> Result<String, NotMeasured> {
        self.master.write_all(b"q")?;
        let mut words = String::new();
        if let Some(mut error) = self.child.stderr.take() {
            error.read_to_string(&mut words)?;
        }
        self.child.wait()?;
        Ok(words)
    }

    /// Waits until something is so; false where it is not in time.
    fn wait(&self, longest: Nanos, is_so: impl Fn(&Self) -> bool) -> bool {
        let start = self.clock.now();
        while !is_so(self) {
            if self.clock.now().since(start) > longest {
                return false;
            }
            std::thread::sleep(LOOK.to_std());
        }
        true
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // One that has ended by itself is not there any more; nothing is left behind of any other.
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Both ends of a new terminal.
fn open(columns: u16, rows: u16) -> rustix::io::Result<(OwnedFd, OwnedFd)> {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
    grantpt(&master)?;
    unlockpt(&master)?;
    let name = ptsname(&master, Vec::new())?;
    // It becomes nobody's controlling terminal: that of whoever measures stays theirs.
    let slave = rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty())?;
    tcsetwinsize(&slave, Winsize { ws_col: columns, ws_row: rows, ws_xpixel: 0, ws_ypixel: 0 })?;
    Ok((master, slave))
}

/// Reads what the program writes until its end, counts it, and says when the first frame was whole.
fn read_all(mut master: File, count: &AtomicU64, clock: &Clock, seen: &mpsc::Sender<Stamp>) {
    let mut buffer = vec![0; 65_536];
    let mut first: Option<Vec<u8>> = Some(Vec::new());
    // The end of a terminal is an error.
    while let Ok(n @ 1..) = master.read(&mut buffer) {
        count.fetch_add(n as u64, Ordering::Relaxed);
        if let Some(frame) = &mut first {
            frame.extend_from_slice(&buffer[..n]);
            if frame.windows(FRAME_END.len()).any(|bytes| bytes == FRAME_END) {
                let _ = seen.send(clock.now());
                first = None;
            }
        }
    }
}
