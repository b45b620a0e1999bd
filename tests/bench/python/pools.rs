//! Speedups of pools over the plain loop of the same side: `apply_async` one by one against chunks of 1, `map` against
//! `chunk auto`. From the start of the pool until the last result is there, on both sides.

use poolscope::cost::{NotMeasured, Rig};
use poolscope::plan::runtime::SWITCH_INTERVAL;
use poolscope::plan::size::Compute;
use poolscope::plan::{Chunk, Plan, Size, Strategy, TaskType};
use poolscope::units::Nanos;

use crate::interpreters::Interpreter;
use crate::quiet::{Effort, in_turn, undisturbed};
use crate::table::{Pair, head};

/// How tasks are handed out, as Python calls it.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum How {
    Apply,
    Map,
}

/// Tasks of one type, and how many workers do them each way.
struct Group {
    task: TaskType,
    how: How,
    tasks: u64,
    workers: &'static [u32],
}

const GROUPS: [Group; 7] = [
    Group { task: TaskType::Cpu, how: How::Apply, tasks: 24, workers: &[2, 4, 8] },
    Group { task: TaskType::Sum, how: How::Apply, tasks: 24, workers: &[2, 4, 8] },
    Group { task: TaskType::Sleep, how: How::Apply, tasks: 24, workers: &[2, 4, 8] },
    Group { task: TaskType::Native, how: How::Apply, tasks: 24, workers: &[2, 4, 8] },
    Group { task: TaskType::Mixed, how: How::Apply, tasks: 24, workers: &[2, 4, 8] },
    Group { task: TaskType::Cpu, how: How::Map, tasks: 10, workers: &[2, 4] },
    Group { task: TaskType::Sleep, how: How::Map, tasks: 10, workers: &[2, 4] },
];

/// One way to do a group: with how many workers.
type Way = (Strategy, u32);

/// What one run took, in seconds.
#[derive(Copy, Clone, Debug)]
struct Taken {
    /// From the start of the pool until the last result is there.
    elapsed: f64,
    /// Of CPU time.
    cpu: f64,
}

/// What is found of one way: its speedup, and how many CPUs it kept busy, which does not depend on how fast these were.
#[derive(Clone, Debug, Default)]
struct Row {
    speedup: Pair,
    cpus: Pair,
}

/// Measures and prints all groups against one interpreter; tasks take `task`.
pub(crate) fn compare(rig: &Rig, python: &Interpreter, task: Nanos, effort: Effort) {
    head("pools: speedup");
    let mut cpus = Vec::new();
    for group in &GROUPS {
        match measure(rig, python, group, task, effort) {
            Ok(rows) => {
                for ((strategy, workers), row) in rows {
                    let how = if group.how == How::Map { "map" } else { "apply" };
                    let what = format!("{} ×{} {how} {strategy} {workers}", group.task, group.tasks);
                    row.speedup.say(&what);
                    cpus.push((group.task, what, row.cpus));
                }
            }
            Err(why) => println!("{} not measured: {why}", group.task),
        }
    }
    head("pools: CPUs in use");
    for (_, what, pair) in cpus.iter().filter(|(task, ..)| *task != TaskType::Sleep) {
        pair.say(what);
    }
}

fn measure(
    rig: &Rig,
    python: &Interpreter,
    group: &Group,
    task: Nanos,
    effort: Effort,
) -> Result<Vec<(Way, Row)>, NotMeasured> {
    let several = [Strategy::Threads, Strategy::Processes];
    let ways = several.into_iter().flat_map(|way| group.workers.iter().map(move |n| (way, *n)));
    let mut rows: Vec<(Way, Row)> = ways.map(|way| (way, Row::default())).collect();
    for repeat in 0..effort.repeats {
        let both = |way: Way| {
            let theirs = || undisturbed(effort, || run_python(python, group, way, task));
            let ours = || undisturbed(effort, || run_poolscope(rig, python, group, way, task));
            in_turn(repeat, theirs, ours)
        };
        let serial = both((Strategy::Serial, 1))?;
        for (way, row) in &mut rows {
            let found = both(*way)?;
            let others = [serial.0, serial.1, found.0, found.1].map(|figure| figure.others);
            let speedup = |alone: Taken, way: Taken| alone.elapsed / way.elapsed;
            let (theirs, ours) = (found.0.value, found.1.value);
            row.speedup.add(speedup(serial.0.value, theirs), speedup(serial.1.value, ours), &others);
            row.cpus.add(theirs.cpu / theirs.elapsed, ours.cpu / ours.elapsed, &others[2..]);
        }
    }
    Ok(rows)
}

/// One run by Python.
fn run_python(
    python: &Interpreter,
    group: &Group,
    (strategy, workers): Way,
    task: Nanos,
) -> Result<Taken, NotMeasured> {
    let (size, wait) = match group.task {
        TaskType::Sum => (python.about.sum, Nanos::ZERO),
        TaskType::Native => (python.about.native, Nanos::ZERO),
        TaskType::Sleep => (0, task),
        TaskType::Mixed => (python.about.cpu, task),
        _ => (python.about.cpu, Nanos::ZERO),
    };
    let args = [
        strategy.name().to_owned(),
        workers.to_string(),
        if group.how == How::Map { "map" } else { "apply" }.to_owned(),
        group.tasks.to_string(),
        group.task.name().to_owned(),
        size.to_string(),
        wait.as_secs_f64().to_string(),
    ];
    let seconds = python.run("pools.py", &args)?;
    match seconds.as_slice() {
        [elapsed, cpu] => Ok(Taken { elapsed: *elapsed, cpu: *cpu }),
        other => Err(NotMeasured(format!("pools.py printed {other:?}, not two numbers"))),
    }
}

/// One run by poolscope.
fn run_poolscope(
    rig: &Rig,
    python: &Interpreter,
    group: &Group,
    (strategy, workers): Way,
    task: Nanos,
) -> Result<Taken, NotMeasured> {
    let size = match group.task {
        TaskType::Sleep => Size::Wait(task),
        TaskType::Mixed => Size::Mixed(Compute::Time(task), task),
        _ => Size::Compute(Compute::Time(task)),
    };
    let plan = Plan {
        runtime: python.runtime(SWITCH_INTERVAL),
        chunk: if group.how == How::Map { Chunk::Auto } else { Chunk::Tasks(1) },
        ..rig.plan(strategy, (group.task, size), group.tasks, workers)
    };
    let session = rig.run(plan)?;
    let end = session.runs.first().and_then(|run| run.end.as_deref());
    let end = end.ok_or_else(|| NotMeasured("no run".to_owned()))?;
    let cpu: Nanos = end.slots.iter().map(|slot| slot.cpu_time).sum();
    Ok(Taken { elapsed: (end.elapsed - end.shutdown).as_secs_f64(), cpu: cpu.as_secs_f64() })
}
