//! What the real pools take: to come, to go, and to hand out tasks that do nothing.

use super::{Effort, Measured, median};
use crate::cost::{EMPTY, NotMeasured, Rig};
use crate::plan::simulator::{CHUNK_BYTES, RESULT_BYTES};
use crate::plan::{Chunk, Plan, Size, Strategy, TaskType};
use crate::state::RunState;
use crate::units::Nanos;

/// Workers of which the start and the end are measured: as many as classes take.
const WORKERS: u32 = 4;
/// Runs of them.
const STARTS: u32 = 3;
/// One task of each of them: long enough for the last to come before the first is done.
const THREADS_SLEEP: Nanos = Nanos::from_millis(8);
const PROCESSES_SLEEP: Nanos = Nanos::from_millis(25);
/// Runs of tasks that do nothing; the best counts.
const GOES: u32 = 2;
/// Tasks of a chunk in which handing it out is hardly felt.
const MANY: u32 = 2_000;

/// Threads: `thread_start`, `thread_stop`, `task` and `take`.
pub(super) fn threads(rig: &Rig, effort: Effort, measured: &mut Measured) {
    let (start, stop) = come_and_go(rig, Strategy::Threads, THREADS_SLEEP, effort);
    measured.take("thread_start", start);
    measured.take("thread_stop", stop.map(|stop| stop / u64::from(WORKERS)));
    let task = each(rig, Strategy::Threads, MANY, 200_000, effort);
    let one = each(rig, Strategy::Threads, 1, 50_000, effort);
    let (take, task) = match (task, one) {
        (Ok(task), Ok(one)) => (Ok(one - task), Ok(task)),
        (task, one) => (one.and(task.clone()), task),
    };
    measured.take("task", task.map(|ps| Nanos(ps.0 / 1_000)));
    measured.take("take", take.map(|ps| Nanos(ps.0 / 1_000)));
}

/// Processes: `process_start`, `process_stop`, `chunk` and `byte_ps`. The books for a task are those of threads, and what
/// tasks of long chunks take beyond them is their results' bytes.
pub(super) fn processes(rig: &Rig, effort: Effort, measured: &mut Measured) {
    let cpus = rig.engine().machine().available();
    let (start, stop) = come_and_go(rig, Strategy::Processes, PROCESSES_SLEEP, effort);
    measured.take("process_start", start);
    // A process hears that nothing is left, and then ends, as many at once as there are CPUs.
    let heard = measured.parameters.wake;
    measured.take("process_stop", stop.map(|stop| (stop - heard) / u64::from(WORKERS.div_ceil(cpus))));
    let books = Nanos(measured.parameters.task.0 * 1_000);
    let many = each(rig, Strategy::Processes, MANY, 200_000, effort);
    let one = each(rig, Strategy::Processes, 1, 5_000, effort);
    let (byte, chunk) = match (many, one) {
        (Ok(many), Ok(one)) => {
            let byte = (many - books - one / u64::from(MANY)) / RESULT_BYTES;
            (Ok(byte), Ok(one - books - byte * (CHUNK_BYTES + RESULT_BYTES)))
        }
        (many, one) => (many.and(one.clone()), one),
    };
    measured.take("byte_ps", byte);
    measured.take("chunk", chunk.map(|ps| Nanos(ps.0 / 1_000)));
}

/// What it takes for each worker until the last of them has begun a task, and for all of them from the last outcome until
/// they are gone.
fn come_and_go(
    rig: &Rig,
    strategy: Strategy,
    sleep: Nanos,
    effort: Effort,
) -> (Result<Nanos, NotMeasured>, Result<Nanos, NotMeasured>) {
    let plan = rig.plan(strategy, (TaskType::Sleep, Size::Wait(sleep)), WORKERS.into(), WORKERS);
    let session = match rig.run(Plan { repeats: effort.goes(STARTS), ..plan }) {
        Ok(session) => session,
        Err(why) => return (Err(why.clone()), Err(why)),
    };
    let last = |run: &RunState| run.recent.iter().map(|task| task.start.elapsed()).max();
    let starts = session.runs.iter().filter_map(last).map(|last| last / u64::from(WORKERS)).collect();
    let stops = session.runs.iter().filter_map(|run| Some(run.end.as_ref()?.shutdown)).collect();
    (median(starts), median(stops))
}

/// What one task that does nothing takes a worker, in picoseconds: the best of a few runs on up to so many workers that
/// each has a CPU.
fn each(rig: &Rig, strategy: Strategy, chunk: u32, tasks: u64, effort: Effort) -> Result<Nanos, NotMeasured> {
    let workers = rig.engine().machine().available().min(WORKERS);
    let plan = rig.plan(strategy, EMPTY, tasks, workers);
    let session = rig.run(Plan { chunk: Chunk::Tasks(chunk), repeats: effort.goes(GOES), ..plan })?;
    let ends = session.runs.iter().filter_map(|run| run.end.as_deref());
    let working = ends.map(|end| end.elapsed - end.startup - end.shutdown).min();
    let working = working.ok_or_else(|| NotMeasured("no run is over".to_owned()))?;
    Ok(Nanos(working.0.saturating_mul(u64::from(workers) * 1_000) / tasks))
}
