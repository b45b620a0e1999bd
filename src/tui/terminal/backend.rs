//! Drawing on the terminal: cells that changed, as one synchronized update, in one write.

use std::cell::Cell;
use std::io::{self, Write};
use std::rc::Rc;

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer;
use ratatui::crossterm::{queue, terminal as screen};
use ratatui::layout::{Position, Size};

use crate::tui::terminal::{size, write_frame};

/// What ratatui ends every frame with: the usual colours of letters, of the ground, and of lines below letters. Where there
/// are no colours there is nothing to take back, and nothing is to be said about them.
const USUAL_COLOURS: [&[u8]; 3] = [b"\x1b[39m", b"\x1b[49m", b"\x1b[59m"];

/// The bytes of a frame, gathered.
#[derive(Debug, Default)]
pub(crate) struct Output {
    bytes: Vec<u8>,
    shared: Rc<Shared>,
}

/// What the output shares with its screen.
#[derive(Debug, Default)]
struct Shared {
    /// The bytes of all frames so far.
    written: Cell<u64>,
    /// Whether there are no colours.
    plain: Cell<bool>,
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.bytes.is_empty() {
            return Ok(());
        }
        if self.shared.plain.get() {
            for words in USUAL_COLOURS {
                remove(&mut self.bytes, words);
            }
        }
        self.shared.written.set(self.shared.written.get() + self.bytes.len() as u64);
        // A frame of the usual size is a few kilobytes: what the largest took is not kept.
        write_frame(&std::mem::take(&mut self.bytes))
    }
}

/// Removes every occurrence of some words.
fn remove(bytes: &mut Vec<u8>, words: &[u8]) {
    let mut at = 0;
    while let Some(found) =
        bytes.get(at..).and_then(|rest| rest.windows(words.len()).position(|w| w == words))
    {
        at += found;
        bytes.drain(at..at + words.len());
    }
}

/// The terminal as ratatui wants it. Its size is clamped before any buffer is made of it, and the cursor, which is hidden
/// all the time, is left alone.
#[derive(Debug)]
pub(crate) struct Screen {
    inner: CrosstermBackend<Output>,
    /// What the terminal said last.
    size: Cell<Size>,
    shared: Rc<Shared>,
}

impl Screen {
    /// The terminal, once it is taken.
    pub(crate) fn new() -> Self {
        let output = Output::default();
        let shared = Rc::clone(&output.shared);
        Self { inner: CrosstermBackend::new(output), size: Cell::new(Size::new(80, 24)), shared }
    }

    /// The bytes of all frames so far.
    pub(crate) fn written(&self) -> u64 {
        self.shared.written.get()
    }

    /// Says whether frames have colours from now on.
    pub(crate) fn set_colours(&self, colours: bool) {
        self.shared.plain.set(!colours);
    }
}

impl Backend for Screen {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a buffer::Cell)>,
    {
        let mut changed = content.peekable();
        if changed.peek().is_none() {
            return Ok(());
        }
        queue!(self.inner, screen::BeginSynchronizedUpdate)?;
        self.inner.draw(changed)?;
        queue!(self.inner, screen::EndSynchronizedUpdate)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(Position::ORIGIN)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, _position: P) -> io::Result<()> {
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.inner.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.inner.clear_region(clear_type)
    }

    fn size(&self) -> io::Result<Size> {
        // A terminal that does not say, because it is gone or was never sized, keeps what it had.
        if let Some((columns, rows)) = size() {
            self.size.set(Size::new(columns, rows));
        }
        Ok(self.size.get())
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size()?, pixels: Size::default() })
    }

    fn flush(&mut self) -> io::Result<()> {
        Backend::flush(&mut self.inner)
    }
}
