//! The terminal: taken as a whole, and given back exactly once, whoever gives it back.
//!
//! The terminal belongs to the process, so what there is to know of it is static: the modes that it had, and whether we
//! hold it. [`give_back`] may be called by the screen's own thread, by the panic hook and by the thread `ps-signal`, at
//! the same time: the first to flip [`HELD`] does the work, with plain writes that take no lock of the standard library
//! and touch none of crossterm's state. Bytes of a frame are written under [`OUTPUT`], after a look at [`HELD`], so that
//! none follows the last words.

mod backend;

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, TryLockError};
use std::time::Duration;

#[cfg(windows)]
use ratatui::crossterm::event;
use ratatui::crossterm::{Command, cursor, execute, style, terminal as screen};

pub(crate) use backend::Screen;

/// The most columns that are drawn: a terminal that claims more is not believed.
pub(crate) const MOST_COLUMNS: u16 = 1_000;
/// The most rows that are drawn.
pub(crate) const MOST_ROWS: u16 = 500;

/// How long the last words wait for a frame that is being written; a terminal that does not read is not waited for.
const PATIENCE: Duration = Duration::from_millis(100);

/// The answer to [`is_held`].
static HELD: AtomicBool = AtomicBool::new(false);
/// Whether the terminal is to tell of clicks and of the wheel.
static POINTING: AtomicBool = AtomicBool::new(false);
/// Held while bytes go out.
static OUTPUT: Mutex<()> = Mutex::new(());

#[cfg(unix)]
static MODES: Mutex<Option<rustix::termios::Termios>> = Mutex::new(None);

/// Whether there is a terminal to hold: both ends are one, and it can do more than print.
pub(crate) fn is_usable() -> bool {
    use std::io::IsTerminal;
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    io::stdin().is_terminal() && io::stdout().is_terminal() && !dumb
}

/// Whether we hold the terminal.
pub(crate) fn is_held() -> bool {
    HELD.load(Ordering::SeqCst)
}

/// Takes the terminal: raw keys, the other screen, no cursor.
///
/// # Errors
/// Where the terminal refuses.
pub(crate) fn take() -> io::Result<()> {
    let _frame = OUTPUT.lock().unwrap_or_else(PoisonError::into_inner);
    raw_modes()?;
    // From here on there is something to give back, even if the rest fails.
    HELD.store(true, Ordering::SeqCst);
    // Colours are ours to leave out: crossterm would send a bare reset in place of each, and end bold and reverse.
    style::force_color_output(true);
    execute!(Tty, screen::EnterAlternateScreen, cursor::Hide, screen::Clear(screen::ClearType::All))?;
    if POINTING.load(Ordering::SeqCst) { execute!(Tty, TellOfMouse) } else { Ok(()) }
}

/// Lets the terminal tell of clicks and of the wheel, or keep them for itself, to select text with.
///
/// # Errors
/// Where the terminal is gone.
pub(crate) fn point(on: bool) -> io::Result<()> {
    let _frame = OUTPUT.lock().unwrap_or_else(PoisonError::into_inner);
    POINTING.store(on, Ordering::SeqCst);
    match (is_held(), on) {
        (false, _) => Ok(()),
        (true, true) => execute!(Tty, TellOfMouse),
        (true, false) => execute!(Tty, KeepMouse),
    }
}

/// Gives the terminal back as it was; true if it was held. However often this is called, it happens once.
pub(crate) fn give_back() -> bool {
    if !HELD.swap(false, Ordering::SeqCst) {
        return false;
    }
    let _frame = patient_lock();
    // Whatever fails here, there is nobody to tell.
    if POINTING.load(Ordering::SeqCst) {
        let _ = execute!(Tty, KeepMouse);
    }
    let _ = execute!(
        Tty,
        style::ResetColor,
        cursor::Show,
        screen::LeaveAlternateScreen,
        screen::EndSynchronizedUpdate
    );
    restore_modes();
    true
}

/// Waits a little for a frame that is being written, and goes on without it then: a terminal that has stopped reading
/// must not keep us.
fn patient_lock() -> Option<std::sync::MutexGuard<'static, ()>> {
    for _ in 0..PATIENCE.as_millis() {
        match OUTPUT.try_lock() {
            Ok(guard) => return Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(1)),
        }
    }
    None
}

/// Writes bytes of a frame, unless the terminal has been given back.
fn write_frame(bytes: &[u8]) -> io::Result<()> {
    let _frame = OUTPUT.lock().unwrap_or_else(PoisonError::into_inner);
    if is_held() { Tty.write_all(bytes) } else { Ok(()) }
}

/// Asks for presses and the wheel, in numbers that have no largest column. crossterm's own command asks for every motion
/// as well, which would wake the screen for nothing.
struct TellOfMouse;

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
struct KeepMouse;

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

/// Standard output without the standard library's buffer and lock, which a thread that hangs in a write would hold.
struct Tty;

impl Write for Tty {
    #[cfg(unix)]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(rustix::io::retry_on_intr(|| rustix::io::write(io::stdout(), bytes))?)
    }

    #[cfg(not(unix))]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::stdout().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        if cfg!(unix) { Ok(()) } else { io::stdout().flush() }
    }
}

#[cfg(unix)]
fn raw_modes() -> io::Result<()> {
    use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
    let before = tcgetattr(io::stdin())?;
    let mut raw = before.clone();
    raw.make_raw();
    let mut modes = MODES.lock().unwrap_or_else(PoisonError::into_inner);
    tcsetattr(io::stdin(), OptionalActions::Now, &raw)?;
    // Taken a second time, after a stop that we did not see: the modes before the first time are those to give back.
    if !is_held() || modes.is_none() {
        *modes = Some(before);
    }
    Ok(())
}

#[cfg(unix)]
fn restore_modes() {
    use rustix::termios::{OptionalActions, tcsetattr};
    let modes = MODES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(modes) = modes.as_ref() {
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, modes);
    }
}

#[cfg(not(unix))]
fn raw_modes() -> io::Result<()> {
    screen::enable_raw_mode()
}

#[cfg(not(unix))]
fn restore_modes() {
    let _ = screen::disable_raw_mode();
}

/// The terminal's size in columns and rows; none where it does not say.
pub(crate) fn size() -> Option<(u16, u16)> {
    #[cfg(unix)]
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok().map(|size| (size.ws_col, size.ws_row));
    #[cfg(not(unix))]
    let size = screen::size().ok();
    let (columns, rows) = size.filter(|(columns, rows)| *columns > 0 && *rows > 0)?;
    Some((columns.min(MOST_COLUMNS), rows.min(MOST_ROWS)))
}
