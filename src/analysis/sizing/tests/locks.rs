//! Interpreters' locks and CPUs: which of them limits which way to run, and what noise must not say against them.

use super::*;
use crate::event::Percentiles;

/// Tasks that compute under the lock of an interpreter, as threads and as processes.
fn both(cpus: u32, counts: &[u32]) -> Measurements {
    let computing = Pool { task: TaskType::Cpu, tasks: 64, cpus, noise: 0.0, ..pool(10.0, 0.0) };
    let mut sweep = Pool { gil: true, ..computing.clone() }.sweep(counts);
    let processes = Pool { start: 0.001, ..computing }.sweep(counts).points;
    sweep.points.extend(processes.into_iter().map(|point| Point {
        strategy: Strategy::Processes,
        shape: Shape::new(point.shape.slots(), 1),
        ..point
    }));
    sweep
}

fn of(strategy: Strategy, mut sweep: Measurements) -> Measurements {
    sweep.points.retain(|point| point.strategy == strategy);
    sweep
}

/// Repeats with so many workers took so many times as long.
fn stretch(sweep: &mut Measurements, strategy: Strategy, workers: u32, times: f64) {
    let same = |point: &&mut Point| point.strategy == strategy && point.shape.slots() == workers;
    for sample in sweep.points.iter_mut().filter(same).flat_map(|point| &mut point.samples) {
        sample.elapsed = secs(sample.elapsed.as_secs_f64() * times);
    }
}

#[test]
fn the_lock_limits_threads_and_the_cpus_limit_processes() {
    let sizing = size(&both(2, &[1, 2, 3, 4]));
    let limits: Vec<(Strategy, u32, Limit)> = sizing
        .each
        .iter()
        .filter_map(|(strategy, advice)| match advice {
            Advice::Recommended(r) => Some((*strategy, r.workers(), r.limit.clone())),
            Advice::Refused(_) => None,
        })
        .collect();
    assert_eq!(limits, [(Strategy::Threads, 1, Limit::Lock(1)), (Strategy::Processes, 2, Limit::Cores(2))]);
    let Advice::Recommended(r) = &sizing.advice else { panic!("{:?}", sizing.advice) };
    assert_eq!((r.strategy, r.workers()), (Strategy::Processes, 2));
    assert!(
        said(r).contains(
            "threads ×1 bring 50 % less: one worker computes at a time, under the interpreter's lock."
        ),
        "{}",
        said(r)
    );
    let diagnosis = sizing.diagnosis.unwrap();
    assert_eq!((diagnosis.strategy, diagnosis.start_with), (Strategy::Processes, 2));
}

#[test]
fn fewer_processes_than_cpus_are_limited_by_what_was_measured() {
    let r = recommendation(&of(Strategy::Processes, both(8, &[1, 2, 4])));
    assert_eq!((r.workers(), &r.limit), (4, &Limit::Range(4)));
    assert_eq!(r.measure_next, [6, 8]);
}

#[test]
fn under_the_lock_one_worker_is_enough_whatever_the_machine_did_meanwhile() {
    let mut sweep = of(Strategy::Threads, both(2, &[1, 2, 3]));
    // Later runs were faster, those with more workers too.
    sweep.baselines[2].elapsed = secs(sweep.baselines[2].elapsed.as_secs_f64() * 0.8);
    stretch(&mut sweep, Strategy::Threads, 3, 0.85);
    // And some tasks were held up.
    let ms = Nanos::from_millis;
    for sample in &mut sweep.baselines {
        sample.latency = Percentiles { p50: ms(8), p90: ms(15), p99: ms(20), max: ms(20) };
    }
    let r = recommendation(&sweep);
    assert_eq!((r.workers(), &r.limit), (1, &Limit::Lock(1)), "{r:?}");
    assert!(
        said(&r).starts_with("More workers are no faster: computing is serial under the lock"),
        "{}",
        said(&r)
    );
    assert!(said(&r).contains("Use processes: each has a lock of its own."), "{}", said(&r));
    assert!(r.cautions.iter().any(|caution| caution.starts_with("the machine changed meanwhile")), "{r:?}");
}

#[test]
fn where_one_way_is_refused_what_is_said_of_another_says_so() {
    let mut sweep = both(2, &[1, 2, 3]);
    sweep.points.retain(|point| point.strategy == Strategy::Threads || point.shape.slots() == 1);
    let r = recommendation(&sweep);
    assert_eq!((r.strategy, r.workers()), (Strategy::Threads, 1));
    assert_eq!(r.cautions.last().unwrap(), "nothing can be said of processes: only 1 worker was measured");
}

#[test]
fn what_is_faster_than_the_cpus_allow_is_noise_and_does_not_contradict_the_diagnosis() {
    let mut sweep = of(Strategy::Processes, both(2, &[1, 2, 3, 4]));
    stretch(&mut sweep, Strategy::Processes, 3, 0.94);
    let r = recommendation(&sweep);
    assert_eq!((r.workers(), &r.limit), (2, &Limit::Cores(2)));
    assert_eq!(r.cautions, [] as [&str; 0]);
    // What is over a tenth is said, and counts as little.
    stretch(&mut sweep, Strategy::Processes, 3, 0.90);
    let r = recommendation(&sweep);
    assert_eq!(r.workers(), 2);
    let caution = "3 workers were up to 17 % faster than what a task took alone allows";
    assert!(r.cautions.iter().any(|words| words.starts_with(caution)), "{:?}", r.cautions);
    // The same where tasks wait as well.
    let mut mixed = pool(20.0, 80.0).sweep(&[1, 10, 16]);
    stretch(&mut mixed, Strategy::Threads, 16, 0.90);
    assert_eq!(recommendation(&mixed).workers(), 10);
}
