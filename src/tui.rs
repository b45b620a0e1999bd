//! The terminal user interface: an oscilloscope with a plan to edit and a run to watch.
//!
//! It is built as [Elm] programs are: a `Model` from which all that is shown follows, messages, one
//! function `update` that takes a message into the model and returns the effect that it wishes for, and one function
//! `view` that draws the model. Both are pure. What is not, is in three threads, and one more while a prediction
//! is worked out:
//!
//! ```text
//! ps-input (keys, sizes) ─┐
//! ps-signal (signals) ────┼─ messages → ps-ui: update → effects → engine, terminal
//! engine ── events ───────┤                  └ view → changed cells → terminal
//! ps-predict (predictions)┘
//! ```
//!
//! The thread that calls [`run`] waits until the screen is left, and then has the session and the sweep to print. The
//! terminal is given back once, whatever ends the program: the last key, a panic of the screen, a signal, or a terminal that
//! has gone. Panics of tasks and of workers never touch it.
//!
//! There are three screens, the Lab, Compare and Sweep; `tui/lab.rs`, `tui/compare.rs` and `tui/sweep.rs` draw them in
//! words. Nothing here measures or runs anything.
//!
//! [Elm]: https://guide.elm-lang.org/architecture/

mod bands;
mod canvas;
mod chart;
mod compare;
mod files;
mod footer;
mod forecast;
mod form;
mod ghost;
mod glyphs;
mod help;
mod input;
mod keys;
mod lab;
mod look;
mod message;
mod model;
mod page;
mod pointer;
mod runtime;
mod sweep;
mod terminal;
mod theme;
mod throughput;
mod timing;
mod update;
mod view;
mod window;

use std::io::{self, Write};
use std::panic;
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::analysis::sizing::Sizing;
use crate::clock::Clock;
use crate::engine::{Engine, Pace};
use crate::event::EventFeed;
use crate::exec::attempt;
use crate::plan::{Parameters, Plan};
use crate::signals::{self, Signal};
use crate::state::Session;
use crate::sweep::{Counts, Sweep};
pub use crate::tui::look::{ColourChoice, LookOptions, ThemeChoice, light_background};
use crate::tui::message::Message;
use crate::tui::model::{Consent, Model};
use crate::tui::runtime::{Ended, Predictor, Runtime};
use crate::tui::sweep::desk::Course;
pub use crate::tui::timing::time_frames;

/// How long the screen may take to end after a signal, before the program ends without it.
const AFTER_SIGNAL: Duration = Duration::from_millis(750);
/// Messages on their way: whoever pastes a book waits.
const MESSAGES: usize = 1_024;
/// The exit status of a program that panicked.
const PANICKED: u8 = 101;
/// The names of the threads whose panic is the end of the screen.
const OURS: [&str; 2] = ["ps-ui", "ps-input"];

/// What the screen begins with.
#[derive(Clone, Debug)]
pub struct TuiOptions {
    /// The first plan.
    pub plan: Plan,
    /// Numbers of workers to be swept; none for those that a sweep has by itself.
    pub counts: Option<Counts>,
    /// Whether it does something that nobody has agreed to yet: what that is is shown before it is run.
    pub unconfirmed: bool,
    /// How fast the time of simulated runs passes.
    pub pace: Pace,
    /// Measures what everything costs on this machine, for predictions; takes up to a second, on a thread of its own.
    pub measure: fn(&Engine) -> Parameters,
    /// How it shall look.
    pub look: LookOptions,
}

/// What is left when the screen has been left.
#[derive(Clone, Debug)]
pub struct TuiExit {
    /// The last comparison, for the caller to print.
    pub session: Session,
    /// The last sweep with what its measurements mean, for the caller to print; none where nothing was measured.
    pub sweep: Option<(Sweep, Sizing)>,
    /// The exit status: that of the signal or of the Ctrl-C that ended a run; else 1 if a task of the last comparison
    /// or of the last sweep failed, timed out or was lost; else 0.
    pub exit_code: u8,
}

/// Why there is no screen.
#[derive(Debug, thiserror::Error)]
pub enum TuiError {
    /// There is no terminal to draw on.
    #[error("the Lab needs a terminal; `poolscope compare` runs the same plan without one")]
    NoTerminal,
    /// The terminal, or the system below it, refused.
    #[error("use the terminal: {0}")]
    Terminal(#[from] io::Error),
    /// The screen panicked; the panic has been reported.
    #[error("draw the screen, which panicked; the terminal has been restored")]
    Panicked,
}

impl TuiError {
    /// The exit status that says so.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::NoTerminal => 2,
            Self::Terminal(_) => 1,
            Self::Panicked => PANICKED,
        }
    }
}

/// Shows the screen until it is left.
///
/// The terminal is as it was before when this returns, and every worker process is gone. A thread that hangs in a task
/// may go on; the caller ends the program without waiting for it.
///
/// # Errors
/// Where there is no terminal, where it fails, and where the screen itself panics.
pub fn run(engine: Arc<Engine>, feed: EventFeed, options: TuiOptions) -> Result<TuiExit, TuiError> {
    if !terminal::is_usable() {
        return Err(TuiError::NoTerminal);
    }
    let (sender, messages) = mpsc::sync_channel(MESSAGES);
    // In place before the terminal is changed: a signal that comes too early must not leave it raw.
    listen(&engine, &sender)?;
    guard_against_panics();
    let theme = look::theme(options.look, |name| std::env::var(name).ok());
    let mut model = Model::new(engine.machine().clone(), options.plan, theme);
    model.pace = options.pace;
    if let Some(counts) = options.counts {
        model.ask_for(counts);
    }
    model.consent = Consent::new(options.unconfirmed);
    let panics = std::env::var("POOLSCOPE_FAULT").is_ok_and(|fault| fault == "ui-panic");
    let last_act = Arc::clone(&engine);
    let predictor = Predictor::new(Arc::clone(&engine), sender.clone(), options.measure);
    let clock = Clock::monotonic();
    let runtime = Runtime { engine, feed, messages, sender: sender.clone(), predictor, clock, panics };
    let thread = std::thread::Builder::new().name("ps-ui".to_owned());
    let screen = thread.spawn(move || {
        terminal::take()?;
        input::start(sender)?;
        runtime.run(model)
    })?;
    let ended = screen.join();
    terminal::give_back();
    last_act.kill_children();
    tell_panics();
    match ended {
        Ok(Ok(ended)) => Ok(exit(ended)),
        Ok(Err(error)) => Err(TuiError::Terminal(error)),
        Err(_) => Err(TuiError::Panicked),
    }
}

fn exit(ended: Ended) -> TuiExit {
    let session = ended.model.session;
    let sweep = ended.model.sweep.course.and_then(Course::left_behind);
    let failed = |run: &crate::state::RunState| {
        run.end.as_ref().is_some_and(|end| end.counts.error + end.counts.timed_out + end.counts.lost > 0)
    };
    // What was stopped on the way out is not counted as a failure.
    let whole = session.runs.iter().filter(|run| run.end.as_ref().is_some_and(|end| end.stopped.is_none()));
    let swept = sweep.as_ref().is_some_and(|(sweep, _)| sweep.has_failures());
    let code = u8::from(swept || whole.into_iter().any(failed));
    TuiExit { exit_code: ended.code.unwrap_or(code), session, sweep }
}

/// Hands signals to the screen, and sees to it that those that end the program do so in time, whatever the screen does.
fn listen(engine: &Arc<Engine>, sender: &mpsc::SyncSender<Message>) -> io::Result<()> {
    let (engine, sender) = (Arc::clone(engine), sender.clone());
    signals::listen(move |signal| {
        let message = match signal {
            Signal::Suspend => Message::StopAsked,
            Signal::Continue => Message::Continued,
            signal => Message::EndAsked(signal.exit_code()),
        };
        // A screen that has stopped taking messages is not waited for.
        let _ = sender.try_send(message);
        if signal.ends() {
            let engine = Arc::clone(&engine);
            engine.cancel();
            if signal != Signal::HangUp {
                std::thread::sleep(AFTER_SIGNAL);
            }
            // The screen, and whoever prints after it, would have ended the program by now.
            engine.enforce();
            engine.kill_children();
            terminal::give_back();
            std::process::exit(i32::from(signal.exit_code()));
        }
    })
}

/// What other threads said when they panicked while the screen stood.
static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Sets the hook for panics: a panic of the screen gives the terminal back first; one of any other thread is kept until
/// the screen is left, and one that is caught in a task is that task's business.
fn guard_against_panics() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if attempt::in_task() {
                previous(info);
                return;
            }
            let thread = std::thread::current();
            if thread.name().is_some_and(|name| OURS.contains(&name)) {
                terminal::give_back();
                previous(info);
            } else if terminal::is_held() {
                let words = format!("thread {} {info}", thread.name().unwrap_or("without a name"));
                PANICS.lock().unwrap_or_else(PoisonError::into_inner).push(words);
            } else {
                previous(info);
            }
        }));
    });
}

/// Says on standard error what was kept.
fn tell_panics() {
    let panics = std::mem::take(&mut *PANICS.lock().unwrap_or_else(PoisonError::into_inner));
    for words in panics {
        let _ = writeln!(io::stderr(), "{words}");
    }
}

#[cfg(test)]
mod script;
#[cfg(test)]
mod tests;
