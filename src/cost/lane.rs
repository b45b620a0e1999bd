//! What it costs to record one task in a lane: written by the worker, and read by the parent.

use std::hint::black_box;

use crate::clock::{Clock, RunClock};
use crate::event::{Outcome, Phase};
use crate::exec::lane::{LaneReader, LaneWriter, Lanes, THINNING};
use crate::ids::{SlotId, TaskIndex};

/// Tasks between two looks of the reader: what a collector finds after some milliseconds of short tasks.
const BATCH: u32 = 250;

/// Nanoseconds for a task that is told of by itself: its records, written and read again. The quickest of `goes`, of
/// `tasks` tasks each, for whatever disturbs makes slower; a go that is shorter than a time slice is disturbed less often.
///
/// Such tasks take at least [`THINNING`]. So that they need not be waited for, the lane's own clock is moved by hand, and
/// one reading of the real clock for each task is measured apart and added: the end of one task is the start of the next.
pub fn journalled(tasks: u32, goes: u32) -> f64 {
    let machine = Clock::monotonic();
    let go = |_| {
        let (clock, hand) = Clock::manual();
        let time = record(&clock, tasks, || hand.advance(THINNING));
        time + reading(&machine, tasks)
    };
    (0..goes).map(go).fold(f64::INFINITY, f64::min)
}

/// Nanoseconds for a task that is too short for that, and is only counted and summed. The quickest of `goes`.
pub fn summarised(tasks: u32, goes: u32) -> f64 {
    (0..goes).map(|_| record(&Clock::monotonic(), tasks, || {})).fold(f64::INFINITY, f64::min)
}

fn record(clock: &Clock, tasks: u32, mut work: impl FnMut()) -> f64 {
    let machine = Clock::monotonic();
    let lanes = Lanes::private(1, crate::probe::highest_cpu(), 0);
    let mut reader = LaneReader::new(&lanes, SlotId(0));
    let run = RunClock::new(clock.clone(), clock.now());
    let mut writer = LaneWriter::attach(&lanes, SlotId(0), run, std::process::id());
    writer.enter(Phase::Waiting);
    let start = machine.now();
    for task in 0..tasks {
        writer.start_task(TaskIndex(task), 0);
        work();
        writer.end_task(Outcome::Ok);
        if task % BATCH == BATCH - 1 {
            reader.drain(|record| {
                black_box(record);
            });
            black_box(reader.gauges());
        }
    }
    let took = machine.now().since(start);
    writer.finish();
    took.0 as f64 / f64::from(tasks.max(1))
}

/// One reading of a clock, in nanoseconds.
fn reading(clock: &Clock, times: u32) -> f64 {
    let start = clock.now();
    for _ in 0..times {
        black_box(clock.now());
    }
    clock.now().since(start).0 as f64 / f64::from(times.max(1))
}
