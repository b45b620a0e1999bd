//! The results for people who write them down elsewhere: tables as GitHub and most wikis show them, what the comparison
//! comes to, and the findings.
//!
//! The columns are those of the table for the terminal, all of them, for a page in a browser has room. Text is escaped so
//! that it is shown as it is: none of it becomes markup, HTML or another cell.

pub(super) mod sweep;

use std::fmt::Write;

use crate::analysis::{Comparison, compare};
use crate::report::columns::Column;
use crate::report::{remarks, workload};
use crate::state::Session;

/// The results of a session as Markdown. Runs that are not over are not in it.
pub fn markdown(session: &Session) -> String {
    let comparison = compare(session);
    let mut text = String::new();
    let workloads = workload::those_with_runs(&comparison);
    if workloads.is_empty() {
        text.push_str("No run is over.\n");
    }
    for workload in &workloads {
        block(&mut text, session, &comparison, *workload);
    }
    if workloads.len() > 1 {
        text.push_str("### Elapsed\n\n");
        let lines = workload::matrix(&comparison, &workloads);
        grid(&mut text, &lines, |column| column == 0);
    }
    below(&mut text, session, &comparison);
    // Every part ends in an empty line, which the last one needs not.
    format!("{}\n", text.trim_end())
}

/// One workload: what was done, and a row for each way that it was done.
fn block(text: &mut String, session: &Session, comparison: &Comparison, workload: usize) {
    // Writing into a string cannot fail, here and below.
    let heading = workload::heading(session, comparison, workload).join(" · ");
    let _ = writeln!(text, "### {}\n", escaped(&heading));
    let rows = workload::rows(comparison, workload);
    let columns = Column::of(&rows);
    let names = columns.iter().map(|column| column.name().to_owned()).collect();
    let cells = rows.iter().map(|row| columns.iter().map(|column| column.cell(row)).collect());
    let lines: Vec<Vec<String>> = std::iter::once(names).chain(cells).collect();
    grid(text, &lines, |column| columns.get(column).is_some_and(|column| column.is_words()));
    let parts = workload::parts(&rows);
    if !parts.is_empty() {
        grid(text, &parts, |column| column < 2);
    }
    let gil = workload::gil(&rows);
    if !gil.is_empty() {
        grid(text, &gil, |column| column == 0);
    }
    match comparison.same_results_of(workload) {
        Some(true) => text.push_str("Same results ✓\n\n"),
        Some(false) => text.push_str("**Results differ!**\n\n"),
        None => {}
    }
}

/// A table; its first line is the names of the columns. Columns of words begin at the left, others end at the right.
fn grid(text: &mut String, lines: &[Vec<String>], is_words: impl Fn(usize) -> bool) {
    for (index, line) in lines.iter().enumerate() {
        let cells: Vec<String> = line.iter().map(|cell| escaped(cell)).collect();
        let _ = writeln!(text, "| {} |", cells.join(" | "));
        if index == 0 {
            let rules = (0..line.len()).map(|column| if is_words(column) { "---" } else { "---:" });
            let _ = writeln!(text, "| {} |", rules.collect::<Vec<_>>().join(" | "));
        }
    }
    text.push('\n');
}

/// What the comparison comes to, and what else is worth knowing.
fn below(text: &mut String, session: &Session, comparison: &Comparison) {
    if let Some(words) = remarks::closing(session) {
        let _ = writeln!(text, "{}\n", escaped(&words));
    }
    let lists = [("Findings", remarks::findings(comparison)), ("Notes", remarks::notes(session, comparison))];
    for (heading, said) in lists.iter().filter(|(_, said)| !said.is_empty()) {
        let _ = writeln!(text, "### {heading}\n");
        for (mark, words) in said {
            let alarm = if *mark == remarks::ALARM { "**!** " } else { "" };
            let _ = writeln!(text, "- {alarm}{}", escaped(words));
        }
        text.push('\n');
    }
    if let Some(words) = remarks::trust(comparison) {
        let _ = writeln!(text, "Trust: {}", escaped(&words));
    }
}

/// A text that Markdown shows as it is, on one line: a backslash stands before everything that could mean something.
fn escaped(text: &str) -> String {
    // What begins as an item of a list would be one.
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_item = ["- ", "+ ", ". ", ") "].iter().any(|mark| rest.starts_with(mark));
    let mark = is_item.then_some(text.len() - rest.len());
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let means = matches!(c, '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '~' | '#' | '&' | '$');
        if means || mark == Some(at) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests;
