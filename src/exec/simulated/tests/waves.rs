//! Waves, start-up, and the figures of the notes.

use super::*;

fn elapsed(strategy: Strategy, workers: u32, cores: u32, tasks: u64, work: Work) -> f64 {
    case(strategy, workers, cores, tasks, work).run().secs()
}

#[track_caller]
fn assert_a_little_over(value: f64, base: f64) {
    assert!(value >= base && value < base * 1.02, "{value:.4} is not {base} and a little");
}

#[test]
fn waits_go_by_in_waves_of_whole_chunks() {
    let waits = |strategy, workers, tasks| elapsed(strategy, workers, 2, tasks, sleep(Nanos::from_secs(1)));
    for strategy in [Strategy::Threads, Strategy::Processes] {
        assert_a_little_over(waits(strategy, 2, 10), 6.0);
        assert_a_little_over(waits(strategy, 4, 10), 3.0);
        assert_a_little_over(waits(strategy, 4, 5), 2.0);
    }
    assert_a_little_over(waits(Strategy::Serial, 1, 10), 10.0);
}

#[test]
fn independent_cores_are_as_many_times_as_fast() {
    let serial = elapsed(Strategy::Serial, 1, 16, 64, cpu(ms(100)));
    for cores in [2, 4, 16] {
        for strategy in [Strategy::Threads, Strategy::Processes] {
            let speedup = serial / elapsed(strategy, cores, cores, 64, cpu(ms(100)));
            let start = f64::from(cores) * 0.94;
            assert!(speedup > start && speedup <= f64::from(cores), "{strategy} ×{cores}: {speedup:.3}");
        }
    }
}

/// The notes' machine: its four cores together are as fast as 1.52 times one.
const NOTES_FULL_SPEED: u32 = 380;

#[test]
fn the_notes_figures_come_out() {
    let run = |strategy, workers| {
        let work = cpu(Nanos::from_micros(3_967_000));
        let mut notes = case(strategy, workers, 4, 10, work).gil("gil");
        notes.setup.parameters.full_speed_permille = NOTES_FULL_SPEED;
        notes.run().secs()
    };
    assert_a_little_over(run(Strategy::Serial, 1), 39.67);
    let threads = run(Strategy::Threads, 4);
    assert!((39.67..43.1).contains(&threads), "{threads:.2}");
    let processes = run(Strategy::Processes, 4);
    assert!((25.81 * 0.95..25.81 * 1.05).contains(&processes), "{processes:.2}");
}

#[test]
fn all_busy_cores_are_as_slow_as_is_said_and_one_alone_is_not() {
    let run = |workers| {
        let mut case = case(Strategy::Threads, workers, 4, 4, cpu(ms(1_000))).parameters(free());
        case.setup.parameters.full_speed_permille = 625;
        case.run().elapsed
    };
    assert_eq!(run(1), ms(4_000));
    assert_eq!(run(4), ms(1_600));
    // Two of four: a third of the way, so 875 in 1 000; times are rounded up to nanoseconds.
    assert_eq!((run(2).0 + 500) / 1_000, 2_285_714);
}

#[test]
fn computing_without_a_core_is_no_cpu_time() {
    let ran = case(Strategy::Threads, 4, 1, 4, cpu(ms(100))).parameters(free()).run();
    assert_eq!(ran.elapsed, ms(400));
    let cpu: Nanos = ran.gauges.iter().map(|gauges| gauges.computing_cpu).sum();
    assert_eq!((cpu, ran.total(Phase::Computing) > ms(1_400)), (ms(400), true));
    for gauges in &ran.gauges {
        assert_eq!((gauges.computing_cpu, gauges.cpu_time), (ms(100), ms(100)));
    }
    assert_eq!((&ran.busy, &ran.charged), (&vec![ms(400)], &vec![ms(400)]));
    for record in ran.records.iter().flatten() {
        if let Record::Task { cpu, on, .. } = record {
            assert_eq!((*cpu, *on), (ms(100), Some(CpuId(0))));
        }
    }
}

#[test]
fn a_task_beyond_its_time_is_stopped_at_a_checkpoint_and_tried_again() {
    let mut late = case(Strategy::Threads, 2, 2, 4, cpu(ms(100)));
    (late.spec.timeout, late.spec.retries) = (Some(ms(10)), 1);
    let ran = late.run();
    assert_eq!((ran.books.counts.timed_out, ran.books.counts.retried), (4, 4));
    assert!((0.040..0.042).contains(&ran.secs()), "{}", ran.secs());
    late.spec.work = sleep(ms(100));
    let ran = late.run();
    assert_eq!(ran.books.counts.timed_out, 4);
    assert!((0.040..0.042).contains(&ran.secs()), "{}", ran.secs());
    late.spec.on_error = OnError::Stop;
    let books = late.run().books;
    assert_eq!(books.stopped, Some(StopReason::TaskFailed));
    assert_eq!(books.counts.accounted(), 4);
}

#[test]
fn a_cancelled_run_ends_soon_whatever_its_workers_do() {
    let works = [cpu(Nanos::from_secs(100)), sleep(Nanos::from_secs(100)), mixed(ms(100), ms(100_000))];
    for (strategy, work) in [Strategy::Threads, Strategy::Processes, Strategy::Serial]
        .into_iter()
        .flat_map(|strategy| works.clone().map(|work| (strategy, work)))
    {
        let ran = case(strategy, if strategy == Strategy::Serial { 1 } else { 4 }, 2, 8, work)
            .gil("gil")
            .run_with(Simulation::cancel);
        assert_eq!(ran.books.stopped, Some(StopReason::Cancelled));
        assert_eq!(ran.books.counts.cancelled, 8);
        assert!(ran.elapsed < ms(100), "{strategy}: {:?}", ran.elapsed);
    }
}

#[test]
fn workers_are_told_of_as_in_real_runs() {
    let ran = case(Strategy::Hybrid, 4, 2, 8, cpu(ms(1)));
    let ran = Case { spec: RunSpec { threads: 2, ..ran.spec.clone() }, ..ran }.run();
    let said = |name: &str, slot| {
        ran.events.iter().find_map(|event| match event {
            RunEvent::WorkerSpawned { slot: s, pid, at } if name == "spawned" && s.0 == slot => {
                Some((*pid, *at))
            }
            RunEvent::WorkerExited { slot: s, pid, at, .. } if name == "exited" && s.0 == slot => {
                Some((*pid, *at))
            }
            _ => None,
        })
    };
    for (slot, pid, asked) in [(0, 1_001, 0), (1, 1_001, 0), (2, 1_002, 1_200), (3, 1_002, 1_200)] {
        assert_eq!(said("spawned", slot), Some((pid, RunTime(asked * 1_000))));
        let exited = said("exited", slot).unwrap();
        assert!(exited.0 == pid && exited.1.elapsed() <= ran.elapsed);
    }
    assert_eq!(ran.books.counts.ok, 8);
    assert!(ran.books.digest.is_none() && ran.books.errors.is_empty());
}
