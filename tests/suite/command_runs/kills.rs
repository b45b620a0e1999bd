//! Whatever kills poolscope, its workers or what supervises commands: no process of theirs is left.

use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use super::WAYS;
use crate::cli::{Going, poolscope};
use crate::family::{Family, signal};

/// What commands do to survive.
const TREES: [(&str, usize); 4] = [
    ("sleep 600", 1),
    ("sh -c 'sleep 600 & sleep 600; wait' & wait", 2),
    ("setsid sh -c 'sleep 600 & setsid sleep 600' & sleep 600", 3),
    ("trap '' TERM HUP INT; while :; do sleep 600; done", 1),
];

/// Waits until so many processes of the family sleep.
fn until(going: &Going, sleepers: usize) {
    let sleeps = |pid: &u32| {
        std::fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line.starts_with(b"sleep\0"))
    };
    let start = std::time::Instant::now();
    while going.family.members().iter().filter(|pid| sleeps(pid)).count() < sleepers {
        assert!(start.elapsed().as_secs() < 60, "{:?}", going.family.members());
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

/// Whom a kill by the name of poolscope hits, wherever it looks: in the name, or anywhere in the command line.
fn called_poolscope(going: &Going) -> Vec<u32> {
    let is_called = |pid: &u32| {
        let said = |file: &str| std::fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
        ["comm", "cmdline"].iter().any(|file| String::from_utf8_lossy(&said(file)).contains("poolscope"))
    };
    going.family.members().into_iter().filter(is_called).collect()
}

/// Those of its processes that are called so.
fn called(going: &Going, name: &str) -> Vec<u32> {
    let is_called = |pid: &u32| {
        std::fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|comm| comm.trim_end() == name)
    };
    going.family.members().into_iter().filter(is_called).collect()
}

/// What was started: two commands at a time, each a tree of so many sleepers, which all sleep.
fn going(way: &str, (script, sleepers): (&str, usize)) -> Going {
    let mut command = poolscope(&["run", "-s", way, "-w", "2", "-n", "50", "-q", "--"]);
    command.args(["sh", "-c", script]).stdout(Stdio::null()).stderr(Stdio::null());
    let going = Going::start(command);
    until(&going, 2 * sleepers);
    going
}

/// Kills poolscope so often, in turn each tree in each way with each choice of whom else it hits (40 of them); `judge` looks at what is left.
fn kill(times: usize, judge: fn(&Family)) {
    std::thread::scope(|scope| {
        for line in 0..3 {
            scope.spawn(move || {
                for round in (0..times).filter(|round| round % 3 == line) {
                    let mut going = going(WAYS[round / TREES.len() % WAYS.len()], TREES[round % TREES.len()]);
                    let others = match round % 5 {
                        0 => going.family.workers(),
                        1 => called_poolscope(&going),
                        2 => called(&going, "ps-supervise"),
                        3 => called(&going, "ps-keep"),
                        _ => Vec::new(),
                    };
                    going.signal("KILL");
                    for pid in others {
                        signal(pid, "KILL");
                    }
                    going.wait();
                    judge(&going.family);
                }
            });
        }
    });
}

#[test]
fn an_end_by_a_signal_leaves_no_command() {
    for way in WAYS {
        for name in ["INT", "TERM"] {
            let mut command = poolscope(&["run", "-s", way, "-w", "4", "-n", "100", "--"]);
            command.args([
                "sh",
                "-c",
                "trap '' TERM INT HUP; setsid sleep 600 & while :; do sleep 600; done",
            ]);
            let mut going = Going::start(command);
            until(&going, 8);
            going.signal(name);
            going.wait();
            going.family.until_extinct();
        }
    }
}

#[test]
fn tasks_whose_supervisor_is_killed_are_tried_again_by_another_one() {
    for way in WAYS {
        for (script, sleepers) in TREES {
            let folder = tempfile::tempdir().unwrap();
            // The first attempt goes on for ever.
            let script = format!("mkdir {}/{{}} 2>/dev/null || exit 0; {script}", folder.path().display());
            let mut command =
                poolscope(&["run", "-s", way, "-w", "2", "-n", "2", "--retries", "1", "--json", "-q", "--"]);
            command.args(["sh", "-c", &script]);
            let going = Going::start(command);
            until(&going, 2 * sleepers);
            let is_supervisor = |pid: &u32| {
                std::fs::read(format!("/proc/{pid}/comm")).is_ok_and(|name| name == b"ps-supervise\n")
            };
            let supervisors: Vec<u32> = going.family.members().into_iter().filter(is_supervisor).collect();
            assert_eq!(supervisors.len(), if way == "processes" { 2 } else { 1 });
            for pid in supervisors {
                signal(pid, "KILL");
            }
            let family = going.family.clone();
            let (status, out, err) = going.ended();
            assert!(status.success(), "{way} {script}: {out}{err}");
            let document: Value = serde_json::from_str(&out).unwrap();
            let tasks = &document["runs"][0]["tasks"];
            assert_eq!((tasks["ok"].as_u64(), tasks["retried"].as_u64()), (Some(2), Some(2)), "{tasks}");
            family.until_extinct();
        }
    }
}

#[test]
fn the_commands_of_a_worker_that_is_killed_end_with_it_and_are_run_by_another() {
    for (script, sleepers) in TREES {
        let folder = tempfile::tempdir().unwrap();
        // What a task runs first goes on for ever.
        let script = format!("mkdir {}/{{}} 2>/dev/null || exit 0; {script}", folder.path().display());
        let mut command = poolscope(&["run", "-s", "processes", "-w", "2", "-n", "2", "--json", "-q", "--"]);
        command.args(["sh", "-c", &script]);
        let going = Going::start(command);
        until(&going, 2 * sleepers);
        for pid in going.family.workers() {
            signal(pid, "KILL");
        }
        let family = going.family.clone();
        let (status, out, err) = going.ended();
        assert!(status.success(), "{script}: {out}{err}");
        let document: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(document["runs"][0]["tasks"]["ok"].as_u64(), Some(2), "{out}");
        family.until_extinct();
    }
}

#[test]
fn kills_leave_nothing() {
    kill(8, |family| {
        family.until_extinct();
    });
}

#[test]
#[ignore = "looks at the clock: cargo test --test suite fifty_kills -- --ignored --nocapture"]
fn fifty_kills_leave_nothing_after_a_second() {
    kill(50, |family| {
        std::thread::sleep(Duration::from_secs(1));
        assert_eq!(family.members(), [0; 0]);
    });
}
