//! Why nothing can be recommended, and what would help.

use super::advice::{Advice, Recommendation};
use super::fits;
use super::is_noticed;
use super::words::{rate, workers};
use super::{Facts, PointSummary};
use crate::analysis::scaling::doubt::Doubt;
use crate::analysis::words::verb;
use crate::plan::Strategy;
use crate::units::{Nanos, grouped, three_digits};

/// Runs shorter than this are starting and stopping, and nothing else.
const SHORTEST: Nanos = Nanos::from_millis(5);
/// All that is below this times as fast as one worker is no faster...
const NO_FASTER: f64 = 1.2;
/// ...though at least this should be possible.
const WORTH_IT: f64 = 1.5;
/// Repeats this far from the middle between them, relative, say nothing of what is not much faster.
const FAR_APART: f64 = 0.30;

/// Why nothing is recommended.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Refused {
    /// The reasons, at least one, each a clause.
    pub reasons: Vec<String>,
    /// What would help, each a sentence.
    pub next: Vec<String>,
}

/// Why the points say nothing; none where they say something.
pub(super) fn refusal(points: &[&PointSummary], facts: &Facts) -> Option<Refused> {
    // A single task has one worker, whatever was measured.
    if facts.has_one_task() && !points.is_empty() {
        return None;
    }
    let mut refused = Refused::default();
    let best = points.iter().max_by(|a, b| a.rate.total_cmp(&b.rate));
    if points.len() < 2 {
        let (reason, next) = match points.first() {
            None => nothing_whole(facts),
            Some(point) => (
                format!("only {} measured", were(point.workers())),
                "Measure several numbers of workers, as 1, 2, 4 and 8, with time for all of them (--max-time).",
            ),
        };
        refused.reasons.push(reason);
        refused.next.push(next.to_owned());
    }
    let machine = fits::of_machine(facts);
    refused
        .reasons
        .extend(machine.iter().filter(|doubt| matches!(doubt, Doubt::OtherWork)).map(ToString::to_string));
    if let Some(best) = best {
        if best.median < SHORTEST {
            refused
                .reasons
                .push(format!("the runs took only {}, most of it starting and stopping", best.median));
            refused.next.push("Have more tasks, or longer ones.".to_owned());
        }
        // What differs less than the machine itself did meanwhile says nothing about workers.
        let worst = points.iter().map(|point| point.rate).fold(f64::INFINITY, f64::min);
        let differs = best.rate / worst - 1.0;
        let flat = is_flat(points, facts);
        let drift = facts.drift.filter(|drift| !flat && drift.abs() > fits::DRIFT && drift.abs() > differs);
        if let Some(drift) = drift {
            refused.reasons.push(format!(
                "the machine changed by {:.0} % meanwhile, more than the {:.0} % between the numbers of workers",
                drift.abs() * 100.0,
                differs * 100.0
            ));
            refused.next.push("Sweep again on a quiet machine.".to_owned());
        }
    }
    if let Some((n, faster, possible)) = crowded_out(points, facts) {
        refused.reasons.push(format!(
            "other work took the CPUs: {} were {} faster than one, where {}× is possible",
            workers(n),
            if faster { "hardly" } else { "no" },
            three_digits(possible)
        ));
        join(&mut refused.next, &["Sweep again on a quiet machine.".to_owned()]);
    }
    (!refused.reasons.is_empty()).then_some(refused)
}

/// Why no run counts, and what would help: tasks failed, or the sweep was stopped before one was whole.
fn nothing_whole(facts: &Facts) -> (String, &'static str) {
    if let Some(error) = facts.first_error() {
        let reason = format!("tasks failed in every run; the first of them, {error}");
        (reason, "Mend what fails, and sweep again.")
    } else if facts.was_cut_short() {
        ("it was stopped before a run was over".to_owned(), "Sweep again, and give it more time.")
    } else {
        ("no run went to its end with every task ok".to_owned(), "Mend what fails, and sweep again.")
    }
}

/// Whether a busy machine had no room for a second worker: what it would be worth elsewhere was not measured. The workers
/// that were no faster than one, or hardly (then true), and how much faster they could be.
fn crowded_out(points: &[&PointSummary], facts: &Facts) -> Option<(u32, bool, f64)> {
    let one = points.first().filter(|point| facts.busy && point.workers() == 1)?;
    let best = points.iter().map(|point| point.rate).fold(0.0, f64::max);
    let could = |point: &PointSummary| point.possible.unwrap_or(0.0);
    // Of several that could be as fast, the fewest.
    let most = points.iter().rev().max_by(|a, b| could(a).total_cmp(&could(b)))?;
    let possible = most.possible? / one.possible?;
    let faster = is_noticed(most.rate, one.rate);
    (best < NO_FASTER * one.rate && possible > WORTH_IT).then_some((most.workers(), faster, possible))
}

fn were(n: u32) -> String {
    format!("{} {}", workers(n), verb(n.into(), "was", "were"))
}

/// Why repeats say nothing: they are so far apart that any of the numbers may be the one, and at the recommended one by more
/// than what would be told.
pub(super) fn too_far_apart(r: &Recommendation, points: &[&PointSummary], facts: &Facts) -> Option<Refused> {
    let (first, last) = (points.first()?, points.last()?);
    let at = points.iter().find(|point| point.shape == r.shape)?;
    let any = r.interval == (first.workers(), last.workers());
    if at.exact || at.rates.len() < 3 || !any || is_flat(points, facts) || facts.has_one_task() {
        return None;
    }
    let (low, high) = at.range()?;
    let apart = (high.as_secs_f64() - low.as_secs_f64()) / (high.as_secs_f64() + low.as_secs_f64());
    (apart > FAR_APART).then(|| Refused {
        reasons: vec![format!(
            "repeats of {} differ by ±{:.0} %, and any number from {} to {} may be the best: nothing can be told",
            workers(r.workers()),
            apart * 100.0,
            grouped(first.workers().into()),
            grouped(last.workers().into())
        )],
        next: vec!["Sweep again on a quiet machine, or with more tasks (-n).".to_owned()],
    })
}

/// Whether more workers are of no use by the laws: then nothing hangs on how much they differ.
fn is_flat(points: &[&PointSummary], facts: &Facts) -> bool {
    points.first().is_some_and(|few| points.iter().all(|more| facts.is_of_no_more_use(more, few)))
}

/// Why no strategy can be recommended where another one, of which nothing can be said, was faster than all that are
/// recommended.
pub(super) fn faster_but_refused(each: &[(Strategy, Advice)], points: &[PointSummary]) -> Option<Refused> {
    let fastest = |refused: bool| {
        let of_kind = |point: &&PointSummary| {
            let same = |(strategy, advice): &(Strategy, Advice)| {
                *strategy == point.strategy && matches!(advice, Advice::Refused(_)) == refused
            };
            each.iter().any(same)
        };
        points.iter().filter(of_kind).max_by(|a, b| a.rate.total_cmp(&b.rate))
    };
    let (other, best) = (fastest(true)?, fastest(false)?);
    if other.rate <= best.rate || best.is_as_good_as(other) {
        return None;
    }
    let why = each.iter().find_map(|(strategy, advice)| match advice {
        Advice::Refused(refused) if *strategy == other.strategy => Some(refused),
        _ => None,
    })?;
    let mut refused = Refused {
        reasons: vec![format!(
            "{} did {} tasks/s and {} only {}, but nothing can be said of {}",
            other.strategy.label(other.shape),
            rate(other.rate),
            best.strategy.label(best.shape),
            rate(best.rate),
            other.strategy
        )],
        next: why.next.clone(),
    };
    join(&mut refused.reasons, &why.reasons);
    Some(refused)
}

/// Takes in what is not there yet.
pub(super) fn join(all: &mut Vec<String>, more: &[String]) {
    for words in more {
        if !all.contains(words) {
            all.push(words.clone());
        }
    }
}
