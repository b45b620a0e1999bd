//! How many tasks are handed out at a time: where smaller chunks are advised, and that advice which is taken is not taken back.

use proptest::prelude::*;

use super::*;
use crate::analysis::sizing::chunks;

const CPUS: [u32; 7] = [1, 2, 4, 8, 16, 32, 64];

/// 160 tasks of 100 ms on 16 CPUs, without noise.
fn many() -> Pool {
    Pool { task: TaskType::Cpu, tasks: 160, cpus: 16, noise: 0.0, ..pool(100.0, 0.0) }
}

#[test]
fn uneven_rounds_of_chunks_ask_for_smaller_ones() {
    // By the automatic rule 16 workers get 54 chunks of 3, and some of them 12 tasks where others get 9.
    let auto = Pool { chunk: None, ..many() };
    let r = recommendation(&auto.sweep(&CPUS));
    assert_eq!((r.workers(), r.chunk, &r.limit), (32, 2, &Limit::Cores(16)));
    let smaller = r.smaller_chunks.unwrap();
    assert_eq!((smaller.workers, smaller.chunk), (16, 1));
    assert!((smaller.rate / r.rate - 1.0).abs() < 0.01, "{smaller:?}, {}", r.rate);
    let words = "With tasks handed out one by one (--chunk 1), 16 workers could do as much; \
                 in 54 chunks of 3 they did 133 a second.";
    assert!(r.why.iter().any(|why| why == words), "{:?}", r.why);
    assert_eq!(r.measure_next, [] as [u32; 0], "other chunks first");
    // Where nothing else was measured, it is the chunks that limit.
    let r = recommendation(&auto.sweep(&CPUS[..5]));
    assert_eq!((r.workers(), &r.limit), (16, &Limit::Chunks { chunks: 54, of: 3, rounds: 4, even: false }));
    assert!(
        said(&r).starts_with("54 chunks of 3 tasks go in 4 rounds that do not come out even."),
        "{}",
        said(&r)
    );
    assert!(
        said(&r).contains("16 workers could do 160 a second; in 54 chunks of 3 they did 133."),
        "{}",
        said(&r)
    );
    // And whoever takes the advice is told nothing else.
    let r = recommendation(&many().sweep(&CPUS));
    assert_eq!((r.workers(), r.chunk, &r.limit, r.smaller_chunks), (16, 1, &Limit::Cores(16), None));
    assert!(!said(&r).contains("Rounds show"), "{}", said(&r));
}

#[test]
fn smaller_chunks_are_not_advised_for_what_nobody_would_notice() {
    // 4 000 tasks in 63 chunks of 64 on four workers: 16 rounds, of which the last has a chunk less.
    let even = Pool { chunk: Some(64), tasks: 4_000, cpus: 4, noise: 0.0, ..pool(1.0, 0.0) };
    assert_eq!(recommendation(&even.sweep(&[1, 2, 4, 8])).smaller_chunks, None);
    // Starting takes nearly all of the time, whatever the chunks are.
    let short = Pool { chunk: Some(10), tasks: 40, start: 0.5, noise: 0.0, ..pool(0.0, 2.0) };
    let r = recommendation(&short.sweep(&[1, 2, 4, 8]));
    assert_eq!(r.smaller_chunks, None, "{r:?}");
}

#[test]
fn handing_over_that_shows_asks_for_chunks_that_are_large_enough() {
    let pool = Pool { tasks: 100_000, hand_over: 50e-6, cpus: 4, noise: 0.0, ..pool(0.02, 0.0) };
    let r = recommendation(&Pool { longer: |_| 1.0, ..pool.clone() }.sweep(&[1, 2, 4, 8]));
    assert!(matches!(r.limit, Limit::HandOver { chunk: Some(25), .. }), "{:?}", r.limit);
    assert!(
        said(&r).contains("Hand out chunks of about 25 (--chunk 25), or make tasks longer."),
        "{}",
        said(&r)
    );
    let r = recommendation(&Pool { chunk: Some(25), ..pool }.sweep(&[1, 2, 4, 8]));
    assert_eq!((r.smaller_chunks, &r.limit), (None, &Limit::Cores(4)), "{r:?}");
}

#[test]
fn rounds_that_come_out_even_are_not_said_to_be_uneven() {
    let sweep = |tasks, chunk, wait_ms| {
        let mut sweep =
            Pool { tasks, chunk: Some(chunk), noise: 0.0, ..pool(0.0, wait_ms) }.sweep(&[1, 2, 3]);
        sweep.plan.chunk = Chunk::Tasks(chunk);
        sweep
    };
    // Four chunks on two workers; three need two rounds as well.
    let r = recommendation(&sweep(12, 3, 20.0));
    assert_eq!((r.workers(), &r.limit), (2, &Limit::Waves { rounds: 2, next: 4 }));
    assert!(r.smaller_chunks.is_some_and(|smaller| smaller.workers == 3), "{r:?}");
    // Three of four chunks are full, and no CPU is busy.
    let long = sweep(302, 100, 5.0);
    let r = recommendation(&long);
    assert_eq!((r.workers(), &r.limit), (3, &Limit::Chunks { chunks: 4, of: 100, rounds: 2, even: true }));
    assert!(said(&r).starts_with("Chunks of 100 tasks are too large to spread over more workers."));
    let diagnosis = size(&long).diagnosis.unwrap();
    assert_eq!(diagnosis.start_with, 4);
    assert!(diagnosis.words.ends_with("start with one for each of the 4 chunks."), "{}", diagnosis.words);
    // Fewer workers were held up by chunks, the recommended ones have tasks one by one.
    let auto = Pool { chunk: None, tasks: 20, cpus: 4, noise: 0.0, ..pool(10.0, 0.0) };
    let r = recommendation(&auto.sweep(&[1, 2, 3, 4, 5, 6, 7, 8]));
    assert_eq!((r.chunk, &r.limit), (1, &Limit::Cores(4)), "{r:?}");
    // A single chunk has no more than one worker.
    let r = recommendation(&sweep(20, 20, 20.0));
    assert!(said(&r).contains("all tasks are in one chunk, which has a worker"), "{}", said(&r));
}

#[test]
fn smaller_chunks_are_not_said_to_do_more_than_starting_leaves() {
    let chunks =
        Pool { chunk: Some(10), tasks: 1_000, start: 70e-6, noise: 0.0, cpus: 4, ..pool(0.0, 0.185) };
    let mut sweep = chunks.sweep(&[1, 48, 64, 96]);
    let r = recommendation(&sweep);
    // Rounds are uneven, but starting takes more.
    assert!(matches!(r.limit, Limit::StartUp(_)) && r.workers() == 64, "{r:?}");
    // Workers that had begun while others were being started: only a part of the rounds can be saved.
    for sample in sweep.points[1..3].iter_mut().flat_map(|point| &mut point.samples) {
        sample.elapsed = secs(sample.elapsed.as_secs_f64() - 0.5e-3);
    }
    let smaller = recommendation(&sweep).smaller_chunks.unwrap();
    let workers = f64::from(smaller.workers);
    let least = workers * 70e-6 + (1_000.0 / workers).ceil() * 0.185e-3;
    assert!(smaller.chunk == 1 && smaller.rate <= 1_000.0 / least * 1.001, "{smaller:?}");
    let one = Pool { chunk: Some(100), tasks: 64, ..pool(0.0, 20.0) }.sweep(&[1, 2, 4]);
    assert!(
        said(&recommendation(&one)).contains("in 1 chunk of 64 they did"),
        "{}",
        said(&recommendation(&one))
    );
}

#[test]
fn what_one_cpu_can_hand_over_is_no_more_with_more_workers() {
    let pool =
        Pool { tasks: 14_300, chunk: Some(100), hand_over: 50e-6, cpus: 1, noise: 0.0, ..pool(0.0, 0.141) };
    // 3 575 chunks of 4 would take that CPU 179 ms, more than the whole run takes.
    let r = recommendation(&pool.sweep(&[1, 4, 16, 64]));
    assert_eq!((r.workers(), r.smaller_chunks), (64, None));
}

/// The chunk that is advised for a sweep in chunks of this size; none where none is. Nothing is fitted for it.
fn advised(pool: &Pool) -> Option<u64> {
    let measured = pool.sweep(&[1, 2, 4, 8, 16]);
    let facts = Facts::of(&measured);
    let points: Vec<PointSummary> =
        measured.points.iter().filter_map(|point| PointSummary::of(point, &facts)).collect();
    let all: Vec<&PointSummary> = points.iter().collect();
    let best = *all.iter().max_by(|a, b| a.rate.total_cmp(&b.rate)).unwrap();
    let at = all.iter().copied().find(|point| point.is_as_good_as(best)).unwrap();
    let next = all.iter().copied().find(|point| point.workers() > at.workers());
    let smaller = chunks::smaller(at, &all, &facts);
    match Limit::of(at, next, None, smaller.as_ref(), &facts) {
        Limit::HandOver { chunk, .. } => {
            assert_eq!(smaller, None, "smaller and larger at once");
            chunk
        }
        _ => smaller.map(|smaller| smaller.chunk.into()),
    }
}

proptest! {
    #[test]
    fn advice_on_chunks_never_turns_back(
        task_us in 1u32..2_000,
        hand_over_us in 0u32..200,
        chunk in 1u32..5_000,
        cpus in 1u32..17,
        waits in any::<bool>(),
    ) {
        let ms = f64::from(task_us) / 1e3;
        let (compute, wait) = if waits { (0.0, ms) } else { (ms, 0.0) };
        let mut pool = Pool {
            tasks: 20_000,
            hand_over: f64::from(hand_over_us) / 1e6,
            chunk: Some(chunk),
            cpus,
            noise: 0.0,
            repeats: 1,
            ..pool(compute, wait)
        };
        let mut chunks = vec![u64::from(chunk)];
        while let Some(next) = advised(&pool) {
            prop_assert!(chunks.len() < 5, "it goes on and on: {chunks:?}");
            chunks.push(next);
            pool.chunk = Some(next as u32);
        }
        let falls = chunks.is_sorted_by(|a, b| a > b);
        prop_assert!(falls || chunks.is_sorted_by(|a, b| a < b), "{chunks:?}");
    }
}
