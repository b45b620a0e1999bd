//! Why so many workers, and what to be careful about: in words, with their numbers.

use super::words::{ranges, rate, workers, workers_of};
use super::{Facts, Gain, Limit, NOTICED, PointSummary, Recommendation, chunks, fits, is_noticed, proposals};
use crate::analysis::bounds::Waves;
use crate::analysis::trust::LONG_ENOUGH;
use crate::analysis::words::{and, verb};
use crate::plan::{Chunk, Strategy};
use crate::units::{grouped, plural, three_digits};

/// A number this much above that of the formula asks for an explanation.
const MORE_THAN_FORMULA: f64 = 1.25;
/// A number this many times that of the formula, with none measured between, asks for a caution.
const FAR_BEYOND: u32 = 2;
/// By so much the fastest number of workers is worth being named, though it is not recommended.
const MUCH_FASTER: f64 = 0.10;
/// CPUs that are busy for less of the time than this are not busy all the time.
const NEARLY_ALL: f64 = 0.90;

/// Why this number, the most important sentence first.
pub(super) fn why(
    r: &Recommendation,
    points: &[&PointSummary],
    at: &PointSummary,
    best: &PointSummary,
    facts: &Facts,
) -> Vec<String> {
    if facts.has_one_task() {
        return vec![format!("{}.", capitalised(&r.limit.to_string()))];
    }
    let mut why = Vec::new();
    let flat = r.workers() == 1 && r.tied.len() > 1;
    let limit = &r.limit;
    if flat && matches!(limit, Limit::Lock(_)) {
        why.push(
            "More workers are no faster: computing is serial under the lock, and there is no peak."
                .to_owned(),
        );
    } else if flat {
        why.push(format!("More workers are no faster than one: {limit}."));
    } else {
        why.push(format!("{}{}.", capitalised(&limit.to_string()), part_of_time(at, r, facts)));
    }
    why.extend(few_rounds(at, limit, facts));
    why.extend(limit.next_step(r.strategy));
    why.extend(smaller_chunks(r, points));
    let tied = r.tied.contains(&r.workers());
    let by_law = facts.is_noise(best, at) && !at.is_as_good_as(best);
    let mut named = false;
    if by_law {
        named = true;
        why.push(format!(
            "{} were measured {:.0} % faster, but no more than {} can compute at a time: that is noise.",
            workers(best.workers()),
            (best.rate / at.rate - 1.0) * 100.0,
            facts.ceiling(at.strategy, at.shape)
        ));
    } else if tied && r.tied.len() > 1 {
        let is_apart = |n: &u32| points.iter().any(|p| p.workers() == *n && p.is_alike_by_plateau(at));
        let others: Vec<u32> = r.tied.iter().copied().filter(|n| *n != r.workers() && !is_apart(n)).collect();
        let among: Vec<u32> = points.iter().map(|point| point.workers()).collect();
        let named_others = ranges(&others, &among);
        let exact = facts.measured.machine.is_simulated();
        let near = points
            .iter()
            .filter(|p| p.workers() == r.workers() || others.contains(&p.workers()))
            .all(|p| !is_noticed(at.rate, p.rate) && !is_noticed(p.rate, at.rate));
        named = exact || near;
        let words = if named {
            format!(
                "{named_others} {} within {:.0} %, which nobody would notice, so the fewest workers win.",
                verb(others.len() as u64, "is", "are"),
                NOTICED * 100.0
            )
        } else {
            format!("Repeats cannot tell it from {named_others}, so the fewest workers win.")
        };
        why.extend((!others.is_empty()).then_some(words));
        why.extend(much_faster(r, at, best));
    } else if best.workers() != r.workers() {
        let were = verb(best.workers().into(), "was", "were");
        why.push(format!("{} {were} the fastest.", workers_of(best.strategy, best.shape)));
    }
    // What was just said of these workers is not said again.
    let said = |gain: &Gain| {
        named
            && r.tied.contains(&gain.workers)
            && (gain.by.abs() <= NOTICED || gain.workers == best.workers())
    };
    let is_beyond = |gain: &Gain| {
        let next = points.iter().find(|point| point.shape == gain.shape);
        gain.by > 0.0 && next.is_some_and(|next| next.is_alike_by_plateau(at))
    };
    let gain = r.gain.filter(|gain| is_beyond(gain) || !said(gain));
    why.extend(gain.map(|gain| next_workers(r, gain, is_beyond(&gain))));
    why.extend(formula(r, points, at, facts));
    why
}

/// Of those that repeats do not tell from the recommended the fastest, where it was much faster.
fn much_faster(r: &Recommendation, at: &PointSummary, best: &PointSummary) -> Option<String> {
    let by = best.rate / at.rate - 1.0;
    let is_next = r.gain.is_some_and(|gain| gain.workers == best.workers());
    (by > MUCH_FASTER && !best.is_alike_by_plateau(at) && !is_next).then(|| {
        let were = verb(best.workers().into(), "was", "were");
        format!("The fastest, {}, {were} {:.0} % faster.", workers_of(best.strategy, best.shape), by * 100.0)
    })
}

/// A clause as the beginning of a sentence.
fn capitalised(clause: &str) -> String {
    let mut rest = clause.chars();
    let first = rest.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}", rest.as_str())
}

/// What the next number of workers that was measured brings; `beyond` where that is more than is possible.
fn next_workers(r: &Recommendation, gain: Gain, beyond: bool) -> String {
    let words = workers_of(r.strategy, gain.shape);
    let by = (gain.by * 1_000.0).round() / 10.0;
    let how = format!("{:.1} % {}", by.abs(), if by > 0.0 { "faster" } else { "slower" });
    match gain.by.abs() <= NOTICED {
        true if by == 0.0 => format!("{words} are as fast."),
        true => format!("{words} are {how}, which nobody would notice."),
        false if beyond => format!("{words} were {how}, more than is possible."),
        false if gain.told_apart => format!("{words} are {how}."),
        false => format!("{words} were {how}, but repeats cannot tell the two apart."),
    }
}

/// Behind the limit: the part of the time that CPUs are busy, where that is not all of it; nothing where others used them.
fn part_of_time(at: &PointSummary, r: &Recommendation, facts: &Facts) -> String {
    let used = facts.demand.map_or(1.0, |demand| at.rate * demand.compute / facts.cpus());
    match r.limit {
        Limit::Cores(_) if used < NEARLY_ALL && !facts.busy => format!(" {:.0} % of the time", used * 100.0),
        _ => String::new(),
    }
}

/// What smaller chunks would do, beside what was measured of the same workers.
fn smaller_chunks(r: &Recommendation, points: &[&PointSummary]) -> Option<String> {
    let smaller = r.smaller_chunks?;
    let same = points.iter().find(|point| point.workers() == smaller.workers)?;
    let how = match smaller.chunk {
        1 => "one by one (--chunk 1)".to_owned(),
        chunk => format!("in chunks of {} (--chunk {chunk})", grouped(chunk.into())),
    };
    let workers = workers(smaller.workers);
    let was = format!(
        "in {} of {} they did {}",
        plural(same.chunks(), "chunk"),
        grouped(same.sample.tasks.min(same.chunk.into())),
        rate(same.rate)
    );
    Some(if is_noticed(smaller.rate, r.rate) {
        format!("With tasks handed out {how}, {workers} could do {} a second; {was}.", rate(smaller.rate))
    } else {
        format!("With tasks handed out {how}, {workers} could do as much; {was} a second.")
    })
}

/// Where CPUs (or locks) are what is short, but tasks are so few for the workers that rounds show as well.
fn few_rounds(at: &PointSummary, limit: &Limit, facts: &Facts) -> Option<String> {
    if !matches!(limit, Limit::Cores(_) | Limit::Quota(_) | Limit::Lock(_)) || at.workers() == 1 {
        return None;
    }
    let waves = Waves::of(at.sample.tasks, at.chunk.into(), at.workers().into());
    let servers = facts.ceiling(at.strategy, at.shape);
    let of_use = facts.demand.and_then(|demand| demand.saturating(servers)).unwrap_or(f64::INFINITY);
    if !is_noticed(of_use.min(at.workers().into()), waves.bound()) {
        return None;
    }
    Some(format!(
        "Rounds show as well: {} make {} for {}, as good as {} at a time; more tasks would tell better.",
        plural(at.sample.tasks, "task"),
        plural(waves.rounds, "round"),
        workers(at.workers()),
        three_digits(waves.bound())
    ))
}

/// What the formula says, where tasks both wait and compute; and why it takes more, if it does.
fn formula(r: &Recommendation, points: &[&PointSummary], at: &PointSummary, facts: &Facts) -> Option<String> {
    let demand = facts.demand.filter(|demand| demand.wait > 0.0)?;
    let servers = facts.ceiling(at.strategy, at.shape);
    let goetz = demand.saturating(servers)?;
    // Where chunks are cut by the number of workers, there are as many as tasks for enough of them.
    let most = if facts.measured.plan.chunk == Chunk::Auto { at.sample.tasks } else { at.chunks() };
    if goetz > most as f64 {
        let goetz = three_digits(goetz);
        return Some(format!(
            "By the formula, {goetz} workers would keep the CPUs busy, more than there is to do."
        ));
    }
    let what = if servers < facts.cpus() { "locks" } else { "CPUs" };
    // The number that it gives, or one between that and the recommended, must have been tried to say that it is too few.
    let tried =
        |point: &&PointSummary| f64::from(point.workers()) + 1e-3 >= goetz && point.workers() < r.workers();
    let takes_more =
        f64::from(r.workers()) > MORE_THAN_FORMULA * goetz && points.iter().copied().any(|p| tried(&p));
    let smaller = chunks::enough(at, facts).filter(|chunk| *chunk < at.chunk.into());
    let more = match smaller {
        _ if !takes_more => String::new(),
        Some(chunk) => format!(
            "; measured, it takes more, for tasks go in chunks of {}: with --chunk {chunk} fewer workers may do",
            grouped(at.chunk.into())
        ),
        None if matches!(r.limit, Limit::FewTasks { .. }) => {
            "; measured, it takes more for so few tasks".to_owned()
        }
        // Workers that begin together wait together, as long as tasks are of one length.
        None if demand.alike.is_some() && !demand.has_long() && r.strategy != Strategy::Hybrid => format!(
            "; measured, it takes more, for {} make {} for {}, which begin together and so wait together: with more \
             tasks (-n) fewer workers may do",
            plural(at.sample.tasks, "task"),
            plural(at.chunks().div_ceil(r.workers().into()), "round"),
            workers(r.workers())
        ),
        None => "; measured, it takes more".to_owned(),
    };
    Some(format!("The formula, {what} × (1 + wait / compute), gives {} workers{more}.", three_digits(goetz)))
}

/// What to be careful about, in clauses.
pub(super) fn cautions(
    points: &[&PointSummary],
    at: &PointSummary,
    best: &PointSummary,
    facts: &Facts,
) -> Vec<String> {
    let mut cautions: Vec<String> = fits::of_machine(facts).iter().map(ToString::to_string).collect();
    cautions.extend(once(points, at, best).filter(|_| !facts.has_one_task()));
    if points.len() < 4 && !facts.has_one_task() {
        let n = plural(points.len() as u64, "number");
        let were = verb(points.len() as u64, "was", "were");
        cautions.push(format!("only {n} of workers {were} measured, too few to see the shape"));
    }
    cautions.extend(gap(points, at, facts));
    for point in points.iter().filter(|point| !point.set_aside.is_empty()) {
        let repeats = point.elapsed.len();
        let factor = point
            .set_aside
            .iter()
            .filter_map(|index| point.elapsed.get(*index))
            .map(|elapsed| elapsed.0 as f64 / point.median.0.max(1) as f64)
            .fold(0.0, f64::max);
        cautions.push(format!(
            "{} of {repeats} repeats with {} took {} times as long as the others and does not count",
            point.set_aside.len(),
            workers(point.workers()),
            three_digits(factor)
        ));
    }
    let unclear: Vec<String> = points
        .iter()
        .filter(|p| p.workers() < at.workers() && !p.is_near(best) && p.is_like(best))
        .map(|p| grouped(p.workers().into()))
        .collect();
    if !unclear.is_empty() {
        cautions.push(format!(
            "repeats differ so much that {} {} could not be told from the best, though over {:.0} % slower",
            and(&unclear),
            if unclear == ["1"] { "worker" } else { "workers" },
            (1.0 - super::points::AS_GOOD) * 100.0
        ));
    }
    cautions.extend(more_than_possible(points, at, facts));
    cautions.extend(beyond_possible(points, at, facts));
    let failed: usize = points.iter().map(|point| point.failed).sum();
    if failed > 0 {
        cautions.push(format!("{} did not do all tasks and do not count", plural(failed as u64, "run")));
    }
    if at.median < LONG_ENOUGH && at.sample.ledger.computing > at.sample.ledger.blocked {
        cautions.push(format!("its runs took only {}, so starting workers shows", at.median));
    }
    cautions
}

/// A gap below the recommended number in which the far smaller one of the formula lies.
fn gap(points: &[&PointSummary], at: &PointSummary, facts: &Facts) -> Option<String> {
    let below = points.iter().map(|point| point.workers()).filter(|n| *n < at.workers()).max()?;
    let formula = proposals::of_formula(at, facts)?;
    let is_far = at.workers() > FAR_BEYOND * formula;
    (below < formula && !proposals::are_near(below, formula) && is_far).then(|| {
        let (below, here) = (grouped(below.into()), workers(at.workers()));
        let formula = grouped(formula.into());
        format!(
            "nothing was measured between {below} and {here}, where the number of the formula lies: {formula}"
        )
    })
}

/// Where fewer workers should be as fast by the laws, but are not.
fn more_than_possible(points: &[&PointSummary], at: &PointSummary, facts: &Facts) -> Option<String> {
    let would_do =
        |point: &&&PointSummary| point.workers() < at.workers() && facts.is_of_no_more_use(at, point);
    let fewer = points.iter().find(would_do)?;
    Some(format!(
        "{} should be as fast, for no more than {} can compute at a time, but {} measured {:.0} % slower: noise, or something \
         else took the CPUs; sweep again on a quiet machine",
        workers(fewer.workers()),
        facts.ceiling(at.strategy, at.shape),
        if fewer.workers() == 1 { "was" } else { "were" },
        (1.0 - fewer.rate / at.rate) * 100.0
    ))
}

/// What was faster than one task's time allows, why that may be, and what is made of it.
fn beyond_possible(points: &[&PointSummary], at: &PointSummary, facts: &Facts) -> Option<String> {
    let beyond = |point: &&&PointSummary| point.beyond_possible().is_some();
    let these: Vec<String> =
        points.iter().filter(beyond).map(|point| grouped(point.workers().into())).collect();
    let most = points.iter().filter_map(|point| point.beyond_possible()).fold(0.0, f64::max);
    let why = match facts.demand {
        _ if facts.busy => "others may have been in the way of one worker",
        Some(demand) if demand.waiting() < 0.5 || (demand.compute > 0.0 && facts.waits_for_timers()) => {
            "the CPUs were quicker meanwhile, or slower while one worker ran"
        }
        _ => "one worker was slower than usual, or what tasks wait for was quicker",
    };
    // Where one worker was the slow one, the figures of more are right.
    let own = if is_noticed(at.rate, at.plateau) { ", and its figures are too high" } else { "" };
    (!these.is_empty()).then(|| {
        format!(
            "{} {} up to {:.0} % faster than what a task took alone allows: {why}; no more than what is possible \
             counts in choosing the number{own}",
            and(&these),
            if these == ["1"] { "worker was" } else { "workers were" },
            most * 100.0
        )
    })
}

/// What rests on a single repeat, of the points that a recommendation compares: it, the best, and the next.
fn once(points: &[&PointSummary], at: &PointSummary, best: &PointSummary) -> Option<String> {
    let next = points.iter().copied().find(|point| point.workers() > at.workers());
    let mut compared: Vec<&PointSummary> = [at, best].into_iter().chain(next).collect();
    compared.sort_by_key(|point| point.workers());
    compared.dedup_by_key(|point| point.workers());
    let is_once = |point: &&PointSummary| point.rates.len() < 2 && !point.exact;
    let single: Vec<String> =
        compared.iter().copied().filter(is_once).map(|point| grouped(point.workers().into())).collect();
    if single.is_empty() {
        None
    } else if single.len() == compared.len() {
        Some("with one repeat nothing can be told apart for sure; more repeats would tell".to_owned())
    } else {
        let workers = if single == ["1"] { "worker" } else { "workers" };
        Some(format!(
            "with one repeat of {} {workers} these cannot be told from others for sure; more repeats would tell",
            and(&single)
        ))
    }
}
