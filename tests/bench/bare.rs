//! A run against the bare machine: the same iterations on plain threads without poolscope, and through the engine with
//! everything recorded, in alternating pairs. `cargo bench --bench bare` prints the median ratios, with 95 % intervals.

#![expect(clippy::print_stdout, reason = "a bench says what it found")]

mod harness;

use poolscope::clock::Clock;
use poolscope::cost::{NotMeasured, Rig, Spread};
use poolscope::ids::TaskIndex;
use poolscope::plan::{Chunk, Plan, Size, Strategy, TaskType, Work, WorkerCount, Workload};
use poolscope::task::{Scratch, Unwatched, perform};
use poolscope::units::Nanos;

const PAIRS: usize = 100;
const WORKERS: u64 = 2;
const TASKS: u64 = 20;
const EACH: Nanos = Nanos::from_millis(10);

fn main() {
    let rig = harness::rig();
    let load = Workload {
        task: TaskType::Cpu,
        size: Size::parse(TaskType::Cpu, &EACH.exact()).expect("a time is a size"),
        tasks: TASKS,
    };
    let work = load.resolve(&rig.engine().costs());
    let iterations = work.iterations();
    println!(
        "{TASKS} tasks of {iterations} iterations on {WORKERS} workers, {PAIRS} pairs; elapsed / bare elapsed"
    );
    let size = Size::parse(TaskType::Cpu, &iterations.to_string()).expect("a count is a size");
    for strategy in [Strategy::Threads, Strategy::Processes] {
        let plan = Plan {
            workloads: vec![Workload { size: size.clone(), ..load.clone() }],
            strategies: vec![strategy],
            workers: WorkerCount::Exactly(WORKERS as u32),
            // Chunks of more would leave one worker with more tasks than the other.
            chunk: Chunk::Tasks(1),
            ..Plan::first(rig.engine().machine())
        };
        let ratio = |_| {
            let bare = bare(&work);
            watched(&rig, plan.clone()).as_secs_f64() / bare.as_secs_f64()
        };
        let ratios: Vec<f64> = (0..PAIRS).map(ratio).collect();
        let spread = Spread::of(ratios).ok_or_else(|| NotMeasured("no pair was run".to_owned()));
        harness::say_ratio(&format!("{strategy} / bare"), spread);
    }
}

/// Two plain threads, each with every second task.
fn bare(work: &Work) -> Nanos {
    let clock = Clock::monotonic();
    let start = clock.now();
    std::thread::scope(|scope| {
        for worker in 0..WORKERS {
            scope.spawn(move || {
                for task in (worker..TASKS).step_by(WORKERS as usize) {
                    let value = perform(work, TaskIndex(task as u32), &Scratch::default(), &mut Unwatched);
                    std::hint::black_box(value).expect("nobody stops it");
                }
            });
        }
    });
    clock.now().since(start)
}

fn watched(rig: &Rig, plan: Plan) -> Nanos {
    let session = rig.run(plan).expect("nothing else runs, and every task is ok");
    session.runs[0].end.as_ref().expect("it is over").elapsed
}
