//! What a run waits for before it begins: calibration where tasks compute, and nothing at all where they do not.

use std::time::Duration;

use poolscope::clock::Clock;
use poolscope::engine::{Engine, EngineOptions};
use poolscope::event::RunEvent;
use poolscope::plan::{Costs, Plan, Strategy, Workload};

/// What the engine told it costs to compute, in a comparison of one task.
fn told(engine: &Engine, feed: &poolscope::event::EventFeed, task: &str, size: &str) -> Option<Costs> {
    let mut load = Workload::read(task, 2, Some(1)).unwrap();
    load.resize(size).unwrap();
    let plan =
        Plan { workloads: vec![load], strategies: vec![Strategy::Serial], ..Plan::first(engine.machine()) };
    engine.start(plan).unwrap();
    let mut told = None;
    loop {
        for event in feed.recv_timeout(Duration::from_mins(1)).unwrap() {
            match event {
                RunEvent::Calibrated { costs, .. } => told = Some(costs),
                RunEvent::Finished => return told.unwrap(),
                _ => {}
            }
        }
    }
}

#[test]
fn what_does_not_compute_is_not_kept_waiting_by_calibration() {
    let worker_program = env!("CARGO_BIN_EXE_poolscope").into();
    let (engine, feed) =
        Engine::new(EngineOptions { worker_program, clock: Clock::monotonic(), fault: None });
    assert_eq!(told(&engine, &feed, "sleep", "1ms"), None);
    let costs = told(&engine, &feed, "cpu", "1ms");
    assert!(costs.is_some());
    assert_eq!(told(&engine, &feed, "sleep", "1ms"), costs, "what is known is told");
}
