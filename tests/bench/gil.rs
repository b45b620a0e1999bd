//! What the lock of an interpreter costs a worker that has no rivals: the same iterations on one thread under it and native,
//! in alternating pairs; the goal is 1.02 at most. `cargo bench --bench gil` prints the median ratios, with 95 % intervals.

#![expect(clippy::print_stdout, reason = "a bench says what it found")]

mod harness;

use poolscope::cost::{NotMeasured, Rig, Spread};
use poolscope::plan::{Plan, Runtime, Size, Strategy, TaskType, WorkerCount, Workload};
use poolscope::units::Nanos;

const PAIRS: usize = 100;
const TASKS: u64 = 10;
const EACH: Nanos = Nanos::from_millis(5);

fn main() {
    let rig = harness::rig();
    let cpu = TaskType::Cpu;
    let size = Size::parse(cpu, &EACH.exact()).expect("a time is a size");
    let load = Workload { task: cpu, size, tasks: TASKS };
    // Calibrated once, so that both do the same.
    let iterations = load.resolve(&rig.engine().costs()).iterations();
    let size = Size::parse(cpu, &iterations.to_string()).expect("a count is a size");
    println!(
        "{TASKS} tasks of {iterations} iterations on one thread, {PAIRS} pairs; CPU time / native CPU time"
    );
    for runtime in ["gil", "gil:1us", "gil:ticks=100"] {
        let plan = |runtime| Plan {
            workloads: vec![Workload { size: size.clone(), ..load.clone() }],
            strategies: vec![Strategy::Threads],
            workers: WorkerCount::Exactly(1),
            runtime,
            ..Plan::first(rig.engine().machine())
        };
        let gil: Runtime = runtime.parse().expect("it is a runtime");
        let ratio = |pair: usize| {
            // Whichever comes first has the colder caches.
            let (native, locked) = if pair.is_multiple_of(2) {
                let native = cpu_time(&rig, plan(Runtime::Native));
                (native, cpu_time(&rig, plan(gil)))
            } else {
                let locked = cpu_time(&rig, plan(gil));
                (cpu_time(&rig, plan(Runtime::Native)), locked)
            };
            locked.as_secs_f64() / native.as_secs_f64()
        };
        let spread = Spread::of((0..PAIRS).map(ratio).collect());
        harness::say_ratio(
            &format!("{runtime} / native"),
            spread.ok_or_else(|| NotMeasured("no pair was run".to_owned())),
        );
    }
}

/// CPU time of the worker: of elapsed, whatever else runs on the machine has its part.
fn cpu_time(rig: &Rig, plan: Plan) -> Nanos {
    let session = rig.run(plan).expect("nothing else runs, and every task is ok");
    session.runs[0].end.as_ref().expect("it is over").slots.iter().map(|slot| slot.cpu_time).sum()
}
