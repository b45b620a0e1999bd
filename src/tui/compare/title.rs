//! The first line of Compare: the work in words, by whom it was done, and whether all came to the same results.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use crate::plan::Work;
use crate::tui::canvas::{Canvas, clip};
use crate::tui::compare::kept::{self, Entry};
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
        let mut x = canvas.text(0, 0, &clip(&work(first), width), theme.bright) + 2;
        let mut end = canvas.width();
        let all = kept::all(self.model);
        let works = kept::works(&all);
        if works.len() > 1 {
            let at = works.iter().position(|work| first.did(work)).unwrap_or(0) + 1;
            let words = format!("workload {at} of {}", works.len());
            if usize::from(x) + words.len() + 2 <= width {
                end = canvas.right(canvas.width(), 0, &words, theme.dim).saturating_sub(2);
            }
        }
        let mut say = |words: &str, style| {
            if usize::from(x) + words.chars().count() <= usize::from(end) {
                x = canvas.text(x, 0, words, style);
            }
        };
        say(&format!("{}  ", workers(self.entries)), theme.dim);
        match results(self.entries) {
            Some((true, words)) => say(&words, theme.good),
            Some((false, words)) => say(&words, theme.bad),
            None => {}
        }
    }
}

/// The work in words: `cpu · 8 tasks of 20 000 000`.
pub(crate) fn work(entry: &Entry<'_>) -> String {
    let start = &entry.run.start;
    let size = match &start.work {
        Work::Native { bytes, .. } => format!("{} bytes", grouped(*bytes)),
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

/// Whether all runs that know their results came to the same, and in words; none where fewer than two know.
fn results(entries: &[Entry<'_>]) -> Option<(bool, String)> {
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
        return Some((true, format!("same {count} results every way ✓")));
    }
    Some((false, format!("results differ ✗: {}", others.join(", "))))
}
