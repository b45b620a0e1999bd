//! What repeats are worth: how often intervals hold, and what many comparisons do to the fewest workers.

use super::*;
use crate::analysis::sizing::points::as_good_as_best;

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
        as_good_as_best(&all, best).first().is_some_and(|fewest| fewest.workers() == 1)
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
