//! Ending early: what signals do to a comparison without a screen.
//!
//! The first signal that ends asks the workers to stop; after a short grace they are made to. The second shortens the
//! grace to nothing. Whatever hangs meanwhile, a thread that cannot be killed or a pipe that nobody reads, the program is
//! gone within a second of the first.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use crate::clock::Stamp;
use crate::engine::Engine;
use crate::signals::{self, Signal};
use crate::units::Nanos;

/// How long workers may take to stop by themselves.
const GRACE: Nanos = Nanos::from_millis(300);
/// How long the books of workers that were made to stop may take.
const SETTLE: Nanos = Nanos::from_millis(200);
/// When the program ends, whatever it does: a second, less what ending takes.
const LAST_CALL: Nanos = Nanos::from_millis(900);

/// The signals that came, and how far ending is.
#[derive(Debug)]
pub(super) struct Stop {
    came: Receiver<Signal>,
    by: Option<(Signal, Stamp)>,
    enforced: bool,
}

/// What is to be done now.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Now {
    /// The comparison goes on, or is ending by itself.
    GoOn,
    /// The program is to be stopped, as by Ctrl-Z.
    Suspend,
    /// There is no more time to wait: say what is known, and end.
    End,
}

impl Stop {
    /// Listens from now on; signals cancel what `engine` runs.
    ///
    /// # Errors
    /// Where the system refuses.
    pub(super) fn listen(engine: &Arc<Engine>) -> io::Result<Self> {
        let (sender, came) = mpsc::channel();
        let engine = Arc::clone(engine);
        let asked = AtomicBool::new(false);
        signals::listen(move |signal| {
            // Before anything is ended by it: whoever hears that all is over knows why. Nobody listens when the comparison is
            // over already.
            let _ = sender.send(signal);
            if signal.ends() {
                engine.cancel();
                if asked.swap(true, Ordering::Relaxed) {
                    engine.enforce();
                } else {
                    last_call(Arc::clone(&engine), signal);
                }
            }
        })?;
        Ok(Self { came, by: None, enforced: false })
    }

    /// The signal that ended the comparison, if one did.
    pub(super) fn by(&self) -> Option<Signal> {
        self.by.map(|(signal, _)| signal)
    }

    /// Takes in what came until `now`.
    pub(super) fn look(&mut self, engine: &Engine, now: Stamp) -> Now {
        let mut suspend = false;
        while let Ok(signal) = self.came.try_recv() {
            suspend |= signal == Signal::Suspend;
            if signal.ends() {
                self.by.get_or_insert((signal, now));
            }
        }
        let Some((_, since)) = self.by else {
            return if suspend { Now::Suspend } else { Now::GoOn };
        };
        if now.since(since) >= GRACE && !self.enforced {
            self.enforced = true;
            engine.enforce();
            engine.kill_children();
        }
        if now.since(since) >= GRACE + SETTLE { Now::End } else { Now::GoOn }
    }
}

/// Ends the program at the last moment, if it has not ended by then.
fn last_call(engine: Arc<Engine>, signal: Signal) {
    let thread = thread::Builder::new().name("ps-last-call".to_owned());
    let spawned = thread.spawn(move || {
        thread::sleep(LAST_CALL.to_std());
        engine.kill_children();
        std::process::exit(i32::from(signal.exit_code()));
    });
    // Without a thread there is no last call, and the usual way to the end is the only one.
    drop(spawned);
}
