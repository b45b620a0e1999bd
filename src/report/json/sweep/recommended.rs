//! What a sweep recommends, or why it recommends nothing, for programs.

use serde::Serialize;

use crate::analysis::sizing::{Advice, Recommendation};
use crate::plan::Strategy;
use crate::report::text::harmless;

/// One or the other; what does not apply is null, so that the keys are always there.
#[derive(Serialize, Default)]
pub(super) struct Recommended {
    refused: bool,
    strategy: Option<&'static str>,
    workers: Option<u32>,
    shape: Option<[u32; 2]>,
    interval: Option<[u32; 2]>,
    chunk: Option<u32>,
    throughput_per_s: Option<f64>,
    speedup: Option<f64>,
    limit: Option<&'static str>,
    why: Vec<String>,
    cautions: Vec<String>,
    best: Option<u32>,
    tied: Vec<u32>,
    knee: Option<Knee>,
    more: Option<More>,
    smaller_chunks: Option<Smaller>,
    measure_next: Vec<u32>,
    measure_shapes: Vec<[u32; 2]>,
    reasons: Vec<String>,
    next_steps: Vec<String>,
}

#[derive(Serialize)]
struct Knee {
    workers: u32,
    interval: [u32; 2],
    chosen: Vec<Chosen>,
}

#[derive(Serialize)]
struct Chosen {
    workers: u32,
    part: f64,
}

#[derive(Serialize)]
struct Smaller {
    workers: u32,
    chunk: u32,
    throughput_per_s: f64,
}

#[derive(Serialize)]
struct More {
    workers: u32,
    gain: f64,
    told_apart: bool,
}

impl Recommended {
    pub(super) fn of(advice: &Advice) -> Self {
        match advice {
            Advice::Recommended(r) => Self::workers(r),
            Advice::Refused(refused) => Self {
                refused: true,
                reasons: refused.reasons.iter().map(|words| harmless(words)).collect(),
                next_steps: refused.next.clone(),
                ..Self::default()
            },
        }
    }

    fn workers(r: &Recommendation) -> Self {
        Self {
            refused: false,
            strategy: Some(r.strategy.name()),
            workers: Some(r.workers()),
            shape: (r.strategy == Strategy::Hybrid).then_some([r.shape.processes, r.shape.threads]),
            interval: Some([r.interval.0, r.interval.1]),
            chunk: Some(r.chunk),
            throughput_per_s: Some(r.rate),
            speedup: r.speedup,
            limit: Some(r.limit.name()),
            why: r.why.clone(),
            cautions: r.cautions.iter().map(|words| harmless(words)).collect(),
            best: Some(r.best),
            tied: r.tied.clone(),
            knee: Some(Knee {
                workers: r.knee.workers,
                interval: [r.knee.interval.0, r.knee.interval.1],
                chosen: r.knee.chosen.iter().map(|&(workers, part)| Chosen { workers, part }).collect(),
            }),
            more: r.gain.map(|gain| More {
                workers: gain.workers,
                gain: gain.by,
                told_apart: gain.told_apart,
            }),
            smaller_chunks: r.smaller_chunks.map(|smaller| Smaller {
                workers: smaller.workers,
                chunk: smaller.chunk,
                throughput_per_s: smaller.rate,
            }),
            measure_next: r.measure_next.clone(),
            measure_shapes: r.measure_shapes.iter().map(|shape| [shape.processes, shape.threads]).collect(),
            reasons: Vec::new(),
            next_steps: Vec::new(),
        }
    }
}
