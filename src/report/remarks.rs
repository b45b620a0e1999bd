//! What people are told below the tables, whatever it is written on: findings, trust, what was lost, and what else is
//! worth knowing. Nothing in it commands a terminal.

use std::collections::{HashMap, HashSet};

use crate::analysis::{Comparison, Finding, Weight, conclusion, sizing};
use crate::ids::TaskIndex;
use crate::report::text::harmless;
use crate::report::workload;
use crate::state::Session;
use crate::units::{grouped, plural};

/// The pages of so many tasks are told one by one.
const PAGES_SHOWN: usize = 20;

/// The mark of what went wrong.
pub(super) const ALARM: &str = "!";

/// Something that is said, behind its mark.
pub(super) type Remark = (&'static str, String);

/// The findings, the most important first.
pub(super) fn findings(comparison: &Comparison) -> Vec<Remark> {
    comparison.findings.iter().map(|finding| (mark(finding.weight), sentence(comparison, finding))).collect()
}

/// The sentence under the whole; none without a run that is over.
pub(super) fn closing(session: &Session) -> Option<String> {
    conclusion(session).map(|words| harmless(&words))
}

const fn mark(weight: Weight) -> &'static str {
    match weight {
        Weight::Alarm => ALARM,
        Weight::Advice => "›",
        Weight::Fact => "·",
    }
}

/// The sentences of a finding, behind its task type where there are several workloads.
fn sentence(comparison: &Comparison, finding: &Finding) -> String {
    let several = comparison.runs.iter().any(|run| run.workload != finding.workload);
    let task = comparison.of_workload(finding.workload).next().map(|run| run.task.name());
    let before = task.filter(|_| several).map_or_else(String::new, |task| format!("{task}: "));
    let next = finding.next_step().map_or_else(String::new, |next| format!(" {next}"));
    harmless(&format!("{before}{}{next}", finding.explain()))
}

/// The lowest trust of all runs, with its reasons; none without runs.
pub(super) fn trust(comparison: &Comparison) -> Option<String> {
    if !comparison.runs.is_empty() && comparison.runs.iter().all(|run| run.trust.is_none()) {
        return Some("simulated: nothing was measured".to_owned());
    }
    let trust =
        comparison.runs.iter().filter_map(|run| run.trust.as_ref()).min_by_key(|trust| trust.level)?;
    let level = trust.level;
    let dots: String = (0..4).map(|dot| if dot < level { '●' } else { '○' }).collect();
    let why = trust.reasons.join("; ");
    let why = if why.is_empty() { why } else { format!(": {}", harmless(&why)) };
    Some(format!("{dots} {level} of 4{why}"))
}

/// What one worker alone suggests, for each workload that one worker did, behind its task type where there are several.
fn diagnoses(session: &Session, comparison: &Comparison) -> Vec<Remark> {
    let workloads = workload::those_with_runs(comparison);
    let said = workloads.iter().filter_map(|workload| {
        let words = sizing::diagnosis(session, *workload)?.words;
        let task = comparison.of_workload(*workload).next().filter(|_| workloads.len() > 1);
        Some(("›", task.map_or(words.clone(), |run| format!("{}: {words}", run.task))))
    });
    said.collect()
}

/// Of `http`, what became of the first few URLs, in the first run of each workload, and how many of them were answered
/// otherwise later.
fn pages(session: &Session, comparison: &Comparison) -> Vec<Remark> {
    workload::those_with_runs(comparison)
        .into_iter()
        .flat_map(|workload| pages_of(session, workload))
        .collect()
}

fn pages_of(session: &Session, workload: usize) -> Vec<Remark> {
    let mut runs = session.runs.iter().filter(|run| run.start.workload == workload);
    let Some((urls, end)) = runs.next().and_then(|run| Some((run.start.work.urls()?, run.end.as_ref()?)))
    else {
        return Vec::new();
    };
    let page = |(task, bytes): &(TaskIndex, u64)| {
        (*task, ("·", format!("{}: {}", urls.get(*task), plural(*bytes, "byte"))))
    };
    let error = |(task, words): &(TaskIndex, String)| (*task, (ALARM, harmless(words)));
    let mut said: Vec<_> = end.pages.iter().map(page).chain(end.errors.iter().map(error)).collect();
    said.sort_by_key(|(task, _)| *task);
    let mut said: Vec<Remark> = said.into_iter().take(PAGES_SHOWN).map(|(_, remark)| remark).collect();
    let first: HashMap<TaskIndex, u64> = end.pages.iter().copied().collect();
    let later = runs.filter_map(|run| run.end.as_ref()).flat_map(|end| &end.pages);
    let other = later.filter(|(task, bytes)| first.get(task).is_some_and(|known| known != bytes));
    let other: HashSet<TaskIndex> = other.map(|(task, _)| *task).collect();
    if !other.is_empty() {
        let pages = plural(other.len() as u64, "page");
        let words =
            "not as long in every run: the servers' answers changed, and with them perhaps the times.";
        said.push(("·", format!("{pages} {} {words}", if other.len() == 1 { "was" } else { "were" })));
    }
    said
}

/// Pages, what one worker alone suggests, what was lost, what was not run, and what else was said, each behind its mark.
pub(super) fn notes(session: &Session, comparison: &Comparison) -> Vec<Remark> {
    let mut notes = pages(session, comparison);
    notes.extend(diagnoses(session, comparison));
    let dropped: u64 = comparison.runs.iter().map(|run| run.dropped_events).sum();
    if dropped > 0 {
        let records = plural(dropped, "record");
        let note =
            format!("{records} of what workers did went missing; counts and totals are exact all the same.");
        notes.push((ALARM, note));
    }
    let planned = session.plan.as_ref().map_or(0, |plan| plan.runs().count());
    let over = comparison.runs.len();
    if over < planned {
        notes.push((ALARM, format!("{over} of {} are over.", plural(planned as u64, "run"))));
    }
    let retried: u64 = comparison.runs.iter().map(|run| run.tasks.retried).sum();
    if retried > 0 {
        let attempts = if retried == 1 { "attempt was" } else { "attempts were" };
        notes.push(("·", format!("{} extra {attempts} made.", grouped(retried))));
    }
    notes.extend(session.notices.iter().map(|notice| ("·", harmless(notice))));
    notes
}
