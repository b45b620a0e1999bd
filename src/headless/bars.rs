//! Progress as bars on a terminal's standard error: one for the run, one for each worker as far as there is room.
//!
//! The only user of indicatif. Bars are set from the session, at most ten times a second; no bar has a thread of its own,
//! for threads are what is measured here. Every line is cut to the width, so that none wraps and stays behind.

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::clock::{RunTime, Stamp};
use crate::headless::ProgressLook;
use crate::headless::canvas::Canvas;
use crate::headless::words::{Progress, label, seconds, worker, worker_progress};
use crate::ids::SlotId;
use crate::report::text::{ascii, clip, width};
use crate::state::{RunState, Session};
use crate::units::{Nanos, plural};

/// Drawn at most so many times a second.
const PER_SECOND: u8 = 10;
const PERIOD: Nanos = Nanos::from_millis(1_000 / PER_SECOND as u64);
/// Bars of runs that are over stay above the run that goes on, so many at most.
const OVER_KEPT: usize = 5;
/// Rows that bars of workers leave free.
const ROWS_FREE: usize = 4;
/// Columns that every line leaves free, for the `^C` that the terminal shows: were it to wrap, lines would stay behind.
const COLUMNS_FREE: usize = 4;
/// Columns of a name, at least.
const NAMES: usize = 14;
/// The length of a bar: the unit in which lanes tell how far a task is.
const LENGTH: u64 = 65_536;

/// The bars of one comparison.
pub(super) struct Bars {
    multi: MultiProgress,
    styles: Styles,
    ascii: bool,
    size: fn() -> Option<(u16, u16)>,
    over: Vec<ProgressBar>,
    run: Option<RunBars>,
    /// Runs beside that one, which have a bar but none for their workers.
    beside: Vec<ProgressBar>,
    /// Runs that are over and have been drawn so.
    ended: usize,
    notices: usize,
    drawn: Stamp,
}

#[derive(Debug)]
struct RunBars {
    total: ProgressBar,
    workers: Vec<ProgressBar>,
    more: Option<ProgressBar>,
}

struct Styles {
    /// Columns of a bar.
    bar: u16,
    total: ProgressStyle,
    worker: ProgressStyle,
    text: ProgressStyle,
}

impl Bars {
    /// Bars on standard error, which is a terminal that can move its cursor.
    pub(super) fn on_stderr(look: ProgressLook, size: fn() -> Option<(u16, u16)>) -> Self {
        let target = ProgressDrawTarget::term_like_with_hz(Box::new(Canvas::stderr(size)), PER_SECOND);
        let multi = MultiProgress::with_draw_target(target);
        let columns = size().map_or(80, |(columns, _)| columns);
        Self {
            multi,
            styles: Styles::new(columns, look),
            ascii: look.ascii,
            size,
            over: Vec::new(),
            run: None,
            beside: Vec::new(),
            ended: 0,
            notices: 0,
            drawn: Stamp::default(),
        }
    }

    /// Draws what is new by `now`, if it is time.
    pub(super) fn tick(&mut self, session: &Session, now: Stamp, time: impl Fn(&RunState) -> RunTime) {
        let ended = session.runs.iter().filter(|run| run.end.is_some()).count();
        if now.since(self.drawn) < PERIOD && ended == self.ended {
            return;
        }
        self.drawn = now;
        for notice in session.notices.iter().skip(self.notices) {
            // A line that cannot be written is not worth ending a run.
            let _ = self.multi.println(self.words(notice.clone()));
        }
        self.notices = session.notices.len();
        while let Some(run) = session.runs.get(self.ended).filter(|run| run.end.is_some()) {
            self.end_run(session, run);
            self.ended += 1;
        }
        // Of several runs at once the first has bars for its workers.
        if let Some(run) = session.runs.get(self.ended) {
            let now = time(run);
            self.draw_run(session, run, now);
        }
        for (index, run) in session.runs.iter().skip(self.ended + 1).enumerate() {
            if index == self.beside.len() {
                self.beside.push(self.add(&self.styles.total));
            }
            let bar = self.beside[index].clone();
            bar.set_prefix(self.words(label(session, run)));
            bar.set_position((run.progress().fraction() * LENGTH as f64) as u64);
            let now = time(run);
            self.say(&bar, &Progress::of(run, now).beside_a_bar(run.elapsed(now)));
        }
    }

    /// Takes every bar away.
    pub(super) fn clear(&mut self) {
        // First from the screen, all at once: bars that are removed one by one may leave their line behind.
        let _ = self.multi.clear();
        if let Some(run) = self.run.take() {
            self.remove(&run);
        }
        self.remove_beside();
        for bar in self.over.drain(..) {
            bar.finish_and_clear();
            self.multi.remove(&bar);
        }
        let _ = self.multi.clear();
    }

    fn draw_run(&mut self, session: &Session, run: &RunState, now: RunTime) {
        let bars = match self.run.take() {
            Some(bars) => bars,
            None => self.begin_run(&self.words(label(session, run)), run.slots.len()),
        };
        bars.total.set_position((run.progress().fraction() * LENGTH as f64) as u64);
        self.say(&bars.total, &Progress::of(run, now).beside_a_bar(run.elapsed(now)));
        for (bar, slot) in bars.workers.iter().zip(&run.slots) {
            let wait = slot.levels.task.map_or(Nanos::ZERO, |task| run.start.work.waiting(task));
            bar.set_position(worker_progress(slot, wait, now));
            self.say(bar, &worker(slot, run.retries));
        }
        self.run = Some(bars);
    }

    fn begin_run(&self, name: &str, slots: usize) -> RunBars {
        let rows = (self.size)().map_or(24, |(_, rows)| usize::from(rows));
        let room = rows.saturating_sub(ROWS_FREE + self.over.len());
        let total = self.add(&self.styles.total);
        total.set_prefix(name.to_owned());
        let workers = (0..slots.min(room))
            .map(|slot| {
                let bar = self.add(&self.styles.worker);
                bar.set_prefix(SlotId(slot as u16).to_string());
                bar
            })
            .collect();
        let more = (slots > room).then(|| {
            let bar = self.add(&self.styles.text);
            bar.set_message(format!("+{} more", slots - room));
            bar
        });
        RunBars { total, workers, more }
    }

    fn end_run(&mut self, session: &Session, run: &RunState) {
        if let Some(bars) = self.run.take() {
            self.remove(&bars);
        }
        self.remove_beside();
        let bar = self.add(&self.styles.total);
        bar.set_prefix(self.words(label(session, run)));
        bar.set_position((run.progress().fraction() * LENGTH as f64) as u64);
        let failed = match run.failed() {
            0 => String::new(),
            n => format!(", {} not ok", plural(n, "task")),
        };
        self.say(&bar, &format!("{}{failed}", seconds(run.elapsed(run.now))));
        bar.abandon();
        self.over.push(bar);
        if self.over.len() > OVER_KEPT {
            let oldest = self.over.remove(0);
            self.multi.remove(&oldest);
        }
    }

    /// Sets a bar's words, as far as the line has room for them now.
    fn say(&self, bar: &ProgressBar, words: &str) {
        let columns = (self.size)().map_or(80, |(columns, _)| usize::from(columns));
        let taken = width(&bar.prefix()).max(NAMES) + usize::from(self.styles.bar) + 2 + COLUMNS_FREE;
        bar.set_message(self.words(clip(words, columns.saturating_sub(taken), self.ascii)));
    }

    fn words(&self, words: String) -> String {
        if self.ascii { ascii(&words) } else { words }
    }

    fn add(&self, style: &ProgressStyle) -> ProgressBar {
        let bar = self.multi.add(ProgressBar::new(LENGTH));
        bar.set_style(style.clone());
        bar
    }

    fn remove_beside(&mut self) {
        for bar in self.beside.drain(..) {
            bar.finish_and_clear();
            self.multi.remove(&bar);
        }
    }

    fn remove(&self, run: &RunBars) {
        for bar in run.workers.iter().chain(&run.more).chain([&run.total]) {
            bar.finish_and_clear();
            self.multi.remove(bar);
        }
    }
}

impl Styles {
    fn new(columns: u16, look: ProgressLook) -> Self {
        let bar = (columns / 3).clamp(8, 30);
        let chars = if look.ascii { "#>-" } else { "█▉▊▋▌▍▎▏ " };
        // Colours as sequences, for indicatif's own follow standard output, whatever the user says.
        let paint = |colour: &'static str| if look.colour { (colour, "\u{1b}[0m") } else { ("", "") };
        let (green, cyan, bold) = (paint("\u{1b}[32m"), paint("\u{1b}[36m"), paint("\u{1b}[1m"));
        let style = |template: String| {
            // A template that could not be read would be a fault of ours, and the usual bar does as well.
            ProgressStyle::with_template(&template)
                .unwrap_or_else(|_| ProgressStyle::default_bar())
                .progress_chars(chars)
        };
        let line = |indent: usize, name: (&str, &str), paint: (&str, &str)| {
            let names = NAMES - indent;
            let indent = " ".repeat(indent);
            format!(
                "{indent}{}{{prefix:{names}}}{} {}{{bar:{bar}}}{} {{msg}}",
                name.0, name.1, paint.0, paint.1
            )
        };
        Self {
            bar,
            total: style(line(0, bold, green)),
            worker: style(line(2, ("", ""), cyan)),
            text: style("  {msg}".to_owned()),
        }
    }
}
