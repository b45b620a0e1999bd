//! The recommendation, or the refusal of one.

use super::fits::one_for_each;
use super::is_noticed;
use super::refusal::{Refused, faster_but_refused, join, refusal, too_far_apart};
use super::words::workers;
use super::{Facts, Limit, PointSummary, SmallerChunks, StrategyFit, chunks};
use super::{points as summaries, proposals, why};
use crate::analysis::scaling::bootstrap::{self, Group, KneeSpread};
use crate::plan::{Shape, Strategy};

/// The knee is where this part of the largest throughput is reached.
pub(super) const KNEE: f64 = 0.95;

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Advice {
    /// So many workers.
    Recommended(Box<Recommendation>),
    /// Nothing can be said.
    Refused(Refused),
}

/// So many workers.
#[derive(Clone, Debug, PartialEq)]
pub struct Recommendation {
    /// The way to run them.
    pub strategy: Strategy,
    /// How many, as processes with threads.
    pub shape: Shape,
    /// Tasks that were handed out at a time.
    pub chunk: u32,
    /// Tasks per second that were measured.
    pub rate: f64,
    /// Speedup against one worker; none where that was not measured.
    pub speedup: Option<f64>,
    /// Where the number lies with 95 %: from the knee of resamples to the recommended one, or the other way round.
    pub interval: (u32, u32),
    /// The workers of the fastest point; of several that came to all that is possible, the fewest.
    pub best: u32,
    /// The numbers of workers that are as good as the best, that one included: repeats cannot tell them from it as far as it is
    /// possible at all, or by the laws it cannot be faster.
    pub tied: Vec<u32>,
    /// Where 95 % of the best are reached.
    pub knee: KneeSpread,
    /// What keeps more from being of use.
    pub limit: Limit,
    /// Smaller chunks, where these would do more, or as much with fewer workers.
    pub smaller_chunks: Option<SmallerChunks>,
    /// What the next number of workers that was measured brings.
    pub gain: Option<Gain>,
    /// Why, in sentences, the most important first.
    pub why: Vec<String>,
    /// What to be careful about, in clauses.
    pub cautions: Vec<String>,
    /// Numbers of workers that would make it more precise.
    pub measure_next: Vec<u32>,
    /// Their shapes, where it is not the number that matters: processes with threads under the lock.
    pub measure_shapes: Vec<Shape>,
}

/// What more workers bring.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Gain {
    /// So many workers.
    pub workers: u32,
    /// The same as processes with threads.
    pub shape: Shape,
    /// Throughput over that of the recommended, less 1.
    pub by: f64,
    /// Whether repeats tell the two apart.
    pub told_apart: bool,
}

impl Recommendation {
    /// The recommended number of workers.
    pub const fn workers(&self) -> u32 {
        self.shape.slots()
    }
}

/// What the points of one strategy recommend.
pub(super) fn of(strategy: Strategy, points: &[PointSummary], fit: &StrategyFit, facts: &Facts) -> Advice {
    let all: Vec<&PointSummary> = points.iter().filter(|point| point.strategy == strategy).collect();
    let points = one_for_each(&all);
    match refusal(&points, facts) {
        Some(refused) => Advice::Refused(refused),
        None => match recommended(&points, fit, facts) {
            Some(r) => too_far_apart(&r, &points, facts)
                .map_or_else(|| Advice::Recommended(Box::new(r)), Advice::Refused),
            None => Advice::Refused(Refused::default()),
        },
    }
}

fn recommended(points: &[&PointSummary], fit: &StrategyFit, facts: &Facts) -> Option<Recommendation> {
    // Of several that came to all that is possible the one with the fewest workers.
    let best = *points.iter().rev().max_by(|a, b| a.merit().total_cmp(&b.merit()))?;
    let alike = summaries::not_told_from(points, best);
    let as_good = |point: &PointSummary| {
        let is_alike = alike.iter().any(|other| other.shape == point.shape);
        (is_alike && point.is_near(best)) || facts.is_noise(best, point)
    };
    let tied: Vec<&PointSummary> = points.iter().copied().filter(|point| as_good(point)).collect();
    // Of a single task, more workers do nothing.
    let fewest = if facts.has_one_task() { points.first() } else { tied.first() };
    let fewest = *fewest?;
    let (at, capped) = match enough(points, facts).filter(|enough| enough.workers() < fewest.workers()) {
        Some(enough) => (enough, true),
        None => (fewest, false),
    };
    let merits = |point: &&PointSummary| Group { workers: point.workers(), rates: point.merits() };
    let groups: Vec<Group> = points.iter().map(merits).collect();
    let knee = bootstrap::knee(&groups, KNEE, facts.measured.plan.seed)?;
    let next = points.iter().copied().find(|point| point.workers() > at.workers());
    let gain = next.map(|next| Gain {
        workers: next.workers(),
        shape: next.shape,
        by: next.rate / at.rate - 1.0,
        told_apart: !next.is_like(at)
            && (!tied.iter().any(|p| p.shape == next.shape) || next.is_alike_by_plateau(at)),
    });
    let smaller = chunks::smaller(at, points, facts);
    let limit = if capped {
        Limit::of_servers(at, facts)
    } else {
        Limit::of(at, next, fit.fit.as_ref().ok(), smaller.as_ref(), facts)
    };
    let mut recommendation = Recommendation {
        strategy: at.strategy,
        shape: at.shape,
        chunk: at.chunk,
        rate: at.rate,
        speedup: at.speedup,
        interval: interval(&knee, at, points),
        best: best.workers(),
        tied: tied.iter().map(|point| point.workers()).collect(),
        knee,
        limit,
        smaller_chunks: smaller,
        gain,
        why: Vec::new(),
        cautions: why::cautions(points, at, best, facts),
        measure_next: Vec::new(),
        measure_shapes: Vec::new(),
    };
    let fastest = points.iter().copied().max_by(|a, b| a.rate.total_cmp(&b.rate))?;
    let is_faster = fastest.workers() > at.workers() && is_noticed(fastest.rate, at.rate);
    let few_tasks = matches!(recommendation.limit, Limit::FewTasks { .. });
    if capped || (facts.busy && is_faster && !few_tasks) {
        recommendation.interval =
            (recommendation.interval.0, recommendation.interval.1.max(fastest.workers()));
        // Where more is possible with these, larger chunks or fewer rounds may be the reason.
        let as_possible =
            fastest.possible.zip(at.possible).is_some_and(|(there, here)| !is_noticed(there, here));
        // That is said of what was faster than possible anyway.
        if as_possible && fastest.beyond_possible().is_none() {
            recommendation.cautions.push(format!(
                "{} were faster still, but perhaps only by taking CPU time from what else ran",
                workers(fastest.workers())
            ));
        }
    }
    // Other chunks first: with these everything is measured anew.
    if smaller.is_none() {
        recommendation.measure_shapes = proposals::shapes(at, facts);
        // Under locks of processes a number says little of its shape.
        let has_locks = at.strategy == Strategy::Hybrid && facts.locks(at.shape).is_some();
        recommendation.measure_next = if recommendation.measure_shapes.is_empty() && has_locks {
            Vec::new()
        } else if recommendation.measure_shapes.is_empty() {
            proposals::numbers(points, at, &recommendation.limit, fit.fit.as_ref().ok(), facts)
        } else {
            recommendation.measure_shapes.iter().map(|shape| shape.slots()).collect()
        };
    }
    recommendation.why = why::why(&recommendation, points, at, best, facts);
    Some(recommendation)
}

/// Where the recommended number lies with 95 %: from the knee of resamples to it. Itself alone where no repeats tell.
fn interval(knee: &KneeSpread, at: &PointSummary, points: &[&PointSummary]) -> (u32, u32) {
    if at.exact || points.iter().any(|point| point.rates.len() < 2) {
        return (at.workers(), at.workers());
    }
    (knee.interval.0.min(at.workers()), knee.interval.1.max(at.workers()))
}

/// The fewest workers of those measured that saturate the CPUs, where somebody else wants these too: beyond that number
/// more workers only get a larger part of what is not theirs.
fn enough<'a>(points: &[&'a PointSummary], facts: &Facts) -> Option<&'a PointSummary> {
    let demand = facts.demand.filter(|_| facts.busy)?;
    let is_enough = |point: &&&PointSummary| {
        let saturating = demand.saturating(facts.ceiling(point.strategy, point.shape));
        saturating.is_some_and(|saturating| f64::from(point.workers()) + 1e-3 >= saturating)
    };
    points.iter().find(is_enough).copied()
}

/// What is recommended of several strategies: the fastest, and of those that cannot be told from it the one that costs
/// least: threads before processes.
pub(super) fn overall(each: &[(Strategy, Advice)], points: &[PointSummary], facts: &Facts) -> Advice {
    let point_of = |r: &Recommendation| {
        points.iter().find(|point| point.strategy == r.strategy && point.shape == r.shape)
    };
    let recommended: Vec<(&Recommendation, &PointSummary)> = each
        .iter()
        .filter_map(|(_, advice)| match advice {
            Advice::Recommended(r) => Some((r.as_ref(), point_of(r)?)),
            Advice::Refused(_) => None,
        })
        .collect();
    let Some((_, best)) = recommended.iter().max_by(|a, b| a.1.rate.total_cmp(&b.1.rate)) else {
        let mut refused = Refused::default();
        for (_, advice) in each {
            if let Advice::Refused(one) = advice {
                join(&mut refused.reasons, &one.reasons);
                join(&mut refused.next, &one.next);
            }
        }
        if refused.reasons.is_empty() {
            return refusal(&[], facts).map_or_else(|| Advice::Refused(refused), Advice::Refused);
        }
        return Advice::Refused(refused);
    };
    if let Some(refused) = faster_but_refused(each, points) {
        return Advice::Refused(refused);
    }
    // In the order of what a worker costs.
    let cost = |strategy: Strategy| Strategy::ALL.iter().position(|other| *other == strategy);
    let chosen = recommended
        .iter()
        .filter(|(_, point)| point.is_as_good_as(best))
        .min_by_key(|(r, _)| (cost(r.strategy), r.workers()))
        .map(|(r, _)| (*r).clone());
    let Some(mut chosen) = chosen else { return Advice::Refused(Refused::default()) };
    for (other, point) in recommended.iter().filter(|(r, _)| r.strategy != chosen.strategy) {
        let by = point.rate / chosen.rate - 1.0;
        let label = other.strategy.label(other.shape);
        chosen.why.push(match (by.abs() * 100.0).round() {
            0.0 => format!("{label} are as fast, and cost more to start."),
            // What is wrong with that way to run them, and not with the machine or the tasks.
            percent if by < 0.0 && other.limit.is_of_strategy() => {
                format!("{label} bring {percent} % less: {}.", other.limit)
            }
            percent => format!("{label} bring {percent} % {}.", if by < 0.0 { "less" } else { "more" }),
        });
    }
    for (strategy, advice) in each {
        if let Advice::Refused(refused) = advice {
            chosen
                .cautions
                .push(format!("nothing can be said of {strategy}: {}", refused.reasons.join("; ")));
        }
    }
    Advice::Recommended(Box::new(chosen))
}
