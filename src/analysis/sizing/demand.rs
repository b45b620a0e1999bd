//! What one task needs, as one worker alone shows it: so long a CPU, so long a wait; and how long that lets runs take.

use super::{Facts, Measurements, NOTICED, Sample};
use crate::analysis::bounds::Waves;
use crate::analysis::scaling::distribution::median;
use crate::analysis::scaling::laws;
use crate::plan::{Shape, Strategy};
use crate::units::Nanos;

/// Below this part of a task, waiting or computing does not count.
const NOTHING: f64 = 0.01;
/// A task so many times as long as they are on average is a long one.
const LONG: f64 = 1.5;
/// Computing of no more seconds than this for each task is what sleeping itself costs.
const CRUMB: f64 = 50e-6;
/// Or where all tasks at once keep the CPUs busy for less than a tenth of the time that each waits.
const FAR_MORE: f64 = 10.0;
/// Lengths this near to each other are the same.
const SAME: f64 = 1.05;

/// What one task needs.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Demand {
    /// Seconds on a CPU.
    pub compute: f64,
    /// Seconds without one.
    pub wait: f64,
    /// Seconds that it takes: both together; less where a command computes on several CPUs at a time, and more by what
    /// starting it takes.
    pub whole: f64,
    /// Seconds that the longest of all takes; no less than `whole`.
    pub longest: f64,
    /// Tasks that take about as long as the longest; 0 where that is not known.
    pub long: u64,
    /// Seconds that each of the others takes, where these are of one length and so go in rounds; none where they differ.
    pub alike: Option<f64>,
}

impl Demand {
    /// What the tasks of one worker needed, in the middle of its runs; none without tasks, or where nearly none of the time
    /// was spent in them.
    pub(super) fn of(alone: &[&Sample]) -> Option<Self> {
        let each = |time: fn(&Sample) -> Nanos| -> Option<f64> {
            median(&alone.iter().map(|s| time(s).as_secs_f64() / s.ok.max(1) as f64).collect::<Vec<_>>())
        };
        let (compute, wait) = (each(Sample::computing)?, each(Sample::waiting)?);
        let commands = alone.iter().any(|sample| sample.is_of_commands());
        let whole = if commands { each(Sample::within)? } else { compute + wait };
        let longest = median(&alone.iter().map(|s| s.longest()).collect::<Vec<_>>())?;
        // One run in which something got in the way of a few tasks makes them no others.
        let even: Vec<f64> = alone.iter().filter_map(|s| s.alike()).collect();
        let alike = median(&even).filter(|_| 2 * even.len() > alone.len());
        let long = median(&alone.iter().map(|s| s.long() as f64).collect::<Vec<_>>())?.round() as u64;
        let demand = Self { compute, wait, whole, longest: longest.max(whole), long, alike };
        (demand.whole > 0.0).then_some(demand)
    }

    /// The part of computing and waiting that is spent waiting, 0 to 1.
    pub fn waiting(&self) -> f64 {
        if self.whole > 0.0 { self.wait / (self.wait + self.compute) } else { 0.0 }
    }

    /// What is hardly anything is nothing: a sleep costs a few microseconds of CPU, and a formula that divides by them
    /// would recommend thousands of workers. What is little beside a long wait stays, as long as there are tasks enough to
    /// fill so many `servers` with it.
    pub(super) fn without_crumbs(self, tasks: u64, servers: f64) -> Self {
        let is_crumb = |demand: &Self| {
            demand.compute <= CRUMB
                || demand.saturating(servers).is_none_or(|workers| workers >= FAR_MORE * tasks as f64)
        };
        match self.waiting() {
            w if w > 1.0 - NOTHING && is_crumb(&self) => Self { compute: 0.0, ..self },
            w if w < NOTHING => Self { wait: 0.0, ..self },
            _ => self,
        }
    }

    /// Workers that keep so many servers busy; none where tasks only wait.
    pub fn saturating(&self, servers: f64) -> Option<f64> {
        // A task that computes on several CPUs at a time needs fewer workers than there are CPUs.
        if self.compute > self.whole {
            return Some(servers * self.whole / self.compute);
        }
        laws::goetz(servers, 1.0, self.wait, self.compute).ok()
    }

    /// Of so many processes, threads in each that keep a server busy for every process; 1 where tasks only wait.
    pub(super) fn threads_each(&self, processes: u32) -> u32 {
        let all = self.saturating(processes.into()).unwrap_or(processes.into());
        // A thread more for what nobody would notice is one too many.
        ((all / f64::from(processes.max(1)) / (1.0 + NOTICED) - 1e-3).ceil() as u32).max(1)
    }

    /// No more tasks a second than this are possible: whole rounds of chunks where tasks are of one length, an equal share
    /// for each worker or the longest task where they are not, and a CPU (or a lock) for what computes.
    pub fn possible(&self, tasks: u64, chunk: u32, workers: u32, servers: f64) -> f64 {
        let waves = Waves::of(tasks, u64::from(chunk), u64::from(workers));
        let rounds = self.alike.map_or(0.0, |each| waves.longest_load() as f64 * each);
        // Workers without a chunk have no share.
        let at_work = waves.chunks.min(workers.into()) as u32;
        let shared = self.scheduled(tasks, at_work).0;
        let computing = tasks as f64 * self.compute / servers.max(1e-9);
        tasks as f64 / rounds.max(shared).max(computing).max(1e-12)
    }

    /// The shortest and the longest, in seconds, that tasks handed out one by one can take where only workers are few.
    pub(super) fn scheduled(&self, tasks: u64, workers: u32) -> (f64, f64) {
        laws::list_schedule(tasks as f64 * self.whole, self.longest, workers.max(1)).unwrap_or_default()
    }

    /// Whether tasks are so long that one of them, and neither its share of all of them nor what they compute, sets how
    /// long so many workers take.
    pub(super) fn is_one_long(&self, tasks: u64, workers: u32, servers: f64) -> bool {
        let share = tasks as f64 * self.whole / f64::from(workers.max(1));
        let computing = tasks as f64 * self.compute / servers.max(1e-9);
        self.has_long() && self.longest * SAME >= share && self.longest >= computing
    }

    /// Whether the longest tasks are far longer than tasks are on average.
    pub(super) fn has_long(&self) -> bool {
        self.longest > LONG * self.whole
    }

    /// The fewest workers that are done with all tasks in the time of the longest, where it is a long one among others of
    /// one length, which fill the workers beside it evenly.
    pub(super) fn beside_longest(&self, tasks: u64) -> Option<u32> {
        let workers = tasks as f64 * self.whole / (self.longest * SAME);
        (self.has_long() && self.alike.is_some()).then_some(workers.ceil().max(1.0) as u32)
    }
}

/// How long runs will take, by what one task needs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Forecast {
    /// What one task needs, how many there are, and what they run on; none before one worker was measured.
    known: Option<(Demand, Measurements)>,
}

impl Forecast {
    /// What these measurements let expect.
    pub fn of(measured: &Measurements) -> Self {
        let demand = Facts::of(measured).demand;
        let bare = Measurements { points: Vec::new(), baselines: Vec::new(), ..measured.clone() };
        Self { known: demand.map(|demand| (demand, bare)) }
    }

    /// Workers that keep the CPUs (or locks) busy that workers of this kind compute on; none where tasks only wait.
    pub fn saturating(&self, strategy: Strategy, shape: Shape) -> Option<f64> {
        let (demand, bare) = self.known.as_ref()?;
        demand.saturating(Facts::of(bare).ceiling(strategy, shape))
    }

    /// Processes with threads that keep the CPUs busy: one for each CPU, and as many threads in it as keep that one busy; none
    /// where tasks only wait.
    pub fn shape(&self) -> Option<Shape> {
        let (demand, bare) = self.known.as_ref()?;
        let processes = (Facts::of(bare).cpus().ceil() as u32).max(1);
        demand.saturating(processes.into())?;
        Some(Shape::new(processes, demand.threads_each(processes)))
    }

    /// The least that a run with these workers takes.
    pub fn elapsed(&self, shape: Shape) -> Option<Nanos> {
        let (demand, bare) = self.known.as_ref()?;
        let facts = Facts::of(bare);
        let (tasks, workers) = (facts.tasks(), shape.slots());
        let chunk = bare.plan.chunk.resolve(tasks, workers);
        let rate = demand.possible(tasks, chunk, workers, facts.servers(shape));
        Some(Nanos::from_secs_f64(tasks as f64 / rate))
    }
}
