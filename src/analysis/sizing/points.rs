//! The points of a sweep in numbers: medians, intervals, which repeats are set aside, and which points cannot be told
//! apart.

use super::{Demand, Facts, Point, Sample};
use crate::analysis::scaling::bootstrap::Group;
use crate::analysis::scaling::distribution::{self, mean_and_variance, median};
use crate::analysis::scaling::queue;
use crate::plan::{Shape, Strategy};
use crate::units::Nanos;

/// A repeat is set aside if it differs from the median by so many deviations as the others do in the middle...
const FAR: f64 = 8.0;
/// ...and by at least this factor: repeats that are all but equal would set aside what nobody would notice.
const AT_LEAST: f64 = 1.25;
/// Fewer repeats than this show no outlier, for nobody knows which of them is right.
const FEWEST_REPEATS: usize = 4;
/// Repeats that say where the middle lies: the t of two of them is 12.7, of three 4.3.
const FEWEST_FOR_INTERVAL: usize = 3;
/// Below this probability two points differ.
const DIFFER: f64 = 0.05;
/// Within this nobody would notice a difference, however sure it is: fewer workers that are this near to the best are as good,
/// and more workers that bring no more than this bring nothing. Every sentence goes by it.
pub const NOTICED: f64 = 0.03;
/// A point this far below the best is not as good, whatever the noise hides...
pub(super) const AS_GOOD: f64 = 0.90;
/// ...unless by what a task needs it should be as good: then it takes this much, where repeats differ so much that they do not
/// contradict it.
const AS_GOOD_BY_LAW: f64 = 0.80;
/// Without repeats, what is within this is taken to be the same.
const SAME_WITHOUT_REPEATS: f64 = 0.05;

/// Whether anybody would notice that `rate` is more than `over`.
pub fn is_noticed(rate: f64, over: f64) -> bool {
    rate > over * (1.0 + NOTICED)
}

/// One point.
#[derive(Clone, Debug, PartialEq)]
pub struct PointSummary {
    /// The way it was run.
    pub strategy: Strategy,
    /// Its workers.
    pub shape: Shape,
    /// Tasks handed out at a time.
    pub chunk: u32,
    /// Elapsed of every repeat that did all its tasks, in the order in which they were run.
    pub elapsed: Vec<Nanos>,
    /// Which of them are set aside, by their index: they took far longer, or shorter, than the others.
    pub set_aside: Vec<usize>,
    /// Repeats that did not do all their tasks.
    pub failed: usize,
    /// The median of elapsed.
    pub median: Nanos,
    /// Where elapsed lies with 95 %; none with fewer than three repeats, for two leave it nearly anywhere.
    pub interval: Option<(Nanos, Nanos)>,
    /// Tasks per second, by the median.
    pub rate: f64,
    /// The same over that of one worker; none where that is not known.
    pub speedup: Option<f64>,
    /// No more tasks per second than this are possible, by what one task needs; none where that is not known.
    pub possible: Option<f64>,
    /// What queueing for the CPUs (or the lock) lets one expect; none where tasks do not both wait and compute.
    pub queued: Option<f64>,
    /// Tasks per second of every repeat that counts.
    pub(super) rates: Vec<f64>,
    /// No more than this is possible with any of the numbers of workers of its strategy; endless where that is not known.
    pub(super) plateau: f64,
    /// The repeat in the middle.
    pub(super) sample: Sample,
    /// Whether another repeat would give the same figures: it is simulated.
    pub(super) exact: bool,
}

impl PointSummary {
    /// A point in numbers; none where no repeat did all its tasks.
    pub(super) fn of(point: &Point, facts: &Facts) -> Option<Self> {
        let whole: Vec<&Sample> = point.samples.iter().filter(|sample| sample.is_whole()).collect();
        let all: Vec<f64> = whole.iter().map(|sample| sample.rate()).collect();
        let set_aside = outliers(&all);
        let kept = |index: &usize| !set_aside.contains(index);
        let mut counted: Vec<&Sample> = (0..whole.len()).filter(kept).map(|index| whole[index]).collect();
        let rates: Vec<f64> = counted.iter().map(|sample| sample.rate()).collect();
        counted.sort_by_key(|sample| sample.elapsed);
        let sample = (*counted.get(counted.len().saturating_sub(1) / 2)?).clone();
        let tasks = sample.tasks as f64;
        let rate = median(&rates)?;
        let median = Nanos::from_secs_f64(tasks / rate);
        let logs: Vec<f64> = rates.iter().map(|rate| rate.ln()).collect();
        let spread = mean_and_variance(&logs).filter(|_| logs.len() >= FEWEST_FOR_INTERVAL);
        // About the mean of logarithms, whose error this is, and not about the median; which lies within all the same.
        let interval = spread.map(|(mean, variance)| {
            let n = logs.len() as f64;
            let half = distribution::t_quantile(0.95, n - 1.0) * (variance / n).sqrt();
            let at = |log: f64| Nanos::from_secs_f64(tasks / log.exp());
            (at(mean + half).min(median), at(mean - half).max(median))
        });
        let workers = point.shape.slots();
        let servers = facts.servers(point.shape);
        let possible =
            facts.demand.map(|demand| demand.possible(sample.tasks, sample.chunk, workers, servers));
        // With a part of a CPU there is no whole number of servers to queue for.
        let queued = facts
            .demand
            .filter(|demand| demand.wait > 0.0 && servers.fract() == 0.0)
            .and_then(|demand| {
                let (wait, compute) = (demand.wait, demand.compute);
                match servers as u32 {
                    1 => queue::mva(workers, wait, compute),
                    servers => queue::machine_repair(workers, servers, wait, compute),
                }
                .ok()
            })
            .filter(|_| u64::from(workers) <= sample.tasks.div_ceil(u64::from(sample.chunk.max(1))));
        let one = facts.rate_of_one(point.strategy);
        let exact = facts.measured.machine.is_simulated();
        Some(Self {
            strategy: point.strategy,
            shape: point.shape,
            chunk: sample.chunk,
            elapsed: whole.iter().map(|sample| sample.elapsed).collect(),
            failed: point.samples.len() - whole.len(),
            set_aside,
            median,
            interval,
            rate,
            speedup: one.map(|one| rate / one),
            possible,
            queued,
            plateau: f64::INFINITY,
            rates,
            sample,
            exact,
        })
    }

    /// Points of any strategies, each told what is possible with the best number of workers of its own.
    pub(super) fn with_plateaus(mut points: Vec<Self>) -> Vec<Self> {
        let plateau = |strategy: Strategy| {
            let same = || points.iter().filter(move |point| point.strategy == strategy);
            let possible: Option<Vec<f64>> = same().map(|point| point.possible).collect();
            let most = possible?.into_iter().fold(0.0, f64::max);
            // Where all that have more workers were faster than possible, it was one worker that was slow.
            let several = same().filter(|point| point.workers() > 1);
            let excess = several.filter_map(|point| Some(point.rate / point.possible?)).reduce(f64::min);
            Some(most * excess.map_or(1.0, |excess| excess.max(1.0)))
        };
        let plateaus: Vec<Option<f64>> = points.iter().map(|point| plateau(point.strategy)).collect();
        for (point, plateau) in points.iter_mut().zip(plateaus).filter(|(point, _)| !point.exact) {
            point.plateau = plateau.unwrap_or(f64::INFINITY);
        }
        points
    }

    /// Tasks per second as numbers of workers are compared by it: no more than what is possible with any of them, for what was
    /// faster ran while the CPUs were quicker than with one worker, and says nothing of its number of workers.
    pub(super) fn merit(&self) -> f64 {
        self.rate.min(self.plateau)
    }

    /// The same of every repeat that counts.
    pub(super) fn merits(&self) -> Vec<f64> {
        self.rates.iter().map(|rate| rate.min(self.plateau)).collect()
    }

    /// How much faster it was than is possible with its workers, where that is more than noise usually is.
    pub(super) fn beyond_possible(&self) -> Option<f64> {
        let possible = self.possible.filter(|possible| !self.exact && *possible < AS_GOOD * self.rate)?;
        Some(self.rate / possible - 1.0)
    }

    /// Whether repeats tell two points apart that count as alike, because one of them was faster than is possible with any
    /// number of workers.
    pub(super) fn is_alike_by_plateau(&self, other: &Self) -> bool {
        [self, other].iter().any(|point| is_noticed(point.rate, point.plateau)) && !self.is_like(other)
    }

    /// The shortest and the longest elapsed that count; none with one repeat.
    pub fn range(&self) -> Option<(Nanos, Nanos)> {
        let counted =
            || (0..self.elapsed.len()).filter(|i| !self.set_aside.contains(i)).map(|i| self.elapsed[i]);
        counted().min().zip(counted().max()).filter(|_| self.rates.len() > 1)
    }

    /// Its workers, as a number.
    pub const fn workers(&self) -> u32 {
        self.shape.slots()
    }

    /// Chunks that its workers share.
    pub(super) fn chunks(&self) -> u64 {
        self.sample.tasks.div_ceil(u64::from(self.chunk.max(1)))
    }

    pub(super) fn group(&self) -> Group {
        Group { workers: self.workers(), rates: self.rates.clone() }
    }

    /// Whether nothing measured tells the two apart.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.are_alike((self.rate, &self.rates), (other.rate, &other.rates))
    }

    /// Whether nothing measured tells the two apart, as numbers of workers are compared.
    fn is_of_like_merit(&self, other: &Self) -> bool {
        self.are_alike((self.merit(), &self.merits()), (other.merit(), &other.merits()))
    }

    fn are_alike(&self, (one, ones): (f64, &[f64]), (other, others): (f64, &[f64])) -> bool {
        if !is_noticed(one, other) && !is_noticed(other, one) {
            return true;
        }
        // There is no noise in what is simulated.
        if self.exact {
            return false;
        }
        probability_alike(ones, others)
            .map_or((one / other - 1.0).abs() <= SAME_WITHOUT_REPEATS, |p| p >= DIFFER)
    }

    /// Whether it is so near to `best` that it is as good where repeats do not tell the two apart.
    pub(super) fn is_near(&self, best: &Self) -> bool {
        let possible = self.possible.zip(best.possible);
        let by_law = !self.exact && possible.is_some_and(|(here, there)| !is_noticed(there, here));
        self.merit() >= if by_law { AS_GOOD_BY_LAW } else { AS_GOOD } * best.merit()
    }

    /// Whether it is as good as `best`: not told apart from it, and near to it.
    pub(super) fn is_as_good_as(&self, best: &Self) -> bool {
        self.rate >= AS_GOOD * best.rate && self.is_like(best)
    }
}

/// The probability that two points are equal, as their repeats show it; none where one of them has no repeats.
fn probability_alike(ones: &[f64], others: &[f64]) -> Option<f64> {
    let logs = |rates: &[f64]| rates.iter().map(|rate| rate.ln()).collect::<Vec<_>>();
    distribution::welch(&logs(ones), &logs(others))
}

/// Of these points those that nothing measured tells from the best of them, that one included: many are compared with it, so
/// each is told apart from it only by what all comparisons together leave of the level (Holm 1979).
pub(super) fn not_told_from<'a>(points: &[&'a PointSummary], best: &PointSummary) -> Vec<&'a PointSummary> {
    let compared = |point: &&PointSummary| point.shape != best.shape && !point.exact;
    let probability = |point: &PointSummary| probability_alike(&point.merits(), &best.merits());
    let mut probabilities: Vec<f64> =
        points.iter().copied().filter(compared).filter_map(probability).collect();
    probabilities.sort_by(f64::total_cmp);
    let left = probabilities.len();
    // The first, from the least on, that is no longer unlikely; all from there on are not, either.
    let likely = (0..left).find(|rank| probabilities[*rank] >= DIFFER / (left - rank) as f64);
    let likely = likely.map_or(f64::INFINITY, |rank| probabilities[rank]);
    let is_like = |point: &PointSummary| {
        point.is_of_like_merit(best) || (!point.exact && probability(point).is_some_and(|p| p >= likely))
    };
    points.iter().copied().filter(|point| is_like(point)).collect()
}

impl Facts<'_> {
    /// No more tasks per second than this are possible with so many workers of the kind of `point`, by what one task needs;
    /// none where that is not known.
    pub(super) fn possible_with(&self, point: &PointSummary, workers: u32) -> Option<f64> {
        let (plan, tasks) = (&self.measured.plan, point.sample.tasks);
        let servers = self.ceiling(point.strategy, point.shape);
        Some(self.demand?.possible(tasks, plan.chunk.resolve(tasks, workers), workers, servers))
    }

    /// Whether more workers than those of `point` may be of use, by what one task needs.
    pub(super) fn leaves_room_above(&self, point: &PointSummary) -> bool {
        let all = u32::try_from(point.sample.tasks).unwrap_or(u32::MAX);
        let (here, most) = (self.possible_with(point, point.workers()), self.possible_with(point, all));
        here.zip(most).is_none_or(|(here, most)| is_noticed(most, here))
    }

    /// Whether by the laws more workers than those of `point` cannot be faster, as `other` was: tasks of one length that do
    /// nothing but compute keep the CPUs (or the lock) busy with the fewer already.
    pub(super) fn is_of_no_more_use(&self, other: &PointSummary, point: &PointSummary) -> bool {
        // Tasks of differing lengths may end more evenly on more workers, unless one computes at a time anyway.
        let one = self.ceiling(point.strategy, point.shape) <= 1.0;
        let even = |demand: Demand| one || demand.alike.is_some() || self.has_equal_tasks();
        let computes = self.demand.is_some_and(|demand| demand.wait <= 0.0 && even(demand));
        let possible = point.possible.zip(other.possible);
        // What is simulated has no noise: where it is faster there is a reason.
        computes && !point.exact && possible.is_some_and(|(here, there)| !is_noticed(there, here))
    }

    /// Whether `best` was faster than `point` by noise: it cannot be, and the two are as near as repeats, or the machine at
    /// different times, come to one another.
    pub(super) fn is_noise(&self, best: &PointSummary, point: &PointSummary) -> bool {
        let most = self.drift.map_or(0.0, f64::abs).max(1.0 / AS_GOOD - 1.0);
        let more = best.workers() > point.workers();
        more && self.is_of_no_more_use(best, point) && best.merit() <= point.merit() * (1.0 + most)
    }

    /// Tasks per second of one worker, in the middle: of the same strategy, or else of the baselines.
    pub(super) fn rate_of_one(&self, strategy: Strategy) -> Option<f64> {
        let points = self.measured.points.iter();
        let same = points.filter(|point| point.strategy == strategy && point.shape.slots() == 1);
        let rates = |samples: &mut dyn Iterator<Item = &Sample>| -> Option<f64> {
            median(&samples.filter(|sample| sample.is_whole()).map(Sample::rate).collect::<Vec<_>>())
        };
        rates(&mut same.flat_map(|point| &point.samples))
            .or_else(|| rates(&mut self.measured.baselines.iter()))
    }
}

/// The repeats that are far from the others: by the median of deviations, which they themselves do not move; at most one in
/// four.
pub(super) fn outliers(rates: &[f64]) -> Vec<usize> {
    if rates.len() < FEWEST_REPEATS {
        return Vec::new();
    }
    let logs: Vec<f64> = rates.iter().map(|rate| rate.ln()).collect();
    let middle = median(&logs).unwrap_or(0.0);
    let off: Vec<f64> = logs.iter().map(|log| (log - middle).abs()).collect();
    let common = median(&off).unwrap_or(0.0);
    let mut far: Vec<usize> =
        (0..off.len()).filter(|i| off[*i] > FAR * common && off[*i] > AT_LEAST.ln()).collect();
    far.sort_by(|a, b| off[*b].total_cmp(&off[*a]));
    far.truncate(rates.len() / FEWEST_REPEATS);
    far.sort_unstable();
    far
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_repeat_in_four_may_be_far_off_and_more_are_no_outliers() {
        assert_eq!(outliers(&[10.0, 10.1, 5.0, 9.9, 10.0]), [2]);
        assert_eq!(outliers(&[10.0, 10.1, 5.0]), [] as [usize; 0], "of three nobody knows which is right");
        assert_eq!(outliers(&[10.0, 10.0, 10.0, 9.0]), [] as [usize; 0], "a tenth is not far");
        assert_eq!(outliers(&[10.0, 6.0, 14.0, 8.0, 4.0]), [] as [usize; 0], "they all differ");
        assert_eq!(outliers(&[10.0, 10.1, 5.0, 4.0, 10.0, 9.9]), [3], "the furthest of two");
    }
}
