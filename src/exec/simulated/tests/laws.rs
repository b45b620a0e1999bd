//! What holds for every run, whatever its parameters.

use super::*;
use crate::plan::Strategy;
use crate::plan::simulator::Parameter;
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

/// Any parameters that a plan may have, each the least, the most, or anything between of any order of magnitude.
fn any_parameters() -> impl proptest::strategy::Strategy<Value = Parameters> {
    let draws =
        proptest::collection::vec((0.0..1.0_f64).prop_map(|at| ((at - 0.1) / 0.8).clamp(0.0, 1.0)), 17);
    draws.prop_map(|draws| {
        let mut parameters = Parameters::default();
        for (name, at) in Parameters::NAMES.iter().zip(draws) {
            let between = |least: u64, most: u64| {
                let (low, high) = (least.max(1) as f64, most as f64);
                if at == 0.0 { least } else { (low * (high / low).powf(at)) as u64 }
            };
            match parameters.by_name(name).unwrap() {
                Parameter::Time(time, least) => *time = Nanos(between(least.0, 10_000_000_000)),
                Parameter::Picoseconds(ps, least) => *ps = between(least, 1_000_000_000),
                Parameter::Permille(part) => *part = between(1, 1_000) as u32,
            }
        }
        // What is left to go wrong is a slice that switches would use up, which no plan may have.
        if !parameters.out_of_range().is_empty() {
            parameters.switch = parameters.slice * u64::from(parameters.full_speed_permille) / 4_000;
        }
        parameters
    })
}

fn any_legal_case() -> impl proptest::strategy::Strategy<Value = Case> {
    let number = prop_oneof![
        Just("1us"),
        Just("7us"),
        Just("5ms"),
        Just("10s"),
        Just("ticks=1"),
        Just("ticks=100"),
        Just("ticks=3000"),
        Just("ticks=1000000000")
    ];
    let stretch = prop_oneof![Just(""), Just(",stretch=1us"), Just(",stretch=90us"), Just(",stretch=10s")];
    let lock = proptest::option::of((number, stretch));
    (
        0..4_usize,
        1u32..5,
        1u32..5,
        (0u64..300, prop_oneof![Just(0u64), 1u64..2_000]),
        lock,
        any_parameters(),
        (1u32..4, any::<u64>()),
    )
        .prop_map(
            |(strategy, workers, cores, (computing, waiting), lock, mut parameters, (chunk, seed))| {
                // All that is computed takes at most some hundred of the shortest turns, or the test would go on for hours.
                let turn = match lock {
                    Some(("1us", _)) => 1_000,
                    Some(("7us", _)) => 7_000,
                    _ => 1_000_000,
                };
                let turn = Nanos(turn).min(parameters.slice);
                let most = turn * 50 * u64::from(parameters.full_speed_permille) / 1_000 + Nanos(100);
                for time in [&mut parameters.task, &mut parameters.take, &mut parameters.chunk] {
                    *time = (*time).min(most);
                }
                parameters.byte_ps = parameters.byte_ps.min(most.0 * 10);
                let computing = Nanos::from_micros(computing).min(most);
                let strategy = Strategy::ALL[strategy];
                let slots = match strategy {
                    Strategy::Serial => 1,
                    Strategy::Hybrid => workers * 2,
                    _ => workers,
                };
                parameters.costs.cpu_ps = parameters.costs.cpu_ps.min(most.0 * 1_000);
                let iterations = (computing.0 * 1_000).div_ceil(parameters.costs.cpu_ps);
                let work = match (iterations, Nanos::from_micros(waiting)) {
                    (0, wait) => sleep(wait),
                    (iterations, Nanos::ZERO) => Work::Cpu { iterations },
                    (iterations, wait) => Work::Mixed { iterations, wait },
                };
                let mut case =
                    case(strategy, slots, cores, 4, work).chunk(chunk).seed(seed).parameters(parameters);
                case.spec.threads = if strategy == Strategy::Hybrid { 2 } else { 1 };
                case.stride = Nanos::from_secs(600);
                match lock {
                    Some((rule, stretch)) => case.gil(&format!("gil:{rule}{stretch}")),
                    None => case,
                }
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_legal_plan_ends_and_does_all_its_work(case in any_legal_case()) {
        prop_assert!(case.setup.parameters.out_of_range().is_empty());
        let mut strides = 0;
        let ran = case.run_with(|run| {
            assert_exclusive(run);
            strides += 1;
            assert!(strides < 1_000_000, "no end of {case:?}");
        });
        let counts = ran.books.counts;
        prop_assert_eq!((counts.ok, counts.accounted()), (4, 4));
        prop_assert_eq!(ran.gauges.iter().map(|gauges| gauges.done).sum::<u64>(), 4);
        for gauges in &ran.gauges {
            prop_assert_eq!(gauges.totals_at(RunTime(ran.elapsed.0)).sum(), ran.elapsed);
        }
        let cpu: Nanos = ran.gauges.iter().map(|gauges| gauges.cpu_time).sum();
        prop_assert_eq!(cpu, ran.busy.iter().copied().sum());
        // No core does more than a nanosecond's work in a nanosecond.
        let costs = case.setup.parameters.costs.into();
        let work: Nanos = (0..4).map(|index| case.spec.work.computing(TaskIndex(index), &costs)).sum();
        prop_assert!(cpu >= work, "{} of {}", cpu, work);
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
