//! One comparison for the golden tests of every form: a loop that went well, and threads that did not.

use crate::analysis::fixture::{Scene, Script, locked_serial, locked_threads, serial, threads};
use crate::event::{CommandEnd, Outcome, PeakMemory, StopReason, TaskCounts};
use crate::ids::{SlotId, TaskIndex};
use crate::plan::command::{Command, Items};
use crate::plan::{Size, TaskType, Work, Workload};
use crate::state::{CommandLog, Session};
use crate::units::{Bytes, Nanos};
use std::sync::Arc;

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

/// Two threads that ran commands, one of which failed.
pub(super) fn commanding() -> Session {
    let mut session = Scene::on(2).play(&threads()).over();
    let words = ["sh", "-c", "x", "{item}"].map(str::to_owned).to_vec();
    let items = Items::new(&["a", "b\u{202e}"]).unwrap();
    let command = Arc::new(Command::new(words, false, Some(items)).unwrap());
    let load = Workload { task: TaskType::Command, size: Size::Command(Arc::clone(&command)), tasks: 2 };
    let mut log = CommandLog::default();
    for (task, outcome, tail) in [(4, Outcome::Ok, ""), (5, Outcome::Error, "no\nsuch file\n")] {
        log.take(&CommandEnd {
            task: TaskIndex(task),
            attempt: 0,
            slot: SlotId(0),
            outcome,
            status: if outcome == Outcome::Ok { "exit status 0" } else { "exit status 3" }.to_owned(),
            elapsed: Nanos::from_millis(20),
            user: Nanos::from_millis(7),
            system: Nanos::from_millis(2),
            run_delay: (task == 5).then_some(Nanos::from_millis(1)),
            peak_memory: PeakMemory::above(Bytes(5 << 20), Bytes(u64::from(task + 1) << 20)),
            tail: tail.to_owned(),
            dropped: u64::from(task == 5) * 9_216,
            leaked: task - 4,
            unsure: false,
        });
    }
    let run = &mut session.runs[0];
    run.start.work = Work::Command(command);
    run.commands = Some(Box::new(log));
    if let Some(plan) = &mut session.plan {
        plan.workloads = vec![load];
    }
    session
}
