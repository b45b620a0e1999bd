//! Chunks: whether smaller ones would do more, or as much with fewer workers, and what handing one over costs.
//!
//! Handing a chunk over should take no more than a tenth of what its tasks take ([`HAND_OVER`]). That gives one size for the
//! tasks of a sweep, whichever size was swept: larger chunks are advised below it, smaller ones above it, and only where
//! they would do noticeably more, so that advice that is taken is not followed by its contrary.

use super::{Facts, PointSummary, Sample, is_noticed};
use crate::analysis::scaling::distribution::median;
use crate::plan::Strategy;
use crate::units::Nanos;

/// Handing a chunk over should take no more than this part of what its tasks take.
const HAND_OVER: f64 = 0.1;
/// A size that is not this many times as large is no other.
const OTHER: u64 = 2;

/// What smaller chunks would do.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct SmallerChunks {
    /// With so many workers, which were measured with larger chunks.
    pub workers: u32,
    /// Tasks in each.
    pub chunk: u32,
    /// Tasks per second that this lets expect: what was measured, less what uneven rounds took of it, and with the cost of
    /// handing over more chunks.
    pub rate: f64,
}

/// Of these points the one that smaller chunks would bring furthest, and of several that would come as far the one with the
/// fewest workers. None where that is not as good as what was measured `at` the recommended workers.
pub(super) fn smaller(at: &PointSummary, points: &[&PointSummary], facts: &Facts) -> Option<SmallerChunks> {
    let all: Vec<SmallerChunks> = points.iter().filter_map(|point| better(point, facts)).collect();
    let most = all.iter().map(|other| other.rate).fold(at.rate, f64::max);
    let other = all.into_iter().find(|other| !is_noticed(most, other.rate))?;
    (other.workers < at.workers() || is_noticed(other.rate, at.rate)).then_some(other)
}

/// A size for the tasks of a point that are handed over in chunks too small for what that costs; none where a larger one
/// would leave workers without any, or would be much the same.
pub(super) fn larger(point: &PointSummary, facts: &Facts) -> Option<u64> {
    let size = enough(point, facts)?;
    let is_other = size >= OTHER * u64::from(point.chunk);
    (is_other && size * u64::from(point.workers()) <= point.sample.tasks).then_some(size)
}

/// The same workers with smaller chunks, where that would be noticed.
fn better(point: &PointSummary, facts: &Facts) -> Option<SmallerChunks> {
    let demand = facts.demand?;
    let chunk = u32::try_from(enough(point, facts)?).ok().filter(|chunk| *chunk < point.chunk)?;
    let (tasks, workers) = (point.sample.tasks, point.workers());
    let least = |chunk| tasks as f64 / demand.possible(tasks, chunk, workers, facts.servers(point.shape));
    let saved = least(point.chunk) - least(chunk);
    let more = tasks.div_ceil(chunk.into()) - point.chunks();
    // Handing over takes CPUs, too: no more of it goes on at a time than there are of these.
    let at_a_time = f64::from(workers).min(facts.cpus());
    let cost = more as f64 * hand_over(point, facts) / at_a_time;
    // Not less than the rounds themselves take after workers are there: what rounds seemed to cost may be what starting did.
    let ledger = &point.sample.ledger;
    let starting = (ledger.starting + ledger.stopping + ledger.absent).as_secs_f64() / f64::from(workers);
    let seconds = (point.median.as_secs_f64() - saved).max(starting + least(chunk)) + cost;
    let rate = tasks as f64 / seconds;
    is_noticed(rate, point.rate).then_some(SmallerChunks { workers, chunk, rate })
}

/// The smallest chunk whose tasks take long enough for what handing it over costs.
pub(super) fn enough(point: &PointSummary, facts: &Facts) -> Option<u64> {
    let each = facts.demand?.whole;
    let enough = (hand_over(point, facts) / (HAND_OVER * each)).ceil().max(1.0);
    Some(two_digits(enough))
}

/// A number of tasks rounded up to two digits: 2 176 as 2 200.
fn two_digits(number: f64) -> u64 {
    let unit = 10f64.powf((number.max(10.0).log10().floor() - 1.0).max(0.0));
    ((number / unit).ceil() * unit) as u64
}

/// Seconds of a worker's time that handing one chunk over costs: what moves between workers and their feeder at this point,
/// or what one worker alone waits besides, who waits for nobody else; whichever is more.
fn hand_over(point: &PointSummary, facts: &Facts) -> f64 {
    let each = |sample: &Sample, time: Nanos| {
        time.as_secs_f64() / sample.tasks.div_ceil(u64::from(sample.chunk.max(1))).max(1) as f64
    };
    let moving = |sample: &Sample| sample.ledger.sending + sample.ledger.receiving;
    let alone: Vec<f64> = alone(point.strategy, facts)
        .iter()
        .map(|sample| each(sample, moving(sample) + sample.ledger.waiting))
        .collect();
    each(&point.sample, moving(&point.sample)).max(median(&alone).unwrap_or(0.0))
}

/// Good runs of one worker of this strategy; of the baselines where there are none.
fn alone<'a>(strategy: Strategy, facts: &Facts<'a>) -> Vec<&'a Sample> {
    let measured = facts.measured;
    let points =
        measured.points.iter().filter(|point| point.strategy == strategy && point.shape.slots() == 1);
    let same: Vec<&Sample> = points.flat_map(|point| &point.samples).filter(|s| s.is_whole()).collect();
    if same.is_empty() { Facts::alone(measured).collect() } else { same }
}
