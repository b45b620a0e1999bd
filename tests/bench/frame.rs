//! One frame with 64 workers on 200 columns: refreshed, drawn and written to nobody; the goal is 2 ms at most.
//! `cargo bench --bench frame`

#![expect(clippy::print_stdout, reason = "a bench says what it found")]

mod harness;

use poolscope::cost::{Spread, frame};

const FRAMES: u32 = 400;

fn main() {
    let times = frame::times(&harness::rig(), FRAMES);
    let spread = times.map(|times| Spread::of(times.iter().map(|time| time.as_millis_f64()).collect()));
    match spread {
        Ok(Some(spread)) => harness::say("one frame, median", Ok(spread.median), "ms"),
        Ok(None) => println!("there was no room for a frame"),
        Err(why) => println!("not measured: {why}"),
    }
}
