//! What is worth measuring next: numbers of workers between those measured, where the answer may lie, or beyond them, where it
//! lies there; and shapes, where more processes matter and not more workers.

use super::{Facts, FitReport, Limit, PointSummary, is_noticed};
use crate::plan::{Shape, Strategy};

/// At most so many are proposed.
const MOST: usize = 3;
/// What is this near to a measured number tells nothing new: repeats differ by as much.
const NEAR: f64 = 1.15;

/// The number of the formula, in whole workers; none where tasks only wait.
pub(super) fn of_formula(at: &PointSummary, facts: &Facts) -> Option<u32> {
    let saturating = facts.demand?.saturating(facts.ceiling(at.strategy, at.shape))?;
    Some(saturating.round().max(1.0) as u32)
}

/// Whether two numbers are so near to each other that measuring both tells no more than one.
pub fn are_near(a: u32, b: u32) -> bool {
    f64::from(a.max(b)) <= NEAR * f64::from(a.min(b).max(1))
}

/// Numbers of workers, in ascending order.
pub(super) fn numbers(
    points: &[&PointSummary],
    at: &PointSummary,
    limit: &Limit,
    fit: Option<&FitReport>,
    facts: &Facts,
) -> Vec<u32> {
    let counts: Vec<u32> = points.iter().map(|point| point.workers()).collect();
    let most = u32::try_from(at.sample.tasks).unwrap_or(u32::MAX);
    let here = at.workers();
    let below = counts.iter().copied().filter(|n| *n < here).max();
    let above = points.iter().find(|point| point.workers() > here);
    let in_gap = |n: &u32| *n > below.unwrap_or(0) && above.is_none_or(|above| *n < above.workers());
    let formula = of_formula(at, facts).filter(in_gap);
    let middle = |a: u32, b: u32| a + (b - a) / 2;
    let mut proposals: Vec<u32> = formula.into_iter().collect();
    if matches!(limit, Limit::Range(_)) {
        proposals.retain(|n| *n > here);
        proposals.extend([here + here / 2, here.saturating_mul(2).min(most)]);
    } else {
        // Far beyond the formula nothing is to be found.
        let far = formula.map_or(u32::MAX, |n| n.saturating_mul(2));
        proposals.extend(below.map(|below| middle(below, here).min(far)));
        proposals.extend(above.map(|above| middle(here, above.workers())));
    }
    let mut kept: Vec<u32> = Vec::new();
    for n in proposals {
        let is_new = !counts.iter().chain(&kept).any(|other| are_near(n, *other));
        if (1..=most).contains(&n) && is_new && is_worth(n, at, above, fit, facts) && kept.len() < MOST {
            kept.push(n);
        }
    }
    kept.sort_unstable();
    kept
}

/// Fewer workers are worth a look if they may be as good, and more of them if they may be better: by what one task needs, by
/// the next number that was measured, and by a fit that holds.
fn is_worth(
    n: u32,
    at: &PointSummary,
    above: Option<&&PointSummary>,
    fit: Option<&FitReport>,
    facts: &Facts,
) -> bool {
    let here = at.workers();
    let formula = of_formula(at, facts).filter(|_| facts.demand.is_some_and(|demand| demand.wait <= 0.0));
    if formula.is_some_and(|formula| n > formula) {
        // Where tasks do nothing but compute, what is beyond the CPUs is of no use.
        return false;
    }
    let could = |there: f64, here_too: f64| {
        if n < here { there > 0.95 * here_too } else { is_noticed(there, here_too) }
    };
    let possible = facts.possible_with(at, n).zip(facts.possible_with(at, here));
    if !possible.is_none_or(|(there, here_too)| could(there, here_too)) {
        return false;
    }
    // Only between measured numbers: beyond them a curve is a guess.
    let Some(above) = above.filter(|above| n > here && n < above.workers()) else { return true };
    match fit.filter(|fit| fit.valid).map(|fit| fit.fit.curve) {
        Some(curve) => could(curve.rate(n.into()), curve.rate(here.into())),
        None => !is_noticed(at.rate, above.rate),
    }
}

/// Shapes with more processes, where threads of few share as many locks; and the one of the formula, where each process has a
/// lock of its own and that takes fewer workers. None elsewhere.
pub(super) fn shapes(at: &PointSummary, facts: &Facts) -> Vec<Shape> {
    let has_locks = at.strategy == Strategy::Hybrid && facts.locks(at.shape).is_some();
    let Some(demand) = facts.demand.filter(|_| has_locks) else { return Vec::new() };
    let all = (facts.cpus().ceil() as u32).max(1);
    let of_formula = Shape::new(all, demand.threads_each(all));
    let points = &facts.measured.points;
    let measured =
        |shape: &Shape| points.iter().any(|point| (point.strategy, point.shape) == (at.strategy, *shape));
    let fits = |shape: &Shape| u64::from(shape.slots()) <= at.sample.tasks;
    let locked = facts.locked(at.strategy, at.shape).is_some();
    let mut shapes =
        if locked { vec![Shape::new(all, at.shape.threads), of_formula] } else { vec![of_formula] };
    shapes.dedup();
    let is_of_use = |shape: &Shape| locked || shape.slots() < at.workers();
    shapes.retain(|shape| is_of_use(shape) && !measured(shape) && fits(shape));
    shapes
}
