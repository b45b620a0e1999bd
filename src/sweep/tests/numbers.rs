//! Which numbers of workers are tried, of which tasks, and in which time.

use super::*;
use crate::plan::{Chunk, Field, Workload};

/// The same run where tasks compute for a part of their 10 ms, on two CPUs.
fn computing(workers: u32, percent: u64) -> Sample {
    let busy = Nanos::from_millis(640) * percent / 100;
    let at_a_time = 200u32.checked_div(percent as u32).unwrap_or(u32::MAX);
    let ledger = Ledger { computing: busy, blocked: Nanos::from_millis(640) - busy, ..Ledger::default() };
    Sample { ledger, ..sample(workers, at_a_time) }
}

#[test]
fn without_an_end_the_number_of_the_formula_is_tried_too_and_once() {
    let numbers = |percent: u64| {
        let mut sweep = sweep("1..", 1);
        let mut tried = Vec::new();
        while let Some(step) = sweep.next(Nanos::ZERO) {
            sweep.count(step, computing(step.shape.slots(), percent));
            if step.kind == Kind::Repeat {
                tried.push(step.shape.slots());
            }
        }
        (sweep, tried)
    };
    // 2 CPUs × (1 + 8 ms / 2 ms).
    assert_eq!(numbers(20).1, [2, 3, 4, 6, 8, 10, 12, 16]);
    // 11.1, which is hardly another number than 12.
    let (sweep, tried) = numbers(18);
    assert_eq!(tried, [2, 3, 4, 6, 8, 11, 16, 24]);
    // After a pause the formula gives a little more.
    let mut resumed = sweep.resumed();
    while let Some(step) = resumed.next(Nanos::ZERO) {
        assert!(step.kind != Kind::Repeat, "{} was measured", step.label());
        resumed.count(step, computing(step.shape.slots(), 17));
    }
    // Where tasks only wait there is none, and where they only compute it is the number of CPUs.
    assert_eq!(numbers(0).1, [2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64]);
    assert_eq!(numbers(100).1, [2, 3, 4]);
}

#[test]
fn tasks_that_are_not_short_go_one_by_one() {
    let settled = |size: Size, chunk: Chunk| {
        let mut plan = plan("1,2", 1);
        plan.plan.workloads[0].size = size;
        plan.plan.chunk = chunk;
        plan.settled().plan.chunk
    };
    let wait = |us| Size::Wait(Nanos::from_micros(us));
    assert_eq!(settled(wait(1_000), Chunk::Auto), Chunk::Tasks(1));
    assert_eq!(settled(wait(999), Chunk::Auto), Chunk::Auto);
    assert_eq!(settled(wait(1_000), Chunk::Tasks(4)), Chunk::Tasks(4), "somebody says so");
}

#[test]
fn tasks_that_compute_and_wait_are_many() {
    let tasks = |size: &str, cpus| {
        let size = Size::parse(TaskType::Mixed, size).unwrap();
        let load = Workload { task: TaskType::Mixed, size, tasks: 64 };
        enough_tasks(&load, &Machine::example(cpus))
    };
    // 20 for each worker of the formula.
    assert_eq!([tasks("2ms+8ms", 1), tasks("2ms+8ms", 2)], [100, 200]);
    // As many as one worker does in 16 s; never fewer than usual.
    assert_eq!([tasks("20ms+80ms", 2), tasks("200ms+800ms", 2)], [160, 64]);
}

#[test]
fn a_range_may_begin_anywhere_but_beyond_the_tasks() {
    // The formula gives 2, which nobody asked for.
    let mut from_five = sweep("5..", 1);
    let mut tried = Vec::new();
    while let Some(step) = from_five.next(Nanos::ZERO) {
        from_five.count(step, computing(step.shape.slots(), 100));
        if step.kind == Kind::Repeat {
            tried.push(step.shape.slots());
        }
    }
    assert_eq!(tried, [5, 6, 8]);
    let problems = plan("65..", 1).problems(&Machine::example(2));
    let [beyond] = problems.as_slice() else { panic!("{problems:?}") };
    assert_eq!(
        (beyond.field, beyond.wrong.as_str()),
        (Field::Workers, "begins with more workers than there are tasks: 64")
    );
    let far = plan("9000..", 1).problems(&Machine::example(2));
    assert_eq!(far[0].wrong, "begins beyond 4 096 workers, where a range without an end ends");
}

#[test]
fn a_grid_of_any_size_is_refused_at_once() {
    let problems = plan("1..100000x1..100000", 1).problems(&Machine::example(2));
    let [first, ..] = problems.as_slice() else { panic!("nothing is wrong") };
    assert_eq!(first.wrong, "names 10 000 000 000 numbers of workers");
    let far = "1..4294967295x1..4294967295,1..4294967295x1..4294967295";
    assert!(plan(far, 1).problems(&Machine::example(2))[0].wrong.starts_with("names 18 446 744 "));
}

#[test]
fn more_threads_under_one_lock_say_nothing_of_more_processes() {
    let mut hybrid = plan("1..", 1);
    hybrid.plan.strategies = vec![Strategy::Hybrid];
    let mut sweep = Sweep::new(hybrid, &Machine::example(4));
    let mut tried = Vec::new();
    while let Some(step) = sweep.next(Nanos::ZERO) {
        // Each process computes one at a time, up to four.
        sweep.count(step, sample(step.shape.slots(), step.shape.processes.min(4)));
        if step.kind == Kind::Repeat {
            tried.push(step.shape.slots());
        }
    }
    assert_eq!(tried, [2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64], "{:?}", sweep.notices());
}

#[test]
fn a_sweep_that_is_complete_is_not_begun_again() {
    for counts in ["1..", "1,2,4"] {
        let mut sweep = sweep(counts, 3);
        played(&mut sweep, 4);
        assert_eq!(played(&mut sweep.resumed(), 4), [] as [String; 0], "{counts}");
    }
}

#[test]
fn no_run_begins_that_would_end_too_late_not_even_the_first() {
    let limited = |most| {
        let mut sweep =
            Sweep::new(SweepPlan { max_time: Some(most), ..plan("1,2", 5) }, &Machine::example(2));
        let order = played(&mut sweep, 64);
        (order, sweep.notices().join(" "))
    };
    // One worker takes 640 ms, two take 320 ms.
    let (order, said) = limited(Nanos::from_millis(639));
    assert_eq!(order, [] as [String; 0]);
    assert!(
        said.starts_with("The time of 639 ms is over: 10 runs that were planned were not made."),
        "{said}"
    );
    // No time to warm up.
    assert_eq!(limited(Nanos::from_millis(700)).0, ["b1"]);
    assert_eq!(limited(Nanos::from_millis(960)).0, ["w2", "b1"]);
}

#[test]
fn larger_numbers_that_are_known_say_nothing_of_those_between() {
    let mut known = sweep("1,48,64", 1);
    played(&mut known, 16);
    let mut between = Sweep::new(plan("1..", 1), &Machine::example(2));
    for cell in known.cells() {
        for sample in &cell.samples {
            between.take(Kind::Repeat, cell.strategy, cell.workers, sample.clone());
        }
    }
    let order = played(&mut between, 16);
    assert!(order.contains(&"16".to_owned()), "{order:?}");
}

#[test]
fn the_formula_names_one_shape_of_hybrid_with_a_process_for_each_cpu() {
    let mut hybrid = plan("1..", 1);
    hybrid.plan.strategies = vec![Strategy::Hybrid];
    let mut sweep = Sweep::new(hybrid, &Machine::example(2));
    while let Some(step) = sweep.next(Nanos::ZERO) {
        // 11 by the formula: as a number that would be 1×11.
        sweep.count(step, computing(step.shape.slots(), 18));
    }
    let shapes: Vec<Shape> = sweep.cells().iter().map(|cell| cell.shape).collect();
    assert!(shapes.iter().all(|shape| shape.slots() != 11), "{shapes:?}");
    assert!(shapes.contains(&Shape::new(2, 6)), "{shapes:?}");
}
