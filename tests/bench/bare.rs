//! A run against the bare machine: the same iterations on plain threads without poolscope, and through the engine with
//! everything recorded, in alternating pairs. `cargo bench --bench bare` prints the median ratios, with 95 % intervals.

#![expect(clippy::print_stdout, reason = "a bench says what it found")]

use std::path::PathBuf;

use poolscope::clock::Clock;
use poolscope::engine::{Engine, EngineOptions};
use poolscope::event::{EventFeed, RunEvent};
use poolscope::ids::TaskIndex;
use poolscope::plan::{Chunk, Plan, Size, Strategy, TaskType, Work, WorkerCount, Workload};
use poolscope::state::Session;
use poolscope::task::{Scratch, Unwatched, perform};
use poolscope::units::Nanos;

const PAIRS: usize = 100;
const WORKERS: u64 = 2;
const TASKS: u64 = 20;
const EACH: Nanos = Nanos::from_millis(10);

fn main() {
    let worker_program = PathBuf::from(env!("CARGO_BIN_EXE_poolscope"));
    let options = EngineOptions { worker_program, clock: Clock::monotonic(), fault: None };
    let (engine, feed) = Engine::new(options);
    let load = Workload {
        task: TaskType::Cpu,
        size: Size::parse(TaskType::Cpu, &EACH.exact()).expect("a time is a size"),
        tasks: TASKS,
    };
    let work = load.resolve(&engine.costs());
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
            ..Plan::first(engine.machine())
        };
        let ratio = |_| {
            let bare = bare(&work);
            watched(&engine, &feed, plan.clone()).as_secs_f64() / bare.as_secs_f64()
        };
        let ratios: Vec<f64> = (0..PAIRS).map(ratio).collect();
        let (median, low, high) = median(ratios);
        println!("{strategy:<10} {median:.4} ({low:.4} to {high:.4})");
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

fn watched(engine: &Engine, feed: &EventFeed, plan: Plan) -> Nanos {
    engine.start(plan).expect("nothing else runs");
    let mut session = Session::default();
    for event in feed.iter().flatten() {
        session.apply(&event);
        if event == RunEvent::Finished {
            break;
        }
    }
    let end = session.runs[0].end.as_ref().expect("it is over");
    assert!(end.counts.all_ok(), "{:?}", end.counts);
    end.elapsed
}

/// The median, and the interval in which that of all such pairs lies with 95 %: from order statistics, which ask nothing
/// of how the machine's disturbances are distributed.
fn median(mut ratios: Vec<f64>) -> (f64, f64, f64) {
    ratios.sort_by(f64::total_cmp);
    let n = ratios.len() as f64;
    let reach = 0.98 * n.sqrt();
    let rank = |at: f64| ratios[at.round().clamp(0.0, n - 1.0) as usize];
    (rank(n / 2.0 - 0.5), rank(n / 2.0 - reach - 1.0), rank(n / 2.0 + reach))
}
