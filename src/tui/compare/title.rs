//! The first line of Compare: the work in words, by whom it was done, and whether all came to the same results.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use crate::plan::{Runtime, Work};
use crate::tui::canvas::{Canvas, clip};
use crate::tui::compare::kept::{self, Entry};
use crate::tui::compare::naming;
use crate::tui::model::Model;
use crate::units::{grouped, plural};

/// The title of the runs that are shown.
pub(crate) struct Title<'a> {
    model: &'a Model,
    entries: &'a [Entry<'a>],
}

impl<'a> Title<'a> {
    /// The title of some runs of one work.
    pub(crate) const fn new(model: &'a Model, entries: &'a [Entry<'a>]) -> Self {
        Self { model, entries }
    }
}

impl Widget for Title<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let theme = &self.model.theme;
        let mut canvas = Canvas::new(area, buf);
        let Some(first) = self.entries.first() else { return };
        let width = usize::from(canvas.width());
        let results = results(self.entries);
        // Whether the results are the same matters more than the last words of a long work.
        let least = results.as_ref().map_or(0, |results| results.short.chars().count() + 2);
        // A size of so much time is another number of iterations where it is simulated: what they have in common is said.
        let same = self.entries.iter().all(|entry| entry.run.start.work == first.run.start.work);
        let words = if same { work(first) } else { first.planned().unwrap_or_else(|| work(first)) };
        let work = clip(&words, width.saturating_sub(least));
        let mut x = canvas.text(0, 0, &work, theme.bright) + 2;
        let mut end = canvas.width();
        let all = kept::all(self.model);
        let works = kept::works(&all);
        if works.len() > 1 {
            let at = works.iter().position(|work| first.did(work)).unwrap_or(0) + 1;
            let words = format!("workload {at} of {}", works.len());
            if usize::from(x) + least + words.len() + 2 <= width {
                end = canvas.right(canvas.width(), 0, &words, theme.dim).saturating_sub(2);
            }
        }
        // Where they differ, each says its own.
        let runtime = naming::common(self.entries).filter(|runtime| *runtime != Runtime::Native);
        let workers =
            runtime.map_or(String::new(), |runtime| format!("{runtime} · ")) + &workers(self.entries);
        let by: String = [Some(workers), together(self.entries).map(ToOwned::to_owned)]
            .into_iter()
            .flatten()
            .map(|words| words + "  ")
            .collect();
        let (long, short) = results.as_ref().map_or(("", ""), |results| (&results.long, results.short));
        let room = usize::from(end.saturating_sub(x));
        let fits = |(by, said): &(&str, &str)| by.chars().count() + said.chars().count() <= room;
        let all = [(by.as_str(), long), (by.as_str(), short), ("", long), ("", short)];
        if let Some((by, said)) = all.into_iter().find(fits) {
            x = canvas.text(x, 0, by, theme.dim);
            let good = results.as_ref().is_some_and(|results| results.same);
            canvas.text(x, 0, said, if good { theme.good } else { theme.bad });
        }
    }
}

/// Whether all runs came to the same results.
struct Results {
    same: bool,
    /// In words that name the runs that did not.
    long: String,
    /// In as few words as can be.
    short: &'static str,
}

/// The work in words: `cpu · 8 tasks of 20 000 000 iterations`.
pub(crate) fn work(entry: &Entry<'_>) -> String {
    let start = &entry.run.start;
    let size = match &start.work {
        Work::Native { bytes, .. } => format!("{} bytes", grouped(*bytes)),
        Work::Cpu { iterations } | Work::Sum { iterations } => plural(*iterations, "iteration"),
        Work::Mixed { iterations, wait } => format!("{} + {wait}", plural(*iterations, "iteration")),
        Work::Mix { .. } => {
            let tasks = plural(start.tasks, "task");
            return format!("{} · {tasks}: {}", start.work.task(), start.work.label());
        }
        Work::Http(urls) => {
            let pages = plural(urls.count() as u64, "page");
            let whose = if urls.are_loopback() { " of poolscope's own" } else { "" };
            return format!("{} · {}: {pages}{whose}", start.work.task(), plural(start.tasks, "task"));
        }
        work => work.label(),
    };
    format!("{} · {} of {size}", start.work.task(), plural(start.tasks, "task"))
}

/// How many workers the pools among some runs have.
fn workers(entries: &[Entry<'_>]) -> String {
    let counts = || entries.iter().map(|entry| u64::from(entry.run.start.slots));
    let pools = || counts().filter(|slots| *slots > 1);
    match (pools().min(), pools().max()) {
        (Some(least), Some(most)) if least < most => format!("{least} to {}", plural(most, "worker")),
        (Some(all), _) => plural(all, "worker"),
        _ => plural(counts().max().unwrap_or(1), "worker"),
    }
}

/// Whether runs of one comparison ran at the same time; none where all ran one after another.
fn together(entries: &[Entry<'_>]) -> Option<&'static str> {
    match entries.iter().filter(|entry| entry.is_together()).count() {
        0 => None,
        all if all == entries.len() => Some("together"),
        _ => Some("some together"),
    }
}

/// Whether all runs that know their results came to the same; none where fewer than two know.
fn results(entries: &[Entry<'_>]) -> Option<Results> {
    let known: Vec<(&Entry<'_>, u64)> =
        entries.iter().filter_map(|entry| Some((entry, entry.summary?.digest?))).collect();
    let (first, digest) = known.first()?;
    if known.len() < 2 {
        return None;
    }
    // What most of them say is taken for right.
    let votes = |digest: u64| known.iter().filter(|(_, other)| *other == digest).count();
    let most = known.iter().map(|(_, digest)| *digest).max_by_key(|digest| votes(*digest)).unwrap_or(*digest);
    let most = if votes(*digest) == votes(most) { *digest } else { most };
    let others: Vec<String> =
        known.iter().filter(|(_, digest)| *digest != most).map(|(entry, _)| entry.name()).collect();
    if others.is_empty() {
        let count = grouped(first.run.start.tasks);
        // Those that compute nothing came to none.
        let simulated = entries.iter().any(|entry| entry.run.start.runtime.simulated().is_some());
        let way = if simulated { "real way" } else { "way" };
        let long = format!("same {count} results every {way} ✓");
        return Some(Results { same: true, long, short: "same ✓" });
    }
    let long = format!("results differ ✗: {}", others.join(", "));
    Some(Results { same: false, long, short: "differ ✗" })
}
