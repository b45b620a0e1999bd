//! The lines of a terminal that bars are drawn on: standard error, written once a frame.
//!
//! indicatif fills every line with blanks up to the edge, and lets the terminal wrap. The cursor then waits at the edge,
//! and the `^C` that the terminal shows when one is typed would move everything by a line. Here lines end in line breaks
//! instead, and the cursor waits behind the last word.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::sync::{Mutex, MutexGuard, PoisonError};

use indicatif::TermLike;

/// Where frames are written, and what of the next one has been said.
pub(super) struct Canvas {
    size: fn() -> Option<(u16, u16)>,
    frame: Mutex<Frame>,
}

#[derive(Debug, Default)]
struct Frame {
    text: String,
    /// A line is complete, and whatever follows begins another.
    complete: bool,
}

impl Canvas {
    /// Standard error, of a size that may change.
    pub(super) fn stderr(size: fn() -> Option<(u16, u16)>) -> Self {
        Self { size, frame: Mutex::default() }
    }

    fn frame(&self) -> MutexGuard<'_, Frame> {
        self.frame.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn size(&self) -> (u16, u16) {
        (self.size)().unwrap_or((80, 24))
    }

    /// Moves the cursor by `n` in the direction of `letter`.
    fn go(&self, n: usize, letter: char) {
        let mut frame = self.frame();
        frame.complete = false;
        if n > 0 {
            // Writing into a string cannot fail.
            let _ = write!(frame.text, "\u{1b}[{n}{letter}");
        }
    }
}

impl Frame {
    fn say(&mut self, text: &str) {
        // Blanks up to the edge, or none where a line reaches it, are how a line ends.
        if text.bytes().all(|byte| byte == b' ') {
            self.complete = true;
            return;
        }
        if std::mem::take(&mut self.complete) {
            self.text.push_str("\r\n");
        }
        self.text.push_str(text);
    }
}

impl std::fmt::Debug for Canvas {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Canvas").field("size", &self.size()).finish_non_exhaustive()
    }
}

impl TermLike for Canvas {
    fn width(&self) -> u16 {
        self.size().0
    }

    fn height(&self) -> u16 {
        self.size().1
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        self.go(n, 'A');
        Ok(())
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.go(n, 'B');
        Ok(())
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        self.go(n, 'C');
        Ok(())
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        self.go(n, 'D');
        Ok(())
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        let mut frame = self.frame();
        frame.say(text);
        frame.complete = true;
        Ok(())
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.frame().say(text);
        Ok(())
    }

    fn clear_line(&self) -> io::Result<()> {
        let mut frame = self.frame();
        frame.complete = false;
        frame.text.push_str("\r\u{1b}[2K");
        Ok(())
    }

    fn flush(&self) -> io::Result<()> {
        let frame = std::mem::take(&mut *self.frame());
        let mut out = io::stderr().lock();
        out.write_all(frame.text.as_bytes())?;
        out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_in_breaks_and_the_last_one_does_not_end() {
        let canvas = Canvas::stderr(|| Some((10, 5)));
        canvas.clear_line().unwrap();
        for line in ["one", "two"] {
            canvas.write_str(line).unwrap();
            canvas.write_str("       ").unwrap();
        }
        assert_eq!(canvas.frame().text, "\r\u{1b}[2Kone\r\ntwo");
        canvas.move_cursor_up(1).unwrap();
        canvas.move_cursor_up(0).unwrap();
        canvas.write_str("1").unwrap();
        assert_eq!(canvas.frame().text, "\r\u{1b}[2Kone\r\ntwo\u{1b}[1A1");
    }
}
