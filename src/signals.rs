//! Signals: one thread that waits for them, and the words for them.
//!
//! Handlers are in place before the terminal is changed, and they do nothing but wake the thread `ps-signal`: whatever a
//! signal means is decided by the front end that listens. Where there are no such signals, nobody ever calls.

use std::io;

/// A signal that asks something of the program.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Signal {
    /// SIGINT: Ctrl-C outside of raw mode.
    Interrupt,
    /// SIGTERM: a polite request to end.
    Terminate,
    /// SIGHUP: the terminal is gone.
    HangUp,
    /// SIGQUIT: Ctrl-\ outside of raw mode.
    Quit,
    /// SIGTSTP: Ctrl-Z outside of raw mode.
    Suspend,
    /// SIGCONT: going on after a stop.
    Continue,
}

impl Signal {
    /// The system's number.
    pub const fn number(self) -> i32 {
        match self {
            Self::HangUp => 1,
            Self::Interrupt => 2,
            Self::Quit => 3,
            Self::Terminate => 15,
            #[cfg(target_os = "macos")]
            Self::Continue => 19,
            #[cfg(not(target_os = "macos"))]
            Self::Continue => 18,
            #[cfg(target_os = "macos")]
            Self::Suspend => 18,
            #[cfg(not(target_os = "macos"))]
            Self::Suspend => 20,
        }
    }

    /// The exit status of a program that was ended by it: 128 + its number.
    pub const fn exit_code(self) -> u8 {
        128 + self.number() as u8
    }

    /// Whether it asks the program to end.
    pub const fn ends(self) -> bool {
        !matches!(self, Self::Suspend | Self::Continue)
    }
}

/// Calls `handler` for each signal from now on, on a thread of its own.
///
/// # Errors
/// Where the system refuses a handler or the thread.
#[cfg(unix)]
pub fn listen(handler: impl Fn(Signal) + Send + 'static) -> io::Result<()> {
    const ALL: [Signal; 6] = [
        Signal::Interrupt,
        Signal::Terminate,
        Signal::HangUp,
        Signal::Quit,
        Signal::Suspend,
        Signal::Continue,
    ];
    let mut signals = signal_hook::iterator::Signals::new(ALL.map(Signal::number))?;
    let thread = std::thread::Builder::new().name("ps-signal".to_owned());
    thread.spawn(move || {
        for number in signals.forever() {
            if let Some(signal) = ALL.into_iter().find(|signal| signal.number() == number) {
                handler(signal);
            }
        }
    })?;
    Ok(())
}

/// Calls nobody: this system has no such signals.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub fn listen(_handler: impl Fn(Signal) + Send + 'static) -> io::Result<()> {
    Ok(())
}

/// Stops this process as Ctrl-Z would, and returns when it goes on. Whoever calls this has put the terminal in order.
pub fn stop_self() {
    #[cfg(unix)]
    {
        // SIGSTOP cannot be refused, and needs no handler to be taken away first. It is raised on this very thread: sent
        // to the process, it may reach another one a little later, and this one would go on and take the screen back.
        let _ = signal_hook::low_level::raise(rustix::process::Signal::STOP.as_raw());
    }
}
