//! The thread `ps-input`: waits for keys, the mouse and another size, and tells the screen.
//!
//! On Unix it sleeps in one `poll` over the terminal and over SIGWINCH, reads what is there and parses it itself. crossterm
//! 0.29 does neither in a way that a screen can rely on: at the end of a terminal it spins and never returns, a resize
//! beside a key loses the key, more than a kilobyte at once leaves the rest unread, and a report of coordinate 0 panics.

#[cfg(unix)]
mod parse;

use std::io;
use std::sync::mpsc::{SendError, SyncSender};

use ratatui::crossterm::event::KeyEvent;

use crate::tui::message::Message;
use crate::tui::pointer::Pointer;

/// What a person did.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Input {
    /// A key was pressed, or repeats.
    Key(KeyEvent),
    /// Something was done with the mouse.
    Pointer(Pointer),
}

/// What woke the thread.
enum Woken {
    /// This was done.
    Inputs(Vec<Input>),
    /// The terminal has another size.
    Size,
}

/// Starts the thread.
///
/// # Errors
/// Where there is no thread to be had.
pub(crate) fn start(messages: SyncSender<Message>) -> io::Result<()> {
    let mut source = Source::new()?;
    let thread = std::thread::Builder::new().name("ps-input".to_owned());
    thread.spawn(move || {
        // Whether it is the terminal or the screen that is gone, there is nothing left to read for.
        let Err(Gone) = serve(&mut source, &messages);
        let _ = messages.send(Message::TerminalLost);
    })?;
    Ok(())
}

/// There is nothing to read from, or nobody to tell.
struct Gone;

impl From<io::Error> for Gone {
    fn from(_error: io::Error) -> Self {
        Self
    }
}

impl From<SendError<Message>> for Gone {
    fn from(_error: SendError<Message>) -> Self {
        Self
    }
}

fn serve(source: &mut Source, messages: &SyncSender<Message>) -> Result<std::convert::Infallible, Gone> {
    loop {
        match source.next()? {
            Woken::Inputs(inputs) => {
                for input in inputs {
                    messages.send(match input {
                        Input::Key(key) => Message::Key(key),
                        Input::Pointer(pointer) => Message::Pointer(pointer),
                    })?;
                }
            }
            Woken::Size => {
                if let Some((columns, rows)) = crate::tui::terminal::size() {
                    messages.send(Message::Resized(columns, rows))?;
                }
            }
        }
    }
}

#[cfg(unix)]
struct Source {
    resized: std::os::unix::net::UnixStream,
    parser: parse::Parser,
}

#[cfg(unix)]
impl Source {
    /// How long the rest of a sequence may take: the Esc key is an escape sequence that never goes on.
    const REST: rustix::event::Timespec = rustix::event::Timespec { tv_sec: 0, tv_nsec: 30_000_000 };

    fn new() -> io::Result<Self> {
        let (resized, told) = std::os::unix::net::UnixStream::pair()?;
        resized.set_nonblocking(true)?;
        signal_hook::low_level::pipe::register(rustix::process::Signal::WINCH.as_raw(), told)?;
        Ok(Self { resized, parser: parse::Parser::default() })
    }

    fn next(&mut self) -> io::Result<Woken> {
        use rustix::event::{PollFd, PollFlags, poll};
        use std::io::Read;
        let stdin = io::stdin();
        loop {
            let mut fds = [PollFd::new(&stdin, PollFlags::IN), PollFd::new(&self.resized, PollFlags::IN)];
            let timeout = self.parser.is_waiting().then_some(&Self::REST);
            match poll(&mut fds, timeout) {
                Ok(0) => return Ok(Woken::Inputs(self.parser.give_up().into_iter().collect())),
                Ok(_) => {}
                Err(rustix::io::Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
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
            let mut bytes = [0; 1_024];
            match rustix::io::read(&stdin, &mut bytes[..]) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => return Ok(Woken::Inputs(self.parser.take(bytes.get(..count).unwrap_or(&[])))),
                Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

#[cfg(not(unix))]
struct Source;

#[cfg(not(unix))]
impl Source {
    #[expect(clippy::unnecessary_wraps, reason = "its twin can fail")]
    const fn new() -> io::Result<Self> {
        Ok(Self)
    }

    fn next(&mut self) -> io::Result<Woken> {
        use ratatui::crossterm::event::{Event, KeyEventKind, MouseButton, MouseEventKind, read};
        use ratatui::layout::Position;

        use crate::tui::pointer::Deed;
        loop {
            let input = match read()? {
                Event::Key(key) if key.kind != KeyEventKind::Release => Input::Key(key),
                Event::Mouse(mouse) => {
                    let deed = match mouse.kind {
                        MouseEventKind::Down(MouseButton::Left) => Deed::Click,
                        MouseEventKind::ScrollUp => Deed::WheelUp,
                        MouseEventKind::ScrollDown => Deed::WheelDown,
                        _ => continue,
                    };
                    Input::Pointer(Pointer { at: Position { x: mouse.column, y: mouse.row }, deed })
                }
                Event::Resize(..) => return Ok(Woken::Size),
                _ => continue,
            };
            return Ok(Woken::Inputs(vec![input]));
        }
    }
}
