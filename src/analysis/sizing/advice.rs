//! The recommendation, or the refusal of one.

use super::fits::one_for_each;
use super::is_noticed;
use super::refusal::{Refused, faster_but_refused, join, refusal, too_far_apart};
use super::why;
use super::{Facts, Limit, PointSummary, SmallerChunks, StrategyFit, chunks};
use crate::analysis::scaling::bootstrap::{self, KneeSpread};
use crate::plan::{Shape, Strategy};
use crate::units::plural;

/// The knee is where this part of the largest throughput is reached.
pub(super) const KNEE: f64 = 0.95;
/// At most so many numbers of workers are proposed to be measured next.
const PROPOSALS: usize = 3;

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
    /// The workers of the fastest point.
    pub best: u32,
    /// The numbers of workers that are as good as the best, that one included: repeats cannot tell them from it, or by the
    /// laws it cannot be faster.
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
}

/// What more workers bring.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Gain {
    /// So many workers.
    pub workers: u32,
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
    let best = *points.iter().max_by(|a, b| a.rate.total_cmp(&b.rate))?;
    let as_good = |point: &PointSummary| point.is_as_good_as(best) || facts.is_noise(best, point);
    let tied: Vec<&PointSummary> = points.iter().copied().filter(|point| as_good(point)).collect();
    let fewest = *tied.first()?;
    let (at, capped) = match enough(points, facts).filter(|enough| enough.workers() < fewest.workers()) {
        Some(enough) => (enough, true),
        None => (fewest, false),
    };
    let groups: Vec<_> = points.iter().map(|point| point.group()).collect();
    let knee = bootstrap::knee(&groups, KNEE, facts.measured.plan.seed)?;
    let next = points.iter().copied().find(|point| point.workers() > at.workers());
    let gain = next.map(|next| Gain {
        workers: next.workers(),
        by: next.rate / at.rate - 1.0,
        told_apart: !next.is_like(at),
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
        interval: (knee.interval.0.min(at.workers()), knee.interval.1.max(at.workers())),
        best: best.workers(),
        tied: tied.iter().map(|point| point.workers()).collect(),
        knee,
        limit,
        smaller_chunks: smaller,
        gain,
        why: Vec::new(),
        cautions: why::cautions(points, at, best, facts),
        measure_next: Vec::new(),
    };
    if capped {
        recommendation.interval = (recommendation.interval.0, recommendation.interval.1.max(best.workers()));
        // Where more is possible with these, larger chunks or fewer rounds may be the reason.
        if best.possible.zip(at.possible).is_some_and(|(there, here)| !is_noticed(there, here)) {
            recommendation.cautions.push(format!(
                "{} were faster still, but only by taking CPU time from what else ran",
                plural(u64::from(best.workers()), "worker")
            ));
        }
    }
    // Other chunks first: with these everything is measured anew.
    if smaller.is_none() {
        recommendation.measure_next = proposals(points, at, &recommendation.limit, facts);
    }
    recommendation.why = why::why(&recommendation, points, at, best, facts);
    Some(recommendation)
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

/// Numbers of workers between those measured, where the answer may lie; beyond them, where it lies there.
fn proposals(points: &[&PointSummary], at: &PointSummary, limit: &Limit, facts: &Facts) -> Vec<u32> {
    let counts: Vec<u32> = points.iter().map(|point| point.workers()).collect();
    let most = u32::try_from(at.sample.tasks).unwrap_or(u32::MAX);
    let here = at.workers();
    let below = counts.iter().copied().filter(|n| *n < here).max();
    let above = counts.iter().copied().find(|n| *n > here);
    let servers = facts.ceiling(at.strategy, at.shape);
    let formula = facts
        .demand
        .and_then(|demand| demand.saturating(servers))
        .map(|goetz| (goetz - 1e-3).ceil() as u32)
        .filter(|n| *n > below.unwrap_or(0) && above.is_none_or(|above| *n < above));
    let middle = |a: u32, b: u32| a + (b - a) / 2;
    let mut proposals: Vec<u32> = formula.into_iter().collect();
    if matches!(limit, Limit::Range(_)) {
        proposals.retain(|n| *n > here);
        proposals.extend([here + here / 2, here.saturating_mul(2).min(most)]);
    } else {
        // Neighbours that are this near differ by less than repeats do.
        let far = |a: u32, b: u32| f64::from(b) > 1.3 * f64::from(a);
        proposals.extend(below.filter(|below| far(*below, here)).map(|below| middle(below, here)));
        proposals.extend(above.filter(|above| far(here, *above)).map(|above| middle(here, above)));
    }
    // Fewer workers are worth a look if they may be as good, and more of them if they may be better.
    let worth = |n: u32| {
        let possible = facts.possible_with(at, n).zip(facts.possible_with(at, here));
        possible.is_none_or(
            |(there, here_too)| if n < here { there > 0.95 * here_too } else { is_noticed(there, here_too) },
        )
    };
    let mut kept = Vec::new();
    for n in proposals {
        let is_new = !counts.contains(&n) && !kept.contains(&n);
        if (1..=most).contains(&n) && is_new && worth(n) && kept.len() < PROPOSALS {
            kept.push(n);
        }
    }
    kept.sort_unstable();
    kept
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
