//! What is run next, and what came of it.

use std::collections::VecDeque;

use super::{Cell, LONG, REPEATS, REPEATS_OF_LONG, Sweep, SweepPlan};
use crate::analysis::scaling::chance::Chance;
use crate::analysis::scaling::distribution::median;
use crate::analysis::sizing::{Forecast, Sample};
use crate::analysis::summarise;
use crate::event::StopReason;
use crate::plan::{Plan, Shape, Strategy, WorkerCount};
use crate::state::Session;
use crate::units::{Nanos, plural};

/// A number of workers that brings less than this over all smaller ones brings nothing.
const HELPS: f64 = 1.03;
/// So many numbers in a row that bring nothing end a range without an end.
const IN_A_ROW: usize = 2;
/// A number whose best repeat is below this part of the fastest number's worst one is clearly slower.
const CLEARLY_SLOWER: f64 = 0.90;
/// After so many repeats that can be said.
const ENOUGH_REPEATS: usize = 2;
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
    fn rates(&self) -> Vec<f64> {
        self.samples.iter().filter(|sample| sample.is_whole()).map(Sample::rate).collect()
    }
}

impl Sweep {
    /// The cells that the plan names, and the numbers that are still to be tried.
    pub(super) fn lay_out(&mut self) {
        let counts = self.plan.counts.clone();
        for strategy in self.plan.plan.strategies.clone() {
            for workers in counts.fixed(&self.machine) {
                self.cell_of(strategy, workers);
            }
            if counts.is_open() {
                let most = self.most(strategy);
                self.scouting.push((strategy, counts.open(most).into()));
            }
        }
    }

    /// The most workers that a run may have: no more than tasks, and no more than the plan's check allows.
    fn most(&self, strategy: Strategy) -> u32 {
        let tasks = self.plan.plan.workloads.first().map_or(1, |load| load.tasks);
        let is_right = |workers: u32| {
            let step = Step {
                kind: Kind::Repeat,
                strategy,
                workers: WorkerCount::Exactly(workers),
                shape: Shape::new(1, 1),
            };
            step.plan(&self.plan).check(&self.machine).is_ok()
        };
        let (mut low, mut high) = (1, u32::try_from(tasks).unwrap_or(u32::MAX).clamp(1, 4_096));
        while low < high {
            let middle = high - (high - low) / 2;
            if is_right(middle) { low = middle } else { high = middle - 1 }
        }
        low
    }

    /// The index of a cell that is asked for, which is made where there is none.
    fn cell_of(&mut self, strategy: Strategy, workers: WorkerCount) -> usize {
        let shape = strategy.shape(workers.shape(&self.machine));
        if let Some(at) = self.cells.iter().position(|c| c.strategy == strategy && c.shape == shape) {
            self.cells[at].planned = true;
            return at;
        }
        let order = |strategy| self.plan.plan.strategies.iter().position(|other| *other == strategy);
        let key = |strategy, shape: Shape| (order(strategy), shape.slots(), shape.processes);
        let cell = Cell { strategy, workers, shape, samples: Vec::new(), skipped: false, planned: true };
        let after = self.cells.iter().position(|c| key(c.strategy, c.shape) > key(strategy, shape));
        let at = after.unwrap_or(self.cells.len());
        self.cells.insert(at, cell);
        at
    }

    /// Takes in what was measured at another time, of a cell or as a baseline.
    pub(super) fn take(&mut self, kind: Kind, strategy: Strategy, workers: WorkerCount, sample: Sample) {
        if kind == Kind::Baseline && Some(strategy) == self.first_strategy() {
            self.baselines.push(sample.clone());
        }
        // What nobody asked for counts all the same: one worker, and numbers that a file holds.
        let shape = strategy.shape(workers.shape(&self.machine));
        let planned =
            self.cells.iter().any(|cell| cell.strategy == strategy && cell.shape == shape && cell.planned);
        let at = self.cell_of(strategy, workers);
        self.cells[at].planned = planned;
        self.cells[at].samples.push(sample);
    }

    fn first_strategy(&self) -> Option<Strategy> {
        self.plan.plan.strategies.first().copied()
    }

    /// What is to be run next, when so much time was spent; none when there is nothing left to do.
    pub fn next(&mut self, spent: Nanos) -> Option<Step> {
        self.spent = spent;
        if self.over || !self.is_anything_missing() {
            self.over = true;
            return None;
        }
        if !self.warmed_up {
            self.warmed_up = true;
            return self.warm_up();
        }
        if self.baselines_now == 0 {
            return self.baseline();
        }
        loop {
            if let Some(step) = self.scout() {
                return self.in_time(step);
            }
            match self.queue.pop_front() {
                Some(step) => return self.in_time(step),
                None if self.round < self.repeats() => self.begin_round(),
                None if self.baselines_now < self.baselines_wanted() => return self.baseline(),
                None => {
                    self.over = true;
                    return None;
                }
            }
        }
    }

    fn is_anything_missing(&self) -> bool {
        let repeats = self.repeats() as usize;
        let missing = |cell: &Cell| cell.planned && !cell.skipped && cell.samples.len() < repeats;
        self.scouting.iter().any(|(_, left)| !left.is_empty())
            || self.cells.iter().any(missing)
            || self.baselines_now > 0 && self.baselines_now < self.baselines_wanted()
    }

    /// One run that is as wide as the machine: caches, clocks of CPUs and the system's own tables are warm then.
    fn warm_up(&self) -> Option<Step> {
        let available = self.machine.available();
        let planned = self.cells.iter().filter(|cell| cell.planned);
        let nearest = planned.min_by_key(|cell| cell.shape.slots().abs_diff(available));
        let (strategy, workers) = match nearest {
            Some(cell) => (cell.strategy, cell.workers),
            None => (self.first_strategy()?, WorkerCount::Exactly(available)),
        };
        Some(self.step(Kind::WarmUp, strategy, workers))
    }

    fn baseline(&self) -> Option<Step> {
        Some(self.step(Kind::Baseline, self.first_strategy()?, WorkerCount::Exactly(1)))
    }

    fn step(&self, kind: Kind, strategy: Strategy, workers: WorkerCount) -> Step {
        Step { kind, strategy, workers, shape: strategy.shape(workers.shape(&self.machine)) }
    }

    /// The step, unless it would end too late.
    fn in_time(&mut self, step: Step) -> Option<Step> {
        let ends = self.spent + self.estimate(step.strategy, step.shape).unwrap_or_default();
        match self.plan.max_time {
            Some(most) if ends > most => {
                let missing = self.progress().left.max(1);
                let noun = plural(u64::from(missing), "run");
                self.notices
                    .push(format!("The time of {most} is over; {noun} fewer were made than planned."));
                self.over = true;
                None
            }
            _ => Some(step),
        }
    }

    /// The next larger number, where there is no upper end.
    fn scout(&mut self) -> Option<Step> {
        for index in 0..self.scouting.len() {
            let strategy = self.scouting[index].0;
            while !self.scouting[index].1.is_empty() {
                if let Some(words) = self.helps_no_more(strategy) {
                    self.notices.push(words);
                    self.scouting[index].1.clear();
                    break;
                }
                let Some(workers) = self.scouting[index].1.pop_front() else { break };
                let at = self.cell_of(strategy, workers);
                if self.cells[at].samples.is_empty() {
                    return Some(self.step(Kind::Repeat, strategy, workers));
                }
            }
        }
        None
    }

    /// Why larger numbers are not tried; none where they may help.
    fn helps_no_more(&self, strategy: Strategy) -> Option<String> {
        let measured: Vec<(u32, f64)> = self
            .cells
            .iter()
            .filter(|cell| cell.strategy == strategy)
            .filter_map(|cell| Some((cell.shape.slots(), median(&cell.rates())?)))
            .collect();
        let (before, last) = measured.split_at(measured.len().checked_sub(IN_A_ROW)?);
        let best = before.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
        let helps = last.iter().any(|(_, rate)| *rate > HELPS * best.1);
        let most = last.last()?.0;
        (!helps && best.0 < most).then(|| {
            format!(
                "{strategy}: up to {most} workers brought nothing over {}, so no more were tried.",
                best.0
            )
        })
    }

    fn begin_round(&mut self) {
        let (round, repeats) = (self.round as usize, self.repeats());
        self.skip_slower();
        let baselines_left = self.baselines_wanted().saturating_sub(self.baselines_now) as usize;
        let mut steps: Vec<Step> = Vec::new();
        for cell in self.cells.iter().filter(|cell| cell.planned && !cell.skipped) {
            // Baselines are repeats of one worker too; only what they leave is run besides.
            let coming = if self.is_baseline(cell) { baselines_left } else { 0 };
            if cell.samples.len() + coming <= round {
                steps.push(self.step(Kind::Repeat, cell.strategy, cell.workers));
            }
        }
        Chance::new(self.plan.plan.seed.wrapping_add(u64::from(self.round))).shuffle(&mut steps);
        self.queue = VecDeque::from(steps);
        if repeats >= 3 && self.round == repeats / 2 && self.baselines_now < 2 {
            self.queue.extend(self.baseline());
            let middle = self.queue.len() / 2;
            self.queue.rotate_right(1);
            self.queue.swap(0, middle);
        }
        self.round += 1;
    }

    /// Gives up numbers that are clearly slower than fewer workers.
    fn skip_slower(&mut self) {
        for strategy in self.plan.plan.strategies.clone() {
            let cells = || self.cells.iter().filter(|cell| cell.strategy == strategy);
            let Some(best) = cells().filter(|cell| cell.rates().len() >= ENOUGH_REPEATS).max_by(|a, b| {
                median(&a.rates()).unwrap_or(0.0).total_cmp(&median(&b.rates()).unwrap_or(0.0))
            }) else {
                continue;
            };
            let (workers, worst) =
                (best.shape.slots(), best.rates().into_iter().fold(f64::INFINITY, f64::min));
            let typical = median(&best.rates()).unwrap_or(worst);
            let mut given_up = Vec::new();
            for cell in self.cells.iter_mut().filter(|cell| cell.strategy == strategy && !cell.skipped) {
                let rates = cell.rates();
                let most = rates.iter().copied().fold(0.0, f64::max);
                let slower = cell.shape.slots() > workers && most < CLEARLY_SLOWER * worst;
                if slower && rates.len() >= ENOUGH_REPEATS {
                    cell.skipped = true;
                    let by = (1.0 - median(&rates).unwrap_or(most) / typical) * 100.0;
                    given_up.push(format!(
                        "{}: no further repeats, for each was clearly slower than {workers} workers (by {by:.0} %).",
                        cell.strategy.label(cell.shape)
                    ));
                }
            }
            self.notices.extend(given_up);
        }
    }

    /// How often each number is measured.
    pub fn repeats(&self) -> u32 {
        if let Some(repeats) = self.plan.repeats {
            return repeats;
        }
        let all: Nanos = self.cells.iter().filter_map(|cell| self.estimate(cell.strategy, cell.shape)).sum();
        if all * u64::from(REPEATS) > LONG { REPEATS_OF_LONG } else { REPEATS }
    }

    fn baselines_wanted(&self) -> u32 {
        if self.repeats() >= 3 { 3 } else { 2 }
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
        self.give_up_failing(step);
    }

    fn give_up_failing(&mut self, step: Step) {
        let same = |cell: &&mut Cell| cell.strategy == step.strategy && cell.shape == step.shape;
        let Some(cell) = self.cells.iter_mut().find(same) else { return };
        let failed = cell.samples.iter().filter(|sample| !sample.is_whole()).count();
        if failed >= MOST_FAILURES && !cell.skipped {
            cell.skipped = true;
            let why = cell.samples.iter().rev().find_map(|sample| sample.stopped.clone());
            let why = why.unwrap_or_else(|| "not all tasks ended with a value".to_owned());
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
            time_left: time.filter(|_| !self.baselines.is_empty()),
        }
    }

    /// Whether baselines are repeats of a cell.
    fn is_baseline(&self, cell: &Cell) -> bool {
        Some(cell.strategy) == self.first_strategy() && cell.shape.slots() == 1
    }

    /// How long a run takes: as it did before, or as one worker lets expect.
    pub fn estimate(&self, strategy: Strategy, shape: Shape) -> Option<Nanos> {
        let cell = self.cells.iter().find(|cell| cell.strategy == strategy && cell.shape == shape);
        let before: Vec<f64> = cell
            .map(|cell| cell.samples.iter().map(|sample| sample.elapsed.as_secs_f64()).collect())
            .unwrap_or_default();
        median(&before).map(Nanos::from_secs_f64).or_else(|| self.forecast.elapsed(shape))
    }
}
