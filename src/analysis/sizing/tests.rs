//! Sweeps made by hand: what each of them recommends, or why it recommends nothing.

mod chunks;
mod few;
mod limits;
mod locks;
mod proposals;
mod refusals;
mod repeats;

use super::fixture::{Pool, pool, secs};
use super::*;
use crate::analysis::scaling::doubt::Doubt;
use crate::plan::TaskType;

const DOUBLED: [u32; 6] = [1, 2, 4, 8, 16, 32];

#[track_caller]
fn recommendation(measured: &Measurements) -> Recommendation {
    match size(measured).advice {
        Advice::Recommended(recommendation) => *recommendation,
        Advice::Refused(refused) => panic!("{refused:?}"),
    }
}

#[track_caller]
fn refused(measured: &Measurements) -> Refused {
    match size(measured).advice {
        Advice::Refused(refused) => refused,
        Advice::Recommended(recommendation) => panic!("{recommendation:?}"),
    }
}

fn said(r: &Recommendation) -> String {
    r.why.join(" ")
}

fn doubts(measured: &Measurements) -> Vec<Doubt> {
    size(measured).fits[0].fit.as_ref().unwrap().doubts.clone()
}

#[test]
fn sleeping_tasks_want_a_worker_each() {
    let sweep = Pool { tasks: 32, ..pool(0.0, 20.0) }.sweep(&DOUBLED);
    let r = recommendation(&sweep);
    assert_eq!((r.workers(), r.interval, &r.limit), (32, (32, 32), &Limit::Tasks(32)));
    assert_eq!(r.why, ["Every one of the 32 tasks has a worker."]);
    assert_eq!(r.cautions, [] as [&str; 0]);
    let diagnosis = size(&sweep).diagnosis.unwrap();
    assert_eq!((diagnosis.start_with, diagnosis.strategy), (32, Strategy::Threads));
    assert!(diagnosis.words.contains("waits 100 % of its time: nothing but waiting"), "{}", diagnosis.words);
}

#[test]
fn computing_tasks_want_as_many_workers_as_there_are_cpus() {
    for cpus in [1, 2, 4, 8] {
        let r = recommendation(&Pool { cpus, ..pool(20.0, 0.0) }.sweep(&DOUBLED));
        assert_eq!((r.workers(), &r.limit), (cpus, &Limit::Cores(cpus)), "{r:?}");
        assert_eq!(r.tied.first(), Some(&cpus));
    }
    let sweep = pool(20.0, 0.0).sweep(&DOUBLED);
    let words = said(&recommendation(&sweep));
    assert!(words.starts_with("Both CPUs are busy. 4 to 32 are within 3 %"), "{words}");
    let beyond = Doubt::TwoRegimes { beyond: 2, what: "the 2 CPUs".to_owned() };
    assert!(doubts(&sweep).contains(&beyond), "{:?}", doubts(&sweep));
    assert_eq!(size(&sweep).fits[0].fit.as_ref().unwrap().peak, None);
}

#[test]
fn mixed_tasks_want_as_many_as_the_formula_says() {
    let counts = [1, 2, 4, 5, 8, 10, 12, 16, 20];
    for (cpus, workers) in [(2, 10), (1, 5)] {
        let sweep = Pool { cpus, ..pool(20.0, 80.0) }.sweep(&counts);
        let r = recommendation(&sweep);
        assert_eq!((r.workers(), &r.limit), (workers, &Limit::Cores(cpus)), "{r:?}");
        assert!(said(&r).contains(&format!("gives {workers}")), "{}", said(&r));
        let diagnosis = size(&sweep).diagnosis.unwrap();
        assert_eq!(diagnosis.start_with, workers);
        assert!(diagnosis.words.contains("waits 80 % of its time (80.0 ms of 100 ms): I/O-bound"));
    }
}

#[test]
fn a_quota_is_named_where_it_is_what_limits() {
    let mut sweep = pool(20.0, 0.0).sweep(&[1, 2, 4, 8]);
    (sweep.machine.cpus, sweep.machine.allowed, sweep.machine.quota) = (8, 8, Some(2.0));
    assert_eq!(recommendation(&sweep).limit, Limit::Quota(2.0));
}

#[test]
fn a_saw_tooth_is_waves_and_not_contention() {
    let counts = [1, 2, 3, 4, 5, 6, 7, 8];
    let sweep = Pool { tasks: 10, ..pool(0.0, 100.0) }.sweep(&counts);
    let r = recommendation(&sweep);
    assert_eq!((r.workers(), &r.limit), (5, &Limit::Waves { rounds: 2, next: 10 }), "{r:?}");
    assert_eq!(r.tied, [5, 6, 7, 8]);
    let doubt = Doubt::Waves { pieces: 10, noun: "task", workers: 8 };
    assert!(doubts(&sweep).contains(&doubt), "{:?}", doubts(&sweep));
    assert!(!size(&sweep).fits[0].fit.as_ref().unwrap().valid);
    let more = Pool { tasks: 10, ..pool(0.0, 100.0) }.sweep(&[1, 2, 4, 5, 10, 16]);
    assert_eq!(recommendation(&more).workers(), 10);
    assert!(doubts(&more).contains(&Doubt::Idle { pieces: 10, noun: "task" }));
}

#[test]
fn large_chunks_leave_workers_without_any() {
    let sweep = Pool { chunk: Some(10), tasks: 40, ..pool(0.0, 20.0) }.sweep(&DOUBLED);
    let r = recommendation(&sweep);
    assert_eq!((r.workers(), &r.limit), (4, &Limit::Chunks { chunks: 4, of: 10, rounds: 1, even: true }));
    // 32 workers would do 40 tasks in two rounds.
    let smaller = r.smaller_chunks.unwrap();
    assert_eq!((smaller.workers, smaller.chunk), (32, 1));
    assert!(
        said(&r).contains("With tasks handed out one by one (--chunk 1), 32 workers could do"),
        "{}",
        said(&r)
    );
}

#[test]
fn under_the_lock_computing_is_flat_and_has_no_peak() {
    let sweep = Pool { gil: true, task: TaskType::Cpu, ..pool(20.0, 0.0) }.sweep(&DOUBLED);
    let sizing = size(&sweep);
    let r = recommendation(&sweep);
    assert_eq!((r.workers(), &r.limit), (1, &Limit::Lock(1)));
    assert!(
        said(&r).starts_with("More workers are no faster: computing is serial under the lock"),
        "{}",
        said(&r)
    );
    assert!(said(&r).contains("Use processes"), "{}", said(&r));
    let fit = sizing.fits[0].fit.as_ref().unwrap();
    assert!(fit.doubts.contains(&Doubt::Serial { lock: true }) && fit.peak.is_none() && !fit.valid);
    let diagnosis = sizing.diagnosis.unwrap();
    assert_eq!((diagnosis.start_with, diagnosis.strategy), (2, Strategy::Processes));
    // With as much waiting as computing, two threads take turns.
    let mixed = Pool { gil: true, cpus: 4, ..pool(100.0, 100.0) }.sweep(&[1, 2, 3, 4, 8]);
    assert_eq!(recommendation(&mixed).workers(), 2);
    assert!(
        size(&mixed).diagnosis.unwrap().words.ends_with(
            "2 threads fill its one lock: 1 lock × (1 + 100 ms / 100 ms) = 2.00; 8 processes would use all 4 CPUs."
        )
    );
}

#[test]
fn one_repeat_that_went_wrong_changes_nothing() {
    let mut sweep = pool(20.0, 80.0).sweep(&[1, 4, 8, 10, 16]);
    sweep.points[3].samples[2].elapsed = sweep.points[3].samples[2].elapsed * 2;
    let r = recommendation(&sweep);
    assert_eq!(r.workers(), 10);
    assert!(r.cautions[0].starts_with("1 of 5 repeats with 10 workers took 2.0"), "{:?}", r.cautions);
}

#[test]
fn a_machine_that_changed_more_than_the_points_differ_says_nothing() {
    let mut sweep = pool(20.0, 80.0).sweep(&[10, 12, 16, 20]);
    sweep.baselines[2].elapsed = sweep.baselines[2].elapsed * 3 / 2;
    let refused = refused(&sweep);
    assert!(refused.reasons[0].starts_with("the machine changed by"), "{refused:?}");
    assert_eq!(refused.next, ["Sweep again on a quiet machine."]);
    // Where the points differ far more, it is a caution only; but the fit is not to be believed.
    let mut sweep = pool(20.0, 0.0).sweep(&DOUBLED);
    sweep.baselines[2].elapsed = sweep.baselines[2].elapsed * 3 / 2;
    let r = recommendation(&sweep);
    assert_eq!(r.workers(), 2);
    let drift = "the machine changed meanwhile: one worker was 33 % slower at the end than at the beginning";
    assert_eq!(r.cautions[0], drift);
    assert!(!size(&sweep).fits[0].fit.as_ref().unwrap().valid);
}

#[test]
fn on_a_busy_machine_more_workers_than_cpus_are_not_recommended() {
    // With others in the way, each further worker takes CPU time from them.
    let mut sweep = Pool { slower: |n| 1.6 - 0.02 * f64::from(n), ..pool(20.0, 0.0) }.sweep(&DOUBLED);
    let all = sweep.points.iter_mut().flat_map(|point| &mut point.samples).chain(&mut sweep.baselines);
    for sample in all {
        sample.idle_before = Some(Share::of(0.4, 1.0));
        sample.ledger.preempted = sample.ledger.computing;
    }
    let r = recommendation(&sweep);
    assert_eq!(r.workers(), 2);
    let cautions = r.cautions.join("; ");
    assert!(cautions.contains("40 % idle before the runs"), "{cautions}");
    assert!(cautions.contains("16 and 32 workers were up to 64 % faster"), "{cautions}");
    assert!(cautions.contains("others may have been in the way of one worker"), "{cautions}");
}

#[test]
fn where_other_work_leaves_no_room_nothing_is_recommended() {
    let mut sweep = Pool { cpus: 1, ..pool(20.0, 0.0) }.sweep(&DOUBLED);
    (sweep.machine.cpus, sweep.machine.allowed) = (2, 2);
    for sample in sweep.points.iter_mut().flat_map(|point| &mut point.samples).chain(&mut sweep.baselines) {
        sample.idle_before = Some(Share::of(0.5, 1.0));
    }
    let refused = refused(&sweep);
    assert_eq!(
        refused.reasons,
        ["other work took the CPUs: 2 workers were no faster than one, where 2.00× is possible"]
    );
    assert_eq!(refused.next, ["Sweep again on a quiet machine."]);
}

#[test]
fn other_work_or_none_is_no_comparison() {
    let mut sweep = pool(20.0, 0.0).sweep(&DOUBLED);
    sweep.points[2].samples[0].digest = Some(8);
    assert_eq!(refused(&sweep).reasons, ["the runs did not all do the same work"]);
    let mut sweep = pool(20.0, 0.0).sweep(&DOUBLED);
    for sample in sweep.points.iter_mut().flat_map(|point| &mut point.samples).chain(&mut sweep.baselines) {
        sample.ok -= 1;
    }
    assert_eq!(refused(&sweep).reasons, ["no run went to its end with every task ok"]);
    assert!(size(&sweep).diagnosis.unwrap_err().contains("no run with one worker went to its end"));
    let short = Pool { tasks: 4, ..pool(0.1, 0.0) }.sweep(&DOUBLED);
    assert!(refused(&short).reasons[0].contains("most of it starting and stopping"));
    assert!(size(&short).diagnosis.unwrap_err().contains("too short to say"));
}

#[test]
fn superlinear_points_take_the_law_its_meaning_and_leave_the_recommendation() {
    let cache = |n: u32| if n >= 4 { 0.7 } else { 1.0 };
    let sweep = Pool { cpus: 32, slower: cache, task: TaskType::Native, ..pool(20.0, 0.0) }.sweep(&DOUBLED);
    let doubts = doubts(&sweep);
    assert!(doubts.iter().any(|doubt| matches!(doubt, Doubt::Superlinear { .. })), "{doubts:?}");
    assert_eq!(recommendation(&sweep).workers(), 32);
}

#[test]
fn what_workers_share_is_found_in_their_ledger() {
    // Memory serves four: beyond, tasks compute longer.
    let memory = |n: u32| f64::from(n.max(4)) / 4.0;
    let sweep = Pool { cpus: 32, slower: memory, ..pool(20.0, 0.0) }.sweep(&DOUBLED);
    let r = recommendation(&sweep);
    assert_eq!(r.workers(), 4);
    assert!(matches!(r.limit, Limit::Memory { times } if (times - 2.0).abs() < 0.01), "{r:?}");
    // A service answers eight at a time: beyond, tasks wait longer.
    let service = |n: u32| f64::from(n.max(8)) / 8.0;
    let served = |task| recommendation(&Pool { longer: service, task, ..pool(0.0, 50.0) }.sweep(&DOUBLED));
    let r = served(TaskType::File);
    assert_eq!(r.workers(), 8);
    assert!(matches!(r.limit, Limit::IoService { .. }), "{r:?}");
    // Nobody serves a timer.
    let r = served(TaskType::Sleep);
    assert!(!matches!(r.limit, Limit::IoService { .. }), "{r:?}");
    // A worker takes 40 ms to start.
    let r = recommendation(&Pool { start: 0.04, tasks: 64, ..pool(0.0, 20.0) }.sweep(&DOUBLED));
    assert!(matches!(r.limit, Limit::StartUp(_)) && r.workers() <= 8, "{r:?}");
}

#[test]
fn contention_and_coherence_are_found_where_nothing_else_is_in_the_way() {
    // The tasks neither wait nor compute longer; something between them does.
    let mut sweep = Pool { cpus: 64, tasks: 6_400, ..pool(5.0, 0.0) }.sweep(&[1, 2, 4, 8, 16, 32, 64]);
    for point in &mut sweep.points {
        let n = f64::from(point.shape.slots());
        for sample in &mut point.samples {
            let slowed = 1.0 + 0.05 * (n - 1.0) + 1e-3 * n * (n - 1.0);
            sample.elapsed = secs(sample.elapsed.as_secs_f64() * slowed);
            sample.ledger.waiting = secs(sample.elapsed.as_secs_f64() * n - 32.0);
        }
    }
    let sizing = size(&sweep);
    let fit = sizing.fits[0].fit.as_ref().unwrap();
    assert!(fit.valid && (fit.fit.curve.alpha - 0.05).abs() < 0.01, "{fit:?}");
    let (low, high) = fit.spread.unwrap().interval.unwrap();
    assert!(29.0 < low && low < high && high < 33.0 && fit.peak.is_some(), "{fit:?}");
    let r = recommendation(&sweep);
    assert_eq!(r.workers(), 32);
    assert!(matches!(r.limit, Limit::Serial { .. } | Limit::Coherence { .. }), "{r:?}");
}

#[test]
fn of_strategies_that_are_as_fast_the_cheaper_is_recommended() {
    let mut sweep = pool(20.0, 0.0).sweep(&[1, 2, 4, 8]);
    let mut processes = pool(20.0, 0.0).sweep(&[1, 2, 4, 8]).points;
    for point in &mut processes {
        point.strategy = Strategy::Processes;
        point.shape = Shape::new(point.shape.slots(), 1);
    }
    sweep.points.append(&mut processes);
    let r = recommendation(&sweep);
    assert_eq!((r.strategy, r.workers()), (Strategy::Threads, 2));
    assert!(said(&r).contains("processes ×2"), "{}", said(&r));
}

#[test]
fn predictions_stand_beside_measurements() {
    let sizing = size(&pool(20.0, 80.0).sweep(&DOUBLED));
    for point in &sizing.points {
        let (possible, queued) = (point.possible.unwrap(), point.queued.unwrap());
        assert!(point.rate <= possible * 1.02 && queued <= possible * 1.02, "{point:?}");
    }
    assert_eq!(sizing.points[0].speedup.unwrap().round() as u32, 1);
    let sleep = size(&pool(0.0, 80.0).sweep(&DOUBLED));
    assert!(sleep.points.iter().all(|point| point.queued.is_none() && point.possible.is_some()));
}

#[test]
fn noise_that_hides_everything_is_said() {
    let r = recommendation(&Pool { noise: 0.3, repeats: 3, ..pool(20.0, 80.0) }.sweep(&[1, 6, 8, 10, 16]));
    assert!(r.tied.len() > 1 || !r.cautions.is_empty(), "{r:?}");
    let once = recommendation(&Pool { repeats: 1, ..pool(20.0, 80.0) }.sweep(&[1, 4, 8, 10, 16]));
    assert_eq!(once.workers(), 10);
    assert_eq!(
        once.cautions,
        ["with one repeat nothing can be told apart for sure; more repeats would tell"]
    );
}

#[test]
fn what_commands_compute_is_computing_and_not_waiting() {
    for (compute, wait) in [(20.0, 0.0), (20.0, 80.0), (0.0, 20.0)] {
        let plain = pool(compute, wait).sweep(&DOUBLED);
        let mut commands = plain.clone();
        let points = commands.points.iter_mut().flat_map(|point| &mut point.samples);
        for sample in points.chain(&mut commands.baselines) {
            sample.command_cpu = std::mem::take(&mut sample.ledger.computing);
            sample.command_wait = sample.ledger.blocked;
            sample.ledger.blocked += sample.command_cpu;
        }
        let (plain, commands) = (size(&plain), size(&commands));
        let said = |sizing: &Sizing| {
            let diagnosis = sizing.diagnosis.clone().unwrap();
            (diagnosis.start_with, diagnosis.strategy, diagnosis.demand.waiting() > 0.5)
        };
        assert_eq!(said(&plain), said(&commands), "{compute} + {wait}");
        let advised = |sizing: &Sizing| match &sizing.advice {
            Advice::Recommended(r) => (r.workers(), r.limit.clone()),
            Advice::Refused(refused) => panic!("{refused:?}"),
        };
        assert_eq!(advised(&plain), advised(&commands), "{compute} + {wait}");
    }
}

#[test]
fn what_was_measured_once_is_said_of_the_points_that_are_compared() {
    let mut sweep = Pool { repeats: 2, ..pool(20.0, 80.0) }.sweep(&[1, 4, 8, 10, 12, 16, 24]);
    sweep.points[6].samples.truncate(1);
    let cautions = |sweep: &Measurements| recommendation(sweep).cautions.join("; ");
    let r = recommendation(&sweep);
    let best = usize::from(r.best == 24);
    assert_eq!(cautions(&sweep).matches("one repeat").count(), best, "{}", cautions(&sweep));
    for point in &mut sweep.points[4..] {
        point.samples.truncate(1);
    }
    assert!(cautions(&sweep).contains("with one repeat of 12"), "{}", cautions(&sweep));
}

#[test]
fn rounds_are_named_beside_the_cpus_where_tasks_are_few() {
    // 30 tasks on 20 workers are two rounds of which the second is half empty.
    let sweep = Pool { tasks: 30, cpus: 16, ..pool(20.0, 0.0) }.sweep(&[1, 4, 8, 16]);
    let words = said(&recommendation(&sweep));
    assert!(words.contains("30 tasks make 2 rounds for 16 workers, as good as 15.0 at a time"), "{words}");
    let many = Pool { cpus: 16, ..pool(20.0, 0.0) }.sweep(&[1, 4, 8, 16]);
    assert!(!said(&recommendation(&many)).contains("Rounds"), "{}", said(&recommendation(&many)));
}

#[test]
fn a_command_on_several_cpus_needs_fewer_workers_than_there_are_cpus() {
    let demand = Demand { compute: 0.02, wait: 0.0, whole: 0.01, longest: 0.01, long: 0, alike: Some(0.01) };
    assert_eq!(demand.saturating(8.0), Some(4.0));
    let possible = demand.possible(400, 1, 4, 8.0);
    assert!((possible - 400.0).abs() < 1e-6, "{possible}");
}
