//! Very many workers and tasks, and how long it takes to simulate them.

use super::*;
use crate::clock::Clock;

fn timed(name: &str, case: &Case) -> Ran {
    let clock = Clock::monotonic();
    let start = clock.now();
    let ran = case.run();
    println!("{name}: {} simulated in {}", ran.elapsed, clock.now().since(start));
    assert_eq!(ran.books.counts.ok, case.spec.tasks);
    ran
}

#[test]
fn ten_thousand_workers_do_a_hundred_thousand_tasks() {
    for (name, work) in [("cpu", cpu(MS)), ("sleep", sleep(MS))] {
        timed(name, &case(Strategy::Threads, 10_000, 256, 100_000, work).chunk(1));
    }
}

#[test]
#[ignore = "a measurement: cargo test --release --lib simulated::tests::size -- --ignored --nocapture"]
fn how_long_a_million_tasks_take() {
    let million = case(Strategy::Threads, 256, 256, 1_000_000, cpu(MS));
    timed("a million tasks of 1 ms on 256 cores", &million);
    timed("the same in chunks of 1", &million.clone().chunk(1));
    timed("the same by processes", &case(Strategy::Processes, 256, 256, 1_000_000, cpu(MS)).chunk(1));
    timed("a million sleeps of 1 ms", &case(Strategy::Threads, 256, 256, 1_000_000, sleep(MS)).chunk(1));
}
