//! Until a worker is ready for work, over a bare thread and a bare process of the same program; the goals are 1.5 and 2 at
//! most. `cargo bench --bench spawn`

#![expect(clippy::print_stdout, reason = "a bench says what it found")]

mod harness;

use poolscope::cost::start;

const PAIRS: u32 = 101;

fn main() {
    let rig = harness::rig();
    for (what, start) in [("thread", start::thread(&rig, PAIRS)), ("process", start::process(&rig, PAIRS))] {
        if let Ok(start) = &start {
            harness::say(&format!("{what} worker"), Ok(start.worker_ns / 1e3), "µs");
            harness::say(&format!("bare {what}"), Ok(start.bare_ns / 1e3), "µs");
        }
        harness::say_ratio(&format!("{what} worker / bare"), start.map(|start| start.ratio));
    }
}
