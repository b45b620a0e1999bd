//! From an event to the thread that waited for it, running: a timer's, and another thread's.

use std::sync::mpsc;

use super::{Effort, median};
use crate::clock::Clock;
use crate::cost::NotMeasured;
use crate::plan::simulator::SLACK;
use crate::units::Nanos;

/// How long a thread sleeps before it is woken: long enough for its CPU to rest.
const SLEEP: Nanos = Nanos::from_millis(1);
/// Wake-ups of each kind in a go.
const WAKES: u32 = 30;

/// The middle between two medians: how late a sleep is beyond what its timer is late by itself, and how long after another
/// thread's word a thread runs. The simulator has one figure for both.
pub(super) fn wake(effort: Effort) -> Result<Nanos, NotMeasured> {
    let clock = Clock::monotonic();
    let wakes = effort.goes(WAKES);
    let late = |_| {
        let start = clock.now();
        std::thread::sleep(SLEEP.to_std());
        clock.now().since(start) - SLEEP - SLACK
    };
    let timer = median((0..wakes).map(late).collect())?;
    let told = median(told(&clock, wakes)?)?;
    Ok((timer + told) / 2)
}

/// Has a thread wait for a word of this one, and then say when it ran.
fn told(clock: &Clock, wakes: u32) -> Result<Vec<Nanos>, NotMeasured> {
    std::thread::scope(|scope| {
        let (word, words) = mpsc::channel();
        let (answer, answers) = mpsc::channel();
        let there = clock.clone();
        std::thread::Builder::new().spawn_scoped(scope, move || {
            for told in words {
                // Nobody listens any more where the other side has failed.
                let _ = answer.send(there.now().since(told));
            }
        })?;
        let mut times = Vec::new();
        for _ in 0..wakes {
            std::thread::sleep(SLEEP.to_std());
            if word.send(clock.now()).is_err() {
                break;
            }
            times.extend(answers.recv().ok());
        }
        drop(word);
        Ok(times)
    })
}
