//! Recording one task in a lane, written and read again; the goal is 120 ns at most. `cargo bench --bench lane`

#![expect(clippy::print_stdout, reason = "a bench says what it found")]

mod harness;

use poolscope::cost::lane;

/// Tasks in one go, which is shorter than a time slice, and goes of which the quickest counts.
const TASKS: u32 = 10_000;
const GOES: u32 = 500;

fn main() {
    harness::say("a task that is told of by itself", Ok(lane::journalled(TASKS, GOES)), "ns");
    harness::say("a task that is too short for that", Ok(lane::summarised(TASKS, GOES)), "ns");
}
