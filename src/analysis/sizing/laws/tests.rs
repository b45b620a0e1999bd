//! The laws beside figures that are known: those of the notes, and of their formulae worked out by hand.

use super::*;
use crate::analysis::sizing::fixture::{Pool, pool, secs};
use crate::analysis::sizing::{Advice, Measurements, Sizing, size};
use crate::event::Percentiles;

/// Without noise, and without the time that starting takes.
fn exact(compute_ms: f64, wait_ms: f64) -> Pool {
    Pool { noise: 0.0, start: 0.0, ..pool(compute_ms, wait_ms) }
}

#[track_caller]
fn sized(measured: &Measurements, workers: u32) -> Sizing {
    let sizing = size(measured);
    match &sizing.advice {
        Advice::Recommended(r) => assert_eq!(r.workers(), workers, "{r:?}"),
        Advice::Refused(refused) => panic!("{refused:?}"),
    }
    sizing
}

fn law<'a>(sizing: &'a Sizing, name: &str) -> &'a Law {
    sizing.laws.iter().find(|law| law.name == name).unwrap()
}

#[track_caller]
fn says(sizing: &Sizing, name: &str, foretold: f64, words: &str) {
    let reading = law(sizing, name).said.as_ref().unwrap();
    assert!((reading.foretold / foretold - 1.0).abs() < 5e-4, "{name}: {}, not {foretold}", reading.foretold);
    assert_eq!(reading.words, words);
}

#[track_caller]
fn refuses(sizing: &Sizing, name: &str, why: &str) {
    assert_eq!(law(sizing, name).said.as_ref().unwrap_err(), why);
}

/// Runs with so many workers take so many seconds.
fn take(sweep: &mut Measurements, workers: u32, seconds: f64) {
    let of_points = sweep.points.iter_mut().filter(|point| point.shape.slots() == workers);
    of_points.flat_map(|point| &mut point.samples).for_each(|sample| sample.elapsed = secs(seconds));
    if workers == 1 {
        sweep.baselines.iter_mut().for_each(|sample| sample.elapsed = secs(seconds));
    }
}

#[test]
fn ten_sleeps_of_the_notes_go_in_three_rounds() {
    let sizing = sized(&Pool { tasks: 10, ..exact(0.0, 1_000.0) }.sweep(&[1, 2, 4]), 4);
    says(&sizing, "waves", 10.0 / 3.0, "10 tasks in 3 rounds allow 3.33×, measured 3.33×");
    says(&sizing, "little", 10.0 / 3.0, "3.33 tasks/s × 1.00 s in each keep 3.33 of 4 workers at work");
    refuses(&sizing, "amdahl", "what uneven rounds or tasks cost would look like a serial part");
    refuses(&sizing, "closed_queue", &Refusal::NoComputing.to_string());
}

#[test]
fn the_processes_of_the_notes_show_a_serial_part_of_a_half() {
    // 39.668 s in a loop and 25.813 s with four processes: e = 0.534 (Karp and Flatt).
    let mut sweep = Pool { cpus: 4, ..exact(10.0, 0.0) }.sweep(&[1, 4]);
    take(&mut sweep, 1, 39.668);
    take(&mut sweep, 4, 25.813);
    let sizing = sized(&sweep, 4);
    let amdahl =
        "53.4 % done by one at a time (4 workers show it) allows 1.54×, measured 1.54×; 1.87× at most, ever";
    says(&sizing, "amdahl", 39.668 / 25.813, amdahl);
    // 4 − 0.5343 × 3.
    says(&sizing, "gustafson", 2.397, "work that grows with the workers would be done 2.40× as fast");
    // With two workers that show the same part, four do not show it themselves: 1 / (0.2 + 0.8 / 4).
    let mut sweep = Pool { cpus: 4, ..exact(10.0, 0.0) }.sweep(&[1, 2, 4]);
    take(&mut sweep, 1, 40.0);
    take(&mut sweep, 2, 24.0);
    take(&mut sweep, 4, 20.0);
    let amdahl = "20.0 % done by one at a time (2 workers show it) allows 2.50×, measured 2.00×; 4.00× at most with 4 CPUs";
    says(&sized(&sweep, 4), "amdahl", 2.5, amdahl);
}

#[test]
fn the_mixed_tasks_of_the_notes_queue_for_cpus() {
    // 500 tasks of 100 ms + 100 ms: 14.0 s with eight workers on four CPUs, 62.5 s with two on one.
    let queue = |cpus, counts: &[u32], workers| {
        let sizing = sized(&Pool { tasks: 500, cpus, ..exact(100.0, 100.0) }.sweep(counts), workers);
        let law = law(&sizing, "closed_queue").clone();
        (law.title, 500.0 / law.said.unwrap().foretold)
    };
    let (title, seconds) = queue(4, &[1, 4, 8], 8);
    assert!(title == "M/M/4//N" && (seconds - 14.0).abs() < 0.05, "{title}: {seconds}");
    let (title, seconds) = queue(1, &[1, 2], 2);
    assert!(title == "MVA" && (seconds - 62.5).abs() < 0.05, "{title}: {seconds}");
}

#[test]
fn tasks_of_differing_lengths_are_bounded_on_both_sides() {
    // Graham: the sum of 5.5 s over eight workers is 0.6875 s, and the longest takes 1 s: 1 s to 0.6875 + 7/8 s.
    let mut sweep = Pool { tasks: 10, ..exact(0.0, 550.0) }.sweep(&[1, 8]);
    let ms = Nanos::from_millis;
    for sample in sweep.points.iter_mut().flat_map(|point| &mut point.samples).chain(&mut sweep.baselines) {
        sample.latency = Percentiles { p50: ms(500), p90: ms(900), p99: ms(1_000), max: ms(1_000) };
    }
    let sizing = sized(&sweep, 8);
    let words = "the longest task and the sum of all ask for 1.00 s to 1.56 s, measured 1.10 s";
    says(&sizing, "list_schedule", 1.0, words);
    refuses(&sizing, "waves", "tasks differ in length, and do not go in rounds");
}

#[test]
fn one_worker_and_more_than_keep_the_cpus_busy_show_no_serial_part() {
    let sizing = sized(&Pool { cpus: 1, ..exact(20.0, 0.0) }.sweep(&[1, 2, 4, 8]), 1);
    refuses(&sizing, "amdahl", &Refusal::OneWorker.to_string());
    refuses(
        &sizing,
        "closed_queue",
        "the tasks do not wait, so every worker is always at a CPU or in line for one",
    );
    // Three workers where two keep the CPUs busy, and two were not measured.
    let sizing = sized(&exact(20.0, 0.0).sweep(&[1, 3, 6]), 3);
    refuses(&sizing, "gustafson", "3 workers are more than keep 2 CPUs busy, and that is no serial part");
    // Under the lock it is that which they keep busy.
    let sizing = sized(&Pool { gil: true, cpus: 4, ..exact(20.0, 80.0) }.sweep(&[1, 8]), 8);
    refuses(&sizing, "amdahl", "8 workers are more than keep 1 lock busy, and that is no serial part");
}

#[test]
fn a_part_that_is_below_what_would_be_noticed_is_none() {
    // 2.97 of three: a 200th, of which nobody can tell whether it is there.
    let mut sweep = Pool { cpus: 4, ..exact(10.0, 0.0) }.sweep(&[1, 3, 4]);
    take(&mut sweep, 3, 4.0 / 2.97);
    let none = "no part done by one at a time (3 workers show none) allows 4.00×, measured 4.00×; 4.00× at most with 4 CPUs";
    says(&sized(&sweep, 4), "amdahl", 4.0, none);
    // Where nothing computes, no CPU says how many are enough.
    let sleeping = sized(&exact(0.0, 20.0).sweep(&[1, 2, 4]), 4);
    says(
        &sleeping,
        "amdahl",
        4.0,
        "no part done by one at a time (2 workers show none) allows 4.00×, measured 4.00×",
    );
}

#[test]
fn unequal_tasks_are_the_first_reason_against_a_serial_part() {
    let mut sweep = Pool { tasks: 6, cpus: 4, ..exact(20.0, 0.0) }.sweep(&[1, 6]);
    let ms = Nanos::from_millis;
    for sample in sweep.points.iter_mut().flat_map(|point| &mut point.samples).chain(&mut sweep.baselines) {
        sample.latency = Percentiles { p50: ms(15), p90: ms(40), p99: ms(40), max: ms(40) };
    }
    refuses(&sized(&sweep, 6), "amdahl", "what uneven rounds or tasks cost would look like a serial part");
}
