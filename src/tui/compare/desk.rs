//! What Compare remembers: which runs there are, which of them is looked at, and when. Nothing here draws.

use crate::clock::RunTime;
use crate::tui::chart::{Chart, Frame};
use crate::tui::compare::kept::{self, Archive, Entry, WorkKey};
use crate::tui::model::Model;
use crate::tui::window::Window;
use crate::units::Nanos;

/// A panel of a run that is opened.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Part {
    /// Its lanes, one by one.
    Lanes,
    /// Its last tasks.
    Tasks,
}

/// A run that is opened.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) struct Opened {
    /// The panel that has the focus.
    pub(crate) part: Part,
    /// The lane that is looked at.
    pub(crate) lane: usize,
    /// The first lane that is shown.
    pub(crate) first: usize,
}

/// The lanes of a run as cells.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Picture {
    /// The cells.
    pub(crate) chart: Chart,
    /// Whether they were drawn after the run was over: they will not change.
    whole: bool,
}

/// What Compare remembers.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Desk {
    /// The runs of earlier comparisons.
    pub(crate) archive: Archive,
    /// The work whose runs are shown; none for that of the last run.
    pub(crate) work: Option<WorkKey>,
    /// The number of the run that is looked at; none for the last.
    pub(crate) chosen: Option<u32>,
    /// The moment that is looked at; none for the usual one.
    pub(crate) cursor: Option<RunTime>,
    /// The stretch of time that is shown.
    pub(crate) window: Window,
    /// Whether differences are shown in the place of what each worker does.
    pub(crate) differences: bool,
    /// The run that is looked at, opened.
    pub(crate) opened: Option<Opened>,
    /// The lanes of the runs that are shown.
    pub(crate) pictures: Vec<Picture>,
}

impl Picture {
    /// Brings the cells up to date.
    pub(crate) fn refresh(&mut self, entry: &Entry<'_>, now: RunTime, frame: Frame) {
        if self.whole && *self.chart.frame() == frame {
            return;
        }
        self.chart.refresh(entry.run, now, frame);
        self.whole = entry.run.end.is_some();
    }
}

impl Desk {
    /// Goes back to what is new: a comparison begins.
    pub(crate) fn follow(&mut self) {
        self.work = None;
        self.chosen = None;
        self.cursor = None;
        self.opened = None;
        self.window = Window::default();
    }

    /// Forgets the cells, for what they show is another run by now.
    pub(crate) fn forget_pictures(&mut self) {
        self.pictures.clear();
    }
}

/// The index of the run that is looked at, among those that are shown.
pub(crate) fn chosen(model: &Model, entries: &[Entry<'_>]) -> usize {
    let wanted = |number| entries.iter().position(|entry| entry.number == number);
    model.compare.chosen.and_then(wanted).unwrap_or(entries.len().saturating_sub(1))
}

/// What is told before the conclusion on the run that is looked at.
pub(crate) fn notices<'a>(model: &Model, entries: &[Entry<'a>]) -> &'a [String] {
    entries.get(chosen(model, entries)).map_or(&[], |entry| entry.notices)
}

/// The number of the run that is looked at.
pub(crate) fn chosen_number(model: &Model) -> Option<u32> {
    let entries = kept::shown(model);
    entries.get(chosen(model, &entries)).map(|entry| entry.number)
}

/// The end of the one time axis of some runs, and up to where the longest of them is known. A run that is opened has an
/// axis of its own.
pub(crate) fn axis(model: &Model, entries: &[Entry<'_>]) -> (Nanos, RunTime) {
    let at = chosen(model, entries);
    let entries = match model.compare.opened {
        Some(_) => entries.get(at..=at).unwrap_or_default(),
        None => entries,
    };
    let axis = entries.iter().map(|entry| entry.axis(model)).max().unwrap_or_default();
    let known = entries.iter().map(|entry| entry.known(model)).max().unwrap_or_default();
    // A little air, so that the last column of the longest run is seen to end.
    (Nanos((axis.0 / 100).max(1) * 101), known)
}

/// The moment that is looked at. Usually that is now, and when all is over the middle of the shortest run: a moment at
/// which all of them were at work.
pub(crate) fn cursor(model: &Model, entries: &[Entry<'_>]) -> RunTime {
    let (_, known) = axis(model, entries);
    let usual = || {
        if entries.iter().any(|entry| entry.run.end.is_none()) {
            return model.moment();
        }
        RunTime(entries.iter().map(|entry| entry.known(model).0).min().unwrap_or(0) / 2)
    };
    model.compare.cursor.unwrap_or_else(usual).min(known)
}
