//! The runs that can be compared: those of the comparison that goes on, or was the last, and those kept of the ones
//! before it. What they did is read from their states; what it means is asked of analysis once, when a run is over.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::analysis::{self, RunSummary};
use crate::clock::RunTime;
use crate::plan::{Plan, Strategy, Workload};
use crate::state::{COMMANDS_KEPT, RunState, Session};
use crate::tui::model::Model;
use crate::units::{Nanos, plural};

/// Runs that are kept, over all comparisons: their timelines are memory.
pub(crate) const KEPT: usize = 12;

/// What runs must have in common to be ways of doing the same work: the work as it is planned, for a size of so much time
/// is another number of iterations on a simulated machine. How many tasks are handed out at a time is a way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct WorkKey {
    load: Option<Workload>,
    seed: u64,
}

/// A run of an earlier comparison.
#[derive(Clone, PartialEq, Debug)]
struct Kept {
    number: u32,
    first: u32,
    run: RunState,
    plan: Arc<Plan>,
    summary: RunSummary,
    said: Option<String>,
    notices: Arc<Vec<String>>,
}

/// The runs of earlier comparisons, and what analysis says about those of the last.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Archive {
    kept: VecDeque<Kept>,
    /// Runs of earlier comparisons, kept or not.
    given: u32,
    /// The runs of the last comparison that are over, by their index.
    summaries: Vec<Option<RunSummary>>,
    /// What is said about its workloads, by their index.
    said: Vec<Option<String>>,
}

/// A run that can be compared.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Entry<'a> {
    /// Its number since the program began, from 1.
    pub(crate) number: u32,
    /// The number of the first run of its comparison.
    first: u32,
    /// Its index in the comparison that goes on, or was the last.
    pub(crate) index: Option<usize>,
    /// The run.
    pub(crate) run: &'a RunState,
    /// The plan of its comparison.
    pub(crate) plan: &'a Plan,
    /// The run in numbers, once it is over.
    pub(crate) summary: Option<&'a RunSummary>,
    /// What is said about its comparison.
    pub(crate) said: Option<&'a str>,
    /// What else is worth knowing of its comparison.
    pub(crate) notices: &'a [String],
}

impl Archive {
    /// Whether no run of an earlier comparison is kept.
    pub(crate) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Asks analysis about the comparison so far.
    pub(crate) fn judge(&mut self, session: &Session) {
        let first = session.runs.len().saturating_sub(KEPT);
        let summary = |(index, run): (usize, &RunState)| {
            if index < first { None } else { analysis::summarise(session, run) }
        };
        self.summaries = session.runs.iter().enumerate().map(summary).collect();
        let workloads = session.plan.as_ref().map_or(0, |plan| plan.workloads.len());
        self.said = (0..workloads).map(|workload| analysis::conclusion_of(session, workload)).collect();
    }

    /// Keeps the runs of a comparison that another takes the place of, and forgets the oldest.
    pub(crate) fn keep(&mut self, session: &mut Session) {
        let Some(plan) = session.plan.clone().map(Arc::new) else { return };
        let runs = std::mem::take(&mut session.runs);
        let notices = Arc::new(std::mem::take(&mut session.notices));
        let count = runs.len() as u32;
        let summaries = std::mem::take(&mut self.summaries);
        for ((index, mut run), summary) in (0..).zip(runs).zip(summaries) {
            let Some(summary) = summary else { continue };
            if let Some(log) = &mut run.commands {
                log.shrink(COMMANDS_KEPT / KEPT);
            }
            if self.kept.len() == KEPT {
                self.kept.pop_front();
            }
            let said = self.said.get(run.start.workload).cloned().flatten();
            let first = self.given + 1;
            let (number, plan) = (first + index, Arc::clone(&plan));
            let notices = Arc::clone(&notices);
            self.kept.push_back(Kept { number, first, run, plan, summary, said, notices });
        }
        self.said.clear();
        self.given += count;
    }
}

impl Entry<'_> {
    /// The work that it did.
    pub(crate) fn key(&self) -> WorkKey {
        WorkKey { load: self.load().cloned(), seed: self.plan.seed }
    }

    /// Whether it did this work.
    pub(crate) fn did(&self, key: &WorkKey) -> bool {
        self.plan.seed == key.seed && self.load() == key.load.as_ref()
    }

    /// The work as it is planned, in words: `cpu · 8 tasks of 100ms`.
    pub(crate) fn planned(&self) -> Option<String> {
        let Workload { task, size, tasks } = self.load()?;
        Some(format!("{task} · {} of {size}", plural(*tasks, "task")))
    }

    fn load(&self) -> Option<&Workload> {
        self.plan.workloads.get(self.run.start.workload)
    }

    /// Its strategy with its workers.
    pub(crate) fn way(&self) -> String {
        let start = &self.run.start;
        start.strategy.label(start.shape)
    }

    /// The same with its runtime, unless that is the usual one.
    pub(crate) fn label(&self) -> String {
        self.run.start.runtime.after(self.way())
    }

    /// The same with its number: `threads ×4 (run 2)`.
    pub(crate) fn name(&self) -> String {
        format!("{} (run {})", self.label(), self.number)
    }

    /// Whether it ran at the same time as others of its comparison.
    pub(crate) fn is_together(&self) -> bool {
        self.plan.at_once() > 1
    }

    /// Up to which moment it is known.
    pub(crate) fn known(&self, model: &Model) -> RunTime {
        self.run.end.as_ref().map_or_else(|| model.moment(), |end| RunTime(end.elapsed.0))
    }

    /// Where its time axis ends: that of a run that goes on is longer than what is known, so that nothing creeps.
    pub(crate) fn axis(&self, model: &Model) -> Nanos {
        let known = self.known(model).elapsed();
        match (&self.run.end, self.index) {
            (None, Some(index)) => model.axes.get(index).copied().unwrap_or(known).max(known),
            _ => known,
        }
    }

    /// Whether it can be the measure of the others: a plain loop that did every task.
    fn is_measure(&self) -> bool {
        self.run.start.strategy == Strategy::Serial
            && self.summary.is_some_and(|summary| summary.tasks.all_ok())
    }
}

/// The runs that can be compared, the oldest first; at most [`KEPT`] of them.
pub(crate) fn all(model: &Model) -> Vec<Entry<'_>> {
    let archive = &model.compare.archive;
    let earlier = archive.kept.iter().map(|kept| Entry {
        number: kept.number,
        first: kept.first,
        index: None,
        run: &kept.run,
        plan: &kept.plan,
        summary: Some(&kept.summary),
        said: kept.said.as_deref(),
        notices: &kept.notices,
    });
    let session = model.shown();
    let now = session.plan.iter().flat_map(|plan| {
        session.runs.iter().enumerate().map(move |(index, run)| Entry {
            number: archive.given + index as u32 + 1,
            first: archive.given + 1,
            index: Some(index),
            run,
            plan,
            // A display that stands still may be behind.
            summary: archive.summaries.get(index).and_then(Option::as_ref).filter(|_| run.end.is_some()),
            said: archive.said.get(run.start.workload).and_then(|said| said.as_deref()),
            notices: &session.notices,
        })
    });
    let mut all: Vec<Entry<'_>> = earlier.chain(now).collect();
    all.drain(..all.len().saturating_sub(KEPT));
    all
}

/// The kinds of work among some runs, in the order of their last runs.
pub(crate) fn works(entries: &[Entry<'_>]) -> Vec<WorkKey> {
    let mut works: Vec<WorkKey> = Vec::new();
    for entry in entries.iter().rev() {
        if !works.iter().any(|work| entry.did(work)) {
            works.push(entry.key());
        }
    }
    works.reverse();
    works
}

/// The runs of the work that is shown, the oldest first.
pub(crate) fn shown(model: &Model) -> Vec<Entry<'_>> {
    let mut entries = all(model);
    let wanted = model.compare.work.as_ref().filter(|work| entries.iter().any(|entry| entry.did(work)));
    if let Some(work) = wanted.cloned().or_else(|| entries.last().map(Entry::key)) {
        entries.retain(|entry| entry.did(&work));
    }
    entries
}

/// The run that another is measured against: the plain loop of its own comparison, or else the last one that is kept of
/// the same runtime.
pub(crate) fn baseline<'a>(entries: &[Entry<'a>], of: &Entry<'_>) -> Option<Entry<'a>> {
    let own = |entry: &&Entry<'_>| (entry.first, entry.run.start.repeat) == (of.first, of.run.start.repeat);
    let runtime = of.run.start.runtime;
    let measures = || entries.iter().filter(|entry| entry.is_measure() && entry.run.start.runtime == runtime);
    measures().rfind(own).or_else(|| measures().next_back()).copied()
}

/// How much faster than the plain loop a run was that did every task.
pub(crate) fn speedup(entries: &[Entry<'_>], of: &Entry<'_>) -> Option<f64> {
    let summary = of.summary.filter(|summary| summary.tasks.all_ok())?;
    summary.speedup.or_else(|| {
        let serial = baseline(entries, of)?.summary?;
        Some(serial.elapsed.0 as f64 / summary.elapsed.0.max(1) as f64)
    })
}
