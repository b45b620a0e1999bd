//! The order of runs: what comes next, and what is not run any more.

use std::collections::VecDeque;

use super::{Cell, Kind, Step, Sweep};
use crate::analysis::scaling::distribution::median;
use crate::analysis::sizing::{are_near, is_noticed};
use crate::chance::Chance;
use crate::plan::{Shape, Strategy, WorkerCount};
use crate::units::{Nanos, grouped, plural};

/// So many numbers in a row that bring nothing end a range without an end.
const IN_A_ROW: usize = 2;
/// A number whose best repeat is below this part of the fastest number's worst one is clearly slower.
const CLEARLY_SLOWER: f64 = 0.90;
/// After so many repeats that can be said.
const ENOUGH_REPEATS: usize = 2;

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
    pub(super) fn cell_of(&mut self, strategy: Strategy, workers: WorkerCount) -> usize {
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

    pub(super) fn first_strategy(&self) -> Option<Strategy> {
        self.plan.plan.strategies.first().copied()
    }

    /// What is to be run next, when so much time was spent; none when there is nothing left to do.
    pub fn next(&mut self, spent: Nanos) -> Option<Step> {
        self.spent = spent;
        self.look_ahead();
        if self.over || !self.is_anything_missing() {
            self.over = true;
            return None;
        }
        if !self.warmed_up && !self.machine.is_simulated() {
            self.warmed_up = true;
            let step = self.warm_up()?;
            // Where there is not even time for one worker, it is rather that which is measured.
            let one = self.estimate(step.strategy, Shape::new(1, 1)).unwrap_or_default();
            if self.is_in_time(step, one) {
                return Some(step);
            }
        }
        if self.baselines_now == 0 {
            let step = self.baseline()?;
            return self.in_time(step);
        }
        loop {
            if let Some(step) = self.scout() {
                return self.in_time(step);
            }
            match self.queue.pop_front() {
                Some(step) => return self.in_time(step),
                None if self.round < self.repeats() => self.begin_round(),
                None if self.baselines_now < self.baselines_wanted() => {
                    let step = self.baseline()?;
                    return self.in_time(step);
                }
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

    /// Whether the step, and what takes so long after it, would end in time.
    fn is_in_time(&self, step: Step, after: Nanos) -> bool {
        let takes = self.estimate(step.strategy, step.shape).unwrap_or_default();
        // Simulated runs take none, and the same come out whatever the clock on the wall says.
        self.machine.is_simulated()
            || self.plan.max_time.is_none_or(|most| self.spent + takes + after <= most)
    }

    /// The step, unless it would end too late.
    fn in_time(&mut self, step: Step) -> Option<Step> {
        if self.is_in_time(step, Nanos::ZERO) {
            return Some(step);
        }
        let most = self.plan.max_time.unwrap_or_default();
        let progress = self.progress();
        let least = if progress.at_least { "at least " } else { "" };
        let missing = progress.left.max(1);
        let were = if missing == 1 { "was" } else { "were" };
        let runs = plural(u64::from(missing), "run");
        self.notices
            .push(format!("The time of {most} is over: {least}{runs} that {were} planned {were} not made."));
        self.over = true;
        None
    }

    /// Has the number that the formula gives tried as well, where there is no upper end: it is what people would begin with.
    /// It takes the place of those that are hardly another; of hybrid it is a shape, beside the others.
    pub(super) fn try_formula(&mut self) {
        for (strategy, left) in &mut self.scouting {
            let slots = |count: &WorkerCount| count.shape(&self.machine).slots();
            let (Some(least), Some(widest)) = (left.front().map(slots), left.back()) else { continue };
            if *strategy == Strategy::Hybrid {
                // A number alone may be a shape that nobody would try: 23 is 1×23.
                let in_range = |shape: &Shape| (least..=slots(widest)).contains(&shape.slots());
                let Some(shape) = self.forecast.shape().filter(in_range) else { continue };
                let is_near = |other: &Shape| {
                    other.processes == shape.processes && other.threads.abs_diff(shape.threads) <= 1
                };
                let mut known = self.cells.iter().filter(|cell| cell.strategy == *strategy);
                let is_known = known.any(|cell| !cell.samples.is_empty() && is_near(&cell.shape));
                let of_hybrid = |count: &WorkerCount| strategy.shape(count.shape(&self.machine));
                if !is_known && left.iter().all(|count| of_hybrid(count) != shape) {
                    let at = left.partition_point(|count| slots(count) <= shape.slots());
                    left.insert(at, WorkerCount::Grid(shape));
                }
                continue;
            }
            let formula = self.forecast.saturating(*strategy, strategy.shape(widest.shape(&self.machine)));
            let most = slots(widest);
            let between = (least + 1).max(2)..most;
            let Some(n) = formula.map(|n| n.round() as u32).filter(|n| between.contains(n)) else { continue };
            let near = |other: u32| are_near(n, other);
            // A sweep that goes on knows the formula better than it did, and has measured it.
            let measured =
                self.cells.iter().filter(|cell| cell.strategy == *strategy && !cell.samples.is_empty());
            let known = measured.map(|cell| cell.shape.slots()).find(|other| near(*other));
            let n = known.unwrap_or(n);
            left.retain(|count| [least, most].contains(&slots(count)) || !near(slots(count)));
            let at = left.partition_point(|count| slots(count) < n);
            left.insert(at, WorkerCount::Exactly(n));
        }
    }

    /// Takes from the numbers still to be tried, where there is no upper end, those that are measured, and all where more
    /// do not help.
    fn look_ahead(&mut self) {
        for index in 0..self.scouting.len() {
            let strategy = self.scouting[index].0;
            while let Some(workers) = self.scouting[index].1.front().copied() {
                let shape = strategy.shape(workers.shape(&self.machine));
                if let Some(words) = self.helps_no_more(strategy, shape) {
                    // A sweep that goes on finds out again.
                    if !self.notices.contains(&words) {
                        self.notices.push(words);
                    }
                    self.scouting[index].1.clear();
                    break;
                }
                // The last is as many workers as tasks, which is no other number's place to take.
                let replaceable = strategy != Strategy::Hybrid && self.scouting[index].1.len() > 1;
                let measured = |is_it: &dyn Fn(Shape) -> bool| {
                    let known = |cell: &Cell| cell.strategy == strategy && !cell.samples.is_empty();
                    self.cells.iter().position(|cell| known(cell) && is_it(cell.shape))
                };
                let near = |other: Shape| replaceable && are_near(other.slots(), shape.slots());
                let Some(at) = measured(&|other| other == shape).or_else(|| measured(&near)) else { break };
                self.cells[at].planned = true;
                self.scouting[index].1.pop_front();
            }
        }
    }

    /// The next larger number, where there is no upper end.
    fn scout(&mut self) -> Option<Step> {
        let (strategy, left) = self.scouting.iter_mut().find(|(_, left)| !left.is_empty())?;
        let (strategy, workers) = (*strategy, left.pop_front()?);
        self.cell_of(strategy, workers);
        Some(self.step(Kind::Repeat, strategy, workers))
    }

    /// Why `next` and larger numbers are not tried; none where they may help. What a file holds of larger ones says nothing of
    /// those between.
    fn helps_no_more(&self, strategy: Strategy, next: Shape) -> Option<String> {
        let measured: Vec<(Shape, f64)> = self
            .cells
            .iter()
            .filter(|cell| cell.strategy == strategy && cell.shape.slots() < next.slots())
            .filter_map(|cell| Some((cell.shape, median(&cell.rates())?)))
            .collect();
        let fastest = measured.iter().map(|(_, rate)| *rate).fold(0.0, f64::max);
        let (best, _) = measured.iter().find(|(_, rate)| !is_noticed(fastest, *rate))?;
        // More threads under one lock say nothing of more processes.
        let is_more = |shape: Shape| {
            shape.slots() > best.slots() && (strategy != Strategy::Hybrid || shape.processes > best.processes)
        };
        let most = measured.last()?.0.slots();
        (measured.iter().filter(|(shape, _)| is_more(*shape)).count() >= IN_A_ROW).then(|| {
            format!(
                "{strategy}: up to {} workers brought nothing over {}, so no more were tried.",
                grouped(most.into()),
                grouped(best.slots().into())
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
                        "{}: no further repeats, for each was clearly slower than {} (by {by:.0} %).",
                        cell.strategy.label(cell.shape),
                        plural(u64::from(workers), "worker")
                    ));
                }
            }
            self.notices.extend(given_up);
        }
    }
}
