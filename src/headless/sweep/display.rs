//! Progress of a sweep: one bar on a terminal, a line for each run elsewhere.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::analysis::sizing::Sample;
use crate::clock::Stamp;
use crate::headless::canvas::Canvas;
use crate::headless::terminal::{self, Terminal};
use crate::headless::words::seconds;
use crate::headless::{ProgressLook, output};
use crate::report::text::{ascii, clip};
use crate::sweep::{Kind, Progress, Step, Sweep};
use crate::units::{Nanos, plural};

/// Drawn at most so many times a second.
const PER_SECOND: u8 = 10;

/// Progress, in one of its forms.
pub(super) struct SweepDisplay {
    form: Form,
    ascii: bool,
    began: Stamp,
    /// When the run that goes on began.
    step_began: Stamp,
    /// Whether what one worker says was said.
    diagnosed: bool,
    notices: usize,
}

enum Form {
    Nothing,
    Lines,
    Bar(ProgressBar),
}

impl SweepDisplay {
    /// Nothing said yet.
    pub(super) fn new(look: Option<ProgressLook>, began: Stamp) -> Self {
        let terminal = Terminal::look();
        let form = match look {
            None => Form::Nothing,
            Some(look) if terminal.attached.error && terminal.can_move() => Form::Bar(bar(look)),
            Some(_) => Form::Lines,
        };
        let ascii = look.is_some_and(|look| look.ascii);
        Self { form, ascii, began, step_began: began, diagnosed: false, notices: 0 }
    }

    /// A run is about to begin.
    pub(super) fn begin(&mut self, sweep: &Sweep, step: Step, now: Stamp) {
        self.step_began = now;
        self.said(sweep, now);
        self.tick(sweep, step, now);
    }

    /// Draws what is new.
    pub(super) fn tick(&self, sweep: &Sweep, step: Step, now: Stamp) {
        let Form::Bar(bar) = &self.form else { return };
        let progress = sweep.progress();
        let spent = now.since(self.step_began);
        bar.set_length(u64::from(progress.done + progress.left).max(1));
        bar.set_position(u64::from(progress.done));
        let columns = terminal::size().map_or(80, |(columns, _)| usize::from(columns));
        let words = format!("{}, {}", label(step), words(progress, spent));
        let words = if self.ascii { ascii(&words) } else { words };
        // The bar, its counts and gaps take 40 columns.
        bar.set_message(clip(&words, columns.saturating_sub(40), self.ascii));
        bar.tick();
    }

    /// A run is over, and counts.
    pub(super) fn end(&mut self, sweep: &Sweep, step: Step, sample: &Sample, now: Stamp) {
        if matches!(self.form, Form::Lines) {
            let progress = sweep.progress();
            let of = progress.done + progress.left;
            let of = if progress.at_least { format!("{of} or more") } else { of.to_string() };
            let left = match progress.time_left {
                Some(time) if progress.left > 0 => format!(", {} left", seconds(time)),
                _ => String::new(),
            };
            let words = format!("{} of {of}: {} in {}{left}", progress.done, label(step), sample.elapsed);
            self.say(&words, now);
        }
        if !self.diagnosed && step.kind == Kind::Baseline {
            self.diagnosed = true;
            // Why there is none stands in the results, once: more runs of one worker may still tell.
            if let Ok(diagnosis) = sweep.sizing().diagnosis {
                self.say(&diagnosis.words, now);
            }
        }
        self.said(sweep, now);
    }

    /// Takes the bar away.
    pub(super) fn clear(&self) {
        if let Form::Bar(bar) = &self.form {
            bar.finish_and_clear();
        }
    }

    /// Says what else became known.
    fn said(&mut self, sweep: &Sweep, now: Stamp) {
        for notice in sweep.notices().iter().skip(self.notices) {
            self.say(&crate::report::text::harmless(notice), now);
        }
        self.notices = sweep.notices().len();
    }

    fn say(&self, words: &str, now: Stamp) {
        let words = if self.ascii { ascii(words) } else { words.to_owned() };
        match &self.form {
            Form::Nothing => {}
            Form::Lines => {
                output::note(&format!("[{:>7.2} s] {words}", now.since(self.began).as_secs_f64()));
            }
            Form::Bar(bar) => bar.println(words),
        }
    }
}

/// `threads ×4`, or what else the run is for.
fn label(step: Step) -> String {
    match step.kind {
        Kind::WarmUp => format!("{} (warm-up)", step.label()),
        Kind::Baseline => format!("{} (baseline)", step.label()),
        Kind::Repeat => step.label(),
    }
}

fn words(progress: Progress, spent: Nanos) -> String {
    match progress.time_left {
        Some(left) => {
            let more = if progress.at_least { " or more" } else { "" };
            format!("{}{more} left", seconds(left.saturating_sub(spent)))
        }
        None if progress.done > 0 => format!("{} left", plural(u64::from(progress.left), "run")),
        None => "measuring one worker first".to_owned(),
    }
}

fn bar(look: ProgressLook) -> ProgressBar {
    let target = ProgressDrawTarget::term_like_with_hz(Box::new(Canvas::stderr(terminal::size)), PER_SECOND);
    let bar = ProgressBar::with_draw_target(Some(1), target);
    let chars = if look.ascii { "#>-" } else { "█▉▊▋▌▍▎▏ " };
    let (on, off) = if look.colour { ("\u{1b}[32m", "\u{1b}[0m") } else { ("", "") };
    let template = format!("{on}{{bar:20}}{off} {{pos}} of {{len}} runs  {{msg}}");
    // A template that could not be read would be a fault of ours, and the usual bar does as well.
    let style = ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.set_style(style.progress_chars(chars));
    bar
}
