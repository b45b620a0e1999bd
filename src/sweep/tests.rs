//! The order of runs, early ends, and files; a pool that keeps to simple laws stands for the engine.

mod numbers;

use super::save::{SaveError, SaveFile};
use super::*;
use crate::analysis::sizing::PointSummary;
use crate::event::TaskCounts;
use crate::plan::{Costs, Size, TaskType};
use crate::state::Ledger;

const COSTS: Costs = Costs { cpu_ns: 50.0, sum_ns: 0.5, primes_ns: 8.0, native_ns: 0.5 };

fn plan(counts: &str, repeats: u32) -> SweepPlan {
    let machine = Machine::example(2);
    let mut plan = Plan::for_task(TaskType::Sleep, &machine);
    plan.strategies = vec![Strategy::Threads];
    plan.workloads[0].tasks = 64;
    plan.workloads[0].size = Size::Wait(Nanos::from_millis(10));
    SweepPlan { plan, counts: counts.parse().unwrap(), repeats: Some(repeats), max_time: None }
}

fn sweep(counts: &str, repeats: u32) -> Sweep {
    Sweep::new(plan(counts, repeats), &Machine::example(2))
}

/// What a run of 64 tasks of 10 ms leaves, of which so many wait at a time.
fn sample(workers: u32, at_a_time: u32) -> Sample {
    let rounds = 64u64.div_ceil(u64::from(workers.min(at_a_time)));
    let blocked = Nanos::from_millis(640);
    Sample {
        elapsed: Nanos::from_millis(10) * rounds,
        tasks: TaskCounts { total: 64, ..TaskCounts::default() }.total,
        ok: 64,
        chunk: 1,
        ledger: Ledger { blocked, ..Ledger::default() },
        digest: Some(1),
        ..Sample::default()
    }
}

/// Runs a sweep to its end; the runs as `b1 4 8`, baselines with a `b`, warm-ups with a `w`.
fn played(sweep: &mut Sweep, at_a_time: u32) -> Vec<String> {
    let mut order = Vec::new();
    let mut spent = Nanos::ZERO;
    while let Some(step) = sweep.next(spent) {
        let workers = step.shape.slots();
        let mark = match step.kind {
            Kind::WarmUp => "w",
            Kind::Baseline => "b",
            Kind::Repeat => "",
        };
        order.push(format!("{mark}{workers}"));
        let sample = sample(workers, at_a_time);
        spent += sample.elapsed;
        sweep.count(step, sample);
        assert!(order.len() < 1_000, "it never ends: {order:?}");
    }
    order
}

#[test]
fn every_number_is_measured_once_before_any_is_measured_again() {
    let mut sweep = sweep("1,2,4,8", 5);
    let order = played(&mut sweep, 64);
    assert_eq!(order[..2], ["w2", "b1"]);
    assert_eq!(order.last().unwrap(), "b1");
    assert_eq!(order.iter().filter(|run| *run == "b1").count(), 3);
    for cell in sweep.cells() {
        assert_eq!(cell.samples.len(), 5, "{order:?}");
    }
    // Rounds hold each number once, in an order of their own.
    let others: Vec<&String> = order.iter().filter(|run| ["2", "4", "8"].contains(&run.as_str())).collect();
    let rounds: Vec<Vec<&String>> = others.chunks(3).map(<[&String]>::to_vec).collect();
    for round in &rounds {
        let mut sorted = round.clone();
        sorted.sort();
        assert_eq!(sorted, ["2", "4", "8"]);
    }
    assert!(rounds.windows(2).any(|two| two[0] != two[1]), "the same order in every round: {order:?}");
    let middle = order.iter().skip(2).position(|run| run == "b1").unwrap() + 2;
    assert!((order.len() / 3..order.len() * 3 / 4).contains(&middle), "{order:?}");
    let mut again = self::sweep("1,2,4,8", 5);
    assert_eq!(played(&mut again, 64), order, "the seed decides");
}

#[test]
fn one_worker_is_measured_even_where_it_is_not_asked_for() {
    let mut sweep = sweep("4,8", 2);
    let order = played(&mut sweep, 64);
    assert_eq!(order.iter().filter(|run| *run == "b1").count(), 2);
    assert_eq!(sweep.cells().len(), 3);
    let sizing = sweep.sizing();
    assert!((sizing.points[1].speedup.unwrap() - 4.0).abs() < 0.01, "{sizing:?}");
    assert!(sizing.drift.unwrap().abs() < 1e-9);
}

#[test]
fn progress_counts_down_to_nothing() {
    let mut sweep = sweep("1,2,4", 3);
    let mut left = Vec::new();
    while let Some(step) = sweep.next(Nanos::ZERO) {
        sweep.count(step, sample(step.shape.slots(), 64));
        left.push(sweep.progress());
    }
    assert_eq!(left.first().map(|p| (p.done, p.left)), Some((0, 9)), "a warm-up does not count");
    let last = left.last().unwrap();
    assert_eq!((last.done, last.left, last.time_left), (9, 0, Some(Nanos::ZERO)));
    assert!(left.windows(2).all(|two| two[1].left <= two[0].left));
    assert_eq!(left[1].time_left, Some(Nanos::from_millis(2 * 640 + 3 * 320 + 3 * 160)));
}

#[test]
fn numbers_that_are_clearly_slower_are_given_up_and_it_is_said() {
    let mut sweep = sweep("1,2,4,8", 5);
    while let Some(step) = sweep.next(Nanos::ZERO) {
        let workers = step.shape.slots();
        let mut run = sample(workers, 4);
        if workers == 8 {
            run.elapsed = run.elapsed * 2;
        }
        sweep.count(step, run);
    }
    let repeats: Vec<usize> = sweep.cells().iter().map(|cell| cell.samples.len()).collect();
    assert_eq!(repeats, [5, 5, 5, 2]);
    assert_eq!(
        sweep.notices(),
        ["threads ×8: no further repeats, for each was clearly slower than 4 workers (by 50 %)."]
    );
}

#[test]
fn without_an_upper_end_it_grows_until_two_in_a_row_bring_nothing() {
    let mut sweep = sweep("1..", 2);
    let order = played(&mut sweep, 8);
    assert_eq!(order[..8], ["w2", "b1", "2", "3", "4", "6", "8", "12"].map(str::to_owned));
    let most = sweep.cells().last().unwrap().shape.slots();
    assert_eq!(most, 16);
    assert_eq!(sweep.notices(), ["threads: up to 16 workers brought nothing over 8, so no more were tried."]);
    let mut all = self::sweep("1..", 1);
    played(&mut all, 64);
    assert_eq!(all.cells().last().unwrap().shape.slots(), 64, "no more workers than tasks");
}

#[test]
fn no_run_begins_that_would_end_too_late() {
    let mut plan = plan("1,2,4", 5);
    plan.max_time = Some(Nanos::from_secs(3));
    let mut sweep = Sweep::new(plan, &Machine::example(2));
    played(&mut sweep, 64);
    let spent: Nanos = sweep.cells().iter().flat_map(|cell| &cell.samples).map(|sample| sample.elapsed).sum();
    assert!(spent <= Nanos::from_secs(3) && spent > Nanos::from_secs(1), "{spent}");
    assert!(sweep.notices()[0].starts_with("The time of 3.00 s is over: "), "{:?}", sweep.notices());
}

#[test]
fn repeats_are_fewer_where_there_would_be_no_end() {
    let mut long = plan("1,2,4", 5);
    long.repeats = None;
    let mut sweep = Sweep::new(long.clone(), &Machine::example(2));
    played(&mut sweep, 64);
    assert_eq!(sweep.repeats(), REPEATS);
    let mut sweep = Sweep::new(long, &Machine::example(2));
    while let Some(step) = sweep.next(Nanos::ZERO) {
        let mut run = sample(step.shape.slots(), 64);
        run.elapsed = run.elapsed * 100;
        run.ledger.blocked = run.ledger.blocked * 100;
        sweep.count(step, run);
    }
    assert_eq!(sweep.cells()[1].samples.len(), REPEATS_OF_LONG as usize);
}

#[test]
fn runs_that_fail_are_given_up_after_two() {
    let mut sweep = sweep("1,2,4", 5);
    while let Some(step) = sweep.next(Nanos::ZERO) {
        let mut run = sample(step.shape.slots(), 64);
        if step.shape.slots() == 4 {
            run.ok = 60;
        }
        sweep.count(step, run);
    }
    assert_eq!(sweep.cells()[2].samples.len(), 2);
    assert!(sweep.notices()[0].starts_with("threads ×4: given up after 2 runs"), "{:?}", sweep.notices());
    assert!(sweep.has_failures());
}

/// Plays so many steps of a sweep into a file.
fn saved(path: &std::path::Path, steps: usize) {
    let (plan, machine) = (plan("1,2,4", 3), Machine::example(2));
    let (mut file, held) = SaveFile::open(path, &plan.plan, &machine).unwrap();
    assert!(held.is_none());
    file.begin(&plan.plan, &machine, COSTS).unwrap();
    let mut sweep = Sweep::new(plan, &machine);
    for _ in 0..steps {
        let step = sweep.next(Nanos::ZERO).unwrap();
        let run = sample(step.shape.slots(), 64);
        if step.kind != Kind::WarmUp {
            file.add(step, &run).unwrap();
        }
        sweep.count(step, run);
    }
}

fn resumed(path: &std::path::Path) -> (Sweep, bool) {
    let (plan, machine) = (plan("1,2,4", 3), Machine::example(2));
    let (_, held) = SaveFile::open(path, &plan.plan, &machine).unwrap();
    let held = held.unwrap();
    assert_eq!(held.costs(), COSTS);
    let torn = held.torn;
    let mut sweep = Sweep::new(plan, &machine);
    sweep.resume(held);
    (sweep, torn)
}

#[test]
fn a_file_goes_on_where_it_ended() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("points");
    saved(&path, 6);
    let (mut sweep, torn) = resumed(&path);
    assert!(!torn);
    let measured: usize = sweep.cells().iter().map(|cell| cell.samples.len()).sum();
    assert_eq!(measured, 5);
    let order = played(&mut sweep, 64);
    assert!(sweep.cells().iter().all(|cell| cell.samples.len() >= 3), "{order:?}");
    assert!(order.len() < 11, "it did not begin anew: {order:?}");
    assert_eq!(sweep.notices(), ["5 runs from the file count."]);
}

#[test]
fn a_complete_file_leaves_nothing_to_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("points");
    saved(&path, 10);
    let (mut sweep, _) = resumed(&path);
    assert_eq!(sweep.next(Nanos::ZERO), None);
    assert!(matches!(sweep.sizing().advice, crate::analysis::sizing::Advice::Recommended(_)));
}

#[test]
fn a_torn_last_line_is_cut_off_and_it_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("points");
    saved(&path, 6);
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() - 40]).unwrap();
    let (sweep, torn) = resumed(&path);
    assert!(torn);
    assert_eq!(sweep.notices()[0], "The last line of the file was torn, and was cut off.");
    assert_eq!(sweep.notices()[1], "4 runs from the file count.");
    assert!(std::fs::read(&path).unwrap().ends_with(b"\n"));
}

#[test]
fn a_file_of_something_else_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("points");
    saved(&path, 3);
    let machine = Machine::example(2);
    let mut other = plan("1,2", 3).plan;
    other.workloads[0].size = Size::Wait(Nanos::from_millis(30));
    let refused = SaveFile::open(&path, &other, &machine).unwrap_err();
    assert!(matches!(refused, SaveError::Other { .. }));
    let said = refused.to_string();
    assert!(said.contains("--size is 10ms there, and 30ms here"), "{said}");
    let said = SaveFile::open(&path, &plan("1", 1).plan, &Machine::example(4)).unwrap_err().to_string();
    assert!(said.contains("the number of CPUs available is 2 there, and 4 here"), "{said}");
    std::fs::write(&path, "my precious notes").unwrap();
    let said = SaveFile::open(&path, &plan("1", 1).plan, &machine).unwrap_err().to_string();
    assert!(said.contains("is not the head of a saved sweep"), "{said}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "my precious notes");
    saved(&folder.path().join("other"), 4);
    let text = std::fs::read_to_string(folder.path().join("other")).unwrap();
    let broken: Vec<&str> = text.lines().take(2).chain(["{}"]).collect();
    std::fs::write(&path, broken.join("\n") + "\n").unwrap();
    let said = SaveFile::open(&path, &plan("1", 1).plan, &machine).unwrap_err().to_string();
    assert!(said.contains("line 3: missing field"), "{said}");
}

#[test]
fn numbers_can_be_added_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("points");
    saved(&path, 10);
    let (plan, machine) = (plan("3", 3), Machine::example(2));
    let (_, held) = SaveFile::open(&path, &plan.plan, &machine).unwrap();
    let mut sweep = Sweep::new(plan, &machine);
    sweep.resume(held.unwrap());
    let order = played(&mut sweep, 64);
    assert_eq!(order.iter().filter(|run| *run == "3").count(), 3, "{order:?}");
    let counts: Vec<u32> = sweep.sizing().points.iter().map(PointSummary::workers).collect();
    assert_eq!(counts, [1, 2, 3, 4], "what the file held counts as well");
}

#[test]
fn failures_are_told_with_the_first_error_of_a_task() {
    let mut sweep = sweep("1,2", 3);
    while let Some(step) = sweep.next(Nanos::ZERO) {
        let failing = Sample { ok: 60, error: Some("#4: \"no such host\"".to_owned()), ..sample(1, 64) };
        sweep.count(step, failing);
    }
    let notice = &sweep.notices()[0];
    assert_eq!(
        notice,
        "threads ×2: given up after 2 runs, for tasks failed, the first of them #4: \"no such host\"."
    );
    let crate::analysis::sizing::Advice::Refused(refused) = sweep.sizing().advice else { panic!("{notice}") };
    assert_eq!(refused.reasons, ["tasks failed in every run; the first of them, #4: \"no such host\""]);
    assert_eq!(refused.next, ["Mend what fails, and sweep again."]);
}

#[test]
fn simulated_runs_are_made_once() {
    let mut plan = plan("1,2,4", 5);
    plan.plan.runtime = "simulated:4".parse().unwrap();
    let mut sweep = Sweep::new(plan, &Machine::example(2));
    assert_eq!(played(&mut sweep, 64).len(), 3);
    assert_eq!((sweep.repeats(), sweep.sizing().drift), (1, None));
    let said = format!("{:?}", sweep.sizing().advice);
    assert!(!said.contains("repeat") && !said.contains("noise"), "{said}");
}

#[test]
fn of_the_pages_on_the_loopback_those_are_asked_for_that_answer() {
    let machine = Machine::example(2);
    let http = SweepPlan { plan: Plan::for_task(TaskType::Http, &machine), ..plan("1,2", 2) };
    let sweep = Sweep::new(http, &machine);
    let size = &sweep.plan().plan.workloads[0].size;
    assert!(matches!(size, Size::Urls(urls) if urls.count() == 4 && urls.are_loopback()), "{size:?}");
    assert!(sweep.notices()[0].starts_with("Four of the five pages"), "{:?}", sweep.notices());
}

#[test]
fn consent_is_asked_for_all_runs() {
    use crate::plan::{Command, Workload};
    let machine = Machine::example(2);
    let command = std::sync::Arc::new(Command::new(vec!["true".to_owned()], false, None).unwrap());
    let says = |counts: &str| {
        let mut plan = plan(counts, 5);
        plan.plan.workloads =
            vec![Workload { task: TaskType::Command, size: Size::Command(command.clone()), tasks: 9 }];
        plan.asks(&machine).lines.join("\n")
    };
    // One worker at the beginning, in the middle and at the end, and one run to warm up.
    assert!(
        says("2,4").contains("9 tasks in each of up to 14 runs: threads ×2 … threads ×4"),
        "{}",
        says("2,4")
    );
    assert!(
        says("1..").contains("9 tasks in each of up to 41 runs: threads ×1 … threads ×9"),
        "{}",
        says("1..")
    );
}
