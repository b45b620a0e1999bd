//! What poolscope itself costs, measured on this machine: its lanes, its screen, its ways to hand out tasks.
//!
//! Each part measures one thing and returns figures; `poolscope doctor --self` sets goals beside them, and the benches
//! print them with more repetitions. Where a goal is a ratio, both sides of it are measured in turn, in one go, so that a
//! machine that is busy with something else slows both. Nothing here is printed, and nothing is judged.

pub mod cores;
pub mod dispatch;
pub mod frame;
pub mod lane;
pub mod memory;
pub mod reducer;
pub mod screen;
pub mod simulator;
pub mod speed;
pub mod start;

use std::path::PathBuf;

use crate::clock::Clock;
use crate::engine::{Engine, EngineOptions, StartError};
use crate::event::{EventFeed, RunEvent};
use crate::plan::size::Compute;
use crate::plan::{Chunk, Plan, Size, Strategy, TaskType, WorkerCount, Workload};
use crate::state::Session;

/// The first argument that opens the lab and has it leave its results as JSON on standard error, for `doctor --self`.
pub const WATCHED_ARGUMENT: &str = "__watched";

/// Why there is no figure, in words.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotMeasured(pub String);

impl From<StartError> for NotMeasured {
    fn from(error: StartError) -> Self {
        Self(error.to_string())
    }
}

impl From<std::io::Error> for NotMeasured {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

/// The middle of several figures, and the interval in which that of all such figures lies with about 95 %.
#[derive(Copy, Clone, PartialEq, Debug)]
pub struct Spread {
    /// The middle.
    pub median: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

impl Spread {
    /// From order statistics, which ask nothing of how the machine's disturbances are distributed. None without figures.
    pub fn of(mut figures: Vec<f64>) -> Option<Self> {
        figures.sort_by(f64::total_cmp);
        let n = figures.len() as f64;
        let reach = 0.98 * n.sqrt();
        let rank = |at: f64| figures.get(at.round().clamp(0.0, (n - 1.0).max(0.0)) as usize).copied();
        Some(Self {
            median: rank(n / 2.0 - 0.5)?,
            low: rank(n / 2.0 - reach - 1.0)?,
            high: rank(n / 2.0 + reach)?,
        })
    }
}

/// An engine, and what it tells: plans are run to their end on it.
#[derive(Debug)]
pub struct Rig {
    engine: Engine,
    feed: EventFeed,
    program: PathBuf,
}

impl Rig {
    /// A rig whose workers are processes of `program`, which is poolscope itself.
    pub fn new(program: PathBuf) -> Self {
        let options =
            EngineOptions { worker_program: program.clone(), clock: Clock::monotonic(), fault: None };
        let (engine, feed) = Engine::new(options);
        Self { engine, feed, program }
    }

    /// Its engine.
    pub const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// A plan of one strategy: so many tasks of one size, on so many workers.
    pub fn plan(&self, strategy: Strategy, (task, size): (TaskType, Size), tasks: u64, workers: u32) -> Plan {
        Plan {
            workloads: vec![Workload { task, size, tasks }],
            strategies: vec![strategy],
            workers: WorkerCount::Exactly(workers),
            chunk: Chunk::Tasks(1),
            ..Plan::first(self.engine.machine())
        }
    }

    /// Runs a plan to its end.
    ///
    /// # Errors
    /// Where it cannot be started, or not every task of it is ok.
    pub fn run(&self, plan: Plan) -> Result<Session, NotMeasured> {
        self.run_and_watch(plan, |_, _| {})
    }

    /// Runs a plan to its end, and has somebody look at each event once it is in the session.
    ///
    /// # Errors
    /// Where it cannot be started, or not every task of it is ok.
    pub fn run_and_watch(
        &self,
        plan: Plan,
        mut look: impl FnMut(&RunEvent, &Session),
    ) -> Result<Session, NotMeasured> {
        // What was told before is of no run.
        self.feed.try_iter().for_each(drop);
        self.engine.start(plan)?;
        let mut session = Session::default();
        for event in self.feed.iter().flatten() {
            session.apply(&event);
            look(&event, &session);
            if session.over {
                break;
            }
        }
        while self.engine.is_busy() {
            std::thread::yield_now();
        }
        for run in &session.runs {
            match &run.end {
                Some(end) if end.counts.all_ok() => {}
                Some(end) => {
                    let why =
                        end.stopped.as_ref().map_or("some tasks failed".to_owned(), ToString::to_string);
                    return Err(NotMeasured(why));
                }
                None => return Err(NotMeasured("a run did not come to its end".to_owned())),
            }
        }
        Ok(session)
    }
}

/// A task that does nothing to speak of.
pub const EMPTY: (TaskType, Size) = (TaskType::Sum, Size::Compute(Compute::Iterations(1)));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_holds_the_median_and_narrows_with_more_figures() {
        assert_eq!(Spread::of(Vec::new()), None);
        let one = Spread::of(vec![2.0]).unwrap();
        assert_eq!((one.low, one.median, one.high), (2.0, 2.0, 2.0));
        let spread = |n: u32| Spread::of((0..n).map(|i| f64::from(i) / f64::from(n)).collect()).unwrap();
        let width = |spread: Spread| spread.high - spread.low;
        assert!(spread(21).low < spread(21).median && spread(21).median < spread(21).high);
        assert!(width(spread(400)) < width(spread(21)));
    }
}
