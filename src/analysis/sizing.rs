//! How many workers: what the points of a sweep recommend, with what limits it, or why nothing can be recommended.
//!
//! Pure: measurements in, words and numbers out. The recommendation stands on what was measured, not on a fitted curve:
//! the best point, the points that cannot be told from it or are within 3 % of it ([`NOTICED`]), and of those the fewest
//! workers. Two things that are known beforehand go into it. No point counts as faster than the best number of workers can
//! be, by what one task needs: such a one ran while the CPUs were quicker. And what repeats cannot tell from the best must be
//! within a tenth of it, or within a fifth where by what one task needs it should be as good. The laws of [`super::scaling`]
//! explain and predict beside it, each with its doubts.

mod advice;
mod chunks;
mod demand;
mod diagnosis;
mod fits;
mod laws;
mod limit;
mod points;
mod proposals;
mod refusal;
mod sample;
mod why;
pub(crate) mod words;

pub use advice::{Advice, Gain, Recommendation};
pub use chunks::SmallerChunks;
pub use demand::{Demand, Forecast};
pub use diagnosis::Diagnosis;
pub use fits::{FitReport, StrategyFit};
pub use laws::{Law, Reading};
pub use limit::Limit;
pub use points::{NOTICED, PointSummary, is_noticed};
pub use proposals::are_near;
pub use refusal::Refused;
pub use sample::Sample;

use crate::analysis::summarise;
use crate::event::StopReason;
use crate::plan::{Chunk, Machine, Plan, Shape, Strategy, TaskType, Workload};
use crate::state::Session;
use crate::units::{Nanos, Share};

/// One strategy with one number of workers.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// The way it was run.
    pub strategy: Strategy,
    /// Its workers.
    pub shape: Shape,
    /// Its repeats, in the order in which they were run.
    pub samples: Vec<Sample>,
}

/// Everything that was measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Measurements {
    /// What was run; its number of workers means nothing here.
    pub plan: Plan,
    /// What it was run on.
    pub machine: Machine,
    /// The points, by strategy and then by workers.
    pub points: Vec<Point>,
    /// Runs with one worker over the whole time of the sweep, in order: they show whether the machine changed.
    pub baselines: Vec<Sample>,
}

/// What the measurements say.
#[derive(Clone, Debug, PartialEq)]
pub struct Sizing {
    /// What one worker does with its time, and what that suggests; a reason where too little is known.
    pub diagnosis: Result<Diagnosis, String>,
    /// How much longer one worker took in the last of the baselines than in the first, relative; below zero for less.
    pub drift: Option<f64>,
    /// The points, in order.
    pub points: Vec<PointSummary>,
    /// The scaling law, for each strategy.
    pub fits: Vec<StrategyFit>,
    /// What each strategy recommends.
    pub each: Vec<(Strategy, Advice)>,
    /// What is recommended of all.
    pub advice: Advice,
    /// What the laws foretell for that; none where nothing is recommended.
    pub laws: Vec<Law>,
}

/// What is said of measurements.
pub fn size(measured: &Measurements) -> Sizing {
    let facts = Facts::of(measured);
    let points = measured.points.iter().filter_map(|point| PointSummary::of(point, &facts)).collect();
    let points = PointSummary::with_plateaus(points);
    let strategies = strategies(&points);
    let fits: Vec<StrategyFit> =
        strategies.iter().map(|strategy| fits::of(*strategy, &points, &facts)).collect();
    let each: Vec<(Strategy, Advice)> = strategies
        .iter()
        .zip(&fits)
        .map(|(strategy, fit)| (*strategy, advice::of(*strategy, &points, fit, &facts)))
        .collect();
    let advice = advice::overall(&each, &points, &facts);
    let laws = match &advice {
        Advice::Recommended(r) => laws::of(r, &points, &facts),
        Advice::Refused(_) => Vec::new(),
    };
    Sizing { diagnosis: diagnosis::diagnose(&facts), drift: facts.drift, points, fits, each, advice, laws }
}

/// What the runs of one workload with one worker say, before any other number of workers is tried; `workload` is its index
/// in the plan. None before such a run is over, or where it says too little.
pub fn diagnosis(session: &Session, workload: usize) -> Option<Diagnosis> {
    let mut plan = session.plan.clone()?;
    plan.workloads = vec![plan.workloads.get(workload)?.clone()];
    let alone = session.runs.iter().filter(|run| run.start.workload == workload && run.start.slots == 1);
    let samples = alone.filter_map(|run| Some(Sample::of(&summarise(session, run)?, run)));
    let measured = Measurements {
        plan,
        machine: session.machine.clone()?,
        points: Vec::new(),
        baselines: samples.collect(),
    };
    diagnosis::diagnose(&Facts::of(&measured)).ok()
}

/// The strategies of some points, in their order.
fn strategies(points: &[PointSummary]) -> Vec<Strategy> {
    let mut strategies: Vec<Strategy> = points.iter().map(|point| point.strategy).collect();
    strategies.dedup();
    strategies
}

/// What everything here is judged by.
struct Facts<'a> {
    measured: &'a Measurements,
    /// What one task needs; none where too little is known.
    demand: Option<Demand>,
    drift: Option<f64>,
    /// What was idle before the runs, in the middle of them, where that is too little.
    idle: Option<Share>,
    /// The part of its computing for which one worker alone had no CPU, where that is too much.
    disturbed: Option<f64>,
    /// Whether somebody else was in the way.
    busy: bool,
}

impl<'a> Facts<'a> {
    fn of(measured: &'a Measurements) -> Self {
        let all = || measured.points.iter().flat_map(|point| &point.samples).chain(&measured.baselines);
        let mut idle: Vec<Share> = all().filter_map(|sample| sample.idle_before).collect();
        idle.sort_by(|a, b| a.fraction().total_cmp(&b.fraction()));
        let idle = idle.get(idle.len() / 2).copied();
        let alone: Vec<&Sample> = Self::alone(measured).collect();
        let lost = |sample: &&Sample| {
            let ledger = &sample.ledger;
            // To start a command takes turns with it: next to nothing of its time, but not of what a short one computes.
            let own = if sample.is_of_commands() { sample.within() } else { ledger.computing };
            ledger.preempted.share_of(ledger.preempted + own).fraction()
        };
        // One worker that is kept from its CPU for a twentieth of its time is not alone on the machine.
        let disturbed = super::scaling::distribution::median(&alone.iter().map(lost).collect::<Vec<_>>())
            .filter(|lost| *lost > 0.05);
        let idle = idle.filter(|idle| idle.fraction() < super::trust::IDLE_BEFORE);
        let busy = disturbed.is_some() || idle.is_some();
        let facts = Self { measured, demand: None, drift: drift(measured), idle, disturbed, busy };
        // With one lock the formula gives the fewest.
        let (tasks, servers) = (facts.tasks(), facts.servers(Shape::new(1, 1)));
        Self { demand: Demand::of(&alone).map(|demand| demand.without_crumbs(tasks, servers)), ..facts }
    }

    /// Good runs of one worker: the baselines, or else whatever has one.
    fn alone(measured: &'a Measurements) -> impl Iterator<Item = &'a Sample> {
        let points = measured.points.iter().filter(|point| point.shape.slots() == 1);
        let of_points = points.flat_map(|point| &point.samples);
        let whole = |sample: &&Sample| sample.is_whole();
        let baselines: Vec<&Sample> = measured.baselines.iter().filter(whole).collect();
        let rest: Vec<&Sample> =
            if baselines.is_empty() { of_points.filter(whole).collect() } else { Vec::new() };
        baselines.into_iter().chain(rest)
    }

    /// The first error of a task: `#4: "…"`.
    fn first_error(&self) -> Option<&str> {
        let points = self.measured.points.iter().flat_map(|point| &point.samples);
        self.measured.baselines.iter().chain(points).find_map(|sample| sample.error.as_deref())
    }

    /// Whether runs were cancelled, or there was no time for any.
    fn was_cut_short(&self) -> bool {
        let points = self.measured.points.iter().flat_map(|point| &point.samples);
        let mut all = self.measured.baselines.iter().chain(points).peekable();
        let cancelled = StopReason::Cancelled.to_string();
        all.peek().is_none() || all.any(|sample| sample.stopped.as_ref() == Some(&cancelled))
    }

    /// Whether tasks wait for nothing but a time, which any number can do side by side: what is more than that is their
    /// wait for a CPU.
    fn waits_for_timers(&self) -> bool {
        let timed = |load: &Workload| matches!(load.task, TaskType::Sleep | TaskType::Mixed);
        self.measured.plan.workloads.iter().all(timed)
    }

    /// Whether all tasks do the same: those that took longer were held up.
    fn has_equal_tasks(&self) -> bool {
        let same = |load: &Workload| matches!(load.task, TaskType::Cpu | TaskType::Sum | TaskType::Native);
        self.measured.plan.workloads.iter().all(same)
    }

    /// What workers are given, as far as that does not hang on their number: chunks of a fixed size, or else tasks.
    fn pieces(&self) -> (u64, &'static str) {
        match self.measured.plan.chunk {
            Chunk::Tasks(n) if n > 1 => (self.tasks().div_ceil(n.into()), "chunk"),
            Chunk::Tasks(_) | Chunk::Auto => (self.tasks(), "task"),
        }
    }

    fn tasks(&self) -> u64 {
        self.measured.plan.workloads.first().map_or(0, |load| load.tasks)
    }

    /// Whether there is a single task, which no number of workers shares.
    fn has_one_task(&self) -> bool {
        self.tasks() == 1
    }

    /// CPUs' worth of time that the machine has.
    fn cpus(&self) -> f64 {
        super::bounds::cpus_worth(&self.measured.machine)
    }

    /// Interpreters whose lock the tasks need, for workers of this shape.
    fn locks(&self, shape: Shape) -> Option<f64> {
        let plan = &self.measured.plan;
        let task = plan.workloads.first()?.task;
        plan.interpreters(task, shape).map(f64::from)
    }

    /// Workers that compute at a time, at most: by CPUs, and by locks.
    fn servers(&self, shape: Shape) -> f64 {
        self.locks(shape).map_or(self.cpus(), |locks| locks.min(self.cpus()))
    }

    /// Interpreters whose lock keeps more workers of this kind from computing. Another process brings a lock of its own.
    fn locked(&self, strategy: Strategy, shape: Shape) -> Option<f64> {
        self.locks(shape).filter(|locks| strategy != Strategy::Processes && *locks < self.cpus())
    }

    /// Workers of this kind that compute at a time, at most, however many there are.
    fn ceiling(&self, strategy: Strategy, shape: Shape) -> f64 {
        self.locked(strategy, shape).unwrap_or_else(|| self.cpus())
    }
}

/// How much longer the last baseline took than the first; one that went wrong by itself is no drift.
fn drift(measured: &Measurements) -> Option<f64> {
    let whole: Vec<&Sample> = measured.baselines.iter().filter(|sample| sample.is_whole()).collect();
    // The other repeats of one worker tell what is usual.
    let alone = measured
        .points
        .iter()
        .find(|point| point.shape.slots() == 1 && Some(&point.strategy) == measured.plan.strategies.first());
    let all: Vec<f64> = alone
        .map(|point| point.samples.iter().filter(|sample| sample.is_whole()).map(Sample::rate).collect())
        .unwrap_or_default();
    let odd: Vec<f64> = points::outliers(&all).into_iter().filter_map(|at| all.get(at).copied()).collect();
    let usual: Vec<Nanos> = whole
        .iter()
        .filter(|sample| !odd.iter().any(|rate| rate.to_bits() == sample.rate().to_bits()))
        .map(|sample| sample.elapsed)
        .collect();
    let (first, last) = (usual.first()?, usual.last()?);
    (usual.len() > 1 && first.0 > 0).then(|| last.0 as f64 / first.0 as f64 - 1.0)
}

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;
