//! Sweeps of few numbers of workers, few tasks or few repeats: what they still say.

use super::*;

#[test]
fn a_range_that_ends_too_early_is_said() {
    let r = recommendation(&Pool { tasks: 1_000, ..pool(0.0, 20.0) }.sweep(&[1, 2, 4, 8]));
    assert_eq!((r.workers(), &r.limit), (8, &Limit::Range(8)));
    assert!(said(&r).contains("More than 8 workers were not measured."), "{}", said(&r));
    assert_eq!(r.measure_next, [12, 16]);
    // The formula gives ten: nothing below four is proposed.
    let r = recommendation(&pool(20.0, 80.0).sweep(&[1, 2, 4]));
    assert_eq!((&r.limit, r.measure_next.as_slice()), (&Limit::Range(4), [6, 8, 10].as_slice()));
}

#[test]
fn a_range_that_ends_where_more_workers_cannot_help_is_not_what_limits() {
    // Two workers on two CPUs that are in each other's way: a third would not be faster.
    let r =
        recommendation(&Pool { slower: |n| if n > 1 { 1.6 } else { 1.0 }, ..pool(20.0, 0.0) }.sweep(&[1, 2]));
    assert!(matches!(r.limit, Limit::Memory { .. }) && r.measure_next.is_empty(), "{r:?}");
}

#[test]
fn why_more_workers_than_by_the_formula_is_said_only_where_these_were_measured() {
    // What fewer workers than 16 lose in the beginning and at the end.
    let sweep = |chunk, counts: &[u32]| {
        let slower = |n| if (2..16).contains(&n) { 1.2 } else { 1.0 };
        let pool = Pool { chunk: Some(chunk), tasks: 768, slower, ..pool(20.0, 80.0) };
        said(&recommendation(&pool.sweep(counts)))
    };
    let words = sweep(1, &[1, 10, 16]);
    assert!(words.contains("gives 10"), "{words}");
    assert!(
        words.contains(
            "; measured, it takes more, for 768 tasks make 48 rounds for 16 workers, which begin together and so wait \
             together: with more tasks (-n) fewer workers may do."
        ),
        "{words}"
    );
    let words = sweep(3, &[1, 10, 16]);
    assert!(
        words.contains(
            "; measured, it takes more, for tasks go in chunks of 3: with --chunk 1 fewer workers may do."
        ),
        "{words}"
    );
    for chunk in [1, 3] {
        let words = sweep(chunk, &[1, 4, 16]);
        assert!(words.contains("gives 10") && !words.contains("measured, it takes"), "{words}");
    }
}

#[test]
fn two_repeats_have_a_range_and_no_interval() {
    let point = |repeats| size(&Pool { repeats, ..pool(20.0, 80.0) }.sweep(&[4, 10])).points.remove(0);
    assert!(point(1).interval.is_none() && point(1).range().is_none());
    let two = point(2);
    assert_eq!(
        (two.interval, two.range()),
        (None, two.elapsed.iter().min().copied().zip(two.elapsed.iter().max().copied()))
    );
    assert!(point(3).interval.is_some());
}

#[test]
fn three_numbers_of_workers_are_enough_for_a_recommendation_and_not_for_a_law() {
    let sweep = pool(20.0, 80.0).sweep(&[1, 4, 16]);
    let sizing = size(&sweep);
    let said = sizing.fits[0].fit.as_ref().unwrap_err().to_string();
    assert_eq!(said, "three parameters need at least 4 different numbers of workers, measured: 3");
    let r = recommendation(&sweep);
    assert_eq!((r.workers(), r.measure_next.as_slice()), (16, [10].as_slice()));
    assert_eq!(r.cautions, ["only 3 numbers of workers were measured, too few to see the shape"]);
    let one = refused(&pool(20.0, 80.0).sweep(&[4]));
    assert_eq!(one.reasons, ["only 4 workers were measured"]);
    assert!(one.next[0].contains("as 1, 2, 4 and 8, with time for all of them (--max-time)"));
}
