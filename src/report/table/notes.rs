//! What stands below the tables on a page.

use super::page::{Page, Tone};
use crate::analysis::Comparison;
use crate::report::remarks;
use crate::state::Session;

pub(super) fn below(page: &mut Page, session: &Session, comparison: &Comparison) {
    if comparison.runs.is_empty() {
        return;
    }
    page.gap();
    let findings = remarks::findings(comparison);
    if findings.is_empty() {
        if let Some(words) = remarks::closing(session) {
            page.item("·", &words);
        }
    } else {
        page.line(&[(Tone::Bold, "Findings")]);
        for (mark, words) in &findings {
            page.item(mark, words);
        }
    }
    if let Some(words) = remarks::trust(comparison) {
        page.labelled("Trust", &words);
    }
    let notes = remarks::notes(session, comparison);
    if !notes.is_empty() {
        page.line(&[(Tone::Bold, "Notes")]);
        for (mark, note) in &notes {
            page.item(mark, note);
        }
    }
}
