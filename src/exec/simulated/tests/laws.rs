//! What holds for every run, whatever its parameters.

use super::*;
use crate::plan::Strategy;
use proptest::prelude::*;
use proptest::strategy::Strategy as _;

fn any_case() -> impl proptest::strategy::Strategy<Value = Case> {
    let strategy = prop_oneof![
        Just(Strategy::Serial),
        Just(Strategy::Threads),
        Just(Strategy::Processes),
        Just(Strategy::Hybrid)
    ];
    let lock = prop_oneof![Just(None), Just(Some("gil:1ms")), Just(Some("gil")), Just(Some("gil:ticks=100"))];
    (
        strategy,
        1u32..9,
        1u32..6,
        1u64..40,
        (0u64..9_000, 0u64..5_000),
        lock,
        (1u32..4, 200u32..=1_000, any::<u64>()),
    )
        .prop_map(
            |(strategy, workers, cores, tasks, (computing, waiting), lock, (chunk, speed, seed))| {
                let slots = match strategy {
                    Strategy::Serial => 1,
                    Strategy::Hybrid => workers * 2,
                    _ => workers,
                };
                let work = match (computing, waiting) {
                    (0, wait) => sleep(Nanos::from_micros(wait)),
                    (computing, 0..2_000) => cpu(Nanos::from_micros(computing)),
                    (computing, wait) => mixed(Nanos::from_micros(computing), Nanos::from_micros(wait)),
                };
                let mut case = case(strategy, slots, cores, tasks, work).chunk(chunk).seed(seed);
                case.spec.threads = if strategy == Strategy::Hybrid { 2 } else { 1 };
                case.setup.parameters.full_speed_permille = speed;
                case.stride = ms(3);
                match lock {
                    Some(lock) => case.gil(lock),
                    None => case,
                }
            },
        )
}

/// Fails where two workers are on one core, or two hold one lock.
fn assert_exclusive(run: &Simulation) {
    let mut on: Vec<_> = run.workers.iter().filter_map(|worker| worker.core).collect();
    on.sort_unstable();
    assert!(on.windows(2).all(|pair| pair[0] != pair[1]), "{on:?}");
    for lock in 0..run.locks.len() {
        let holders: Vec<_> = (0..run.workers.len())
            .filter(|worker| run.lock_of(*worker) == Some(lock) && run.workers[*worker].gil.holds)
            .collect();
        assert!(holders.len() <= 1, "{holders:?}");
        let computing = |worker: &&Worker| worker.stage == Stage::Compute && worker.needs_lock;
        let crew = run.crew(lock);
        assert!(run.workers[crew].iter().filter(computing).count() <= 1);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn nothing_is_shared_that_cannot_be_and_nothing_is_lost(case in any_case()) {
        let ran = case.run_with(|run| assert_exclusive(run));
        let counts = ran.books.counts;
        prop_assert_eq!((counts.ok, counts.accounted()), (case.spec.tasks, case.spec.tasks));
        let (mut done, mut seen) = (0, vec![0; case.spec.tasks as usize]);
        for (gauges, records) in ran.gauges.iter().zip(&ran.records) {
            prop_assert_eq!(gauges.totals_at(RunTime(ran.elapsed.0)).sum(), ran.elapsed);
            prop_assert_eq!(gauges.dropped, 0);
            done += gauges.done;
            for record in records {
                if let Record::Task { task, .. } = record {
                    seen[task.index()] += 1;
                }
            }
        }
        prop_assert_eq!(done, case.spec.tasks);
        prop_assert!(seen.iter().all(|times| *times <= 1));
        prop_assert_eq!(&ran.busy, &ran.charged);
        prop_assert!(ran.busy.iter().all(|busy| *busy <= ran.elapsed));
        let cpu: Nanos = ran.gauges.iter().map(|gauges| gauges.cpu_time).sum();
        prop_assert_eq!(cpu, ran.busy.iter().copied().sum());
    }

    #[test]
    fn the_same_seed_is_the_same_run_however_it_is_advanced(case in any_case(), stride in 100u64..50_000) {
        let other = Case { stride: Nanos::from_micros(stride), ..case.clone() };
        let (one, two) = (case.run(), other.run());
        prop_assert_eq!((&one.records, &one.events, one.elapsed), (&two.records, &two.events, two.elapsed));
        prop_assert_eq!((one.books, one.gauges), (two.books, two.gauges));
    }

    #[test]
    fn without_overheads_all_work_is_done_and_takes_as_long_as_a_list_schedule(
        workers in 1u32..9, cores in 1u32..6, tasks in 1u64..40, computing in 1u64..9_000
    ) {
        let each = Nanos::from_micros(computing);
        let case = case(Strategy::Threads, workers, cores, tasks, cpu(each)).chunk(1).parameters(free());
        let ran = case.run();
        let cpu: Nanos = ran.gauges.iter().map(|gauges| gauges.computing_cpu).sum();
        prop_assert_eq!(cpu, each * tasks);
        let at_once = u64::from(workers.min(cores)).min(tasks);
        prop_assert!(ran.elapsed >= (each * tasks / at_once).max(each));
        // A slice is no part of any bound: at the end, one that waits for its turn may lose a slice to each of the others.
        let turns = if workers > cores { case.setup.parameters.slice * u64::from(workers) } else { Nanos::ZERO };
        let waves = each * tasks.div_ceil(u64::from(workers.min(cores)));
        let upper = each * tasks / at_once + each * u64::from(workers.div_ceil(cores)) + turns;
        prop_assert!(ran.elapsed <= upper, "{} > {upper}", ran.elapsed);
        if workers <= cores {
            prop_assert_eq!(ran.elapsed, waves);
        }
    }
}
