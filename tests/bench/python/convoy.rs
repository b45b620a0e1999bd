//! What the lock does to single threads: how late one is back from a sleep beside others that compute (the convoy), and
//! what it costs to split work over threads (`gil_bench`).

use poolscope::cost::{NotMeasured, Rig};
use poolscope::plan::runtime::SWITCH_INTERVAL;
use poolscope::units::Nanos;

use crate::emulated;
use crate::interpreters::Interpreter;
use crate::quiet::{Effort, in_turn, undisturbed};
use crate::table::{Pair, head};

/// How long the sleeper sleeps each time, as in late.py.
const WAIT: Nanos = Nanos::from_millis(1);
/// Computing threads beside it, and the switch interval.
const CASES: [(u32, Nanos); 7] = [
    (0, SWITCH_INTERVAL),
    (1, SWITCH_INTERVAL),
    (2, SWITCH_INTERVAL),
    (4, SWITCH_INTERVAL),
    (1, Nanos::from_millis(1)),
    (1, Nanos::from_millis(20)),
    (1, Nanos::from_micros(100)),
];
/// Points of the distribution.
const POINTS: [(&str, f64); 4] = [("median", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0)];
/// Threads that work is split over.
const THREADS: [u32; 4] = [1, 2, 4, 8];

/// Measures and prints both; lateness is watched for `time` in each repeat.
pub(crate) fn compare(rig: &Rig, python: &Interpreter, time: Nanos, effort: Effort) {
    head("late after a sleep of 1 ms, ms");
    for (computing, interval) in CASES {
        if python.counts_ticks() && interval != SWITCH_INTERVAL {
            continue;
        }
        match late(python, computing, interval, time, effort) {
            Ok(rows) => {
                let rule = if python.counts_ticks() { String::new() } else { format!(", {interval}") };
                for ((name, _), pair) in POINTS.iter().zip(rows) {
                    pair.say(&format!("beside {computing} computing{rule}: {name}"));
                }
            }
            Err(why) => println!("beside {computing} computing: not measured: {why}"),
        }
    }
    head("the same work on k threads");
    match split(rig, python, effort) {
        Ok(rows) => {
            for (threads, [time, switches]) in THREADS.into_iter().zip(rows) {
                if threads > 1 {
                    time.say(&format!("{threads} threads: time over that of 1"));
                    switches.say(&format!("{threads} threads: waits a second"));
                }
            }
        }
        Err(why) => println!("not measured: {why}"),
    }
}

fn late(
    python: &Interpreter,
    computing: u32,
    interval: Nanos,
    time: Nanos,
    effort: Effort,
) -> Result<[Pair; 4], NotMeasured> {
    let mut rows: [Pair; 4] = Default::default();
    let args = [computing.to_string(), time.as_secs_f64().to_string(), interval.as_secs_f64().to_string()];
    for repeat in 0..effort.repeats {
        let theirs = || undisturbed(effort, || python.run("late.py", &args));
        let ours =
            || undisturbed(effort, || Ok(emulated::late(python.runtime(interval), computing, WAIT, time)));
        let (theirs, ours) = in_turn(repeat, theirs, ours)?;
        for ((_, share), row) in POINTS.iter().zip(&mut rows) {
            row.add(
                at(&theirs.value, *share) / 1e6,
                at(&ours.value, *share) / 1e6,
                &[theirs.others, ours.others],
            );
        }
    }
    Ok(rows)
}

/// For each number of threads the time over that of one, and voluntary switches a second.
fn split(rig: &Rig, python: &Interpreter, effort: Effort) -> Result<[[Pair; 2]; 4], NotMeasured> {
    // As long as five tasks of 100 ms.
    let ours_size = (5e8 / rig.engine().costs().cpu_ns) as u64;
    let theirs_size = 5 * python.about.cpu;
    let mut rows: [[Pair; 2]; 4] = Default::default();
    for repeat in 0..effort.repeats {
        let mut alone = (f64::NAN, f64::NAN);
        for (threads, [time, switches]) in THREADS.into_iter().zip(&mut rows) {
            let args = [threads.to_string(), theirs_size.to_string()];
            let theirs = || undisturbed(effort, || two(&python.run("split.py", &args)?));
            let ours = || {
                undisturbed(effort, || {
                    Ok(emulated::split(python.runtime(SWITCH_INTERVAL), threads, ours_size))
                })
            };
            let (theirs, ours) = in_turn(repeat, theirs, ours)?;
            let others = [theirs.others, ours.others];
            let (theirs, ours) = (theirs.value, ours.value);
            if threads == 1 {
                alone = (theirs.0, ours.0);
            }
            time.add(theirs.0 / alone.0, ours.0 / alone.1, &others);
            switches.add(theirs.1 / theirs.0, ours.1 / ours.0, &others);
        }
    }
    Ok(rows)
}

/// What split.py printed.
fn two(numbers: &[f64]) -> Result<(f64, f64), NotMeasured> {
    match numbers {
        [seconds, switches] => Ok((*seconds, *switches)),
        _ => Err(NotMeasured("split.py printed something else".to_owned())),
    }
}

/// The value at a share of a distribution, by the nearest rank.
fn at(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = ((sorted.len() as f64 * share).ceil() as usize).max(1);
    sorted.get(rank - 1).copied().unwrap_or(f64::NAN)
}
