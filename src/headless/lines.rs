//! Progress as plain lines, for a pipe, a file or a terminal that cannot move its cursor.

use crate::clock::Stamp;
use crate::event::RunEnd;
use crate::headless::output;
use crate::headless::words::{Progress, label};
use crate::report::text::ascii;
use crate::state::{RunState, Session};
use crate::units::{Nanos, plural};

/// A line about a run that goes on comes at the latest after this.
const AT_LATEST: Nanos = Nanos::from_secs(5);
/// And not before this.
const AT_SOONEST: Nanos = Nanos::from_secs(1);
/// And between those, when so many percent more are done.
const STEP: u32 = 10;

/// The lines of one comparison.
#[derive(Debug)]
pub(super) struct Lines {
    began: Stamp,
    ascii: bool,
    notices: usize,
    /// What was said of the runs that have begun, in order.
    runs: Vec<Told>,
}

/// What was said of one run.
#[derive(Debug)]
struct Told {
    /// When the last line about it was written, and at how many percent.
    last: (Stamp, u32),
    /// Whether its end was said.
    over: bool,
}

impl Lines {
    /// Nothing said yet; time stamps count from `began`.
    pub(super) const fn new(began: Stamp, ascii: bool) -> Self {
        Self { began, ascii, notices: 0, runs: Vec::new() }
    }

    /// Says what is new by `now`.
    pub(super) fn tick(&mut self, session: &Session, now: Stamp, progress: impl Fn(&RunState) -> Progress) {
        for notice in session.notices.iter().skip(self.notices) {
            self.say(now, notice);
        }
        self.notices = session.notices.len();
        for (index, run) in session.runs.iter().enumerate() {
            let name = label(session, run);
            if index == self.runs.len() {
                self.runs.push(Told { last: (now, 0), over: false });
                self.say(now, &format!("{name}: {}", beginning(run)));
            }
            let (last, over) = self.runs.get(index).map_or(((now, 0), true), |told| (told.last, told.over));
            let told = match &run.end {
                _ if over => continue,
                Some(end) => {
                    self.say(now, &format!("{name}: {} in {}", ending(end), run.elapsed(run.now)));
                    Told { last, over: true }
                }
                None if is_due(run, now, last) => {
                    self.say(now, &format!("{name}: {}", progress(run)));
                    Told { last: (now, run.progress().percent()), over }
                }
                None => continue,
            };
            self.runs[index] = told;
        }
    }

    fn say(&self, now: Stamp, words: &str) {
        let line = format!("[{:>7.2} s] {words}", now.since(self.began).as_secs_f64());
        output::note(&if self.ascii { ascii(&line) } else { line });
    }
}

/// Whether it is time for a line about a run that goes on.
fn is_due(run: &RunState, now: Stamp, (at, before): (Stamp, u32)) -> bool {
    let since = now.since(at);
    since >= AT_LATEST || (since >= AT_SOONEST && run.progress().percent() >= before + STEP)
}

/// What a run sets out to do: `8 tasks of cpu 230 000, about 2.41 s as a loop`.
fn beginning(run: &RunState) -> String {
    let start = &run.start;
    let about = if start.work.may_end_early() { "at most" } else { "about" };
    let kind = if start.work.parts().is_empty() { start.work.task().name() } else { "a mix:" };
    // Of commands nobody knows what they take.
    let each = match start.serial_estimate {
        Nanos::ZERO => String::new(),
        time => format!(", {about} {time} as a loop"),
    };
    format!("{} of {kind} {}{each}", plural(start.tasks, "task"), start.work.label())
}

/// How a run ended: `16 tasks ok`, `14 ok, 2 cancelled`.
fn ending(end: &RunEnd) -> String {
    let counts = &end.counts;
    if counts.all_ok() {
        return format!("{} ok", plural(counts.total, "task"));
    }
    let parts = [
        (counts.ok, "ok"),
        (counts.error, "failed"),
        (counts.timed_out, "timed out"),
        (counts.cancelled, "cancelled"),
        (counts.lost, "lost"),
    ];
    let words: Vec<String> =
        parts.iter().filter(|(n, _)| *n > 0).map(|(n, how)| format!("{n} {how}")).collect();
    format!("{} of {}", words.join(", "), plural(counts.total, "task"))
}
