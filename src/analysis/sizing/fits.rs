//! The scaling law, fitted to the points of one strategy, with everything that speaks against it.

use super::{Facts, PointSummary, Sample};
use crate::analysis::bounds::Waves;
use crate::analysis::scaling::bootstrap::{self, Group, PeakSpread};
use crate::analysis::scaling::doubt::Doubt;
use crate::analysis::scaling::usl::{self, Fit, Noise};
use crate::analysis::scaling::{Refusal, laws};
use crate::plan::Strategy;

/// Waves that take more than this of a point's throughput look like contention.
const UNEVEN: f64 = 0.05;
/// The machine may change by this between the first and the last baseline.
pub(super) const DRIFT: f64 = 0.10;
/// Points this far beyond the number that saturates the CPUs belong to another regime.
const BEYOND: f64 = 1.5;

/// The law for one strategy.
#[derive(Clone, Debug, PartialEq)]
pub struct StrategyFit {
    /// The strategy.
    pub strategy: Strategy,
    /// The fit, or why there is none.
    pub fit: Result<FitReport, Refusal>,
    /// The serial part that each point with several workers shows by itself (Karp and Flatt); points that show none are
    /// left out.
    pub serial_parts: Vec<(u32, f64)>,
}

/// A fit, and what it is worth.
#[derive(Clone, Debug, PartialEq)]
pub struct FitReport {
    /// The fit.
    pub fit: Fit,
    /// The number of workers beyond which more slow it down; none where that must not be said.
    pub peak: Option<f64>,
    /// What resamples of the repeats say of it.
    pub spread: Option<PeakSpread>,
    /// What speaks against the fit.
    pub doubts: Vec<Doubt>,
    /// Whether it holds all the same.
    pub valid: bool,
}

/// Fits the law to the points of `strategy`.
pub(super) fn of(strategy: Strategy, points: &[PointSummary], facts: &Facts) -> StrategyFit {
    let points: Vec<&PointSummary> = points.iter().filter(|point| point.strategy == strategy).collect();
    let groups: Vec<Group> = one_for_each(&points).iter().map(|point| point.group()).collect();
    let serial_parts = points
        .iter()
        .filter_map(|point| Some((point.workers(), laws::karp_flatt(point.speedup?, point.workers()).ok()?)))
        .collect();
    let flat: Vec<usl::Point> = groups
        .iter()
        .flat_map(|group| {
            let workers = f64::from(group.workers);
            group.rates.iter().map(move |rate| usl::Point { workers, rate: *rate })
        })
        .collect();
    let fit = usl::fit(&flat, Noise::Relative).map(|fit| {
        let mut doubts = Doubt::of_fit(&fit, &groups, Noise::Relative);
        for doubt in &mut doubts {
            if let Doubt::Serial { lock } = doubt {
                *lock = points.first().is_some_and(|point| facts.locked(strategy, point.shape).is_some());
            }
        }
        doubts.extend(of_plan(&points, facts));
        let valid = !doubts.iter().any(Doubt::is_fatal);
        let peak = fit.curve.peak().filter(|_| !doubts.iter().any(Doubt::denies_peak));
        let seed = facts.measured.plan.seed;
        let spread = peak.and_then(|_| bootstrap::peak(&groups, Noise::Relative, seed));
        FitReport { fit, peak, spread, doubts, valid }
    });
    StrategyFit { strategy, fit, serial_parts }
}

/// Of several shapes with as many workers the fastest, in ascending order of workers.
pub(super) fn one_for_each<'a>(points: &[&'a PointSummary]) -> Vec<&'a PointSummary> {
    let mut kept: Vec<&PointSummary> = points.to_vec();
    kept.sort_by(|a, b| a.workers().cmp(&b.workers()).then(b.rate.total_cmp(&a.rate)));
    kept.dedup_by_key(|point| point.workers());
    kept
}

/// What the plan and the machine speak against a fit.
fn of_plan(points: &[&PointSummary], facts: &Facts) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return doubts };
    let servers = facts.ceiling(last.strategy, last.shape);
    let saturating = facts.demand.and_then(|demand| demand.saturating(servers));
    if let Some(beyond) = saturating
        && f64::from(first.workers()) < beyond
        && f64::from(last.workers()) > BEYOND * beyond
    {
        let what = if facts.locked(last.strategy, last.shape).is_some() {
            "the interpreter's lock".to_owned()
        } else {
            format!("the {}", super::words::cpus(facts.cpus()))
        };
        doubts.push(Doubt::TwoRegimes { beyond: beyond.round().max(1.0) as u32, what });
    }
    let noun = |point: &PointSummary| if point.chunk > 1 { "chunk" } else { "task" };
    let uneven = |point: &&&PointSummary| {
        let workers = u64::from(point.workers());
        let waves = Waves::of(point.sample.tasks, point.chunk.into(), workers);
        workers <= point.chunks() && waves.bound() < (1.0 - UNEVEN) * workers as f64
    };
    if let Some(point) = points.iter().filter(uneven).max_by_key(|point| point.workers()) {
        let (pieces, noun) = (point.chunks(), noun(point));
        doubts.push(Doubt::Waves { pieces, noun, workers: point.workers() });
    }
    if u64::from(last.workers()) > last.chunks() {
        doubts.push(Doubt::Idle { pieces: last.chunks(), noun: noun(last) });
    }
    doubts.extend(of_machine(facts));
    doubts
}

/// What speaks against comparing the points at all.
pub(super) fn of_machine(facts: &Facts) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    if let Some(drift) = facts.drift.filter(|drift| drift.abs() > DRIFT) {
        // Longer is slower.
        doubts.push(Doubt::Drift { by: 1.0 / (1.0 + drift) - 1.0 });
    }
    if let Some(idle) = facts.idle {
        doubts.push(Doubt::Busy { idle_percent: crate::analysis::trust::floor_percent(idle) });
    } else if let Some(lost) = facts.disturbed {
        doubts.push(Doubt::Disturbed { lost });
    }
    if !same_work(facts) {
        doubts.push(Doubt::OtherWork);
    }
    doubts
}

/// Whether all runs did the same: as many tasks, as many iterations, and the same results.
fn same_work(facts: &Facts) -> bool {
    let points = facts.measured.points.iter().flat_map(|point| &point.samples);
    let all: Vec<&Sample> =
        points.chain(&facts.measured.baselines).filter(|sample| sample.is_whole()).collect();
    let work = |sample: &Sample| (sample.tasks, sample.iterations, sample.digest);
    all.windows(2).all(|two| work(two[0]) == work(two[1]))
}
