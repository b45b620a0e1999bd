//! Events that the reducer takes in each second. `cargo bench --bench reducer`

#![expect(clippy::print_stdout, reason = "a bench says what it found")]

mod harness;

use poolscope::cost::reducer;
use poolscope::units::Nanos;

fn main() {
    let rate = reducer::events_per_second(&harness::rig(), Nanos::from_secs(2));
    harness::say("events of a run of short tasks", rate.map(|rate| rate / 1e6), "M/s");
}
