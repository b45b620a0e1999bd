//! The thread `ps-ui`: waits for what happens, takes it in, and draws when something has changed.
//!
//! It blocks until a key comes or a frame is due, and joins nobody: a worker that hangs cannot hold it. While something
//! runs a frame is due 20 times a second, otherwise twice; where frames are dear, because there are a thousand lanes say,
//! as often as a fiftieth of a core allows, for a screen must not slow the run that it shows, and as a slow line can take.

mod display;
mod predictor;

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};

use crate::clock::{Clock, Stamp, thread_cpu};
use crate::engine::{self, Engine, StartError};
use crate::event::EventFeed;
use crate::probe;
use crate::signals;
use crate::tui::files;
use crate::tui::message::{Effect, Message};
use crate::tui::model::{Activity, Model};
use crate::tui::runtime::display::Display;
pub(crate) use crate::tui::runtime::predictor::Predictor;
use crate::tui::terminal;
use crate::tui::update::{refresh, update};
use crate::units::Nanos;

/// Between two frames while something runs.
const FRAME: Nanos = Nanos::from_millis(50);
/// Between two looks at the cores while nothing runs.
const IDLE: Nanos = Nanos::from_millis(500);
/// How long workers may take to end by themselves when the program ends.
const GRACE: Nanos = Nanos::from_millis(300);
/// How long the rest may take when they are made to end.
const LAST_WORDS: Nanos = Nanos::from_millis(200);

/// By when a stop has taken effect, on however busy a machine.
const STOPPED_BY: Nanos = Nanos::from_secs(1);
/// The least time between two frames, as a multiple of the CPU time of one: a fiftieth of a core.
const THRIFT: u64 = 50;
/// The most bytes that frames may take in a second for each cell of the terminal: 19 kB at 120×40. What changes faster, as
/// a table of short tasks does, cannot be read faster either.
const BYTES_PER_CELL: f64 = 4.0;
/// Messages that are taken in before a frame is drawn.
const MOST_AT_ONCE: u32 = 256;

/// What the loop is given.
pub(crate) struct Runtime {
    pub(crate) engine: Arc<Engine>,
    pub(crate) feed: EventFeed,
    pub(crate) messages: Receiver<Message>,
    pub(crate) sender: SyncSender<Message>,
    pub(crate) predictor: Predictor,
    pub(crate) clock: Clock,
    /// Whether the screen is to panic when a run begins, so that a test can see what is left of it.
    pub(crate) panics: bool,
}

/// How the loop ended.
pub(crate) struct Ended {
    pub(crate) model: Model,
    /// The status that a signal asks for, or Ctrl-C that ended a run.
    pub(crate) code: Option<u8>,
}

impl Runtime {
    /// Runs the screen until it is left.
    ///
    /// # Errors
    /// Where the terminal can no longer be written to.
    pub(crate) fn run(mut self, mut model: Model) -> io::Result<Ended> {
        let mut screen = Display::new()?;
        let mut code = None;
        resize(&mut model);
        refresh(&mut model);
        screen.draw(&model)?;
        self.calibrate();
        let mut drawn = self.clock.now();
        // Whether the screen shows less than is known.
        let mut stale = false;
        let mut deadline: Option<Stamp> = None;
        let mut pace = Pace::default();
        loop {
            let mut changed = false;
            let frame_time = if stale { FRAME } else { pace.frame_time(&model) };
            let mut pending = self.wait(frame_time, drawn, deadline);
            let before = thread_cpu();
            let mut taken = 0;
            let mut held = VecDeque::new();
            while let Some(message) = pending {
                taken += 1;
                changed = true;
                code = code.or(code_of(&message, &model));
                match update(&mut model, message) {
                    Effect::None => {}
                    Effect::Start(plan) => self.start(&mut model, *plan),
                    Effect::Write(export) => {
                        let written = Message::Written(files::write(&export));
                        let _: Effect = update(&mut model, written);
                    }
                    Effect::ScaleInterval { longer } => {
                        // From what it is by now, not from what was told of it: keys come faster than frames.
                        if let Some(rule) = self.engine.gil_rule() {
                            self.engine.set_gil_rule(rule.scaled(longer));
                        }
                    }
                    Effect::Pace(pace) => self.engine.set_pace(pace),
                    Effect::Cancel => self.engine.cancel(),
                    Effect::Enforce => {
                        self.engine.enforce();
                    }
                    Effect::Suspend => held = self.suspend(&mut screen, &mut model)?,
                    Effect::Reclaim => reclaim(&mut screen)?,
                    Effect::Repaint => screen.clear()?,
                    Effect::Mouse(on) => terminal::point(on)?,
                    Effect::Quit => {
                        self.engine.cancel();
                        deadline.get_or_insert(self.clock.now().after(GRACE));
                    }
                    Effect::Abandon => return Ok(self.end(model, code)),
                }
                // Many keys at once are one frame, but not so many that there is none.
                pending = if taken < MOST_AT_ONCE {
                    held.pop_front().or_else(|| self.messages.try_recv().ok())
                } else {
                    None
                };
            }
            self.predictor.follow(&mut model);
            let now = self.clock.now();
            // Facts are taken in at the pace of frames: they wake nobody.
            let due = now.since(drawn) >= frame_time;
            if changed || due {
                changed |= self.catch_up(&mut model);
            }
            if let Some(deadline) = deadline
                && (!self.engine.is_busy() || now >= deadline)
            {
                return Ok(self.end(model, code));
            }
            stale |= changed;
            // A terminal that has stopped reading gets the newest frame when it reads again, and none of those between.
            if stale && terminal::catch_up()? {
                refresh(&mut model);
                assert!(!(self.panics && model.is_busy()), "the screen was asked to panic");
                let bytes = screen.draw(&model)?;
                pace.learn(thread_cpu() - before, bytes);
                stale = !terminal::catch_up()?;
            }
            if changed || due {
                drawn = now;
            }
        }
    }

    /// Waits for a message until the next frame is due.
    fn wait(&self, frame_time: Nanos, drawn: Stamp, deadline: Option<Stamp>) -> Option<Message> {
        let now = self.clock.now();
        let due = drawn.after(frame_time);
        let due = deadline.map_or(due, |deadline| due.min(deadline));
        match self.messages.recv_timeout(due.since(now).to_std()) {
            Ok(message) => Some(message),
            Err(RecvTimeoutError::Timeout) => None,
            // Nobody can ask for anything any more.
            Err(RecvTimeoutError::Disconnected) => Some(Message::TerminalLost),
        }
    }

    /// Takes in what has happened in the run; true if there is something new to show.
    fn catch_up(&self, model: &mut Model) -> bool {
        let (busy, began) = (model.is_busy(), self.clock.now());
        let mut news = false;
        let mut events: Vec<_> = self.feed.try_iter().flatten().collect();
        loop {
            news |= !events.is_empty();
            if news || busy {
                // When a run of a sweep is over, the next begins; nothing else is to be done about what has happened.
                if let Effect::Start(plan) = update(model, Message::News(events, self.engine.run_time())) {
                    self.start(model, *plan);
                }
            }
            // Simulated runs of a sweep are over in a moment: many of them fit between two frames.
            let left = FRAME - self.clock.now().since(began);
            let at_once = sweeps_simulated(model) && left > Nanos::ZERO;
            if !at_once {
                break;
            }
            let Ok(more) = self.feed.recv_timeout(left.to_std()) else { break };
            events = more;
        }
        (news || busy) && model.still.is_none()
    }

    /// Calibrates on a thread of its own, for it takes a tenth of a second.
    fn calibrate(&self) {
        let (engine, sender) = (Arc::clone(&self.engine), self.sender.clone());
        let thread = std::thread::Builder::new().name("ps-calibrate".to_owned());
        // Without a thread for it, the engine calibrates when it starts.
        let _ = thread.spawn(move || {
            probe::own::register_current_thread();
            let _ = sender.send(Message::Calibrated(engine.costs()));
        });
    }

    fn start(&self, model: &mut Model, plan: crate::plan::Plan) {
        // Of a sweep the curve is to be seen, and not the time that simulated runs would take.
        self.engine.set_pace(if model.sweep.is_going() { engine::Pace::AtOnce } else { model.pace });
        let words = match self.engine.start(plan) {
            Ok(()) => return,
            Err(StartError::Plan(problems)) => {
                problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
            }
            Err(error) => error.to_string(),
        };
        let _: Effect = update(model, Message::Refused(words));
    }

    /// Gives the terminal to the shell until it continues us; returns what came meanwhile and is still to be taken in.
    fn suspend(&self, screen: &mut Display, model: &mut Model) -> io::Result<VecDeque<Message>> {
        terminal::give_back();
        self.engine.suspend();
        signals::stop_self();
        let held = self.until_continued();
        terminal::take()?;
        self.engine.resume();
        resize(model);
        screen.clear()?;
        Ok(held)
    }

    /// Waits until we have been stopped and continued. The stop is asked of the whole process: this thread may go on for
    /// a moment before it takes effect, and must not take the terminal again in it.
    fn until_continued(&self) -> VecDeque<Message> {
        let deadline = self.clock.now().after(STOPPED_BY);
        let mut held = VecDeque::new();
        loop {
            match self.messages.recv_timeout(deadline.since(self.clock.now()).to_std()) {
                Ok(Message::Continued) | Err(_) => return held,
                // A key that was pressed before the stop was not meant for what comes after it.
                Ok(Message::Key(_)) => {}
                Ok(message @ Message::EndAsked(_)) => {
                    held.push_back(message);
                    return held;
                }
                Ok(message) => held.push_back(message),
            }
        }
    }

    /// Ends what runs: what has not ended by itself is killed, what hangs is left behind.
    fn end(&self, mut model: Model, code: Option<u8>) -> Ended {
        if self.engine.is_busy() {
            self.engine.enforce();
            self.engine.kill_children();
            let deadline = self.clock.now().after(LAST_WORDS);
            while self.engine.is_busy() && self.clock.now() < deadline {
                std::thread::sleep(Nanos::from_millis(5).to_std());
            }
        }
        self.catch_up(&mut model);
        self.engine.kill_children();
        Ended { model, code }
    }
}

/// Whether a sweep goes on whose runs are simulated.
fn sweeps_simulated(model: &Model) -> bool {
    let course = model.sweep.course.as_ref().filter(|_| model.sweep.is_going());
    course.is_some_and(|course| course.sweep.plan().plan.runtime.simulated().is_some())
}

fn resize(model: &mut Model) {
    if let Some((columns, rows)) = terminal::size() {
        let _: Effect = update(model, Message::Resized(columns, rows));
    }
}

/// How often frames are drawn.
#[derive(Default)]
struct Pace {
    /// CPU time of a frame, smoothed.
    cost: Nanos,
    /// Bytes of a frame for each cell of the terminal, smoothed.
    bytes: f64,
}

impl Pace {
    fn learn(&mut self, cost: Nanos, bytes: f64) {
        self.cost = (self.cost * 3 + cost) / 4;
        self.bytes = (self.bytes * 3.0 + bytes) / 4.0;
    }

    fn frame_time(&self, model: &Model) -> Nanos {
        if !model.is_busy() {
            return IDLE;
        }
        let writing = Nanos((self.bytes / BYTES_PER_CELL * 1e9) as u64);
        (self.cost * THRIFT).max(writing).clamp(FRAME, IDLE)
    }
}

/// The exit status that a message asks for.
fn code_of(message: &Message, model: &Model) -> Option<u8> {
    use crate::tui::keys::{self, Chord};
    use crate::tui::message::Action;
    match message {
        Message::EndAsked(code) => Some(*code),
        Message::Key(key) if matches!(model.activity, Activity::Running | Activity::Stopping) => {
            let interrupts = keys::action(model, Chord::of(key)) == Some(Action::Interrupt);
            interrupts.then(|| signals::Signal::Interrupt.exit_code())
        }
        _ => None,
    }
}

/// Takes the terminal again, whatever it looks like by now.
fn reclaim(screen: &mut Display) -> io::Result<()> {
    terminal::take()?;
    screen.clear()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::script::{before, running};

    #[test]
    fn frames_come_as_often_as_they_are_cheap() {
        let mut pace = Pace::default();
        assert_eq!(pace.frame_time(&running(80, 24)), FRAME);
        assert_eq!(pace.frame_time(&before(80, 24)), IDLE);
        for _ in 0..40 {
            pace.learn(Nanos::from_millis(4), 0.1);
        }
        let dear = pace.frame_time(&running(80, 24)).as_millis_f64();
        assert!((190.0..=200.0).contains(&dear), "{dear}");
        let mut pace = Pace::default();
        for _ in 0..40 {
            pace.learn(Nanos::from_millis(1), 0.8);
        }
        let long = pace.frame_time(&running(80, 24)).as_millis_f64();
        assert!((195.0..=205.0).contains(&long), "{long}");
        for _ in 0..40 {
            pace.learn(Nanos::from_millis(400), 0.1);
        }
        assert_eq!(pace.frame_time(&running(80, 24)), IDLE);
    }
}
