//! What it takes until a worker is ready for work, against the bare machine: a plain thread, a plain process of the same
//! program. Each pair is measured in turn. And what it takes until very many of them are up, and gone.

use std::process::{Command, Stdio};

use crate::clock::Clock;
use crate::cost::{EMPTY, NotMeasured, Rig, Spread};
use crate::event::{Phase, RunEvent};
use crate::exec::processes::WORKER_ARGUMENT;
use crate::plan::{Size, Strategy, TaskType};
use crate::state::SlotState;
use crate::units::Nanos;

/// What starting takes, and how often longer than bare.
#[derive(Copy, Clone, PartialEq, Debug)]
pub struct Start {
    /// From the engine accepting the run to the worker's first task, in nanoseconds.
    pub worker_ns: f64,
    /// The bare machine's, in nanoseconds.
    pub bare_ns: f64,
    /// One over the other, pair by pair.
    pub ratio: Spread,
}

/// A thread: until it runs.
///
/// # Errors
/// Where none can be started.
pub fn thread(rig: &Rig, pairs: u32) -> Result<Start, NotMeasured> {
    let clock = Clock::monotonic();
    measure(rig, Strategy::Threads, pairs, || {
        let start = clock.now();
        let there = clock.clone();
        let ready = std::thread::Builder::new().spawn(move || there.now())?;
        let Ok(ready) = ready.join() else {
            return Err(NotMeasured("a thread panicked".to_owned()));
        };
        Ok(ready.since(start))
    })
}

/// A process: until it has looked at its arguments. The program refuses to be a worker of nobody, and ends.
///
/// # Errors
/// Where none can be started.
pub fn process(rig: &Rig, pairs: u32) -> Result<Start, NotMeasured> {
    let clock = Clock::monotonic();
    measure(rig, Strategy::Processes, pairs, || {
        let start = clock.now();
        Command::new(&rig.program)
            .arg(WORKER_ARGUMENT)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        Ok(clock.now().since(start))
    })
}

/// How long very many workers take.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Crowd {
    /// Until all of them are at work.
    pub up: Nanos,
    /// From the last outcome until all of them are gone.
    pub gone: Nanos,
}

/// So many workers, each with one task that sleeps for `sleep`: long enough for the last to be up before the first is done.
///
/// # Errors
/// Where they cannot be had, or never sleep all at once.
pub fn crowd(rig: &Rig, strategy: Strategy, workers: u32, sleep: Nanos) -> Result<Crowd, NotMeasured> {
    let mut up = None;
    let plan = rig.plan(strategy, (TaskType::Sleep, Size::Wait(sleep)), workers.into(), workers);
    let session = rig.run_and_watch(plan, |event, session| {
        // No other event moves a worker on, and to look at all of them takes a while.
        let (RunEvent::Levels { at, .. }, Some(run), None) = (event, session.running(), up) else {
            return;
        };
        let asleep = |slot: &SlotState| slot.levels.phase == Phase::Blocked;
        up = run.slots.iter().all(asleep).then_some(at.elapsed());
    })?;
    let late = || NotMeasured(format!("not all workers were up within {sleep}"));
    let end = session.runs.first().and_then(|run| run.end.as_deref());
    let gone = end.ok_or_else(|| NotMeasured("no run is over".to_owned()))?.shutdown;
    Ok(Crowd { up: up.ok_or_else(late)?, gone })
}

fn measure(
    rig: &Rig,
    strategy: Strategy,
    pairs: u32,
    bare: impl Fn() -> Result<Nanos, NotMeasured>,
) -> Result<Start, NotMeasured> {
    let (mut workers, mut bares, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..pairs {
        let session = rig.run(rig.plan(strategy, EMPTY, 1, 1))?;
        let ends = session.runs.iter().filter_map(|run| run.end.as_deref());
        let worker: Nanos = ends.map(|end| end.startup).sum();
        let bare = bare()?;
        workers.push(worker.0 as f64);
        bares.push(bare.0 as f64);
        ratios.push(worker.0 as f64 / (bare.0 as f64).max(1.0));
    }
    let none = || NotMeasured("no pair was measured".to_owned());
    Ok(Start {
        worker_ns: Spread::of(workers).ok_or_else(none)?.median,
        bare_ns: Spread::of(bares).ok_or_else(none)?.median,
        ratio: Spread::of(ratios).ok_or_else(none)?,
    })
}
