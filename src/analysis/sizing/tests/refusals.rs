//! What is refused, and why, where something else was measured beside it.

use super::*;
use crate::event::StopReason;

/// The points of another sweep, as processes.
fn processes(pool: &Pool, counts: &[u32]) -> Vec<Point> {
    let mut points = pool.sweep(counts).points;
    for point in &mut points {
        point.strategy = Strategy::Processes;
        point.shape = Shape::new(point.shape.slots(), 1);
    }
    points
}

#[test]
fn nothing_is_recommended_beside_what_was_faster_but_refused() {
    let counts = [1, 2, 4, 8];
    let short = Pool { tasks: 16, ..pool(0.0, 1.0) };
    let mut sweep = short.sweep(&counts);
    sweep.points.extend(processes(&Pool { start: 0.02, ..short }, &counts));
    assert!(matches!(size(&sweep).each[1].1, Advice::Recommended(_)));
    let refused = refused(&sweep);
    assert!(refused.reasons[0].starts_with("threads ×8 did "), "{refused:?}");
    assert!(refused.reasons[0].ends_with(", but nothing can be said of threads"), "{refused:?}");
    assert!(refused.reasons[1].ends_with("most of it starting and stopping"), "{refused:?}");
    assert_eq!(refused.next, ["Have more tasks, or longer ones."]);
    // What is slower and refused leaves the others as they are.
    let slow = pool(20.0, 0.0);
    let mut sweep = slow.sweep(&[1]);
    sweep.points.extend(processes(&slow, &counts));
    let r = recommendation(&sweep);
    assert_eq!((r.strategy, r.workers()), (Strategy::Processes, 2));
    assert!(r.cautions.iter().any(|words| words.starts_with("nothing can be said of threads")), "{r:?}");
}

#[test]
fn repeats_that_are_far_apart_tell_nothing() {
    let apart = |factors: [f64; 3]| {
        let mut sweep = Pool { repeats: 3, ..pool(0.0, 20.0) }.sweep(&[4, 5, 6]);
        for point in &mut sweep.points {
            for (sample, factor) in point.samples.iter_mut().zip(factors) {
                sample.elapsed = secs(sample.elapsed.as_secs_f64() * factor);
            }
        }
        sweep
    };
    let refused = refused(&apart([0.5, 1.0, 1.5]));
    assert!(refused.reasons[0].starts_with("repeats of "), "{refused:?}");
    let words = "differ by ±50 %, and any number from 4 to 6 may be the best: nothing can be told";
    assert!(refused.reasons[0].ends_with(words), "{refused:?}");
    assert_eq!(recommendation(&apart([0.99, 1.0, 1.01])).workers(), 6);
    // With as much noise, but other numbers that are far slower, there is an answer.
    let mut wide = pool(0.0, 20.0).sweep(&[1, 16]);
    for (sample, factor) in wide.points[1].samples.iter_mut().zip([0.5, 0.7, 1.0, 1.3, 1.5]) {
        sample.elapsed = secs(sample.elapsed.as_secs_f64() * factor);
    }
    assert_eq!(recommendation(&wide).workers(), 16);
}

#[test]
fn a_sweep_that_was_stopped_wants_time_and_no_mending() {
    let mut sweep = pool(20.0, 0.0).sweep(&[1, 2]);
    for sample in sweep.points.iter_mut().flat_map(|point| &mut point.samples).chain(&mut sweep.baselines) {
        (sample.ok, sample.stopped) = (3, Some(StopReason::Cancelled.to_string()));
    }
    let cut_short = refused(&sweep);
    assert_eq!(cut_short.reasons, ["it was stopped before a run was over"]);
    assert_eq!(cut_short.next, ["Sweep again, and give it more time."]);
    (sweep.points, sweep.baselines) = (Vec::new(), Vec::new());
    assert_eq!(refused(&sweep), cut_short);
}

#[test]
fn cpu_time_is_taken_from_others_only_where_nothing_else_explains_more() {
    // Two of three chunks go to one of two workers: a third one helps, whoever else is there.
    let mut sweep = Pool { tasks: 30, chunk: Some(11), ..pool(20.0, 0.0) }.sweep(&[1, 2, 3]);
    for sample in sweep.points.iter_mut().flat_map(|point| &mut point.samples).chain(&mut sweep.baselines) {
        sample.idle_before = Some(Share::of(0.4, 1.0));
    }
    let r = recommendation(&sweep);
    assert_eq!((r.workers(), r.best), (2, 3));
    assert!(!r.cautions.iter().any(|words| words.contains("taking CPU time")), "{:?}", r.cautions);
}

#[test]
fn workers_that_are_hardly_faster_are_not_said_to_be_no_faster() {
    let mut sweep = pool(20.0, 0.0).sweep(&[1, 2]);
    for sample in &mut sweep.points[1].samples {
        sample.elapsed = secs(sample.elapsed.as_secs_f64() * 2.0 / 1.15);
    }
    for sample in sweep.points.iter_mut().flat_map(|point| &mut point.samples).chain(&mut sweep.baselines) {
        sample.idle_before = Some(Share::of(0.4, 1.0));
    }
    let reasons = refused(&sweep).reasons;
    assert_eq!(
        reasons,
        ["other work took the CPUs: 2 workers were hardly faster than one, where 2.00× is possible"]
    );
}
