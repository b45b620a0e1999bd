use super::*;
use crate::plan::size::Compute;
use crate::plan::{Chunk, Size, Strategy, TaskType, WorkerCount};
use crate::units::{Bytes, Nanos};

fn problems(change: impl Fn(&mut Plan)) -> Vec<String> {
    let machine = Machine::example(2);
    let mut plan = Plan::first(&machine);
    change(&mut plan);
    plan.check(&machine).err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

#[test]
fn each_problem_names_field_value_and_way_out() {
    assert_eq!(
        problems(|p| p.workers = WorkerCount::Exactly(0)),
        ["workers 0: nobody would do the work; use 1 or more"]
    );
    assert_eq!(
        problems(|p| p.workers = WorkerCount::Exactly(10_000)),
        [
            "workers 10 000: is more threads than one run may have; use 1 to 4 096",
            "workers 10 000: is more processes than one run may have; use 1 to 1 024",
        ]
    );
    assert_eq!(
        problems(|p| p.workloads[0].size = Size::Compute(Compute::Iterations(u64::MAX))),
        ["size 18446744073709551615: is larger than one task may be (10 000 000 000 000 iterations); \
          write iterations or time: 5000000, 100ms"]
    );
}

#[test]
fn a_grid_is_bounded_in_processes_and_in_threads() {
    let hybrid = |text: &'static str| {
        problems(move |p| {
            p.workers = text.parse().unwrap();
            p.strategies = vec![Strategy::Hybrid];
        })
    };
    assert_eq!(hybrid("64x64"), [""; 0]);
    assert_eq!(hybrid("4096"), [""; 0]);
    assert_eq!(
        hybrid("2x2049"),
        ["workers 2x2049 (= 4098): is more threads than one run may have; use at most 4 096 threads"]
    );
    assert_eq!(
        hybrid("1025x1"),
        ["workers 1025x1 (= 1025): is more processes than one run may have; use at most 1 024 processes"]
    );
    assert_eq!(hybrid("2x0"), ["workers 2x0: nobody would do the work; use 1 or more"]);
    assert_eq!(hybrid("65536x65536").len(), 2);
}

#[test]
fn buffers_must_fit_into_half_of_the_memory() {
    let native = |size: &'static str, workers| {
        problems(move |p| {
            p.workloads[0].task = TaskType::Native;
            p.workloads[0].size = Size::parse(TaskType::Native, size).unwrap();
            p.workers = WorkerCount::Exactly(workers);
            p.strategies = vec![Strategy::Serial, Strategy::Threads];
        })
    };
    assert_eq!(native("32MiB", 128), [""; 0]);
    assert_eq!(
        native("32MiB", 129),
        [
            "workers 129: with a buffer of 32.0 MiB each would take 4.03 GiB, more than half of the 8.00 GiB of \
          memory available; use at most 128, or a smaller size"
        ]
    );
    assert_eq!(native("100ms", 129).len(), 1, "by time a buffer is the usual one at most");
    let together = problems(|p| {
        p.workloads[0].task = TaskType::Native;
        p.workloads[0].size = Size::Buffer(Bytes(32 << 20));
        (p.workers, p.together) = (WorkerCount::Exactly(64), true);
    });
    assert_eq!(together.len(), 1, "1 + 64 + 64 buffers at once: {together:?}");
    assert!(together[0].ends_with("or run the strategies one after another"), "{together:?}");
    assert_eq!(native("1000000", 4_096), [""; 0]);
    assert_eq!(
        native("5GiB", 1),
        ["size 5GiB: is more than half of the 8.00 GiB of memory available; use at most 4.00 GiB"]
    );
}

#[test]
fn every_problem_is_said_at_once() {
    let said = problems(|p| {
        p.workloads[0].tasks = 0;
        p.strategies.clear();
        p.workers = WorkerCount::Percent(0);
        p.chunk = Chunk::Tasks(0);
        p.timeout = Some(Nanos(1));
        p.retries = 1_000;
        p.repeats = 0;
    });
    let fields: Vec<_> = said.iter().filter_map(|s| s.split(' ').next()).collect();
    assert_eq!(fields, ["tasks", "strategy", "workers", "chunk", "timeout", "retries", "repeats"]);
}

#[test]
fn simulated_runs_have_limits_of_their_own() {
    let simulated = |cores: &'static str, change: fn(&mut Plan)| {
        problems(move |p| {
            p.runtime = format!("simulated{cores}").parse().unwrap();
            p.strategies = vec![Strategy::Serial, Strategy::Threads, Strategy::Processes];
            change(p);
        })
    };
    assert_eq!(simulated(":1024", |p| p.workers = WorkerCount::Exactly(10_000)), [""; 0]);
    assert_eq!(
        simulated(":16", |p| p.workers = WorkerCount::Exactly(10_001)),
        ["workers 10 001: is more workers than one run may have; use 1 to 10 000"]
    );
    assert_eq!(
        simulated("", |p| p.workloads[0].tasks = 1_000_001),
        ["tasks 1 000 001: is more than a simulated run may have; use 1 to 1 000 000"]
    );
    assert_eq!(
        simulated(":1025", |_| {}),
        ["runtime simulated:1025: has more cores than can be simulated; use 1 to 1 024 cores"]
    );
    assert_eq!(simulated(":0", |_| {}), ["runtime simulated:0: has no core; use 1 to 1 024 cores"]);
    assert_eq!(
        simulated(":4", |p| p.together = true),
        [
            "together true: simulated runs have their machine to themselves; run the strategies one after another"
        ]
    );
    assert_eq!(
        simulated(":4", |p| p.simulator.full_speed_permille = 0),
        ["simulator full_speed_permille = 0: is out of range; use 1 to 1000"]
    );
    assert_eq!(
        simulated(":4", |p| p.simulator.slice = Nanos::ZERO),
        ["simulator slice = 0s: is out of range; use 1us to 10s"]
    );
    let native = simulated(":64", |p| {
        p.workloads[0].task = TaskType::Native;
        p.workloads[0].size = Size::Buffer(Bytes(1 << 30));
        p.workers = WorkerCount::Percent(100);
    });
    assert_eq!(native, [""; 0], "nobody needs its memory");
    assert_eq!(problems(|p| p.simulator.slice = Nanos::ZERO), [""; 0], "real runs need no simulator");
}

#[test]
fn a_plan_without_workloads_is_refused() {
    assert_eq!(problems(|p| p.workloads.clear()).len(), 1);
}
