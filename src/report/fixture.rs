//! One comparison for the golden tests of every form: a loop that went well, and threads that did not.

use crate::analysis::fixture::{Scene, Script, locked_serial, locked_threads, serial, threads};
use crate::event::{StopReason, TaskCounts};
use crate::ids::TaskIndex;
use crate::state::Session;

/// With a text from outside that would command a terminal, and with time that is told twice.
pub(super) fn eventful() -> Session {
    eventful_saying("no \u{1b}[31mhost\u{202e}")
}

/// The same with another text.
pub(super) fn eventful_saying(message: &str) -> Session {
    let counts = TaskCounts { error: 1, cancelled: 8, retried: 1, ..TaskCounts::default() };
    let failed = Script {
        counts,
        errors: vec![(TaskIndex(3), message.to_owned())],
        stopped: Some(StopReason::TaskFailed),
        unexplained_ms: -1,
        ..threads()
    };
    [serial(), failed].iter().fold(Scene::on(2), Scene::play).over()
}

/// A loop and two threads under an interpreter's lock.
pub(super) fn locked() -> Session {
    let mut scene = Scene::on(2);
    let runs = [locked_serial(), locked_threads()];
    if let Some(plan) = &mut scene.0.plan {
        plan.runtime = runs[0].runtime;
    }
    runs.iter().fold(scene, Scene::play).over()
}
