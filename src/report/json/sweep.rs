//! A sweep for programs: the contract `poolscope/sweep/1`. Keys are added, never changed.

mod recommended;

use recommended::Recommended;
use serde::Serialize;

use super::{CommandFacts, MachineFacts, MixFacts, WorkloadFacts, pages};
use crate::analysis::scaling::usl::Estimate;
use crate::analysis::sizing::{FitReport, Law, PointSummary, Sizing, StrategyFit};
use crate::plan::Strategy;
use crate::report::text::harmless;
use crate::sweep::Sweep;
use crate::units::Nanos;

const SCHEMA: &str = "poolscope/sweep/1";

/// A sweep as JSON: pretty-printed, and with a newline at its end.
pub fn json(sweep: &Sweep, sizing: &Sizing) -> String {
    let plan = &sweep.plan().plan;
    let document = Document {
        schema: SCHEMA,
        machine: MachineFacts::of(&sweep.measurements().machine),
        plan: PlanFacts {
            workloads: plan
                .workloads
                .iter()
                .map(|load| WorkloadFacts {
                    task: load.task.name(),
                    size: load.size.to_string(),
                    command: CommandFacts::of(load),
                    urls: pages::named(load),
                    tasks: load.tasks,
                    iterations: iterations(sweep),
                    mix: MixFacts::of(load, None),
                })
                .collect(),
            strategies: plan.strategies.iter().map(|strategy| strategy.name()).collect(),
            workers: sweep.plan().counts.to_string(),
            runtime: plan.runtime.to_string(),
            chunk: plan.chunk.to_string(),
            timeout_ns: plan.timeout.map(|timeout| timeout.0),
            retries: plan.retries,
            on_error: plan.on_error.to_string(),
            repeats: sweep.repeats(),
            max_time_ns: sweep.plan().max_time.map(|time| time.0),
            seed: plan.seed,
        },
        diagnosis: Diagnosis::of(sizing),
        drift: sizing.drift,
        points: sizing.points.iter().map(Point::of).collect(),
        fits: sizing.fits.iter().map(Fit::of).collect(),
        recommendation: Recommended::of(&sizing.advice),
        laws: sizing.laws.iter().map(LawFacts::of).collect(),
        notices: sweep.notices().iter().map(|words| harmless(words)).collect(),
    };
    // Only maps with keys that are no strings can fail here, and there are none.
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

/// Iterations of one task; none before any was run.
fn iterations(sweep: &Sweep) -> Option<u64> {
    sweep
        .cells()
        .iter()
        .flat_map(|cell| &cell.samples)
        .map(|sample| sample.iterations)
        .next()
        .and_then(super::some)
}

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    machine: MachineFacts,
    plan: PlanFacts,
    diagnosis: Diagnosis,
    drift: Option<f64>,
    points: Vec<Point>,
    fits: Vec<Fit>,
    recommendation: Recommended,
    laws: Vec<LawFacts>,
    notices: Vec<String>,
}

#[derive(Serialize)]
struct PlanFacts {
    workloads: Vec<WorkloadFacts>,
    strategies: Vec<&'static str>,
    workers: String,
    runtime: String,
    chunk: String,
    timeout_ns: Option<u64>,
    retries: u32,
    on_error: String,
    repeats: u32,
    max_time_ns: Option<u64>,
    seed: u64,
}

#[derive(Serialize, Default)]
struct Diagnosis {
    compute_ns: Option<u64>,
    wait_ns: Option<u64>,
    waiting: Option<f64>,
    strategy: Option<&'static str>,
    start_with: Option<u32>,
    said: String,
}

impl Diagnosis {
    fn of(sizing: &Sizing) -> Self {
        match &sizing.diagnosis {
            Err(why) => Self { said: why.clone(), ..Self::default() },
            Ok(diagnosis) => Self {
                compute_ns: Some(Nanos::from_secs_f64(diagnosis.demand.compute).0),
                wait_ns: Some(Nanos::from_secs_f64(diagnosis.demand.wait).0),
                waiting: Some(diagnosis.demand.waiting()),
                strategy: Some(diagnosis.strategy.name()),
                start_with: Some(diagnosis.start_with),
                said: diagnosis.words.clone(),
            },
        }
    }
}

#[derive(Serialize)]
struct Point {
    strategy: &'static str,
    workers: u32,
    shape: Option<[u32; 2]>,
    chunk: u32,
    elapsed_ns: Vec<u64>,
    set_aside: Vec<usize>,
    failed: usize,
    median_ns: u64,
    interval_ns: Option<[u64; 2]>,
    throughput_per_s: f64,
    speedup: Option<f64>,
    possible_per_s: Option<f64>,
    queued_per_s: Option<f64>,
}

impl Point {
    fn of(point: &PointSummary) -> Self {
        Self {
            strategy: point.strategy.name(),
            workers: point.workers(),
            shape: (point.strategy == Strategy::Hybrid)
                .then_some([point.shape.processes, point.shape.threads]),
            chunk: point.chunk,
            elapsed_ns: point.elapsed.iter().map(|elapsed| elapsed.0).collect(),
            set_aside: point.set_aside.clone(),
            failed: point.failed,
            median_ns: point.median.0,
            interval_ns: point.interval.map(|(low, high)| [low.0, high.0]),
            throughput_per_s: point.rate,
            speedup: point.speedup,
            possible_per_s: point.possible,
            queued_per_s: point.queued,
        }
    }
}

#[derive(Serialize)]
struct Fit {
    strategy: &'static str,
    model: &'static str,
    alpha: Option<Fitted>,
    beta: Option<Fitted>,
    gamma: Option<Fitted>,
    sigma: Option<f64>,
    peak_workers: Option<f64>,
    peak_interval: Option<[f64; 2]>,
    knee_workers: Option<f64>,
    valid: bool,
    reasons: Vec<String>,
    serial_parts: Vec<SerialPart>,
}

#[derive(Serialize)]
struct Fitted {
    value: f64,
    error: Option<f64>,
    interval: Option<[f64; 2]>,
}

#[derive(Serialize)]
struct SerialPart {
    workers: u32,
    part: f64,
}

impl Fitted {
    fn of(estimate: Estimate) -> Self {
        Self {
            value: estimate.value,
            error: estimate.error,
            interval: estimate.interval.map(|(low, high)| [low, high]),
        }
    }
}

impl Fit {
    fn of(fit: &StrategyFit) -> Self {
        let report = fit.fit.as_ref().ok();
        let value = |what: fn(&FitReport) -> Estimate| report.map(|report| Fitted::of(what(report)));
        let spread = report.and_then(|report| report.spread).and_then(|spread| spread.interval);
        Self {
            strategy: fit.strategy.name(),
            model: "usl",
            alpha: value(|report| report.fit.alpha),
            beta: value(|report| report.fit.beta),
            gamma: value(|report| report.fit.gamma),
            sigma: report.map(|report| report.fit.sigma),
            peak_workers: report.and_then(|report| report.peak),
            peak_interval: spread.map(|(low, high)| [low, high]),
            knee_workers: report.filter(|report| report.valid).and_then(|report| report.fit.curve.knee()),
            valid: report.is_some_and(|report| report.valid),
            reasons: match &fit.fit {
                Ok(report) => report.doubts.iter().map(ToString::to_string).collect(),
                Err(refused) => vec![refused.to_string()],
            },
            serial_parts: fit
                .serial_parts
                .iter()
                .map(|&(workers, part)| SerialPart { workers, part })
                .collect(),
        }
    }
}

/// What a law says of what is recommended; without figures, and with the reason, where it does not hold.
#[derive(Serialize)]
struct LawFacts {
    name: &'static str,
    unit: Option<&'static str>,
    predicted: Option<f64>,
    measured: Option<f64>,
    refused: bool,
    said: String,
}

impl LawFacts {
    fn of(law: &Law) -> Self {
        let reading = law.said.as_ref().ok();
        Self {
            name: law.name,
            unit: reading.map(|reading| reading.unit),
            predicted: reading.map(|reading| reading.foretold),
            measured: reading.map(|reading| reading.measured),
            refused: reading.is_none(),
            said: law.said.as_ref().map_or_else(Clone::clone, |reading| reading.words.clone()),
        }
    }
}
