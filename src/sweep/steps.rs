//! One run of a sweep, what came of it, and how far the whole is. In which order they come is the business of [`super::order`].

use super::{Cell, LONG, REPEATS, REPEATS_OF_LONG, Sweep, SweepPlan};
use crate::analysis::scaling::distribution::median;
use crate::analysis::sizing::{Forecast, Sample};
use crate::analysis::summarise;
use crate::event::StopReason;
use crate::plan::{Plan, Shape, Strategy, WorkerCount};
use crate::state::Session;
use crate::units::Nanos;

/// A number is given up after so many runs that did not do all tasks.
const MOST_FAILURES: usize = 2;

/// What a run is for.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// To warm up; it does not count.
    WarmUp,
    /// One worker, to see whether the machine changes. It counts as a repeat of that number, too.
    Baseline,
    /// A repeat.
    Repeat,
}

/// One run.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it is for.
    pub kind: Kind,
    /// The way it is run.
    pub strategy: Strategy,
    /// Its workers.
    pub workers: WorkerCount,
    /// The same as processes with threads.
    pub shape: Shape,
}

/// How far a sweep is.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Runs that are over and count.
    pub done: u32,
    /// Runs still to come, as far as is known.
    pub left: u32,
    /// Whether there may be more: larger numbers are still being tried.
    pub at_least: bool,
    /// How long these take; none before one worker was measured.
    pub time_left: Option<Nanos>,
}

/// What came of a run.
#[derive(Clone, Debug, PartialEq)]
pub enum Recorded {
    /// It counts.
    Counted(Box<Sample>),
    /// It does not, and nothing else is to be done: a warm-up, or a run that was cancelled.
    Ignored,
}

impl Step {
    /// The plan of this one run.
    pub fn plan(&self, sweep: &SweepPlan) -> Plan {
        Plan {
            strategies: vec![self.strategy],
            workers: self.workers,
            repeats: 1,
            together: false,
            ..sweep.plan.clone()
        }
    }

    /// The strategy with its workers: `threads ×4`.
    pub fn label(&self) -> String {
        self.strategy.label(self.shape)
    }
}

impl Cell {
    pub(super) fn rates(&self) -> Vec<f64> {
        self.samples.iter().filter(|sample| sample.is_whole()).map(Sample::rate).collect()
    }
}

impl Sweep {
    /// Takes in what was measured at another time, of a cell or as a baseline.
    pub(super) fn take(&mut self, kind: Kind, strategy: Strategy, workers: WorkerCount, sample: Sample) {
        // Of what is simulated the same run gives the same figures again, which would look like repeats that agree.
        let once = self.machine.is_simulated();
        if kind == Kind::Baseline
            && Some(strategy) == self.first_strategy()
            && (!once || self.baselines.is_empty())
        {
            self.baselines.push(sample.clone());
        }
        // What nobody asked for counts all the same: one worker, and numbers that a file holds.
        let shape = strategy.shape(workers.shape(&self.machine));
        let planned =
            self.cells.iter().any(|cell| cell.strategy == strategy && cell.shape == shape && cell.planned);
        let at = self.cell_of(strategy, workers);
        self.cells[at].planned = planned;
        if !once || self.cells[at].samples.is_empty() {
            self.cells[at].samples.push(sample);
        }
    }

    /// How often each number is measured: once where it is simulated, for the same run gives the same figures again.
    pub fn repeats(&self) -> u32 {
        if self.machine.is_simulated() {
            return 1;
        }
        if let Some(repeats) = self.plan.repeats {
            return repeats;
        }
        let all: Nanos = self.cells.iter().filter_map(|cell| self.estimate(cell.strategy, cell.shape)).sum();
        if all * u64::from(REPEATS) > LONG { REPEATS_OF_LONG } else { REPEATS }
    }

    pub(super) fn baselines_wanted(&self) -> u32 {
        match self.repeats() {
            // A simulated machine does not change meanwhile.
            _ if self.machine.is_simulated() => 1,
            0..3 => 2,
            _ => 3,
        }
    }

    /// Takes in the run of a step: the last one of `session`, which is over.
    pub fn record(&mut self, step: Step, session: &Session) -> Recorded {
        let sample = session
            .runs
            .last()
            .and_then(|run| summarise(session, run).map(|summary| (run, summary)))
            .filter(|(run, _)| run.end.as_ref().is_none_or(|end| end.stopped != Some(StopReason::Cancelled)))
            .map(|(run, summary)| (Sample::of(&summary, run), run.suspended > Nanos::ZERO));
        let Some((sample, suspended)) = sample else {
            return Recorded::Ignored;
        };
        if suspended {
            // Whatever each worker was doing then seems to have taken longer.
            self.queue.push_front(step);
            return Recorded::Ignored;
        }
        if step.kind == Kind::WarmUp {
            return Recorded::Ignored;
        }
        self.count(step, sample.clone());
        Recorded::Counted(Box::new(sample))
    }

    /// Counts what was measured.
    pub(crate) fn count(&mut self, step: Step, sample: Sample) {
        if step.kind == Kind::WarmUp {
            return;
        }
        if step.kind == Kind::Baseline {
            self.baselines_now += 1;
        }
        self.take(step.kind, step.strategy, step.workers, sample);
        self.forecast = Forecast::of(&self.measurements());
        if step.kind == Kind::Baseline && self.baselines_now == 1 {
            self.try_formula();
        }
        self.give_up_failing(step);
    }

    fn give_up_failing(&mut self, step: Step) {
        let same = |cell: &&mut Cell| cell.strategy == step.strategy && cell.shape == step.shape;
        let Some(cell) = self.cells.iter_mut().find(same) else { return };
        let failed = cell.samples.iter().filter(|sample| !sample.is_whole()).count();
        if failed >= MOST_FAILURES && !cell.skipped {
            cell.skipped = true;
            let said = |of: fn(&Sample) -> Option<String>| cell.samples.iter().rev().find_map(of);
            let why = said(|sample| sample.stopped.clone())
                .or_else(|| {
                    said(|sample| Some(format!("tasks failed, the first of them {}", sample.error.as_ref()?)))
                })
                .unwrap_or_else(|| "not all tasks ended with a value".to_owned());
            self.notices.push(format!("{}: given up after {failed} runs, for {why}.", step.label()));
        }
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        let repeats = self.repeats();
        let baselines_left =
            if self.over { 0 } else { self.baselines_wanted().saturating_sub(self.baselines_now) };
        let mut left = 0;
        let mut time = Some(Nanos::ZERO);
        let mut add = |runs: u32, each: Option<Nanos>| {
            left += runs;
            time = time.zip(each).map(|(sum, each)| sum + each * u64::from(runs));
        };
        for cell in self.cells.iter().filter(|cell| cell.planned && !cell.skipped) {
            let is_baseline = self.is_baseline(cell);
            let missing = repeats.saturating_sub(cell.samples.len() as u32);
            let besides = if is_baseline { missing.saturating_sub(baselines_left) } else { missing };
            add(besides, self.estimate(cell.strategy, cell.shape));
        }
        if let Some(first) = self.first_strategy() {
            add(baselines_left, self.estimate(first, Shape::new(1, 1)));
        }
        Progress {
            done: self.cells.iter().map(|cell| cell.samples.len() as u32).sum(),
            left,
            at_least: self.scouting.iter().any(|(_, left)| !left.is_empty()),
            // How fast simulated time passes is another matter.
            time_left: time.filter(|_| !self.baselines.is_empty() && !self.machine.is_simulated()),
        }
    }

    /// Whether baselines are repeats of a cell.
    pub(super) fn is_baseline(&self, cell: &Cell) -> bool {
        Some(cell.strategy) == self.first_strategy() && cell.shape.slots() == 1
    }

    /// How long a run takes: as it did before, as one worker lets expect, or at least by the sizes of tasks.
    pub fn estimate(&self, strategy: Strategy, shape: Shape) -> Option<Nanos> {
        let cell = self.cells.iter().find(|cell| cell.strategy == strategy && cell.shape == shape);
        let before: Vec<f64> = cell
            .map(|cell| cell.samples.iter().map(|sample| sample.elapsed.as_secs_f64()).collect())
            .unwrap_or_default();
        let measured = median(&before).map(Nanos::from_secs_f64).or_else(|| self.forecast.elapsed(shape));
        measured.or_else(|| self.plan.least(shape, &self.machine))
    }
}
