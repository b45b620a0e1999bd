//! The thread `ps-input`: waits for keys and for another size, and tells the screen.
//!
//! It sleeps in one `poll` over the terminal and over SIGWINCH, so that an idle screen costs nothing here, and so that a
//! terminal that has gone is noticed *before* crossterm is asked to read: crossterm 0.29 never returns from a terminal at
//! its end.

use std::cell::Cell;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Sender;
use std::time::Duration;

use ratatui::crossterm::event::{self, Event, KeyEventKind};

use crate::tui::message::Message;

thread_local! {
    /// Whether this thread is inside crossterm, whose panics are caught: it has some for reports that make no sense.
    static READING: Cell<bool> = const { Cell::new(false) };
}

/// Whether the calling thread is reading keys, so that its panic is nothing to speak of.
pub(crate) fn is_reading() -> bool {
    READING.get()
}

/// Starts the thread.
///
/// # Errors
/// Where there is no thread to be had.
pub(crate) fn start(messages: Sender<Message>) -> io::Result<()> {
    let mut wait = Wait::new()?;
    let thread = std::thread::Builder::new().name("ps-input".to_owned());
    thread.spawn(move || {
        loop {
            let told = match wait.next() {
                Ok(Woken::Keys) => keys(&messages),
                Ok(Woken::Size) => told_size(&messages),
                Err(_) => Err(Gone),
            };
            if told.is_err() {
                // Whether it is the terminal or the screen that is gone, there is nothing left to read for.
                let _ = messages.send(Message::TerminalLost);
                return;
            }
        }
    })?;
    Ok(())
}

/// There is nothing to read from, or nobody to tell.
struct Gone;

/// Tells of every key that is there.
fn keys(messages: &Sender<Message>) -> Result<(), Gone> {
    while let Some(event) = read().map_err(|_| Gone)? {
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => {
                messages.send(Message::Key(key)).map_err(|_| Gone)?;
            }
            Event::Resize(..) => told_size(messages)?,
            _ => {}
        }
    }
    Ok(())
}

fn told_size(messages: &Sender<Message>) -> Result<(), Gone> {
    match crate::tui::terminal::size() {
        Some((columns, rows)) => messages.send(Message::Resized(columns, rows)).map_err(|_| Gone),
        None => Ok(()),
    }
}

/// The next event that is there already; a panic in reading it is the end of that event alone.
fn read() -> io::Result<Option<Event>> {
    READING.set(true);
    let event = catch_unwind(AssertUnwindSafe(|| {
        if event::poll(Duration::ZERO)? { event::read().map(Some) } else { Ok(None) }
    }));
    READING.set(false);
    event.unwrap_or(Ok(None))
}

enum Woken {
    Keys,
    Size,
}

#[cfg(unix)]
struct Wait {
    resized: std::os::unix::net::UnixStream,
}

#[cfg(unix)]
impl Wait {
    fn new() -> io::Result<Self> {
        let (resized, told) = std::os::unix::net::UnixStream::pair()?;
        resized.set_nonblocking(true)?;
        let winch = rustix::process::Signal::WINCH.as_raw();
        signal_hook::low_level::pipe::register(winch, told)?;
        Ok(Self { resized })
    }

    fn next(&mut self) -> io::Result<Woken> {
        use rustix::event::{PollFd, PollFlags, poll};
        use std::io::Read;
        let stdin = io::stdin();
        let mut fds = [PollFd::new(&stdin, PollFlags::IN), PollFd::new(&self.resized, PollFlags::IN)];
        loop {
            match poll(&mut fds, None) {
                Ok(_) => break,
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let (keys, size) = (fds[0].revents(), fds[1].revents());
        if keys.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if size.contains(PollFlags::IN) {
            let mut bytes = [0; 64];
            // Many changes of size at once are one.
            while matches!(self.resized.read(&mut bytes), Ok(1..)) {}
            return Ok(Woken::Size);
        }
        Ok(Woken::Keys)
    }
}

#[cfg(not(unix))]
struct Wait;

#[cfg(not(unix))]
impl Wait {
    #[expect(clippy::unnecessary_wraps, reason = "its twin can fail")]
    const fn new() -> io::Result<Self> {
        Ok(Self)
    }

    fn next(&mut self) -> io::Result<Woken> {
        let _ = event::poll(Duration::from_secs(3_600))?;
        Ok(Woken::Keys)
    }
}
