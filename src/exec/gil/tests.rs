use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::thread;

use super::*;

fn gil(text: &str) -> Arc<Gil> {
    let setup = text.parse::<crate::plan::Runtime>().unwrap().gil().unwrap();
    Arc::new(Gil::new(Interval::new(setup.rule)))
}

/// Computes on `workers` threads, each for so many checkpoints, as an eval loop does; returns switches, requests and
/// forced switches.
fn compute(gil: &Arc<Gil>, workers: u64, checkpoints: u32) -> (u32, u32, u32) {
    let holders = Arc::new(AtomicUsize::new(0));
    let counts: Vec<_> = (0..3).map(|_| Arc::new(AtomicU32::new(0))).collect();
    thread::scope(|scope| {
        for me in 0..workers {
            let (holders, counts) = (Arc::clone(&holders), counts.clone());
            scope.spawn(move || {
                let take = || {
                    let taking = gil.take(me, |_| {});
                    assert_eq!(holders.fetch_add(1, Ordering::SeqCst), 0, "two hold it");
                    counts[0].fetch_add(u32::from(taking.switched), Ordering::SeqCst);
                    counts[1].fetch_add(taking.requests, Ordering::SeqCst);
                };
                take();
                for checkpoint in 0..checkpoints {
                    std::hint::black_box((0..1_000).sum::<u64>());
                    let lets_go = match gil.ticks() {
                        Some(ticks) => checkpoint.is_multiple_of(ticks),
                        None => gil.is_asked(),
                    };
                    if lets_go {
                        assert_eq!(holders.fetch_sub(1, Ordering::SeqCst), 1);
                        counts[2].fetch_add(u32::from(gil.give(me, || {})), Ordering::SeqCst);
                        take();
                    }
                }
                assert_eq!(holders.fetch_sub(1, Ordering::SeqCst), 1);
                gil.give(me, || {});
            });
        }
    });
    let count = |at: usize| counts[at].load(Ordering::SeqCst);
    (count(0), count(1), count(2))
}

#[test]
fn one_worker_takes_it_and_nobody_asks() {
    let gil = gil("gil:1us");
    assert_eq!(compute(&gil, 1, 10_000), (1, 0, 0));
    let gil = self::gil("gil:ticks=1");
    assert_eq!(compute(&gil, 1, 10_000), (1, 0, 0));
}

#[test]
fn never_do_two_hold_it_and_all_come_to_their_end() {
    for text in ["gil:1us", "gil:100us", "gil", "gil:ticks=1", "gil:ticks=7"] {
        let gil = gil(text);
        let (switches, ..) = compute(&gil, 4, 3_000);
        assert!(switches >= 4, "{text}: {switches}");
        assert!(gil.try_take(9).is_some(), "{text}");
    }
}

#[test]
fn who_waits_longer_than_the_interval_asks_and_the_holder_waits_until_it_is_taken() {
    let gil = gil("gil:1ms");
    gil.take(1, |_| {});
    let other = Arc::clone(&gil);
    let waiter = thread::spawn(move || {
        let taking = other.take(2, |_| {});
        let asked = other.is_asked();
        other.give(2, || {});
        (taking, asked)
    });
    while !gil.is_asked() {
        thread::yield_now();
    }
    // It was asked, so that this returns only when the other has it; how it came by it, nobody can tell beforehand.
    gil.give(1, || {});
    assert!(gil.take(1, |_| {}).switched, "another has had it");
    let (taking, asked) = waiter.join().unwrap();
    assert!(taking.switched && taking.requests >= 1 && !asked, "{taking:?}");
}

#[test]
fn a_release_that_nobody_asked_for_waits_for_nobody() {
    let gil = gil("gil:10s");
    gil.take(1, |_| {});
    assert!(!gil.give(1, || {}));
    assert_eq!(gil.try_take(1), Some(Taking::default()), "the same again is no switch");
    assert_eq!(gil.try_take(2), None);
    gil.give(1, || {});
    assert!(gil.try_take(2).is_some_and(|taking| taking.switched));
}
