//! What commands leave behind, and that nothing of it is left in the end.

use std::process::{Child, Command, Stdio};

use poolscope::exec::CancelToken;
use poolscope::exec::command::{End, Order};
use poolscope::units::Nanos;

use super::setup::{mark, marked, run, sh, supervisor, within};
use crate::family::signal;

/// Trees of processes, each with sleepers that go on for a day, and how many of these there are.
const TREES: [(&str, usize); 5] = [
    ("exec sleep MARK", 1),
    ("sh -c 'sh -c \"sleep MARK; :\"; :'; :", 1),
    ("sleep MARK & sleep MARK & wait", 2),
    ("setsid sh -c 'setsid sleep MARK >/dev/null 2>&1 & sleep MARK & exec sleep MARK' & wait", 3),
    (
        "trap '' TERM HUP INT; (trap '' TERM HUP INT; while :; do sleep MARK; done) & while :; do sleep MARK; done",
        2,
    ),
];

#[test]
fn a_child_that_is_left_behind_is_killed_and_counted() {
    for (script, leaked) in [
        ("sleep MARK & exit 7", 1),
        ("sleep MARK & sleep MARK & exit 7", 2),
        ("setsid sleep MARK & exit 7", 1),
        ("setsid sleep MARK >/dev/null 2>&1 & exit 7", 1),
        ("(trap '' TERM; exec sleep MARK) & exit 7", 1),
        // A child that ends soon enough by itself is none.
        ("sleep 0.01 & exit 7", 0),
    ] {
        let (mark, supervisor) = (mark(), supervisor());
        let report = supervisor.run(&sh(&script.replace("MARK", &mark)), &CancelToken::default()).unwrap();
        assert_eq!((report.end, report.leaked), (End::Exited(7), leaked), "{script}");
        assert_eq!(marked(&mark), [0; 0], "{script}");
    }
}

#[test]
fn what_was_left_is_waited_for_beside_the_commands_own_time() {
    let (mark, supervisor) = (mark(), supervisor());
    for (script, leaked, waited) in [
        ("exit 0", 0, false),
        ("sleep MARK & exit 0", 1, true),
        // It lets go of the pipe, but not of the group.
        ("sleep MARK >/dev/null 2>&1 & exit 0", 1, true),
    ] {
        let report = supervisor.run(&sh(&script.replace("MARK", &mark)), &CancelToken::default()).unwrap();
        assert_eq!((report.end, report.leaked, report.unsure), (End::Exited(0), leaked, false), "{script}");
        assert_eq!(report.settled >= Nanos::from_millis(100), waited, "{script}: {:?}", report.settled);
    }
    assert_eq!(marked(&mark), [0; 0]);
}

#[test]
fn a_child_that_could_be_anybodys_is_killed_when_the_last_of_them_is_over() {
    let (mark, supervisor, cancel) = (mark(), supervisor(), CancelToken::default());
    let folder = tempfile::tempdir().unwrap();
    let left = folder.path().join("left").display().to_string();
    // It ends only when the other has left its group.
    let script = format!(
        "setsid setsid sh -c 'touch {left}; exec sleep {mark}' >/dev/null 2>&1 & \
         until [ -e {left} ]; do sleep 0.01; done; exit 0"
    );
    let (leaked, other) = std::thread::scope(|scope| {
        let other = scope.spawn(|| supervisor.run(&sh("exec sleep 600"), &cancel).unwrap());
        within("the other runs", || super::setup::children_of(supervisor.id()).len() == 1);
        let leaked = supervisor.run(&sh(&script), &CancelToken::default()).unwrap().leaked;
        cancel.cancel();
        (leaked, other.join().unwrap().end)
    });
    assert_eq!((leaked, other), (0, End::Cancelled));
    within("it is gone", || marked(&mark).is_empty());
}

#[test]
fn whole_trees_end_with_a_command_that_takes_too_long() {
    for (script, sleepers) in TREES {
        let mark = mark();
        let cut = std::thread::scope(|scope| {
            let order =
                Order { timeout: Some(Nanos::from_millis(500)), ..sh(&script.replace("MARK", &mark)) };
            let call = scope.spawn(move || run(&order));
            within("all of it runs", || marked(&mark).len() >= sleepers);
            call.join().unwrap()
        });
        assert_eq!((cut.end, cut.leaked), (End::TimedOut, 0), "{script}");
        within("it is gone", || marked(&mark).is_empty());
    }
}

/// Not a test: what is killed by the tests below. Runs all trees at once.
#[test]
#[ignore = "a part of other tests, which start it"]
fn runs_trees_until_it_is_killed() {
    let Ok(mark) = std::env::var("POOLSCOPE_TEST_MARK") else { return };
    let (supervisor, cancel) = (supervisor(), CancelToken::default());
    std::thread::scope(|scope| {
        for (script, _) in TREES {
            let order = sh(&script.replace("MARK", &mark));
            scope.spawn(|| {
                let order = order;
                supervisor.run(&order, &cancel)
            });
        }
    });
}

fn runner(mark: &str) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "commands::left::runs_trees_until_it_is_killed", "--ignored"]);
    command.env("POOLSCOPE_TEST_MARK", mark).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

#[test]
fn nothing_is_left_of_a_program_that_is_killed() {
    for _ in 0..5 {
        let mark = mark();
        let mut runner = runner(&mark);
        let all: usize = TREES.iter().map(|(_, sleepers)| sleepers).sum();
        within("all trees stand", || marked(&mark).len() >= all);
        runner.kill().unwrap();
        runner.wait().unwrap();
        within("nothing is left", || marked(&mark).is_empty());
    }
}

#[test]
fn nothing_is_left_of_a_supervisor_that_is_dropped() {
    let mark = mark();
    let supervisor = supervisor();
    // It is over, and what it left behind is not known to be its own: another command runs.
    let (cancel, other) = (CancelToken::default(), sh("exec sleep 600"));
    std::thread::scope(|scope| {
        let call = scope.spawn(|| supervisor.run(&other, &cancel).map(|report| report.end));
        within("the other runs", || super::setup::children_of(supervisor.id()).len() == 1);
        let script = format!("setsid setsid sleep {mark} >/dev/null 2>&1 & exit 0");
        supervisor.run(&sh(&script), &CancelToken::default()).unwrap();
        cancel.cancel();
        assert_eq!(call.join().unwrap().unwrap(), End::Cancelled);
    });
    drop(supervisor);
    assert_eq!(marked(&mark), [0; 0]);
}

#[test]
fn callers_of_a_supervisor_that_is_killed_are_told() {
    let (mark, supervisor) = (mark(), supervisor());
    let script = format!("exec sleep {mark}");
    std::thread::scope(|scope| {
        let calls: Vec<_> =
            (0..3).map(|_| scope.spawn(|| supervisor.run(&sh(&script), &CancelToken::default()))).collect();
        within("they run", || marked(&mark).len() == 3);
        signal(supervisor.id(), "KILL");
        for call in calls {
            assert!(call.join().unwrap().unwrap_err().to_string().contains("has ended"));
        }
        assert!(supervisor.run(&sh("exit 0"), &CancelToken::default()).is_err());
    });
}

#[test]
fn nothing_is_left_of_a_supervisor_that_is_killed() {
    for round in 0..10 {
        let (mark, supervisor, cancel) = (mark(), supervisor(), CancelToken::default());
        std::thread::scope(|scope| {
            for (script, _) in TREES {
                let order = sh(&script.replace("MARK", &mark));
                let (supervisor, cancel) = (&supervisor, &cancel);
                scope.spawn(move || assert!(supervisor.run(&order, cancel).is_err()));
            }
            let all: usize = TREES.iter().map(|(_, sleepers)| sleepers).sum();
            within("all trees stand", || marked(&mark).len() >= all);
            // Stopped trees die as well.
            if round % 2 == 1 {
                supervisor.stop();
                let stopped = |pid: &u32| super::setup::state_of(*pid).is_none_or(|state| state == 'T');
                within("all are stopped", || marked(&mark).iter().all(stopped));
            }
            signal(supervisor.id(), "KILL");
        });
        // Callers are told when it is so.
        assert_eq!(marked(&mark), [0; 0]);
    }
}

#[test]
fn a_supervisor_whose_keeper_is_killed_goes_on() {
    let (mark, supervisor, cancel) = (mark(), supervisor(), CancelToken::default());
    let script = format!("exec sleep {mark}");
    std::thread::scope(|scope| {
        let call = scope.spawn(|| supervisor.run(&sh(&script), &cancel).map(|report| report.end));
        within("it runs", || marked(&mark).len() == 1);
        signal(super::setup::parent_of(supervisor.id()).unwrap(), "KILL");
        assert!(supervisor.run(&sh("exit 0"), &cancel).unwrap().end.is_ok());
        assert!(!call.is_finished());
        cancel.cancel();
        assert_eq!(call.join().unwrap().unwrap(), End::Cancelled);
    });
    drop(supervisor);
    assert_eq!(marked(&mark), [0; 0]);
}

#[test]
fn signals_that_end_others_do_not_end_a_supervisor() {
    let (mark, supervisor) = (mark(), supervisor());
    let script = format!("exec sleep {mark}");
    let cancel = CancelToken::default();
    std::thread::scope(|scope| {
        let call = scope.spawn(|| supervisor.run(&sh(&script), &cancel).unwrap().end);
        within("it runs", || marked(&mark).len() == 1);
        let keeper = super::setup::parent_of(supervisor.id()).unwrap();
        for name in ["TERM", "INT", "HUP", "QUIT"] {
            signal(supervisor.id(), name);
            signal(keeper, name);
        }
        assert!(supervisor.run(&sh("exit 0"), &CancelToken::default()).unwrap().end.is_ok());
        assert!(!call.is_finished());
        cancel.cancel();
        assert_eq!(call.join().unwrap(), End::Cancelled);
    });
}
