//! What is said below everything: a remark, what goes on, and what came out where it does not stand beside.

use crate::analysis::sizing::Advice;
use crate::report::sweep as words;
use crate::report::text::harmless;
use crate::tui::canvas::{Canvas, wrap};
use crate::tui::model::{Activity, Model, Remark};
use crate::tui::sweep::desk::Intent;
use crate::tui::sweep::measure::plus_minus;
use crate::tui::sweep::verdict::page::{MOST_LINES, sentences};
use crate::tui::sweep::verdict::{WARNING, head, why};

/// Behind what is to be known, before what that means.
const MEANING: [&str; 4] = ["; ", ", so ", ", too ", ", though "];
/// Where not all sentences fit.
const MORE: &str = " (w: more)";

/// What is to be known of a recommendation where there is little room: the first of it without what it means, and how much
/// more there is to be read.
fn careful(cautions: &[String]) -> String {
    let Some((first, more)) = cautions.split_first() else { return String::new() };
    let ends = MEANING.iter().filter_map(|words| first.find(words));
    let short = ends.min().and_then(|end| first.get(..end)).unwrap_or(first);
    let more = if more.is_empty() { String::new() } else { format!(" (w: {} more)", more.len()) };
    format!("{WARNING}{}{more}. ", harmless(short))
}

/// What is said below everything: a remark, what goes on, and what came out where it does not stand beside.
pub(super) fn draw(model: &Model, beside: bool, canvas: &mut Canvas<'_>) {
    let theme = &model.theme;
    let (text, style) = match &model.remark {
        Some(Remark::Problem(words)) => (words.clone(), theme.bad),
        Some(Remark::Note(words)) => (words.clone(), theme.text),
        None => (sentence(model, beside), theme.text),
    };
    let notices: &[String] = match (&model.remark, &model.sweep.course) {
        // Where there is little room, the marks of the table have to do.
        (None, Some(course)) if beside => course.sweep.notices(),
        _ => &[],
    };
    let (width, height) = (usize::from(canvas.width().saturating_sub(4)), usize::from(canvas.height()));
    let text = plus_minus(&text, theme);
    let mut lines =
        if model.remark.is_none() { whole(&text, width, height) } else { wrap(&text, width, height) };
    if !lines.is_empty() {
        canvas.text(1, 0, "▸", theme.accent);
    }
    for (y, line) in (0..).zip(&lines) {
        canvas.text(3, y, line, style);
    }
    // What goes on matters more: the last of them, where they fit whole.
    for notice in notices.iter().rev() {
        let more = wrap(&harmless(notice), width, MOST_LINES.into());
        if lines.len() + more.len() > height {
            break;
        }
        for (y, line) in (lines.len() as u16..).zip(&more) {
            canvas.text(3, y, line, theme.text);
        }
        lines.extend(more);
    }
}

/// As many whole sentences of a text as fit into so many lines, and how to read the others; what fits of the first where that
/// alone is too long.
fn whole(text: &str, width: usize, height: usize) -> Vec<String> {
    let sentences = sentences(text);
    let some = |count: usize| {
        let more = if count < sentences.len() { MORE } else { "" };
        wrap(&format!("{}{more}", sentences[..count].join(" ")), width, MOST_LINES.into())
    };
    let fitting = (1..=sentences.len()).rev().map(some).find(|lines| lines.len() <= height);
    fitting.unwrap_or_else(|| wrap(text, width, height))
}

fn sentence(model: &Model, beside: bool) -> String {
    let desk = &model.sweep;
    match model.activity {
        Activity::Quitting => return "ending the workers…".to_owned(),
        Activity::Stopping => {
            let what = if desk.is_going() { "stopping the sweep" } else { "a comparison was cancelled" };
            return format!("{what}: waiting for the workers to end; {}", model.way_out());
        }
        Activity::Running if !desk.is_going() => {
            return "A comparison is running in the Lab (1): a sweep can begin when it is over.".to_owned();
        }
        Activity::Idle | Activity::Running => {}
    }
    if desk.intent() == Intent::Changed && !model.is_busy() {
        return "The plan has changed: Enter starts anew, and drops what was measured. E exports it first."
            .to_owned();
    }
    if let Some(course) = desk.course.as_ref().filter(|course| course.has_failed()) {
        let error = course
            .first_error()
            .map_or(String::new(), |error| format!("; the first error is that of {error}"));
        return format!("No run went to its end with every task ok{error}.");
    }
    let Some(sizing) = desk.course.as_ref().and_then(|course| course.sizing.as_ref()) else {
        return match &desk.course {
            Some(course) if course.end.is_some() => "Nothing was measured.".to_owned(),
            Some(_) => "What one worker alone does with its time will say what to expect.".to_owned(),
            None => format!(
                "Enter measures each number of workers {}; p changes the plan. Its task is that of the Lab.",
                desk.form.often()
            ),
        };
    };
    let diagnosis = match &sizing.diagnosis {
        Ok(diagnosis) => diagnosis.words.clone(),
        Err(why) => format!("No diagnosis: {why}."),
    };
    if beside {
        return diagnosis;
    }
    let whole = desk.course.as_ref().is_some_and(|course| course.end.is_some());
    match &sizing.advice {
        Advice::Recommended(r) => {
            let why = desk.course.as_ref().map_or_else(Vec::new, |course| why(course, r));
            let first = why.first().map_or("", String::as_str);
            let head = if whole { head(desk.course.as_ref()) } else { "So far" };
            let caution = if whole { careful(&r.cautions) } else { String::new() };
            format!("{head}: {}. {caution}{first} {diagnosis}", words::sentence(r))
        }
        Advice::Refused(refused) if whole => {
            format!("Nothing is recommended: {}. {diagnosis}", harmless(&refused.reasons.join("; ")))
        }
        Advice::Refused(_) => diagnosis,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_ends_with_a_sentence_and_how_to_read_on() {
        let text = "One is here. Two is there. Three is nowhere.";
        assert_eq!(whole(text, 60, 2), [text]);
        assert_eq!(whole(text, 40, 1), ["One is here. Two is there. (w: more)"]);
        assert_eq!(whole(text, 12, 2), ["One is here.", "(w: more)"]);
        assert_eq!(whole(text, 12, 1), ["One is here…"], "what is too long by itself is clipped");
        assert_eq!(whole("", 12, 1), Vec::<String>::new());
    }

    #[test]
    fn cautions_are_short_where_there_is_little_room() {
        let said = |cautions: &[&str]| careful(&cautions.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>());
        assert_eq!(said(&[]), "");
        let few = "only 3 numbers of workers were measured, too few to see the shape";
        assert_eq!(said(&[few]), "! only 3 numbers of workers were measured. ");
        let single = "with one repeat of 1, 2 and 4 workers these cannot be told from others for sure; more would tell";
        let short = "! with one repeat of 1, 2 and 4 workers these cannot be told from others for sure";
        assert_eq!(said(&[single, few]), format!("{short} (w: 1 more). "));
        assert_eq!(said(&["2 runs did not do all tasks"]), "! 2 runs did not do all tasks. ");
    }
}
