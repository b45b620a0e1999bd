//! Running a plan without a screen: for scripts, for pipes, and for people who want the table.
//!
//! Progress goes to standard error, as bars or as plain lines; the results go to standard output, and nothing else does.
//! Everything shown is read from a [`Session`], a few times a second, so that watching costs the run nothing.

mod bars;
mod canvas;
mod lines;
pub mod output;
mod stop;
mod sweep;
pub mod terminal;
mod words;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;

use crate::clock::{Clock, RunTime, Stamp};
use crate::engine::{Engine, StartError};
use crate::event::EventFeed;
use crate::headless::bars::Bars;
use crate::headless::lines::Lines;
use crate::headless::output::OutputError;
use crate::headless::stop::{Now, Stop};
use crate::headless::terminal::Terminal;
use crate::headless::words::Progress;
use crate::plan::Plan;
use crate::report::{self, Outputs, TableStyle};
use crate::signals::{self, Signal};
use crate::state::{RunState, Session};
use crate::sweep::save::SaveError;
use crate::units::Nanos;

pub use sweep::{SweepOptions, sweep};

/// How often it is looked for signals while nothing is told.
const LOOK: Nanos = Nanos::from_millis(50);

/// What the results look like.
#[derive(Clone, Debug)]
pub enum Format {
    /// A table for people.
    Table(TableStyle),
    /// JSON for programs.
    Json,
    /// CSV for spreadsheets and data frames.
    Csv,
    /// Markdown for people who write the results down elsewhere.
    Markdown,
}

/// What is run, and what is shown of it.
#[derive(Clone, Debug)]
pub struct HeadlessOptions {
    /// What is run.
    pub plan: Plan,
    /// What the results look like.
    pub format: Format,
    /// Whose output is shown, where tasks are commands.
    pub outputs: Outputs,
    /// What progress on standard error looks like; none for none at all.
    pub progress: Option<ProgressLook>,
}

/// What progress looks like.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct ProgressLook {
    /// ASCII characters only.
    pub ascii: bool,
    /// With colours.
    pub colour: bool,
}

/// How a comparison without a screen ended.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Ending {
    /// Every task of every run ended with a value.
    AllOk,
    /// Some task did not, or some run did not come to its end.
    Failed,
    /// A signal asked for it.
    Stopped(Signal),
}

/// Why there are no results.
#[derive(Debug, thiserror::Error)]
pub enum HeadlessError {
    /// The plan was not started.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The system refuses to tell of signals.
    #[error("listen for signals")]
    Signals(#[source] io::Error),
    /// The results could not be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// A file of results could not be written.
    #[error("write {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file of a sweep cannot be used.
    #[error(transparent)]
    Save(#[from] SaveError),
}

/// Runs a plan to its end, or until a signal ends it, and writes the results.
///
/// # Errors
/// Where the plan cannot be started, or the results cannot be written.
pub fn run(
    engine: &Arc<Engine>,
    feed: &EventFeed,
    options: HeadlessOptions,
) -> Result<Ending, HeadlessError> {
    let mut stop = Stop::listen(engine).map_err(HeadlessError::Signals)?;
    let clock = Clock::monotonic();
    let mut display = Display::new(&options, clock.now());
    let runs = options.plan.runs().count();
    let mut session = Session::default();
    engine.start(options.plan)?;
    follow(engine, feed, &mut stop, &clock, &mut session, |session| match session {
        Some(session) => display.tick(session, clock.now(), engine),
        None => display.clear(),
    });
    // Of what came last there may be lines to say still.
    display.tick(&session, clock.now(), engine);
    display.clear();
    let text = match &options.format {
        Format::Table(style) => report::table(&session, style),
        Format::Json => report::json(&session, options.outputs),
        Format::Csv => report::csv(&session),
        Format::Markdown => report::markdown(&session),
    };
    let written = output::write(&text);
    if let Some(signal) = stop.by() {
        return Ok(Ending::Stopped(signal));
    }
    written?;
    if !matches!(options.format, Format::Json) {
        let outputs = report::outputs(&session, options.outputs);
        if !outputs.is_empty() {
            output::note(outputs.trim_end());
        }
    }
    let ok = session.runs.len() == runs && session.runs.iter().all(all_ok);
    Ok(if ok { Ending::AllOk } else { Ending::Failed })
}

/// Takes in what is told until the comparison is over, or a signal ended it. `show` is given the session now and then, and
/// nothing when the terminal is to be left as it was.
fn follow(
    engine: &Arc<Engine>,
    feed: &EventFeed,
    stop: &mut Stop,
    clock: &Clock,
    session: &mut Session,
    mut show: impl FnMut(Option<&Session>),
) {
    while !session.over {
        match feed.recv_timeout(LOOK.to_std()) {
            Ok(batch) => batch.iter().for_each(|event| session.apply(event)),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        match stop.look(engine, clock.now()) {
            Now::GoOn => show(Some(session)),
            Now::Suspend => {
                engine.suspend();
                show(None);
                signals::stop_self();
                engine.resume();
            }
            Now::End => break,
        }
    }
}

fn all_ok(run: &RunState) -> bool {
    run.end.as_ref().is_some_and(|end| end.counts.all_ok() && end.stopped.is_none())
}

/// Progress, in one of its forms.
enum Display {
    Nothing,
    Lines(Lines),
    Bars(Box<Bars>),
}

impl Display {
    fn new(options: &HeadlessOptions, now: Stamp) -> Self {
        let terminal = Terminal::look();
        match options.progress {
            None => Self::Nothing,
            Some(look) if terminal.attached.error && terminal.can_move() => {
                Self::Bars(Box::new(Bars::on_stderr(look, terminal::size)))
            }
            Some(look) => Self::Lines(Lines::new(now, look.ascii)),
        }
    }

    fn tick(&mut self, session: &Session, now: Stamp, engine: &Engine) {
        let time = |run: &RunState| -> RunTime { engine.run_time().unwrap_or(run.now) };
        match self {
            Self::Nothing => {}
            Self::Lines(lines) => lines.tick(session, now, |run| Progress::of(run, time(run))),
            Self::Bars(bars) => bars.tick(session, now, time),
        }
    }

    fn clear(&mut self) {
        if let Self::Bars(bars) = self {
            bars.clear();
        }
    }
}
