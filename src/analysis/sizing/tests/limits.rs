//! What limits: long tasks, few tasks, CPUs that are not all used yet, and computing that is little beside a long wait.

use super::*;
use crate::event::Percentiles;

/// Every run with so many workers takes so many seconds.
fn take(sweep: &mut Measurements, seconds: fn(u32) -> f64) {
    for point in &mut sweep.points {
        let takes = secs(seconds(point.shape.slots()));
        point.samples.iter_mut().for_each(|sample| sample.elapsed = takes);
    }
    sweep.baselines.iter_mut().for_each(|sample| sample.elapsed = secs(seconds(1)));
}

fn latency(sweep: &mut Measurements, [p50, p90, p99, max]: [u64; 4]) {
    let ms = Nanos::from_millis;
    for sample in sweep.points.iter_mut().flat_map(|point| &mut point.samples).chain(&mut sweep.baselines) {
        sample.latency = Percentiles { p50: ms(p50), p90: ms(p90), p99: ms(p99), max: ms(max) };
    }
}

#[test]
fn one_long_task_is_what_limits() {
    // One task of 200 ms and four of 20 ms: two workers take as long as the first.
    let counts = [1, 2, 4, 8];
    let mut sweep = Pool { tasks: 5, ..pool(0.0, 56.0) }.sweep(&counts);
    let all = sweep.points.iter_mut().flat_map(|point| &mut point.samples).chain(&mut sweep.baselines);
    for sample in all {
        let alone = sample.ledger.waiting == Nanos::ZERO;
        sample.elapsed = secs(if alone { 0.28 } else { 0.201 });
        let ms = Nanos::from_millis;
        sample.latency = Percentiles { p50: ms(20), p90: ms(200), p99: ms(200), max: ms(200) };
    }
    for (point, count) in sweep.points.iter_mut().zip(counts) {
        point.samples.iter_mut().for_each(|s| s.elapsed = secs(if count == 1 { 0.28 } else { 0.201 }));
    }
    sweep.baselines.iter_mut().for_each(|s| s.elapsed = secs(0.28));
    let sizing = size(&sweep);
    assert!(sizing.points.iter().all(|p| p.rate <= p.possible.unwrap() * 1.001), "{:?}", sizing.points);
    assert!(sizing.points[1..].iter().all(|p| (p.possible.unwrap() - 25.0).abs() < 0.01));
    let r = recommendation(&sweep);
    assert!(matches!(r.limit, Limit::LongTask { .. }) && r.workers() == 2, "{r:?}");
    assert!(said(&r).starts_with("One long task takes 200 ms of the 201 ms of the run."), "{}", said(&r));
}

#[test]
fn tasks_of_differing_lengths_have_no_rounds() {
    // Half of them take a tenth of the others: nine tasks on eight workers do not take twice the mean.
    let demand = Demand { compute: 0.0, wait: 0.055, whole: 0.055, longest: 0.1, long: 0, alike: None };
    assert!((demand.possible(9, 1, 8, 2.0) - 90.0).abs() < 1e-6);
    // A single one that got in the way of nothing else leaves the others in rounds.
    let ms = Nanos::from_millis;
    let mut sample = pool(0.0, 20.0).sweep(&[1]).baselines.remove(0);
    sample.latency = Percentiles { p50: ms(20), p90: ms(20), p99: ms(20), max: ms(60) };
    assert!((sample.alike().unwrap() - 0.019_9).abs() < 1e-4, "{:?}", sample.alike());
}

#[test]
fn cpus_limit_only_workers_that_are_as_many() {
    let r = recommendation(&Pool { cpus: 4, ..pool(20.0, 0.0) }.sweep(&[2, 3]));
    assert_eq!((r.workers(), &r.limit, r.measure_next.as_slice()), (3, &Limit::Range(3), [4].as_slice()));
    assert_eq!(r.cautions, ["only 2 numbers of workers were measured, too few to see the shape"]);
}

#[test]
fn few_tasks_are_named_where_the_last_ones_leave_the_cpus_idle() {
    let mut sweep = Pool { tasks: 1_024, cpus: 64, start: 0.0, noise: 0.0, ..pool(20.0, 80.0) }
        .sweep(&[1, 325, 512, 1_024]);
    // The CPUs have nothing to do in the tenth of a second that the last tasks wait.
    for sample in sweep.points[1..].iter_mut().flat_map(|point| &mut point.samples) {
        sample.elapsed += secs(0.1);
    }
    let r = recommendation(&sweep);
    assert_eq!((r.workers(), &r.limit), (512, &Limit::FewTasks { tasks: 1_024, rounds: 2 }));
    let words = said(&r);
    assert!(words.starts_with("1 024 tasks in 2 rounds are too few to keep the CPUs busy from"), "{words}");
    assert!(words.ends_with("gives 320 workers; measured, it takes more for so few tasks."), "{words}");
    assert_eq!(words.matches("-n").count(), 1, "{words}");
}

#[test]
fn tasks_of_different_lengths_that_compute_are_too_few_where_the_last_ones_leave_cpus_idle() {
    let mut sweep =
        Pool { task: TaskType::Primes, tasks: 24, cpus: 4, ..pool(24.0, 0.0) }.sweep(&[1, 2, 4, 8]);
    latency(&mut sweep, [1, 24, 50, 55]);
    take(&mut sweep, |n| 0.576 / f64::from(n.min(4)) + if n > 1 { 0.022 } else { 0.0 });
    let r = recommendation(&sweep);
    assert_eq!((r.workers(), &r.limit), (4, &Limit::FewTasks { tasks: 24, rounds: 0 }), "{r:?}");
}

#[test]
fn many_long_tasks_are_not_one_and_count_only_where_no_cpu_is_short() {
    // 52 tasks of 100 ms that compute 80 % of the CPU time there is, and 13 of 1 s that wait.
    let mut sweep = Pool { tasks: 65, cpus: 4, ..pool(80.0, 200.0) }.sweep(&[1, 14, 65]);
    latency(&mut sweep, [100, 1_000, 1_000, 1_000]);
    assert_eq!(sweep.baselines[0].long(), 13);
    take(&mut sweep, |n| if n == 65 { 1.31 } else { 18.2 / f64::from(n) + 0.9 });
    let r = recommendation(&sweep);
    assert_eq!((r.workers(), &r.limit), (65, &Limit::Cores(4)));
    assert!(said(&r).ends_with("gives 14.0 workers; measured, it takes more."), "{}", said(&r));
    (sweep.machine.cpus, sweep.machine.allowed) = (64, 64);
    take(&mut sweep, |n| if n == 65 { 1.05 } else { 18.2 / f64::from(n) + 0.9 });
    let words = said(&recommendation(&sweep));
    assert!(words.starts_with("13 long tasks take 1.00 s each, of the 1.05 s of the run."), "{words}");
    assert!(words.contains("Cut the longest tasks into several"), "{words}");
}

#[test]
fn one_long_task_among_short_ones_makes_no_rounds_and_no_serial_part() {
    // One of 1 s that computes and a hundred of 10 ms that wait: two workers are done in its time.
    let mut sweep = Pool { tasks: 101, cpus: 4, ..pool(9.9, 10.0) }.sweep(&[1, 2, 3, 4]);
    latency(&mut sweep, [10, 10, 10, 1_000]);
    take(&mut sweep, |n| [2.01, 1.01, 1.0, 1.0][n as usize - 1]);
    let sizing = size(&sweep);
    let r = recommendation(&sweep);
    assert!(matches!(r.limit, Limit::LongTask { many: 1, .. }) && r.workers() == 2, "{r:?}");
    let diagnosis = sizing.diagnosis.unwrap();
    assert_eq!(diagnosis.start_with, 2);
    assert!(diagnosis.words.ends_with("= 8.04; but one task alone takes 1.00 s."), "{}", diagnosis.words);
    let said = |name: &str| sizing.laws.iter().find(|law| law.name == name).unwrap().said.clone();
    assert!(said("waves").is_err() && said("amdahl").is_err(), "{:?}", sizing.laws);
    assert!(said("list_schedule").is_ok(), "{:?}", sizing.laws);
}

#[test]
fn little_computing_beside_a_long_wait_is_not_nothing() {
    let waits = |tasks, compute| Pool { tasks, cpus: 4, noise: 0.0, start: 1e-6, ..pool(compute, 1_000.0) };
    let sweep = waits(100_000, 1.0).sweep(&[1, 2_000, 4_000, 5_000]);
    let diagnosis = size(&sweep).diagnosis.unwrap();
    assert_eq!(diagnosis.start_with, 4_004);
    assert!(diagnosis.words.starts_with("One worker waits over 99 % of its time"), "{}", diagnosis.words);
    assert_eq!(recommendation(&sweep).limit, Limit::Cores(4));
    // No more tasks than it would take, or no more computing than a sleep costs.
    let diagnosis = size(&waits(400, 1.0).sweep(&[1, 2])).diagnosis.unwrap();
    assert_eq!((diagnosis.start_with, diagnosis.demand.compute.to_bits()), (400, 0));
    let diagnosis = size(&waits(100_000, 0.04).sweep(&[1, 2])).diagnosis.unwrap();
    assert!(
        diagnosis.words.ends_with("start with 4 096: the most that a run may have."),
        "{}",
        diagnosis.words
    );
    assert_eq!(
        Limit::Coherence { beta: 1.23e-7 }.to_string(),
        "every worker costs every other 0.0000123 % of a task (β)"
    );
}

#[test]
fn cpus_come_before_a_worker_for_every_task() {
    let sweep = Pool { task: TaskType::Cpu, tasks: 4_096, cpus: 4, start: 1e-6, ..pool(0.5, 0.0) };
    let r = recommendation(&sweep.sweep(&[1, 4_096]));
    assert_eq!((r.workers(), &r.limit, r.measure_next.as_slice()), (4_096, &Limit::Cores(4), [4].as_slice()));
    let caution = "nothing was measured between 1 and 4 096 workers, where the number of the formula lies: 4";
    assert!(r.cautions.iter().any(|words| words == caution), "{:?}", r.cautions);
}

#[test]
fn a_single_task_wants_one_worker_whatever_was_measured() {
    for counts in [[1].as_slice(), &[1, 2, 4]] {
        let r = recommendation(&Pool { tasks: 1, ..pool(200.0, 0.0) }.sweep(counts));
        assert_eq!((r.workers(), &r.limit), (1, &Limit::Tasks(1)));
        assert!(said(&r).to_lowercase().contains("the only task has a worker"), "{}", said(&r));
        assert!(r.cautions.is_empty() && r.measure_next.is_empty(), "{r:?}");
    }
    let why = size(&Pool { tasks: 1, ..pool(200.0, 0.0) }.sweep(&[1])).diagnosis.unwrap_err();
    assert!(why.starts_with("1 task says too little"), "{why}");
}
