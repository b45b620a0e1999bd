//! What stands below the tables: findings, trust, what was lost, and what else is worth knowing.

use super::page::{Page, Tone};
use crate::analysis::{Comparison, Finding, Weight, conclusion};
use crate::report::text::harmless;
use crate::state::Session;
use crate::units::{grouped, plural};

pub(super) fn below(page: &mut Page, session: &Session, comparison: &Comparison) {
    if comparison.runs.is_empty() {
        return;
    }
    page.gap();
    if comparison.findings.is_empty() {
        if let Some(words) = conclusion(session) {
            page.item("·", &harmless(&words));
        }
    } else {
        page.line(&[(Tone::Bold, "Findings")]);
        for finding in &comparison.findings {
            page.item(mark(finding.weight), &sentence(comparison, finding));
        }
    }
    trust(page, comparison);
    let notes = notes(session, comparison);
    if !notes.is_empty() {
        page.line(&[(Tone::Bold, "Notes")]);
        for (mark, note) in &notes {
            page.item(mark, note);
        }
    }
}

const fn mark(weight: Weight) -> &'static str {
    match weight {
        Weight::Alarm => "!",
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

/// The lowest trust of all runs, with its reasons.
fn trust(page: &mut Page, comparison: &Comparison) {
    let Some(trust) = comparison.runs.iter().map(|run| &run.trust).min_by_key(|trust| trust.level) else {
        return;
    };
    let level = trust.level;
    let dots: String = (0..4).map(|dot| if dot < level { '●' } else { '○' }).collect();
    let why = trust.reasons.join("; ");
    let why = if why.is_empty() { why } else { format!(": {why}") };
    page.labelled("Trust", &format!("{dots} {level} of 4{why}"));
}

/// What was lost, what was not run, and what else was said, each behind its mark.
fn notes(session: &Session, comparison: &Comparison) -> Vec<(&'static str, String)> {
    let mut notes = Vec::new();
    let dropped: u64 = comparison.runs.iter().map(|run| run.dropped_events).sum();
    if dropped > 0 {
        let records = plural(dropped, "record");
        let note =
            format!("{records} of what workers did went missing; counts and totals are exact all the same.");
        notes.push(("!", note));
    }
    let planned = session.plan.as_ref().map_or(0, |plan| plan.runs().count());
    let over = comparison.runs.len();
    if over < planned {
        notes.push(("!", format!("{over} of {} are over.", plural(planned as u64, "run"))));
    }
    let retried: u64 = comparison.runs.iter().map(|run| run.tasks.retried).sum();
    if retried > 0 {
        let attempts = if retried == 1 { "attempt was" } else { "attempts were" };
        notes.push(("·", format!("{} extra {attempts} made.", grouped(retried))));
    }
    notes.extend(session.notices.iter().map(|notice| ("·", harmless(notice))));
    notes
}
