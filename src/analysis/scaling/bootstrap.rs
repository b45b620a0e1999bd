//! How much a result would have differed with other repeats: it is computed anew from repeats drawn, with replacement,
//! from those that there are, for each number of workers apart. The seed decides what is drawn.

use super::distribution::{median, rank};
use super::usl::{Noise, Point, curve_of};
use crate::chance::Chance;

/// The resamples that are drawn: their 2.5 and 97.5 percent are steady to about a tenth of the interval.
pub const RESAMPLES: usize = 1_000;

/// The repeats at one number of workers.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Workers.
    pub workers: u32,
    /// The throughput of each repeat.
    pub rates: Vec<f64>,
}

/// The peak of a fitted curve, over resamples.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct PeakSpread {
    /// The middle 95 % of the peaks found; none where fewer than half of the resamples have one.
    pub interval: Option<(f64, f64)>,
    /// The part of the resamples that have no peak.
    pub without: f64,
}

/// The knee, over resamples.
#[derive(Clone, Debug, PartialEq)]
pub struct KneeSpread {
    /// The knee of the repeats themselves.
    pub workers: u32,
    /// The middle 95 % of the resamples' knees.
    pub interval: (u32, u32),
    /// The part of the resamples that chose each number of workers, in ascending order; those never chosen are left out.
    pub chosen: Vec<(u32, f64)>,
}

/// Resamples the peak of the fitted law. None where fits do not settle, and where a number of workers was measured only
/// once: of one repeat every resample is the same.
pub fn peak(groups: &[Group], noise: Noise, seed: u64) -> Option<PeakSpread> {
    if groups.iter().any(|group| group.rates.len() < 2) {
        return None;
    }
    let mut chance = Chance::new(seed);
    let (mut peaks, mut fits, mut drawn) = (Vec::new(), 0, Vec::new());
    let mut points = Vec::new();
    for _ in 0..RESAMPLES {
        points.clear();
        for group in groups {
            chance.resample(&group.rates, &mut drawn);
            points.extend(drawn.iter().map(|rate| Point { workers: f64::from(group.workers), rate: *rate }));
        }
        let Some([alpha, beta, _]) = curve_of(&points, noise) else { continue };
        fits += 1;
        if beta > 0.0 && alpha < 1.0 {
            peaks.push(((1.0 - alpha) / beta).sqrt());
        }
    }
    if fits == 0 {
        return None;
    }
    peaks.sort_by(f64::total_cmp);
    let interval =
        (peaks.len() * 2 >= fits).then(|| Some((rank(&peaks, 0.025)?, rank(&peaks, 0.975)?))).flatten();
    Some(PeakSpread { interval, without: 1.0 - peaks.len() as f64 / fits as f64 })
}

/// The smallest number of workers whose throughput, the median of its repeats, is at least `part` of the largest one; and
/// what resamples say of it. None of nothing.
pub fn knee(groups: &[Group], part: f64, seed: u64) -> Option<KneeSpread> {
    let mut chance = Chance::new(seed);
    let medians: Vec<(u32, f64)> =
        groups.iter().filter_map(|group| Some((group.workers, median(&group.rates)?))).collect();
    let workers = knee_of(&medians, part)?;
    let mut knees = Vec::with_capacity(RESAMPLES);
    let (mut drawn, mut resampled) = (Vec::new(), Vec::new());
    for _ in 0..RESAMPLES {
        resampled.clear();
        for group in groups {
            chance.resample(&group.rates, &mut drawn);
            resampled.extend(median(&drawn).map(|rate| (group.workers, rate)));
        }
        knees.extend(knee_of(&resampled, part));
    }
    knees.sort_unstable();
    let at = |part: f64| knees.get(((part * knees.len() as f64) as usize).min(knees.len() - 1)).copied();
    let chosen = knees
        .chunk_by(|a, b| a == b)
        .filter_map(|same| Some((*same.first()?, same.len() as f64 / knees.len() as f64)))
        .collect();
    Some(KneeSpread { workers, interval: (at(0.025)?, at(0.975)?), chosen })
}

fn knee_of(rates: &[(u32, f64)], part: f64) -> Option<u32> {
    let most = rates.iter().map(|(_, rate)| *rate).fold(0.0, f64::max);
    rates.iter().filter(|(_, rate)| *rate >= part * most).map(|(workers, _)| *workers).min()
}
