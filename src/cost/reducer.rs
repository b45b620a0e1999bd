//! How many events the reducer takes in each second: all that a run of short tasks tells, again and again.

use crate::clock::Clock;
use crate::cost::{NotMeasured, Rig};
use crate::event::RunEvent;
use crate::plan::size::Compute;
use crate::plan::{Size, Strategy, TaskType};
use crate::state::Session;
use crate::units::Nanos;

/// Events per second. Those of a real run of some ten thousand tasks just long enough to be told of one by one, taken in
/// so often that it takes `at_least` so long.
///
/// # Errors
/// Where that run fails.
pub fn events_per_second(rig: &Rig, at_least: Nanos) -> Result<f64, NotMeasured> {
    let mut events: Vec<RunEvent> = Vec::new();
    let size = Size::Compute(Compute::Time(Nanos::from_micros(30)));
    let plan = rig.plan(Strategy::Threads, (TaskType::Sum, size), 20_000, 2);
    rig.run_and_watch(plan, |event, _| events.push(event.clone()))?;
    let clock = Clock::monotonic();
    let start = clock.now();
    let mut taken = 0;
    loop {
        let mut session = Session::default();
        for event in &events {
            session.apply(event);
        }
        std::hint::black_box(&session);
        taken += events.len();
        let took = clock.now().since(start);
        if took >= at_least {
            return Ok(taken as f64 / took.as_secs_f64());
        }
    }
}
