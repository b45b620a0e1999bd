//! What one task needs, as one worker alone shows it: so long a CPU, so long a wait. And what follows before anything
//! else is measured.

use super::{Facts, Measurements, Sample};
use crate::analysis::bounds::Waves;
use crate::analysis::scaling::distribution::median;
use crate::analysis::scaling::laws;
use crate::analysis::trust::LONG_ENOUGH;
use crate::plan::{Shape, Strategy};
use crate::units::{Nanos, plural, three_digits};

/// Below this part of a task, waiting or computing does not count.
const NOTHING: f64 = 0.01;
/// A task so many times as long as they are on average is a long one.
const LONG: f64 = 1.5;
/// Fewer tasks than this say little about the next one.
const FEWEST_TASKS: u64 = 3;

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
    /// Seconds that each of the others takes, where these are of one length and so go in rounds; none where they differ.
    pub alike: Option<f64>,
}

/// What one worker does with its time, and what that suggests.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnosis {
    /// What one task needs.
    pub demand: Demand,
    /// The workers that the formula gives, in whole numbers; no more than there are chunks to do.
    pub start_with: u32,
    /// The way to run them.
    pub strategy: Strategy,
    /// All of it in a sentence.
    pub words: String,
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
        let demand = Self { compute, wait, whole, longest: longest.max(whole), alike };
        (demand.whole > 0.0).then_some(demand).map(Self::without_crumbs)
    }

    /// The part of computing and waiting that is spent waiting, 0 to 1.
    pub fn waiting(&self) -> f64 {
        if self.whole > 0.0 { self.wait / (self.wait + self.compute) } else { 0.0 }
    }

    /// What is hardly anything is nothing: a sleep costs a few microseconds of CPU, and a formula that divides by them
    /// would recommend thousands of workers.
    fn without_crumbs(self) -> Self {
        match self.waiting() {
            w if w > 1.0 - NOTHING => Self { compute: 0.0, ..self },
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

    /// Whether one task is so long that it, and not its share of all of them, sets how long so many workers take.
    pub(super) fn is_one_long(&self, tasks: u64, workers: u32) -> bool {
        let share = tasks as f64 * self.whole / f64::from(workers.max(1));
        self.longest > LONG * self.whole && self.longest >= share
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

/// What one worker alone says; why not, where it says too little.
pub(super) fn diagnose(facts: &Facts) -> Result<Diagnosis, String> {
    let alone: Vec<&Sample> = Facts::alone(facts.measured).collect();
    let Some(demand) = facts.demand else {
        return Err("no run with one worker went to its end, so nothing is known of a single task".to_owned());
    };
    let tasks = alone.iter().map(|sample| sample.ok).max().unwrap_or(0);
    // The first run decides: the others must not turn what was said of it into its contrary.
    let first = alone.first().map(|sample| sample.elapsed).unwrap_or_default();
    if first < LONG_ENOUGH {
        return Err(format!(
            "one worker took only {first} for all tasks, too short to say what they need; have more or longer tasks"
        ));
    }
    if tasks < FEWEST_TASKS {
        return Err(format!(
            "{} say too little about the next one; have {FEWEST_TASKS} or more",
            plural(tasks, "task")
        ));
    }
    Ok(said(facts, demand))
}

fn said(facts: &Facts, demand: Demand) -> Diagnosis {
    let cpus = facts.cpus();
    let percent = (demand.waiting() * 100.0).round();
    let locked = facts.locks(Shape::new(1, 1)).is_some();
    let (pieces, noun) = facts.pieces();
    let most = pieces.clamp(1, u64::from(u32::MAX)) as u32;
    let whole = |workers: f64| workers.round().clamp(1.0, f64::from(most)) as u32;
    let share = format!("{} of {}", secs(demand.wait), secs(demand.wait + demand.compute));
    let (start_with, strategy, words) = match demand.saturating(if locked { 1.0 } else { cpus }) {
        None => (
            most,
            Strategy::Threads,
            format!(
                "One worker waits {percent} % of its time: nothing but waiting. Threads are enough; start with one for \
                 each of the {}.",
                plural(u64::from(most), noun)
            ),
        ),
        Some(goetz) if percent >= 50.0 => {
            let n = whole(goetz);
            (
                n,
                Strategy::Threads,
                format!(
                    "One worker waits {percent} % of its time ({share}): I/O-bound. Threads are enough; start with {n}{}.",
                    formula(if locked { 1.0 } else { cpus }, locked, &demand, (most, noun))
                ),
            )
        }
        Some(_) if locked => {
            let goetz = demand.saturating(cpus).unwrap_or(cpus);
            let n = whole(goetz);
            (
                n,
                Strategy::Processes,
                format!(
                    "One worker computes {} % of its time, under its interpreter's lock: CPU-bound. Threads would take \
                     turns; start with {}.",
                    100.0 - percent,
                    plural(u64::from(n), "process")
                ),
            )
        }
        Some(goetz) if percent >= 1.0 => {
            let n = whole(goetz);
            (
                n,
                Strategy::Threads,
                format!(
                    "One worker waits {percent} % of its time ({share}): mostly computing. Start with {n}{}.",
                    formula(cpus, false, &demand, (most, noun))
                ),
            )
        }
        Some(_) => {
            let n = whole(cpus);
            (
                n,
                Strategy::Threads,
                format!(
                    "One worker computes all of its time: CPU-bound. Start with {n}, one for each {}.",
                    if cpus.round() > f64::from(most) { noun } else { "CPU" }
                ),
            )
        }
    };
    Diagnosis { demand, start_with, strategy, words }
}

/// `: 2 CPUs × (1 + 80.0 ms / 20.0 ms) = 10.0`, for so many tasks (or chunks).
fn formula(servers: f64, lock: bool, demand: &Demand, (most, noun): (u32, &str)) -> String {
    let what = if lock { "1 lock".to_owned() } else { cpus_words(servers) };
    let goetz = demand.saturating(servers).unwrap_or(servers);
    let more = if goetz.round() > f64::from(most) {
        format!(", more than there are {noun}s")
    } else {
        String::new()
    };
    let (wait, compute) = (secs(demand.wait), secs(demand.compute));
    format!(": {what} × (1 + {wait} / {compute}) = {}{more}", three_digits(goetz))
}

/// `2 CPUs`, `1.5 CPUs`.
pub(super) fn cpus_words(cpus: f64) -> String {
    if cpus.fract() == 0.0 { plural(cpus as u64, "CPU") } else { format!("{cpus} CPUs") }
}

fn secs(seconds: f64) -> Nanos {
    Nanos::from_secs_f64(seconds)
}
