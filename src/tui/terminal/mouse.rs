//! The two commands with which a terminal is asked to tell of the mouse, and to keep it.

#[cfg(windows)]
use std::io;

use ratatui::crossterm::Command;
#[cfg(windows)]
use ratatui::crossterm::event;

/// Asks for presses and the wheel, in numbers that have no largest column. crossterm's own command asks for every motion
/// as well, which would wake the screen for nothing.
pub(super) struct TellOfMouse;

impl Command for TellOfMouse {
    fn write_ansi(&self, f: &mut impl std::fmt::Write) -> std::fmt::Result {
        f.write_str("\x1b[?1000h\x1b[?1006h")
    }

    #[cfg(windows)]
    fn execute_winapi(&self) -> io::Result<()> {
        event::EnableMouseCapture.execute_winapi()
    }

    #[cfg(windows)]
    fn is_ansi_code_supported(&self) -> bool {
        false
    }
}

/// Takes that back.
pub(super) struct KeepMouse;

impl Command for KeepMouse {
    fn write_ansi(&self, f: &mut impl std::fmt::Write) -> std::fmt::Result {
        f.write_str("\x1b[?1006l\x1b[?1000l")
    }

    #[cfg(windows)]
    fn execute_winapi(&self) -> io::Result<()> {
        event::DisableMouseCapture.execute_winapi()
    }

    #[cfg(windows)]
    fn is_ansi_code_supported(&self) -> bool {
        false
    }
}
