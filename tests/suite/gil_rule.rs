//! Another switch interval while a comparison goes on, wherever its interpreters are: here, in a child, or nowhere.

use std::time::Duration;

use poolscope::clock::Clock;
use poolscope::engine::{Engine, EngineOptions, Pace};
use poolscope::event::{EventFeed, GilCounts, RunEvent};
use poolscope::plan::{GilRule, Plan, Strategy, WorkerCount, Workload};
use poolscope::units::Nanos;

/// What was told of the locks until it was as wanted.
fn until(feed: &EventFeed, what: &str, wanted: impl Fn(GilCounts, Option<GilRule>) -> bool) -> GilCounts {
    let (mut counts, mut rule) = (GilCounts::default(), None);
    for _ in 0..100_000 {
        let events = feed.recv_timeout(Duration::from_mins(1)).unwrap_or_else(|e| panic!("{what}: {e}"));
        for event in events {
            match event {
                RunEvent::Levels { slots, .. } => counts = slots.iter().map(|(_, levels)| levels.gil).sum(),
                RunEvent::Interval { rule: new, .. } => rule = Some(new),
                RunEvent::Finished => panic!("{what}: it is over: {counts:?}"),
                _ => {}
            }
        }
        if wanted(counts, rule) {
            return counts;
        }
    }
    panic!("{what}: {counts:?}");
}

#[test]
fn workers_ask_by_the_new_interval_from_then_on() {
    let clock = Clock::monotonic();
    let program = env!("CARGO_BIN_EXE_poolscope").into();
    for (runtime, strategy) in [
        ("gil:10s", Strategy::Threads),
        // Two threads in one child, which hears of it by a frame.
        ("gil:10s", Strategy::Hybrid),
        ("simulated:2,gil:10s", Strategy::Threads),
    ] {
        let options = EngineOptions {
            worker_program: std::path::PathBuf::clone(&program),
            clock: clock.clone(),
            fault: None,
        };
        let (engine, feed) = Engine::new(options);
        engine.set_pace(Pace::RealTime(1.0));
        let mut load = Workload::read("cpu", 2, Some(20_000)).unwrap();
        load.resize("100ms").unwrap();
        let plan = Plan {
            workloads: vec![load],
            strategies: vec![strategy],
            runtime: runtime.parse().unwrap(),
            workers: if strategy == Strategy::Hybrid {
                "1x2".parse().unwrap()
            } else {
                WorkerCount::Exactly(2)
            },
            ..Plan::first(engine.machine())
        };
        engine.start(plan).unwrap();
        // Whoever has the lock took it from nobody.
        let before = until(&feed, runtime, |counts, _| counts.switches > 0);
        assert_eq!(before.requests, 0, "{runtime} {strategy}");
        let rule = GilRule::Interval(Nanos::from_millis(1));
        engine.set_gil_rule(GilRule::Ticks(100));
        engine.set_gil_rule(rule);
        assert_eq!(engine.gil_rule(), Some(rule), "a rule of another kind is none");
        // Whoever waits waits its ten seconds out, unless a task ends before.
        let after = until(&feed, runtime, |counts, told| counts.forced > 20 && told == Some(rule));
        assert!(after.requests > 0, "{runtime} {strategy}: {after:?}");
        engine.enforce();
        engine.cancel();
        while !feed.recv_timeout(Duration::from_mins(1)).unwrap().contains(&RunEvent::Finished) {}
    }
}
