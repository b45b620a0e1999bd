//! The golden data of the field, and what fits are worth.

use super::bootstrap::{Group, RESAMPLES, knee, peak};
use super::doubt::Doubt;
use super::usl::{Curve, Fit, Noise, Point, fit};
use super::*;
use crate::chance::Chance;

const SPECSDM91: [(f64, f64); 7] = [
    (1.0, 64.9),
    (18.0, 995.9),
    (36.0, 1652.4),
    (72.0, 1853.2),
    (108.0, 1828.9),
    (144.0, 1775.0),
    (216.0, 1702.2),
];

const RAYTRACER: [(f64, f64); 11] = [
    (1.0, 20.0),
    (4.0, 78.0),
    (8.0, 130.0),
    (12.0, 170.0),
    (16.0, 190.0),
    (20.0, 200.0),
    (24.0, 210.0),
    (28.0, 230.0),
    (32.0, 260.0),
    (48.0, 280.0),
    (64.0, 310.0),
];

fn points(data: &[(f64, f64)]) -> Vec<Point> {
    data.iter().map(|(workers, rate)| Point { workers: *workers, rate: *rate }).collect()
}

fn groups(data: &[(f64, f64)]) -> Vec<Group> {
    data.iter().map(|(n, x)| Group { workers: *n as u32, rates: vec![*x] }).collect()
}

#[track_caller]
fn near(found: f64, wanted: f64, within: f64) {
    assert!((found - wanted).abs() <= within * wanted.abs(), "{found}, not {wanted}");
}

/// A standard normal value (Box and Muller).
fn normal(chance: &mut Chance) -> f64 {
    let unit = |chance: &mut Chance| ((chance.next() >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
    (-2.0 * unit(chance).ln()).sqrt() * (std::f64::consts::TAU * unit(chance)).cos()
}

#[test]
fn specsdm91_is_fitted_as_by_r_with_intervals_that_are_right() {
    let fit = fit(&points(&SPECSDM91), Noise::Absolute).unwrap();
    near(fit.curve.alpha, 0.027_728_4, 1e-5);
    near(fit.curve.beta, 1.043_66e-4, 1e-5);
    near(fit.curve.gamma, 89.995_2, 1e-5);
    near(fit.alpha.error.unwrap(), 0.009_121_7, 1e-3);
    near(fit.beta.error.unwrap(), 1.987_53e-5, 1e-3);
    near(fit.gamma.error.unwrap(), 14.213_5, 1e-3);
    near(fit.sigma, 82.846, 1e-4);
    assert!((fit.freedom - 4.0).abs() < f64::EPSILON);
    near(fit.curve.peak().unwrap(), 96.519, 1e-4);
    near(fit.curve.knee().unwrap(), 36.064, 1e-4);
    let (low, high) = fit.alpha.interval.unwrap();
    near(low, 0.002_4, 2e-2);
    near(high, 0.053_1, 2e-3);
    let (low, high) = fit.beta.interval.unwrap();
    near(low, 4.92e-5, 2e-3);
    near(high, 1.595e-4, 2e-3);
    // The parts of a task's time add up to what the curve says.
    let sum: f64 = fit.curve.parts(72.0).iter().sum();
    near(fit.curve.gamma / sum, fit.curve.rate(72.0), 1e-9);
    let relative = super::usl::fit(&points(&SPECSDM91), Noise::Relative).unwrap();
    near(relative.curve.peak().unwrap(), 92.6, 1e-3);
}

#[test]
fn raytracer_has_no_peak_and_none_is_made_up() {
    let fit = fit(&points(&RAYTRACER), Noise::Absolute).unwrap();
    near(fit.curve.alpha, 0.057_77, 1e-3);
    near(fit.curve.gamma, 21.849, 1e-3);
    assert!(fit.curve.beta <= 0.0 && fit.beta.interval.is_none() && fit.curve.peak().is_none());
    let doubts = Doubt::of_fit(&fit, &groups(&RAYTRACER), Noise::Absolute);
    assert!(doubts.contains(&Doubt::NoPeak { up_to: 64 }), "{doubts:?}");
}

#[test]
fn six_points_of_raytracer_cannot_tell_contention_from_none() {
    let fit = fit(&points(&RAYTRACER[..6]), Noise::Absolute).unwrap();
    near(fit.curve.alpha, 0.024_444, 1e-4);
    near(fit.curve.beta, 0.001_626_81, 1e-4);
    near(fit.curve.gamma, 20.856, 1e-4);
    let (low, high) = fit.alpha.interval.unwrap();
    assert!((low - -0.002_3).abs() < 1e-4 && (high - 0.051_1).abs() < 1e-4, "{low} to {high}");
}

#[test]
fn exact_data_give_their_parameters_back() {
    let data = [(1.0, 1.0), (2.0, 1.8868), (4.0, 3.0769), (6.0, 3.5294), (8.0, 3.5398), (10.0, 3.3557)];
    for noise in [Noise::Absolute, Noise::Relative] {
        let fit = fit(&points(&data), noise).unwrap();
        assert!((fit.curve.alpha - 0.02).abs() < 1e-4 && (fit.curve.beta - 0.02).abs() < 1e-4, "{fit:?}");
        near(fit.curve.gamma, 1.0, 1e-4);
        near(fit.curve.peak().unwrap(), 7.0, 1e-3);
        assert_eq!(Doubt::of_fit(&fit, &groups(&data), noise), []);
    }
}

#[test]
fn too_few_numbers_of_workers_are_refused() {
    let three = points(&[(1.0, 1.0), (2.0, 1.9), (4.0, 3.0), (4.0, 3.1)]);
    let refused = fit(&three, Noise::Relative).unwrap_err();
    assert_eq!(refused, Refusal::TooFewCounts { have: 3, need: 4 });
    let zero = points(&[(1.0, 1.0), (2.0, 0.0), (4.0, 3.0), (8.0, 4.0)]);
    assert_eq!(fit(&zero, Noise::Relative).unwrap_err(), Refusal::NotPositive);
}

#[test]
fn a_peak_that_may_not_be_there_is_not_told_and_one_repeat_gives_it_no_interval() {
    let data = [(1.0, 31.9), (4.0, 127.0), (5.0, 127.0), (6.0, 126.0)];
    let flat = fit(&points(&data), Noise::Relative).unwrap();
    assert!(flat.curve.peak().is_some() && flat.beta.interval.unwrap().0 < 0.0);
    let doubts = Doubt::of_fit(&flat, &groups(&data), Noise::Relative);
    assert!(doubts.contains(&Doubt::UnsurePeak) && doubts.iter().any(Doubt::denies_peak), "{doubts:?}");
    assert!(!Doubt::UnsurePeak.is_fatal());
    assert_eq!(peak(&groups(&SPECSDM91), Noise::Relative, 1), None);
    let one = Doubt::Idle { pieces: 1, noun: "task" }.to_string();
    assert_eq!(one, "beyond 1 worker some have no task at all, which is no contention");
    let words = Doubt::Waves { pieces: 10_000, noun: "task", workers: 1_024 }.to_string();
    assert!(words.starts_with("10 000 tasks on up to 1 024 workers go in rounds"), "{words}");
}

#[track_caller]
fn doubts(data: &[(f64, f64)]) -> Vec<String> {
    let fit = fit(&points(data), Noise::Relative).unwrap();
    Doubt::of_fit(&fit, &groups(data), Noise::Relative).iter().map(ToString::to_string).collect()
}

#[test]
fn what_the_data_themselves_speak_against_is_said() {
    let few = doubts(&[(1.0, 1.0), (2.0, 1.8), (4.0, 2.9), (8.0, 3.4)]);
    let unsure = "β may as well be 0, so that no peak is known";
    assert_eq!(few, ["only 4 different numbers of workers were measured, where six tell more", unsure]);
    let flat = [(1.0, 10.0), (2.0, 10.05), (4.0, 9.95), (8.0, 10.0), (16.0, 10.02), (32.0, 9.98)];
    assert_eq!(
        doubts(&flat),
        ["throughput is the same from one worker on: something is serial, and there is no peak"]
    );
    let cache = [(1.0, 10.0), (2.0, 24.0), (4.0, 50.0), (8.0, 90.0), (16.0, 120.0), (32.0, 130.0)];
    assert!(doubts(&cache)[0].starts_with("4 workers did 1.25 times as much each"), "{:?}", doubts(&cache));
    let perfect = [(1.0, 1.0), (2.0, 2.0), (4.0, 4.0), (8.0, 8.0), (16.0, 16.0), (32.0, 32.0)];
    assert_eq!(doubts(&perfect), ["no serial part was seen (α is 0)", "no peak was seen up to 32 workers"]);
    let curve = Curve { alpha: 0.01, beta: 1e-6, gamma: 1.0 };
    let far: Vec<_> = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0].map(|n| (n, curve.rate(n))).to_vec();
    assert!(doubts(&far)[0].starts_with("the peak of the curve, 995, lies far beyond the 32 workers"));
    // Flat from eight on, at once: CPUs ran out, which is another law.
    let knee: Vec<_> =
        [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 24, 32].map(|n| (f64::from(n), f64::from(n.min(8)))).to_vec();
    let said = doubts(&knee).join("; ");
    assert!(said.contains("the curve lies"), "{said}");
}

#[test]
fn a_curve_that_misses_by_more_than_repeats_differ_is_doubted() {
    let mut chance = Chance::new(3);
    let groups: Vec<Group> = [1, 2, 4, 8, 16, 32]
        .map(|n| {
            let rate = f64::from(n.min(8));
            Group { workers: n, rates: (0..5).map(|_| rate * (1.0 + 0.002 * normal(&mut chance))).collect() }
        })
        .to_vec();
    let fit = fit(&flat(&groups), Noise::Relative).unwrap();
    let doubts = Doubt::of_fit(&fit, &groups, Noise::Relative);
    assert!(
        doubts.iter().any(|doubt| matches!(doubt, Doubt::Misses { .. }) && doubt.is_fatal()),
        "{doubts:?}"
    );
}

fn flat(groups: &[Group]) -> Vec<Point> {
    let each = |group: &Group| {
        let workers = f64::from(group.workers);
        group.rates.iter().map(move |rate| Point { workers, rate: *rate }).collect::<Vec<_>>()
    };
    groups.iter().flat_map(each).collect()
}

const TRUTH: Curve = Curve { alpha: 0.03, beta: 1e-4, gamma: 100.0 };

/// A sweep of that truth: seven counts, five repeats, 2 % noise.
fn synthetic(chance: &mut Chance) -> Vec<Group> {
    [1, 2, 4, 8, 16, 32, 64]
        .map(|n| {
            let rate = TRUTH.rate(f64::from(n));
            Group { workers: n, rates: (0..5).map(|_| rate * (0.02 * normal(chance)).exp()).collect() }
        })
        .to_vec()
}

#[test]
fn intervals_cover_the_truth_as_often_as_they_promise() {
    let mut chance = Chance::new(1);
    let sweeps: Vec<Fit> =
        (0..1_000).map(|_| fit(&flat(&synthetic(&mut chance)), Noise::Relative).unwrap()).collect();
    for (name, truth, estimate) in [
        ("alpha", TRUTH.alpha, (|fit| fit.alpha) as fn(&Fit) -> usl::Estimate),
        ("beta", TRUTH.beta, |fit| fit.beta),
        ("gamma", TRUTH.gamma, |fit| fit.gamma),
    ] {
        let covered = sweeps
            .iter()
            .filter(|fit| estimate(fit).interval.is_some_and(|(low, high)| (low..=high).contains(&truth)))
            .count();
        assert!((920..=980).contains(&covered), "{name}: {covered} of 1000");
    }
}

#[test]
fn the_peak_of_resamples_lies_about_the_true_one_and_the_seed_decides() {
    let sweep = synthetic(&mut Chance::new(5));
    let spread = peak(&sweep, Noise::Relative, 7).unwrap();
    let (low, high) = spread.interval.unwrap();
    let truth = TRUTH.peak().unwrap();
    assert!(low < truth && truth < high && spread.without < 0.01, "{truth}: {spread:?}");
    assert_eq!(peak(&sweep, Noise::Relative, 7), Some(spread));
    assert_ne!(peak(&sweep, Noise::Relative, 8), Some(spread));
}

#[test]
fn the_knee_is_the_fewest_workers_near_the_best() {
    let sweep: Vec<Group> = [(1, 10.0), (2, 19.0), (4, 20.0), (8, 20.5)]
        .map(|(workers, rate)| Group { workers, rates: vec![rate * 0.99, rate, rate * 1.01] })
        .to_vec();
    let found = knee(&sweep, 0.95, 1).unwrap();
    assert_eq!(found.workers, 4);
    assert!(found.interval.0 >= 2 && found.interval.1 <= 4, "{found:?}");
    let sum: f64 = found.chosen.iter().map(|(_, part)| part).sum();
    near(sum, 1.0, 1e-9);
    assert_eq!(knee(&sweep, 0.95, 1), Some(found));
    assert_eq!(knee(&[], 0.95, 1), None);
}

#[test]
#[ignore = "measures; cargo test --release -- --ignored --nocapture a_thousand_fits"]
#[expect(clippy::disallowed_methods, reason = "it measures by the clock, on purpose")]
fn a_thousand_fits_take_about_a_second() {
    let sweep = synthetic(&mut Chance::new(1));
    let start = std::time::Instant::now();
    for _ in 0..1_000 {
        std::hint::black_box(fit(&flat(&sweep), Noise::Relative).unwrap());
    }
    println!("1 000 fits: {:?}", start.elapsed());
    let start = std::time::Instant::now();
    std::hint::black_box(peak(&sweep, Noise::Relative, 1));
    println!("{RESAMPLES} resamples of the peak: {:?}", start.elapsed());
}
