//! The terminal: taken as a whole, and given back exactly once, whoever gives it back.
//!
//! The terminal belongs to the process, so what there is to know of it is static: the modes that it had, and whether we
//! hold it. [`give_back`] may be called by the screen's own thread, by the panic hook and by the thread `ps-signal`, at
//! the same time: the first to flip [`HELD`] does the work, with plain writes that take no lock of the standard library
//! and touch none of crossterm's state. Bytes of a frame are written under [`OUTPUT`], after a look at [`HELD`], so that
//! none follows the last words.
//!
//! A terminal may stop reading, for ten seconds or for ever. Nobody waits for it: what it does not take is kept, no frame
//! is drawn until it has ([`catch_up`]), and then the newest is. It is told its last words in any case, if need be in place
//! of what it has not read.

mod backend;
mod mouse;
mod outlet;

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, TryLockError};
use std::time::Duration;

use ratatui::crossterm::{cursor, queue, style, terminal as screen};

pub(crate) use backend::Screen;
use mouse::{KeepMouse, TellOfMouse};
use outlet::Outlet;

/// The most columns that are drawn: a terminal that claims more is not believed.
pub(crate) const MOST_COLUMNS: u16 = 1_000;
/// The most rows that are drawn.
pub(crate) const MOST_ROWS: u16 = 500;

/// The most columns or rows that a terminal is believed to have.
const MOST_CREDIBLE: u16 = 4_096;

/// How long the last words wait for a frame that is being written, and then for the terminal to take them.
const PATIENCE: Duration = Duration::from_millis(100);

/// How long what the terminal had to say of the mouse may be on its way.
const REPORTS: Duration = Duration::from_millis(30);

/// The answer to [`is_held`].
static HELD: AtomicBool = AtomicBool::new(false);
/// Whether the terminal is to tell of clicks and of the wheel.
static POINTING: AtomicBool = AtomicBool::new(false);
/// Held while bytes go out.
static OUTPUT: Mutex<Outlet> = Mutex::new(Outlet::closed());

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
    let mut outlet = OUTPUT.lock().unwrap_or_else(PoisonError::into_inner);
    raw_modes()?;
    // From here on there is something to give back, even if the rest fails.
    HELD.store(true, Ordering::SeqCst);
    // Colours are ours to leave out: crossterm would send a bare reset in place of each, and end bold and reverse.
    style::force_color_output(true);
    let mut words = Vec::new();
    queue!(words, screen::EnterAlternateScreen, cursor::Hide, screen::Clear(screen::ClearType::All))?;
    if POINTING.load(Ordering::SeqCst) {
        queue!(words, TellOfMouse)?;
    }
    outlet.open();
    outlet.write(&words)
}

/// Lets the terminal tell of clicks and of the wheel, or keep them for itself, to select text with.
///
/// # Errors
/// Where the terminal is gone.
pub(crate) fn point(on: bool) -> io::Result<()> {
    let mut outlet = OUTPUT.lock().unwrap_or_else(PoisonError::into_inner);
    POINTING.store(on, Ordering::SeqCst);
    let mut words = Vec::new();
    if on {
        queue!(words, TellOfMouse)?;
    } else {
        queue!(words, KeepMouse)?;
    }
    if is_held() { outlet.write(&words) } else { Ok(()) }
}

/// Gives the terminal back as it was; true if it was held. However often this is called, it happens once.
pub(crate) fn give_back() -> bool {
    // Before the look: whoever comes second, and may be about to end the program, lets the first one finish.
    let mut outlet = patient_lock();
    if !HELD.swap(false, Ordering::SeqCst) {
        return false;
    }
    if let Some(outlet) = outlet.as_mut().filter(|_| POINTING.load(Ordering::SeqCst)) {
        stop_pointing(outlet);
    }
    // Before the last words, for it takes no time: whoever comes second and does not wait for them ends the program.
    restore_modes();
    let mut words = Vec::new();
    // Whatever fails here, there is nobody to tell.
    if POINTING.load(Ordering::SeqCst) {
        let _ = queue!(words, KeepMouse);
    }
    let _ = queue!(
        words,
        style::ResetColor,
        cursor::Show,
        screen::LeaveAlternateScreen,
        screen::EndSynchronizedUpdate
    );
    match outlet {
        Some(mut outlet) => outlet.close(&words, PATIENCE),
        // Somebody hangs in a write. What the terminal has not read is dropped, and makes room.
        None => Outlet::closed().close(&words, Duration::ZERO),
    }
    true
}

/// Has the terminal keep the mouse, and drops what it has said of it until then: where keys are echoed again, that would be
/// typed into the shell. One that does not read now is not waited for.
fn stop_pointing(outlet: &mut Outlet) {
    let mut words = Vec::new();
    if queue!(words, KeepMouse).is_ok() && outlet.write_now(&words) {
        std::thread::sleep(REPORTS);
        drop_input();
    }
}

/// Waits a little for a frame that is being written, and goes on without it then: a terminal that has stopped reading
/// must not keep us.
fn patient_lock() -> Option<std::sync::MutexGuard<'static, Outlet>> {
    for _ in 0..PATIENCE.as_millis() {
        match OUTPUT.try_lock() {
            Ok(guard) => return Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(1)),
        }
    }
    None
}

/// Writes bytes of a frame, as far as the terminal takes them; the rest is kept. Nothing if it has been given back.
fn write_frame(bytes: &[u8]) -> io::Result<()> {
    let mut outlet = OUTPUT.lock().unwrap_or_else(PoisonError::into_inner);
    if is_held() { outlet.write(bytes) } else { Ok(()) }
}

/// Writes what was kept. Returns whether the terminal has taken everything by now: if not, it does not read, and a further
/// frame would only be kept behind the last.
///
/// # Errors
/// Where the terminal is gone.
pub(crate) fn catch_up() -> io::Result<bool> {
    let mut outlet = OUTPUT.lock().unwrap_or_else(PoisonError::into_inner);
    outlet.write(&[])?;
    Ok(outlet.is_empty())
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

/// Drops what was typed and not read yet.
fn drop_input() {
    #[cfg(unix)]
    {
        use rustix::termios::{QueueSelector, tcflush};
        let _ = tcflush(io::stdin(), QueueSelector::IFlush);
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
///
/// More than [`MOST_COLUMNS`] and [`MOST_ROWS`] are not drawn on. More than any screen has is a mistake, as is nothing at
/// all: to believe it would cost the memory of the largest frame.
pub(crate) fn size() -> Option<(u16, u16)> {
    #[cfg(unix)]
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok().map(|size| (size.ws_col, size.ws_row));
    #[cfg(not(unix))]
    let size = screen::size().ok();
    let sensible = 1..=MOST_CREDIBLE;
    let (columns, rows) =
        size.filter(|(columns, rows)| sensible.contains(columns) && sensible.contains(rows))?;
    Some((columns.min(MOST_COLUMNS), rows.min(MOST_ROWS)))
}
