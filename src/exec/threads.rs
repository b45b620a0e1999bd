//! A pool of exactly N threads, supplied by rayon and built for one run.
//!
//! Rayon gives the threads; each runs one loop that takes chunks from our queue, blocking tasks too, for the pool is
//! private. Dropping a rayon pool does not wait for its threads, so they are spawned by our own handler and joined.
//! A thread cannot be killed: when a run is ended by force, one that hangs is given up, and the books say so.

use std::io;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crate::event::{RunEvent, StopReason, WorkerExit};
use crate::exec::lane::{LaneReader, LaneWriter};
use crate::exec::pool::Pool;
use crate::exec::{Books, Executor, RunEnv, RunSpec};
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
            let handles = Arc::new(Mutex::new(Vec::with_capacity(workers.len())));
            let joins = Arc::clone(&handles);
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(workers.len())
                .spawn_handler(move |thread| {
                    let name = SlotId(thread.index() as u16).to_string();
                    let builder = std::thread::Builder::new().name(name).stack_size(STACK);
                    let handle = builder.spawn(|| thread.run())?;
                    joins.lock().unwrap_or_else(PoisonError::into_inner).push(handle);
                    Ok(())
                })
                .build()
                .map_err(io::Error::other)?;
            let seats: Vec<_> = workers.into_iter().map(|worker| Mutex::new(Some(worker))).collect();
            pool.spawn_broadcast(move |context| {
                let seat = seats[context.index()].lock().unwrap_or_else(PoisonError::into_inner).take();
                if let Some(worker) = seat {
                    worker.live();
                }
            });
            drop(pool);
            Ok(std::mem::take(&mut *handles.lock().unwrap_or_else(PoisonError::into_inner)))
        })
    }
}

/// A worker that has not begun yet: what it needs, on the thread on which it will live.
pub(super) struct Worker {
    slot: SlotId,
    pool: Arc<Pool>,
    env: RunEnv,
    done: mpsc::Sender<SlotId>,
}

impl Worker {
    /// The worker's whole life, on the calling thread.
    pub(super) fn live(self) {
        let Self { slot, pool, env, done } = self;
        // Before the lane counts CPU time, which begins when a worker is ready.
        let scratch = pool.prepare();
        let lane = LaneWriter::attach(&env.lanes, slot, env.clock.clone(), std::process::id());
        pool.work(lane, &scratch);
        drop(scratch);
        // Whoever waits for this may have given up.
        let _ = done.send(slot);
    }
}

/// Runs a pool's tasks on threads that `start` starts, one for each worker, and joins them.
pub(super) fn run_on(
    spec: &RunSpec,
    env: &RunEnv,
    start: impl FnOnce(Vec<Worker>) -> io::Result<Vec<JoinHandle<()>>>,
) -> Books {
    let pool = Arc::new(Pool::new(spec, env));
    let (done, finished) = mpsc::channel();
    let slots = (0..spec.slots).map(|slot| SlotId(slot as u16));
    let workers = slots.clone().map(|slot| Worker {
        slot,
        pool: Arc::clone(&pool),
        env: env.clone(),
        done: done.clone(),
    });
    let at = env.clock.now();
    let workers = workers.collect();
    for slot in slots.clone() {
        env.lanes.spawned(slot, at);
        env.events.say(RunEvent::WorkerSpawned { slot, pid: std::process::id(), at });
    }
    drop(done);
    let handles = match start(workers) {
        Ok(handles) => handles,
        Err(error) => {
            let why = format!("start {} threads: {error}", spec.slots);
            slots.for_each(|slot| env.lanes.gone(slot, env.clock.now()));
            return Books { stopped: Some(StopReason::Workers(why)), ..pool.books() };
        }
    };
    let left = wait_for_all(&finished, spec, env);
    if left > 0 {
        let (threads, they) = (plural(left as u64, "thread"), if left == 1 { "it runs" } else { "they run" });
        let words = format!("{threads} did not end, and cannot be killed: {they} on until poolscope ends");
        env.events.say(RunEvent::Notice(words));
    } else {
        let asked = env.clock.now();
        slots.clone().for_each(|slot| env.lanes.stopping(slot, asked));
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

/// Waits until every worker is done. Returns how many are not, when the run is ended by force before.
fn wait_for_all(finished: &mpsc::Receiver<SlotId>, spec: &RunSpec, env: &RunEnv) -> usize {
    let mut left = spec.slots as usize;
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

/// Says once that a task does not heed its time limit, for nobody can end it; true if it was said.
fn say_if_late(spec: &RunSpec, env: &RunEnv) -> bool {
    let Some(limit) = spec.timeout else {
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
