//! A pool of exactly N threads, supplied by rayon and built for one run.
//!
//! Rayon gives the threads; each runs one loop that takes chunks from our queue, blocking tasks too, for the pool is
//! private, and enters rayon's own only to be let go. Dropping a rayon pool does not wait for its threads, so they are
//! spawned by our own handler and joined. A thread cannot be killed: when a run is ended by force, one that
//! hangs is given up, and the books say so.

use std::io;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crate::event::{RunEvent, StopReason, WorkerExit};
use crate::exec::lane::{LaneReader, LaneWriter};
use crate::exec::pool::Pool;
use crate::exec::{Books, Executor, RunEnv, RunSpec, crowd, scarcity};
use crate::ids::SlotId;
use crate::units::{Nanos, plural};

/// Room for a task's stack.
const STACK: usize = 2 << 20;
/// How often it is looked whether a run that does not end is to be ended by force.
const LOOK: Nanos = Nanos::from_millis(20);

/// How long a task may go on after its time limit before it counts as deaf: it looks every few hundred microseconds.
const DEAF: Nanos = Nanos::from_millis(500);

/// The threads strategy.
#[derive(Debug)]
pub(super) struct Threads;

impl Executor for Threads {
    fn run(&self, spec: &RunSpec, env: &RunEnv) -> Books {
        run_on(spec, env, |workers| {
            let (pool, seats, short) = build(workers.len())?;
            // Those for whom there is no thread say so by going.
            let handles = workers.into_iter().zip(seats).map(|(worker, (handle, seat))| {
                // A thread waits for its worker, and does not end before.
                let _ = seat.send(worker);
                handle
            });
            let handles = handles.collect();
            drop(pool);
            Ok(Crew { handles, short })
        })
    }
}

/// A thread, and where it waits for its worker.
type Seat = (JoinHandle<()>, mpsc::Sender<Worker>);

/// The threads that were started, one for each worker from the first.
#[derive(Debug, Default)]
pub(super) struct Crew {
    pub(super) handles: Vec<JoinHandle<()>>,
    /// Why there are fewer than were asked for.
    pub(super) short: Option<String>,
}

/// A pool of so many threads, or where the system refuses as many, of those that it grants; and why there are fewer.
///
/// A thread does its worker's work before it enters the pool, which by then has been dropped: in there it would look for
/// something to steal from every other thread, and look again, before it slept. Thousands of them would be at that for
/// seconds, when a run begins and when it ends.
fn build(mut threads: usize) -> io::Result<(rayon::ThreadPool, Vec<Seat>, Option<String>)> {
    let mut short = None;
    loop {
        let started = Arc::new(Mutex::new(Vec::with_capacity(threads)));
        let starting = Arc::clone(&started);
        let mut refusal = None;
        let refused = &mut refusal;
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .spawn_handler(move |thread| {
                let name = SlotId(thread.index() as u16).to_string();
                let builder = std::thread::Builder::new().name(name).stack_size(STACK);
                let (seat, assigned) = mpsc::channel::<Worker>();
                let life = move || {
                    // None comes where the pool comes to nothing.
                    if let Ok(worker) = assigned.recv() {
                        worker.live();
                    }
                    thread.run();
                };
                let handle = builder.spawn(life).inspect_err(|error| *refused = scarcity::words(error))?;
                starting.lock().unwrap_or_else(PoisonError::into_inner).push((handle, seat));
                Ok(())
            })
            .build();
        let seats: Vec<Seat> = std::mem::take(&mut *started.lock().unwrap_or_else(PoisonError::into_inner));
        let error = match pool {
            Ok(pool) => return Ok((pool, seats, short)),
            Err(error) => error,
        };
        let granted = seats.len();
        for (handle, seat) in seats {
            drop(seat);
            let _ = handle.join();
        }
        // A few are left to the rest of the program: what has run out may be memory.
        threads = granted - granted.div_ceil(16);
        short = refusal;
        if threads == 0 || short.is_none() {
            return Err(io::Error::other(error));
        }
    }
}

/// A worker that has not begun yet: what it needs, on the thread on which it will live.
pub(super) struct Worker {
    slot: SlotId,
    pool: Arc<Pool>,
    env: RunEnv,
    done: mpsc::Sender<SlotId>,
    /// Whether it is one of a crowd.
    crowded: bool,
}

impl Worker {
    /// The worker's whole life, on the calling thread.
    pub(super) fn live(self) {
        let Self { slot, pool, env, done, crowded } = self;
        if crowded {
            crowd::step_back();
        }
        // Before the lane counts CPU time, which begins when a worker is ready.
        let scratch = pool.prepare();
        let lane = LaneWriter::attach(&env.lanes, slot, env.clock.clone(), std::process::id());
        pool.work(slot, lane, &scratch);
        drop(scratch);
        // Whoever waits for this may have given up.
        let _ = done.send(slot);
    }
}

/// Runs a pool's tasks on threads that `start` starts, one for each worker as far as there are, and joins them.
pub(super) fn run_on(
    spec: &RunSpec,
    env: &RunEnv,
    start: impl FnOnce(Vec<Worker>) -> io::Result<Crew>,
) -> Books {
    let pool = Arc::new(Pool::new(spec, env));
    let (done, finished) = mpsc::channel();
    let slots = (0..spec.slots).map(|slot| SlotId(slot as u16));
    let crowded = crowd::is_crowd(spec.slots);
    let workers = slots.clone().map(|slot| Worker {
        slot,
        pool: Arc::clone(&pool),
        env: env.clone(),
        done: done.clone(),
        crowded,
    });
    let at = env.clock.now();
    let workers = workers.collect();
    for slot in slots.clone() {
        env.lanes.spawned(slot, at);
    }
    drop(done);
    let Crew { handles, short } = match start(workers) {
        Ok(crew) => crew,
        Err(error) => {
            let why = format!("start {}: {error}", plural(u64::from(spec.slots), "thread"));
            slots.for_each(|slot| env.lanes.never_came(slot));
            return Books { stopped: Some(StopReason::Workers(why)), ..pool.books() };
        }
    };
    let there = handles.len();
    slots.clone().skip(there).for_each(|slot| env.lanes.never_came(slot));
    if let Some(why) = short {
        env.events.say(scarcity::notice(spec.strategy, there, spec.slots as usize, &why));
    }
    let slots = slots.take(there);
    let spawned = slots.clone().map(|slot| RunEvent::WorkerSpawned { slot, pid: std::process::id(), at });
    env.events.say_all(spawned.collect());
    let left = wait_for_all(&finished, there, spec, env);
    if left > 0 {
        let (threads, they) = (plural(left as u64, "thread"), if left == 1 { "it runs" } else { "they run" });
        let words = format!("{threads} did not end, and cannot be killed: {they} on until poolscope ends");
        env.events.say(RunEvent::Notice(words));
    } else {
        let asked = env.clock.now();
        slots.clone().for_each(|slot| env.lanes.stopping(slot, asked));
        pool.close();
        for handle in handles {
            // A worker catches the panics of its tasks; a panic beside them would be a fault of ours, and has been
            // reported by the hook.
            let _ = handle.join();
        }
        for slot in slots {
            let at = env.clock.now();
            env.lanes.gone(slot, at);
            let pid = std::process::id();
            env.events.say(RunEvent::WorkerExited { slot, pid, at, exit: WorkerExit::Finished, returned: 0 });
        }
    }
    pool.books()
}

/// Waits until every worker, so many as are `left`, is done. Returns how many are not, when the run is ended by force before.
fn wait_for_all(finished: &mpsc::Receiver<SlotId>, mut left: usize, spec: &RunSpec, env: &RunEnv) -> usize {
    let mut said = false;
    loop {
        match finished.recv_timeout(LOOK.to_std()) {
            Ok(_) => left -= 1,
            Err(RecvTimeoutError::Disconnected) => return 0,
            Err(RecvTimeoutError::Timeout) if env.cancel.is_enforced() => return left,
            Err(RecvTimeoutError::Timeout) if !said => said = say_if_late(spec, env),
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

/// Says once that a task does not heed its time limit, for nobody can end it; true if it was said. A command is ended by its
/// supervisor, and may take its time to end.
fn say_if_late(spec: &RunSpec, env: &RunEnv) -> bool {
    let Some(limit) = spec.timeout.filter(|_| spec.work.command().is_none()) else {
        return false;
    };
    let now = env.clock.now();
    let late = (0..spec.slots).map(|slot| SlotId(slot as u16)).find_map(|slot| {
        let levels = LaneReader::new(&env.lanes, slot).gauges();
        levels.task.filter(|_| now.since(levels.since) > limit + DEAF).map(|task| (slot, task))
    });
    if let Some((slot, task)) = late {
        let words =
            format!("task {task} on {slot} does not heed its time limit, and a thread cannot be killed");
        env.events.say(RunEvent::Notice(words));
    }
    late.is_some()
}
