//! The emulated lock beside the real one of CPython, in the same go: speedups of pools, how late a thread is back from a
//! sleep, and what it costs to split work over threads. What it showed stands in python/README.md.
//!
//! `cargo bench --bench python`; `-- --quick` for one repeat, `-- --once` to take figures as they are where others disturb,
//! `-- convoy` or `-- pools` for a part. Interpreters are those of `POOLSCOPE_PYTHONS` (paths, separated as in `PATH`), else
//! python3.13, python3.11, python3 and python2.7.

#![expect(clippy::print_stdout, reason = "a bench says what it found")]

#[path = "python/convoy.rs"]
mod convoy;
#[path = "python/emulated.rs"]
mod emulated;
mod harness;
#[path = "python/interpreters.rs"]
mod interpreters;
#[path = "python/pools.rs"]
mod pools;
#[path = "python/quiet.rs"]
mod quiet;
#[path = "python/table.rs"]
mod table;

use poolscope::plan::runtime::SWITCH_INTERVAL;
use poolscope::units::Nanos;

use crate::quiet::Effort;

/// How long a task takes, on either side.
const TASK: Nanos = Nanos::from_millis(100);
/// How long lateness is watched in one repeat.
const TIME: Nanos = Nanos::from_secs(3);
/// Figures of a row of the pools, of which one takes seconds, and of the convoy, whose tails vary.
const POOLS: u32 = 3;
const CONVOY: u32 = 5;
/// How often a figure is taken at most.
const GOES: u32 = 4;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let has = |word: &str| args.iter().any(|arg| arg == word);
    let both = !has("pools") && !has("convoy");
    let goes = if has("--once") { 1 } else { GOES };
    let effort = |repeats| Effort { repeats: if has("--quick") { 1 } else { repeats }, goes };
    let rig = harness::rig();
    let (found, missing) = interpreters::found(TASK);
    for why in missing {
        println!("skipped: {why}");
    }
    if found.is_empty() {
        println!("no interpreter: nothing to compare with");
    }
    for python in &found {
        let runtime = python.runtime(SWITCH_INTERVAL);
        println!("\nCPython {} beside --runtime {runtime}", python.about.version);
        if both || has("convoy") {
            convoy::compare(&rig, python, TIME, effort(CONVOY));
        }
        if both || has("pools") {
            pools::compare(&rig, python, TASK, effort(POOLS));
        }
    }
}
