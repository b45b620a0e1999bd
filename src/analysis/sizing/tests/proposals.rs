//! What is proposed to be measured next.

use super::*;
use crate::plan::Shape;

#[test]
fn nothing_beside_a_measured_number_is_proposed() {
    for counts in [[1, 256, 325, 384, 512].as_slice(), &[1, 2, 3, 4, 6, 8, 10, 12, 16], &[1, 4, 20, 64]] {
        for cpus in [2, 4, 64] {
            let r = recommendation(&Pool { tasks: 10_000, cpus, ..pool(20.0, 80.0) }.sweep(counts));
            let far = |a: u32, b: u32| f64::from(a.max(b)) > 1.15 * f64::from(a.min(b));
            assert!(
                r.measure_next.iter().all(|n| counts.iter().all(|other| far(*n, *other))),
                "{counts:?}: {r:?}"
            );
        }
    }
}

#[test]
fn nothing_is_proposed_towards_a_next_number_that_was_slower() {
    // Starting takes half a millisecond for each worker, one after another.
    let slow = Pool { tasks: 1_000, start: 0.000_5, noise: 0.0, ..pool(0.0, 20.0) };
    let r = recommendation(&slow.sweep(&[1, 64, 128, 256, 512]));
    assert_eq!(r.workers(), 256);
    assert!(r.gain.unwrap().by < -0.2 && r.measure_next.iter().all(|n| *n < 256), "{r:?}");
}

#[test]
fn under_the_lock_shapes_with_more_processes_are_proposed() {
    let mut sweep = Pool { gil: true, cpus: 4, ..pool(20.0, 80.0) }.sweep(&[1, 2, 4]);
    for (point, shape) in sweep.points.iter_mut().zip([(1, 1), (1, 2), (2, 2)]) {
        (point.strategy, point.shape) = (Strategy::Hybrid, Shape::new(shape.0, shape.1));
    }
    let r = recommendation(&sweep);
    assert_eq!(r.shape, Shape::new(2, 2));
    assert_eq!(r.measure_shapes, [Shape::new(4, 2), Shape::new(4, 5)]);
    assert_eq!(r.measure_next, [8, 20]);
    // A slower next point is named by its shape.
    sweep.points[1].shape = Shape::new(3, 2);
    sweep.points.swap(1, 2);
    for sample in &mut sweep.points[2].samples {
        sample.elapsed = secs(14.0);
    }
    let words = said(&recommendation(&sweep));
    assert!(words.contains("6 workers as 3×2 are"), "{words}");
}

#[test]
fn where_every_cpu_has_a_process_that_computes_fewer_threads_are_proposed() {
    let mut sweep = Pool { cpus: 4, ..pool(20.0, 0.0) }.sweep(&[1, 16, 64]);
    sweep.plan.runtime = crate::plan::Runtime::Gil(crate::plan::GilSetup::default());
    for (point, shape) in sweep.points.iter_mut().zip([(1, 1), (4, 4), (8, 8)]) {
        (point.strategy, point.shape) = (Strategy::Hybrid, Shape::new(shape.0, shape.1));
    }
    let r = recommendation(&sweep);
    assert_eq!(r.shape, Shape::new(4, 4));
    assert_eq!(r.measure_shapes, [Shape::new(4, 1)]);
}
