//! What repeats are worth: how often intervals hold, and what many comparisons do to the fewest workers.

use super::*;
use crate::analysis::sizing::points::not_told_from;

fn summaries(measured: &Measurements) -> Vec<PointSummary> {
    let facts = Facts::of(measured);
    measured.points.iter().filter_map(|point| PointSummary::of(point, &facts)).collect()
}

#[test]
fn intervals_hold_as_often_as_they_say() {
    let noisy = Pool { noise: 0.05, start: 0.0, tasks: 40, ..pool(0.0, 20.0) };
    let truth = secs(0.2);
    let points = summaries(&noisy.sweep(&[4; 4_000]));
    let holds = |point: &&PointSummary| {
        let (low, high) = point.interval.unwrap();
        assert!(low <= point.median && point.median <= high);
        (low..=high).contains(&truth)
    };
    let held = points.iter().filter(holds).count() as f64 / points.len() as f64;
    assert!((held - 0.95).abs() < 0.015, "{held}");
}

#[test]
fn the_fewest_of_many_equal_numbers_is_as_good_as_the_best_of_them() {
    // Under the lock all numbers of workers are equal; the best of nine is so by chance.
    let found = (0..1_000).filter(|seed| {
        let flat = Pool { gil: true, noise: 0.05, start: 0.0, seed: *seed, ..pool(20.0, 0.0) };
        let points = summaries(&flat.sweep(&[1, 2, 3, 4, 5, 6, 7, 8, 9]));
        let all: Vec<&PointSummary> = points.iter().collect();
        let best = *all.iter().max_by(|a, b| a.rate.total_cmp(&b.rate)).unwrap();
        not_told_from(&all, best).first().is_some_and(|fewest| fewest.workers() == 1)
    });
    let found = found.count();
    assert!(found >= 950, "{found} of 1000");
}

#[test]
fn without_repeats_nothing_has_an_interval() {
    let counts = [1, 2, 4, 8, 10, 12, 16];
    let sizing = |repeats| size(&Pool { repeats, noise: 0.03, ..pool(20.0, 80.0) }.sweep(&counts));
    let Advice::Recommended(r) = sizing(1).advice else { panic!("refused") };
    assert_eq!(r.interval, (r.workers(), r.workers()));
    let fit = sizing(1).fits.remove(0).fit.unwrap();
    assert_eq!(fit.spread, None);
}

/// A sweep in which repeats with so many workers took so many times what they would have.
fn disturbed(counts: &[u32], factors: impl Fn(u32) -> [f64; 3]) -> Measurements {
    let mut sweep = Pool { repeats: 3, noise: 0.0, ..pool(20.0, 80.0) }.sweep(counts);
    for point in &mut sweep.points {
        for (sample, factor) in point.samples.iter_mut().zip(factors(point.shape.slots())) {
            sample.elapsed = secs(sample.elapsed.as_secs_f64() * factor);
        }
    }
    sweep
}

#[test]
fn where_repeats_do_not_contradict_the_formula_its_number_is_as_good() {
    let counts = [1, 2, 4, 6, 8, 10, 12, 16];
    let sweep = disturbed(&counts, |workers| match workers {
        10 => [1.05, 1.14, 1.35],
        12 => [1.0, 1.2, 1.25],
        16 => [0.98, 0.99, 1.1],
        _ => [1.0, 1.01, 1.02],
    });
    let r = recommendation(&sweep);
    assert_eq!((r.workers(), r.best), (10, 16), "{r:?}");
    assert!(said(&r).contains("Repeats cannot tell it from 12 and 16"), "{}", said(&r));
    // Told apart, it is not.
    let sure = disturbed(&counts, |workers| match workers {
        10 | 12 => [1.14, 1.15, 1.16],
        _ => [1.0, 1.01, 1.02],
    });
    assert_eq!(recommendation(&sure).workers(), 16);
    // Nor is a number that should do less than the best.
    let fewer = disturbed(&[1, 2, 4, 6, 8, 16], |workers| match workers {
        8 => [1.0, 1.05, 1.1],
        _ => [0.9, 1.0, 1.1],
    });
    assert_eq!(recommendation(&fewer).workers(), 16);
}

#[test]
fn what_is_faster_than_possible_counts_as_what_is_possible() {
    let sweep = disturbed(&[1, 2, 4, 8, 10, 12, 16, 24], |workers| match workers {
        24 => [0.7, 0.71, 0.72],
        _ => [1.0, 1.01, 1.02],
    });
    let r = recommendation(&sweep);
    assert_eq!(r.workers(), 10, "{r:?}");
    let cautions = r.cautions.join("; ");
    assert!(cautions.contains("24 workers were up to 41 % faster than what a task took alone"), "{cautions}");
    assert!(!said(&r).contains("24"), "{}", said(&r));
    // A little faster than possible, it is not said to be alike.
    let little = disturbed(&[1, 2, 4, 8, 10, 12, 16], |workers| match workers {
        12 => [0.91, 0.915, 0.92],
        _ => [1.0, 1.01, 1.02],
    });
    let r = recommendation(&little);
    let words = said(&r);
    assert_eq!(r.workers(), 10, "{r:?}");
    assert!(words.contains("12 workers were 10.4 % faster, more than is possible."), "{words}");
    assert!(words.contains("16 is within 3 %"), "{words}");
    // Nor is it the recommended, whose figures are said to be too high where it is.
    let own = disturbed(&[1, 2, 4, 8, 10, 12, 16, 24], |workers| match workers {
        10 => [0.7, 0.71, 0.72],
        _ => [1.0, 1.01, 1.02],
    });
    let r = recommendation(&own);
    assert_eq!(r.workers(), 10, "{r:?}");
    let words = said(&r);
    assert!(words.contains("12 workers are 29.7 % slower.") && !words.contains("Repeats"), "{words}");
    assert!(r.cautions.join("; ").ends_with("and its figures are too high"), "{:?}", r.cautions);
}

#[test]
fn where_one_worker_was_slow_fewer_that_are_as_fast_still_win() {
    // Four and more do 200 tasks/s, as if what they wait for were busy; one alone took twice as long as it should have.
    let counts = [1, 2, 4, 8, 16, 32];
    let mut sweep = Pool { tasks: 32, repeats: 3, noise: 0.0, ..pool(0.0, 20.0) }.sweep(&counts);
    let of_points = sweep.points.iter_mut().flat_map(|point| {
        let workers = point.shape.slots();
        point.samples.iter_mut().map(move |sample| (workers, sample))
    });
    for (workers, sample) in of_points.chain(sweep.baselines.iter_mut().map(|sample| (1, sample))) {
        sample.elapsed = match workers {
            1 => secs(1.28),
            2 => secs(0.32),
            _ => secs(0.16),
        };
        if workers == 1 {
            sample.ledger.blocked = secs(1.28);
        }
    }
    assert_eq!(recommendation(&sweep).workers(), 4);
}

#[test]
fn a_worker_that_loses_its_cpu_beside_idle_cpus_is_told_as_such() {
    let mut sweep = pool(20.0, 80.0).sweep(&[1, 2, 4, 8, 10, 12, 16]);
    let of_points = sweep.points.iter_mut().flat_map(|point| &mut point.samples);
    for sample in of_points.chain(&mut sweep.baselines) {
        sample.ledger.preempted = sample.ledger.computing / 9;
    }
    let cautions = recommendation(&sweep).cautions.join("; ");
    assert!(
        cautions.contains("one worker alone had no CPU for 10 % of the time in which it wanted one"),
        "{cautions}"
    );
    assert!(!cautions.contains("idle"), "{cautions}");
}

#[test]
fn where_all_were_faster_than_possible_it_was_one_worker_that_was_slow() {
    let counts = [1, 2, 4, 8, 16, 32];
    let mut sweep = Pool { tasks: 32, repeats: 3, ..pool(0.0, 20.0) }.sweep(&counts);
    let alone = sweep.points.iter_mut().filter(|point| point.shape.slots() == 1);
    for sample in alone.flat_map(|point| &mut point.samples).chain(&mut sweep.baselines) {
        sample.elapsed = secs(1.28);
        sample.ledger.blocked = secs(1.28);
    }
    let r = recommendation(&sweep);
    assert_eq!(r.workers(), 32, "{r:?}");
    let cautions = r.cautions.join("; ");
    assert!(cautions.contains("2, 4, 8, 16 and 32 workers were up to"), "{cautions}");
    assert!(cautions.contains("one worker was slower than usual"), "{cautions}");
    assert!(!cautions.contains("too high"), "{cautions}");
}
