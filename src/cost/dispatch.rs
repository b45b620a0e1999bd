//! How many tasks that do nothing are handed out, done, counted and timed in a second; and the same by a peer.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::cost::{EMPTY, NotMeasured, Rig};
use crate::plan::{Chunk, Plan, Strategy};

/// Workers, as in the goals.
const WORKERS: u32 = 2;

/// Tasks per second between the first start and the last outcome: the best of `goes`, of `tasks` tasks each.
///
/// # Errors
/// Where a run fails.
pub fn tasks_per_second(
    rig: &Rig,
    strategy: Strategy,
    chunk: Chunk,
    tasks: u64,
    goes: u32,
) -> Result<f64, NotMeasured> {
    let plan = Plan { chunk, repeats: goes.max(1), ..rig.plan(strategy, EMPTY, tasks, WORKERS) };
    let session = rig.run(plan)?;
    let rate = |end: &crate::event::RunEnd| {
        let time = end.elapsed - end.startup - end.shutdown;
        end.counts.ok as f64 / time.as_secs_f64().max(1e-9)
    };
    Ok(session.runs.iter().filter_map(|run| run.end.as_deref()).map(rate).fold(0.0, f64::max))
}

/// What Python's pools do with tasks that do nothing, in tasks per second.
#[derive(Copy, Clone, PartialEq, Debug, Deserialize)]
pub struct Peer {
    /// `ThreadPool.map`.
    pub threads_auto: f64,
    /// `ThreadPool.imap`, one task at a time.
    pub threads_one: f64,
    /// `Pool.map`.
    pub processes_auto: f64,
    /// `Pool.imap`, one task at a time.
    pub processes_one: f64,
}

/// Two workers, warm; the best of three. Nothing of it is recorded for each task.
const PEER: &str = r"
import json, time
from multiprocessing import Pool
from multiprocessing.pool import ThreadPool
def empty(x): return x
def best(f, n):
    times = []
    for _ in range(3):
        start = time.perf_counter(); f(n); times.append(time.perf_counter() - start)
    return n / min(times)
if __name__ == '__main__':
    out = {}
    for name, kind in (('threads', ThreadPool), ('processes', Pool)):
        with kind(2) as pool:
            pool.map(empty, range(1000))
            out[name + '_auto'] = best(lambda n: pool.map(empty, range(n)), 200000)
            out[name + '_one'] = best(lambda n: sum(1 for _ in pool.imap(empty, range(n))), 10000)
    print(json.dumps(out))
";

/// Measures the peer, if there is one: `python3` on the path. Takes a few seconds.
///
/// # Errors
/// Where there is none, or it fails.
pub fn peer() -> Result<Peer, NotMeasured> {
    let python = PathBuf::from("python3");
    let output = Command::new(python)
        .args(["-c", PEER])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .map_err(|error| NotMeasured(format!("start python3: {error}")))?;
    serde_json::from_slice(&output.stdout)
        .map_err(|error| NotMeasured(format!("python3 did not answer as expected: {error}")))
}
