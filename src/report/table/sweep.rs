//! A sweep for people: what one worker says, the points, what is recommended and why.

use super::page::{Page, Tone};
use super::{TableStyle, grid};
use crate::analysis::sizing::{Advice, Sizing};
use crate::report::sweep as words;
use crate::report::text::harmless;
use crate::sweep::Sweep;

/// A sweep as a table, with what it recommends below. Ends in a newline.
pub fn table(sweep: &Sweep, sizing: &Sizing, style: &TableStyle) -> String {
    let mut page = Page::new(style);
    page.parts(&words::heading(sweep, &sweep.measurements().machine));
    match &sizing.diagnosis {
        Ok(diagnosis) => page.item("›", &diagnosis.words),
        Err(why) => page.item("·", &format!("No diagnosis: {why}.")),
    }
    let advice = words::recommended(sizing);
    for (strategy, _) in &sizing.each {
        page.gap();
        let (mut lines, chosen) = words::lines(*strategy, sizing, advice);
        for (index, line) in lines.iter_mut().enumerate() {
            line.push(match (index, chosen) {
                (0, _) => String::new(),
                (index, Some(chosen)) if index == chosen + 1 => "‹ recommended".to_owned(),
                _ => String::new(),
            });
        }
        grid::fitting(&mut page, lines, &["possible", words::INTERVAL, words::RANGE, "runs"]);
    }
    if let Some(lines) = words::grid(sizing) {
        page.gap();
        page.line(&[(Tone::Bold, "Tasks per second")]);
        grid::aligned(&mut page, &lines, 0);
    }
    page.gap();
    below(&mut page, sizing);
    let laws = words::laws(sizing);
    let wide = laws.iter().map(|(title, _)| title.chars().count()).max().unwrap_or(0);
    if !laws.is_empty() {
        page.line(&[(Tone::Bold, "Laws, for what is recommended")]);
    }
    for (title, said) in &laws {
        page.item(&format!("{title:<wide$} "), said);
    }
    for fit in &sizing.fits {
        page.labelled(&format!("Scaling law, {}", fit.strategy), &words::law(fit));
    }
    if !sweep.notices().is_empty() {
        page.line(&[(Tone::Bold, "Notes")]);
        for notice in sweep.notices() {
            page.item("·", &harmless(notice));
        }
    }
    page.finish()
}

fn below(page: &mut Page, sizing: &Sizing) {
    match &sizing.advice {
        Advice::Recommended(r) => {
            page.labelled("Recommended", &format!("{}.", words::sentence(r)));
            for why in r.why.iter().cloned().chain(words::knee(r)).chain(words::measure_next(r)) {
                page.item("·", &why);
            }
            for caution in &r.cautions {
                page.item("!", &harmless(&format!("{caution}.")));
            }
        }
        Advice::Refused(refused) => {
            page.labelled("Nothing is recommended", &format!("{}.", refused.reasons.join("; ")));
            for next in &refused.next {
                page.item("›", next);
            }
        }
    }
}
