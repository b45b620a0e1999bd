//! Processes with several threads each: one child for several slots, and what a death takes with it.

use std::collections::BTreeSet;
use std::time::Duration;

use poolscope::event::{Phase, RunEvent, WorkerExit};
use poolscope::exec::lane::LaneReader;
use poolscope::ids::SlotId;
use poolscope::plan::{Strategy, Work};
use poolscope::units::{Bytes, Nanos};

use super::setup::{Setup, all_finished, exits, mix, processes, signal, sleep, spawned, sum};

/// So many processes with so many threads each.
fn hybrid(children: u32, threads: u32, tasks: u64, work: Work) -> Setup {
    processes(children * threads, tasks, work)
        .with(|spec| (spec.strategy, spec.threads) = (Strategy::Hybrid, threads))
}

#[test]
fn hybrid_comes_to_the_same_results_as_threads() {
    let primes = Work::Primes { numbers: (1_000..1_050).collect() };
    let native = Work::Native { buffer: Bytes(3_000), bytes: 10_000 };
    for (work, chunk) in [(sum(), 1), (sum(), 250), (primes, 3), (sleep(0), 100), (native, 20), (mix(), 7)] {
        let (threads, _) = processes(4, 2_000, work.clone())
            .with(|spec| (spec.chunk, spec.strategy) = (chunk, Strategy::Threads))
            .run();
        for (children, each) in [(2, 2), (1, 4), (4, 1)] {
            let (books, events) =
                hybrid(children, each, 2_000, work.clone()).with(|spec| spec.chunk = chunk).run();
            assert!(books.counts.all_ok() && books.stopped.is_none(), "{books:?}");
            assert_eq!((books.digest, books.counts), (threads.digest, threads.counts));
            assert!(all_finished(&events), "{:?}", exits(&events));
            let pids: BTreeSet<u32> = spawned(&events).into_iter().collect();
            // A child that is not wanted any more by the time of its turn is not started.
            assert!(pids.len() <= children as usize && spawned(&events).len() == pids.len() * each as usize);
        }
    }
}

#[test]
fn each_child_has_the_slots_of_its_threads_whether_lanes_are_shared_or_sent() {
    for shared in [cfg!(target_os = "linux"), false] {
        // Long enough that no thread is left without a task.
        let mut setup = hybrid(2, 3, 60, sleep(10)).with(|spec| spec.estimate = Nanos::from_millis(10));
        setup.shared = shared;
        let running = setup.start();
        let lanes = running.lanes.clone();
        let (books, events) = running.end();
        assert!(books.counts.all_ok());
        let gauges: Vec<_> = (0..6).map(|slot| LaneReader::new(&lanes, SlotId(slot)).gauges()).collect();
        assert_eq!(gauges.iter().map(|gauges| gauges.done).sum::<u64>(), 60, "{gauges:?}");
        for (slot, levels) in gauges.iter().enumerate() {
            let own = events.iter().find_map(|event| match event {
                RunEvent::WorkerSpawned { slot: at, pid, .. } if at.index() == slot => Some(*pid),
                _ => None,
            });
            assert_eq!((Some(levels.pid), levels.phase), (own, Phase::Absent), "slot {slot}");
            assert!(levels.done > 0, "slot {slot}: {gauges:?}");
        }
        assert_eq!(gauges[0].pid, gauges[2].pid);
        assert_ne!(gauges[2].pid, gauges[3].pid);
    }
}

#[test]
fn the_phases_of_every_slot_add_up_to_the_run() {
    let mut running = hybrid(2, 2, 40, sleep(5)).with(|spec| spec.estimate = Nanos::from_millis(5)).start();
    let pid = running.wait_for_task(1);
    signal("-KILL", pid);
    let lanes = running.lanes.clone();
    let (books, _) = running.end();
    assert!(books.counts.all_ok(), "{books:?}");
    let sums: Vec<Nanos> = (0..4)
        .map(|slot| {
            let gauges = LaneReader::new(&lanes, SlotId(slot)).gauges();
            // Up to the same moment, which is some time after the end.
            gauges.totals.sum()
                + (books.last_outcome.elapsed() + Nanos::from_secs(60) - gauges.since.elapsed())
        })
        .collect();
    assert!(sums.iter().all(|sum| *sum == sums[0]), "{sums:?}");
}

#[test]
fn a_death_sends_back_what_every_thread_held() {
    let mut running = hybrid(2, 2, 40, sleep(50)).with(|spec| spec.estimate = Nanos::from_millis(50)).start();
    let victim = running.wait_for_task(0);
    assert_eq!(running.wait_for_task(1), victim);
    assert!(signal("-KILL", victim));
    let (books, events) = running.end();
    assert!(books.counts.all_ok() && books.digest.is_some(), "{books:?}");
    assert!((1..=2).contains(&books.counts.retried), "each of its threads had at most one: {books:?}");
    assert_eq!(spawned(&events).len(), 6, "two slots were taken anew");
    let killed = exits(&events).iter().filter(|exit| ***exit == WorkerExit::Killed { signal: 9 }).count();
    assert_eq!(killed, 2);
}

#[test]
fn children_killed_at_any_moment_cost_no_task() {
    let mut running = hybrid(2, 3, 30_000, sum()).with(|spec| spec.chunk = 3).start();
    let mut killed = BTreeSet::new();
    while killed.len() < 8 && !running.thread.is_finished() {
        running.seen.extend(running.feed.try_iter().flatten());
        if let Some(pid) = spawned(&running.seen).into_iter().find(|pid| !killed.contains(pid)) {
            signal("-KILL", pid);
            killed.insert(pid);
        }
        std::thread::sleep(Duration::from_millis(3));
    }
    let (books, _) = running.end();
    assert_eq!(books.counts.ok + books.counts.lost, 30_000);
    assert_eq!(books.stopped, None);
}

#[test]
fn a_task_that_kills_every_worker_is_lost_and_those_beside_it_are_not() {
    let (books, events) = hybrid(2, 4, 200, sleep(2)).fault("Exit:7").run();
    assert_eq!((books.counts.ok, books.counts.lost), (199, 1), "{books:?}");
    assert_eq!(books.errors[0].0.0, 7);
    let deaths = exits(&events).iter().filter(|exit| ***exit == WorkerExit::Failed { status: 66 }).count();
    assert_eq!(deaths, 3 * 4, "three processes of four workers");
}

#[test]
fn a_thread_that_is_deaf_to_its_time_limit_costs_its_process_and_no_other_task() {
    let setup = hybrid(1, 3, 30, sleep(5)).fault("Hang:3");
    let (books, events) = setup.with(|spec| spec.timeout = Some(Nanos::from_millis(200))).run();
    assert_eq!((books.counts.ok, books.counts.timed_out), (29, 1), "{books:?}");
    assert_eq!(exits(&events).iter().filter(|exit| ***exit == WorkerExit::Enforced).count(), 3);
}

#[test]
fn a_cancelled_run_ends_every_thread() {
    let mut running = hybrid(2, 2, 100, sleep(60_000)).start();
    (0..4).for_each(|slot| {
        running.wait_for_task(slot);
    });
    running.cancel.cancel();
    let (books, events) = running.end();
    assert_eq!(books.counts.cancelled, 100);
    assert!(all_finished(&events), "{:?}", exits(&events));
}
