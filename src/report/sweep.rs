//! A sweep for people and for programs: a table, Markdown, JSON, CSV and a picture of the curve.

use crate::analysis::sizing::words::rate;
use crate::analysis::sizing::{
    Advice, FitReport, Law, Limit, PointSummary, Recommendation, Sizing, StrategyFit,
};
use crate::plan::{Machine, Shape, Size, Strategy};
use crate::sweep::Sweep;
use crate::units::{grouped, plural, three_digits};

pub use super::csv::sweep::csv;
pub use super::json::sweep::json;
pub use super::markdown::sweep::markdown;
pub(crate) use super::svg::short;
pub use super::svg::svg;
pub use super::table::sweep::table;

/// A recommendation that is so many times the knee asks for a word on it.
const FAR: f64 = 1.25;
/// The columns of what repeats lie between.
pub(super) const INTERVAL: &str = "95 %";
pub(super) const RANGE: &str = "range";

/// What stands above the points, in parts.
pub(crate) fn heading(sweep: &Sweep, machine: &Machine) -> Vec<String> {
    let plan = &sweep.plan().plan;
    let mut parts = Vec::new();
    if let Some(load) = plan.workloads.first() {
        parts.push(load.task.name().to_owned());
        let size = match &load.size {
            Size::Command(command) => command.short_label(),
            size => size.to_string(),
        };
        parts.push(format!("{} of {size}", plural(load.tasks, "task")));
    }
    if plan.runtime != crate::plan::Runtime::Native {
        parts.push(plan.runtime.to_string());
    }
    parts.push(format!("chunk {}", plan.chunk));
    parts.push(plural(u64::from(sweep.repeats()), "repeat"));
    parts.push(plural(u64::from(machine.available()), "CPU"));
    parts
}

/// The names of the columns, and then the cells of each point of a strategy; the first column is the workers. Where the
/// recommended point is, if it is among them.
pub(super) fn lines(
    strategy: Strategy,
    sizing: &Sizing,
    advice: Option<&Recommendation>,
) -> (Vec<Vec<String>>, Option<usize>) {
    let points: Vec<&PointSummary> =
        sizing.points.iter().filter(|point| point.strategy == strategy).collect();
    let has = |what: fn(&PointSummary) -> bool| points.iter().any(|point| what(point));
    let (speedup, possible) = (has(|p| p.speedup.is_some()), has(|p| p.possible.is_some()));
    // Where no number of workers has three repeats, their ends are all that can be said.
    let range = !has(|p| p.interval.is_some()) && has(|p| p.range().is_some());
    let between = if range { RANGE } else { INTERVAL };
    let mut names =
        vec![strategy.name().to_owned(), "elapsed".to_owned(), between.to_owned(), "tasks/s".to_owned()];
    names.extend(speedup.then(|| "speedup".to_owned()));
    names.extend(possible.then(|| "possible".to_owned()));
    names.push("runs".to_owned());
    let nothing = || "–".to_owned();
    let mut lines = vec![names];
    for point in &points {
        let workers = match strategy {
            Strategy::Hybrid => format!("{} ({})", grouped(point.workers().into()), point.shape),
            _ => grouped(u64::from(point.workers())),
        };
        let between = if range { point.range() } else { point.interval };
        let between = between.map_or_else(nothing, |(low, high)| format!("{low} – {high}"));
        let mut line = vec![workers, point.median.to_string(), between, rate(point.rate)];
        if speedup {
            line.push(point.speedup.map_or_else(nothing, |s| format!("{}×", three_digits(s))));
        }
        if possible {
            line.push(point.possible.map_or_else(nothing, rate));
        }
        let counted = point.elapsed.len() - point.set_aside.len();
        line.push(counted.to_string());
        lines.push(line);
    }
    let chosen = advice
        .filter(|advice| advice.strategy == strategy)
        .and_then(|advice| points.iter().position(|point| point.shape == advice.shape));
    (lines, chosen)
}

/// Tasks per second by processes (down) and threads in each (across), where hybrid was measured in several shapes of both.
/// The first line is the names of the columns.
pub(super) fn grid(sizing: &Sizing) -> Option<Vec<Vec<String>>> {
    let points: Vec<&PointSummary> =
        sizing.points.iter().filter(|point| point.strategy == Strategy::Hybrid).collect();
    let distinct = |what: fn(&PointSummary) -> u32| {
        let mut values: Vec<u32> = points.iter().map(|point| what(point)).collect();
        values.sort_unstable();
        values.dedup();
        values
    };
    let (processes, threads) = (distinct(|p| p.shape.processes), distinct(|p| p.shape.threads));
    if processes.len() < 2 || threads.len() < 2 {
        return None;
    }
    let names = threads.iter().map(|n| format!("×{n} threads"));
    let mut lines: Vec<Vec<String>> = vec![std::iter::once("processes".to_owned()).chain(names).collect()];
    for p in processes {
        let cell = |t: &u32| {
            let point = points.iter().find(|point| point.shape == Shape::new(p, *t));
            point.map_or_else(|| "–".to_owned(), |point| rate(point.rate))
        };
        lines.push(std::iter::once(p.to_string()).chain(threads.iter().map(cell)).collect());
    }
    Some(lines)
}

/// What was recommended of everything; none where it was refused.
pub(crate) fn recommended(sizing: &Sizing) -> Option<&Recommendation> {
    match &sizing.advice {
        Advice::Recommended(recommendation) => Some(recommendation),
        Advice::Refused(_) => None,
    }
}

/// `10 threads (8 to 12) in chunks of 2: 97.0 tasks/s, 9.70× one worker`.
pub(crate) fn sentence(r: &Recommendation) -> String {
    let noun = match r.strategy {
        Strategy::Threads => "thread",
        Strategy::Processes => "process",
        Strategy::Serial | Strategy::Hybrid => "worker",
    };
    let mut words = plural(u64::from(r.workers()), noun);
    if r.strategy == Strategy::Hybrid {
        words = format!("{words} as {} processes × threads", r.shape);
    }
    let (low, high) = r.interval;
    if low != high {
        words = format!("{words} ({} to {})", grouped(low.into()), grouped(high.into()));
    }
    if r.chunk > 1 && r.workers() > 1 {
        words = format!("{words} in chunks of {}", grouped(r.chunk.into()));
    }
    let speedup = r.speedup.filter(|_| r.workers() > 1);
    let speedup = speedup.map_or_else(String::new, |s| format!(", {}× one worker", three_digits(s)));
    format!("{words}: {} tasks/s{speedup}", rate(r.rate))
}

/// Where the knee is, if far fewer workers than recommended reach it for sure. Else where resamples put it, and why that may
/// be more than is recommended; none where all agree, or where they would speak of numbers that the recommendation does not
/// choose among.
pub(crate) fn knee(r: &Recommendation) -> Option<String> {
    let mut chosen = r.knee.chosen.clone();
    if chosen.len() < 2 {
        let fewer = f64::from(r.workers()) > FAR * f64::from(r.knee.workers);
        return fewer
            .then(|| format!("95 % of the best are reached with {} already.", workers(r.knee.workers)));
    }
    chosen.sort_by(|a, b| b.1.total_cmp(&a.1));
    let first = chosen.first().map(|(n, _)| *n)?;
    let explained = match first == r.workers() {
        true => "",
        false if r.tied.contains(&first) && r.tied.contains(&r.workers()) => {
            " Repeats do not tell these apart, so the fewest are recommended."
        }
        false => return None,
    };
    let words: Vec<String> = chosen
        .iter()
        .take(3)
        .map(|(n, part)| format!("{} ({:.0} %)", grouped((*n).into()), part * 100.0))
        .collect();
    let words = words.join(", ");
    Some(format!("95 % of the best are reached with, by resamples of the repeats: {words}.{explained}"))
}

fn workers(n: u32) -> String {
    plural(n.into(), "worker")
}

/// What measuring more would tell, and the numbers of workers (or shapes) to measure, with commas; none where there are none.
pub(crate) fn proposed(r: &Recommendation) -> Option<(&'static str, String)> {
    let shape = |shape: &Shape| format!("{}x{}", shape.processes, shape.threads);
    let numbers: Vec<String> = if r.measure_shapes.is_empty() {
        r.measure_next.iter().map(ToString::to_string).collect()
    } else {
        r.measure_shapes.iter().map(shape).collect()
    };
    let what = if matches!(r.limit, Limit::Range(_)) { "To see where it ends" } else { "To be more precise" };
    (!numbers.is_empty()).then(|| (what, numbers.join(",")))
}

/// `To be more precise, measure -w 9,12.`, or nothing.
pub(crate) fn measure_next(r: &Recommendation) -> Option<String> {
    proposed(r).map(|(what, numbers)| format!("{what}, measure -w {numbers}."))
}

/// What the laws are called, and what they say of what is recommended, or why they do not hold.
pub(crate) fn laws(sizing: &Sizing) -> Vec<(&str, String)> {
    let words = |law: &Law| match &law.said {
        Ok(reading) => format!("{}.", reading.words),
        Err(why) => format!("does not hold: {why}."),
    };
    sizing.laws.iter().map(|law| (law.title.as_str(), words(law))).collect()
}

/// The scaling law of a strategy, and whether it holds.
pub(crate) fn law(fit: &StrategyFit) -> String {
    match &fit.fit {
        Err(refused) => format!("not fitted: {refused}."),
        Ok(report) => {
            let curve = report.fit.curve;
            let peak = match (report.peak, report.spread.and_then(|spread| spread.interval)) {
                (Some(peak), Some((low, high))) => {
                    format!(
                        ", peak at {} ({} to {}) workers",
                        three_digits(peak),
                        three_digits(low),
                        three_digits(high)
                    )
                }
                (Some(peak), None) => format!(", peak at {} workers", three_digits(peak)),
                (None, _) => String::new(),
            };
            let values = format!(
                "serial part α {}, coherence β {}, one worker γ {} tasks/s{peak}",
                interval(report.fit.alpha, 4),
                interval(report.fit.beta, 5),
                rate(curve.gamma)
            );
            format!("{values}{}", worth(report))
        }
    }
}

fn worth(report: &FitReport) -> String {
    let doubts: Vec<String> = report.doubts.iter().map(ToString::to_string).collect();
    match (report.valid, doubts.is_empty()) {
        (true, true) => ".".to_owned(),
        (true, false) => format!(". But {}.", doubts.join("; ")),
        (false, _) => format!(". It does not hold here: {}.", doubts.join("; ")),
    }
}

fn interval(estimate: crate::analysis::scaling::usl::Estimate, digits: usize) -> String {
    let value = parameter(estimate.value, digits);
    match estimate.interval {
        Some((low, high)) => format!("{value} ({} to {})", parameter(low, digits), parameter(high, digits)),
        None => value,
    }
}

/// With so many decimals; with three significant digits where these would show fewer.
fn parameter(value: f64, digits: usize) -> String {
    if value.abs() > 0.0 && value.abs() < 0.1f64.powi(digits as i32 - 2) {
        rate(value)
    } else {
        format!("{value:.digits$}")
    }
}

#[cfg(test)]
pub(super) mod fixture;
#[cfg(test)]
mod tests;
